"""Who may what where: by owning and by what was given, and what holds for all of it."""

from contextlib import contextmanager, suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.workflows.board import digesting
from bot.workflows.people import user_groups as grouping
from bot.workflows.people.granting import grant
from bot.workflows.people.workspaces import grant_admin
from bot.workflows.permitting import Place, check, may
from bot.workflows.seeing import may_see, portfolio_visible_to, visible_to
from models.board.digest import Wish
from models.epics.epic import CircleMember, Epic
from models.people.role import MAY, NotAllowed, Right, Role, RoleGrant, SlackGroup, UserGroupMember
from models.portfolio.portfolio import Portfolio
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic


@pytest.fixture
def here(database):
    """The workspace's and the portfolio's ids; PAY-1 is proposed by Ana and owned by Eli."""
    ids = a_portfolio(database)
    with database.write() as session:
        grant_admin(session, ids[0], "U0ROOT", None, MONDAY)
        portfolio = session.get_one(Portfolio, ids[1])
        epic = an_epic(session, ids[0], stream(portfolio, "Payments").id)
        portfolio.open_to_all = False
        epic.owner_user_id = "U0ELI"
        session.add(epic.move(portfolio.state("reviewing"), ANA, None, MONDAY))
    return ids


def stream(portfolio, name):
    return next(each for each in portfolio.value_streams if each.name == name)


def the_epic(session):
    return session.scalars(select(Epic)).one()


def give(session, here, role, place, user=None, group=None, stand_in=False):
    users = [user] if user else []
    groups = [SlackGroup(group, group.lower(), group, ("U0X",))] if group else []
    return grant(session, here[0], "U0ROOT", role, place, users, groups, stand_in, MONDAY)


OWNS = {"U0ELI": Role.EPIC_OWNER, BEN: Role.STREAM_OWNER}
"""Who owns the epic or its stream has, without any grant, what goes with the role."""


@pytest.mark.parametrize(("user", "role"), OWNS.items())
def test_owning_is_as_good_as_being_given_the_role(database, here, user, role):
    with database.read() as session:
        place = Place.of_epic(the_epic(session))
        rights = {right for right in Right if may(session, user, right, place)}
    assert rights == {right for right, roles in MAY.items() if role in roles}


def test_in_an_open_portfolio_every_member_sees_proposes_and_adds_evidence_and_nothing_else(
    database, here
):
    with database.write() as session:
        session.get_one(Portfolio, here[1]).open_to_all = True
        place = Place.of_epic(the_epic(session))
        rights = {right for right in Right if may(session, "U0FAY", right, place)}
    assert rights == {Right.SEE, Right.PROPOSE, Right.ADD_EVIDENCE, Right.RUN_DIGEST}


def test_who_only_looks_on_does_not_say_when_a_digest_comes(database, here):
    wish = Wish(
        portfolio_id=here[1], value_stream_id=None, weekday=0, minute_of_day=540, time_zone="UTC"
    )
    with database.write() as session:
        place = Place.of_portfolio(session.get_one(Portfolio, here[1]))
        give(session, here, Role.VIEWER, place, "U0VIEW")
        give(session, here, Role.PROPOSER, place, "U0PROP")
        digesting.subscribe(session, here[0], "U0PROP", "C0PAY", wish, MONDAY)
        for asked in (
            lambda: digesting.subscribe(session, here[0], "U0VIEW", "C0PAY", wish, MONDAY),
            lambda: digesting.pause(session, here[0], "U0VIEW", "C0PAY", MONDAY),
            lambda: digesting.resume(session, here[0], "U0VIEW", "C0PAY", MONDAY),
            lambda: digesting.send_now(session, here[0], "U0VIEW", "C0PAY", MONDAY),
        ):
            with pytest.raises(NotAllowed):
                asked()
        assert digesting.pause(session, here[0], "U0PROP", "C0PAY", MONDAY).paused_by == "U0PROP"


def test_a_refusal_names_the_nearest_first_and_three_of_many(database, here):
    with database.write() as session:
        epic = the_epic(session)
        for user in ("U0A", "U0B", "U0C"):
            give(session, here, Role.COUNCIL, Place.of_portfolio(epic.portfolio), user)
        give(
            session, here, Role.STREAM_OWNER, Place.of_stream(epic.value_stream), "U0S", None, True
        )
        with pytest.raises(NotAllowed) as refused:
            check(session, "U0FAY", Right.MOVE, Place.of_epic(epic))
    assert refused.value.sentence == (
        "Only the owner of PAY-1, the owner of Payments, the council or an admin can move "
        "this epic."
    )
    assert list(refused.value.ask) == ["U0ELI", BEN, "U0S", "U0A", "U0B", "U0C", "U0ROOT"]


