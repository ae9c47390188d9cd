"""Permitting: which roles someone has where, and whether they carry what is about to be done.

It is asked in the transaction of the change itself, so that a role taken away a moment ago is
gone, whatever the card that was clicked still shows.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from models.driver.ready import Ready
from models.epics.epic import Epic
from models.people.handover import Departure
from models.people.role import (
    MAY,
    NEAREST_FIRST,
    Right,
    Role,
    RoleGrant,
    UserGroup,
    UserGroupMember,
    nearest,
    refuse,
)
from models.people.workspace import Workspace
from models.portfolio.portfolio import FIRST_STATE, Portfolio, ValueStream


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is to be done: an epic, a value stream, a portfolio, or the workspace."""

    workspace_id: int
    portfolio: Portfolio | None = None
    stream: ValueStream | None = None
    epic: Epic | None = None

    @classmethod
    def of_epic(cls, epic: Epic) -> "Place":
        return cls(epic.workspace_id, epic.portfolio, epic.value_stream, epic)

    @classmethod
    def of_stream(cls, stream: ValueStream) -> "Place":
        return cls(stream.workspace_id, stream.portfolio, stream)

    @classmethod
    def of_portfolio(cls, portfolio: Portfolio) -> "Place":
        return cls(portfolio.workspace_id, portfolio)

    def own_roles(self, user_id: str) -> frozenset[Role]:
        """What the person is by owning something here, and by what everybody may."""
        roles = set()
        if self.portfolio is not None and self.portfolio.is_for_everybody:
            roles |= {Role.VIEWER, Role.PROPOSER}
        if self.stream is not None and self.stream.owner_user_id == user_id:
            roles.add(Role.STREAM_OWNER)
        if self.epic is not None and user_id in self._epic_owners():
            roles.add(Role.EPIC_OWNER)
        return frozenset(roles)

    def owners(self, role: Role) -> list[str]:
        """Who has the role by owning something here."""
        if role is Role.EPIC_OWNER and self.epic is not None:
            return self._epic_owners()
        if role is Role.STREAM_OWNER and self.stream is not None and self.stream.owner_user_id:
            return [self.stream.owner_user_id]
        return []

    def name(self, role: Role) -> str | None:
        """What who has the role is called here; None where it does not exist here."""
        if role is Role.EPIC_OWNER:
            return f"the owner of {self.epic.key}" if self.epic is not None else None
        if role is Role.STREAM_OWNER:
            return f"the owner of {self.stream.name}" if self.stream is not None else None
        return {
            Role.COUNCIL: "the council",
            Role.FINANCE: "finance",
            Role.ADMIN: "an admin",
            Role.PROPOSER: "a proposer",
            Role.VIEWER: "a viewer",
        }[role]

    def _epic_owners(self) -> list[str]:
        """Its owner; before it has one, and in the funnel, also who proposed it."""
        assert self.epic is not None
        owners = [self.epic.owner_user_id]
        if self.epic.owner_user_id is None or self.epic.state.name == FIRST_STATE:
            owners.append(self.epic.proposed_by)
        return [owner for owner in dict.fromkeys(owners) if owner]


def check(session: Session, user_id: str, right: Right, place: Place) -> Role:
    """The nearest role that carries the right there. Raises NotAllowed."""
    own = nearest(right, place.own_roles(user_id))
    role = own or nearest(right, granted_roles(session, user_id, place))
    if role is None:
        _refuse(session, right, place)
    return role


def _refuse(session: Session, right: Right, place: Place) -> NoReturn:
    called = {role: place.name(role) for role in NEAREST_FIRST if role in MAY[right]}
    roles = [role for role, name in called.items() if name]
    names = [name for name in called.values() if name]
    refuse(right, names, holders(session, roles, place), empty_groups(session, roles, place))


def check_any(session: Session, user_id: str, right: Right, places: Sequence[Place]) -> None:
    """Raise NotAllowed, as it is in the first of the places, for who has no such role in any."""
    if not any(may(session, user_id, right, place) for place in places):
        check(session, user_id, right, places[0])


def may(session: Session, user_id: str, right: Right, place: Place) -> bool:
    """Whether the person has a role there that carries the right."""
    carries = MAY[right]
    return bool(
        place.own_roles(user_id) & carries or granted_roles(session, user_id, place) & carries
    )


def lock_roles(session: Session, workspace_id: int) -> None:
    """Let one at a time give, take and hand over, so that two never take the last two admins away.

    The workspace's row is locked without its key: whatever points to it is written meanwhile.
    """
    row = select(Workspace.id).where(Workspace.id == workspace_id)
    session.execute(row.with_for_update(key_share=True)).one()


def _holds(on_stream: ColumnElement[bool]) -> ColumnElement[bool]:
    """Which grants hold there; a grant on a stream names its stream only."""
    everywhere = and_(RoleGrant.portfolio_id.is_(None), RoleGrant.value_stream_id.is_(None))
    return or_(everywhere, RoleGrant.portfolio_id == bindparam("portfolio_id"), on_stream)


GRANTED = Ready(
    select(RoleGrant.role).where(
        RoleGrant.workspace_id == bindparam("workspace_id"),
        or_(
            RoleGrant.user_id == bindparam("user_id"),
            RoleGrant.user_group_id.in_(
                select(UserGroupMember.group_id).where(
                    UserGroupMember.workspace_id == bindparam("workspace_id"),
                    UserGroupMember.user_id == bindparam("user_id"),
                )
            ),
        ),
        _holds(RoleGrant.value_stream_id == bindparam("stream_id")),
    )
)
"""Most clicks ask it."""


