"""Explaining: what each figure of a digest, or of now, is drawn from, item by item."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.flow.explaining import epics, governing
from bot.workflows.flow.explaining.behind import Asked, Behind, Figure, Item
from bot.workflows.flow.figures import FlowFigures, figures_of, flow_figures, hidden_of
from bot.workflows.flow.scope import (
    Look,
    Scope,
    check_seen,
    flow_seen,
    look_at,
    restricted_in,
    scope_of,
)
from bot.workflows.keeping import Act
from models.board.digest import WEEK, Digest, Subscription
from models.errors import Gone
from models.flow.choice import FlowChoice
from models.flow.frozen import FrozenFlow
from models.portfolio.portfolio import ValueStream

COMMAND = "/flow explain"
ITEMS_A_PAGE = 24


BEHIND: Mapping[Figure, Callable[[Asked], Behind | None]] = {
    Figure.IN_FLIGHT: epics.in_flight,
    Figure.NET_FLOW: epics.net,
    Figure.FINISHED: epics.finished,
    Figure.TIME: epics.timed,
    Figure.AGEING: epics.past_the_line,
    Figure.FLOW_TIME: epics.flow_times,
    Figure.EFFICIENCY: epics.efficient,
    Figure.OUTCOMES: governing.outcomes,
    Figure.DECISIONS: governing.decisions,
    Figure.MONEY: governing.money,
    Figure.PROJECTS: governing.milestones,
}
"""What can be explained: what is behind each, or None where the figures asked for have no such."""


@dataclass(frozen=True, slots=True)
class Part:
    """What of a figure stands on a page: some of its items."""

    figure: Figure
    items: Sequence[Item]
    n: int
    """How many there are in all."""
    begun: bool
    """Whether some of them stand on a page before."""
    counts: Any = None
    """What is counted, of a figure that is not one of flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A page of what the figures are drawn from; pages count from 1."""

    scope: Scope
    figures: FlowFigures
    digest_at: datetime | None
    """When the digest came that told them; None where someone looks at them alone."""
    choice: FlowChoice
    restricted: int
    """How many of the epics behind them not everybody may see: in no channel's figures."""
    flow: FrozenFlow
    """The figures in words: a digest's as it told them, where that was kept."""
    since: datetime
    until: datetime
    parts: Sequence[Part]
    begins_on: dict[Figure, int]
    """The page on which each figure begins."""
    total: int
    """How many items there are of all figures."""
    number: int
    pages: int


def explain_digest(
    session: Session, workspace_id: int, viewer: str, digest_id: int, number: int
) -> Explained:
    """What the figures of a digest were drawn from, as of its moment. Raises Gone."""
    digest = session.get(Digest, digest_id)
    if digest is None or digest.workspace_id != workspace_id:
        raise Gone(COMMAND)
    portfolio_id, stream_id = digest.place
    check_seen(session, workspace_id, viewer, portfolio_id)
    scope = scope_of(session, portfolio_id, stream_id)
    return _explain(session, scope, digest.since, digest.until, number, digest)


def portfolio_of_digest(session: Session, digest_id: int) -> int | None:
    """Of which portfolio it tells; None where there is no such digest."""
    digest = session.get(Digest, digest_id)
    return digest.place[0] if digest is not None else None


def explain_chosen(
    act: Act, portfolio_id: int | None, choice: FlowChoice, number: int
) -> Explained:
    """What the figures that someone looks at are drawn from, of all that they may see.

    Raises BeforeAll, Gone and NotYet.
    """
    look = look_at(act, portfolio_id, choice)
    return _explain(act.session, look.scope, look.moment - WEEK, look.moment, number, look=look)


def place_of_channel(
    session: Session, workspace_id: int, channel_id: str
) -> tuple[int | None, int | None]:
    """What a channel is told of, else the stream it belongs to: portfolio and stream."""
    here = (workspace_id, channel_id)
    flow = select(Subscription.portfolio_id, Subscription.value_stream_id).where(
        Subscription.workspace_id == here[0], Subscription.channel_id == here[1]
    )
    belongs = select(ValueStream.portfolio_id, ValueStream.id).where(
        ValueStream.workspace_id == here[0],
        ValueStream.channel_id == here[1],
        ValueStream.ended_at.is_(None),
    )
    for rows in (flow, belongs.order_by(ValueStream.id)):
        if found := session.execute(rows.limit(1)).first():
            return found[0], found[1]
    return None, None


def _explain(
    session: Session,
    scope: Scope,
    since: datetime,
    until: datetime,
    number: int,
    digest: Digest | None = None,
    look: Look | None = None,
) -> Explained:
    if look is None:
        figures = flow_figures(session, scope, since, until)
    else:
        figures = figures_of(session, scope, flow_seen(session, look), since, until)
    content = digest.content if digest else None
    kept = content.flow.without(hidden_of(session, content.flow)) if content else None
    asked = Asked(
        session=session,
        scope=scope,
        figures=figures,
        since=since,
        until=until,
        at=digest.at if digest else until,
        look=look,
        content=content,
    )
    every = {figure: find(asked) for figure, find in BEHIND.items()}
    behind = {figure: found for figure, found in every.items() if found is not None}
    rows = {figure: max(1, found.n) for figure, found in behind.items()}
    pages = -(-sum(rows.values()) // ITEMS_A_PAGE)
    number = min(max(1, number), pages)
    first, begins_on, parts = 0, {}, []
    start, end = (number - 1) * ITEMS_A_PAGE, number * ITEMS_A_PAGE
    for figure, found in behind.items():
        begins_on[figure] = first // ITEMS_A_PAGE + 1
        if first < end and first + rows[figure] > start:
            items = found.some(max(0, start - first), end - first) if found.n else []
            parts.append(Part(figure, items, found.n, begun=first < start, counts=found.counts))
        first += rows[figure]
    return Explained(
        scope=scope,
        figures=figures,
        digest_at=digest.at if digest else None,
        flow=kept or figures.frozen,
        choice=look.choice if look else FlowChoice(),
        restricted=restricted_in(session, look) if look else 0,
        since=since,
        until=until,
        parts=parts,
        begins_on=begins_on,
        total=sum(found.n for found in behind.values()),
        number=number,
        pages=pages,
    )
