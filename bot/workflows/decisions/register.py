"""The register of decisions: one of them as it stands, for one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from bot.workflows.decisions.closing import last_ballots
from bot.workflows.decisions.voting import COMMAND
from bot.workflows.keeping import Act
from bot.workflows.needs import Need, Rows
from bot.workflows.seeing import visible_to
from models.decisions.decision import Ballot, BallotBox, Decision, Elector
from models.decisions.opening import UnknownDecision, read_key
from models.decisions.question import Subject
from models.epics.epic import Epic
from models.errors import there

ELECTORS_ON_A_PAGE = 20


def has_not_voted(user_id: str) -> ColumnElement[bool]:
    """Whether someone is asked by a decision and has not answered."""
    voted = exists().where(Ballot.decision_id == Decision.id, Ballot.user_id == user_id)
    asked = exists().where(Elector.decision_id == Decision.id, Elector.user_id == user_id)
    return and_(asked, ~voted)


BALLOT = Need(
    "ballots",
    Rows(
        noun=Decision,
        rows=select(Decision)
        .join(Epic, Epic.id == Decision.epic_id)
        .join(BallotBox, BallotBox.decision_id == Decision.id)
        .where(Decision.closed_at.is_(None), BallotBox.waiting > 0),
        order=(Decision.closes_at, Decision.id),
        since=Decision.opened_at,
        theirs=has_not_voted,
        loads=(joinedload(Decision.epic), joinedload(Decision.portfolio), joinedload(Decision.box)),
    ),
)
"""Open decisions, the first to close first; each waits for its electors who have not voted."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision, its box, and who has voted, in the order of their first votes."""

    decision: Decision
    box: BallotBox | None
    """None where nobody votes."""
    voted: Sequence[str]


@dataclass(frozen=True, slots=True)
class Voice:
    """An elector: whether they voted; once it has closed what they chose, and when."""

    user_id: str
    voted: bool
    choice: str | None = None
    """In the words of its button."""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One decision for one person: what they chose, and a page of the electors."""

    standing: Standing
    chosen: str | None
    is_elector: bool
    voices: Sequence[Voice]
    number: int
    pages: int


def standing(session: Session, decision: Decision) -> Standing:
    """How it stands, without what anybody chose."""
    first = func.min(Ballot.number)
    voted = session.scalars(
        select(Ballot.user_id)
        .where(Ballot.decision_id == decision.id)
        .group_by(Ballot.user_id)
        .order_by(first)
    ).all()
    return Standing(decision, session.get(BallotBox, decision.id), voted)


def newest_about(session: Session, epic: Epic) -> Decision | None:
    """The newest decision about the epic, open or not, with its box."""
    return session.scalars(
        select(Decision)
        .where(Decision.subject == Subject.EPIC, Decision.subject_id == epic.id)
        .options(joinedload(Decision.box))
        .order_by(Decision.id.desc())
        .limit(1)
    ).first()


def by_key(session: Session, workspace_id: int, key: str, viewer: str) -> Decision:
    """The decision of that key, however it is written. Raises UnknownDecision."""
    tidy = read_key(key)
    decision = session.scalars(seen(workspace_id, viewer).where(Decision.key == tidy)).first()
    if decision is None:
        raise UnknownDecision(tidy)
    return decision


def record(act: Act, decision_id: int, number: int) -> Record:
    """One decision as the person may see it, and a page of its electors. Raises Gone."""
    session = act.session
    rows = seen(act.workspace_id, act.actor).where(Decision.id == decision_id)
    decision = there(session.scalars(rows).first(), COMMAND)
    stands, last = standing(session, decision), last_ballots(session, decision)
    ballots = {ballot.user_id: ballot for ballot in last}
    pages = max(1, -(-len(decision.electorate) // ELECTORS_ON_A_PAGE))
    number = min(max(1, number), pages)
    start = (number - 1) * ELECTORS_ON_A_PAGE
    shown = _in_order(decision, stands.voted)[start : start + ELECTORS_ON_A_PAGE]
    own = ballots.get(act.actor)
    return Record(
        stands,
        decision.label(own.choice) if own else None,
        act.actor in decision.electorate,
        [_voice(decision, each, ballots.get(each)) for each in shown],
        number,
        pages,
    )


def seen(workspace_id: int, viewer: str) -> Select[Decision]:
    """The decisions about epics that the person may see."""
    return (
        select(Decision)
        .join(Decision.epic)
        .options(contains_eager(Decision.epic))
        .where(Decision.workspace_id == workspace_id, visible_to(viewer))
    )


def _in_order(decision: Decision, voted: Sequence[str]) -> Sequence[str]:
    """Those who voted first, then the others as they were named."""
    return [*voted, *(each for each in decision.electorate if each not in set(voted))]


def _voice(decision: Decision, user_id: str, ballot: Ballot | None) -> Voice:
    """What they chose is told once it has closed, and not before."""
    if ballot is None or decision.is_open:
        return Voice(user_id, ballot is not None)
    return Voice(user_id, True, decision.label(ballot.choice), ballot.at)
