"""How each need looks: one line and its one button, wherever it is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.slack.blocks import Element, shorten
from bot.slack.mrkdwn import Marked, escape, person, words
from bot.views.board.pressing import (
    answer_button,
    owner_button,
    project_button,
    stream_owner_button,
    unblock_button,
)
from bot.views.budgets.actions import ShiftShown, cover_button
from bot.views.decisions.actions import DecisionShown
from bot.views.decisions.ballot import vote_button
from bot.views.decisions.follow_up import again_button
from bot.views.decisions.outcome import record_button, what_is_asked
from bot.views.decisions.signal import open_button as open_for_signal
from bot.views.decisions.thread import break_button
from bot.views.epics.buttons import open_button, reply_button, still_right_button
from bot.views.epics.next_step import board_button, fill_button
from bot.views.evidence.phrases import add_button
from bot.workflows.board.fact_check import TO_CONFIRM, ToConfirm
from bot.workflows.board.needs import Reply
from bot.workflows.board.over_limit import OVER_LIMIT, OverLimit
from bot.workflows.budgets.commitments.waiting import UNCOVERED, Uncovered
from bot.workflows.budgets.waiting import MOVED, SHIFTS
from bot.workflows.decisions.follow_up.reviewing import OUTCOME
from bot.workflows.decisions.follow_up.waiting import CLOSED, DECIDED
from bot.workflows.decisions.register import BALLOT, TIE
from bot.workflows.decisions.signals.asking import SIGNALLED
from bot.workflows.epics.blocking import BLOCKED
from bot.workflows.epics.waiting import ANSWER, LACKING, OVERRIDDEN, QUESTION, STALE, UNOWNED
from bot.workflows.flow.crossing import CROSSED, Crossed
from bot.workflows.needs import Need, T, Waits
from bot.workflows.portfolio.streams import OWNERLESS
from bot.workflows.projects.slips import SLIPPED, Slip
from models.board.digest import WEEK
from models.budgets.seats import Seat
from models.budgets.shift import Shift
from models.calendar import days_between
from models.decisions.decision import Decision
from models.decisions.follow_up.outcome_review import OutcomeReview
from models.decisions.signal import SignalCheck
from models.epics.column import Column, next_column
from models.epics.epic import Epic
from models.epics.hypothesis import named
from models.epics.obstacles import Override
from models.epics.policy import fields_of, phrases
from models.money import format_amount
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import ValueStream


class Where(StrEnum):
    """Where what waits is shown."""

    HOME = "home"
    """To the one it waits for; elsewhere it names who is meant."""
    LEAD = "lead"
    """At the head of a digest."""
    THREAD = "thread"
    QUESTION = "question"
    """Thursday's, to one person."""


@dataclass(frozen=True, slots=True)
class Surface:
    """Where it is shown and as of when; a digest asks for what was due when it was sent."""

    where: Where
    now: datetime
    sent_at: datetime | None = None
    line_day: int | None = None
    """The line that ages are held against, where a digest shows one."""
    terse: bool = False
    """Whether titles and names are cut short, so that all of it fits."""

    def says(self, part: str, **facts: Any) -> str:
        here = {each.value: each is self.where for each in Where}
        return words("board/needs", part, **here, terse=self.terse, **facts)

    def about(self, part: str, epic: Epic, **facts: Any) -> str:
        facts |= {"column": Column.of(epic), "zone": epic.portfolio.time_zone}
        return self.says(part, epic=epic, line_day=self.line_day, **facts)


class Line(NamedTuple):
    """What is said of one of a kind, and the button that solves it."""

    said: str
    button: Element | None


Look = Callable[[T, Surface], Line | None]
"""Gives the line of one of a kind; None where it need not be asked for there yet."""

LOOKS: dict[Need[Any], Look[Any]] = {}
"""How each need looks, filled by `shows`."""


def shows(need: Need[T]) -> Callable[[Look[T]], Look[T]]:
    """Have the need look as the function says, and no other."""

    def keep(look: Look[T]) -> Look[T]:
        if need in LOOKS:
            raise ValueError(f"{need.name} is shown already")
        LOOKS[need] = look
        return look

    return keep


def lines_of(need: Need[T], some: Sequence[T], on: Surface) -> list[Line]:
    lines = (LOOKS[need](each, on) for each in some)
    return [line for line in lines if line is not None]


def in_thread(reply: Reply, waits: Waits, on: Surface) -> str:
    """How much a reply names, beside the others: "6 wait for an answer, 1 past its date"."""
    tops = [waits.of(need) for need in reply.needs]
    counts = {need.name: top.count for need, top in zip(reply.needs, tops, strict=True)}
    facts = {"count": sum(counts.values()), "late": sum(top.late for top in tops)}
    return on.says(reply.kind.value, **facts, of=counts) if facts["count"] else ""


