"""The roster: who has which role where, as roles were given and by what people own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.workflows import seeing
from bot.workflows.people.granting import place_of
from bot.workflows.permitting import Place, departed
from models.people.role import (
    FROM_SETTINGS,
    NEAREST_FIRST,
    Role,
    RoleGrant,
    UserGroup,
    UserGroupMember,
)
from models.portfolio.portfolio import Portfolio, ValueStream


@dataclass(frozen=True, slots=True)
class Seat:
    """Who has a role where; without a grant the person has it by owning the stream."""

    portfolio: Portfolio | None
    stream: ValueStream | None
    role: Role
    user_id: str | None = None
    has_left: bool = False
    group: UserGroup | None = None
    group_count: int = 0
    grant: RoleGrant | None = None

    @property
    def can_be_taken(self) -> bool:
        """Whether it can be taken away in Slack."""
        return self.grant is not None and self.grant.granted_by != FROM_SETTINGS

    @property
    def place_name(self) -> str:
        if self.portfolio is None:
            return "Everywhere"
        if self.stream is None:
            return self.portfolio.name
        return f"{self.portfolio.name} · {self.stream.name}"

    @property
    def name(self) -> str:
        """The role with its place."""
        where = "everywhere" if self.portfolio is None else f"of {self.place_name}"
        return f"{self.role.value} {where}"


def roster(session: Session, workspace_id: int, viewer: str) -> Sequence[Seat]:
    """Every role at the places the viewer may see: everywhere, then portfolio by portfolio."""
    portfolios = seeing.portfolios(session, workspace_id, viewer)
    grants = session.scalars(
        select(RoleGrant).where(RoleGrant.workspace_id == workspace_id).order_by(RoleGrant.id)
    ).all()
    owners = {stream.owner_user_id for p in portfolios for stream in p.open_streams}
    people = {*owners, *(grant.user_id for grant in grants)} - {None}
    facts = _Facts(
        departed(session, workspace_id, {str(each) for each in people}),
        _groups(session, workspace_id),
        _counts(session, workspace_id),
    )
    return list(_seats(workspace_id, portfolios, grants, facts))


def seats(session: Session, grants: Sequence[RoleGrant]) -> Sequence[Seat]:
    return [seat_of(session, grant, place_of(session, grant)) for grant in grants]


def seat_of(session: Session, given: RoleGrant, place: Place) -> Seat:
    group = None
    if given.user_group_id is not None:
        group = session.get(UserGroup, (given.workspace_id, given.user_group_id))
    counts = _counts(session, given.workspace_id)
    left = departed(session, given.workspace_id, [given.user_id] if given.user_id else [])
    return Seat(
        place.portfolio,
        place.stream,
        given.role,
        given.user_id,
        given.user_id in left,
        group,
        counts.get(given.user_group_id or "", 0),
        given,
    )


def seats_of_group(session: Session, given: RoleGrant) -> Sequence[Seat]:
    """Every seat of the user group of that grant."""
    grants = session.scalars(
        select(RoleGrant)
        .where(
            RoleGrant.workspace_id == given.workspace_id,
            RoleGrant.user_group_id == given.user_group_id,
        )
        .order_by(RoleGrant.id)
    ).all()
    return seats(session, grants)


@dataclass(frozen=True, slots=True)
class _Facts:
    left: frozenset[str]
    groups: Mapping[str, UserGroup]
    counts: Mapping[str, int]

    def seat(self, place: Place, given: RoleGrant) -> Seat:
        group_id = given.user_group_id or ""
        return Seat(
            place.portfolio,
            place.stream,
            given.role,
            given.user_id,
            given.user_id in self.left,
            self.groups.get(group_id),
            self.counts.get(group_id, 0),
            given,
        )


def _seats(
    workspace_id: int,
    portfolios: Sequence[Portfolio],
    grants: Sequence[RoleGrant],
    facts: _Facts,
) -> Iterator[Seat]:
    everywhere = [grant for grant in grants if grant.is_everywhere]
    yield from _at(Place(workspace_id), everywhere, facts)
    for portfolio in portfolios:
        whole = [grant for grant in grants if grant.portfolio_id == portfolio.id]
        yield from _at(Place.of_portfolio(portfolio), whole, facts)
        for stream in portfolio.open_streams:
            place = Place.of_stream(stream)
            if stream.owner_user_id is not None:
                left = stream.owner_user_id in facts.left
                yield Seat(portfolio, stream, Role.STREAM_OWNER, stream.owner_user_id, left)
            yield from _at(place, [g for g in grants if g.value_stream_id == stream.id], facts)


def _at(place: Place, grants: Sequence[RoleGrant], facts: _Facts) -> Iterator[Seat]:
    nearest_first = sorted(
        grants, key=lambda each: (NEAREST_FIRST.index(each.role), each.stand_in, each.id)
    )
    for grant in nearest_first:
        yield facts.seat(place, grant)


def _groups(session: Session, workspace_id: int) -> dict[str, UserGroup]:
    rows = session.scalars(select(UserGroup).where(UserGroup.workspace_id == workspace_id))
    return {group.group_id: group for group in rows}


def _counts(session: Session, workspace_id: int) -> dict[str, int]:
    rows = session.execute(
        select(UserGroupMember.group_id, func.count())
        .where(UserGroupMember.workspace_id == workspace_id)
        .group_by(UserGroupMember.group_id)
    )
    return {group_id: count for group_id, count in rows}
