"""Committing: what a decision commits to an epic, and what goes back when the epic ends.

Whoever commits or releases has locked the epic first and the period's ledger after.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.budgets import ledger
from bot.workflows.decisions.effects import comes_with, waits_until
from bot.workflows.decisions.opening.cases import knows_money
from bot.workflows.epics.moving import when_it_ends
from models.budgets.allocation import Allocation
from models.budgets.books import Books
from models.budgets.commitments.commitment import (
    Claim,
    Commitment,
    Costs,
    claim_of,
    commit_move,
    commits_to_epics,
    release_moves,
)
from models.budgets.ledger import Account, EntryKind, Purpose, Transfer
from models.budgets.period import FundingPeriod
from models.decisions.case import CaseMoney
from models.decisions.decision import Decision
from models.decisions.question import Choice, Question
from models.epics.column import Column
from models.epics.epic import Epic, Transition
from models.money import format_amount
from models.portfolio.portfolio import Portfolio, ValueStream


def period_with_budget(
    session: Session, stream: ValueStream, at: datetime, *, lock: bool = False
) -> tuple[FundingPeriod, Books] | None:
    """The funding period of now with its books; None where the stream has no budget in it."""
    period = ledger.period_at(session, stream.portfolio, at)
    if period is None:
        return None
    if lock:
        ledger.lock(session, period)
    books = ledger.books_of(session, stream.portfolio, period, at)
    known = select(Allocation.id).where(
        Allocation.period_id == period.id,
        Allocation.value_stream_id == stream.id,
        Allocation.amount_minor.is_not(None),
    )
    if books.has_budget(stream.id) or session.scalar(known.limit(1)) is not None:
        return period, books
    return None


def left_of(session: Session, epic_id: int) -> Mapping[tuple[int, Account], int]:
    """What is left of an epic's commitments, by their period and account, the oldest first."""
    found = ledger.commitments_of(session, Transfer.epic_id == epic_id)
    return {(period, account): found[period, account, its] for period, account, its in found}


def commitment_of(session: Session, epic: Epic) -> Commitment:
    """What was decided of the epic, which must be locked; made where there is none."""
    found = session.get(Commitment, epic.id)
    if found is None:
        none = {
            "decided_minor": 0,
            "promised_minor": 0,
            "uncovered_minor": 0,
            "promised_period_id": None,
        }
        found = Commitment(epic_id=epic.id, workspace_id=epic.workspace_id, **none)
        session.add(found)
    return found


@knows_money
def case_money(
    session: Session, epic: Epic, question: Question, this_period: int | None, at: datetime
) -> CaseMoney | None:
    """What going on would do to the money of its stream, and what a stop would give back."""
    commits = commits_to_epics(epic.value_stream)
    found = period_with_budget(session, epic.value_stream, at) if commits else None
    outcome = Choice.YES if question is Question.GO else Choice.PERSEVERE
    claim = claim_of(question, outcome, costs_of(session, epic), this_period)
    left = sum(left_of(session, epic.id).values())
    if found is None or claim is None:
        return CaseMoney(left_minor=left) if left else None
    period, books = found
    return CaseMoney(
        year=period.name,
        available_minor=books.balance(epic.value_stream_id).available,
        commits_minor=max(0, claim.commits),
        promised_minor=claim.promised,
        left_minor=left,
    )


@waits_until
def money_is_there(
    session: Session, decision: Decision, epic: Epic, to: Column, at: datetime
) -> Sequence[str]:
    """How much money is missing for what was decided."""
    claim = _claim(session, decision, epic)
    if claim is None or claim.commits <= 0:
        return ()
    found = period_with_budget(session, epic.value_stream, at, lock=True)
    short = claim.short(found[1].balance(epic.value_stream_id).available) if found else 0
    return [f"money: {_said(short, epic.portfolio)} short"] if short else ()


@comes_with
def commit(session: Session, decision: Decision, epic: Epic, at: datetime) -> str | None:
    """Commit what was decided, or give back what is less now; said as a part of what came of it."""
    claim = _claim(session, decision, epic)
    found = period_with_budget(session, epic.value_stream, at, lock=True) if claim else None
    if claim is None or found is None:
        return None
    period, by = found[0], decision.decided_by
    if claim.commits > 0:
        moves = [commit_move(epic.value_stream_id, claim.commits, Purpose(epic.id))]
        here = (session, epic.portfolio, period, EntryKind.COMMIT, moves, by, at)
        ledger.append(*here, reason=decision.key)
        said = f"{_said(claim.commits, epic.portfolio)} committed"
    else:
        most, key = -claim.commits, decision.key
        back = sum(release(session, epic, by, at, most=most, reason=key).values())
        claim = Claim(-back, claim.promised)
        said = f"{_said(back, epic.portfolio)} of its money released" if back else ""
    if claim.commits or claim.promised:
        commitment_of(session, epic).decide(claim, period.id)
    if claim.promised:
        promised = f"{_said(claim.promised, epic.portfolio)} promised for the next period"
        said = f"{said}, {promised}" if said else promised
    return said or None


@when_it_ends
def give_back(session: Session, epic: Epic, step: Transition) -> None:
    """Release what is left when the epic is done or stopped; its step keeps how much."""
    found = session.get(Commitment, epic.id)
    if found is None:
        return
    back = release(session, epic, step.actor_user_id, step.at)
    step.released_minor = sum(back.values()) or None
    found.end()
    session.flush()


def release(
    session: Session,
    epic: Epic,
    by: str | None,
    at: datetime,
    *,
    most: int | None = None,
    reason: str | None = None,
) -> Mapping[int, int]:
    """Give back what is left of the epic's commitments, in all no more than `most`; by period."""
    ids = sorted({period_id for period_id, _ in left_of(session, epic.id)})
    periods = [session.get_one(FundingPeriod, each) for each in ids]
    for each in periods:
        ledger.lock(session, each)
    left = left_of(session, epic.id)
    back: dict[int, int] = {}
    for each in periods:
        here = {
            (account, Purpose(epic.id)): minor
            for (period_id, account), minor in left.items()
            if period_id == each.id
        }
        moves = release_moves(here, None if most is None else most - sum(back.values()))
        if moves:
            to = (session, epic.portfolio, each, EntryKind.RELEASE, moves, by, at)
            ledger.append(*to, reason=reason)
            back[each.id] = sum(move.minor for move in moves)
    return back


def costs_of(session: Session, epic: Epic, decision: Decision | None = None) -> Costs:
    """What the epic is to cost: as the decision's case says it, where that says it."""
    found, case = session.get(Commitment, epic.id), decision.case if decision else None
    mvp, full = epic.mvp_cost_minor, epic.full_cost_minor
    if case is not None:
        mvp = case.mvp_cost_minor if case.mvp_cost_minor is not None else mvp
        full = case.full_cost_minor if case.full_cost_minor is not None else full
    return Costs(mvp, full, found.decided_minor if found else 0)


def _claim(session: Session, decision: Decision, epic: Epic) -> Claim | None:
    if not commits_to_epics(epic.value_stream):
        return None
    costs = costs_of(session, epic, decision)
    return claim_of(decision.question, decision.outcome, costs, decision.this_period_minor)


def _said(minor: int, portfolio: Portfolio) -> str:
    return format_amount(minor, portfolio.currency)
