"""The composition root: every part is put together here, once."""

import logging
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from threading import Lock

import structlog
from slack_bolt import App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

import migrations
from bot.clocks import DatabaseClock
from bot.commands import register
from bot.settings import Mode, Settings
from bot.slack.asking.connections import Connections
from bot.slack.hearing import Context
from bot.slack.lookup import ACK_SECONDS, Hearing
from bot.sockets import Sockets
from bot.worker.due import Worker
from bot.worker.kinds import jobs
from bot.worker.replies import NO_ANSWER, TOKEN_AWAY, reply_of
from bot.workflows.audit import anchoring
from bot.workflows.board import renewing
from bot.workflows.decisions.follow_up import leaving
from bot.workflows.people.workspaces import settle_admins, workspace_of
from models.clock import Clock
from models.database import Database
from models.errors import Mistake
from models.people.workspace import LOCAL, Workspace

LISTENERS = 32
SHOWING = LISTENERS // 2
"""How many of those that hear may wait for Slack to take what follows an ack."""
INTERACTIVE_SECONDS = 2
COURIER_SECONDS = 10

log = structlog.get_logger(__name__)


class CannotStart(Mistake):
    """Something outside Tack that keeps it from starting."""


class SlackAway(CannotStart):
    """Slack, or the way to it, is away: it is waited out."""


