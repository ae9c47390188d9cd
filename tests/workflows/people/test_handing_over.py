"""People leave, and what was theirs goes to others: all or a part, in one transaction."""

import pytest
from sqlalchemy import select

from bot.workflows.people import departing
from bot.workflows.people.granting import grant
from bot.workflows.people.handing_over import hand_over, kinds_to_hand
from bot.workflows.people.holdings import holdings
from bot.workflows.people.workspaces import grant_admin, settle_admins
from bot.workflows.permitting import Place, check, granted_roles
from models.audit.audit import Act
from models.epics.epic import Epic
from models.message import Message, MessageKind
from models.people.handover import (
    Departure,
    Handover,
    Kind,
    OwnsOtherThings,
)
from models.people.role import NotAllowed, Right, Role, RoleGrant
from models.portfolio.portfolio import Portfolio, ValueStream
from models.projects.project import Project
from models.themes.theme import Objective
from models.work import Work
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

CLEO = "U0CLEO"


@pytest.fixture
def here(database):
    """Ben owns Payments, an epic in flight, an idea, a project, an objective; he is finance."""
    workspace_id, portfolio_id = a_portfolio(database)
    with database.write() as session:
        grant_admin(session, workspace_id, ANA, None, MONDAY)
        portfolio = session.get_one(Portfolio, portfolio_id)
        payments = next(s for s in portfolio.value_streams if s.name == "Payments")
        flying, idea, done = (
            an_epic(session, workspace_id, payments.id, title) for title in ("Fly", "Think", "Did")
        )
        for epic in (flying, idea, done):
            epic.owner_user_id = BEN
        session.add(flying.move(portfolio.state("analyzing"), ANA, None, MONDAY))
        session.add(done.move(portfolio.state("done"), ANA, None, MONDAY))
        owned = {"workspace_id": workspace_id, "portfolio_id": portfolio_id, "owner_user_id": BEN}
        session.add(Project(**owned, code="PRJ-204", name="Checkout renewal", created_at=MONDAY))
        session.add(Objective(**owned, title="More buyers finish"))
        place = Place.of_portfolio(portfolio)
        grant(session, workspace_id, ANA, Role.FINANCE, place, [BEN], [], False, MONDAY)
    return workspace_id, portfolio_id


def held(database, here, user_id=BEN, viewer=ANA):
    with database.read() as session:
        found = holdings(session, here[0], user_id, viewer)
    return {kind: [each.name for each in things] for kind, things in found.by_kind.items()}


def hands(database, here, *kinds, actor=ANA, to=CLEO, stamp=None):
    with database.write(Act(actor, "form hand_over_form", MONDAY)) as session:
        return hand_over(session, here[0], actor, BEN, to, kinds, stamp, MONDAY)


ALL = {
    Kind.EPICS: ["PAY-1"],
    Kind.IDEAS: ["PAY-2"],
    Kind.STREAMS: ["Payments"],
    Kind.PROJECTS: ["PRJ-204"],
    Kind.OBJECTIVES: ["“More buyers finish”"],
    Kind.ROLES: ["finance of Shop"],
}


def test_all_that_is_someones_is_shown_without_what_has_ended(database, here):
    assert held(database, here) == ALL
    assert held(database, here, CLEO) == {}


def test_an_admin_hands_all_of_it_over_in_one_go(database, here):
    handover = hands(database, here, *Kind)
    assert held(database, here) == {}
    assert held(database, here, CLEO) == ALL
    assert handover.handed == [name for names in ALL.values() for name in names]
    with database.read() as session:
        done = session.scalars(select(Epic).where(Epic.key == "PAY-3")).one()
        assert done.owner_user_id == BEN, "what is done stays true"
        stream = session.scalars(select(ValueStream).where(ValueStream.name == "Payments")).one()
        assert granted_roles(session, CLEO, Place.of_stream(stream)) == {Role.FINANCE}
        assert granted_roles(session, BEN, Place.of_stream(stream)) == set()


def test_a_part_is_handed_over_and_the_rest_stays(database, here):
    hands(database, here, Kind.IDEAS, Kind.STREAMS)
    kept = {Kind.EPICS, Kind.PROJECTS, Kind.OBJECTIVES, Kind.ROLES}
    assert held(database, here).keys() == kept
    assert held(database, here, CLEO).keys() == {Kind.IDEAS, Kind.STREAMS}


def test_both_are_told_and_the_cards_are_drawn_anew(database, here):
    with database.write() as session:
        for work in session.scalars(select(Work)):
            session.delete(work)
    handover = hands(database, here, Kind.EPICS)
    with database.read() as session:
        told = session.scalars(select(Message).where(Message.kind == MessageKind.HANDOVER)).all()
        cards = session.scalars(select(Message).where(Message.kind == MessageKind.EPIC_CARD))
        shows = {card.subject_id: card.work_key for card in cards}
        due = set(session.scalars(select(Work.key)))
        flying = session.scalars(select(Epic).where(Epic.key == "PAY-1")).one()
    assert sorted(message.channel_id for message in told) == sorted([BEN, CLEO])
    assert {message.subject_id for message in told} == {handover.id}
    assert due >= {shows[flying.id], *(message.work_key for message in told)}


