"""Granting: giving roles to people and user groups, and taking them away."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.people import user_groups as grouping
from bot.workflows.permitting import Place, check, holders, lock_roles
from bot.workflows.pointing import hold
from bot.workflows.redrawing import notify, redraw_about, redraw_homes
from bot.workflows.seeing import sight_changed
from models.message import MessageKind
from models.people.role import Right, Role, RoleGrant, SlackGroup, given_in
from models.portfolio.portfolio import Portfolio, ValueStream, in_use, of_workspace


def place(
    session: Session, workspace_id: int, portfolio_id: int | None, stream_id: int | None
) -> Place:
    """A stream, else a portfolio, else the whole workspace.

    Raises UnknownStream and UnknownPortfolio.
    """
    if stream_id is not None:
        return Place.of_stream(in_use(session.get(ValueStream, stream_id), workspace_id))
    if portfolio_id is not None:
        found = session.get(Portfolio, portfolio_id)
        return Place.of_portfolio(of_workspace(found, workspace_id))
    return Place(workspace_id)


def grant(
    session: Session,
    workspace_id: int,
    actor: str,
    role: Role,
    place: Place,
    users: Sequence[str],
    groups: Sequence[SlackGroup],
    stand_in: bool,
    at: datetime,
) -> Sequence[RoleGrant]:
    """Give the role there to people and user groups; who has it already keeps it as asked now.

    The groups come as Slack told them a moment ago. The actor needs the right there. Whether the
    people are members of the workspace was looked at before: only Slack knows it. Raises
    NotAllowed and NowhereInParticular.
    """
    lock_roles(session, workspace_id)
    if place.stream is not None:
        hold(session, ValueStream, [place.stream.id])
        in_use(place.stream, workspace_id)
    check(session, actor, Right.GIVE_ROLES, place)
    role.check_has_place(everywhere=place.portfolio is None)
    have = {(each.user_id, each.user_group_id): each for each in _grants(session, role, place)}
    wanted: dict[tuple[str | None, str | None], None] = dict.fromkeys(
        [*((user_id, None) for user_id in users), *((None, g.group_id) for g in groups)]
    )
    new: list[RoleGrant] = []
    for user_id, group_id in wanted:
        given = have.get((user_id, group_id))
        if given is None:
            given = _new(role, place, actor, at)
            given.user_id, given.user_group_id = user_id, group_id
            session.add(given)
            have[user_id, group_id] = given
            new.append(given)
        given.stand_in = stand_in
    session.flush()
    grouping.keep(session, workspace_id, groups, at)
    if groups:
        grouping.read_soon(session, workspace_id, at)
    redraw_homes(session, workspace_id, at)
    sight_changed(session, workspace_id, users, at)
    if place.portfolio is None or place.portfolio.live_at is not None:
        notify_people(session, new, actor, at)
    return [have[key] for key in wanted]


def notify_people(session: Session, given: Sequence[RoleGrant], actor: str, at: datetime) -> None:
    """Put a direct message about each role given to a person, unless to who gave it."""
    for each in given:
        notify(session, each.workspace_id, MessageKind.ROLE, each.id, [each.user_id], actor, at)


def take_away(
    session: Session, workspace_id: int, actor: str, grant_id: int, at: datetime
) -> RoleGrant:
    """Take the role away again.

    Raises UnknownGrant, NotAllowed, AdminBySettings and LastAdmin.
    """
    lock_roles(session, workspace_id)
    given = given_in(session.get(RoleGrant, grant_id), workspace_id)
    check(session, actor, Right.GIVE_ROLES, place_of(session, given))
    people = grouping.people_of(session, given)
    remove(session, given)
    sight_changed(session, workspace_id, people, at)
    redraw_about(session, workspace_id, [MessageKind.ROLE], [grant_id], at)
    grouping.redraw(session, grouping.warned(session, workspace_id, grant_id), at)
    redraw_homes(session, workspace_id, at)
    return given


def remove(session: Session, given: RoleGrant) -> None:
    """Remove a grant, unless it makes the last admin or comes from the settings.

    Raises AdminBySettings and LastAdmin.
    """
    session.delete(given)
    session.flush()
    given.check_can_be_taken(holders(session, [Role.ADMIN], Place(given.workspace_id)))


def place_of(session: Session, given: RoleGrant) -> Place:
    if given.value_stream_id is not None:
        return Place.of_stream(session.get_one(ValueStream, given.value_stream_id))
    if given.portfolio_id is not None:
        return Place.of_portfolio(session.get_one(Portfolio, given.portfolio_id))
    return Place(given.workspace_id)


def _new(role: Role, place: Place, actor: str, at: datetime) -> RoleGrant:
    portfolio_id, stream_id = _narrowest(place)
    return RoleGrant(
        workspace_id=place.workspace_id,
        role=role,
        portfolio_id=portfolio_id,
        value_stream_id=stream_id,
        granted_by=actor,
        granted_at=at,
    )


def _grants(session: Session, role: Role, place: Place) -> Sequence[RoleGrant]:
    portfolio_id, stream_id = _narrowest(place)
    return session.scalars(
        select(RoleGrant).where(
            RoleGrant.workspace_id == place.workspace_id,
            RoleGrant.role == role,
            RoleGrant.portfolio_id.is_not_distinct_from(portfolio_id),
            RoleGrant.value_stream_id.is_not_distinct_from(stream_id),
        )
    ).all()


def _narrowest(place: Place) -> tuple[int | None, int | None]:
    """The portfolio's id, or the stream's: a grant names one of them, or neither."""
    if place.stream is not None:
        return None, place.stream.id
    return (place.portfolio.id if place.portfolio is not None else None), None
