"""The list of decisions: what each part of a choice leaves, in which order, and for whom."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.workflows.decisions.listing import PAGE_SIZE, decisions_page, past_by_id
from bot.workflows.keeping import Act
from models.decisions.decision import Decision
from models.decisions.register.listing import DecisionChoice
from models.decisions.register.past import PastDecision
from models.epics.epic import Epic
from tests.workflows.builders import ANA, BEN, MONDAY, an_epic
from tests.workflows.decisions.builders import (
    CLEO,
    CLOSES_AT,
    COUNCIL,
    DANA,
    an_mvp,
    ends,
    opens,
    votes,
)

pytestmark = pytest.mark.on_both_databases

LONG_AGO = datetime(2022, 8, 2, tzinfo=UTC)


def a_past(source_id, **more):
    """A decision of before, of the portfolio's and of no epic unless it says one."""
    told = {
        "workspace_id": 1,
        "portfolio_id": 1,
        "source": "gates",
        "source_id": source_id,
        "title": f"{source_id} was decided",
        "opened_at": LONG_AGO,
        "closed_at": LONG_AGO,
        "outcome": "approved",
        "imported_at": MONDAY,
    }
    return PastDecision(**(told | more))


@pytest.fixture
def register(database):
    """D-1 is decided, D-2 open; PRR-1 of PAY-1, PRR-2 of ONB-1, and OTC-1 of no epic are of
    before."""
    an_mvp(database)
    opens(database)
    for each in COUNCIL:
        votes(database, 1, each, "pivot")
    ends(database, 1, CLOSES_AT)
    with database.write() as session:
        other = an_epic(session, 1, 2, "Welcome call")
        other.owner_user_id = None
        session.add(a_past("PRR-1", epic_id=1, question="beta"))
        session.add(a_past("PRR-2", epic_id=other.id, closed_at=LONG_AGO + timedelta(days=1)))
        session.add(a_past("OTC-1", title="Accept 100 % of it", outcome="rejected"))
        bank = session.get_one(Epic, 1)
        again = Decision(
            **{
                column.name: getattr(session.get_one(Decision, 1), column.key)
                for column in Decision.__table__.columns
                if column.name not in ("id", "key", "closed_at", "outcome", "votes", "ending")
            },
            key="D-2",
        )
        again.opened_by, again.because = CLEO, "Refunds take longer"
        session.add(again)
        bank.owner_user_id = ANA
    return database


def listed(database, viewer=ANA, page=1, **choice):
    """The keys of what is listed, in order."""
    with database.read() as session:
        act = Act(session, 1, viewer, MONDAY)
        found = decisions_page(act, DecisionChoice(**choice), page).decisions
        return [each.key if isinstance(each, Decision) else each.source_id for each in found]


def test_the_open_ones_come_first_and_those_of_before_stand_as_of_then(register):
    assert listed(register) == ["D-2", "D-1", "PRR-2", "OTC-1", "PRR-1"]


CHOICES = [
    ({"which": "open"}, ["D-2"]),
    ({"which": "decided"}, ["D-1", "PRR-2", "OTC-1", "PRR-1"]),
    ({"which": "undecided"}, []),
    ({"which": "before"}, ["PRR-2", "OTC-1", "PRR-1"]),
    ({"stream_id": 2}, ["PRR-2"]),
    ({"epic_id": 1}, ["D-2", "D-1", "PRR-1"]),
    ({"portfolio_id": 2}, []),
    ({"text": "REFUNDS longer"}, ["D-2"]),
    ({"text": "bank beta"}, ["PRR-1"]),
    ({"text": "100 %"}, ["OTC-1"]),
    ({"text": "d‑1"}, ["D-1"]),
    ({"text": "reject", "which": "before"}, ["OTC-1"]),
]


def test_each_part_of_a_choice_narrows_the_list(register):
    for choice, keys in CHOICES:
        assert listed(register, **choice) == keys, choice


def test_mine_are_those_i_am_asked_i_opened_and_those_about_my_epics(register):
    assert listed(register, viewer=ANA, mine=True) == ["D-2", "D-1", "PRR-1"]
    assert listed(register, viewer=BEN, mine=True) == ["D-1"]
    assert listed(register, viewer=CLEO, mine=True) == ["D-2", "D-1"]
    assert listed(register, viewer=DANA, mine=True) == []


def test_of_a_restricted_epic_nothing_is_listed_but_to_its_circle(register):
    with register.write() as session:
        session.get_one(Epic, 1).restricted = True
    assert listed(register, viewer=DANA) == ["PRR-2", "OTC-1"]
    assert listed(register, viewer=ANA) == ["D-2", "D-1", "PRR-2", "OTC-1", "PRR-1"]
    with register.read() as session:
        found = [past_by_id(Act(session, 1, each, MONDAY), "prr-1") for each in (ANA, DANA)]
    assert [each and each.source_id for each in found] == ["PRR-1", None]


def test_a_page_past_the_end_is_the_last(register):
    with register.write() as session:
        session.add_all(a_past(f"G-{number}") for number in range(PAGE_SIZE))
    assert len(listed(register)) == PAGE_SIZE
    assert listed(register, page=99) == listed(register, page=2)
    assert len(listed(register, page=2)) == 5
