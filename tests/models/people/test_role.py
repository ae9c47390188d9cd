"""Which role carries which right, and how a refusal is said. No database."""

import pytest

from models.people.role import (
    FROM_SETTINGS,
    MAY,
    AdminBySettings,
    LastAdmin,
    NoAdmin,
    NotAllowed,
    NowhereInParticular,
    Right,
    Role,
    RoleGrant,
    UnknownGrant,
    UserGroup,
    given_in,
    nearest,
    of_admin,
    refuse,
)

WHO_MAY_WHAT = """
                                      viewer proposer epic owner stream owner council finance admin
see this portfolio                         x        x          x            x       x       x     x
propose an epic here                       .        x          x            x       x       x     x
answer this idea                           .        .          .            x       .       .     x
change this epic                           .        .          x            x       .       .     x
move this epic                             .        .          x            x       x       .     x
stop this epic                             .        .          x            x       x       .     x
move past a limit or a policy              .        .          .            x       x       .     x
approve persevering after an MVP           .        .          .            x       x       .     x
open a decision on this epic               .        .          x            x       x       .     x
record a decision on this epic             .        .          .            x       x       .     .
confirm that this epic is still right      .        .          x            x       .       .     x
block or unblock this epic                 .        .          x            x       x       .     x
add evidence to this epic                  .        x          x            x       x       x     x
strike out what someone else added         .        .          x            x       x       .     x
restrict this epic                         .        .          x            x       x       .     x
hand this over                             .        .          x            x       .       .     x
change limits here                         .        .          .            x       .       .     x
change this project                        .        .          .            x       .       x     x
change themes and objectives               .        .          .            .       x       .     x
fund a value stream                        .        .          .            .       .       x     x
book what was spent or close the books      .        .          .            .       .       x     x
forecast this stream's year-end            .        .          .            x       .       x     x
ask for a budget shift                     .        .          .            x       x       x     x
ask for other rules of budget shifts       .        .          .            .       .       x     x
set Tack up                                .        .          .            .       .       .     x
give and take roles                        .        .          .            .       .       .     x
import data                                .        .          .            .       .       .     x
read the whole audit log                   .        .          .            .       .       x     x
change the digest of this channel          .        x          x            x       x       x     x
pause the digest of this channel           .        .          x            x       x       x     x
"""
COLUMNS = {
    "viewer": Role.VIEWER,
    "proposer": Role.PROPOSER,
    "epic owner": Role.EPIC_OWNER,
    "stream owner": Role.STREAM_OWNER,
    "council": Role.COUNCIL,
    "finance": Role.FINANCE,
    "admin": Role.ADMIN,
}


def test_who_may_what():
    lines = [" " * 37 + "".join(f" {name}" for name in COLUMNS)]
    for right in Right:
        cells = (
            f"{'x' if role in MAY[right] else '.':>{len(name) + 1}}"
            for name, role in COLUMNS.items()
        )
        lines.append(f"{right.value:<37}{''.join(cells)}")
    assert lines == WHO_MAY_WHAT.strip("\n").splitlines()


def test_of_several_roles_the_one_nearest_to_the_thing_counts():
    assert nearest(Right.MOVE, {Role.ADMIN, Role.COUNCIL}) is Role.COUNCIL
    assert nearest(Right.ANSWER, {Role.ADMIN, Role.COUNCIL}) is Role.ADMIN
    assert nearest(Right.ANSWER, {Role.COUNCIL}) is None


def test_a_refusal_says_who_may_and_whom_to_ask():
    with pytest.raises(NotAllowed) as refused:
        refuse(Right.MOVE, ["the owner of PAY-1", "the council", "an admin"], ["U0ELI", "U0ANA"])
    assert refused.value.sentence == (
        "Only the owner of PAY-1, the council or an admin can move this epic."
    )
    assert list(refused.value.ask) == ["U0ELI", "U0ANA"]


def test_a_refusal_where_nobody_may_says_how_that_is_mended():
    with pytest.raises(NotAllowed) as refused:
        refuse(Right.SET_UP, ["an admin"], [])
    assert refused.value.sentence == (
        "Only an admin can set Tack up. "
        "Nobody has that role now: an admin gives roles with /portfolio roles."
    )


@pytest.mark.parametrize(
    ("gone", "said"), [(None, "which is empty"), ("it is switched off", "which is gone")]
)
def test_a_refusal_names_a_user_group_that_has_the_role_and_nobody_in_it(gone, said):
    group = UserGroup(handle="council", gone=gone)
    with pytest.raises(NotAllowed) as refused:
        refuse(Right.EDIT_THEMES, ["the council", "an admin"], ["U0ANA"], [(Role.COUNCIL, group)])
    assert refused.value.sentence == (
        "Only the council or an admin can change themes and objectives. "
        f"The role council was given to the user group @council, {said}."
    )


# giving and taking away


def test_only_admins_have_their_role_everywhere():
    Role.ADMIN.check_has_place(everywhere=True)
    Role.FINANCE.check_has_place(everywhere=False)
    with pytest.raises(NowhereInParticular) as refused:
        Role.FINANCE.check_has_place(everywhere=True)
    assert refused.value.errors == {
        "place": "Only the role admin can hold everywhere. Choose where the role finance holds."
    }


def test_the_last_admin_cannot_be_taken_away():
    given = RoleGrant(role=Role.ADMIN, user_id="U0ANA")
    given.check_can_be_taken(["U0ELI"])
    with pytest.raises(LastAdmin):
        given.check_can_be_taken([])


def test_an_admin_of_one_portfolio_can_be_taken_away_where_nobody_is_one_of_all():
    RoleGrant(role=Role.ADMIN, user_id="U0ANA", portfolio_id=1).check_can_be_taken([])


def test_an_admin_named_where_tack_is_run_is_taken_away_there():
    given = RoleGrant(role=Role.ADMIN, user_id="U0ANA", granted_by=FROM_SETTINGS)
    with pytest.raises(AdminBySettings):
        given.check_can_be_taken(["U0ELI"])


def test_a_role_taken_away_a_moment_ago_is_said_to_be_gone():
    given = RoleGrant(workspace_id=1)
    assert given_in(given, 1) is given
    for found, workspace_id in ((None, 1), (given, 2)):
        with pytest.raises(UnknownGrant):
            given_in(found, workspace_id)


def test_who_is_no_admin_by_name_has_nothing_to_be_taken():
    group, ana = RoleGrant(user_group_id="S0OPS"), RoleGrant(user_id="U0ANA")
    assert of_admin([group, ana], "U0ANA") == [ana]
    with pytest.raises(NoAdmin) as refused:
        of_admin([group, ana], "U0BEN")
    assert refused.value.sentence == (
        "U0BEN is not named as an admin. tack admin list shows who is."
    )
