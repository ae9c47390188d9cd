"""Voting: a press becomes a ballot, in three round trips to the database.

BEGIN; one statement that reads all there is to know, while the decision cannot close; and the
ballot with what is redrawn and COMMIT. Built once: hundreds may press within seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select, true, union_all
from sqlalchemy.orm import Session

from bot.workflows.decisions.counting import count_objections, standing
from bot.workflows.redrawing import HOMES, LOOKED_AT_FOR, WORKSPACE, digests_of, redraw_about
from bot.workflows.seeing import decision_visible_to
from models.board.digest import WEEK
from models.decisions.ballots import append
from models.decisions.decision import Decision, Way
from models.decisions.delegation import CarriedBallot
from models.decisions.question import Choice
from models.decisions.thread import Objection
from models.decisions.votes import NOTHING_SAID, Ballot, BallotBox, Elector, Paper, Said
from models.driver.ready import Ready
from models.epics.epic import Epic
from models.errors import Gone
from models.message import (
    BALLOT_KINDS,
    OBJECTION_KINDS,
    Message,
    MessageKind,
    home_key,
    message_key,
)
from models.portfolio.portfolio import Portfolio
from models.work import put

COMMAND = "/decision list"

ID = bindparam("decision_id", type_=Decision.id.type)
ACTOR = bindparam("actor", type_=Elector.user_id.type)
PRESSER = bindparam("presser", type_=Elector.user_id.type)
THEIR_OWN = (
    select(Elector.message_id)
    .where(Elector.decision_id == ID, Elector.user_id == PRESSER)
    .scalar_subquery()
)
OF_IT = select(Decision.epic_id).where(Decision.id == ID).scalar_subquery()
MESSAGES = select(Message.id, Message.channel_id)
SHOWN = union_all(
    MESSAGES.where(
        Message.workspace_id == WORKSPACE,
        Message.kind == MessageKind.BALLOT,
        Message.subject_id == ID,
    ),
    MESSAGES.where(Message.workspace_id == WORKSPACE, Message.id == THEIR_OWN),
    MESSAGES.where(
        Message.workspace_id == WORKSPACE,
        Message.kind == MessageKind.STAND_IN_BALLOT,
        Message.subject_id.in_(
            select(CarriedBallot.id).where(
                CarriedBallot.decision_id == ID, CarriedBallot.user_id == ACTOR
            )
        ),
    ),
    MESSAGES.where(
        Message.workspace_id == WORKSPACE,
        Message.kind == MessageKind.EPIC_CARD,
        Message.subject_id == OF_IT,
    ),
    digests_of(select(Decision.portfolio_id).where(Decision.id == ID)),
    HOMES,
).subquery()
"""What shows who has voted: the ballot in its channel, the presser's own and the stand-in's, cards,
digests, and Homes that someone looks at."""

MINE = (
    select(Ballot.choice)
    .where(Ballot.decision_id == ID, Ballot.user_id == ACTOR, Ballot.round == Decision.round)
    .order_by(Ballot.number.desc())
    .limit(1)
)
CHOSEN = MINE.correlate(Decision).scalar_subquery()
CHOSEN_BY = MINE.with_only_columns(Ballot.cast_by).correlate(Decision).scalar_subquery()
LOOK = Ready(
    select(
        Decision.id,
        Decision.workspace_id,
        Decision.key,
        Decision.closes_at,
        func.coalesce(Decision.closed_at, Decision.tied_at),
        Decision.round,
        Decision.quorum,
        Decision.reason_required,
        BallotBox.electors,
        BallotBox.waiting,
        BallotBox.recused,
        BallotBox.objections,
        BallotBox.last_at,
        BallotBox.count,
        BallotBox.hash,
        Portfolio.time_zone,
        Elector.user_id,
        CHOSEN,
        CHOSEN_BY,
        Decision.offered,
        func.coalesce(Epic.key, Decision.frozen_case["key"].as_string()),
        or_(Portfolio.open_to_all.is_(False), Epic.restricted.is_(True)),
        SHOWN.c.id,
        SHOWN.c.channel_id,
    )
    .join(BallotBox, BallotBox.decision_id == Decision.id)
    .join(Portfolio, Portfolio.id == Decision.portfolio_id)
    .outerjoin(Epic, Epic.id == Decision.epic_id)
    .outerjoin(
        Elector,
        and_(
            Elector.decision_id == Decision.id,
            Elector.user_id == ACTOR,
            Elector.left_at.is_(None),
        ),
    )
    .outerjoin(SHOWN, true())
    .where(Decision.id == ID, Decision.workspace_id == WORKSPACE, Decision.way == Way.VOTE)
    .with_for_update(read=True, of=Decision)
)
"""The columns of a paper, how what it is about is called, whether not all may see it, and each
message that is redrawn."""

PAPER = len(Paper._fields)
SHOWS = PAPER + 2
BOX_ALONE = (
    select(
        BallotBox.waiting,
        BallotBox.recused,
        BallotBox.objections,
        BallotBox.last_at,
        BallotBox.count.label("ballots"),
        BallotBox.hash,
    )
    .where(BallotBox.decision_id == ID)
    .with_for_update()
)


@dataclass(frozen=True, slots=True)
class Vote:
    """What someone chose, and how long they can change it."""

    decision_id: int
    key: str
    """Of what it is about: "PAY-1", "PRJ-204 M3"."""
    choice: str
    label: str
    """In the words of its button."""
    user_id: str
    """Whose vote it is."""
    cast_by: str | None
    """Who pressed, where that is a stand-in."""
    closes_at: datetime
    """At the latest."""
    time_zone: str


def vote(
    session: Session,
    workspace_id: int,
    elector: str,
    decision_id: int,
    choice: str,
    now: Callable[[], datetime],
    said: Said = NOTHING_SAID,
) -> Vote:
    """Take the press, judged by the moment when the decision cannot close any more without it.

    Who presses the same twice has voted once. Raises Closed, Gone, NotAnElector, NotAnOption and
    ReasonMissing.
    """
    began = now()
    asked = {
        "workspace_id": workspace_id,
        "decision_id": decision_id,
        "actor": elector,
        "presser": said.cast_by or elector,
        "a_week_before": began - WEEK,
        "looked_at": began - LOOKED_AT_FOR,
    }
    rows = LOOK.rows(session, asked)
    if not rows:
        raise Gone(COMMAND)
    paper, key, not_for_all = Paper(*rows[0][:PAPER]), rows[0][PAPER], rows[0][PAPER + 1]
    if not_for_all and not _sees(session, decision_id, said.cast_by or elector):
        raise Gone(COMMAND)
    at = now()
    if paper.is_late(at) and paper.closed_at is None and not paper.waits:
        # someone may be changing a vote at this instant, which has it stay open
        box = session.execute(BOX_ALONE, {"decision_id": decision_id}).one()
        paper, at = paper._replace(**box._mapping), now()
    cast = paper.cast(choice, at, said)
    if cast is not None:
        if paper.chosen == Choice.OBJECT != choice:
            paper = _withdraw_objection(session, paper, elector, at)
        append(session, paper, cast)
        for shown_id, lane in {row[SHOWS:] for row in rows if row[SHOWS] is not None}:
            work = home_key(shown_id) if lane is None else message_key(shown_id)
            put(session, workspace_id, work, at, lane=lane or work)
    label = paper.label(choice)
    of = (elector, said.cast_by, paper.closes_at, paper.time_zone)
    return Vote(decision_id, key, choice, label, *of)


def _sees(session: Session, decision_id: int, user_id: str) -> bool:
    """Whether someone may see what not all may: also who was asked may not any more."""
    seen = select(Decision.id).outerjoin(Decision.epic)
    rows = seen.where(Decision.id == decision_id, decision_visible_to(user_id))
    return session.scalar(rows) is not None


def _withdraw_objection(session: Session, paper: Paper, elector: str, at: datetime) -> Paper:
    """Who votes otherwise has withdrawn it, wherever it is shown; gives the paper as it is then."""
    here, decision_id = paper.workspace_id, paper.decision_id
    theirs = select(Objection).where(standing(decision_id), Objection.user_id == elector)
    for objection in session.scalars(theirs).all():
        objection.withdraw(at)
        redraw_about(session, here, OBJECTION_KINDS, [objection.id], at)
        redraw_about(session, here, BALLOT_KINDS, [decision_id], at)
    return paper._replace(objections=count_objections(session, decision_id))
