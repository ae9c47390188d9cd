"""The chain of ballots: what was written past the database's own guard is found."""

import pytest
from sqlalchemy import delete, insert, select, text

from bot.workflows.audit import verifying
from models.decisions.votes import Ballot, BallotBox, Said
from tests.workflows.builders import BEN
from tests.workflows.decisions.builders import CLEO, ELI, an_mvp, opens, votes

pytestmark = pytest.mark.on_both_databases

UNGUARDED = {
    "sqlite": [f"DROP TRIGGER IF EXISTS ballots_no_{each}" for each in ("update", "delete")],
    "postgresql": ["SET LOCAL session_replication_role = replica"],
}
TAMPERED = [
    ("UPDATE ballots SET choice = 'persevere' WHERE number = 3", 3),
    ("UPDATE ballots SET user_id = 'U0ANA' WHERE number = 2", 2),
    ("UPDATE ballots SET round = 2 WHERE number = 1", 1),
    ("UPDATE ballots SET cast_by = 'U0ANA' WHERE number = 2", 2),
    ("UPDATE ballots SET reason = NULL WHERE number = 4", 4),
    ("UPDATE ballots SET saw_up_to = 9 WHERE number = 4", 4),
    ("DELETE FROM ballots WHERE number = 2", 2),
    ("DELETE FROM ballots WHERE number = 4", 4),
    ("UPDATE ballot_boxes SET count = 3", 4),
    ("DELETE FROM ballot_boxes", 1),
]
TABLES = [Ballot.__table__, BallotBox.__table__]


@pytest.fixture
def voted(database):
    an_mvp(database)
    opens(database)
    for who, choice in ((BEN, "stop"), (CLEO, "persevere"), (BEN, "pivot")):
        votes(database, 1, who, choice)
    votes(database, 1, ELI, "stop", said=Said(reason="It is late", saw_up_to=7))
    return database


def verdict(database):
    with database.snapshot() as session:
        return verifying.verify(session, 1)


def test_ballots_that_hold_are_counted(voted):
    assert (verdict(voted).broken, verdict(voted).ballots) == (None, 4)


def past_the_guard(database, *statements):
    with database.engine.begin() as connection:
        for each in UNGUARDED[database.engine.dialect.name]:
            connection.execute(text(each))
        for each in statements:
            connection.execute(each)


def test_a_ballot_that_was_changed_or_removed_is_named(voted):
    with voted.read() as session:
        kept = {each: [*session.execute(select(each)).mappings()] for each in TABLES}
    as_it_was = [delete(each) for each in TABLES]
    as_it_was += [insert(each).values([dict(row) for row in rows]) for each, rows in kept.items()]
    for statement, number in TAMPERED:
        past_the_guard(voted, text(statement))
        assert verdict(voted).broken.reason == (
            f"ballot {number} of D-1 was changed, inserted, removed or put elsewhere"
        ), statement
        past_the_guard(voted, *as_it_was)
    assert verdict(voted).broken is None
