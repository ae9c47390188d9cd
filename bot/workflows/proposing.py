"""Proposing an epic: from a checked form to a key, a place in the funnel and a card."""

import re
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from bot.workflows.permitting import Place, check
from bot.workflows.redrawing import redraw_epic
from bot.workflows.seeing import seen_by
from models.epic import Epic
from models.errors import Mistake
from models.message import Message, MessageKind
from models.portfolio import FIRST_STATE, State, StateKind, ValueStream
from models.proposal import Proposal
from models.role import Right
from models.seen import Seen, first_time

CANDIDATES = 200
ALIKE = 0.5
"""Share of the shorter title's words that the other must have as well."""

WORD = re.compile(r"\w{3,}")
COMMON = frozenset({"and", "the", "for", "with", "from", "our", "new", "into", "that", "make"})


class UnknownStream(Mistake):
    """A value stream that is not there, or not in this workspace."""

    def __init__(self) -> None:
        super().__init__("That value stream is not there any more. Choose another one.")


def propose(
    session: Session,
    workspace_id: int,
    actor: str,
    proposal: Proposal,
    request_id: str,
    at: datetime,
) -> Epic:
    """Store the epic under the stream's next key, and put its card in the stream's channel.

    The same request once more gives the same epic. Raises UnknownStream and NotAllowed.
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
    check(session, actor, Right.PROPOSE, Place.of_stream(stream))
    funnel = stream.portfolio.state(FIRST_STATE)
    epic = _epic(proposal, stream, actor)
    session.add(epic.enter(funnel, at, actor))
    session.flush()
    session.get_one(Seen, (workspace_id, request_id)).subject_id = epic.id
    if stream.channel_id is not None:
        session.add(
            Message(
                workspace_id=workspace_id,
                channel_id=stream.channel_id,
                kind=MessageKind.EPIC_CARD,
                subject_id=epic.id,
            )
        )
    redraw_epic(session, epic, at)
    return epic


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
            seen_by(viewer),
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
    return Epic(
        workspace_id=stream.workspace_id,
        portfolio=stream.portfolio,
        value_stream=stream,
        key=stream.take_key(),
        title=proposal.title,
        type=proposal.type,
        hypothesis=proposal.hypothesis,
        for_whom=proposal.for_whom,
        indicator=proposal.indicator,
        baseline=proposal.baseline,
        target=proposal.target,
        target_on=proposal.target_on,
        kill_threshold=proposal.kill_threshold,
        mvp_cost_minor=proposal.mvp_cost_minor,
        full_cost_minor=proposal.full_cost_minor,
        horizon=proposal.horizon,
        theme_id=proposal.theme_id,
        theme_none_because=proposal.theme_none_because,
        objective_id=proposal.objective_id,
        project_id=proposal.project_id,
        owner_user_id=actor,
        proposed_by=actor,
    )


def _proposed_before(session: Session, workspace_id: int, request_id: str) -> Epic:
    seen = session.get_one(Seen, (workspace_id, request_id))
    return session.get_one(Epic, seen.subject_id)


def _words(title: str) -> set[str]:
    return set(WORD.findall(title.casefold())) - COMMON


def _likeness(words: set[str], others: set[str]) -> float:
    shorter = min(len(words), len(others))
    return len(words & others) / shorter if shorter else 0.0
