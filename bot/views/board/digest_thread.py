"""The replies in a digest's thread: one for each kind of thing it asks for, gone when solved."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.slack.answers import Answer
from bot.slack.blocks import Block, Element, context, modal, section
from bot.slack.mrkdwn import words
from bot.views.board.needs import line_of
from bot.views.board.pressing import answer_button, owner_button, project_button
from bot.views.epics.buttons import open_button, still_right_button
from bot.workflows.board.content import Needs
from bot.workflows.budgets.waiting import SHIFTS
from bot.workflows.epics.blocking import BLOCKED
from bot.workflows.paging import Pile
from bot.workflows.projects.slips import Slip
from models.budgets.shift import Shift
from models.epics.epic import Epic
from models.epics.obstacles import Override
from models.message import MessageKind
from models.portfolio.portfolio import Portfolio

NAMED_ALOUD = 3
MOST_BLOCKS = 45

Line = tuple[str, Element | None]
Told = Callable[[Any, Portfolio, datetime], Line]
"""How one of a kind is told, with its button."""


def reply(kind: MessageKind, needs: Needs, portfolio: Portfolio, now: datetime) -> Answer:
    """What of this kind needs someone now; solved, it says so."""
    part, some, count, line = _of(kind, needs)
    facts = {"count": count, "late": needs.answers.late}
    lead = words("board/digest_thread", part, **facts)
    if not count:
        return Answer(lead, [section(lead)])
    blocks: list[Block] = [section(lead)]
    blocks += [section(*line(each, portfolio, now)) for each in some[:MOST_BLOCKS]]
    if count > len(some):
        blocks.append(context(words("board/digest_thread", "more", beyond=count - len(some))))
    aloud = ", ".join(_name(each) for each in some[:NAMED_ALOUD])
    return Answer(f"{lead}: {aloud}", blocks)


def without_owners(epics: Pile[Epic]) -> dict[str, Any]:
    """The epics without an owner as a form to read, from which each is opened."""
    lead = section(words("board/digest_thread", "unowned", count=epics.count, late=0))
    lines = [section(_epic_words("unowned_line", each), owner_button(each)) for each in epics.some]
    beyond = epics.count - len(epics.some)
    more = [context(words("board/digest_thread", "more", beyond=beyond))] if beyond else []
    return modal("note", "Without an owner", [lead, *lines, *more], close="Close")


def _of(kind: MessageKind, needs: Needs) -> tuple[str, Sequence[Any], int, Told]:
    match kind:
        case MessageKind.DIGEST_ANSWERS:
            return "answers", needs.answers.longest, needs.answers.count, _answer
        case MessageKind.DIGEST_SHIFTS:
            return "shifts", needs.shifts.some, needs.shifts.count, _shift
        case MessageKind.DIGEST_BLOCKED:
            return "blocked", needs.blocked.some, needs.blocked.count, _blocked
        case MessageKind.DIGEST_QUIET:
            return "quiet", needs.quiet.some, needs.quiet.count, _quiet
        case MessageKind.DIGEST_OVERRIDES:
            return "overrides", needs.overrides.some, needs.overrides.count, _override
        case MessageKind.DIGEST_UNOWNED:
            return "unowned", needs.unowned.some, needs.unowned.count, _unowned
        case _:
            return "slips", needs.slips.some, needs.slips.count, _slip


def _answer(epic: Epic, portfolio: Portfolio, now: datetime) -> Line:
    due_at = portfolio.calendar.answer_due_at(epic.state_entered_at, ZoneInfo(portfolio.time_zone))
    facts = {"due_at": due_at, "past": due_at < now, "late": portfolio.calls_late(now)}
    return _epic_words("answer_line", epic, **facts), answer_button(epic)


def _blocked(epic: Epic, portfolio: Portfolio, now: datetime) -> Line:
    return line_of(BLOCKED, epic, now, asks=True)


def _shift(shift: Shift, portfolio: Portfolio, now: datetime) -> Line:
    return line_of(SHIFTS, shift, now, asks=True)


def _quiet(heard: tuple[Epic, datetime], portfolio: Portfolio, now: datetime) -> Line:
    epic, news = heard
    return _epic_words("quiet_line", epic, days=(now - news).days), still_right_button(epic)


def _override(override: Override, portfolio: Portfolio, now: datetime) -> Line:
    facts = {"override": override, "passed": override.passed[:3]}
    return _epic_words("override_line", override.epic, **facts), open_button(override.epic)


def _unowned(epic: Epic, portfolio: Portfolio, now: datetime) -> Line:
    return _epic_words("unowned_line", epic), owner_button(epic)


def _slip(slip: Slip, portfolio: Portfolio, now: datetime) -> Line:
    said = words("board/digest_thread", "slip_line", slip=slip, keys=slip.epics[:3])
    return said, project_button(slip.project)


def _epic_words(part: str, epic: Epic, **facts: Any) -> str:
    return words("board/digest_thread", part, epic=epic, zone=epic.portfolio.time_zone, **facts)


def _name(each: Any) -> str:
    if isinstance(each, Slip):
        return words("board/digest_thread", "slip_name", slip=each)
    if isinstance(each, Shift):
        return words("board/digest_thread", "shift_name", shift=each)
    if isinstance(each, tuple):
        return str(each[0].key)
    return str(each.epic.key if isinstance(each, Override) else each.key)