def granted_roles(session: Session, user_id: str, place: Place) -> frozenset[Role]:
    """The roles given to the person, or to a user group of theirs, that hold there."""
    granted = GRANTED.rows(session, _there(place) | {"user_id": user_id})
    return frozenset(role for (role,) in granted)


def holders(
    session: Session, roles: Iterable[Role], place: Place, *, stand_ins: bool = True
) -> list[str]:
    """Who has one of the roles there, the nearest first, stand-ins last; groups by their people.

    Who has left Slack is not among them.
    """
    found = held(session, [(role, place) for role in roles])
    everyone = [each for its in found for each in (*its.own, *(its.stand_ins if stand_ins else ()))]
    return list(dict.fromkeys(everyone))


@dataclass(frozen=True, slots=True)
class Held:
    """Who has a role somewhere, and who stands in for them and has it not."""

    own: Sequence[str]
    stand_ins: Sequence[str]


def held(session: Session, asked: Sequence[tuple[Role, Place]]) -> Sequence[Held]:
    """Of each role at its place who has it, of one portfolio; in two statements for all of them.

    Who has left Slack is not among them.
    """
    if not asked:
        return []
    places = [place for _, place in asked]
    which = {
        "roles": list({role for role, _ in asked}),
        "stream_ids": list({place.stream.id for place in places if place.stream is not None}),
    }
    grants = session.execute(GIVEN, _there(places[0]) | which).all()
    rows = [(role, place, [g for g in grants if _is_of(g, role, place)]) for role, place in asked]
    named = {
        user
        for role, place, found in rows
        for user in (*place.owners(role), *(user for each in found for user in _users(each)))
    }
    left = departed(session, places[0].workspace_id, named)

    def there(users: Iterable[str]) -> list[str]:
        return [each for each in dict.fromkeys(users) if each not in left]

    answers = []
    for role, place, found in rows:
        given = [user for each in found if not each.stand_in for user in _users(each)]
        own = there([*place.owners(role), *given])
        standing = there(user for each in found if each.stand_in for user in _users(each))
        answers.append(Held(own, [each for each in standing if each not in own]))
    return answers


def departed(session: Session, workspace_id: int, user_ids: Collection[str]) -> frozenset[str]:
    """Those of the people who have left Slack."""
    gone = select(Departure.user_id).where(
        Departure.workspace_id == workspace_id,
        Departure.user_id.in_(set(user_ids)),
        Departure.returned_at.is_(None),
    )
    return frozenset(session.scalars(gone)) if user_ids else frozenset()


def empty_groups(
    session: Session, roles: Iterable[Role], place: Place
) -> Sequence[tuple[Role, UserGroup]]:
    """The user groups that were given one of the roles there, and have nobody in them."""
    members = select(UserGroupMember.user_id).where(
        UserGroupMember.workspace_id == UserGroup.workspace_id,
        UserGroupMember.group_id == UserGroup.group_id,
    )
    rows = session.execute(
        select(RoleGrant.role, UserGroup)
        .join(
            UserGroup,
            and_(
                UserGroup.workspace_id == RoleGrant.workspace_id,
                UserGroup.group_id == RoleGrant.user_group_id,
            ),
        )
        .where(RoleGrant.role.in_(list(roles)), scoped(place), ~members.exists())
        .order_by(RoleGrant.id)
    )
    return [(role, group) for role, group in rows]


def scoped(place: Place) -> ColumnElement[bool]:
    """Which grants hold there."""
    scopes = [and_(RoleGrant.portfolio_id.is_(None), RoleGrant.value_stream_id.is_(None))]
    if place.portfolio is not None:
        scopes.append(RoleGrant.portfolio_id == place.portfolio.id)
    if place.stream is not None:
        scopes.append(RoleGrant.value_stream_id == place.stream.id)
    return and_(RoleGrant.workspace_id == place.workspace_id, or_(*scopes))


GIVEN = (
    select(
        RoleGrant.role,
        RoleGrant.value_stream_id,
        RoleGrant.stand_in,
        RoleGrant.user_id,
        UserGroupMember.user_id.label("member_id"),
    )
    .outerjoin(
        UserGroupMember,
        and_(
            UserGroupMember.workspace_id == RoleGrant.workspace_id,
            UserGroupMember.group_id == RoleGrant.user_group_id,
        ),
    )
    .outerjoin(
        UserGroup,
        and_(
            UserGroup.workspace_id == RoleGrant.workspace_id,
            UserGroup.group_id == RoleGrant.user_group_id,
        ),
    )
    .where(
        RoleGrant.workspace_id == bindparam("workspace_id"),
        RoleGrant.role.in_(bindparam("roles", expanding=True)),
        _holds(RoleGrant.value_stream_id.in_(bindparam("stream_ids", expanding=True))),
        UserGroup.gone.is_(None),
    )
    .order_by(RoleGrant.stand_in, RoleGrant.id, UserGroupMember.user_id)
)


def _is_of(grant: Any, role: Role, place: Place) -> bool:
    """Whether the grant is of the role and holds there, of those that hold in its portfolio."""
    stream_id = place.stream.id if place.stream is not None else None
    return grant.role is role and grant.value_stream_id in (None, stream_id)


def _users(grant: Any) -> list[str]:
    """To whom it is given: a person, or those of a group."""
    return [user for user in (grant.user_id, grant.member_id) if user is not None]


def _there(place: Place) -> dict[str, Any]:
    return {
        "workspace_id": place.workspace_id,
        "portfolio_id": place.portfolio.id if place.portfolio is not None else None,
        "stream_id": place.stream.id if place.stream is not None else None,
    }
