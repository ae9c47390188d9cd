"""Restructuring: value streams merged and split in mid-year, with their epics, none of it lost.

Epics keep their keys, and what was true before stays so: each change of stream is an event of
its own, and boards and figures as of an earlier day tell of the streams as they were.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from bot.workflows.people.user_groups import people_of
from bot.workflows.permitting import Place, check
from bot.workflows.portfolio import streams as streaming
from bot.workflows.redrawing import post, redraw_cards, redraw_homes
from bot.workflows.seeing import sight_changed, visible_to
from models.board.digest import Subscription
from models.board.home import Home
from models.epics.belonging import StreamMove
from models.epics.epic import Epic
from models.message import MessageKind
from models.people.role import Right, RoleGrant
from models.portfolio.portfolio import ValueStream, WipLimit, check_unchanged
from models.portfolio.setup import StreamSetup
from models.projects.project import ProjectShare


class Carry(Protocol):
    """What a later room takes along from one stream to another, of all of it or of some epics."""

    def __call__(
        self,
        session: Session,
        source: ValueStream,
        target: ValueStream,
        epic_ids: Collection[int],
        by: str,
        at: datetime,
        *,
        whole: bool,
    ) -> None: ...


CARRIES: list[Carry] = []
"""Filled by `carries_along`."""


def carries_along(carry: Carry) -> Carry:
    """Have a later room take along what it has of merged and split streams."""
    CARRIES.append(carry)
    return carry


@dataclass(frozen=True, slots=True)
class Restructured:
    """What goes from one stream to another, or went."""

    source: ValueStream
    target: ValueStream | None
    """None for one that is only to come."""
    epics: int
    """Those that everybody involved may see; what only a circle sees goes along unnamed."""
    shares: int = 0
    """Those of projects that go along."""
    shares_left: int = 0
    """Those that stay with the source of a split."""
    digests: Sequence[str] = ()
    """The channels whose digest told of the source."""
    roles: Sequence[RoleGrant] = ()
    """Roles on the source, which do not go along."""
    limits: tuple[int | None, int | None] = (None, None)
    """How many may be in flight in the source, and in the target; None for any number."""


def streams_to_merge_into(session: Session, source: ValueStream) -> Sequence[ValueStream]:
    """The other streams in use of its portfolio, by name."""
    return [each for each in source.portfolio.open_streams if each.id != source.id]


def preview_merge(
    session: Session, workspace_id: int, actor: str, source_id: int, target_id: int
) -> Restructured:
    """What a merge would do; nothing is changed.

    Raises UnknownStream, SameStream and NotAllowed.
    """
    source = streaming.stream_of(session, workspace_id, source_id)
    target = streaming.stream_of(session, workspace_id, target_id)
    source.check_merges_into(target)
    check(session, actor, Right.SET_UP, Place.of_portfolio(source.portfolio))
    return _what_goes(session, source, target, actor)


def merge(
    session: Session,
    workspace_id: int,
    actor: str,
    source_id: int,
    target_id: int,
    version: int,
    at: datetime,
) -> Restructured:
    """Put everything of one stream into another, and end it; its name and letters stay taken.

    Raises UnknownStream, SameStream, NotAllowed and ChangedSince.
    """
    found = {
        id_: streaming.lock_stream(session, workspace_id, id_)
        for id_ in sorted({source_id, target_id})
    }
    source, target = found[source_id], found[target_id]
    source.check_merges_into(target)
    check(session, actor, Right.SET_UP, Place.of_portfolio(source.portfolio))
    check_unchanged(source, version)
    change = _what_goes(session, source, target, actor)
    moved = _move(session, _open_epics(source), source, target, actor, at)
    for carry in CARRIES:
        carry(session, source, target, moved, actor, at, whole=True)
    _hand_on_shares(session, source, target)
    _merge_limits(session, source, target)
    _hand_on_digests(session, source, target)
    source.merge_into(target, at)
    session.flush()
    session.expire(source.portfolio, ["value_streams"])
    _say_where(session, source, at)
    redraw_cards(session, workspace_id, moved, at)
    redraw_homes(session, workspace_id, at)
    sight_changed(session, workspace_id, _who_sees(session, source, target), at)
    return change


def epics_to_split(session: Session, source: ValueStream, viewer: str) -> Sequence[tuple[str, int]]:
    """The stream's open epics the viewer may see, as texts and ids."""
    rows = _open_epics(source).where(visible_to(viewer))
    found = session.execute(rows.with_only_columns(Epic.key, Epic.title, Epic.id))
    return [(f"{key} {title}", id_) for key, title, id_ in found]


