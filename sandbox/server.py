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

from sandbox.acting import Acting
from sandbox.clock import SandboxClock
from sandbox.delivery import Carrier
from sandbox.manifest import Manifest
from sandbox.page_api import PageApi
from sandbox.people import Member
from sandbox.records import Delivery, Finding, Request, SlackError
from sandbox.response_urls import respond
from sandbox.serving import ServerThread
from sandbox.socket_mode import Connections
from sandbox.state import Channel, User, Workspace
from sandbox.web_api import Fault, WebApi, json_answer, read_call

PAGE = Path(__file__).parent / "page"
POLL_S = 0.01
Result = TypeVar("Result")


class Sandbox:
    """A workspace with one app in it, described by its manifest.

    Use it as a context manager, or call `start` and `stop`. Until `deliver_over_http` names an
    address, what people do reaches the app over Socket Mode.
    """

    def __init__(
        self,
        manifest: Mapping[str, Any],
        clock: SandboxClock | None = None,
        port: int = 0,
        *,
        strict: bool = True,
    ) -> None:
        self.clock = clock or SandboxClock()
        self.workspace = Workspace(Manifest.read(manifest), self.clock)
        self.bot_token = f"xoxb-{secrets.token_hex(12)}"
        self.app_token = f"xapp-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self._connections = Connections(self.workspace.app_id)
        self._carrier = Carrier(self.workspace, self._connections, self.signing_secret)
        self._page_api = PageApi(self)
        self._server = ServerThread(self._routes(), port, before_end=self._say_goodbye)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.api_url = f"{self.url}/api/"
        self.acting = Acting(self.workspace, self._carrier, self.url)
        self._web_api = WebApi(
            self.workspace, self.bot_token, self.app_token, self._new_socket_url, strict=strict
        )

    # running it

    def start(self) -> None:
        """Take requests."""
        self._server.start()
        self._connections.loop = self._page_api.loop = self._server.loop

    def stop(self) -> None:
        """End every connection and free the port."""
        self._server.stop()

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
    def connected(self) -> int:
        """How many Socket Mode connections are open."""
        return len(self._connections)

    @property
    def delivers_over(self) -> str:
        """`socket` or `http`."""
        return "http" if self._carrier.request_url else "socket"

    def add_user(
        self, name: str, real_name: str | None = None, tz: str = "UTC", *, admin: bool = False
    ) -> User:
        """Add a member to the workspace."""
        return self.workspace.add_user(name, real_name or name.title(), tz, admin=admin)

    def add_channel(
        self,
        name: str,
        members: list[str] | tuple[str, ...] = (),
        *,
        private: bool = False,
        bot_is_member: bool = True,
    ) -> Channel:
        """Add a channel with these users in it."""
        ids = {self.workspace.user_named(member).id for member in members}
        if bot_is_member:
            ids.add(self.bot_user_id)
        return self.workspace.add_channel(name, ids, private=private)

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

    def wait_for(self, condition: Callable[[], Result], timeout: float = 5) -> Result:
        """Return the first truthy value of the condition, or raise AssertionError."""
        until = time.monotonic() + timeout
        while not (value := condition()):
            if time.monotonic() > until:
                raise AssertionError(f"Still {value!r} after {timeout} s.")
            time.sleep(POLL_S)
        return value

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

    def deliver_again(self, delivery: Delivery) -> Delivery:
        """Send what was sent before once more, as Slack does when it doubts that it arrived."""
        return self._carrier.deliver(delivery.kind, delivery.payload)

    # faults

    @property
    def rate_limits(self) -> bool:
        """Whether chat.postMessage is held to one a second and channel."""
        return self._web_api.rate_limits

    @rate_limits.setter
    def rate_limits(self, switched_on: bool) -> None:
        self._web_api.rate_limits = switched_on

    @property
    def ack_within_s(self) -> float:
        """How long the app has to acknowledge."""
        return self._carrier.ack_within_s

    @ack_within_s.setter
    def ack_within_s(self, seconds: float) -> None:
        self._carrier.ack_within_s = seconds

    def fail_next(
        self, method: str, error: str, retry_after: int | None = None, times: int = 1
    ) -> None:
        """Refuse the next calls of a method."""
        self._web_api.faults[method].append(Fault(error, retry_after, times))

    def lose_reply_next(self, method: str) -> None:
        """Do what the next call of a method asks, then drop the connection."""
        self._web_api.lost_replies.append(method)

    def ask_to_reconnect(self) -> None:
        """End every Socket Mode connection as Slack does when it moves an app elsewhere."""
        self._connections.ask_to_reconnect()

    def drop_connections(self) -> None:
        """End every Socket Mode connection without a word."""
        self._connections.drop()

    # serving

    def _routes(self) -> Starlette:
        routes = [
            Route("/", self._index),
            Route("/api/{method}", self._call, methods=["GET", "POST"]),
            Route("/response/{secret}", self._respond, methods=["POST"]),
            WebSocketRoute("/link", self._connections.serve),
            *self._page_api.routes(),
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
        answer = self._web_api.call(method, token, args)
        if self._web_api.loses_reply(method) and request.client:
            self._server.drop(request.client.host, request.client.port)
            await asyncio.sleep(0)
        return json_answer(answer)

    async def _respond(self, request: HttpRequest) -> Response:
        args = json.loads(await request.body())
        record = respond(self.workspace, request.path_params["secret"], args)
        self.requests.append(record)
        if record.response["ok"]:
            return PlainTextResponse("ok")
        worn = record.response["error"] in ("expired_url", "used_url")
        return JSONResponse(record.response, 404 if worn else 400)

    def _new_socket_url(self) -> str:
        ticket = self._connections.new_ticket()
        return f"ws://127.0.0.1:{self._server.port}/link?ticket={ticket}&app_id={self.app_id}"

    async def _say_goodbye(self) -> None:
        self._page_api.end_streams()
        await self._connections.end_all()
