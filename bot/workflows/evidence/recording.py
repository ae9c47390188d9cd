"""Recording evidence: added by whoever sees the epic, struck out with a reason, never removed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, or_, select

from bot.workflows.epics.moving import locked
from bot.workflows.keeping import LOCK, Act, seen_portfolio
from bot.workflows.permitting import Place, check, lock_roles
from bot.workflows.portfolio.streams import portfolio_of_channel
from bot.workflows.redrawing import redraw_facts
from bot.workflows.seeing import visible_to
from models.epics.column import ENDED
from models.epics.epic import Epic
from models.errors import FieldMistakes, there
from models.evidence.form import EvidenceForm
from models.evidence.items import Observation, Reading
from models.fields import plain_key
from models.people.role import Right
from models.portfolio.portfolio import Portfolio, State

COMMAND = "/epic evidence"

Judge = Callable[[Act, Epic, Reading], str | None]
"""Looks at a new reading that is the newest of its epic; gives a sentence on what came of it."""

JUDGES: list[Judge] = []
"""What later rooms do about a new reading, filled by `judges`."""

Kind = type[Reading] | type[Observation]


def judges(judge: Judge) -> Judge:
    """Have each new reading looked at, in the transaction that adds it."""
    JUDGES.append(judge)
    return judge


@dataclass(frozen=True, slots=True)
class Added:
    """What was added to an epic by one form."""

    epic: Epic
    reading: Reading | None
    observation: Observation | None
    raised: str | None = None
    """What came of the reading, as a sentence."""


def check_may_add(act: Act, epic: Epic) -> None:
    """Raise NotAllowed for who may only look on."""
    check(act.session, act.actor, Right.ADD_EVIDENCE, Place.of_epic(epic))


def add(act: Act, form: EvidenceForm) -> Added:
    """Add what the form says: a reading, an observation, or both.

    Raises FieldMistakes, NotAllowed and UnknownEpic.
    """
    session = act.session
    if form.epic_id is None:
        raise FieldMistakes({"epic_id": EvidenceForm.questions()["epic_id"].missing})
    if form.value is not None:
        lock_roles(session, act.workspace_id)  # it may ask for a decision, whose electors stay
    epic = locked(session, act.workspace_id, act.actor, form.epic_id)
    check_may_add(act, epic)
    with session.no_autoflush:
        reading, observation = _read(act, epic, form), _observed(act, epic, form)
    session.add_all([each for each in (reading, observation) if each is not None])
    epic.evidence_on = max(filter(None, [epic.evidence_on, form.observed_on]))
    epic.evidence_at = act.at
    session.flush()
    raised = _judged(act, epic, reading) if reading is not None else None
    redraw_facts(session, epic, act.at)
    return Added(epic, reading, observation, raised)


def _read(act: Act, epic: Epic, form: EvidenceForm) -> Reading | None:
    if form.value is None:
        return None
    return Reading.of(epic, form.value, form.observed_on, by=act.actor, at=act.at, link=form.link)


def _observed(act: Act, epic: Epic, form: EvidenceForm) -> Observation | None:
    if form.words is None or form.stance is None:
        return None
    said, day = (form.words, form.stance), form.observed_on
    return Observation.of(epic, *said, day, by=act.actor, at=act.at, link=form.link)


def strike_out(act: Act, kind: Kind, item_id: int, because: str) -> Reading | Observation:
    """Have an item count no more; who added it may, and who answers for the epic.

    Raises FieldMistakes, Gone, NotAllowed, StruckAlready and UnknownEpic.
    """
    item = check_may_strike(act, kind, item_id)
    epic = locked(act.session, act.workspace_id, act.actor, item.epic_id)
    act.session.refresh(item, with_for_update=LOCK)
    item.strike_out(because, act.actor, act.at)
    act.session.flush()
    epic.evidence_on = _newest_on(act, epic)
    redraw_facts(act.session, epic, act.at)
    return item


def check_may_strike(act: Act, kind: Kind, item_id: int) -> Reading | Observation:
    """The item. Raises Gone and NotAllowed."""
    noun: Any = kind
    row = (
        select(noun)
        .join(Epic, Epic.id == noun.epic_id)
        .where(noun.id == item_id, noun.workspace_id == act.workspace_id, visible_to(act.actor))
    )
    item: Reading | Observation = there(act.session.scalars(row).first(), COMMAND)
    if item.by_user_id != act.actor:
        check(act.session, act.actor, Right.STRIKE_OUT, Place.of_epic(item.epic))
    return item


def suggest_epics(act: Act, typed: str, limit: int) -> Sequence[Epic]:
    """The epics the person sees with what was typed in their key or title; open ones first."""
    rows = (
        select(Epic)
        .join(Epic.state)
        .where(
            Epic.workspace_id == act.workspace_id,
            visible_to(act.actor),
            *(
                or_(
                    Epic.key.icontains(plain_key(word), autoescape=True),
                    Epic.title.icontains(word, autoescape=True),
                )
                for word in typed.split()
            ),
        )
    )
    ended = case((State.kind.in_(ENDED), 1), else_=0)
    in_flight = case((State.committed.is_(True), 0), else_=1)
    return act.session.scalars(rows.order_by(ended, in_flight, Epic.id.desc()).limit(limit)).all()


def day_said(act: Act, channel_id: str | None, at: datetime) -> date:
    """The day of a moment in the zone of the channel's portfolio, else of the first one seen.

    Raises Gone where the person sees none.
    """
    here = channel_id and portfolio_of_channel(act.session, act.workspace_id, channel_id)
    return seen_portfolio(act, None, COMMAND, (Portfolio.id == here).desc()).day_of(at)


def _judged(act: Act, epic: Epic, reading: Reading) -> str | None:
    """What comes of a reading that is the newest."""
    if not _is_newest(act, reading):
        return None
    return " ".join(filter(None, [judge(act, epic, reading) for judge in JUDGES])) or None


def _is_newest(act: Act, reading: Reading) -> bool:
    later = select(Reading.id).where(
        Reading.epic_id == reading.epic_id,
        Reading.struck_at.is_(None),
        Reading.observed_on > reading.observed_on,
    )
    return act.session.scalar(later.limit(1)) is None


def _newest_on(act: Act, epic: Epic) -> date | None:
    found = [
        act.session.scalar(
            select(func.max(kind.observed_on)).where(
                kind.epic_id == epic.id, kind.struck_at.is_(None)
            )
        )
        for kind in (Reading, Observation)
    ]
    return max(filter(None, found), default=None)
