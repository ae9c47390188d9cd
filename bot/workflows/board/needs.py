"""What waits for someone, all kinds of it: in Home, in a digest and in its thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.workflows.board.fact_check import TO_CONFIRM
from bot.workflows.board.home import Reader
from bot.workflows.board.over_limit import OVER_LIMIT
from bot.workflows.budgets.commitments.waiting import UNCOVERED
from bot.workflows.budgets.waiting import MOVED, SHIFTS
from bot.workflows.decisions.follow_up.reviewing import OUTCOME
from bot.workflows.decisions.follow_up.waiting import CLOSED, DECIDED
from bot.workflows.decisions.register import BALLOT, TIE
from bot.workflows.decisions.signals.asking import SIGNALLED
from bot.workflows.epics.blocking import BLOCKED
from bot.workflows.epics.waiting import ANSWER, LACKING, OVERRIDDEN, QUESTION, STALE, UNOWNED
from bot.workflows.flow.crossing import CROSSED
from bot.workflows.flow.scope import Scope
from bot.workflows.needs import Asked, Need, Waits
from bot.workflows.paging import Top
from bot.workflows.portfolio.streams import OWNERLESS
from bot.workflows.projects.slips import SLIPPED
from models.epics.epic import Epic
from models.flow.frozen import FrozenAgeing
from models.message import MessageKind
from models.portfolio.portfolio import Portfolio

NEEDS: Sequence[Need[Any]] = (
    BALLOT,
    TIE,
    SHIFTS,
    OVER_LIMIT,
    SIGNALLED,
    DECIDED,
    ANSWER,
    QUESTION,
    UNCOVERED,
    CROSSED,
    BLOCKED,
    LACKING,
    OUTCOME,
    STALE,
    CLOSED,
    MOVED,
    OVERRIDDEN,
    UNOWNED,
    OWNERLESS,
    SLIPPED,
    TO_CONFIRM,
)
"""All of them, in the order in which Home tells of its own."""

LEAD: Sequence[Need[Any]] = (
    BALLOT,
    TIE,
    SIGNALLED,
    DECIDED,
    OVER_LIMIT,
    SHIFTS,
    ANSWER,
)
"""Those that a digest asks for at its head, the most pressing first: what has a clock of days.

What is stale, blocked or past the line is asked about on Thursdays alone.
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """A message in the thread of a digest, and the needs it names, in that order."""

    kind: MessageKind
    title: str
    needs: Sequence[Need[Any]]


WAITS = Reply(
    MessageKind.DIGEST_WAITS,
    "Waiting for an answer",
    (BALLOT, TIE, SIGNALLED, ANSWER, QUESTION, SHIFTS, UNOWNED),
)
STUCK = Reply(MessageKind.DIGEST_STUCK, "Stuck", (CROSSED, BLOCKED, UNCOVERED, STALE))
DONE = Reply(MessageKind.DIGEST_DECIDED, "Decided", (DECIDED, CLOSED, OVERRIDDEN, MOVED))
PROJECTS = Reply(MessageKind.DIGEST_PROJECTS, "Projects", (SLIPPED,))
REPLIES: Sequence[Reply] = (WAITS, STUCK, DONE, PROJECTS)
"""All there are beneath a digest."""

FORMER_REPLIES: Sequence[Reply] = (
    Reply(MessageKind.DIGEST_ANSWERS, "Ideas to answer", (ANSWER,)),
    Reply(MessageKind.DIGEST_QUESTIONS, "Questions about ideas", (QUESTION,)),
    Reply(MessageKind.DIGEST_SHIFTS, "Budget shifts", (SHIFTS,)),
    Reply(MessageKind.DIGEST_BLOCKED, "Blocked", (BLOCKED,)),
    Reply(MessageKind.DIGEST_STALE, "Stale", (STALE,)),
    Reply(MessageKind.DIGEST_OVERRIDES, "Overrides", (OVERRIDDEN,)),
    Reply(MessageKind.DIGEST_UNOWNED, "Without an owner", (UNOWNED,)),
    Reply(MessageKind.DIGEST_SLIPS, "Milestones off their dates", (SLIPPED,)),
)
"""Those beneath digests of before, each of one need: they still follow the present."""

IN_DIGEST = tuple(dict.fromkeys([*LEAD, *(need for reply in REPLIES for need in reply.needs)]))
"""Those that a digest or its thread tells of."""

FEW, MOST_IN_CHANNEL, MOST_UNOWNED = 5, 10, 40
"""How many of a kind are named in Home, in a channel, and in the form that gives owners."""


def needs(
    session: Session,
    scope: Scope,
    since: datetime,
    until: datetime,
    at: datetime,
    now: datetime,
    aged: FrozenAgeing | None,
    wanted: Sequence[Need[Any]],
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
        aged=aged,
        few=MOST_IN_CHANNEL,
    )
    return Waits({need: need.find(asked) for need in wanted})


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
