"""Who was asked about an epic and may not see it any more keeps nothing of it."""

import pytest
from sqlalchemy import select

from bot.views.notices import notices
from bot.workflows.decisions import speaking
from bot.workflows.decisions.closing import not_voted
from bot.workflows.epics.editing import hand_over
from bot.workflows.epics.restricting import restrict
from bot.workflows.epics.transferring import give
from bot.workflows.people import granting
from bot.workflows.people.user_groups import settle
from bot.workflows.people.workspaces import revoke_admin, settle_admins
from bot.workflows.portfolio import basics as settling
from bot.workflows.portfolio import merging
from models.audit import audit
from models.decisions.decision import Decision
from models.decisions.question import Question
from models.decisions.thread import QuestionForm
from models.errors import Gone
from models.message import Message, MessageKind
from models.people.role import FROM_SETTINGS, Role, RoleGrant, SlackGroup
from models.portfolio.portfolio import Portfolio, ValueStream
from models.portfolio.setup import StreamSetup
from models.work import Work
from tests.views.reading import shown
from tests.workflows.builders import ANA, BEN, MONDAY, an_epic
from tests.workflows.decisions.builders import (
    CLEO,
    CLOSES_AT,
    COUNCIL,
    DANA,
    ELI,
    HOUR,
    an_mvp,
    ballots,
    ends,
    gets_ready,
    limits,
    opens,
    votes,
)
from tests.workflows.decisions.test_rounds import does


def restricted(database, council=COUNCIL, **more):
    """A vote on an epic that only its circle sees; Ana is the admin."""
    an_mvp(database, council)
    with database.write(audit.Act(ANA, "form", MONDAY)) as session:
        session.add(RoleGrant(workspace_id=1, role=Role.ADMIN, user_id=ANA))
        restrict(session, 1, ANA, 1, [], MONDAY, restricted=True)
    opens(database, **more)


def loses_the_role(database, who, at=MONDAY + 2 * HOUR):
    with database.write(audit.Act(ANA, "form", at)) as session:
        given = session.scalars(select(RoleGrant).where(RoleGrant.user_id == who)).one()
        granting.take_away(session, 1, ANA, given.id, at)


def read_by(database, who, kind=MessageKind.BALLOT_DM):
    """What the newest such message to someone shows."""
    with database.read() as session:
        sent = select(Message).where(Message.kind == kind, Message.user_id == who)
        message = session.scalars(sent.order_by(Message.id.desc())).first()
        return shown(notices()[kind].draw(session, message.subject_id, MONDAY, message.user_id))


def drawn_anew(database, act, *args):
    """To whom the messages went that are to be drawn after it, and were not before."""
    with database.write() as session:
        for work in session.scalars(select(Work)):
            session.delete(work)
    act(database, *args)
    with database.read() as session:
        due = set(session.scalars(select(Work.key)))
        sent = session.scalars(select(Message).where(Message.kind == MessageKind.BALLOT_DM))
        return {each.user_id for each in sent if each.work_key in due}


def test_who_loses_the_role_reads_nothing_of_it_and_that_the_vote_stays_counted(database):
    restricted(database)
    votes(database, 1, ELI, "stop")
    assert "Pay by bank" in str(read_by(database, ELI))
    assert ELI in drawn_anew(database, loses_the_role, ELI)
    assert read_by(database, ELI) == [
        "D-1 is about an epic that you may not see any more. Your vote stays counted, and you "
        "cannot change it."
    ]
    assert "Pay by bank" in str(read_by(database, BEN))
    votes(database, 1, BEN, "stop")
    assert ends(database, 1, CLOSES_AT).result.votes["stop"] == 2
    assert read_by(database, ELI) == [
        "D-1 is about an epic that you may not see any more. Your vote stays counted."
    ]


