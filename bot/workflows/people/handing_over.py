"""Handing over all or a part of what is one person's to another, in one go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from bot.workflows.people import departing, granting
from bot.workflows.people.holdings import holdings
from bot.workflows.permitting import Place, check, departed, lock_roles, may
from bot.workflows.redrawing import notify, redraw_cards, redraw_homes, redraw_questions
from bot.workflows.seeing import sight_changed
from models.epics.epic import Epic
from models.message import MessageKind
from models.people.handover import Handover, Kind
from models.people.role import Right, RoleGrant
from models.portfolio.portfolio import State, StateKind, ValueStream
from models.projects.project import Program, Project
from models.themes.theme import Objective

EPIC_KINDS = (Kind.EPICS, Kind.IDEAS)
OWNED: Mapping[Kind, Sequence[type[Any]]] = {
    Kind.EPICS: (Epic,),
    Kind.IDEAS: (Epic,),
    Kind.STREAMS: (ValueStream,),
    Kind.PROJECTS: (Project, Program),
    Kind.OBJECTIVES: (Objective,),
}
"""The rows of each kind that name their owner."""

T = TypeVar("T")


def kinds_to_hand(session: Session, workspace_id: int, actor: str, user_id: str) -> Sequence[Kind]:
    """What the actor can hand over of the person's: all as an admin, of their own all but roles."""
    everywhere = Place(workspace_id)
    if may(session, actor, Right.GIVE_ROLES, everywhere):
        return list(Kind)
    return [kind for kind in Kind if kind is not Kind.ROLES] if actor == user_id else []


def hand_over(
    session: Session,
    workspace_id: int,
    actor: str,
    user_id: str,
    to: str,
    kinds: Sequence[Kind],
    stamp: str | None,
    at: datetime,
) -> Handover:
    """Make those kinds of what is the person's another's, and tell both.

    `stamp` is of what the form showed. That who gets it is a member was looked at before: only
    Slack knows it. Raises NotAllowed, TheirsAlready, NothingChosen and OwnsOtherThings.
    """
    lock_roles(session, workspace_id)
    allowed = kinds_to_hand(session, workspace_id, actor, user_id)
    if not set(kinds) <= set(allowed):
        right = Right.GIVE_ROLES if Kind.ROLES in kinds and allowed else Right.HAND_OVER
        check(session, actor, right, Place(workspace_id))
    given = holdings(session, workspace_id, user_id, actor).part_for(to, kinds, stamp)
    ids = [each.id for kind in EPIC_KINDS for each in given.get(kind, ())]
    epics = _locked(session, Epic, ids)
    redraw_questions(session, epics, at, in_digests=False)
    for kind, things in given.items():
        _hand(session, kind, [each.id for each in things], to, actor, at)
    handover = Handover(
        workspace_id=workspace_id,
        from_user_id=user_id,
        to_user_id=to,
        by_user_id=actor,
        at=at,
        handed=[each.name for things in given.values() for each in things],
    )
    session.add(handover)
    session.flush()
    sight_changed(session, workspace_id, [user_id, to], at)
    _show(session, handover, epics, [each.id for each in given.get(Kind.STREAMS, ())])
    return handover


def _hand(
    session: Session, kind: Kind, ids: Sequence[int], to: str, actor: str, at: datetime
) -> None:
    if kind is Kind.ROLES:
        _hand_roles(session, ids, to, actor, at)
        return
    for table in OWNED[kind]:
        sign = -1 if table is Program else 1
        for thing in _locked(session, table, [sign * id_ for id_ in ids if sign * id_ > 0]):
            thing.owner_user_id = to
            thing.version += 1
    session.flush()


def _hand_roles(session: Session, ids: Sequence[int], to: str, actor: str, at: datetime) -> None:
    """Each role is the other's from now on; who hands over their own right to does it last."""
    grants = _locked(session, RoleGrant, ids)
    for grant in grants:
        place = granting.place_of(session, grant)
        granting.grant(
            session, grant.workspace_id, actor, grant.role, place, [to], (), grant.stand_in, at
        )
    for grant in grants:
        granting.remove(session, grant)


def _show(
    session: Session, handover: Handover, epics: Sequence[Epic], stream_ids: Sequence[int]
) -> None:
    """Have all that names the owner redrawn, and both told; who has left cannot be."""
    here, at = handover.workspace_id, handover.at
    people = [handover.from_user_id, handover.to_user_id]
    left = departed(session, here, people)
    redraw_questions(session, epics, at)
    notified = [each for each in people if each not in left]
    notify(session, here, MessageKind.HANDOVER, handover.id, notified, handover.by_user_id, at)
    of_streams = select(Epic.id).join(Epic.state)
    of_streams = of_streams.where(
        Epic.value_stream_id.in_(stream_ids),
        State.kind.not_in([StateKind.DONE, StateKind.STOPPED]),
    )
    shown = {*(epic.id for epic in epics), *session.scalars(of_streams)}
    redraw_cards(session, here, sorted(shown), at)
    departing.redraw_notes(session, here, handover.from_user_id, at)
    redraw_homes(session, here, at)


def _locked(session: Session, table: type[T], ids: Sequence[int]) -> Sequence[T]:
    """Those rows, which nobody else changes meanwhile."""
    rows = select(table).where(inspect(table).primary_key[0].in_(ids))
    by_id = rows.order_by(inspect(table).primary_key[0]).with_for_update(key_share=True)
    return session.scalars(by_id.execution_options(populate_existing=True)).all()