def parts_of(reply: Reply, waits: Waits, on: Surface) -> list[Marked]:
    """What a reply names, each need that has any: "2 are blocked"."""
    tops = [(need, waits.of(need)) for need in reply.needs]
    return [
        Marked(on.says(f"{need.name}_part", count=top.count, late=top.late))
        for need, top in tops
        if top.count
    ]


def beyond(need: Need[T], count: int, on: Surface) -> str:
    """How many more there are than are named."""
    kind = on.says(f"{need.name}_kind", count=count, late=0)
    return on.says("beyond", count=count, kind=Marked(kind))


@shows(OVER_LIMIT)
def over_limit(over: OverLimit, on: Surface) -> Line:
    """By how much, for how long, and what is in flight there the longest."""
    stream, load, oldest = over.value_stream, over.load, over.oldest
    zone = ZoneInfo(stream.portfolio.time_zone)
    since = oldest.committed_at if oldest else None
    facts = {
        "age": days_between(since, on.now, zone) if since else None,
        "days": days_between(over.since, on.now, zone),
    }
    said = on.says("over_limit_line", stream=stream, load=load, oldest=oldest, **facts)
    return Line(said, board_button(stream.portfolio, stream))


@shows(BALLOT)
def open_vote(decision: Decision, on: Surface) -> Line:
    """How many have still to vote, and until when."""
    case, zone = decision.case, decision.portfolio.time_zone
    said = on.says("ballots_line", decision=decision, case=case, zone=zone)
    return Line(said, vote_button(decision))


@shows(TIE)
def tie(decision: Decision, on: Surface) -> Line:
    """Between which options, and who decides."""
    between = list(decision.offered.values())
    said = on.says("ties_line", decision=decision, case=decision.case, between=between)
    return Line(said, break_button(decision))


@shows(SIGNALLED)
def signalled(check: SignalCheck, on: Surface) -> Line:
    """What was measured that speaks for a decision."""
    said = on.about("signals_line", check.epic, says=check.says)
    return Line(said, open_for_signal(check))


@shows(DECIDED)
def decided(decision: Decision, on: Surface) -> Line:
    """What was decided, and what that waits for."""
    said = on.says("decided_line", decision=decision, case=decision.case)
    return Line(said, again_button(decision))


@shows(ANSWER)
def idea(epic: Epic, on: Surface) -> Line | None:
    """By when it is to have its first answer; a digest asks for those due within a week of it."""
    portfolio, at = epic.portfolio, on.sent_at or on.now
    zone = ZoneInfo(portfolio.time_zone)
    due_at = portfolio.calendar.answer_due_at(epic.state_entered_at, zone)
    replied = epic.answered_at is not None
    if on.where is Where.LEAD and due_at > at + WEEK and not replied:
        return None
    past, days = due_at < at and not replied, days_between(due_at, at, zone)
    is_late = past and epic.calls_late(at) and (days > 0 or on.where is not Where.LEAD)
    facts = {"due_at": due_at, "past": past, "late": is_late, "days": days, "replied": replied}
    said = on.about("answers_line", epic, **facts)
    return Line(said, answer_button(epic))


@shows(QUESTION)
def question(epic: Epic, on: Surface) -> Line:
    """Who is to reply; the question stands above the form for it."""
    return Line(on.about("questions_line", epic), reply_button(epic.id, epic.key))


@shows(SHIFTS)
def shift(shift: Shift, on: Surface) -> Line:
    """How much is asked from where to where, whom it waits for, and until when."""
    amount = format_amount(shift.amount_minor, shift.portfolio.currency, short=True)
    waits = list(dict.fromkeys(_in_place(shift, each.seat, on) for each in shift.open_seats))
    said = on.says("shifts_line", shift=shift, amount=amount, waits=waits)
    names = f"{amount} from {shift.from_stream.name} to {shift.to_stream.name}"
    to = ShiftShown(shift=shift.id)
    review = to.button("Review the shift", aloud=f"Review the shift of {names}")
    return Line(said, review)


@shows(UNCOVERED)
def uncovered(found: Uncovered, on: Surface) -> Line:
    """What it lacks, and how much of that its stream is short of."""
    epic, lacks, short, asked = found
    currency = epic.portfolio.currency
    said = on.about(
        "uncovered_line",
        epic,
        lacks=format_amount(lacks, currency),
        short=format_amount(short, currency) if short else "",
        asked=asked is not None,
    )
    return Line(said, cover_button(epic, short=short > 0, asked=asked))


@shows(MOVED)
def moved(shift: Shift, on: Surface) -> Line:
    """How much went where, and on whose yes."""
    amount = format_amount(shift.amount_minor, shift.portfolio.currency, short=True)
    said = on.says("moved_line", shift=shift, amount=amount)
    names = f"{amount} from {shift.from_stream.name} to {shift.to_stream.name}"
    to = ShiftShown(shift=shift.id)
    return Line(said, to.button("See the shift", aloud=f"See the shift of {names}"))


