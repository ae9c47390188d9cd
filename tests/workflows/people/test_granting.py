"""Roles are given and taken away, to people and user groups, and hold where they were given."""

import pytest
from sqlalchemy import select

from bot.views.notices import notices
from bot.workflows.people import user_groups as grouping
from bot.workflows.people.granting import grant, take_away
from bot.workflows.people.workspaces import admin_ids, grant_admin, settle_admins, workspace_of
from bot.workflows.permitting import Place, check, granted_roles, may
from bot.workflows.portfolio.setting_up import go_live, set_up
from models.message import Message, MessageKind
from models.people.handover import Departure
from models.people.role import (
    AdminBySettings,
    LastAdmin,
    NotAllowed,
    Right,
    Role,
    RoleGrant,
    SlackGroup,
    UnknownGrant,
    UserGroup,
)
from models.portfolio.portfolio import Portfolio
from models.portfolio.setup import Setup
from models.work import Work
from tests.workflows.builders import ANA, BEN, MONDAY, PAYMENTS, a_portfolio

CLEO, DANA, ELI = "U0CLEO", "U0DANA", "U0ELI"
COUNCIL = SlackGroup("S0COUNCIL", "council", "The council", (BEN, CLEO))


@pytest.fixture
def here(database):
    """The workspace's and the portfolio's ids; Ana is admin."""
    ids = a_portfolio(database)
    with database.write() as session:
        grant_admin(session, ids[0], ANA, None, MONDAY)
    return ids


def shop(session, here):
    return Place.of_portfolio(session.get_one(Portfolio, here[1]))


def payments(session, here):
    portfolio = session.get_one(Portfolio, here[1])
    return Place.of_stream(next(s for s in portfolio.value_streams if s.name == "Payments"))


def gives(database, here, role, place, users=(), groups=(), actor=ANA, stand_in=False):
    with database.write() as session:
        where = place(session, here) if place else Place(here[0])
        given = grant(session, here[0], actor, role, where, users, groups, stand_in, MONDAY)
        return [each.id for each in given]


def test_a_role_on_a_portfolio_holds_in_each_of_its_streams(database, here):
    gives(database, here, Role.FINANCE, shop, [DANA])
    with database.read() as session:
        assert granted_roles(session, DANA, payments(session, here)) == {Role.FINANCE}
        assert granted_roles(session, DANA, Place(here[0])) == set()


def test_a_role_on_a_stream_holds_there_only(database, here):
    gives(database, here, Role.STREAM_OWNER, payments, [ELI], stand_in=True)
    with database.read() as session:
        assert granted_roles(session, ELI, payments(session, here)) == {Role.STREAM_OWNER}
        assert granted_roles(session, ELI, shop(session, here)) == set()
        assert not may(session, ELI, Right.SET_LIMITS, shop(session, here))


def test_who_is_in_a_user_group_has_its_role_and_who_is_not_has_it_not(database, here):
    gives(database, here, Role.COUNCIL, shop, groups=[COUNCIL])
    with database.read() as session:
        assert may(session, CLEO, Right.EDIT_THEMES, shop(session, here))
        assert not may(session, DANA, Right.EDIT_THEMES, shop(session, here))


def test_given_once_more_it_is_one_role_as_asked_last(database, here):
    first = gives(database, here, Role.FINANCE, shop, [DANA, DANA])
    again = gives(database, here, Role.FINANCE, shop, [DANA], stand_in=True)
    assert first == again
    with database.read() as session:
        assert session.get_one(RoleGrant, first[0]).stand_in


def test_only_an_admin_gives_roles_and_the_refusal_names_who_is(database, here):
    with pytest.raises(NotAllowed) as refused:
        gives(database, here, Role.FINANCE, shop, [BEN], actor=BEN)
    assert refused.value.sentence == "Only an admin can give and take roles."
    assert list(refused.value.ask) == [ANA]


