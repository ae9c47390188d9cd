"""Socket Mode: several connections, watched for ghosts, ended without losing what is in hand."""

import contextlib
import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from threading import Condition
from typing import Any

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.socket_mode.request import SocketModeRequest

CONNECTIONS = 2
"""So that none is missed while Slack has one of them reconnect."""

SLACK_TAKES = 10
"""Slack's limit for one app; connections it has not noticed to be gone count too."""

CONCURRENCY = 16
"""Envelopes handled at once by one connection."""

PING_SECONDS = 10
DRAIN_SECONDS = 3.0

log = structlog.get_logger(__name__)


class Sockets:
    """The connections of one process; `replicas` is how many such processes are expected."""

    def __init__(self, bolt: App, app_token: str, replicas: int = 1) -> None:
        self._in_hand = InHand()
        self._most_expected = most_expected(replicas)
        self._handlers = [self._handler(bolt, app_token) for _ in range(CONNECTIONS)]
        self.counted_by_slack = 0
        """As the last greeting said; ghosts of lost connections are in it."""

    def connect(self) -> None:
        """Open all of them at once."""
        with ThreadPoolExecutor(CONNECTIONS) as connecting:
            list(connecting.map(lambda handler: handler.connect(), self._handlers))

    @property
    def connected(self) -> int:
        """How many are open."""
        return sum(handler.client.is_connected() for handler in self._handlers)

    def close(self) -> None:
        """Finish and acknowledge what is in hand, then hang up."""
        for handler in self._handlers:
            handler.client.default_auto_reconnect_enabled = False
            handler.client.auto_reconnect_enabled = False
        self._in_hand.wait_until_none(DRAIN_SECONDS)
        for handler in self._handlers:
            _hang_up(handler)
        with ThreadPoolExecutor(CONNECTIONS) as closing:
            list(closing.map(lambda handler: handler.client.close(), self._handlers))

    def _handler(self, bolt: App, app_token: str) -> SocketModeHandler:
        handler = _CountingHandler(
            bolt,
            app_token,
            logger=_quiet_logger(),
            ping_interval=PING_SECONDS,
            concurrency=CONCURRENCY,
        )
        handler.in_hand = self._in_hand
        handler.client.message_listeners.append(self._listen)
        return handler

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


class _CountingHandler(SocketModeHandler):
    in_hand: InHand

    def handle(self, client: Any, req: SocketModeRequest) -> None:
        with self.in_hand:
            super().handle(client, req)


def _hang_up(handler: SocketModeHandler) -> None:
    """End the SDK's blocking read, which would hold up its closing for three seconds."""
    session = handler.client.current_session
    raw = session.sock if session is not None else None
    if raw is not None:
        with contextlib.suppress(OSError):
            raw.shutdown(socket.SHUT_RDWR)


def _quiet_logger() -> logging.Logger:
    """The SDK's logger, without a line for each connection that comes and goes."""
    logger = logging.getLogger("slack_sdk.socket_mode")
    logger.setLevel(logging.ERROR)
    return logger
