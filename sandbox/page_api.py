"""JSON for the page: what one member sees, and what they do."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox import faults, page_state
from sandbox.acting import NotPossible
from sandbox.delivery import NoAck
from sandbox.elements import KINDS, Placed, find
from sandbox.nouns import Channel, Message, User, View
from sandbox.payloads import set_value
from sandbox.stage import Stage

GATHER_S = 0.03
VALUE_FIELDS = {kind.field for kind in KINDS.values()}
Act = Callable[[User, dict[str, Any]], dict[str, Any]]


class PageApi:
    """Serves /sandbox/...; `loop` is the server's, for telling open pages of changes."""

    def __init__(self, slack: Stage) -> None:
        self._slack = slack
        self.loop: asyncio.AbstractEventLoop | None = None
        self._streams: set[asyncio.Queue[str | None]] = set()
        slack.workspace.watchers.append(self._tell_pages)
        self._acts: dict[str, Act] = {
            "say": self._say,
            "command": self._command,
            "click": self._click,
            "type": self._type,
            "submit": self._submit,
            "detach": self._detach,
            "close": self._close,
            "open_home": self._open_home,
            "suggest": self._suggest,
            "shortcut": self._shortcut,
            "clock": self._clock,
            "fault": self._fault,
            "clear_faults": self._clear_faults,
        }

    def routes(self) -> list[Route]:
        """Return what is served."""
        return [
            Route("/sandbox/state", self._state),
            Route("/sandbox/messages", self._messages),
            Route("/sandbox/stream", self._stream),
            Route("/sandbox/act", self._act, methods=["POST"]),
        ]

    # telling pages

    def _tell_pages(self, topic: str) -> None:
        if self.loop and self._streams and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._put, topic)

    def _put(self, topic: str | None) -> None:
        for stream in self._streams:
            stream.put_nowait(topic)

    def end_streams(self) -> None:
        """End every open stream; called on the server's loop."""
        self._put(None)

    async def _stream(self, request: Request) -> Response:
        return StreamingResponse(self._changes(), media_type="text/event-stream")

    async def _changes(self) -> AsyncIterator[str]:
        stream: asyncio.Queue[str | None] = asyncio.Queue()
        self._streams.add(stream)
        try:
            yield ": connected\n\n"
            while (topic := await stream.get()) is not None:
                await asyncio.sleep(GATHER_S)
                topics = {topic}
                while not stream.empty():
                    if (more := stream.get_nowait()) is None:
                        return
                    topics.add(more)
                yield f"data: {json.dumps({'changed': sorted(topics)})}\n\n"
        finally:
            self._streams.discard(stream)

    # showing

    async def _state(self, request: Request) -> Response:
        try:
            me = self._member(request.query_params.get("as"))
        except LookupError as unknown:
            return _refusal(str(unknown), 404)
        with self._slack.workspace.lock:
            return JSONResponse(page_state.everything(self._slack, me))

    def _member(self, name: str | None) -> User:
        """The member of that name, or the first where none is given."""
        workspace = self._slack.workspace
        if name:
            return workspace.user_named(name)
        members = [user for user in workspace.users.values() if not user.bot]
        if not members:
            raise LookupError("There is nobody here yet.")
        return members[0]

    async def _messages(self, request: Request) -> Response:
        workspace = self._slack.workspace
        try:
            me = workspace.user_named(request.query_params.get("as", ""))
            channel = workspace.channel_named(request.query_params.get("channel", ""))
        except LookupError as unknown:
            return _refusal(str(unknown), 404)
        if channel.private and me.id not in channel.members:
            return _refusal("This channel is private.", 404)
        with workspace.lock:
            seen = channel.visible_to(me.id)
            if seen:
                channel.read[me.id] = seen[-1].order
            shown = [page_state.shown(workspace, message, channel) for message in seen]
            return JSONResponse({"messages": shown})

    # acting

    async def _act(self, request: Request) -> Response:
        body = await request.json()
        return await run_in_threadpool(self._do, body)

    def _do(self, body: dict[str, Any]) -> Response:
        try:
            act = self._acts[body["kind"]]
            done = act(self._slack.workspace.user_named(body["as"]), body)
        except NoAck as silence:
            return JSONResponse({"ok": False, "error": silence.error})
        except NotPossible as impossible:
            return JSONResponse({"ok": False, "error": str(impossible)})
        except (LookupError, TypeError, ValueError) as nonsense:
            return _refusal(f"Not understood: {nonsense}", 400)
        return JSONResponse({"ok": True, **done})

    def _say(self, me: User, body: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(body)
        message = self._slack.acting.say(me, channel, body["text"], body.get("thread_ts"))
        return {"ts": message.ts}

    def _command(self, me: User, body: dict[str, Any]) -> dict[str, Any]:
        self._slack.acting.command(me, self._channel(body), body["text"])
        return {}

    def _click(self, me: User, body: dict[str, Any]) -> dict[str, Any]:
        where = self._where(me, body)
        value = {key: body[key] for key in VALUE_FIELDS - {"value"} if key in body}
        placed = self._placed(where, body)
        if placed.element["type"] != "button" and "value" in body:
            value["value"] = body["value"]
        self._slack.acting.use(me, where, placed, value)
        return {}

    def _type(self, me: User, body: dict[str, Any]) -> dict[str, Any]:
        self._keep(self._view(me, body), body["values"])
        return {}

    def _submit(self, me: User, body: dict[str, Any]) -> dict[str, Any]:
        view = self._view(me, body)
        self._keep(view, body.get("values", {}))
        done = self._slack.acting.submit(me, view)
        return {"errors": done.errors} if done.errors else {}

    def _detach(self, me: User, body: dict[str, Any]) -> dict[str, Any]:
        view = self._view(me, body)
        self._slack.acting.detach(me, view, self._placed(view, body), body["file"])
        return {}

    def _close(self, me: User, body: dict[str, Any]) -> dict[str, Any]:
        whole = bool(body.get("whole_stack"))
        self._slack.acting.close(me, self._view(me, body), whole_stack=whole)
        return {}

    def _open_home(self, me: User, body: dict[str, Any]) -> dict[str, Any]:
        self._slack.acting.open_home(me)
        return {}

    def _suggest(self, me: User, body: dict[str, Any]) -> dict[str, Any]:
        where = self._where(me, body)
        placed = self._placed(where, body)
        return {"options": self._slack.acting.suggest(me, where, placed, body["value"])}

    def _shortcut(self, me: User, body: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(body) if body.get("channel") else None
        message = None
        if channel and body.get("message_ts"):
            message = self._slack.workspace.message(channel, body["message_ts"])
        self._slack.acting.shortcut(me, body["callback_id"], channel, message)
        return {}

    def _clock(self, me: User, body: dict[str, Any]) -> dict[str, Any]:
        clock = self._slack.clock
        if "advance_seconds" in body:
            clock.advance(float(body["advance_seconds"]))
        if body.get("freeze"):
            clock.freeze()
        if body.get("resume"):
            clock.resume()
        self._slack.workspace.changed("state")
        return {"now": clock.now().isoformat()}

    def _fault(self, me: User, body: dict[str, Any]) -> dict[str, Any]:
        faults.cause(self._slack, body["name"], body.get("values") or {})
        return {"active_faults": self._slack.active_faults}

    def _clear_faults(self, me: User, body: dict[str, Any]) -> dict[str, Any]:
        self._slack.clear_faults()
        return {"active_faults": self._slack.active_faults}

    # what is meant

    def _channel(self, body: dict[str, Any]) -> Channel:
        return self._slack.workspace.channel_named(body["channel"])

    def _view(self, me: User, body: dict[str, Any]) -> View:
        view = self._slack.workspace.view(body["view_id"])
        if view is None or view.user != me.id:
            raise NotPossible("This form is closed.")
        return view

    def _where(self, me: User, body: dict[str, Any]) -> View | Message:
        if body.get("view_id"):
            return self._view(me, body)
        message = self._slack.workspace.message(self._channel(body), body["message_ts"])
        if message is None or message.only_for not in (None, me.id):
            raise NotPossible("This message is gone.")
        return message

    def _placed(self, where: View | Message, body: dict[str, Any]) -> Placed:
        placed = find(where.blocks, body["block_id"], body["action_id"])
        if placed is None:
            raise NotPossible("This is no longer there.")
        return placed

    def _keep(self, view: View, values: dict[str, dict[str, dict[str, Any]]]) -> None:
        with self._slack.workspace.lock:
            for block_id, actions in values.items():
                for action_id, entry in actions.items():
                    placed = find(view.blocks, block_id, action_id)
                    if placed and placed.element["type"] != "file_input":
                        told = {key: value for key, value in entry.items() if key != "type"}
                        set_value(view.typed, placed, told)


def _refusal(words: str, status: int) -> JSONResponse:
    return JSONResponse({"ok": False, "error": words}, status)