def preview_split(
    session: Session,
    workspace_id: int,
    actor: str,
    source_id: int,
    setup: StreamSetup,
    epic_ids: Sequence[int],
) -> tuple[StreamSetup, Restructured]:
    """The new stream as it would be, and what would go to it; nothing is changed.

    Raises UnknownStream, NotAllowed, NothingToSplit and FieldMistakes.
    """
    source = streaming.stream_of(session, workspace_id, source_id)
    check(session, actor, Right.SET_UP, Place.of_portfolio(source.portfolio))
    names = [stream.name for stream in source.portfolio.value_streams]
    checked = setup.checked(streaming.key_prefixes(session, workspace_id), names)
    chosen = session.scalars(_chosen(source, actor, epic_ids)).all()
    source.check_splits(len(chosen))
    going = len(_shares_that_go(session, source, actor, epic_ids))
    left = _shares(session, source) - going
    return checked, Restructured(source, None, len(chosen), shares=going, shares_left=left)


def split(
    session: Session,
    workspace_id: int,
    actor: str,
    source_id: int,
    version: int,
    setup: StreamSetup,
    epic_ids: Sequence[int],
    at: datetime,
) -> Restructured:
    """Make a new stream of some of another's epics, with its shares of projects that only they
    point to; the others stay where they are.

    Raises UnknownStream, NotAllowed, ChangedSince, NothingToSplit and FieldMistakes.
    """
    portfolio_id = streaming.stream_of(session, workspace_id, source_id).portfolio_id
    new = streaming.add_stream(session, workspace_id, actor, portfolio_id, setup, at)
    source = streaming.lock_stream(session, workspace_id, source_id)
    check_unchanged(source, version)
    going = _shares_that_go(session, source, actor, epic_ids)
    moved = _move(session, _chosen(source, actor, epic_ids), source, new, actor, at)
    source.check_splits(len(moved))
    for carry in CARRIES:
        carry(session, source, new, moved, actor, at, whole=False)
    for share in going:
        share.value_stream = new
    source.version += 1
    session.flush()
    redraw_cards(session, workspace_id, moved, at)
    sight_changed(session, workspace_id, _who_sees(session, source, new), at)
    left = _shares(session, source)
    return Restructured(source, new, len(moved), shares=len(going), shares_left=left)


def _who_sees(session: Session, *streams: ValueStream) -> set[str | None]:
    """Whom what goes from one stream to another is shown to for it, or was: owners, and roles."""
    given = select(RoleGrant).where(RoleGrant.value_stream_id.in_([each.id for each in streams]))
    held = {user for each in session.scalars(given) for user in people_of(session, each)}
    return {*held, *(each.owner_user_id for each in streams)}


def _what_goes(
    session: Session, source: ValueStream, target: ValueStream, viewer: str
) -> Restructured:
    seen = _open_epics(source).where(visible_to(viewer)).with_only_columns(func.count(Epic.id))
    digests = select(Subscription.channel_id).where(Subscription.value_stream_id == source.id)
    roles = select(RoleGrant).where(RoleGrant.value_stream_id == source.id).order_by(RoleGrant.id)
    limits = _in_flight_limits(session, source, target)
    return Restructured(
        source,
        target,
        session.scalar(seen.order_by(None)) or 0,
        shares=_shares(session, source),
        digests=session.scalars(digests).all(),
        roles=session.scalars(roles).all(),
        limits=limits,
    )


def _open_epics(stream: ValueStream) -> Select[Epic]:
    """Its states are named by their ids: PostgreSQL would not find an epic by a join any more that
    was moved to another state while its row was waited for.
    """
    ended = [state.id for state in stream.portfolio.all_states if not state.is_open]
    here = (Epic.value_stream_id == stream.id, Epic.state_id.not_in(ended))
    return select(Epic).where(*here).order_by(Epic.id)


def _chosen(source: ValueStream, viewer: str, epic_ids: Sequence[int]) -> Select[Epic]:
    return _open_epics(source).where(Epic.id.in_(epic_ids), visible_to(viewer))


