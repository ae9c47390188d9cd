"""Verifying the ledgers of a workspace: whole, adding up, and as the audit log tells it."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from bot.workflows.budgets.ledger import sums_of
from models.audit.audit import AuditEvent
from models.budgets.ledger import Entry, EntryKind, Transfer, free
from models.budgets.period import FundingPeriod
from models.budgets.proof import Claim, Written, first_fault, shift_fault, sums_fault, undo_fault
from models.budgets.shift import Shift
from models.budgets.spend import Actual, spent_in

TOLD = {
    Entry: ("number", "kind", "shift_id", "by_user_id", "reason"),
    Transfer: (
        *("entry_id", "from_kind", "from_stream_id", "to_kind", "to_stream_id"),
        *("amount_minor", "epic_id", "month"),
    ),
}
"""What the audit log tells of an entry, and of a transfer."""


@dataclass(frozen=True, slots=True)
class LedgerVerdict:
    """How many entries there are in how many periods, and what does not hold."""

    entries: int
    periods: int
    fault: str | None


def verify_ledger(session: Session, workspace_id: int) -> LedgerVerdict:
    """Add every entry up in its order, and hold it against its shift and the audit log.

    The session is a snapshot, so that what is written beside it does not count.
    """
    periods = session.scalars(
        select(FundingPeriod)
        .where(FundingPeriod.workspace_id == workspace_id)
        .order_by(FundingPeriod.id)
    ).all()
    entries = session.scalars(
        select(Entry)
        .where(Entry.workspace_id == workspace_id)
        .options(selectinload(Entry.transfers))
        .order_by(Entry.period_id, Entry.number)
    ).all()
    names = {period.id: period.name for period in periods}
    written = {
        entry.id: Written(
            f"{names[entry.period_id]}-{entry.number:04}",
            entry.number,
            entry.kind,
            entry.shift_id,
            entry.moves,
        )
        for entry in entries
    }
    by_period = {
        period: [written[each.id] for each in entries if each.period_id == period.id]
        for period in periods
    }
    faults = (first_fault(its, period.next_number) for period, its in by_period.items())
    found = next((fault for fault in faults if fault), None)
    found = found or _fault_of_shifts(session, workspace_id, list(written.values()))
    found = found or _fault_of_actuals(session, workspace_id, written)
    transfers = [transfer for entry in entries for transfer in entry.transfers]
    found = found or _fault_against_the_log(session, workspace_id, Entry, entries)
    found = found or _fault_against_the_log(session, workspace_id, Transfer, transfers)
    for period, its in by_period.items():
        found = found or sums_fault(period.name, its, sums_of(session, period.id))
    return LedgerVerdict(len(entries), len(periods), found)


def _fault_of_shifts(session: Session, workspace_id: int, written: Sequence[Written]) -> str | None:
    rows = select(Shift).where(Shift.workspace_id == workspace_id).order_by(Shift.id)
    shifts = session.scalars(rows.options(selectinload(Shift.approvals))).all()
    claims = {
        shift.id: Claim(
            shift.id,
            free(shift.from_stream_id),
            free(shift.to_stream_id),
            shift.amount_minor,
            shift.outcome,
            silent=not shift.approvals,
        )
        for shift in shifts
    }
    its: dict[int | None, list[Written]] = defaultdict(list)
    for entry in written:
        its[entry.shift_id].append(entry)
    back: dict[int | None, list[Claim]] = defaultdict(list)
    for shift in shifts:
        back[shift.undoes_id].append(claims[shift.id])
    for id_, claim in claims.items():
        if fault := shift_fault(claim, its[id_]) or undo_fault(claim, back[id_]):
            return fault
    return None


def _fault_of_actuals(
    session: Session, workspace_id: int, written: Mapping[int, Written]
) -> str | None:
    rows = select(Actual).where(Actual.workspace_id == workspace_id).order_by(Actual.id)
    booked: set[int] = set()
    for actual in session.scalars(rows):
        entry = written.get(actual.entry_id)
        if entry is None or entry.kind is not EntryKind.SPEND or actual.entry_id in booked:
            return f"actual {actual.id} is not in the ledger"
        booked.add(actual.entry_id)
        if spent_in(entry.moves, actual.value_stream_id) != actual.amount_minor:
            return f"actual {actual.id} is not in the ledger with its amount"
    facts = {id_ for id_, entry in written.items() if entry.kind is EntryKind.SPEND}
    if facts - booked:
        return f"entry {written[min(facts - booked)].name} books no actual"
    return None


def _fault_against_the_log(
    session: Session, workspace_id: int, noun: type[Entry | Transfer], rows: Sequence[Any]
) -> str | None:
    """One that is another than when it was written, or one that is gone."""
    called = noun.__name__.lower()
    events = select(AuditEvent.subject_id, AuditEvent.after).where(
        AuditEvent.workspace_id == workspace_id,
        AuditEvent.noun == noun.__tablename__,
        AuditEvent.verb == "created",
    )
    logged = {int(subject): json.loads(after) for subject, after in session.execute(events)}
    for row in rows:
        after = logged.pop(row.id, {})
        if any(after.get(name) != value for name, value in _facts(row, TOLD[noun]).items()):
            return f"{called} {row.id} is not as the audit log tells it"
    return f"{called} {min(logged)} is in the audit log and not in the ledger" if logged else None


def _facts(row: Entry | Transfer, names: Sequence[str]) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in names}
    return {name: str(value) if isinstance(value, date) else value for name, value in facts.items()}
