"""The register of decisions: one of them as it stands, for one person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session, joinedload

from bot.workflows.decisions import standing_in
from bot.workflows.decisions.beside import (
    may_change,
    seen,
    tie_breakers,
)
from bot.workflows.decisions.counting import last_ballots
from bot.workflows.decisions.voting import COMMAND
from bot.workflows.keeping import Act
from bot.workflows.needs import Need, Rows
from bot.workflows.seeing import (
    EVERYBODY,
    decision_visible_to,
    everywhere,
    grants_of,
    visible_to,
)
from models.decisions.decision import Decision, Method
from models.decisions.opening import UnknownDecision, read_key
from models.decisions.question import Choice, Subject
from models.decisions.thread import BallotQuestion, Objection
from models.decisions.votes import Ballot, BallotBox, Elector
from models.epics.epic import Epic
from models.errors import there
from models.evidence.items import Observation, Reading
from models.message import Message, MessageKind
from models.people.handover import Departure
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import ValueStream

Raised = TypeVar("Raised", BallotQuestion, Objection)
Item = TypeVar("Item", Reading, Observation)

ELECTORS_ON_A_PAGE = 20


def has_not_voted(user_id: str) -> ColumnElement[bool]:
    """Whether someone is asked by a decision and has not answered."""
    voted = exists().where(
        Ballot.decision_id == Decision.id,
        Ballot.user_id == user_id,
        Ballot.round == Decision.round,
    )
    asked = exists().where(Elector.decision_id == Decision.id, Elector.user_id == user_id)
    return and_(asked, ~voted)


BALLOT = Need(
    "ballots",
    Rows(
        noun=Decision,
        rows=select(Decision)
        .outerjoin(Epic, Epic.id == Decision.epic_id)
        .join(BallotBox, BallotBox.decision_id == Decision.id)
        .where(Decision.closed_at.is_(None), Decision.tied_at.is_(None), BallotBox.waiting > 0),
        order=(Decision.closes_at, Decision.id),
        since=Decision.opened_at,
        theirs=has_not_voted,
        loads=(joinedload(Decision.epic), joinedload(Decision.portfolio), joinedload(Decision.box)),
        in_portfolio=lambda portfolio_id: Decision.portfolio_id == portfolio_id,
        seen=decision_visible_to,
    ),
)
"""Open decisions, the first to close first; each waits for its electors who have not voted."""


def breaks_tie(user_id: str) -> ColumnElement[bool]:
    """Whether someone breaks the decision's ties, as `tie_breakers` says."""
    gone = exists().where(
        Departure.workspace_id == Decision.workspace_id,
        Departure.user_id == Decision.tie_breaker,
        Departure.returned_at.is_(None),
    )
    owned = select(ValueStream.id).where(ValueStream.owner_user_id == user_id)
    held = grants_of(user_id)
    here = or_(everywhere(Decision.workspace_id), RoleGrant.portfolio_id == Decision.portfolio_id)
    of_stream = RoleGrant.value_stream_id == Epic.value_stream_id
    in_place = or_(
        Epic.value_stream_id.in_(owned),
        held.where(RoleGrant.role == Role.ADMIN, here).exists(),
        held.where(RoleGrant.role == Role.STREAM_OWNER, or_(here, of_stream)).exists(),
    )
    return or_(Decision.tie_breaker == user_id, and_(gone, in_place))


