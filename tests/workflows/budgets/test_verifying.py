"""`tack audit verify` of a ledger: whole, adding up, and as the audit log tells it."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.workflows.budgets import booking
from bot.workflows.budgets.verifying import verify_ledger
from models.budgets.spend import Fact
from models.portfolio.portfolio import Portfolio
from tests.workflows.budgets.a_year import CLEO, DANA, ELI, K, a_year
from tests.workflows.builders import MONDAY

pytestmark = pytest.mark.on_both_databases

MAY = date(2026, 5, 1)
GUARDS = {
    "sqlite": ("DROP TRIGGER {}_no_update", "DROP TRIGGER {}_no_delete"),
    "postgresql": ("ALTER TABLE {} DISABLE TRIGGER USER",),
}
"""What takes away that the ledger is only appended to."""


@pytest.fixture
def year(database):
    year = a_year(database)
    year.ask(CLEO, 30 * K)
    moved = year.ask(ELI, 80 * K)
    year.approve(CLEO, moved)
    year.approve(DANA, moved)
    year.decline(CLEO, year.ask(ELI, 10 * K))
    year.ask(ELI, 20 * K)
    with database.write() as session:
        portfolio = session.get_one(Portfolio, year.portfolio_id)
        facts = [Fact(MAY, minor, year.platform) for minor in (5 * K, 7 * K)]
        booking.book(session, portfolio, facts, DANA, MONDAY)
    return year


def verdict(year):
    with year.database.snapshot() as session:
        return verify_ledger(session, year.workspace_id)


def verdict_where(year, statement):
    """As if someone had changed it who may do anything in the database."""
    with year.database.engine.connect() as connection:
        for table in ("ledger_transfers", "ledger_entries"):
            for guard in GUARDS[connection.dialect.name]:
                connection.execute(text(guard.format(table)))
        connection.execute(text(statement))
        with Session(connection) as session:
            found = verify_ledger(session, year.workspace_id)
        connection.rollback()
    return found


def test_a_ledger_that_nobody_touched_holds(year):
    found = verdict(year)
    assert (found.entries, found.periods, found.fault) == (10, 1, None)


CHANGED = (
    (
        "UPDATE ledger_transfers SET amount_minor = amount_minor + 1 WHERE id = 1",
        "transfer 1 is not as the audit log tells it",
    ),
    (
        "DELETE FROM ledger_transfers WHERE id = (SELECT max(id) FROM ledger_transfers)",
        "entry 2026-0010 moves nothing",
    ),
    (
        "UPDATE ledger_transfers SET amount_minor = 999999999 WHERE id = 5",
        "entry 2026-0003 takes what is available in value stream 1 below 0",
    ),
    (
        "UPDATE ledger_entries SET number = 99 WHERE number = 10",
        "entry 2026-0099 follows 9: one between is missing",
    ),
    (
        "UPDATE shifts SET outcome = 'lapsed' WHERE outcome IS NULL",
        "shift 4 is not in the ledger as it says it ended",
    ),
    (
        "UPDATE shifts SET undoes_id = 1 WHERE id = 2",
        "shift 2 does not go back to where shift 1 came from",
    ),
    (
        "UPDATE ledger_entries SET by_user_id = 'U0FAY' WHERE number = 5",
        "entry 5 is not as the audit log tells it",
    ),
    (
        "DELETE FROM ledger_transfers WHERE id = 4",
        "transfer 4 is in the audit log and not in the ledger",
    ),
    (
        "UPDATE actuals SET amount_minor = amount_minor + 1 WHERE id = 2",
        "actual 2 is not in the ledger with its amount",
    ),
    ("UPDATE actuals SET entry_id = 1 WHERE id = 2", "actual 2 is not in the ledger"),
    (
        "UPDATE actuals SET entry_id = (SELECT entry_id FROM actuals WHERE id = 1), "
        "amount_minor = 500000 WHERE id = 2",
        "actual 2 is not in the ledger",
    ),
    ("DELETE FROM actuals WHERE id = 2", "entry 2026-0010 books no actual"),
    (
        "UPDATE ledger_sums SET amount_minor = amount_minor + 1 WHERE kind = 'hold'",
        "the sums that are kept of 2026 are not those of its transfers",
    ),
    (
        "UPDATE funding_periods SET next_number = 12",
        "the ledger ends with entry 10, and 11 were written",
    ),
)


def test_whatever_is_changed_by_hand_is_found(year):
    for statement, fault in CHANGED:
        assert verdict_where(year, statement).fault == fault, statement
    assert verdict(year).fault is None
