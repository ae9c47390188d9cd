"""The local Slack before it is served: a workspace with one app in it, and all that is done."""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sandbox import transcript
from sandbox.acting import Acting
from sandbox.arranging import Arranged
from sandbox.call_faults import CallFaults
from sandbox.clock import SandboxClock
from sandbox.delivery import Carrier
from sandbox.faulty import Faulty
from sandbox.manifest import Manifest
from sandbox.nouns import Channel
from sandbox.records import Delivery, Finding, Request
from sandbox.socket_mode import Connections, Hold
from sandbox.state import TRIGGER_ERRORS, Workspace
from sandbox.web_api import WebApi

PATIENCE_S = 15.0
"""How long something is waited for that should come at once: a slow machine takes its time."""
POLL_S = 0.01
Result = TypeVar("Result")


class Stage(Arranged, Faulty):
    """A workspace, its clock, and the app with what goes to it and comes from it.

    Whoever serves it says how a connection is held and where a new one is opened.
    """

    def __init__(
        self,
        manifest: Mapping[str, Any],
        clock: SandboxClock | None,
        hold: Hold,
        new_socket_url: Callable[[], str],
    ) -> None:
        self.clock = clock or SandboxClock()
        self.workspace = Workspace(Manifest.read(manifest), self.clock)
        self.bot_token = f"xoxb-{secrets.token_hex(12)}"
        self.app_token = f"xapp-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self._connections = Connections(self.workspace.app_id, hold)
        self._carrier = Carrier(self.workspace, self._connections, self.signing_secret)
        self._call_faults = CallFaults()
        self._web_api = WebApi(self.workspace, self.bot_token, self.app_token, new_socket_url)
        self.acting = Acting(self.workspace, self._carrier)

    # setting it up

    @property
    def team_id(self) -> str:
        """The workspace's id."""
        return self.workspace.team_id

    @property
    def app_id(self) -> str:
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

    # looking

    def channel(self, name: str) -> Channel:
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
