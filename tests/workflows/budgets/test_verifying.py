"""`tack audit verify` of a ledger: whole, adding up, and as the audit log tells it."""

import pytest
from sqlalchemy import text

from bot.workflows.budgets.verifying import verify_ledger
from models.budgets.ledger import (
    SOURCE,
    UNALLOCATED,
    EntryKind,
    Move,
    free,
    set_aside,
)
from models.budgets.proof import Written, first_fault
from tests.workflows.budgets.a_year import CLEO, DANA, ELI, K, a_year

pytestmark = pytest.mark.on_both_databases

TRIGGERS = {
    "sqlite": ["DROP TRIGGER ledger_transfers_no_{}", "DROP TRIGGER ledger_entries_no_{}"],
    "postgresql": ["ALTER TABLE ledger_transfers DISABLE TRIGGER USER"],
}


@pytest.fixture
def year(database):
    year = a_year(database)
    year.ask(CLEO, 30 * K)
    moved = year.ask(ELI, 80 * K)
    year.approve(CLEO, moved)
    year.approve(DANA, moved)
    year.decline(CLEO, year.ask(ELI, 10 * K))
    year.ask(ELI, 20 * K)
    return year


def verdict(year):
    with year.database.snapshot() as session:
        return verify_ledger(session, year.workspace_id)


def by_hand(year, statement):
    """Change it as someone does who may do anything in the database."""
    kind = year.database.engine.dialect.name
    with year.database.engine.begin() as connection:
        if kind == "sqlite":
            for verb in ("update", "delete"):
                for table in ("ledger_transfers", "ledger_entries"):
                    connection.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
        else:
            for table in ("ledger_transfers", "ledger_entries"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        connection.execute(text(statement))
        if kind == "postgresql":
            for table in ("ledger_transfers", "ledger_entries"):
                connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def test_a_ledger_that_nobody_touched_holds(year):
    found = verdict(year)
    assert (found.entries, found.periods, found.fault) == (8, 1, None)


@pytest.mark.on_either_database
@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (
            "UPDATE ledger_transfers SET amount_minor = amount_minor + 1 WHERE id = 1",
            "transfer 1 is not as the audit log tells it",
        ),
        (
            "DELETE FROM ledger_transfers WHERE id = (SELECT max(id) FROM ledger_transfers)",
            "entry 2026-0008 moves nothing",
        ),
        (
            "UPDATE ledger_transfers SET amount_minor = 999999999 WHERE id = 5",
            "entry 2026-0003 takes what is available in value stream 1 below 0",
        ),
        (
            "UPDATE ledger_entries SET number = 99 WHERE number = 8",
            "entry 2026-0099 follows 7: one between is missing",
        ),
        (
            "UPDATE shifts SET outcome = 'lapsed' WHERE outcome IS NULL",
            "shift 4 is not in the ledger as it says it ended",
        ),
        (
            "UPDATE ledger_sums SET amount_minor = amount_minor + 1 WHERE kind = 'hold'",
            "the sums that are kept of 2026 are not those of its transfers",
        ),
        (
            "UPDATE funding_periods SET next_number = 10",
            "the ledger ends with entry 8, and 9 were written",
        ),
    ],
)
def test_whatever_is_changed_by_hand_is_found(year, statement, fault):
    by_hand(year, statement)
    assert verdict(year).fault == fault


def test_only_funding_touches_the_source():
    funded = Written("1", 1, EntryKind.FUNDING, None, [Move(SOURCE, free(1), 5)])
    back = Written("2", 2, EntryKind.SHIFT, None, [Move(free(1), SOURCE, 5)])
    assert first_fault([funded, back], 3) == "entry 2 touches the source and is no funding"
    moved = Written("2", 2, EntryKind.HOLD, None, [Move(free(1), set_aside(1), 5)])
    assert first_fault([funded, moved], 3) is None
    assert UNALLOCATED != SOURCE
