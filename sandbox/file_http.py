"""Where files go to and come from: addresses beside the Web API, each with a way of its own."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.call_faults import DOWNLOAD, UPLOAD, CallFaults, Trouble
from sandbox.files import is_seen_by_bot, kind_of
from sandbox.nouns import File
from sandbox.records import Request
from sandbox.state import Workspace
from sandbox.web_api import WebApi

Suffer = Callable[[HttpRequest, Trouble], Awaitable[None]]

SIGN_IN = """<!DOCTYPE html><html lang="en"><head><title>Sign in | Slack</title></head>
<body><h1>Sign in to Sandbox</h1><p>sandbox.slack.com</p></body></html>"""


class FileHttp:
    """Takes the bytes of announced files, and gives files to whoever has the app's token.

    `suffer` lets what goes wrong with an answer go wrong.
    """

    def __init__(
        self, workspace: Workspace, web_api: WebApi, faults: CallFaults, suffer: Suffer
    ) -> None:
        self._workspace = workspace
        self._web_api = web_api
        self._faults = faults
        self._suffer = suffer

    def routes(self) -> list[Route]:
        """Return what is served."""
        return [
            Route("/upload/v1/{secret}", self._take, methods=["POST"]),
            Route("/files-pri/{key}/download/{name}", self._give),
            Route("/files-pri/{key}/{name}", self._give),
            Route("/signin", self._sign_in),
        ]

    async def _take(self, request: HttpRequest) -> Response:
        """Take bytes as they are or as a form's only file; needs no token but its secret."""
        trouble = self._faults.meet(UPLOAD)
        content = await _content(request)
        file = self._announced(request.path_params["secret"])
        error = "" if trouble.status or trouble.error else self._receive(file, content)
        args = {"file": file.id if file else None, "bytes": len(content)}
        self._record(UPLOAD, args, error, trouble)
        await self._suffer(request, trouble)
        if trouble.status or trouble.error:
            return _troubled(trouble)
        return PlainTextResponse(error or f"OK - {len(content)}", 400 if error else 200)

    def _announced(self, secret: str) -> File | None:
        files = self._workspace.files.values()
        return next((file for file in files if file.secret == secret), None)

    def _receive(self, file: File | None, content: bytes) -> str:
        """Keep the bytes, or say as what they are refused."""
        with self._workspace.lock:
            if file is None or file.completed:
                error, detail = "invalid_ticket", "no upload waits there"
            elif len(content) != file.length:
                error = "invalid_length"
                detail = f"{file.length} bytes were announced, {len(content)} came"
            else:
                file.content, file.received = content, True
                return ""
        self._workspace.find_fault(UPLOAD, error, detail)
        return error

    async def _give(self, request: HttpRequest) -> Response:
        """Give a file to the app's token; send everybody else to sign in, as Slack does."""
        trouble = self._faults.meet(DOWNLOAD)
        file_id = request.path_params["key"].partition("-")[2]
        file = self._workspace.files.get(file_id)
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        error = "" if trouble.status or trouble.error else self._refusal(file, token)
        self._record(DOWNLOAD, {"file": file_id}, error, trouble)
        await self._suffer(request, trouble)
        if trouble.status or trouble.error:
            return _troubled(trouble)
        if error or file is None:
            return RedirectResponse(f"/signin?redir={request.url.path}", 302)
        return Response(file.content, media_type=kind_of(file).mimetype)

    def _refusal(self, file: File | None, token: str) -> str:
        """Say why a token does not get a file, and write it down."""
        worn = self._web_api.worn_tokens.get(token)
        if worn:
            return worn
        if token != self._web_api.bot_token:
            error = "invalid_auth" if token else "not_authed"
        elif "files:read" not in self._workspace.manifest.scopes:
            error = "missing_scope"
        elif file is None or not file.ready or not is_seen_by_bot(self._workspace, file):
            error = "file_not_found"
        else:
            return ""
        self._workspace.find_fault(DOWNLOAD, error, "answered with the page to sign in")
        return error

    async def _sign_in(self, request: HttpRequest) -> Response:
        return HTMLResponse(SIGN_IN)

    def _record(self, method: str, args: dict[str, Any], error: str, trouble: Trouble) -> None:
        workspace = self._workspace
        record = Request(method, args, workspace.clock.now(), trouble=str(trouble))
        record.order = workspace.count()
        if not trouble.status:
            error = trouble.error or error
            record.response = {"ok": False, "error": error} if error else {"ok": True}
        self._web_api.requests.append(record)


async def _content(request: HttpRequest) -> bytes:
    """Read bytes sent as they are, or the first file of a form."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form() as form:
        for part in form.values():
            if not isinstance(part, str):
                return await part.read()
    return b""


def _troubled(trouble: Trouble) -> Response:
    if trouble.error == "ratelimited":
        headers = {"Retry-After": str(trouble.retry_after or 1)}
        return PlainTextResponse("ratelimited", 429, headers)
    return PlainTextResponse(trouble.error or "upstream connect error", trouble.status or 500)
