"""uvicorn in a thread: starts and stops in milliseconds, on the loopback interface only."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

Hook = Callable[[], Awaitable[None]]


class _QuickServer(uvicorn.Server):
    """uvicorn without its naps: waits for one event and drops what is still open."""

    def __init__(self, config: uvicorn.Config, before_end: Hook) -> None:
        super().__init__(config)
        self.ending = asyncio.Event()
        self._before_end = before_end

    async def main_loop(self) -> None:
        await self.ending.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        await self._before_end()
        for connection in list(self.server_state.connections):
            if connection.transport:
                connection.transport.abort()
        for task in list(self.server_state.tasks):
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)


class ServerThread:
    """Serves an app on 127.0.0.1 from `start` to `stop`."""

    def __init__(self, app: ASGIApp, port: int, *, before_end: Hook) -> None:
        self._app = app
        self._before_end = before_end
        self._ready = threading.Event()
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self.loop: asyncio.AbstractEventLoop | None = None
        self._server: _QuickServer | None = None
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    def start(self) -> None:
        """Serve; returns once requests are taken."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Stop serving; returns once the port is free."""
        if self.loop and self._server:
            self.loop.call_soon_threadsafe(self._server.ending.set)
        self._thread.join()
        self._socket.close()

    def drop(self, host: str, port: int) -> None:
        """Cut the connection of a client; called on the server's loop."""
        for transport in self._transports(host, port):
            transport.abort()

    def hold(self, host: str, port: int, on: bool) -> None:
        """Read nothing more from a client, or read again; called on the server's loop."""
        for transport in self._transports(host, port):
            if on:
                transport.pause_reading()
            else:
                transport.resume_reading()

    def _transports(self, host: str, port: int) -> Iterator[asyncio.Transport]:
        connections = list(self._server.server_state.connections) if self._server else []
        for connection in connections:
            transport = connection.transport
            if transport and transport.get_extra_info("peername") == (host, port):
                yield transport

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        config = uvicorn.Config(
            self._app,
            lifespan="off",
            log_config=None,
            access_log=False,
            ws="websockets-sansio",
            ws_ping_interval=None,
        )
        config.load()
        self.loop = asyncio.get_running_loop()
        self._server = _QuickServer(config, self._before_end)
        self._server.lifespan = config.lifespan_class(config)
        await self._server.startup([self._socket])
        self._ready.set()
        await self._server.main_loop()
        await self._server.shutdown()
