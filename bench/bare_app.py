"""The least a Bolt app can do with a click: insert one row, ack. What Tack is compared with.

`python -m bench.bare_app` serves it on PORT, and with ANSWERS it tells the person alone that they
pressed. It has the settings of Tack itself: the same thread
pool, web server and `synchronous`, so that only the work between click and ack differs.
"""

import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import uvicorn
from slack_bolt import Ack, App, Respond
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, event
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bench.quiet_slack import BOT_ID, BOT_USER_ID, TEAM_ID

CLICKS = Table(
    "bare_clicks", MetaData(), Column("id", Integer, primary_key=True), Column("v", Text)
)
THREADS = 32


def bare_bolt(
    database_url: str, api_url: str, signing_secret: str, *, answers: bool = False
) -> App:
    """A Bolt app that stores every click in one insert, acks it, and can answer the person."""
    on_sqlite = database_url.startswith("sqlite")
    engine = create_engine(
        database_url.replace("postgresql://", "postgresql+psycopg://", 1), pool_size=THREADS
    )
    if on_sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
    CLICKS.metadata.create_all(engine)
    one_writer = threading.Lock() if on_sqlite else nullcontext()
    app = App(
        client=WebClient(base_url=api_url, timeout=2, retry_handlers=[]),
        signing_secret=signing_secret,
        authorize=lambda: AuthorizeResult(
            enterprise_id=None,
            team_id=TEAM_ID,
            bot_id=BOT_ID,
            bot_user_id=BOT_USER_ID,
            bot_token="xoxb-bench",
        ),
        listener_executor=ThreadPoolExecutor(THREADS),
    )

    @app.action(re.compile(".*"))
    def store(ack: Ack, action: dict[str, str], respond: Respond) -> None:
        with one_writer, engine.begin() as connection:
            connection.execute(CLICKS.insert().values(v=action["value"]))
        ack()
        if answers:
            respond("You pressed.", response_type="ephemeral")

    return app


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Commit as Tack does: without waiting for the disk, which SQLite's own default would."""
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def web_app(bolt: App) -> Starlette:
    """The HTTP side: Bolt is dispatched in a thread, never on the event loop."""

    async def slack_events(request: Request) -> Response:
        body = await request.body()
        answer = await run_in_threadpool(lambda: bolt.dispatch(to_bolt_request(request, body)))
        return to_starlette_response(answer)

    async def ready(_: Request) -> Response:
        return PlainTextResponse("ready")

    return Starlette(
        routes=[Route("/slack/events", slack_events, methods=["POST"]), Route("/readyz", ready)]
    )


if __name__ == "__main__":
    os.environ.pop("SLACK_BOT_TOKEN", None)  # Bolt would warn that the client is given already
    bolt = bare_bolt(
        os.environ["DATABASE_URL"],
        os.environ["SLACK_API_URL"],
        os.environ["SLACK_SIGNING_SECRET"],
        answers="ANSWERS" in os.environ,
    )
    uvicorn.run(web_app(bolt), port=int(os.environ["PORT"]), log_level="warning", access_log=False)