def test_an_admin_of_one_portfolio_makes_nobody_admin_of_all(database, here):
    gives(database, here, Role.ADMIN, shop, [ELI])
    gives(database, here, Role.FINANCE, shop, [DANA], actor=ELI)
    with pytest.raises(NotAllowed):
        gives(database, here, Role.ADMIN, None, [ELI], actor=ELI)


def takes(database, here, grant_id, actor=ANA):
    with database.write() as session:
        take_away(session, here[0], actor, grant_id, MONDAY)


def admin_grant(database, user_id):
    with database.read() as session:
        return session.scalar(select(RoleGrant.id).where(RoleGrant.user_id == user_id))


def test_the_last_admin_cannot_be_taken_away(database, here):
    with pytest.raises(LastAdmin):
        takes(database, here, admin_grant(database, ANA))
    gives(database, here, Role.ADMIN, None, [ELI])
    takes(database, here, admin_grant(database, ANA))
    with database.read() as session:
        assert admin_ids(session, here[0]) == [ELI]


def test_an_admin_who_has_left_slack_does_not_count_as_the_one_who_is_left(database, here):
    gives(database, here, Role.ADMIN, None, [ELI])
    with database.write() as session:
        session.add(Departure(workspace_id=here[0], user_id=ELI, at=MONDAY))
    with pytest.raises(LastAdmin):
        takes(database, here, admin_grant(database, ANA))


def test_an_empty_user_group_is_no_admin_either(database, here):
    gives(database, here, Role.ADMIN, None, groups=[SlackGroup("S0", "ops", "Ops")])
    with pytest.raises(LastAdmin):
        takes(database, here, admin_grant(database, ANA))


def test_an_admin_named_where_tack_is_run_is_taken_away_there(database, here):
    with database.write() as session:
        settle_admins(session, here[0], [ELI], MONDAY)
    with pytest.raises(AdminBySettings):
        takes(database, here, admin_grant(database, ELI))


def test_a_role_taken_away_a_moment_ago_is_said_to_be_gone(database, here):
    given = gives(database, here, Role.FINANCE, shop, [DANA])[0]
    takes(database, here, given)
    with pytest.raises(UnknownGrant):
        takes(database, here, given)
    with database.read() as session:
        assert not may(session, DANA, Right.READ_AUDIT, shop(session, here))


def settle(database, here, *told):
    with database.write() as session:
        messages = grouping.settle(session, here[0], told, MONDAY)
        return sorted(message.channel_id for message in messages)


def test_admins_are_told_once_of_a_group_that_was_emptied_and_again_after_it_was_filled(
    database, here
):
    gives(database, here, Role.COUNCIL, shop, groups=[COUNCIL])
    empty = SlackGroup("S0COUNCIL", "council", "The council")
    assert settle(database, here, COUNCIL) == []
    assert settle(database, here, empty) == [ANA]
    assert settle(database, here, empty) == []
    assert settle(database, here, COUNCIL) == [ANA], "it is redrawn: there are people again"
    assert settle(database, here, empty) == [ANA]
    with database.read() as session:
        told = session.scalars(select(Message).where(Message.kind == MessageKind.USER_GROUP))
        assert len(told.all()) == 1


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([SlackGroup("S0COUNCIL", "council", "The council")], "which is empty"),
        ([], "which is gone"),
        (
            [SlackGroup("S0COUNCIL", "council", "Council", (BEN,), gone="it is switched off")],
            "which is gone",
        ),
    ],
    ids=["emptied", "deleted", "switched off"],
)
def test_a_refusal_says_that_the_group_of_a_role_is_empty_or_gone(database, here, told, said):
    gives(database, here, Role.COUNCIL, shop, groups=[COUNCIL])
    settle(database, here, *told)
    with database.read() as session, pytest.raises(NotAllowed) as refused:
        check(session, BEN, Right.EDIT_THEMES, shop(session, here))
    assert refused.value.sentence == (
        "Only the council or an admin can change themes and objectives. "
        f"The role council was given to the user group @council, {said}."
    )
    assert list(refused.value.ask) == [ANA]


