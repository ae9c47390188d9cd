"""The chain of ballots: what was written past the database's own guard is found."""

import pytest
from sqlalchemy import delete, insert, select, text

from bot.workflows.audit import verifying
from bot.workflows.decisions import changing
from bot.workflows.keeping import Act
from models.audit.audit import FIRST_HASH, AuditEvent
from models.decisions.form import WithdrawForm
from models.decisions.votes import Ballot, BallotBox, Said
from tests.workflows.builders import ANA, BEN, MONDAY
from tests.workflows.decisions.builders import (
    CLEO,
    CLOSES_AT,
    ELI,
    HOUR,
    an_mvp,
    closes,
    ends,
    opens,
    stored,
    votes,
)

pytestmark = pytest.mark.on_both_databases

UNGUARDED = {
    "sqlite": [f"DROP TRIGGER IF EXISTS ballots_no_{each}" for each in ("update", "delete")],
    "postgresql": ["SET LOCAL session_replication_role = replica"],
}
ONE_MORE = """
INSERT INTO ballots (decision_id, number, workspace_id, user_id, choice, at, round, hash)
SELECT decision_id, 5, workspace_id, user_id, choice, at, round, hash FROM ballots WHERE number = 4
"""
TAMPERED = [
    ("UPDATE ballots SET choice = 'persevere' WHERE number = 3", 3),
    ("UPDATE ballots SET user_id = 'U0ANA' WHERE number = 2", 2),
    ("UPDATE ballots SET round = 2 WHERE number = 1", 1),
    ("UPDATE ballots SET cast_by = 'U0ANA' WHERE number = 2", 2),
    ("UPDATE ballots SET reason = NULL WHERE number = 4", 4),
    ("UPDATE ballots SET saw_up_to = 9 WHERE number = 4", 4),
    (ONE_MORE, 5),
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


def another_chain(database):
    """As if each had pressed persevere and nothing else, with hashes that hold."""
    past_the_guard(database, *(delete(each).where(each.c.decision_id == 1) for each in TABLES))
    box = BallotBox(decision_id=1, workspace_id=1, electors=3, waiting=3, count=0, hash=FIRST_HASH)
    with database.write() as session:
        session.add(box)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE decisions SET closed_at = NULL, ending = NULL"))
    for who in (BEN, CLEO, ELI):
        votes(database, 1, who, "persevere")


@pytest.mark.parametrize("how", ["counted", "held"])
def test_from_the_close_on_the_log_has_how_the_ballots_ended_and_no_other_chain_takes_its_place(
    voted, how
):
    if how == "held":
        votes(voted, 1, CLEO, "stop")
        assert closes(voted, 1, CLOSES_AT).is_held
    else:
        votes(voted, 1, BEN, "persevere")
        assert ends(voted, 1, CLOSES_AT).outcome == "persevere"
    with voted.read() as session:
        box = session.get_one(BallotBox, 1)
        told = session.scalars(select(AuditEvent.after).where(AuditEvent.noun == "decisions")).all()
        assert [f'"ballots_end": "{box.end}"' in each for each in told].count(True) == 1
    assert verdict(voted).broken is None
    another_chain(voted)
    assert verdict(voted).broken.reason == "the ballots of D-1 are not those it closed with"


def test_what_was_withdrawn_stays_sealed_and_the_log_has_no_hash_of_its_ballots(voted):
    with voted.write() as session:
        act = Act(session, 1, ANA, MONDAY + HOUR)
        changing.withdraw(act, 1, 1, WithdrawForm(why="We know enough"))
    assert stored(voted).ballots_end is None
    assert verdict(voted).broken is None
