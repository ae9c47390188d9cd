"""The target's day gone by short of it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.decisions.signals.asking import ask, settle, to_ask
from bot.workflows.evidence.recording import judges
from bot.workflows.keeping import Act
from models.decisions.signal import Signal, short_of_target
from models.epics.epic import Epic
from models.epics.hypothesis import named
from models.evidence.items import Reading
from models.portfolio.portfolio import Portfolio

NEWEST = (
    select(Reading.value)
    .where(Reading.epic_id == Epic.id, Reading.struck_at.is_(None))
    .order_by(Reading.observed_on.desc(), Reading.id.desc())
    .limit(1)
    .correlate(Epic)
    .scalar_subquery()
)
"""What an epic's figure was when it was read last."""


def ask_about_targets(session: Session, portfolio: Portfolio, at: datetime) -> None:
    """Ask the owners of epics whose target's day went by short of it, once for each such day.

    Of what came in from a file nobody is asked in the first weeks.
    """
    if portfolio.is_silent(at):
        return
    passed = to_ask(portfolio, Signal.TARGET, at, NEWEST).where(
        Epic.evidence_on.is_not(None), Epic.target_on < portfolio.day_of(at)
    )
    for epic, value in session.execute(passed).all():
        found = short_of_target(epic, value, at) if value is not None else None
        if found is not None and epic.calls_late(at):
            ask(session, epic, found, at)


@judges
def settle_what_is_reached(act: Act, epic: Epic, reading: Reading) -> str | None:
    """What was short of its target and is there now waits no longer."""
    if short_of_target(epic, reading.value, act.at) is None:
        unit = named(epic.indicator or "")[1]
        because = f"it was read at {reading.value:f}{unit} since"
        settle(act.session, epic, Signal.TARGET, because, act.at)
    return None