TIE = Need(
    "ties",
    Rows(
        noun=Decision,
        rows=select(Decision)
        .outerjoin(Epic, Epic.id == Decision.epic_id)
        .where(Decision.closed_at.is_(None), Decision.tied_at.is_not(None)),
        order=(Decision.tied_at, Decision.id),
        since=type_coerce(Decision.tied_at, Decision.opened_at.type),
        theirs=breaks_tie,
        loads=(joinedload(Decision.epic), joinedload(Decision.portfolio)),
        in_portfolio=lambda portfolio_id: Decision.portfolio_id == portfolio_id,
        seen=decision_visible_to,
    ),
)
"""Votes that ended in a tie; each waits for who breaks it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision, its box, and who has voted in this round, in the order of their first votes."""

    decision: Decision
    box: BallotBox | None
    """None where nobody votes."""
    voted: Sequence[str]
    recused: Sequence[str] = ()
    """Who has a stake in it, and does not vote."""
    objections: Sequence[Objection] = ()
    """All that were raised, the first one first."""
    questions: int = 0
    """How many nobody has answered."""
    news: "News | None" = None
    """What came to its evidence since it was opened."""
    saw: int | None = None
    """Up to when evidence is in what is shown, in seconds since 1970."""
    left: Sequence[str] = ()
    """Who left Slack without a vote, and is not waited for."""
    asked: Sequence[BallotQuestion] = ()
    """All that was asked before the close, once it has closed; the first one first."""
    next_key: str | None = None
    """Who was next for the place that a stop frees, where everybody may see that epic now."""


class News(NamedTuple):
    """Evidence of later than the case: the newest reading, and how many observations."""

    reading: Reading | None
    observations: int


@dataclass(frozen=True, slots=True)
class Voice:
    """An elector: whether they voted; once it has closed what they chose, when, and why."""

    user_id: str
    voted: bool
    choice: str | None = None
    at: datetime | None = None
    by: str | None = None
    """The stand-in who voted for them."""
    reason: str | None = None
    has_left: bool = False
    """Whether they left Slack without a vote."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A vote that the viewer carries for someone, and what they chose for them."""

    user_id: str
    chosen: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """One decision for one person: what they chose, and a page of the electors."""

    standing: Standing
    chosen: str | None
    """In the words of its button."""
    is_elector: bool
    voices: Sequence[Voice]
    number: int
    pages: int
    carries: Sequence[Carried] = ()
    stand_in: str | None = None
    """Who votes for the viewer."""
    questions: Sequence[BallotQuestion] = ()
    stands_at: tuple[str, str] | None = None
    """The channel of its ballot, and the ts of the message."""
    may_change: bool = False
    breaks_ties: bool = False


def standing(session: Session, decision: Decision) -> Standing:
    """How it stands, without what anybody chose."""
    here = (Ballot.decision_id == decision.id, Ballot.round == decision.round)
    presses = session.execute(
        select(Ballot.user_id, Ballot.choice == Choice.RECUSED).where(*here).order_by(Ballot.number)
    ).all()
    recused = {user_id: is_recused for user_id, is_recused in presses}
    return Standing(
        decision,
        session.get(BallotBox, decision.id),
        [user_id for user_id, is_recused in recused.items() if not is_recused],
        [user_id for user_id, is_recused in recused.items() if is_recused],
        _of(session, Objection, decision) if decision.method is Method.CONSENT else (),
        session.scalar(_open_questions(decision)) or 0,
        *_since_opened(session, decision),
        left=[each for each in _left(session, decision) if each not in recused],
        asked=() if decision.is_open else _of(session, BallotQuestion, decision),
        next_key=_next_key(session, decision),
    )


def _next_key(session: Session, decision: Decision) -> str | None:
    place = decision.case.place
    if place is None or place.next_key is None:
        return None
    next_one = select(Epic.key).where(
        Epic.workspace_id == decision.workspace_id,
        Epic.key == place.next_key,
        visible_to(EVERYBODY),
    )
    return session.scalar(next_one)


def _left(session: Session, decision: Decision) -> Sequence[str]:
    """The electors who left Slack before they had voted."""
    left = select(Elector.user_id).where(
        Elector.decision_id == decision.id, Elector.left_at.is_not(None)
    )
    return session.scalars(left.order_by(Elector.user_id)).all()


def _since_opened(session: Session, decision: Decision) -> tuple[News | None, int | None]:
    """What is new since the case was frozen, and up to when that is known."""
    epic = decision.epic
    if epic is None or epic.evidence_at is None:
        return None, None
    saw = int(epic.evidence_at.timestamp()) + 1
    if not decision.is_open or epic.evidence_at <= decision.opened_at:
        return None, saw
    reading = session.scalars(
        _later(Reading, decision).order_by(Reading.observed_on.desc(), Reading.id.desc()).limit(1)
    ).first()
    counted = _later(Observation, decision).with_only_columns(func.count(Observation.id))
    said = session.scalar(counted) or 0
    return News(reading, said) if reading is not None or said else None, saw