class Undone(Exception):
    """Ends a transaction that only tried something."""


@contextmanager
def tried(database):
    """A transaction of which nothing is left."""
    with suppress(Undone), database.write() as session:
        yield session
        raise Undone


PLACES = st.sampled_from(["portfolio", "Payments", "Onboarding"])
GRANTS = st.lists(
    st.tuples(st.sampled_from(list(Role)), PLACES, st.booleans(), st.booleans()),
    min_size=1,
    max_size=6,
    unique_by=lambda each: each[:3],
)
CIRCLES = st.sets(st.sampled_from(["owner", "proposer", "stream owner", "named"]))
ON_ONE_DATABASE = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def place_named(portfolio, name):
    if name == "portfolio":
        return Place.of_portfolio(portfolio)
    return Place.of_stream(stream(portfolio, name))


def gives_all(session, here, grants):
    """Give U0X those roles, by name or by a user group they are in."""
    portfolio = session.get_one(Portfolio, here[1])
    for number, (role, where, by_group, stand_in) in enumerate(grants):
        place = place_named(portfolio, where)
        who = {"group": f"S{number}"} if by_group else {"user": "U0X"}
        give(session, here, role, place, stand_in=stand_in, **who)


def what_they_may(session, here):
    """Every right at every place, and every epic and portfolio seen."""
    portfolio = session.get_one(Portfolio, here[1])
    places = [Place.of_epic(the_epic(session)), Place(here[0]), Place.of_portfolio(portfolio)]
    places += [Place.of_stream(each) for each in portfolio.value_streams]
    rights = {
        (number, right)
        for number, place in enumerate(places)
        for right in Right
        if may(session, "U0X", right, place)
    }
    epics = session.scalars(select(Epic.id).where(visible_to("U0X"))).all()
    seen = session.scalars(select(Portfolio.id).where(portfolio_visible_to("U0X"))).all()
    return rights | {("epic", each) for each in epics} | {("portfolio", each) for each in seen}


@ON_ONE_DATABASE
@given(grants=GRANTS, taken=st.data(), restricted=st.booleans())
def test_taking_a_role_away_or_leaving_a_group_never_adds_a_right(
    database, here, grants, taken, restricted
):
    with tried(database) as session:
        gives_all(session, here, grants)
        the_epic(session).restricted = restricted
        session.flush()
        before = what_they_may(session, here)
        mine = session.scalars(
            select(RoleGrant).where(RoleGrant.granted_by == "U0ROOT").order_by(RoleGrant.id)
        ).all()
        gone = taken.draw(st.sampled_from(mine))
        member = session.get(UserGroupMember, (here[0], gone.user_group_id or "", "U0X"))
        leaves = member is not None and taken.draw(st.booleans())
        session.delete(member if leaves else gone)
        session.flush()
        assert what_they_may(session, here) <= before


@ON_ONE_DATABASE
@given(grants=GRANTS, circle=CIRCLES, open_to_all=st.booleans(), emptied=st.booleans())
def test_a_restricted_epic_is_found_by_its_circle_only(
    database, here, grants, circle, open_to_all, emptied
):
    with tried(database) as session:
        gives_all(session, here, grants)
        if emptied:
            grouping.settle(session, here[0], [], MONDAY)
        epic = the_epic(session)
        epic.restricted, epic.portfolio.open_to_all = True, open_to_all
        epic.owner_user_id = "U0X" if "owner" in circle else "U0ELI"
        epic.proposed_by = "U0X" if "proposer" in circle else ANA
        epic.value_stream.owner_user_id = "U0X" if "stream owner" in circle else BEN
        if "named" in circle:
            session.add(
                CircleMember(
                    workspace_id=here[0], epic_id=epic.id, user_id="U0X", added_by=ANA, at=MONDAY
                )
            )
        session.flush()
        decides = any(
            role in {Role.COUNCIL, Role.STREAM_OWNER} and where != "Onboarding"
            for role, where, by_group, _ in grants
            if not (by_group and emptied)
        )
        has_role = any(not (by_group and emptied) for _, _, by_group, _ in grants)
        sees = open_to_all or has_role or circle & {"owner", "named", "stream owner"}
        found = session.scalars(select(Epic.id).where(visible_to("U0X"))).all()
        assert may_see(session, "U0X", epic) == bool(found)
        assert bool(found) == bool((decides or circle) and sees)
        assert session.scalars(select(Epic.id).where(visible_to("U0STRANGER"))).all() == []
        assert session.scalars(select(Epic.id).where(visible_to(None))).all() == []
