"""Socket Mode: several connections, watched for ghosts, ended without losing what is in hand."""

import contextlib
import logging
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Condition
from typing import Any

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection
from slack_sdk.socket_mode.request import SocketModeRequest

from models.errors import DatabaseAway

CONNECTIONS = 2
"""So that none is missed while Slack has one of them reconnect."""

SLACK_TAKES = 10
"""Slack's limit for one app; connections it has not noticed to be gone count too."""

CONCURRENCY = 16
"""Envelopes handled at once by one connection."""

PING_SECONDS = 10
WARNED_BEFORE_SECONDS = 0.2
"""Where Slack said so before it closed a connection, the SDK is at replacing it by then."""

DRAIN_SECONDS = 3.0
READER_ENDS_WITHIN_SECONDS = 0.05

log = structlog.get_logger(__name__)


class Sockets:
    """The connections of one process; `replicas` is how many such processes are expected.

    The client asks where to connect, and by its certificates it is known who answers there.
    `greeted` is called with each greeting: what Slack told before it may be lost.
    """

    def __init__(
        self,
        bolt: App,
        client: WebClient,
        app_token: str,
        replicas: int = 1,
        greeted: Callable[[], None] = lambda: None,
    ) -> None:
        self._bolt = bolt
        self._greeted = greeted
        self._in_hand = InHand()
        self._most_expected = most_expected(replicas)
        self._clients = [self._client(client, app_token) for _ in range(CONNECTIONS)]
        self.counted_by_slack = 0
        """As the last greeting said; ghosts of lost connections are in it."""

    def connect(self) -> None:
        """Open those that are not open yet, each at an address of its own."""
        missing = [client for client in self._clients if not client.is_connected()]
        for client in missing:
            client.wss_uri = None
        with ThreadPoolExecutor(CONNECTIONS) as connecting:
            list(connecting.map(lambda client: client.connect(), missing))

    @property
    def connected(self) -> int:
        """How many are open."""
        return sum(client.is_connected() for client in self._clients)

    def close(self) -> None:
        """Finish and acknowledge what is in hand, then hang up."""
        for client in self._clients:
            client.default_auto_reconnect_enabled = client.auto_reconnect_enabled = False
        self._in_hand.wait_until_none(DRAIN_SECONDS)
        with ThreadPoolExecutor(CONNECTIONS) as closing:
            list(closing.map(lambda client: client.close(), self._clients))

    def _client(self, web_client: WebClient, app_token: str) -> "_Client":
        client = _Client(
            app_token,
            logger=_quiet_logger(),
            web_client=web_client,
            ping_interval=PING_SECONDS,
            concurrency=CONCURRENCY,
        )
        client.socket_mode_request_listeners.append(self._handle)
        client.message_listeners.append(self._listen)
        return client

    def _handle(self, client: Any, request: SocketModeRequest) -> None:
        """Have Bolt answer an envelope; it is in hand until its answer is sent."""
        with self._in_hand:
            began = time.time()
            send_response(client, request, run_bolt_app(self._bolt, request), began)

    def _listen(self, _client: Any, message: dict[str, Any], _raw: str | None = None) -> None:
        """Hear a greeting, which says how many connections Slack believes to be open."""
        if message.get("type") != "hello":
            return
        self.counted_by_slack = int(message.get("num_connections") or 0)
        if self.counted_by_slack > self._most_expected:
            log.warning(
                "Slack counts more connections than there should be: clicks sent to a ghost are "
                "lost. Set TACK_REPLICAS if more of Tack runs, else restart it",
                counted=self.counted_by_slack,
                most_expected=self._most_expected,
            )
        with contextlib.suppress(DatabaseAway):
            self._greeted()


def most_expected(replicas: int) -> int:
    """How many connections Slack may count: twice ours while it has all of them reconnect.

    Beyond that, or close to Slack's limit without as many of our own, some are ghosts.
    """
    ours = replicas * CONNECTIONS
    return max(ours, min(2 * ours, SLACK_TAKES - CONNECTIONS))


class InHand:
    """How many envelopes are being handled; one is in hand until its answer is sent."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._count += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def wait_until_none(self, seconds: float) -> bool:
        """Wait for the last one; whether it ended in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._count == 0, seconds)


class _Client(SocketModeClient):
    """The SDK's client, quick where it waits.

    One that Slack closes without a word is opened again at once, not at the next ping; and one that
    is replaced is hung up, where the SDK would read it for three seconds more and leave what
    comes over the new one unanswered.
    """

    def connect(self) -> None:
        """Open a new connection, and end the one it replaces."""
        super().connect()
        session = self.current_session
        assert session is not None
        session.on_close_listener = partial(self._closed, session)
        session.close = partial(_hang_up, session)  # type: ignore[method-assign]

    def close(self) -> None:
        """End the connection for good.

        The SDK waits for its reader without an end where that one was just about to begin, and a
        second for the next message unless there is one.
        """
        self.closed, self.auto_reconnect_enabled = True, False
        self.enqueue_message("")
        self.disconnect()
        reader = self.current_session_runner
        while reader.is_alive():
            self.current_session_state.terminated = True
            reader.event.set()
            reader.thread.join(READER_ENDS_WITHIN_SECONDS)
        super().close()

    def _closed(self, session: Connection, _code: int, _reason: str | None = None) -> None:
        time.sleep(WARNED_BEFORE_SECONDS)
        with self.connect_operation_lock:
            replaced = self.current_session is not session
        if self.auto_reconnect_enabled and not replaced:
            self.connect_to_new_endpoint(force=True)


def _hang_up(session: Connection) -> None:
    raw = session.sock
    if raw is not None:
        with contextlib.suppress(OSError):
            raw.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(AttributeError):  # its reader may have ended it at the same moment
        session.disconnect()


def _quiet_logger() -> logging.Logger:
    """The SDK's logger, without a line for each connection that comes and goes."""
    logger = logging.getLogger("slack_sdk.socket_mode")
    logger.setLevel(logging.ERROR)
    return logger
