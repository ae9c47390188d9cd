"""Voting: a press becomes a ballot, in three round trips to the database.

BEGIN; one statement that reads all there is to know, while the decision cannot close; and the
ballot with what is drawn anew and COMMIT. Built once: hundreds may press within seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select, true, union_all
from sqlalchemy.orm import Session

from bot.workflows.redrawing import HOMES, LOOKED_AT_FOR, WORKSPACE, digests_of
from models.board.digest import WEEK
from models.decisions.ballots import append
from models.decisions.decision import Ballot, BallotBox, Decision, Elector, Paper, Way
from models.driver.ready import Ready
from models.epics.epic import Epic
from models.errors import Gone
from models.message import BALLOT_KINDS, Message, MessageKind, home_key, message_key
from models.portfolio.portfolio import Portfolio
from models.work import put

COMMAND = "/decision list"

ID = bindparam("decision_id", type_=Decision.id.type)
ACTOR = bindparam("actor", type_=Elector.user_id.type)
OF_IT = select(Decision.epic_id).where(Decision.id == ID).scalar_subquery()
MESSAGES = select(Message.id, Message.channel_id)
SHOWN = union_all(
    MESSAGES.where(
        Message.workspace_id == WORKSPACE,
        Message.kind.in_(BALLOT_KINDS),
        Message.subject_id == ID,
    ),
    MESSAGES.where(
        Message.workspace_id == WORKSPACE,
        Message.kind == MessageKind.EPIC_CARD,
        Message.subject_id == OF_IT,
    ),
    digests_of(select(Decision.portfolio_id).where(Decision.id == ID)),
    HOMES,
).subquery()
"""What shows who has voted: ballots, cards, digests, and Homes that someone looks at."""

CHOSEN = (
    select(Ballot.choice)
    .where(Ballot.decision_id == ID, Ballot.user_id == ACTOR)
    .order_by(Ballot.number.desc())
    .limit(1)
    .scalar_subquery()
)
LOOK = Ready(
    select(
        Decision.id,
        Decision.workspace_id,
        Decision.key,
        Decision.closes_at,
        Decision.closed_at,
        BallotBox.waiting,
        BallotBox.last_at,
        BallotBox.count,
        BallotBox.hash,
        Portfolio.time_zone,
        Elector.user_id,
        CHOSEN,
        Decision.frozen_options,
        Epic.key,
        SHOWN.c.id,
        SHOWN.c.channel_id,
    )
    .join(BallotBox, BallotBox.decision_id == Decision.id)
    .join(Portfolio, Portfolio.id == Decision.portfolio_id)
    .outerjoin(Epic, Epic.id == Decision.epic_id)
    .outerjoin(Elector, and_(Elector.decision_id == Decision.id, Elector.user_id == ACTOR))
    .outerjoin(SHOWN, true())
    .where(Decision.id == ID, Decision.workspace_id == WORKSPACE, Decision.way == Way.VOTE)
    .with_for_update(read=True, of=Decision)
)
"""The columns of a paper, and the epic's key with each message that is drawn anew."""

PAPER = len(Paper._fields)
BOX_ALONE = (
    select(BallotBox.waiting, BallotBox.last_at, BallotBox.count.label("ballots"), BallotBox.hash)
    .where(BallotBox.decision_id == ID)
    .with_for_update()
)


@dataclass(frozen=True, slots=True)
class Vote:
    """What someone chose, and how long they can change it."""

    key: str
    """Of the epic."""
    choice: str
    """In the words of its button."""
    closes_at: datetime
    """At the latest."""
    time_zone: str


def vote(
    session: Session,
    workspace_id: int,
    actor: str,
    decision_id: int,
    choice: str,
    now: Callable[[], datetime],
) -> Vote:
    """Take the press, judged by the moment when the decision cannot close any more without it.

    Who presses the same twice has voted once. Raises Closed, Gone, NotAnElector
    and NotAnOption.
    """
    began = now()
    asked = {
        "workspace_id": workspace_id,
        "decision_id": decision_id,
        "actor": actor,
        "a_week_before": began - WEEK,
        "looked_at": began - LOOKED_AT_FOR,
    }
    rows = LOOK.rows(session, asked)
    if not rows:
        raise Gone(COMMAND)
    paper, key = Paper(*rows[0][:PAPER]), rows[0][PAPER]
    at = now()
    if paper.is_late(at) and paper.closed_at is None and not paper.waiting:
        # someone may be changing a vote at this instant, which has it stay open
        box = session.execute(BOX_ALONE, {"decision_id": decision_id}).one()
        paper, at = paper._replace(**box._mapping), now()
    cast = paper.cast(choice, at)
    if cast is not None:
        append(session, paper, cast)
        for shown_id, lane in {row[PAPER + 1 :] for row in rows if row[PAPER + 1] is not None}:
            work = home_key(shown_id) if lane is None else message_key(shown_id)
            put(session, workspace_id, work, at, lane=lane or work)
    return Vote(key or paper.key, paper.label(choice), paper.closes_at, paper.time_zone)
