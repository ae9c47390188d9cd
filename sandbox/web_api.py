"""The Web API over HTTP: who calls, what is asked, what goes wrong, what is answered."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from sandbox.call_faults import Planned, Trouble
from sandbox.methods import ANYWHERE, JSON_ARGUMENTS, METHODS
from sandbox.pace import Pace
from sandbox.records import Request, SlackError
from sandbox.state import Workspace

OPEN_SOCKET = "apps.connections.open"
FALSE = ("", "0", "false", "False")
FLAGS = (
    "include_all_metadata",
    "include_count",
    "include_disabled",
    "include_locale",
    "include_num_members",
    "include_users",
    "inclusive",
)


class WebApi:
    """Answers calls for one workspace; `new_socket_url` is what apps.connections.open gives out.

    `worn_tokens` says with which error a token that was good once is refused now.
    """

    def __init__(
        self,
        workspace: Workspace,
        bot_token: str,
        app_token: str,
        new_socket_url: Callable[[], str],
    ) -> None:
        self.workspace = workspace
        self.bot_token = bot_token
        self.app_token = app_token
        self.rate_limits = False
        self.requests: list[Request] = []
        self.worn_tokens: dict[str, str] = {}
        self._new_socket_url = new_socket_url
        self._pace = Pace()

    def call(
        self, method: str, token: str | None, args: dict[str, Any], trouble: Trouble
    ) -> dict[str, Any]:
        """Answer one call, unless it is in trouble, and keep it in the transcript."""
        record = Request(method, args, self.workspace.clock.now(), trouble=str(trouble))
        with self.workspace.lock:
            record.order = self.workspace.count()
            if not trouble.status:
                record.response = self._answer_or_refusal(method, token, args, trouble)
            self.requests.append(record)
        return record.response

    def _answer_or_refusal(
        self, method: str, token: str | None, args: dict[str, Any], trouble: Trouble
    ) -> dict[str, Any]:
        try:
            return {"ok": True, **self._answer(method, token, args, trouble)}
        except SlackError as refusal:
            self._note(method, refusal)
            return {"ok": False, "error": refusal.error, **refusal.extra}

    def _answer(
        self, method: str, token: str | None, args: dict[str, Any], trouble: Trouble
    ) -> dict[str, Any]:
        if method != OPEN_SOCKET and method not in METHODS:
            raise SlackError("unknown_method", req_method=method)
        self._check_token(method, token)
        trouble.refuse()
        if method == OPEN_SOCKET:
            return {"url": self._new_socket_url()}
        asked = METHODS[method]
        if asked.scope:
            self.workspace.need_scope(asked.scope)
        self._check_arguments(method, args)
        if self.rate_limits:
            self._keep_pace(method, args)
        return asked.call(self.workspace, args)

    def _check_token(self, method: str, token: str | None) -> None:
        if not token:
            raise SlackError("not_authed")
        if token in self.worn_tokens:
            raise Planned(self.worn_tokens[token])
        wanted = self.app_token if method == OPEN_SOCKET else self.bot_token
        if token != wanted:
            known = token in (self.app_token, self.bot_token)
            raise SlackError("not_allowed_token_type" if known else "invalid_auth")

    def _check_arguments(self, method: str, args: dict[str, Any]) -> None:
        """Refuse a call without its required arguments; find fault with unknown ones."""
        asked = METHODS[method]
        missing = [name for name in asked.required if args.get(name) in (None, "")]
        for name in missing:
            self.workspace.find_fault(method, "invalid_arguments", f"{name} is missing")
        for name in sorted(set(args) - {*asked.required, *asked.optional, *ANYWHERE}):
            self.workspace.find_fault(method, "unknown_argument", f"{name} is not an argument")
        if missing:
            raise SlackError("invalid_arguments", response_metadata=_missing(missing))

    def _keep_pace(self, method: str, args: dict[str, Any]) -> None:
        now = self.workspace.clock.now()
        wait_s = self._pace.wait_s(method, METHODS[method].tier, args, now)
        if wait_s:
            raise SlackError("ratelimited", retry_after=wait_s)

    def _note(self, method: str, refusal: SlackError) -> None:
        """Write refusals down, but neither planned ones nor those with findings of their own."""
        if not isinstance(refusal, Planned) and "response_metadata" not in refusal.extra:
            is_advice = refusal.error == "ratelimited"
            self.workspace.find_fault(method, refusal.error, "refused", warning=is_advice)


def _missing(names: list[str]) -> dict[str, Any]:
    return {"messages": [f"[ERROR] missing required field: {name}" for name in names]}


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


def in_http(answer: dict[str, Any], trouble: Trouble) -> Response:
    """Put an answer into HTTP: 429 with Retry-After for a rate limit, 200 for all else."""
    if trouble.status:
        return PlainTextResponse("upstream connect error", trouble.status)
    if answer.get("error") == "ratelimited":
        wait_s = answer.get("retry_after", 1)
        return JSONResponse(answer, 429, {"Retry-After": str(wait_s)})
    return JSONResponse(answer)
