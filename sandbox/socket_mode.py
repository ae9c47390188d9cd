"""Socket Mode's side of Slack: connections, envelopes, acknowledgements."""

import asyncio
import contextlib
import secrets
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

CONNECTIONS_MOST = 10
ANSWERABLE = ("slash_commands", "interactive")


class NotConnected(Exception):
    """No connection of the app is there to take an envelope."""


class Connections:
    """The open connections of one app; each envelope goes to one of them, in turn."""

    def __init__(self, app_id: str) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self._app_id = app_id
        self._lock = threading.Lock()
        self._open: list[WebSocket] = []
        self._tickets: set[str] = set()
        self._waiting: dict[str, Future[dict[str, Any]]] = {}
        self._turn = 0

    def __len__(self) -> int:
        return len(self._open)

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
        if len(self._open) >= CONNECTIONS_MOST:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return
        with self._lock:
            self._open.append(socket)
        try:
            await socket.send_json(self._hello())
            while True:
                self._acknowledge(await socket.receive_json())
        except (WebSocketDisconnect, RuntimeError):
            pass  # The app went away, as connections do.
        finally:
            self._forget(socket)

    def send(self, kind: str, payload: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        """Send an envelope to one connection and return its acknowledgement's payload.

        Raises NotConnected without a connection and TimeoutError without an acknowledgement.
        """
        envelope: dict[str, Any] = {
            "envelope_id": secrets.token_hex(16),
            "type": kind,
            "accepts_response_payload": kind in ANSWERABLE,
            "payload": payload,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": 0, "retry_reason": ""}
        ack: Future[dict[str, Any]] = Future()
        self._waiting[envelope["envelope_id"]] = ack
        try:
            self._run(self._next().send_json(envelope))
            return ack.result(timeout_s)
        except CancelledError:
            raise NotConnected from None
        finally:
            self._waiting.pop(envelope["envelope_id"], None)

    def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to come back on a new one, and end it."""
        for socket in list(self._open):
            self._run(self._end(socket, reason))

    def drop(self) -> None:
        """End every connection without a word, as a network does."""
        for socket in list(self._open):
            self._run(self._end(socket, None))

    async def end_all(self) -> None:
        """Say goodbye to every connection."""
        for socket in list(self._open):
            await self._end(socket, "link_disabled")

    async def _end(self, socket: WebSocket, reason: str | None) -> None:
        self._forget(socket)
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            if reason:
                await socket.send_json({"type": "disconnect", "reason": reason})
            await socket.close()

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
        }

    def _acknowledge(self, frame: dict[str, Any]) -> None:
        ack = self._waiting.get(frame.get("envelope_id", ""))
        if ack and not ack.done():
            ack.set_result(frame.get("payload") or {})

    def _next(self) -> WebSocket:
        with self._lock:
            if not self._open:
                raise NotConnected
            self._turn += 1
            return self._open[self._turn % len(self._open)]

    def _forget(self, socket: WebSocket) -> None:
        with self._lock:
            if socket in self._open:
                self._open.remove(socket)

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        if self.loop is None or self.loop.is_closed():
            coroutine.close()
            raise NotConnected
        asyncio.run_coroutine_threadsafe(coroutine, self.loop)