def test_everyone_hands_over_their_own_things_but_not_their_roles(database, here):
    with database.read() as session:
        assert Kind.ROLES not in kinds_to_hand(session, here[0], BEN, BEN)
    hands(database, here, Kind.EPICS, actor=BEN)
    with pytest.raises(NotAllowed) as refused:
        hands(database, here, Kind.ROLES, actor=BEN)
    assert refused.value.sentence == "Only an admin can give and take roles."


def test_nobody_else_hands_over_what_is_not_theirs(database, here):
    with pytest.raises(NotAllowed) as refused:
        hands(database, here, Kind.EPICS, actor=CLEO)
    assert refused.value.sentence == "Only an admin can hand this over."
    assert held(database, here) == ALL


def test_a_form_that_showed_other_things_is_not_taken(database, here):
    with database.read() as session:
        stamp = holdings(session, here[0], BEN, ANA).stamp
    hands(database, here, Kind.IDEAS, stamp=stamp)
    with pytest.raises(OwnsOtherThings):
        hands(database, here, Kind.EPICS, stamp=stamp)


def test_a_restricted_epic_is_handed_over_by_who_may_see_it_only(database, here):
    with database.write() as session:
        session.scalars(select(Epic).where(Epic.key == "PAY-1")).one().restricted = True
        for epic in session.scalars(select(Epic)):
            epic.proposed_by = CLEO
    assert Kind.EPICS not in held(database, here, viewer=ANA)
    hands(database, here, *Kind)
    assert held(database, here, viewer=BEN) == {Kind.EPICS: ["PAY-1"]}


def test_a_role_they_share_is_not_given_twice(database, here):
    with database.write() as session:
        place = Place.of_portfolio(session.get_one(Portfolio, here[1]))
        grant(session, here[0], ANA, Role.FINANCE, place, [CLEO], [], False, MONDAY)
    hands(database, here, Kind.ROLES)
    with database.read() as session:
        seats = session.scalars(select(RoleGrant).where(RoleGrant.role == Role.FINANCE)).all()
    assert [seat.user_id for seat in seats] == [CLEO]


def test_the_last_admin_hands_over_being_admin_with_all_the_rest(database, here):
    with database.write() as session:
        grant(session, here[0], ANA, Role.ADMIN, Place(here[0]), [BEN], [], False, MONDAY)
        ana = session.scalars(select(RoleGrant).where(RoleGrant.user_id == ANA)).one()
        session.delete(ana)
    hands(database, here, Kind.ROLES, actor=BEN)
    with database.read() as session:
        assert granted_roles(session, CLEO, Place(here[0])) == {Role.ADMIN}
        assert granted_roles(session, BEN, Place(here[0])) == set()


def test_being_named_where_tack_is_run_is_not_handed_over_here(database, here):
    with database.write() as session:
        settle_admins(session, here[0], [BEN], MONDAY)
    assert held(database, here)[Kind.ROLES] == ["finance of Shop"]


def leaves(database, here, user_id=BEN):
    with database.write() as session:
        return departing.depart(session, here[0], user_id, MONDAY)


def notes(database):
    with database.read() as session:
        found = select(Message.channel_id).where(Message.kind == MessageKind.DEPARTURE)
        return sorted(session.scalars(found))


def test_admins_hear_once_that_someone_left_who_has_something(database, here):
    with database.write() as session:
        grant(session, here[0], ANA, Role.ADMIN, Place(here[0]), [CLEO], [], False, MONDAY)
    assert leaves(database, here) is not None
    assert leaves(database, here) is None
    assert notes(database) == sorted([ANA, CLEO])


def test_of_who_has_nothing_here_nothing_is_noted(database, here):
    assert leaves(database, here, "U0FAY") is None
    with database.read() as session:
        assert session.scalars(select(Departure)).all() == []


def test_who_left_is_not_named_as_the_one_to_ask(database, here):
    leaves(database, here)
    with database.read() as session:
        epic = session.scalars(select(Epic).where(Epic.key == "PAY-1")).one()
        with pytest.raises(NotAllowed) as refused:
            check(session, "U0FAY", Right.MOVE, Place.of_epic(epic))
    assert list(refused.value.ask) == [ANA]


def test_who_comes_back_is_named_again_and_can_leave_again(database, here):
    leaves(database, here)
    with database.write() as session:
        departing.come_back(session, here[0], BEN, MONDAY)
        assert not departing.is_away(session, here[0], BEN)
    assert leaves(database, here) is not None
    assert len(notes(database)) == 2


def test_who_left_is_not_told_of_the_handover(database, here):
    leaves(database, here)
    hands(database, here, *Kind)
    with database.read() as session:
        told = select(Message.channel_id).where(Message.kind == MessageKind.HANDOVER)
        assert session.scalars(told).all() == [CLEO]
        assert len(session.scalars(select(Handover)).all()) == 1