def _later(item: type[Item], decision: Decision) -> Select[Item]:
    return select(item).where(
        item.epic_id == decision.epic_id,
        item.at > decision.opened_at,
        item.struck_at.is_(None),
    )


def _of(session: Session, noun: type[Raised], decision: Decision) -> Sequence[Raised]:
    """What was said beside it, the first one first."""
    return session.scalars(
        select(noun).where(noun.decision_id == decision.id).order_by(noun.id)
    ).all()


def _open_questions(decision: Decision) -> Select[int]:
    return select(func.count(BallotQuestion.id)).where(
        BallotQuestion.decision_id == decision.id, BallotQuestion.answered_at.is_(None)
    )


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
    stands, ballots = standing(session, decision), last_ballots(session, decision)
    pages = max(1, -(-len(decision.electorate) // ELECTORS_ON_A_PAGE))
    number = min(max(1, number), pages)
    start = (number - 1) * ELECTORS_ON_A_PAGE
    voted = [*stands.voted, *stands.recused]
    shown = _in_order(decision, voted)[start : start + ELECTORS_ON_A_PAGE]
    return Record(
        stands,
        _own(decision, ballots.get(act.actor), None),
        act.actor in decision.electorate,
        [_voice(stands, each, ballots.get(each)) for each in shown],
        number,
        pages,
        questions=_of(session, BallotQuestion, decision),
        stands_at=_stands_at(session, decision),
        **_for_open(act, decision, ballots),
    )


def _stands_at(session: Session, decision: Decision) -> tuple[str, str] | None:
    """Where its ballot stands in a channel, the newest where it was posted twice."""
    posted = select(Message.channel_id, Message.ts).where(
        Message.workspace_id == decision.workspace_id,
        Message.kind == MessageKind.BALLOT,
        Message.subject_id == decision.id,
        Message.ts.is_not(None),
    )
    found = session.execute(posted.order_by(Message.id.desc()).limit(1)).first()
    return (found[0], found[1]) if found is not None and found[1] is not None else None


def _for_open(act: Act, decision: Decision, ballots: Mapping[str, Ballot]) -> dict[str, Any]:
    """What the person can do about one that is open."""
    if not decision.is_open:
        return {}
    session, actor = act.session, act.actor
    return {
        "carries": _carried(act, decision, ballots),
        "stand_in": standing_in.stand_ins(session, decision, act.at).get(actor),
        "may_change": actor in may_change(session, decision),
        "breaks_ties": actor in tie_breakers(session, decision),
    }


def carried(act: Act, decision: Decision) -> Sequence[Carried]:
    """The votes that the person carries for others, with what they chose for them."""
    return _carried(act, decision, last_ballots(act.session, decision))


def _carried(act: Act, decision: Decision, ballots: Mapping[str, Ballot]) -> Sequence[Carried]:
    people = standing_in.carried_by(act.session, decision, act.actor, act.at)
    return [Carried(each, _own(decision, ballots.get(each), act.actor)) for each in people]


def _own(decision: Decision, ballot: Ballot | None, by: str | None) -> str | None:
    """What the button said that was pressed by the person for whom it is asked."""
    is_theirs = ballot is not None and (ballot.cast_by == by or not decision.is_sealed)
    return decision.label(ballot.choice) if ballot is not None and is_theirs else None


def _in_order(decision: Decision, voted: Sequence[str]) -> Sequence[str]:
    """Those who voted first, then the others as they were named."""
    return [*voted, *(each for each in decision.electorate if each not in set(voted))]


def _voice(stands: Standing, user_id: str, ballot: Ballot | None) -> Voice:
    """What they chose is told once it has closed, and not before."""
    decision = stands.decision
    if ballot is None or decision.is_sealed:
        return Voice(user_id, ballot is not None, has_left=user_id in stands.left)
    label = decision.label(ballot.choice)
    return Voice(user_id, True, label, ballot.at, ballot.cast_by, ballot.reason)
