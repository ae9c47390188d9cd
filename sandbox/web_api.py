"""The Web API over HTTP: who calls, what is asked, what goes wrong, what is answered."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse

from sandbox.methods import ANYWHERE, JSON_ARGUMENTS, METHODS
from sandbox.methods.access import need_scope
from sandbox.records import Request, SlackError
from sandbox.state import Workspace

BURST = 4
FALSE = ("", "0", "false", "False")
FLAGS = (
    "include_all_metadata",
    "include_locale",
    "include_num_members",
    "inclusive",
)


@dataclass
class Fault:
    """Something that is to go wrong with the next calls of a method."""

    error: str
    retry_after: int | None
    times: int


class Planned(SlackError):
    """A refusal that a test asked for: no fault of the app."""


class Pace:
    """One message a second and channel, with short bursts."""

    def __init__(self) -> None:
        self._tokens: dict[str, float] = defaultdict(lambda: BURST)
        self._seen: dict[str, datetime] = {}

    def take(self, channel: str, now: datetime) -> bool:
        """Return whether one more may be posted to the channel now."""
        passed = (now - self._seen.get(channel, now)).total_seconds()
        self._seen[channel] = now
        self._tokens[channel] = min(BURST, self._tokens[channel] + passed)
        if self._tokens[channel] < 1:
            return False
        self._tokens[channel] -= 1
        return True


class WebApi:
    """Answers calls for one workspace; `new_socket_url` is what apps.connections.open gives out."""

    def __init__(
        self,
        workspace: Workspace,
        bot_token: str,
        app_token: str,
        new_socket_url: Callable[[], str],
        *,
        strict: bool,
    ) -> None:
        self.workspace = workspace
        self.bot_token = bot_token
        self.app_token = app_token
        self.rate_limits = False
        self.requests: list[Request] = []
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.lost_replies: list[str] = []
        self._new_socket_url = new_socket_url
        self._strict = strict
        self._pace = Pace()

    def call(self, method: str, token: str | None, args: dict[str, Any]) -> dict[str, Any]:
        """Answer one call and keep it in the transcript."""
        record = Request(method, args, self.workspace.clock.now())
        with self.workspace.lock:
            try:
                record.response = {"ok": True, **self._answer(method, token, args)}
            except SlackError as refusal:
                record.response = {"ok": False, "error": refusal.error, **refusal.extra}
                self._note(method, refusal)
            self.requests.append(record)
        return record.response

    def _answer(self, method: str, token: str | None, args: dict[str, Any]) -> dict[str, Any]:
        if method != "apps.connections.open" and method not in METHODS:
            raise SlackError("unknown_method", req_method=method)
        self._check_token(method, token)
        self._go_wrong(method)
        if method == "apps.connections.open":
            return {"url": self._new_socket_url()}
        asked = METHODS[method]
        if asked.scope:
            need_scope(self.workspace, asked.scope)
        self._check_arguments(method, args)
        if self.rate_limits and method == "chat.postMessage":
            self._keep_pace(args)
        return asked.call(self.workspace, args)

    def _check_token(self, method: str, token: str | None) -> None:
        if not token:
            raise SlackError("not_authed")
        wanted = self.app_token if method == "apps.connections.open" else self.bot_token
        if token != wanted:
            known = token in (self.app_token, self.bot_token)
            raise SlackError("not_allowed_token_type" if known else "invalid_auth")

    def _check_arguments(self, method: str, args: dict[str, Any]) -> None:
        asked = METHODS[method]
        missing = [name for name in asked.required if args.get(name) in (None, "")]
        for name in missing:
            self.workspace.find_fault(method, "invalid_arguments", f"{name} is missing")
        if missing:
            raise SlackError("invalid_arguments", response_metadata=_missing(missing))
        unknown = sorted(set(args) - {*asked.required, *asked.optional, *ANYWHERE})
        for name in unknown:
            self.workspace.find_fault(method, "unknown_argument", f"{name} is not an argument")
        if unknown and self._strict:
            raise SlackError("invalid_arguments", response_metadata=_unexpected(unknown))

    def _go_wrong(self, method: str) -> None:
        if not self.faults[method]:
            return
        fault = self.faults[method][0]
        fault.times -= 1
        if fault.times <= 0:
            self.faults[method].pop(0)
        extra = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
        raise Planned(fault.error, **extra)

    def _keep_pace(self, args: dict[str, Any]) -> None:
        if not self._pace.take(str(args["channel"]), self.workspace.clock.now()):
            raise SlackError("ratelimited", retry_after=1)

    def _note(self, method: str, refusal: SlackError) -> None:
        """Write refusals down, but neither planned ones nor those with findings of their own."""
        if not isinstance(refusal, Planned) and "response_metadata" not in refusal.extra:
            self.workspace.find_fault(method, refusal.error, "refused")

    def loses_reply(self, method: str) -> bool:
        """Return whether the answer to this call is to be lost on the way."""
        if method not in self.lost_replies:
            return False
        self.lost_replies.remove(method)
        return True


def _missing(names: list[str]) -> dict[str, Any]:
    return {"messages": [f"[ERROR] missing required field: {name}" for name in names]}


def _unexpected(names: list[str]) -> dict[str, Any]:
    return {"messages": [f"[ERROR] unexpected argument: {name}" for name in names]}


async def read_call(request: HttpRequest) -> tuple[str | None, dict[str, Any]]:
    """Read token and arguments from a query, a form or JSON."""
    args: dict[str, Any] = dict(request.query_params)
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        given = json.loads(body or b"{}")
        if not isinstance(given, dict):
            raise SlackError("json_not_object")
        args |= given
    else:
        args |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    token = args.pop("token", None) or bearer or None
    return token, {name: _read(name, value) for name, value in args.items() if value is not None}


def _read(name: str, value: Any) -> Any:
    if name in FLAGS and isinstance(value, str):
        return value not in FALSE
    if name in JSON_ARGUMENTS and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(
                "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
            ) from None
    return value


def json_answer(answer: dict[str, Any]) -> JSONResponse:
    """Put an answer into HTTP: 429 with Retry-After for a rate limit, 200 for all else."""
    if answer.get("error") == "ratelimited":
        wait_s = answer.get("retry_after", 1)
        return JSONResponse(answer, 429, {"Retry-After": str(wait_s)})
    return JSONResponse(answer)