def _move(
    session: Session,
    epics: Select[Epic],
    source: ValueStream,
    target: ValueStream,
    actor: str,
    at: datetime,
) -> Sequence[int]:
    """Move them, locked; their ids."""
    reason = f"{source.name} → {target.name}"
    moved = []
    for epic in session.scalars(epics.with_for_update(of=Epic)).all():
        epic.value_stream = target
        epic.version += 1
        moved.append(epic.id)
        session.add(
            StreamMove(
                workspace_id=epic.workspace_id,
                epic_id=epic.id,
                from_stream_id=source.id,
                to_stream_id=target.id,
                at=at,
                by_user_id=actor,
                reason=reason,
            )
        )
    session.flush()
    return moved


def _shares(session: Session, stream: ValueStream) -> int:
    counted = select(func.count(ProjectShare.id)).where(ProjectShare.value_stream_id == stream.id)
    return session.scalar(counted) or 0


def _shares_that_go(
    session: Session, source: ValueStream, viewer: str, epic_ids: Sequence[int]
) -> Sequence[ProjectShare]:
    """Its shares of the projects that of its open epics only the chosen ones point to."""

    def projects(epics: Select[Epic]) -> Select[int | None]:
        linked = epics.where(Epic.project_id.is_not(None))
        return linked.with_only_columns(Epic.project_id).order_by(None)

    chosen = _chosen(source, viewer, epic_ids)
    ids = chosen.with_only_columns(Epic.id).order_by(None)
    rows = select(ProjectShare).where(
        ProjectShare.value_stream_id == source.id,
        ProjectShare.project_id.in_(projects(chosen)),
        ProjectShare.project_id.not_in(projects(_open_epics(source).where(Epic.id.not_in(ids)))),
    )
    return session.scalars(rows.order_by(ProjectShare.id)).all()


def _hand_on_shares(session: Session, source: ValueStream, target: ValueStream) -> None:
    """Give its shares of projects to the target; where both have one, they become one."""
    rows = select(ProjectShare).where(ProjectShare.value_stream_id.in_([source.id, target.id]))
    shares = session.scalars(rows.order_by(ProjectShare.id)).all()
    held = {share.project_id: share for share in shares if share.value_stream_id == target.id}
    for share in shares:
        if share.value_stream_id != source.id:
            continue
        if (both := held.get(share.project_id)) is not None:
            both.percent += share.percent
            session.delete(share)
        else:
            share.value_stream = target
    session.flush()


def _merge_limits(session: Session, source: ValueStream, target: ValueStream) -> None:
    """Where both had a limit their places are the target's now; else it stays as it is there."""
    rows = select(WipLimit).where(WipLimit.value_stream_id.in_([source.id, target.id]))
    limits = session.scalars(rows.order_by(WipLimit.id)).all()
    held = {(each.state_id, each.phase): each for each in limits if _is_of(each, target)}
    for limit in limits:
        if _is_of(limit, source):
            if (both := held.get((limit.state_id, limit.phase))) is not None:
                both.most += limit.most
            session.delete(limit)
    session.flush()


def _is_of(limit: WipLimit, stream: ValueStream) -> bool:
    return limit.value_stream_id == stream.id


def _in_flight_limits(
    session: Session, source: ValueStream, target: ValueStream
) -> tuple[int | None, int | None]:
    rows = select(WipLimit.value_stream_id, WipLimit.most).where(
        WipLimit.value_stream_id.in_([source.id, target.id]), WipLimit.state_id.is_(None)
    )
    most = {stream_id: count for stream_id, count in session.execute(rows)}
    return most.get(source.id), most.get(target.id)


def _hand_on_digests(session: Session, source: ValueStream, target: ValueStream) -> None:
    rows = select(Subscription).where(Subscription.value_stream_id == source.id)
    for subscription in session.scalars(rows.order_by(Subscription.id).with_for_update()).all():
        subscription.value_stream_id = target.id
    session.execute(
        update(Home).where(Home.value_stream_id == source.id).values(value_stream_id=target.id)
    )
    session.flush()


def _say_where(session: Session, source: ValueStream, at: datetime) -> None:
    """Put one message in the source's channel, unless nothing is posted yet."""
    if source.channel_id is None or source.portfolio.live_at is None:
        return
    post(session, source.workspace_id, MessageKind.MERGED, source.id, source.channel_id, at)
