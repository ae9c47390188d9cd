"""The sandbox: a strict local Slack that runs in a thread."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from sandbox.call_faults import Planned, Trouble
from sandbox.clock import SandboxClock
from sandbox.file_http import FileHttp
from sandbox.page_api import PageApi
from sandbox.page_files import PageFiles
from sandbox.people import Member
from sandbox.records import SlackError
from sandbox.response_urls import respond
from sandbox.serving import ServerThread
from sandbox.stage import Stage
from sandbox.web_api import in_http, read_call

PAGE = Path(__file__).parent / "page"


class Sandbox(Stage):
    """A workspace with one app in it, described by its manifest.

    Use it as a context manager, or call `start` and `stop`. Until `deliver_over_http` names an
    address, what people do reaches the app over Socket Mode.
    """

    def __init__(
        self,
        manifest: Mapping[str, Any],
        clock: SandboxClock | None = None,
        port: int = 0,
    ) -> None:
        super().__init__(manifest, clock, self._hold, self._new_socket_url)
        self._page_api = PageApi(self)
        self._server = ServerThread(self._routes(), port, before_end=self._say_goodbye)
        self.url = self.workspace.address = f"http://127.0.0.1:{self._server.port}"
        self.api_url = f"{self.url}/api/"

    # running it

    def start(self) -> None:
        """Take requests."""
        self._server.start()
        self._connections.loop = self._page_api.loop = self._server.loop
        self.workspace.timetable.start()

    def stop(self) -> None:
        """End every connection and free the port."""
        self._server.stop()
        self.workspace.timetable.stop()

    def __enter__(self) -> "Sandbox":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # acting

    def as_user(self, name: str) -> Member:
        return Member(self, self.workspace.user_named(name))

    # serving

    def _routes(self) -> Starlette:
        routes = [
            Route("/", self._index),
            Route("/api/{method}", self._call, methods=["GET", "POST"]),
            Route("/response/{secret}", self._respond, methods=["POST"]),
            WebSocketRoute("/link", self._connections.serve),
            *self._page_api.routes(),
            *PageFiles(self).routes(),
            *FileHttp(self.workspace, self._web_api, self._call_faults, self._suffer).routes(),
        ]
        if PAGE.is_dir():
            routes.append(Mount("/static", StaticFiles(directory=PAGE)))
        return Starlette(routes=routes)

    async def _index(self, request: HttpRequest) -> Response:
        index = PAGE / "index.html"
        return FileResponse(index) if index.exists() else PlainTextResponse("A local Slack.")

    async def _call(self, request: HttpRequest) -> Response:
        method = request.path_params["method"]
        try:
            token, args = await read_call(request)
        except (SlackError, ValueError) as unreadable:
            error = getattr(unreadable, "error", "invalid_json")
            self.workspace.find_fault(method, error, "the request could not be read")
            return JSONResponse({"ok": False, "error": error})
        trouble = self._call_faults.meet(method)
        answer = self._web_api.call(method, token, args, trouble)
        await self._suffer(request, trouble)
        return in_http(answer, trouble)

    async def _suffer(self, request: HttpRequest, trouble: Trouble) -> None:
        """Answer late, or not at all, where that was planned."""
        if trouble.late_s:
            await asyncio.sleep(trouble.late_s)
        if trouble.lost and request.client:
            self._server.drop(request.client.host, request.client.port)
            await asyncio.sleep(0)

    async def _respond(self, request: HttpRequest) -> Response:
        try:
            args = dict(json.loads(await request.body()))
        except (TypeError, ValueError):
            self.workspace.find_fault("response_url", "invalid_payload", "it is no JSON object")
            return PlainTextResponse("invalid_payload", 400)
        record = respond(self.workspace, request.path_params["secret"], args)
        self.requests.append(record)
        if record.response["ok"]:
            return PlainTextResponse("ok")
        worn = record.response["error"] in ("expired_url", "used_url")
        return JSONResponse(record.response, 404 if worn else 400)

    def _hold(self, socket: WebSocket, on: bool) -> None:
        if socket.client:
            self._server.hold(socket.client.host, socket.client.port, on)

    def _new_socket_url(self) -> str:
        if not self._connections.link_enabled:
            raise Planned("forbidden_team")
        ticket = self._connections.new_ticket()
        return f"ws://127.0.0.1:{self._server.port}/link?ticket={ticket}&app_id={self.app_id}"

    async def _say_goodbye(self) -> None:
        self._page_api.end_streams()
        await self._connections.end_all()