def _in_place(shift: Shift, seat: Seat, on: Surface) -> Marked:
    """Who is asked: an owner by mention, in a thread by the stream, the others as what they are."""
    streams = {Seat.GIVER: shift.from_stream, Seat.RECEIVER: shift.to_stream}
    stream = streams.get(seat)
    owner = stream.owner_user_id if stream is not None else None
    if stream is not None and owner is not None and owner != shift.asked_by:
        if on.where is Where.THREAD:
            return Marked(f"the owner of {escape(shorten(stream.name, 60))}")
        return person(owner)
    roles = {Seat.ADMIN: "an admin", Seat.COUNCIL: "the council"}
    return Marked(roles.get(seat, "finance"))


@shows(CLOSED)
def closed(decision: Decision, on: Surface) -> Line:
    """How it ended; the record has the case and the votes."""
    said = on.says("closed_line", decision=decision, case=decision.case)
    to = DecisionShown(decision=decision.id)
    return Line(said, to.button("Read the decision", aloud=f"Read the decision {decision.key}"))


@shows(CROSSED)
def crossed(found: Crossed, on: Surface) -> Line:
    """On which day of the line's it is, where it stands, and what is known of it."""
    epic, updated_at, most = found
    zone = ZoneInfo(epic.portfolio.time_zone)
    at = epic.blocking.at if epic.blocking else updated_at
    days = days_between(at, on.now, zone)
    said = on.about("crossed_line", epic, day=_day_of(epic, on), most=most, days=days)
    return Line(said, unblock_button(epic) if epic.blocking else still_right_button(epic))


def _day_of(epic: Epic, on: Surface) -> int | None:
    """Its day since commitment; None of one that was never committed."""
    if epic.committed_at is None:
        return None
    return days_between(epic.committed_at, on.now, ZoneInfo(epic.portfolio.time_zone))


@shows(BLOCKED)
def blocked(epic: Epic, on: Surface) -> Line:
    """For how long an epic cannot go on, and why."""
    assert epic.blocking is not None
    days = days_between(epic.blocking.at, on.now, ZoneInfo(epic.portfolio.time_zone))
    said = on.about("blocked_line", epic, days=days, day=_day_of(epic, on))
    return Line(said, unblock_button(epic))


@shows(LACKING)
def lacking(each: tuple[Epic, Sequence[Requirement]], on: Surface) -> Line:
    """What its next state asks and its form can say."""
    epic, lacks = each
    to = next_column(epic)
    assert to is not None
    said = on.about("lacking_line", epic, phrases=phrases(lacks, to.state))
    fill = fill_button(epic.id, epic.key, len(fields_of(lacks)))
    return Line(said, fill or add_button(epic))


@shows(STALE)
def stale(heard: tuple[Epic, datetime], on: Surface) -> Line:
    epic, updated_at = heard
    days = days_between(updated_at, on.now, ZoneInfo(epic.portfolio.time_zone))
    said = on.about("stale_line", epic, days=days, day=_day_of(epic, on))
    return Line(said, still_right_button(epic))


@shows(OUTCOME)
def outcome(review: OutcomeReview, on: Surface) -> Line:
    """What became of it; what was answered has no button any more."""
    said = on.about("outcomes_line", review.epic, review=review, asks=what_is_asked(review.epic))
    return Line(said, None if review.became else record_button(review.epic))


@shows(OVERRIDDEN)
def overridden(override: Override, on: Surface) -> Line:
    """Who passed what, and why."""
    facts = {"override": override, "passed": override.passed[:3]}
    said = on.about("overrides_line", override.epic, **facts)
    return Line(said, open_button(override.epic))


@shows(UNOWNED)
def unowned(epic: Epic, on: Surface) -> Line:
    return Line(on.about("unowned_line", epic), owner_button(epic))


@shows(OWNERLESS)
def ownerless(stream: ValueStream, on: Surface) -> Line:
    return Line(on.says("streams_line", stream=stream), stream_owner_button(stream))


@shows(SLIPPED)
def slipped(slip: Slip, on: Surface) -> Line:
    """By how much, and which epics wait with it."""
    said = on.says("slips_line", slip=slip, keys=[each.key for each in slip.epics[:3]])
    return Line(said, project_button(slip.project))


@shows(TO_CONFIRM)
def to_confirm(asked: ToConfirm, on: Surface) -> Line:
    """Where it stands, its last reading and when it is done, and what was not read for long.

    What was answered has no button any more.
    """
    epic, confirmed_at = asked.epic, asked.confirmed_at
    asks = asked.unread and confirmed_at is None
    figure, unit = named(epic.indicator or "")
    said = on.about(
        "to_confirm_line",
        epic,
        confirmed_at=confirmed_at,
        unread=figure if asks else "",
        figure=figure,
        unit=unit,
        reading=asked.reading,
        done_at=asked.done_at,
    )
    if confirmed_at is not None:
        return Line(said, None)
    return Line(said, add_button(epic) if asks else still_right_button(epic))
