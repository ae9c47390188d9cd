"""Proposing an epic: from a checked form to a key, a place in the funnel and a card."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from bot.workflows.epics.moving import show_in_channel
from bot.workflows.permitting import Place, check, holders, may
from bot.workflows.pointing import hold
from bot.workflows.redrawing import post, redraw_homes
from bot.workflows.seeing import visible_to
from models.epics.answer import Answer, AnswerKind
from models.epics.epic import NOT_OPEN, Epic
from models.epics.proposal import Proposal
from models.errors import FieldMistakes
from models.fields import folded
from models.message import MessageKind
from models.people.role import Right, Role
from models.portfolio.portfolio import (
    FIRST_STATE,
    Portfolio,
    State,
    StateKind,
    UnknownStream,
    ValueStream,
)
from models.portfolio.readiness import NotLiveYet
from models.projects.project import Project
from models.seen import Seen, first_time
from models.themes.theme import Objective, Theme

CANDIDATES = 200
ALIKE = 0.5
"""Share of the shorter title's words that the other must have as well."""

WORD = re.compile(r"\w{3,}")
COMMON = frozenset({"and", "the", "for", "with", "from", "our", "new", "into", "that", "make"})


CHOSEN: Mapping[str, tuple[str, type[Theme | Objective | Project]]] = {
    "theme_id": ("theme", Theme),
    "objective_id": ("objective", Objective),
    "project_id": ("project", Project),
}
"""The columns that hold what was chosen of a list, each with its field and its noun."""


def propose(
    session: Session,
    workspace_id: int,
    actor: str,
    proposal: Proposal,
    request_id: str,
    at: datetime,
) -> Epic:
    """Store the epic under the stream's next key, and put its card in the stream's channel.

    The same request once more gives the same epic. Raises UnknownStream, NotAllowed, NotLiveYet
    and FieldMistakes for what is chosen and not open.
    """
    if not first_time(session, workspace_id, request_id, at):
        return _proposed_before(session, workspace_id, request_id)
    stream = session.scalars(
        select(ValueStream)
        .where(ValueStream.workspace_id == workspace_id, ValueStream.id == proposal.value_stream_id)
        .with_for_update()
    ).first()
    if stream is None or stream.ended_at is not None:
        raise UnknownStream
    check_is_live(session, actor, stream.portfolio, at)
    check(session, actor, Right.PROPOSE, Place.of_stream(stream))
    check_chosen(session, stream.portfolio_id, proposal.columns)
    funnel = stream.portfolio.state(FIRST_STATE)
    epic = _epic(proposal, stream, actor)
    session.add(epic.enter(funnel, at, actor))
    session.flush()
    session.get_one(Seen, (workspace_id, request_id)).subject_id = epic.id
    if stream.channel_id is not None and not stream.portfolio.is_silent(at):
        post(session, workspace_id, MessageKind.EPIC_CARD, epic.id, stream.channel_id, at)
    redraw_homes(session, workspace_id, at)
    return epic


def succeed(session: Session, epic: Epic, by: str, words: str, at: datetime) -> Epic:
    """Have another epic go on from this one: in the funnel, with a yes, and a link both ways.

    The epic and its value stream are locked.
    """
    stream = epic.value_stream
    successor = epic.succeed(stream.take_key(), at)
    session.add(successor.enter(epic.portfolio.state(FIRST_STATE), at, None))
    session.flush()
    epic.go_on_as(successor)
    yes = {"kind": AnswerKind.YES, "words": words, "by_user_id": by, "at": at}
    session.add(Answer(workspace_id=epic.workspace_id, epic_id=successor.id, **yes))
    show_in_channel(session, successor, at)
    return successor


def check_is_live(session: Session, actor: str, portfolio: Portfolio, at: datetime) -> None:
    """Raise NotLiveYet before the portfolio goes live, except for who sets it up."""
    place = Place.of_portfolio(portfolio)
    if portfolio.is_silent(at) and not may(session, actor, Right.SET_UP, place):
        raise NotLiveYet(portfolio.name, holders(session, [Role.ADMIN], place))


def check_chosen(
    session: Session, portfolio_id: int, columns: Mapping[str, object], held: Epic | None = None
) -> None:
    """Raise FieldMistakes for a theme, objective or project that is not the portfolio's, or closed.

    None of them closes before the epic points to it.

    What the epic holds already may stay.
    """
    errors = {}
    for column, (field, noun) in CHOSEN.items():
        id_ = columns.get(column)
        if id_ is None or (held is not None and getattr(held, column) == id_):
            continue
        found = hold(session, noun, [cast("int", id_)]).get(cast("int", id_))
        if found is None or found.portfolio_id != portfolio_id or found.closed_at is not None:
            errors[field] = NOT_OPEN.format(field)
    if errors:
        raise FieldMistakes(errors)


def similar_open_epics(
    session: Session, portfolio_id: int, title: str, viewer: str | None, limit: int = 2
) -> list[Epic]:
    """Open epics the viewer may see whose titles share half their words, the likest first."""
    words = _words(title)
    if not words:
        return []
    candidates = session.scalars(
        select(Epic)
        .join(Epic.state)
        .options(joinedload(Epic.state))
        .where(
            Epic.portfolio_id == portfolio_id,
            visible_to(viewer),
            State.kind.not_in([StateKind.DONE, StateKind.STOPPED]),
            or_(*(Epic.title.icontains(word, autoescape=True) for word in sorted(words))),
        )
        .order_by(Epic.id.desc())
        .limit(CANDIDATES)
    ).all()
    likeness = {epic.id: _likeness(words, _words(epic.title)) for epic in candidates}
    alike = [epic for epic in candidates if likeness[epic.id] >= ALIKE]
    return sorted(alike, key=lambda epic: -likeness[epic.id])[:limit]


def _epic(proposal: Proposal, stream: ValueStream, actor: str) -> Epic:
    columns = proposal.columns
    del columns["value_stream_id"]
    return Epic(
        **{**columns, "owner_user_id": proposal.owner_user_id or actor},
        workspace_id=stream.workspace_id,
        portfolio=stream.portfolio,
        value_stream=stream,
        key=stream.take_key(),
        proposed_by=actor,
    )


def _proposed_before(session: Session, workspace_id: int, request_id: str) -> Epic:
    seen = session.get_one(Seen, (workspace_id, request_id))
    return session.get_one(Epic, seen.subject_id)


def _words(title: str) -> set[str]:
    return set(WORD.findall(folded(title))) - COMMON


def _likeness(words: set[str], others: set[str]) -> float:
    shorter = min(len(words), len(others))
    return len(words & others) / shorter if shorter else 0.0