def test_groups_are_read_every_quarter_of_an_hour_as_long_as_one_has_a_role(database, here):
    given = gives(database, here, Role.COUNCIL, shop, groups=[COUNCIL])[0]
    with database.write() as session:
        session.delete(session.get_one(Work, (here[0], f"groups:{here[0]}")))
        session.flush()
        grouping.read_again_later(session, here[0], MONDAY)
    with database.read() as session:
        work = session.get_one(Work, (here[0], f"groups:{here[0]}"))
        assert work.due_at == MONDAY + grouping.READ_EVERY
    takes(database, here, given)
    with database.write() as session:
        session.delete(session.get_one(Work, (here[0], f"groups:{here[0]}")))
        session.flush()
        grouping.read_again_later(session, here[0], MONDAY)
    with database.read() as session:
        assert session.get(Work, (here[0], f"groups:{here[0]}")) is None


def test_a_change_of_a_group_without_a_role_reads_nothing(database, here):
    with database.write() as session:
        grouping.hear_of_change(session, here[0], "S0OTHER", MONDAY)
        assert session.get(Work, (here[0], f"groups:{here[0]}")) is None


def test_a_renamed_group_keeps_its_role_under_its_new_handle(database, here):
    gives(database, here, Role.COUNCIL, shop, groups=[COUNCIL])
    settle(database, here, SlackGroup("S0COUNCIL", "board", "The board", (CLEO,)))
    with database.read() as session:
        assert session.get_one(UserGroup, (here[0], "S0COUNCIL")).handle == "board"
        assert may(session, CLEO, Right.EDIT_THEMES, shop(session, here))
        assert not may(session, BEN, Right.EDIT_THEMES, shop(session, here))


# who is told


def told_of_roles(database):
    """Who is told of a role, and in which words as things stand."""
    with database.read() as session:
        messages = session.scalars(
            select(Message).where(Message.kind == MessageKind.ROLE).order_by(Message.id)
        ).all()
        draw = notices()[MessageKind.ROLE].draw
        return [(m.channel_id, draw(session, m.subject_id, MONDAY).text) for m in messages]


def test_who_is_given_a_role_hears_once_from_whom_what_and_where(database, here):
    for _ in range(2):
        gives(database, here, Role.FINANCE, shop, [DANA, ANA], stand_in=True)
    ((who, said),) = told_of_roles(database)
    assert who == DANA
    assert said == (
        "<@U0ANA> gave you the role finance as stand-in in Shop. You can now fund streams, "
        "approve shifts, change projects, read the audit log. You are asked when nobody else "
        "with the role can be reached. App Home shows what waits for you."
    )


def test_a_role_in_a_portfolio_that_is_not_live_is_told_when_it_goes_live(database):
    with database.write() as session:
        workspace_id = workspace_of(session, "T1").id
        grant_admin(session, workspace_id, ANA, None, MONDAY)
        setup = Setup(name="Shop", currency="EUR", time_zone="UTC", streams=[PAYMENTS])
        here = workspace_id, set_up(session, workspace_id, ANA, setup, MONDAY).id
    gives(database, here, Role.COUNCIL, shop, [CLEO])
    gives(database, here, Role.EPIC_OWNER, payments, [DANA])
    assert told_of_roles(database) == []
    with database.write() as session:
        go_live(session, here[0], ANA, here[1], MONDAY)
    (cleo, of_shop), (dana, of_payments) = told_of_roles(database)
    assert (cleo, dana) == (CLEO, DANA)
    assert "the role council in Shop." in of_shop
    assert "the role epic owner in Shop · Payments." in of_payments


def test_a_role_taken_away_again_is_no_longer_told_of_as_theirs(database, here):
    (grant_id,) = gives(database, here, Role.COUNCIL, shop, [CLEO])
    with database.write() as session:
        take_away(session, here[0], ANA, grant_id, MONDAY)
    ((_, said),) = told_of_roles(database)
    assert said.startswith("The role you were given here was taken away again.")
