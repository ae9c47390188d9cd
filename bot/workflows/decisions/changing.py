"""Changing what is asked, asking everyone anew, withdrawing it, and breaking a tie."""

from bot.workflows.decisions.beside import (
    may_change,
    may_take_back,
    seen_decision,
    tie_breakers,
)
from bot.workflows.decisions.closing import ask_no_longer, come_true, redraw
from bot.workflows.decisions.counting import count
from bot.workflows.decisions.opening import end_of, open_key, reopen
from bot.workflows.decisions.voting import COMMAND
from bot.workflows.keeping import LOCK, Act
from bot.workflows.permitting import lock_roles
from bot.workflows.redrawing import redraw_facts
from bot.workflows.seeing import may_see
from models.decisions.ballots import close_key
from models.decisions.decision import Decision, NotTheirs, VotedAlready
from models.decisions.form import DecideForm, WithdrawForm, WordsForm
from models.decisions.opening import NotTheirPlan, PlannedOpening
from models.decisions.votes import BallotBox
from models.errors import check_as_seen, there
from models.work import cancel


def changeable(act: Act, decision_id: int, *, lock: bool = False) -> Decision:
    """An open decision that the person may change or withdraw. Raises Ended, Gone, NotTheirs."""
    decision = seen_decision(act, decision_id, lock=lock)
    people = may_change(act.session, decision)
    if act.actor not in people:
        raise NotTheirs(decision.key, people)
    decision.check_is_open()
    return decision


def has_ballots(act: Act, decision: Decision) -> bool:
    """Whether someone has voted on it."""
    box = act.session.get(BallotBox, decision.id, populate_existing=True)
    return box is not None and box.count > 0


def change_words(act: Act, decision_id: int, version: int, form: WordsForm) -> Decision:
    """Say it otherwise, as long as nobody has voted.

    Raises ChangedSince, Ended, Gone, NotTheirs and VotedAlready.
    """
    decision = changeable(act, decision_id, lock=True)
    check_as_seen(decision.key, version, decision.version)
    if has_ballots(act, decision):
        raise VotedAlready(decision.key)
    decision.say(form.recommended, form.because)
    act.session.flush()
    redraw(act.session, decision, act.at)
    return decision


def ask_again(act: Act, decision_id: int, version: int, form: WordsForm) -> Decision:
    """Close it as replaced, and ask its electors anew: no ballot is carried over.

    Raises ChangedSince, Ended, Gone and NotTheirs.
    """
    lock_roles(act.session, act.workspace_id)
    before = changeable(act, decision_id, lock=True)
    check_as_seen(before.key, version, before.version)
    assert form.closes_on is not None
    before.replace(form.why, act.actor, act.at)
    act.session.flush()
    closes_at = end_of(form.closes_on, before.portfolio)
    again = reopen(act, before, form.advice(before.advice), closes_at)
    before.effect = f"asked again as {again.key}"
    _end(act, before)
    return again


def withdraw(act: Act, decision_id: int, version: int, form: WithdrawForm) -> Decision:
    """Ask it no longer; the record stays. Raises ChangedSince, Ended, Gone and NotTheirs."""
    decision = changeable(act, decision_id, lock=True)
    check_as_seen(decision.key, version, decision.version)
    decision.withdraw(form.why, act.actor, act.at)
    decision.effect = "nothing moved"
    _end(act, decision)
    return decision


def take_back(act: Act, planned_id: int) -> PlannedOpening:
    """Have nobody asked what was planned. Raises Gone and NotTheirPlan."""
    session = act.session
    row = session.get(PlannedOpening, planned_id, with_for_update=LOCK, populate_existing=True)
    is_seen = row is not None and row.failed is None and row.workspace_id == act.workspace_id
    row = there(row if is_seen else None, COMMAND)
    there(row.epic if may_see(session, act.actor, row.epic) else None, COMMAND)
    people = may_take_back(session, row)
    if act.actor not in people:
        raise NotTheirPlan(people)
    cancel(session, act.workspace_id, open_key(row.id))
    session.delete(row)
    session.flush()
    return row


def tied(act: Act, decision_id: int, *, lock: bool = False) -> Decision:
    """A tie that the person may break. Raises Decided, Gone and NoTieBreaker."""
    decision = seen_decision(act, decision_id, lock=lock)
    decision.check_breaks_ties(act.actor, tie_breakers(act.session, decision))
    decision.check_is_tied()
    return decision


def break_tie(act: Act, decision_id: int, form: DecideForm) -> Decision:
    """Decide between equals, with a reason. Raises Decided, Gone, NoTieBreaker, NotAnOption."""
    decision = tied(act, decision_id, lock=True)
    tally, _ = count(act.session, decision)
    decision.break_tie(tally, form.outcome, form.why, act.actor, act.at)
    come_true(act.session, decision, act.at)
    return decision


def _end(act: Act, decision: Decision) -> None:
    act.session.flush()
    cancel(act.session, act.workspace_id, close_key(decision.id))
    if decision.epic is not None:
        redraw_facts(act.session, decision.epic, act.at)
    ask_no_longer(act.session, decision, act.at)
