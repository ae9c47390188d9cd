"""The council's part in a large shift: its decision is opened with the request, and heeded."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.workflows.budgets.shifts import moving
from bot.workflows.decisions.closing import ask_no_longer
from bot.workflows.decisions.effects import NOTHING, effect_of, keeps_up
from bot.workflows.decisions.opening.opening import open_about
from bot.workflows.keeping import Act
from bot.workflows.pointing import hold
from models.budgets.ruling import Ruling
from models.budgets.shift import ENDED_AS, Outcome, Shift
from models.decisions.ballots import close_key
from models.decisions.case import Case
from models.decisions.decision import About, Decision, Terms
from models.decisions.question import Asked, Subject
from models.money import format_amount
from models.portfolio.portfolio import ValueStream
from models.work import cancel, put


def put_to_vote(act: Act, shift: Shift, ruling: Ruling) -> None:
    """Open the council's decision on the request; who asks for it has no vote."""
    assert ruling.decides_at is not None
    people, portfolio = ruling.people, ruling.portfolio
    amount = format_amount(shift.amount_minor, portfolio.currency)
    what = f"{amount} from {ruling.giver.name} to {ruling.taker.name}"
    case = Case(
        key=f"Shift {shift.id}",
        title=f"{what}, for {ruling.period.name}",
        value_stream=ruling.giver.name,
        currency=portfolio.currency,
        lines=tuple(ruling.case_lines(shift.reason)),
        owner_user_id=people.asker,
    )
    electors = [each for each in people.council if each != people.asker]
    shift.decision = open_about(
        act,
        About(shift.workspace_id, shift.portfolio_id, Subject.SHIFT, shift.id, case),
        Asked.free(f"Move {what}?"),
        Terms(electors=electors, closes_at=ruling.decides_at),
        channel_id=portfolio.channel_id or ruling.giver.channel_id,
    )


@keeps_up(Subject.SHIFT)
def stand_as_long(session: Session, decision: Decision) -> None:
    """The request waits for the decision, whenever that closes by now."""
    shift = moving.locked(session, decision.subject_id)
    if shift is not None and shift.outcome is None:
        shift.wait_for(decision)
        put(session, shift.workspace_id, shift.work_key, shift.lapses_at)


def end_with(session: Session, shift: Shift, at: datetime) -> None:
    """End the council's decision with the request that has ended, and say why."""
    decision = shift.decision
    if decision is None or not decision.is_open:
        return
    decision.withdraw(shift.ended_so, None, at)
    decision.come_true(f"{NOTHING}: the request has ended")
    session.flush()
    cancel(session, decision.workspace_id, close_key(decision.id))
    ask_no_longer(session, decision, at)


@effect_of(Subject.SHIFT)
def conclude_shift(session: Session, decision: Decision, at: datetime) -> str:
    """A yes is one of those the request waits for; with anything else it has ended."""
    shift = moving.locked(session, decision.subject_id)
    assert shift is not None, "a decision about no shift"
    if shift.outcome is not None:
        return f"{NOTHING}: {ENDED_AS[shift.outcome]} before"
    hold(session, ValueStream, [shift.from_stream_id, shift.to_stream_id])
    shift.heed_council(decision, at)
    if shift.outcome is None:
        put(session, shift.workspace_id, shift.work_key, shift.lapses_at)
        came = "the shift waits for the others who are asked"
    else:
        moving.settle(session, shift, shift.ended_by, at)
        moved = shift.outcome is Outcome.MOVED
        came = "the money has moved" if moved else f"{NOTHING}: the request has ended"
    moving.redraw(session, shift, at)
    return came
