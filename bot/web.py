"""What Tack serves over HTTP: its health, its figures, and in HTTP mode Slack's requests."""

import asyncio
import hmac
import json
import time
from binascii import a2b_qp
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Literal, Protocol
from urllib.parse import parse_qsl

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from slack_bolt import App, BoltRequest
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.slack.lookup import Hearing
from models.clock import Clock
from models.database import Database
from models.errors import DatabaseAway
from models.people.outage import Outage
from models.work import Work

LONGEST_BODY = 1024 * 1024
"""In bytes: a form with everything typed into it that Slack takes is a fifth of it."""

BODY_SECONDS = 10.0

SIGNED_WITHIN_SECONDS = 300
"""What is older may be something overheard, sent once more."""

log = structlog.get_logger(__name__)


class Hosted(Protocol):
    """The Tack that runs behind it."""

    mode: Literal["socket", "http"]
    hearing: Hearing
    signing_secret: str
    bolt: App
    database: Database
    clock: Clock
    workspace_id: int

    @property
    def connected(self) -> int:
        """How many sockets are open."""

    @property
    def counted_by_slack(self) -> int:
        """How many sockets Slack believes to be open, of all replicas; ghosts count."""

    @property
    def ready(self) -> bool:
        """Whether what someone does in Slack would reach Tack."""


def web(tack: Hosted, body_seconds: float = BODY_SECONDS) -> Starlette:
    """The web application of a running Tack; a body has to be here within so many seconds."""
    routes = [
        Route("/healthz", _healthy),
        Route("/readyz", _in_thread(lambda: _ready(tack))),
        Route("/metrics", _in_thread(lambda: _metrics(tack))),
    ]
    if tack.mode == "http":
        routes.append(Route("/slack/events", _slack(tack, body_seconds), methods=["POST"]))
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
    away = Gauge("tack_slack_away", "Whether work waits for Slack to be back.", registry=registry)
    try:
        with tack.database.read() as session:
            now = tack.clock.now()
            outage = session.get(Outage, tack.workspace_id)
            away.set(not tack.workspace_id or (outage is not None and outage.is_on(now)))
            here = select(func.count()).where(Work.workspace_id == tack.workspace_id)
            alive = here.where(Work.due_at <= now, Work.dead_at.is_(None))
            due.set(session.scalar(alive) or 0)
            dead.set(session.scalar(here.where(Work.dead_at.is_not(None))) or 0)
    except DatabaseAway:
        return PlainTextResponse("the database is away", 503)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _slack(tack: Hosted, body_seconds: float) -> Callable[[Request], object]:
    async def serve(request: Request) -> Response:
        try:
            async with asyncio.timeout(body_seconds):
                body = await _read(request)
        except (TimeoutError, ClientDisconnect):
            return PlainTextResponse("the body did not arrive", 408)
        if body is None:
            return PlainTextResponse("the body is too long", 413)
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        tack.hearing.take(lambda: _hear(tack, request, body), partial(_bring, answer))
        return await answer

    return serve


def _bring(answer: asyncio.Future[Response], response: Response) -> None:
    """Bring it to the event loop, unless nobody waits for it any more."""

    def settle() -> None:
        if not answer.done():
            answer.set_result(response)

    with suppress(RuntimeError):  # the loop has ended
        answer.get_loop().call_soon_threadsafe(settle)


async def _read(request: Request) -> bytes | None:
    """The body; None where it is too long, as far as it was read."""
    given = request.headers.get("content-length", "")
    if given.isdecimal() and int(given) > LONGEST_BODY:
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            return None
    return bytes(body)


def _hear(tack: Hosted, request: Request, body: bytes) -> Response:
    """Have Bolt answer it, once it is known to be Slack's; nothing of it is read before."""
    try:
        if b"ssl_check=1" in body.split(b"&"):  # unsigned, to look at the certificate
            return Response()
        if not is_signed(tack.signing_secret, request.headers, body, time.time()):
            return PlainTextResponse("not signed by Slack", 401)
        if not tack.ready:
            return PlainTextResponse("not connected to Slack", 503)
        headers: dict[str, str | Sequence[str]] = {
            name: [value] for name, value in request.headers.items()
        }
        payload = payload_of(body, request.headers.get("content-type", ""))
        answer = tack.bolt.dispatch(BoltRequest(body=payload, headers=headers, mode="socket_mode"))
    except Exception as error:  # Bolt trusts whatever it is to have what Slack's have
        log.warning("a request that is none of Slack's", error=type(error).__name__)
        return PlainTextResponse("not understood", 400)
    said = {name: each[0] for name, each in answer.headers.items()}
    return Response(answer.body, answer.status, said)


PAYLOAD = b"payload="


def payload_of(body: bytes, content_type: str) -> dict[str, Any]:
    """What Slack told: JSON, or a form that has it in its one field, or whose fields it is.

    Whoever votes sends the whole ballot back, percent-encoded, which Python unquotes piece by
    piece. The escapes of quoted-printable differ in their sign alone, and are read in C.
    """
    if content_type.startswith("application/json") or body.startswith(b"{"):
        return dict(json.loads(body))
    if body.startswith(PAYLOAD) and b"&" not in body and body.count(b"=") == 1:
        quoted = body.removeprefix(PAYLOAD).replace(b"+", b" ").replace(b"%", b"=")
        return dict(json.loads(a2b_qp(quoted)))
    fields: dict[str, Any] = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return dict(json.loads(fields["payload"])) if "payload" in fields else fields


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether who knows the secret sent it just now."""
    sent_at = headers.get("x-slack-request-timestamp", "")
    is_moment = sent_at.isascii() and sent_at.isdecimal() and len(sent_at) < 20
    if not is_moment or abs(now - int(sent_at)) > SIGNED_WITHIN_SECONDS:
        return False
    signature = hmac.new(secret.encode(), f"v0:{sent_at}:".encode() + body, "sha256").hexdigest()
    given = headers.get("x-slack-signature", "")
    return hmac.compare_digest(f"v0={signature}".encode(), given.encode(errors="replace"))