class Tack:
    """The running bot: it hears Slack, and a worker shows what is due."""

    def __init__(
        self,
        settings: Settings,
        mode: Mode,
        clock: Clock | None = None,
        ack_seconds: float = ACK_SECONDS,
    ) -> None:
        self.settings, self.mode = settings, mode
        self.workspace_id = 0
        self.database = Database(settings.database_url, clock=clock)
        self.clock = clock or DatabaseClock(self.database)
        self._token = settings.slack_bot_token.get_secret_value()
        self.signing_secret = settings.slack_signing_secret.get_secret_value()
        self._authorized: AuthorizeResult | None = None
        self._authorizing = Lock()
        self._trusted = certificates() if settings.slack_api_url.startswith("https:") else None
        self._listeners = ThreadPoolExecutor(LISTENERS, thread_name_prefix="listener")
        self.hearing = Hearing(self._listeners, LISTENERS, SHOWING)
        self.bolt = App(
            name="tack",  # else Bolt looks through all that is loaded for the file that calls it
            signing_secret=self.signing_secret or None,
            client=self._client(INTERACTIVE_SECONDS, None),
            authorize=lambda: self._authorize(),
            listener_executor=self._listeners,
            raise_error_for_unhandled_request=False,
            request_verification_enabled=False,  # looked at where it arrives, before it is read
            logger=_quiet_logger(),
        )
        self.bolt.error(_not_understood)
        self._connections = Connections(self._trusted)
        context = Context(self.database, self.clock, connections=self._connections)
        register(self.bolt, context, ack_seconds)
        self.worker = Worker(
            self.database,
            self.clock,
            self._client(COURIER_SECONDS, self._token),
            jobs(),
        )
        self.database.on_work.append(self.worker.wake)
        self._sockets: Sockets | None = None
        self._is_ended = False

    def prepare(self) -> None:
        """Bring the schema up to date and know the workspace. Raises CannotStart."""
        self._bring_schema_up_to_date()
        self._join()

    def start(self) -> None:
        """Prepare, connect, and begin to work.

        Raises CannotStart; where that is SlackAway, it can be tried once more.
        """
        self.prepare()
        if self.mode == "socket":
            app_token = self.settings.slack_app_token.get_secret_value()
            if self._sockets is None:
                client = self._client(INTERACTIVE_SECONDS, None, certificates())
                replicas = self.settings.tack_replicas
                self._sockets = Sockets(self.bolt, client, app_token, replicas, self._ask_who_left)
            with self._asking_slack("SLACK_APP_TOKEN"):
                self._sockets.connect()
        if not self._is_ended:
            self.worker.start(self.workspace_id)

    def stop(self) -> None:
        """Take nothing more, finish what is in hand, and disconnect."""
        self._is_ended = True
        if self._sockets is not None:
            self._sockets.close()
        self.hearing.close()
        self._listeners.shutdown(wait=True)
        self._connections.close()
        self.worker.stop()
        self.database.close()

    @property
    def connected(self) -> int:
        """How many sockets are open."""
        return self._sockets.connected if self._sockets is not None else 0

    @property
    def counted_by_slack(self) -> int:
        """How many sockets Slack believes to be open, of all replicas; ghosts count."""
        return self._sockets.counted_by_slack if self._sockets is not None else 0

    @property
    def ready(self) -> bool:
        """Whether what someone does in Slack would reach Tack."""
        return self.workspace_id != 0 and (self.mode == "http" or self.connected > 0)

    def _client(
        self, timeout_seconds: int, token: str | None, trusted: ssl.SSLContext | None = None
    ) -> WebClient:
        return WebClient(
            token,
            base_url=self.settings.slack_api_url,
            timeout=timeout_seconds,
            ssl=trusted or self._trusted,
            retry_handlers=[],
        )

    def _authorize(self) -> AuthorizeResult:
        """Who we are in Slack, asked once: a token never comes to stand for someone else."""
        with self._authorizing:
            if self._authorized is None:
                answer = self.bolt.client.auth_test(token=self._token)
                self._authorized = AuthorizeResult.from_auth_test_response(
                    bot_token=self._token, auth_test_response=answer
                )
            return self._authorized

    @contextmanager
    def _asking_slack(self, token: str) -> Iterator[None]:
        """Where Slack cannot be asked, or does not take the token, it is said in a sentence."""
        try:
            yield
        except (*NO_ANSWER, ValueError) as error:
            reply = reply_of(error)
            url = self.settings.slack_api_url
            if not isinstance(error, SlackApiError):
                kind = CannotStart if isinstance(error, ValueError) else SlackAway
                raise kind(f"Slack cannot be reached at {url}: {error}.") from error
            if reply.retry_after or (reply.is_trouble and reply.error not in TOKEN_AWAY):
                raise SlackAway(f"Slack is in trouble at {url} ({reply.error}).") from error
            raise CannotStart(
                f"Slack does not take {token} ({reply.error}). Install the app again."
            ) from error

    def _ask_who_left(self) -> None:
        """Slack may have told of it while nobody heard."""
        with self.database.write() as session:
            leaving.ask_soon(session, self.workspace_id, self.clock.now())

    def _bring_schema_up_to_date(self) -> None:
        if migrations.is_current(self.database.engine):
            return
        if self.database.engine.dialect.name != "sqlite":
            raise CannotStart("The schema is not up to date. Run: tack db upgrade")
        migrations.upgrade(self.database.engine)

    def _join(self) -> None:
        """Know the workspace; the first one takes over what was made without Slack."""
        with self._asking_slack("SLACK_BOT_TOKEN"):
            team_id = str(self._authorize().team_id)
        with self.database.write() as session:
            local = session.query(Workspace).filter_by(team_id=LOCAL).count()
            workspace = workspace_of(session, team_id)
            self.workspace_id = workspace.id
            settle_admins(session, workspace.id, self.settings.tack_admins, self.clock.now())
            anchoring.begin(session, workspace.id, self.clock.now())
            renewing.begin(session, workspace.id, self.clock.now())
            leaving.ask_soon(session, workspace.id, self.clock.now())
        if local:
            log.info("workspace adopted what was made without Slack", team_id=team_id)


def build(settings: Settings, mode: Mode | None = None, clock: Clock | None = None) -> Tack:
    """Put Tack together. Raises SettingsMistake where it could not speak to Slack."""
    chosen = settings.mode(mode)
    settings.check(chosen)
    return Tack(settings, chosen, clock)


@cache
def certificates() -> ssl.SSLContext:
    """Whom Tack trusts to be Slack, read once: each call and socket would read them again, for
    20 ms of processor time."""
    return ssl.create_default_context()


def _not_understood(error: Exception) -> BoltResponse:
    """What Bolt says to a request without what all of Slack's have."""
    log.warning("a request that is none of Slack's", error=type(error).__name__)
    return BoltResponse(status=400, body="not understood")


def _quiet_logger() -> logging.Logger:
    """Bolt's logger, without the bodies and signatures it would write at info.

    That it does not use SLACK_BOT_TOKEN itself is as it should be.
    """
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.WARNING)
    logger.addFilter(lambda record: "`token` will be unused" not in record.getMessage())
    return logger
