"""What waits for someone, all kinds of it: in Home, in a digest and in its thread."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.workflows.board.fact_check import TO_CONFIRM
from bot.workflows.board.home import Reader
from bot.workflows.board.over_limit import OVER_LIMIT
from bot.workflows.budgets.waiting import SHIFTS
from bot.workflows.decisions.follow_up.reviewing import OUTCOME
from bot.workflows.decisions.follow_up.waiting import DECIDED
from bot.workflows.decisions.register import BALLOT
from bot.workflows.decisions.signals.targets import TARGET_PASSED
from bot.workflows.epics.blocking import BLOCKED
from bot.workflows.epics.waiting import ANSWER, LACKING, OVERRIDDEN, QUESTION, STALE, UNOWNED
from bot.workflows.flow.scope import Scope
from bot.workflows.needs import Asked, Need, Waits
from bot.workflows.paging import Top
from bot.workflows.portfolio.streams import OWNERLESS
from bot.workflows.projects.slips import SLIPPED
from models.epics.epic import Epic
from models.message import MessageKind
from models.portfolio.portfolio import Portfolio

NEEDS: Sequence[Need[Any]] = (
    OVER_LIMIT,
    BALLOT,
    TARGET_PASSED,
    DECIDED,
    ANSWER,
    QUESTION,
    SHIFTS,
    BLOCKED,
    LACKING,
    OUTCOME,
    STALE,
    OVERRIDDEN,
    UNOWNED,
    OWNERLESS,
    SLIPPED,
    TO_CONFIRM,
)
"""All of them, in the order in which Home and the thread of a digest tell of theirs."""

LEAD: Sequence[Need[Any]] = (
    BALLOT,
    TARGET_PASSED,
    DECIDED,
    OVER_LIMIT,
    SHIFTS,
    ANSWER,
    BLOCKED,
    STALE,
)
"""Those that a digest asks for at its head, the most pressing first."""

THREADS: Mapping[MessageKind, Need[Any]] = {need.thread: need for need in NEEDS if need.thread}
"""Those with a reply in the thread of a digest, by its kind."""

FEW, MOST_IN_CHANNEL, MOST_UNOWNED = 5, 10, 40
"""How many of a kind are named in Home, in a channel, and in the form that gives owners."""


def needs(
    session: Session,
    scope: Scope,
    since: datetime,
    until: datetime,
    at: datetime,
    now: datetime,
    wanted: Sequence[Need[Any]] = NEEDS,
) -> Waits:
    """What a digest asks for, as everybody may see it: what waited at `at` and does by `now`."""
    asked = Asked(
        session=session,
        portfolio=scope.portfolio,
        stream_id=scope.stream_id,
        at=at,
        now=now,
        since=since,
        until=until,
        few=MOST_IN_CHANNEL,
    )
    return Waits({need: need.find(asked) for need in wanted if need in LEAD or need.thread})


def what_waits(session: Session, portfolio: Portfolio, reader: Reader, now: datetime) -> Waits:
    """What waits for the reader in the portfolio, in as many queries however much it is."""
    asked = Asked(
        session=session,
        portfolio=portfolio,
        viewer=reader.user_id,
        whose=reader.user_id,
        is_admin=reader.is_admin,
        at=now,
        now=now,
        few=FEW,
    )
    return Waits({need: need.find(asked) for need in NEEDS if need.in_home})


def without_owner(
    session: Session, portfolio: Portfolio, stream_id: int | None, viewer: str, now: datetime
) -> Top[Epic]:
    """The open epics without an owner that the viewer may see, in a stream or in all."""
    asked = Asked(
        session=session,
        portfolio=portfolio,
        stream_id=stream_id,
        viewer=viewer,
        at=now,
        now=now,
        few=MOST_UNOWNED,
    )
    return UNOWNED.find(asked)
