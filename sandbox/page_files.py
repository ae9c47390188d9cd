"""Files on the page: what a member attaches to a form, and what they take out of messages."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.acting import NotPossible
from sandbox.elements import find
from sandbox.files import is_seen_by, kind_of
from sandbox.stage import Stage


class PageFiles:
    """Serves /sandbox/attach and /sandbox/file to whoever acts on the page."""

    def __init__(self, slack: Stage) -> None:
        self._slack = slack

    def routes(self) -> list[Route]:
        """Return what is served."""
        return [
            Route("/sandbox/attach", self._attach, methods=["POST"]),
            Route("/sandbox/file/{file}", self._show),
        ]

    async def _attach(self, request: Request) -> Response:
        """Add the sent bytes to a field of a form, under the name in the query.

        `beside` marks all but the first of files that were picked together.
        """
        asked, content = request.query_params, await request.body()
        workspace = self._slack.workspace
        try:
            me = workspace.user_named(asked["as"])
            view = workspace.view(asked["view_id"])
            if view is None or view.user != me.id:
                raise NotPossible("This form is closed.")
            placed = find(view.blocks, asked["block_id"], asked["action_id"])
            if placed is None or placed.element["type"] != "file_input":
                raise NotPossible("This is no longer there.")
            beside = "beside" in asked
            self._slack.acting.attach(me, view, placed, asked["name"], content, beside=beside)
        except NotPossible as impossible:
            return JSONResponse({"ok": False, "error": str(impossible)})
        except LookupError as unknown:
            return JSONResponse({"ok": False, "error": f"Not understood: {unknown}"}, 400)
        return JSONResponse({"ok": True})

    async def _show(self, request: Request) -> Response:
        """Give a file to a member who sees it."""
        workspace = self._slack.workspace
        file = workspace.files.get(request.path_params["file"])
        try:
            me = workspace.user_named(request.query_params.get("as", ""))
        except LookupError as unknown:
            return JSONResponse({"ok": False, "error": str(unknown)}, 404)
        if file is None or not is_seen_by(workspace, file, me):
            return JSONResponse({"ok": False, "error": "This file is private."}, 404)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(file.content, headers=headers, media_type=kind_of(file).mimetype)
