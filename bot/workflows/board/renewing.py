"""Renewing: what counts days is redrawn each night, so that no card tells yesterday's age."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.decisions.signals.spending import ask_about_spend
from bot.workflows.decisions.signals.targets import ask_about_targets
from bot.workflows.flow.asking import ask_about_line
from bot.workflows.redrawing import redraw_message
from bot.workflows.seeing import portfolios
from models.calendar import next_night
from models.epics.column import ENDED
from models.epics.epic import Epic
from models.message import Message, MessageKind
from models.portfolio.portfolio import Portfolio, State
from models.work import Work, put


def begin(session: Session, workspace_id: int, at: datetime) -> None:
    """Renew from the next night on; once begun it goes on as it is."""
    if session.get(Work, (workspace_id, work_key(workspace_id))) is None:
        _put(session, workspace_id, at)


def work_key(workspace_id: int) -> str:
    """The key of the work that renews the workspace's cards."""
    return f"days:{workspace_id}"


def renew_due(session: Session, workspace_id: int, at: datetime) -> None:
    """Put the drawing of every card of an open epic that Slack shows.

    Owners are asked about what was measured by then.
    """
    cards = session.scalars(
        select(Message)
        .join(Epic, Epic.id == Message.subject_id)
        .join(Epic.state)
        .where(
            Message.workspace_id == workspace_id,
            Message.kind == MessageKind.EPIC_CARD,
            Message.ts.is_not(None),
            Message.refusal.is_(None),
            State.kind.not_in(ENDED),
        )
    )
    for card in cards.all():
        redraw_message(session, card, at)
    for portfolio in portfolios(session, workspace_id):
        ask_about_targets(session, portfolio, at)
        ask_about_spend(session, portfolio, at)
        ask_about_line(session, portfolio, at)
    _put(session, workspace_id, at)


def _put(session: Session, workspace_id: int, at: datetime) -> None:
    """Do it after midnight of the first portfolio; before there is one, of UTC."""
    first = select(Portfolio.time_zone).where(Portfolio.workspace_id == workspace_id)
    zone = ZoneInfo(session.scalar(first.order_by(Portfolio.id).limit(1)) or "UTC")
    put(session, workspace_id, work_key(workspace_id), next_night(at, zone))
