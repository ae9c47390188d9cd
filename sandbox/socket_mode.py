"""Socket Mode's side of Slack: connections, envelopes, acknowledgements."""

import asyncio
import contextlib
import json
import secrets
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.records import Delivery

CONNECTIONS_MOST = 10
ANSWERABLE = ("slash_commands", "interactive")

Hold = Callable[[WebSocket, bool], None]
"""Stops reading from a connection, or reads from it again; called on the server's loop."""


class NotConnected(Exception):
    """No connection of the app is there to take an envelope."""


class Connections:
    """The open connections of one app; each envelope goes to one of them, in turn.

    Ghosts are connections that only Slack believes in. A held connection is open, but nothing gets
    through. A retired one was told to reconnect and left open; nothing is sent to it any more.
    """

    def __init__(self, app_id: str, hold: Hold) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.ghosts = 0
        self.send_away = 0
        self.link_enabled = True
        self._app_id = app_id
        self._hold_reading = hold
        self._lock = threading.Lock()
        self._open: list[WebSocket] = []
        self._held: list[WebSocket] = []
        self._retired: list[WebSocket] = []
        self._tickets: set[str] = set()
        self._waiting: dict[str, list[Future[dict[str, Any]]]] = {}
        self._turn = 0

    def __len__(self) -> int:
        return len(self._open)

    @property
    def held(self) -> int:
        """On how many open connections nothing gets through."""
        return len(self._held)

    def new_ticket(self) -> str:
        """Return the secret part of a connection's address; it opens one connection."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """Talk with one connection until it ends."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(4001)
            return
        self._tickets.remove(ticket)
        await socket.accept()
        if self._is_one_too_many():
            await socket.send_json(_goodbye("too_many_websockets"))
            await socket.close()
            return
        with self._lock:
            self._open.append(socket)
        try:
            await socket.send_json(self._hello())
            while True:
                self._acknowledge(socket, await socket.receive_json())
        except (WebSocketDisconnect, RuntimeError):
            pass  # The app went away, as connections do.
        finally:
            self._forget(socket)

    def send(self, delivery: Delivery, timeout_s: float) -> dict[str, Any]:
        """Send an envelope to one connection and return its acknowledgement's payload.

        Raises NotConnected without a connection and TimeoutError without an acknowledgement.
        """
        ack: Future[dict[str, Any]] = Future()
        with self._lock:
            self._waiting.setdefault(delivery.envelope_id, []).append(ack)
        try:
            socket = self._next()
            if socket is not None and socket not in self._held:
                self._run(_send(socket, _envelope(delivery)))
            return ack.result(timeout_s)
        except CancelledError:
            raise NotConnected from None
        finally:
            with self._lock:
                self._waiting[delivery.envelope_id].remove(ack)
                if not self._waiting[delivery.envelope_id]:
                    del self._waiting[delivery.envelope_id]

    # ending them

    def warn(self) -> list[WebSocket]:
        """Say that every connection will end soon; return those that were told."""
        told = list(self._open)
        for socket in told:
            self._run(_send(socket, _goodbye("warning")))
        return told

    def ask_to_reconnect(
        self, sockets: list[WebSocket] | None = None, *, leave_open: bool = False
    ) -> None:
        """Tell these connections, or every one, to come back on a new one; end them, or not."""
        for socket in list(self._open) if sockets is None else sockets:
            if socket in self._open:
                self._run(self._end(socket, "refresh_requested", leave_open=leave_open))

    def disable_link(self) -> None:
        """End every connection because Socket Mode was switched off."""
        self.link_enabled = False
        for socket in list(self._open):
            self._run(self._end(socket, "link_disabled"))

    def drop(self) -> None:
        """End every connection without a word, as a network does."""
        for socket in [*self._open, *self._retired]:
            self._run(self._end(socket, None))

    async def end_all(self) -> None:
        """Say goodbye to every connection, and wait for no acknowledgement any more."""
        for socket in [*self._open, *self._retired]:
            await self._end(socket, "link_disabled")
        with self._lock:
            for acks in self._waiting.values():
                for ack in acks:
                    ack.cancel()

    async def _end(
        self, socket: WebSocket, reason: str | None, *, leave_open: bool = False
    ) -> None:
        if socket in self._held:
            self._hold_reading(socket, False)
        self._forget(socket)
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            if reason:
                await socket.send_json(_goodbye(reason))
            if leave_open:
                self._retired.append(socket)
            else:
                await socket.close()

    # holding them

    def hold(self) -> None:
        """Let nothing through on any connection that is open now."""
        for socket in [socket for socket in self._open if socket not in self._held]:
            self._held.append(socket)
            self._run(self._pause(socket, True))

    def release(self) -> None:
        """Let everything through again; what was sent meanwhile stays lost."""
        held, self._held = self._held, []
        for socket in held:
            self._run(self._pause(socket, False))

    async def _pause(self, socket: WebSocket, paused: bool) -> None:
        self._hold_reading(socket, paused)

    # who is there

    def _is_one_too_many(self) -> bool:
        if self.send_away:
            self.send_away -= 1
            return True
        return len(self._open) + self.ghosts >= CONNECTIONS_MOST

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._open) + self.ghosts,
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
        }

    def _acknowledge(self, socket: WebSocket, frame: dict[str, Any]) -> None:
        if socket in self._held:
            return
        with self._lock:
            acks = self._waiting.get(frame.get("envelope_id", ""), [])
            waiting = next((ack for ack in acks if not ack.done()), None)
        if waiting:
            waiting.set_result(frame.get("payload") or {})

    def _next(self) -> WebSocket | None:
        """Whose turn it is; None for a ghost."""
        with self._lock:
            everyone: list[WebSocket | None] = [*self._open, *[None] * self.ghosts]
            if not everyone:
                raise NotConnected
            self._turn += 1
            return everyone[self._turn % len(everyone)]

    def _forget(self, socket: WebSocket) -> None:
        with self._lock:
            for known in (self._open, self._held, self._retired):
                if socket in known:
                    known.remove(socket)

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        if self.loop is None or self.loop.is_closed():
            coroutine.close()
            raise NotConnected
        asyncio.run_coroutine_threadsafe(coroutine, self.loop)


async def _send(socket: WebSocket, frame: dict[str, Any]) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await socket.send_text(json.dumps(frame))  # in ASCII, as Slack sends it


def _goodbye(reason: str) -> dict[str, Any]:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}


def _envelope(delivery: Delivery) -> dict[str, Any]:
    envelope: dict[str, Any] = {
        "envelope_id": delivery.envelope_id,
        "type": delivery.kind,
        "accepts_response_payload": delivery.kind in ANSWERABLE,
        "payload": delivery.payload,
    }
    if delivery.kind == "events_api":
        envelope |= {"retry_attempt": delivery.retry, "retry_reason": delivery.retry_reason}
    return envelope
