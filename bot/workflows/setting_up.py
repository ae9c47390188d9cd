"""Setting up a portfolio with its value streams."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.errors import FieldMistakes, Mistake
from models.portfolio import Portfolio, ValueStream
from models.setup import Setup
from models.workspace import Workspace


class UnknownPortfolio(Mistake):
    """A portfolio that is not there, or not in this workspace."""

    def __init__(self) -> None:
        super().__init__("That portfolio is not there any more.")


def set_up(
    session: Session, workspace_id: int, actor: str, setup: Setup, at: datetime
) -> Portfolio:
    """Store the portfolio, its seven states and its streams; it is silent until it goes live.

    A stream without an owner gets the actor. Raises FieldMistakes.
    """
    session.scalars(select(Workspace).where(Workspace.id == workspace_id).with_for_update()).one()
    setup = setup.checked(key_prefixes(session, workspace_id))
    same_name = select(Portfolio.id).where(
        Portfolio.workspace_id == workspace_id, Portfolio.name == setup.name
    )
    if session.scalar(same_name) is not None:
        raise FieldMistakes({"name": f"{setup.name} is set up already. Choose another name."})
    portfolio = Portfolio(
        workspace_id=workspace_id,
        name=setup.name,
        currency=setup.currency,
        time_zone=setup.time_zone,
        created_at=at,
    )
    portfolio.add_default_states()
    for stream in setup.streams:
        portfolio.value_streams.append(
            ValueStream(
                workspace_id=workspace_id,
                name=stream.name,
                key_prefix=stream.key_prefix,
                owner_user_id=stream.owner_user_id or actor,
                channel_id=stream.channel_id,
                stage=stream.stage,
                created_at=at,
            )
        )
    session.add(portfolio)
    session.flush()
    return portfolio


def go_live(
    session: Session, workspace_id: int, actor: str | None, portfolio_id: int, at: datetime
) -> Portfolio:
    """Let the portfolio speak; four weeks from now on things are called late. Once more is no more.

    Raises UnknownPortfolio.
    """
    portfolio = session.scalars(
        select(Portfolio)
        .where(Portfolio.workspace_id == workspace_id, Portfolio.id == portfolio_id)
        .with_for_update()
    ).first()
    if portfolio is None:
        raise UnknownPortfolio
    if portfolio.live_at is None:
        portfolio.live_at = at
        session.flush()
    return portfolio


def key_prefixes(session: Session, workspace_id: int) -> list[str]:
    """The prefixes that are taken in the workspace."""
    return list(
        session.scalars(
            select(ValueStream.key_prefix).where(ValueStream.workspace_id == workspace_id)
        )
    )
