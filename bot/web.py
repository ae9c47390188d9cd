"""What Tack serves over HTTP: its health, its figures, and in HTTP mode Slack's requests."""

from collections.abc import Callable
from typing import Literal, Protocol

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from slack_bolt import App, BoltRequest
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from models.clock import Clock
from models.database import Database
from models.errors import DatabaseAway
from models.work import Work


class Hosted(Protocol):
    """The Tack that runs behind it."""

    mode: Literal["socket", "http"]
    bolt: App
    database: Database
    clock: Clock

    @property
    def connected(self) -> int:
        """How many sockets are open."""

    @property
    def counted_by_slack(self) -> int:
        """How many sockets Slack believes to be open, of all replicas; ghosts count."""

    @property
    def ready(self) -> bool:
        """Whether what someone does in Slack would reach Tack."""


def web(tack: Hosted) -> Starlette:
    """The web application of a running Tack."""
    routes = [
        Route("/healthz", _healthy),
        Route("/readyz", _in_thread(lambda: _ready(tack))),
        Route("/metrics", _in_thread(lambda: _metrics(tack))),
    ]
    if tack.mode == "http":
        routes.append(Route("/slack/events", _slack(tack), methods=["POST"]))
    return Starlette(routes=routes)


async def _healthy(request: Request) -> Response:
    return PlainTextResponse("alive")


def _in_thread(answer: Callable[[], Response]) -> Callable[[Request], object]:
    async def serve(request: Request) -> Response:
        return await run_in_threadpool(answer)

    return serve


def _ready(tack: Hosted) -> Response:
    if not tack.ready:
        return PlainTextResponse("not connected to Slack", 503)
    try:
        with tack.database.read() as session:
            session.execute(select(1))
    except DatabaseAway:
        return PlainTextResponse("the database is away", 503)
    return PlainTextResponse("ready")


def _metrics(tack: Hosted) -> Response:
    registry = CollectorRegistry()
    sockets = Gauge("tack_sockets", "Open Socket Mode connections.", registry=registry)
    sockets.set(tack.connected)
    counted = Gauge(
        "tack_sockets_counted_by_slack", "Connections as Slack counts them.", registry=registry
    )
    counted.set(tack.counted_by_slack)
    due = Gauge("tack_work_due", "Work that waits to be done now.", registry=registry)
    dead = Gauge("tack_work_dead", "Work whose attempts are used up.", registry=registry)
    try:
        with tack.database.read() as session:
            waits = Work.due_at <= tack.clock.now()
            alive = select(func.count()).where(waits, Work.dead_at.is_(None))
            due.set(session.scalar(alive) or 0)
            dead.set(session.scalar(select(func.count()).where(Work.dead_at.is_not(None))) or 0)
    except DatabaseAway:
        return PlainTextResponse("the database is away", 503)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _slack(tack: Hosted) -> Callable[[Request], object]:
    async def serve(request: Request) -> Response:
        heard = BoltRequest(
            body=(await request.body()).decode(errors="replace"),
            query=request.url.query,
            headers={name: [value] for name, value in request.headers.items()},
        )
        answer = await run_in_threadpool(tack.bolt.dispatch, heard)
        return Response(
            answer.body, answer.status, {name: each[0] for name, each in answer.headers.items()}
        )

    return serve
