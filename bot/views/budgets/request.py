"""A request to move money, drawn from its present state wherever it stands."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.slack.actions import Shown
from bot.slack.answers import Answer
from bot.slack.blocks import Block, Element, actions, context, fields, header, section
from bot.slack.mrkdwn import Marked, bare_words, person, words
from bot.views.budgets.actions import (
    AnswerShiftQuestion,
    ApproveShift,
    AskAboutShift,
    AskShift,
    DeclineShift,
    ShiftShown,
    TakeShiftBack,
    UndoShift,
)
from bot.views.budgets.preview import has_no_stand_in, stand_ins_of
from bot.views.decisions.thread import question_section
from bot.views.notices import notice
from bot.workflows.budgets.budgets import Request, request_of
from models.budgets.rules import beside_limit, over_limit, share
from models.budgets.seats import Seat
from models.budgets.shift import Approval, Outcome, Shift, ShiftQuestion
from models.calendar import MONTH_NAMES
from models.message import MessageKind
from models.money import format_amount


@notice(MessageKind.SHIFT, Shift)
def shift_message(session: Session, shift: Shift, now: datetime) -> Answer:
    """The request with its buttons, or what became of it without any."""
    return drawn(request_of(session, shift))


def drawn(request: Request, viewer: str | None = None) -> Answer:
    """The same of a request that was read; to one person, if they alone see it."""
    facts = facts_of(request)
    title = bare_words("budgets/shift", "title", **facts)
    if request.shift.outcome is None:
        return Answer([header(title), *_open(facts, viewer)])
    return Answer([header(title), *_ended(facts)])


@notice(MessageKind.SHIFT_QUESTION, ShiftQuestion)
def question_in_thread(session: Session, question: ShiftQuestion, now: datetime) -> Answer:
    """The question, with a button to answer it as long as both are open; and its answer."""
    shift = question.shift
    money = partial(format_amount, currency=shift.portfolio.currency)
    called = bare_words("budgets/shift", "asked_about", shift=shift, money=money)
    answering = AnswerShiftQuestion.of(question)
    is_open = shift.outcome is None
    return Answer([question_section(question, called, answering, is_open=is_open)])


@notice(MessageKind.SHIFT_QUESTION_DM, ShiftQuestion)
def question_dm(session: Session, question: ShiftQuestion, now: datetime) -> Answer:
    return question_in_thread(session, question, now)


def question_put(question: ShiftQuestion) -> Answer:
    """Said to who asked it."""
    return Answer([section(words("budgets/shift", "question_put", shift=question.shift))])


def shift_page(request: Request, page: ShiftShown, viewer: str) -> Shown:
    return Shown("Budget shift", drawn(request, viewer).blocks, page.but(number=1))


def answered(request: Request) -> Answer:
    """What who asked is told at once."""
    said = words("budgets/shift", "asked_or_moved", **facts_of(request))
    return Answer([section(said)])


def facts_of(request: Request) -> dict[str, Any]:
    """What the words name."""
    shift, people = request.shift, request.people
    waits = [person(each) for seat in shift.open_seats for each in people.sitting(seat.seat)]
    if any(each.seat is Seat.COUNCIL for each in shift.open_seats):
        waits.append(Marked("the council"))
    pressed = [each.seat for each in shift.open_seats if each.seat is not Seat.COUNCIL]
    currency = shift.portfolio.currency
    return {
        "request": request,
        "shift": shift,
        "money": partial(format_amount, currency=currency),
        "share": share,
        "beside_limit": beside_limit,
        "over_limit": over_limit,
        "rules": shift.rules,
        "funded": request.position.funded,
        "moved_out": request.position.moved_out,
        "zone": shift.portfolio.time_zone,
        "asked": list(dict.fromkeys(waits)),
        "open": len(shift.open_seats),
        "needed": list(
            dict.fromkeys(shift.seat_name(each.seat, people) for each in shift.open_seats)
        ),
        "forecasts": request.forecasts,
        "sitting": [
            (each, _place(shift, each.seat), people.sitting(each.seat)) for each in shift.approvals
        ],
        "stand_ins": stand_ins_of(people, pressed),
        "has_no_stand_in": has_no_stand_in(people, pressed),
        "admins": people.admins,
        "days": _working_days(shift),
        "ended_in": _ended_in(shift),
    }


def _open(facts: dict[str, Any], viewer: str | None) -> list[Block]:
    said = partial(words, "budgets/shift", **facts)
    shift, money = facts["shift"], facts["money"]
    is_given = viewer is not None and shift.has_approved(viewer, facts["request"].people)
    parts = ["giver_field", "taker_field"]
    if facts["funded"]:
        parts += ["size_field", "moved_field"]
    amount = f"Approve {money(shift.amount_minor)}"
    approving = bare_words("budgets/shift", "approving", **facts)
    taking_back = bare_words("budgets/shift", "taking_back", **facts)
    approve = ApproveShift(shift=shift.id).confirmed(
        amount, "Approve this budget shift?", approving, amount
    )
    buttons = [
        *([] if is_given else [approve]),
        AskAboutShift(shift=shift.id).button("Ask a question"),
        DeclineShift(shift=shift.id).button("Decline with a reason"),
        TakeShiftBack(shift=shift.id).confirmed(
            "Take the request back", "Take the request back?", taking_back, "Take it back"
        ),
    ]
    return [
        section(said("asks")),
        fields([said(part) for part in parts]),
        *([section(said("giver_ends"))] if shift.from_stream.id in facts["forecasts"] else []),
        section(said("seats")),
        *([section(said("given"))] if is_given else []),
        actions("shift", buttons),
        context(said("rule")),
    ]


def _ended_in(shift: Shift) -> str:
    """The name of the month, once it has ended."""
    if shift.ended_at is None:
        return ""
    return MONTH_NAMES[shift.ended_at.astimezone(ZoneInfo(shift.portfolio.time_zone)).month - 1]


def _working_days(shift: Shift) -> int:
    """For how many working days it waited, once it has ended."""
    zone = ZoneInfo(shift.portfolio.time_zone)
    if shift.ended_at is None:
        return 0
    first, last = (each.astimezone(zone).date() for each in (shift.asked_at, shift.ended_at))
    return shift.portfolio.calendar.days_until(first, last)


def _ended(facts: dict[str, Any]) -> list[Block]:
    shift: Shift = facts["shift"]
    if shift.outcome is Outcome.MOVED:
        approved = [_approval(each, facts) for each in _once(shift.approvals)]
        said = words("budgets/shift", "moved", approved=approved, **facts)
        entry = context(words("budgets/shift", "entry", **facts))
        undo = [UndoShift(shift=shift.id).button("Ask to undo")]
        if facts["request"].asked_back >= shift.amount_minor:
            return [section(said), entry]
        return [section(said), entry, actions("shift", undo)]
    missing = f"{' and '.join(facts['needed'])} did not answer"
    ended = section(words("budgets/shift", "ended", missing=missing, **facts))
    if shift.outcome is not Outcome.LAPSED:
        return [ended]
    return [ended, actions("shift", [_again(shift)])]


def _again(shift: Shift) -> Element:
    """The same once more, as it was asked."""
    to: AskShift | UndoShift = AskShift(portfolio=shift.portfolio_id, again=shift.id)
    if shift.undoes_id is not None:
        to = UndoShift(shift=shift.undoes_id)
    return to.button("Ask again")


def _once(approvals: Sequence[Approval]) -> Sequence[Approval]:
    """Of each person one, also where they sat on two seats."""
    return list({each.user_id or each.seat: each for each in approvals}.values())


def _approval(seat: Approval, facts: dict[str, Any]) -> Marked:
    return Marked(
        words("budgets/shift", "approval", seat=seat, shift=facts["shift"], zone=facts["zone"])
    )


def _place(shift: Shift, seat: Seat) -> str:
    return {
        Seat.GIVER: shift.from_stream.name,
        Seat.RECEIVER: shift.to_stream.name,
        Seat.FINANCE: "finance",
        Seat.ADMIN: "admin",
        Seat.COUNCIL: "council",
    }[seat]
