"""The sandbox: a strict local Slack that runs in a thread."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from sandbox import transcript
from sandbox.acting import Acting
from sandbox.arranging import Arranged
from sandbox.call_faults import CallFaults, Planned, Trouble
from sandbox.clock import SandboxClock
from sandbox.delivery import Carrier
from sandbox.faulty import Faulty
from sandbox.file_http import FileHttp
from sandbox.manifest import Manifest
from sandbox.nouns import Channel
from sandbox.page_api import PageApi
from sandbox.page_files import PageFiles
from sandbox.people import PATIENCE_S, Member
from sandbox.records import Delivery, Finding, Request, SlackError
from sandbox.response_urls import respond
from sandbox.serving import ServerThread
from sandbox.socket_mode import Connections
from sandbox.state import TRIGGER_ERRORS, Workspace
from sandbox.web_api import WebApi, in_http, read_call

PAGE = Path(__file__).parent / "page"
POLL_S = 0.01
Result = TypeVar("Result")


class Sandbox(Arranged, Faulty):
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
        self.clock = clock or SandboxClock()
        self.workspace = Workspace(Manifest.read(manifest), self.clock)
        self.bot_token = f"xoxb-{secrets.token_hex(12)}"
        self.app_token = f"xapp-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self._connections = Connections(self.workspace.app_id, self._hold)
        self._carrier = Carrier(self.workspace, self._connections, self.signing_secret)
        self._call_faults = CallFaults()
        self._web_api = WebApi(self.workspace, self.bot_token, self.app_token, self._new_socket_url)
        self._page_api = PageApi(self)
        self._server = ServerThread(self._routes(), port, before_end=self._say_goodbye)
        self.url = self.workspace.address = f"http://127.0.0.1:{self._server.port}"
        self.api_url = f"{self.url}/api/"
        self.acting = Acting(self.workspace, self._carrier)

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

    # setting it up

    @property
    def team_id(self) -> str:
        """The workspace's id."""
        return self.workspace.team_id

    @property
    def app_id(self) -> str:
        """The app's id."""
        return self.workspace.app_id

    @property
    def bot_user_id(self) -> str:
        """The id of the app's bot user."""
        return self.workspace.bot.id

    @property
    def free_plan(self) -> bool:
        """Whether the workspace has no user groups because it pays nothing."""
        return self.workspace.free_plan

    @free_plan.setter
    def free_plan(self, pays_nothing: bool) -> None:
        self.workspace.free_plan = pays_nothing

    @property
    def trigger_errors(self) -> str:
        """How stale triggers are refused: by the names of the `methods` pages or of the `guide`."""
        return self.workspace.trigger_errors

    @trigger_errors.setter
    def trigger_errors(self, family: str) -> None:
        if family not in TRIGGER_ERRORS:
            raise ValueError(f"Trigger errors are named by one of {', '.join(TRIGGER_ERRORS)}.")
        self.workspace.trigger_errors = family

    @property
    def connected(self) -> int:
        """How many Socket Mode connections are open."""
        return len(self._connections)

    @property
    def delivers_over(self) -> str:
        """`socket` or `http`."""
        return "http" if self._carrier.request_url else "socket"

    def deliver_over_http(self, request_url: str) -> None:
        """Send what people do as signed HTTP requests to this address."""
        self._carrier.request_url = request_url

    # acting and looking

    def as_user(self, name: str) -> Member:
        """Act as a member."""
        return Member(self, self.workspace.user_named(name))

    def channel(self, name: str) -> Channel:
        """Look at a channel."""
        return self.workspace.channel_named(name)

    def dm(self, name: str) -> Channel:
        """Look at the direct messages between a member and the app."""
        return self.workspace.direct_messages(self.workspace.user_named(name).id)

    def wait_for(self, condition: Callable[[], Result], timeout: float = PATIENCE_S) -> Result:
        """Return the first truthy value of the condition, or raise AssertionError."""
        until = time.monotonic() + timeout
        while not (value := condition()):
            if time.monotonic() > until:
                raise AssertionError(f"Still {value!r} after {timeout} s.")
            time.sleep(POLL_S)
        return value

    def settle(self) -> None:
        """Return once all that the clock has reached was done: retries, scheduled messages."""
        self.workspace.timetable.settle()

    @property
    def findings(self) -> list[Finding]:
        """What a real Slack would refuse or ignore."""
        return self.workspace.findings

    @property
    def requests(self) -> list[Request]:
        """What the app asked of the Web API and of response_urls."""
        return self._web_api.requests

    @property
    def deliveries(self) -> list[Delivery]:
        """What was sent to the app and how it was acknowledged."""
        return self._carrier.deliveries

    def transcript(self, *, times: bool = False) -> list[str]:
        """Return both sides as lines; without `times`, lines to compare two runs by."""
        return transcript.lines(self.workspace, self.deliveries, self.requests, times=times)

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