def test_who_loses_the_role_without_a_vote_cannot_vote_and_is_not_reminded(database):
    restricted(database)
    loses_the_role(database, ELI)
    assert read_by(database, ELI) == [
        "D-1 is about an epic that you may not see any more. You cannot vote on it."
    ]
    with pytest.raises(Gone):
        votes(database, 1, ELI, "stop")
    assert ballots(database) == []
    with database.read() as session:
        decision = session.get_one(Decision, 1)
        assert not_voted(session, decision) == [BEN, CLEO]


def test_whoever_gets_the_role_again_reads_the_ballot_again(database):
    restricted(database)
    loses_the_role(database, ELI)

    def gets_it(database):
        with database.write(audit.Act(ANA, "form", MONDAY)) as session:
            given = session.scalars(select(RoleGrant).where(RoleGrant.user_id == BEN)).one()
            place = granting.place_of(session, given)
            granting.grant(session, 1, ANA, Role.COUNCIL, place, [ELI], [], False, MONDAY)

    assert drawn_anew(database, gets_it) >= {ELI}
    assert "Pay by bank" in str(read_by(database, ELI))


def test_what_is_said_beside_it_is_hidden_as_well(database):
    restricted(database, by=BEN)
    does(database, CLEO, speaking.QUESTIONS.ask, 1, QuestionForm(words="How many?"))
    assert "How many?" in str(read_by(database, BEN, MessageKind.BALLOT_QUESTION_DM))
    with database.write() as session:
        session.get_one(ValueStream, 1).owner_user_id = CLEO
    loses_the_role(database, BEN)
    assert read_by(database, BEN, MessageKind.BALLOT_QUESTION_DM) == [
        "D-1 is about an epic that you may not see any more. You cannot vote on it."
    ]


def hides(database, epic_id):
    with database.write(audit.Act(ANA, "form", MONDAY)) as session:
        restrict(session, 1, ANA, epic_id, [], MONDAY, restricted=True)


def test_a_ballot_names_nobody_as_next_in_line_who_is_restricted_nor_who_is_later(database):
    an_mvp(database)
    hidden, seen = gets_ready(database, "Gift cards", "Refunds in a day")
    limits(database, 3)
    with database.write() as session:
        session.add(RoleGrant(workspace_id=1, role=Role.ADMIN, user_id=ANA))
    hides(database, 2)
    opens(database)
    assert f"{seen} is next" in str(read_by(database, BEN))
    assert hidden not in str(read_by(database, BEN))
    assert BEN in drawn_anew(database, hides, 3)
    ballot = str(read_by(database, BEN))
    assert "frees one of Payments' 3 places" in ballot
    assert seen not in ballot


def leaves_the_group(database):
    with database.write(audit.Act(None, "tack", MONDAY)) as session:
        settle(session, 1, [SlackGroup("S0BOARD", "board", "Board", (BEN, CLEO))], MONDAY)


def test_who_leaves_the_user_group_that_has_the_role_reads_nothing_of_it(database):
    an_mvp(database, ())
    with database.write(audit.Act(ANA, "form", MONDAY)) as session:
        session.add(RoleGrant(workspace_id=1, role=Role.ADMIN, user_id=ANA))
        session.flush()
        group = SlackGroup("S0BOARD", "board", "Board", (BEN, CLEO, DANA))
        place = granting.place(session, 1, 1, None)
        granting.grant(session, 1, ANA, Role.COUNCIL, place, [], [group], False, MONDAY)
        restrict(session, 1, ANA, 1, [], MONDAY, restricted=True)
    opens(database)
    assert drawn_anew(database, leaves_the_group) == {DANA}
    assert read_by(database, DANA) == [
        "D-1 is about an epic that you may not see any more. You cannot vote on it."
    ]


def gives_it_to(database, name):
    with database.write(audit.Act(ANA, "form", MONDAY)) as session:
        to = session.scalars(select(ValueStream).where(ValueStream.name == name)).one()
        give(session, 1, BEN, 1, to.id, "It is theirs", MONDAY)


