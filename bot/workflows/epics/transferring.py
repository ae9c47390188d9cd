"""Changing streams: an epic goes to another value stream, keeps its key, and both sides hear."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.workflows.epics.limits import LIMITS, WIP_BY_COLUMN
from bot.workflows.epics.moving import change_stream, locked, states_of
from bot.workflows.epics.restricting import redraw_who_waits
from bot.workflows.permitting import Place, check, holders
from bot.workflows.pointing import hold
from bot.workflows.redrawing import notify, redraw_facts
from bot.workflows.seeing import sight_changed
from models.epics.belonging import Overfills, StreamMove
from models.epics.column import Column
from models.epics.epic import Epic
from models.epics.limit import covers
from models.message import MessageKind
from models.people.role import Right, Role
from models.portfolio.portfolio import UnknownStream, ValueStream


def give(
    session: Session,
    workspace_id: int,
    actor: str,
    epic_id: int,
    to_stream_id: int,
    reason: str | None,
    at: datetime,
) -> StreamMove:
    """Move the epic to another value stream of its portfolio; its key stays.

    Its card goes to the new channel, and where it stood is said where it went. The owners of both
    streams are told, and the epic's. Raises UnknownEpic, UnknownStream, SameStream, Overfills and
    NotAllowed.
    """
    to = hold(session, ValueStream, [to_stream_id]).get(to_stream_id)
    epic = locked(session, workspace_id, actor, epic_id)
    left = epic.value_stream
    check(session, actor, Right.HAND_OVER, Place.of_stream(left))
    if to is None or to.portfolio_id != epic.portfolio_id or to.ended_at is not None:
        raise UnknownStream
    move = change_stream(session, epic, to, actor, reason, at)
    if move.reason is None and (over := over_limits(session, epic)):
        raise Overfills(epic.key, to.name, over)
    owners = [left.owner_user_id, to.owner_user_id, epic.owner_user_id]
    notify(session, workspace_id, MessageKind.STREAM_MOVE_DM, move.id, owners, actor, at)
    there = [Place.of_stream(each) for each in (left, to)]
    owners += [each for place in there for each in holders(session, [Role.STREAM_OWNER], place)]
    sight_changed(session, workspace_id, owners, at)
    redraw_facts(session, epic, at)
    redraw_who_waits(session, epic, at)
    return move


def over_limits(session: Session, epic: Epic) -> Sequence[str]:
    """Where there are more than the limits of the epic's stream allow, now that it is there."""
    states, _ = states_of(session, epic.portfolio_id)
    asked = {"portfolio_id": epic.portfolio_id, "stream_id": epic.value_stream_id}
    wip = [
        (stream_id, Column.entered(states[state_id], phase), count)
        for stream_id, state_id, phase, count in session.execute(
            WIP_BY_COLUMN, {"portfolio_id": epic.portfolio_id, "state_ids": list(states)}
        )
    ]
    said = []
    for limit in session.scalars(LIMITS, asked).all():
        if limit.value_stream_id is None or not covers(
            limit, epic.value_stream_id, Column.of(epic)
        ):
            continue
        count = sum(n for stream_id, column, n in wip if covers(limit, stream_id, column))
        if count > limit.most:
            whole = limit.state_id is None and limit.phase is None
            where = "in flight" if whole else f"in {Column.of(epic).label}"
            said.append(f"{count:,} of {limit.most:,} {where}")
    return said
