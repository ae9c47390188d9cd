"""Who leaves Slack while others vote is not waited for; who comes back is asked again."""

import pytest

from bot.views.decisions import ballot
from bot.workflows.decisions import register
from bot.workflows.keeping import Act
from bot.workflows.people import departing
from models.audit import audit
from models.decisions.decision import Ending
from models.decisions.delegation import NoStandIn
from models.decisions.question import Question
from models.decisions.votes import BallotBox, NotAnElector
from models.message import MessageKind
from models.work import Work
from tests.views.reading import shown
from tests.workflows.builders import ANA, BEN, MONDAY
from tests.workflows.decisions.builders import (
    CLEO,
    CLOSES_AT,
    COUNCIL,
    DANA,
    ELI,
    HOUR,
    MINUTE,
    an_mvp,
    closes,
    ends,
    opens,
    stored,
    votes,
)
from tests.workflows.decisions.test_follow_up import told
from tests.workflows.decisions.test_rounds import drawn_by, gives, votes_for

FIVE = (BEN, CLEO, DANA, ELI, "U0FAY")
LEFT_AT = MONDAY + 3 * HOUR


def asked(database, council=COUNCIL, **more):
    an_mvp(database, council)
    return opens(database, **more)


def leaves(database, who, at=LEFT_AT):
    with database.write(audit.Act(None, "user_change", at)) as session:
        departing.depart(session, 1, who, at)


def returns(database, who, at=LEFT_AT + HOUR):
    with database.write(audit.Act(None, "user_change", at)) as session:
        departing.come_back(session, 1, who, at)


def box(database):
    """How many are asked, and how many of them are waited for."""
    with database.read() as session:
        found = session.get_one(BallotBox, 1)
        return found.electors, found.waiting


def closing_at(database):
    with database.read() as session:
        due_at = session.get_one(Work, (1, "close:1")).due_at
        assert due_at == stored(database).closing_at(session.get_one(BallotBox, 1))
        return due_at


def said_of_the_rule(database, decision_id=1):
    with database.read() as session:
        drawn = ballot.drawn(session, session.get_one(type(stored(database)), decision_id), MONDAY)
        return shown(drawn)[-1]


def test_when_all_who_are_left_have_voted_it_closes_ten_minutes_after_the_last_one_left(database):
    asked(database)
    votes(database, 1, BEN, "persevere")
    votes(database, 1, CLEO, "persevere")
    assert closing_at(database) == CLOSES_AT
    leaves(database, ELI)
    assert (box(database), closing_at(database)) == ((2, 0), LEFT_AT + 10 * MINUTE)
    votes(database, 1, CLEO, "stop", LEFT_AT + MINUTE)  # one within the ten minutes counts
    votes(database, 1, CLEO, "persevere", LEFT_AT + 2 * MINUTE)
    decision = closes(database, 1, LEFT_AT + 12 * MINUTE)
    assert (decision.outcome, decision.result.left, decision.result.silent) == ("persevere", 1, 0)


def test_the_others_are_waited_for_as_before(database):
    asked(database, FIVE)
    votes(database, 1, BEN, "persevere")
    leaves(database, ELI)
    assert (box(database), closing_at(database)) == ((4, 3), CLOSES_AT)


def test_a_vote_that_was_cast_stays_counted_when_its_voter_leaves(database):
    asked(database)
    votes(database, 1, BEN, "stop")
    leaves(database, BEN)
    assert box(database) == (3, 2)
    votes(database, 1, CLEO, "stop")
    tally = ends(database, 1, CLOSES_AT).result
    assert (tally.votes["stop"], tally.left, tally.silent) == (2, 0, 1)


def test_where_too_few_are_left_it_ends_without_a_quorum(database):
    asked(database, FIVE)
    votes(database, 1, BEN, "persevere")
    leaves(database, CLEO)
    leaves(database, DANA)
    assert (box(database), closing_at(database)) == ((3, 2), CLOSES_AT)
    leaves(database, ELI, LEFT_AT + HOUR)
    assert box(database) == (2, 1)
    decision = closes(database, 1, LEFT_AT + HOUR + 10 * MINUTE)
    assert (decision.ending, decision.extended_at) == (Ending.NO_QUORUM, None)


def test_the_ballot_says_who_left_and_how_many_are_asked(database):
    asked(database, FIVE)
    assert {MessageKind.BALLOT, MessageKind.BALLOT_DM} <= drawn_by(database, leaves, ELI)
    rule = said_of_the_rule(database)
    assert "At least 3 of 4 must vote." in rule
    assert "ten minutes after the 4th press" in rule
    assert "Nobody has voted yet. Left Slack: @Eli." in rule
    with database.read() as session:
        found = register.record(Act(session, 1, BEN, MONDAY), 1, 1)
    assert [each.user_id for each in found.voices if each.has_left] == [ELI]


def test_who_is_back_is_asked_and_waited_for_again(database):
    asked(database)
    votes(database, 1, BEN, "persevere")
    votes(database, 1, CLEO, "persevere")
    leaves(database, ELI)
    with pytest.raises(NotAnElector):
        votes(database, 1, ELI, "stop", LEFT_AT + MINUTE)
    returns(database, ELI, LEFT_AT + 2 * MINUTE)
    assert (box(database), closing_at(database)) == ((3, 1), CLOSES_AT)
    assert "Left Slack" not in said_of_the_rule(database)
    votes(database, 1, ELI, "stop", LEFT_AT + HOUR)
    assert box(database) == (3, 0)


def test_who_has_nothing_here_but_a_vote_is_noted_all_the_same(database):
    asked(database, question=Question.FREE, asks="Which bank?", people=("U0FAY", "U0GIL"))
    leaves(database, "U0FAY")
    assert box(database) == (1, 1)


def test_nobody_votes_for_who_left(database):
    asked(database)
    gives(database, ELI, ANA)
    leaves(database, ELI)
    with pytest.raises(NoStandIn):
        votes_for(database, ANA, ELI, "stop")


def test_in_a_second_round_who_voted_and_left_is_not_waited_for(database):
    asked(database, FIVE)
    for who, choice in zip(FIVE, ("persevere", "persevere", "stop", "stop", "pivot"), strict=True):
        votes(database, 1, who, choice)
    leaves(database, BEN, MONDAY + HOUR + MINUTE)
    decision = closes(database, 1, MONDAY + HOUR + 11 * MINUTE)
    assert (decision.round, box(database)) == (2, (4, 4))
    for who in FIVE[1:]:
        votes(database, 1, who, "persevere", MONDAY + 2 * HOUR)
    assert closing_at(database) == MONDAY + 2 * HOUR + 10 * MINUTE
    assert closes(database, 1, MONDAY + 3 * HOUR).result.left == 1


def test_who_left_is_not_asked_when_one_is_opened(database):
    an_mvp(database)
    leaves(database, ELI)
    opens(database, question=Question.FREE, asks="Which bank?", people=(BEN, ELI))
    assert stored(database).electorate == [BEN]
    assert told(database, MessageKind.BALLOT_DM) == [BEN]
