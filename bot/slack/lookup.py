"""Who hears what was done in Slack, found by its id: one lookup, however much there is to hear.

Bolt asks its listeners one after the other whether they fit, and looks every 10 ms whether the one
that did has acked. Here a middleware finds the route in a table, and the ack itself wakes it. What
Bolt acks at once, which is events, is left to Bolt.
"""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from threading import BoundedSemaphore, Event
from typing import Any, Generic, TypeVar

import structlog
from slack_bolt import Ack, Args, BoltResponse

from bot.slack.actions import heard_as, suggested_as

ACK_SECONDS = 3.0
"""How long Slack waits for an ack."""

Listen = Callable[[Args], None]
Found = TypeVar("Found")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """A listener, and whether its ack is the last it does, but for what it leaves to `after_ack`.

    Such a one is heard in the thread that brought what it hears, and takes that one's ack back: no
    other thread has to be woken, and to wake this one.
    """

    listen: Listen
    acks_last: bool = False


class UnknownPattern(ValueError):
    """A pattern that is not `NAME_.+`, so that no table can find what fits it."""


class Table(Generic[Found]):
    """What hears which id: by all of it, or by the name before an underscore and what follows.

    The keys are ids, patterns `NAME_.+`, and `.*` for whatever is left. Of several names an id
    begins with, the longest counts. Raises UnknownPattern for any other pattern.
    """

    def __init__(self, routes: Mapping[Any, Found]) -> None:
        self._whole: dict[str, Found] = {}
        self._named: dict[str, Found] = {}
        self._rest: Found | None = None
        for key, found in routes.items():
            if isinstance(key, str):
                self._whole[key] = found
            elif key.pattern == ".*":
                self._rest = found
            else:
                self._named[_name(key)] = found

    def find(self, heard: str) -> Found | None:
        """What hears this id; None where nothing does."""
        if (found := self._whole.get(heard)) is not None:
            return found
        end = heard.rfind("_", 0, -1)
        while end > 0:
            if (found := self._named.get(heard[:end])) is not None:
                return found
            end = heard.rfind("_", 0, end)
        return self._rest


def _name(pattern: re.Pattern[str]) -> str:
    name, _, rest = pattern.pattern.rpartition("_")
    if rest != ".+" or re.escape(name) != name:
        raise UnknownPattern(pattern.pattern)
    return name


_IDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "block_actions": lambda body: heard_as(body["actions"][0]),
    "block_suggestion": lambda body: suggested_as(body["action_id"]),
    "view_submission": lambda body: body["view"]["callback_id"],
    "shortcut": lambda body: body["callback_id"],
    "message_action": lambda body: body["callback_id"],
    "command": lambda body: body["command"].removeprefix("/").rpartition("-")[2],
}
"""Where Slack says what was used, by the kind of what it tells.

A command is known by its last word: an app for trying things out has `/dev-epic` for `/epic`."""


def hear(
    tables: Mapping[str, Table[Route]], ack_seconds: float = ACK_SECONDS
) -> Callable[[Args], BoltResponse | None]:
    """A Bolt middleware that finds the route in the table of its kind, has it heard, and acks.

    The kinds are those of Slack's payloads, and `command`. What no table knows goes on to Bolt.
    """

    def middleware(args: Args) -> BoltResponse | None:
        route = _find(tables, args.body)
        if route is not None and not (args.context.team_id and args.context.user_id):
            return BoltResponse(status=400, body="whose is that?")
        if route is None:
            args.next()
            return None
        if route.acks_last:
            return _here(route, args)
        return _in_another_thread(route, args, ack_seconds)

    return middleware


def after_ack(args: Args, show: Callable[[], None]) -> None:
    """Show what follows the ack: in another thread where this one has yet to bring it to Slack."""
    if not isinstance(args.ack, _HeldAck):
        show()
        return

    def shown() -> None:
        try:
            show()
        except Exception:
            log.exception("not shown after the ack")

    left = _left.get()
    if left is None:
        args.context.listener_runner.listener_executor.submit(shown)
    else:
        left.append(shown)


_left: ContextVar[list[Callable[[], None]] | None] = ContextVar("left", default=None)
"""What the thread that hears has left to show; None where whoever called it does not ask for it."""


class Hearing:
    """The threads that hear what comes over HTTP, give its answer, and then show what follows.

    To hand that to another thread costs as much as showing it. Yet Slack may be slow to take it:
    when so many threads wait for it, others do, so that what comes is heard all the same.
    """

    def __init__(self, others: ThreadPoolExecutor, threads: int, most_showing: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="hearing")
        self._others = others
        self._may_show = BoundedSemaphore(most_showing)

    def take(self, hear: Callable[[], Found], give: Callable[[Found], None]) -> None:
        """Have a thread hear it and give the answer; whoever calls does not wait."""
        self._threads.submit(self._heard, hear, give)

    def close(self) -> None:
        """Wait for those in hand."""
        self._threads.shutdown(wait=True)

    def _heard(self, hear: Callable[[], Found], give: Callable[[Found], None]) -> None:
        left: list[Callable[[], None]] = []
        before = _left.set(left)
        try:
            give(hear())
        finally:
            _left.reset(before)
        for shown in left:
            if not self._may_show.acquire(blocking=False):
                self._others.submit(shown)
                continue
            try:
                shown()
            finally:
                self._may_show.release()


class _HeldAck(Ack):
    """An ack that reaches Slack when its listener has ended."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]


class _WakingAck(Ack):
    """An ack that wakes who waits for it."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.given = Event()

    def __call__(self, *args: Any, **kwargs: Any) -> BoltResponse:
        answer = super().__call__(*args, **kwargs)
        self.given.set()
        return answer


def _find(tables: Mapping[str, Table[Route]], body: Mapping[str, Any]) -> Route | None:
    kind = "command" if "command" in body else str(body.get("type"))
    if kind not in tables:
        return None
    try:
        heard = _IDS[kind](body)
    except (LookupError, TypeError, AttributeError):
        heard = ""  # heard like what an earlier Tack once showed
    return tables[kind].find(heard)


def _here(route: Route, args: Args) -> BoltResponse:
    args.ack = args.context["ack"] = ack = _HeldAck()
    _listen(route, args, ack)
    return ack.response or _not_acked(args)


def _in_another_thread(route: Route, args: Args, ack_seconds: float) -> BoltResponse:
    args.ack = args.context["ack"] = ack = _WakingAck()

    def listen() -> None:
        try:
            _listen(route, args, ack)
        finally:
            ack.given.set()

    args.context.listener_runner.listener_executor.submit(listen)
    ack.given.wait(ack_seconds)
    return ack.response or _not_acked(args)


def _listen(route: Route, args: Args, ack: Ack) -> None:
    """What it raises is told to Bolt's handler of errors, and is no ack."""
    try:
        route.listen(args)
    except Exception as error:
        answer = BoltResponse(status=500)
        args.context.listener_runner.listener_error_handler.handle(error, args.request, answer)
        ack.response = ack.response or answer


def _not_acked(args: Args) -> BoltResponse:
    log.warning("not acked in time", kind=args.body.get("type") or args.body.get("command"))
    return BoltResponse(status=404, body={"error": "not acked in time"})