def hands_it_to(database, who):
    with database.write(audit.Act(ANA, "form", MONDAY)) as session:
        hand_over(session, 1, ANA, 1, who, MONDAY)


def merges_into(database, name):
    with database.write(audit.Act(ANA, "form", MONDAY)) as session:
        to = session.scalars(select(ValueStream).where(ValueStream.name == name)).one()
        merging.merge(session, 1, ANA, 1, to.id, 1, MONDAY)


def splits_into(database, name):
    with database.write(audit.Act(ANA, "form", MONDAY)) as session:
        an_epic(session, 1, 1, title="Refunds")  # a split leaves some
        setup = StreamSetup(name=name, key_prefix="TRN", owner_user_id=ELI)
        merging.split(session, 1, CLEO, 1, 1, setup, [1], MONDAY)


@pytest.mark.parametrize(
    ("change", "to", "who"),
    [
        (gives_it_to, "Onboarding", BEN),
        (hands_it_to, ELI, ANA),
        (merges_into, "Onboarding", BEN),
        (splits_into, "Transfers", BEN),
    ],
    ids=["another value stream", "another owner", "merged", "split"],
)
def test_whose_it_no_longer_is_has_what_they_were_sent_drawn_anew(database, change, to, who):
    restricted(
        database, (CLEO, ELI), question=Question.FREE, asks="Which bank?", people=(ANA, BEN, ELI)
    )
    with database.write() as session:
        session.add(RoleGrant(workspace_id=1, role=Role.ADMIN, user_id=CLEO))
    assert who in drawn_anew(database, change, to)


def is_for(database, *, everybody):
    with database.write(audit.Act(ANA, "form", MONDAY)) as session:
        portfolio = session.get_one(Portfolio, 1)
        basics = settling.basics_of(portfolio).model_copy(update={"open_to_all": everybody})
        settling.change_basics(session, 1, ANA, 1, portfolio.version, basics, MONDAY)


def closed_to_others(database):
    is_for(database, everybody=False)


def open_to_all(database):
    is_for(database, everybody=True)


def test_who_has_no_part_in_a_portfolio_reads_nothing_of_it_while_it_is_closed_to_others(database):
    an_mvp(database)
    with database.write() as session:
        session.add(RoleGrant(workspace_id=1, role=Role.ADMIN, user_id=ANA))
    opens(database, question=Question.FREE, asks="Which bank?", people=(BEN, DANA))
    assert drawn_anew(database, closed_to_others) == {BEN, DANA}
    assert read_by(database, DANA) == [
        "D-1 is about an epic that you may not see any more. You cannot vote on it."
    ]
    assert "Which bank?" in str(read_by(database, BEN))
    assert drawn_anew(database, open_to_all) == {BEN, DANA}
    assert "Which bank?" in str(read_by(database, DANA))


def revoked(database, who):
    with database.write(audit.Act(None, "tack", MONDAY)) as session:
        revoke_admin(session, 1, who, MONDAY)


def no_longer_in_the_settings(database, who):
    with database.write(audit.Act(None, "tack", MONDAY)) as session:
        settle_admins(session, 1, [ANA], MONDAY)


@pytest.mark.parametrize(
    ("ends", "by"), [(revoked, None), (no_longer_in_the_settings, FROM_SETTINGS)]
)
def test_who_is_no_admin_any_more_reads_nothing_of_what_only_admins_saw(database, ends, by):
    an_mvp(database)
    with database.write() as session:
        for who in (ANA, DANA):
            given = RoleGrant(workspace_id=1, role=Role.ADMIN, user_id=who, granted_by=by)
            session.add(given)
    closed_to_others(database)
    opens(database, question=Question.FREE, asks="Which bank?", people=(BEN, DANA))
    assert "Which bank?" in str(read_by(database, DANA))
    assert drawn_anew(database, ends, DANA) == {DANA}
    assert "Which bank?" not in str(read_by(database, DANA))
