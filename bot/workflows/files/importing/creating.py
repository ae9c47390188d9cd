"""Finding the portfolio, value streams and programs that an import names, made where missing."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.fields import folded, tidy
from models.portfolio.board import Board
from models.portfolio.portfolio import Portfolio, ValueStream, called, derive_prefix
from models.portfolio.preset import USUAL_BOARD

USUAL_CURRENCY = "EUR"


def portfolio_named(session: Session, workspace_id: int, name: str) -> Portfolio | None:
    """The workspace's portfolio of that name, or None."""
    here = select(Portfolio).where(Portfolio.workspace_id == workspace_id)
    return called(name, session.scalars(here.order_by(Portfolio.id)))


def found_portfolio(
    session: Session, workspace_id: int, name: str, at: datetime, currency: str = USUAL_CURRENCY
) -> Portfolio:
    """The portfolio of that name; else a new one in UTC with the default states, live from now."""
    found = portfolio_named(session, workspace_id, name)
    if found:
        return found
    portfolio = Portfolio(
        workspace_id=workspace_id,
        name=name,
        currency=currency,
        time_zone="UTC",
        created_at=at,
        live_at=at,
    )
    Board(portfolio).use_preset(USUAL_BOARD)
    session.add(portfolio)
    session.flush()
    return portfolio


def ensure_streams(
    session: Session,
    portfolio: Portfolio,
    names: Iterable[str],
    at: datetime,
    prefixes: Mapping[str, str] | None = None,
) -> Mapping[str, ValueStream]:
    """The portfolio's value streams by name, with those named that were missing.

    One that was merged away gives its successor. A new one's keys begin with its prefix of
    `prefixes`, else with letters of its name.
    """
    streams = {folded(stream.name): stream for stream in portfolio.value_streams}
    taken = set(
        session.scalars(
            select(ValueStream.key_prefix).where(ValueStream.workspace_id == portfolio.workspace_id)
        )
    )
    wished = prefixes or {}
    words = {name: folded(name) for name in names}
    for name, word in words.items():
        if word not in streams:
            wish = wished.get(name)
            prefix = wish if wish and wish not in taken else derive_prefix(name, taken)
            taken.add(prefix)
            streams[word] = ValueStream(
                workspace_id=portfolio.workspace_id,
                name=tidy(name),
                key_prefix=prefix,
                next_number=1,
                created_at=at,
            )
            portfolio.value_streams.append(streams[word])
    session.flush()
    by_name = {stream.name: stream for stream in streams.values()}
    by_name |= {name: streams[word] for name, word in words.items()}
    return {name: stream.successor for name, stream in by_name.items()}
