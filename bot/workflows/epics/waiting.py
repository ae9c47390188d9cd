"""What of the epics waits for someone: ideas, what lacks something, what is silent or unowned."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    SQLColumnExpression,
    and_,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import joinedload

from bot.workflows.needs import Asked, Need, Rows, not_named_apart
from bot.workflows.paging import Top
from models.board.confirmation import Confirmation, LeftOut
from models.board.digest import stale_since
from models.epics.answer import Answer, AnswerKind
from models.epics.blocking import Blocking
from models.epics.column import next_column
from models.epics.epic import Epic
from models.epics.obstacles import Override
from models.epics.policy import fields_of, lacks_before
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import (
    FIRST_STATE,
    NOT_LATE_FOR,
    Portfolio,
    State,
    ValueStream,
)

MOST_OWNED = 100
"""So many epics of one person are looked at one by one."""

LONGEST_HERE = (Epic.state_entered_at, Epic.id)
LINE = (joinedload(Epic.state), joinedload(Epic.value_stream), joinedload(Epic.blocking))
"""What lines about an epic say."""


def _owned(user_id: str) -> ColumnElement[bool]:
    return Epic.owner_user_id == user_id


def _of_their_streams(user_id: str) -> ColumnElement[bool]:
    return Epic.value_stream_id.in_(
        select(ValueStream.id).where(ValueStream.owner_user_id == user_id)
    )


def _is_open(asked: Asked) -> ColumnElement[bool]:
    return Epic.state_id.in_([state.id for state in asked.portfolio.states if state.is_open])


def _past_its_date(asked: Asked) -> ColumnElement[bool]:
    """Which ideas came too long ago to be answered in time; none is late in a new portfolio."""
    if not asked.portfolio.calls_late(asked.at):
        return false()
    zone = ZoneInfo(asked.portfolio.time_zone)
    due = asked.portfolio.calendar.late_if_entered_before(asked.at.astimezone(zone).date())
    entered_before = datetime(due.year, due.month, due.day, tzinfo=zone)
    return and_(
        Epic.answered_at.is_(None),
        Epic.state_entered_at < entered_before,
        here_since(asked.at - NOT_LATE_FOR),
    )


def here_since(at: datetime) -> ColumnElement[bool]:
    """Which epics came in from no file later than then."""
    return or_(Epic.imported_at.is_(None), Epic.imported_at <= at)


_SAID = select(Answer).where(Answer.epic_id == Epic.id).correlate(Epic)
_LAST_SAID = _SAID.order_by(Answer.at.desc(), Answer.id.desc()).limit(1)
_LAST_SAID_AT = _SAID.with_only_columns(func.max(Answer.at)).scalar_subquery()


def _last_said(kind: AnswerKind) -> ColumnElement[bool]:
    last = _LAST_SAID.with_only_columns(Answer.kind).scalar_subquery()
    return and_(Epic.answered_at.is_not(None), last == kind)


def _is_idea(asked: Asked) -> ColumnElement[bool]:
    return Epic.state_id == asked.portfolio.state(FIRST_STATE).id


ANSWER = Need(
    "answers",
    Rows(
        noun=Epic,
        rows=select(Epic).where(or_(Epic.answered_at.is_(None), _last_said(AnswerKind.REPLY))),
        when=lambda asked: and_(_is_idea(asked), here_since(asked.at)),
        order=LONGEST_HERE,
        since=func.coalesce(_LAST_SAID_AT, Epic.state_entered_at),
        theirs=_of_their_streams,
        late=_past_its_date,
        loads=LINE,
    ),
)
"""Ideas without a first answer, or with a reply to what was asked first; each waits for who owns
its value stream."""


def _proposed(user_id: str) -> ColumnElement[bool]:
    return func.coalesce(Epic.proposed_by, Epic.owner_user_id) == user_id


QUESTION = Need(
    "questions",
    Rows(
        noun=Epic,
        rows=select(Epic).where(_last_said(AnswerKind.QUESTION)),
        when=_is_idea,
        order=LONGEST_HERE,
        since=_LAST_SAID_AT,
        theirs=_proposed,
        loads=LINE,
    ),
)
"""Ideas about which something was asked; each waits for who proposed it."""

UNOWNED = Need(
    "unowned",
    Rows(
        noun=Epic,
        rows=select(Epic).where(Epic.owner_user_id.is_(None)),
        when=lambda asked: and_(_is_open(asked), here_since(asked.at)),
        order=LONGEST_HERE,
        since=Epic.created_at,
        theirs=_of_their_streams,
        loads=LINE,
    ),
)
"""Open epics that nobody owns; each waits for who owns its value stream."""

OVERRIDDEN = Need(
    "overrides",
    Rows(
        noun=Override,
        rows=select(Override).join(Override.epic),
        order=(Override.at, Override.id),
        newest_first=True,
        when=lambda asked: and_(Override.at > asked.since, Override.at <= asked.until),
        loads=(joinedload(Override.epic).joinedload(Epic.value_stream),),
    ),
    in_home=False,
)
"""Moves past a limit or a policy, the newest first."""

_GOING_ON = Rows(
    noun=Epic,
    rows=select(Epic).where(~Epic.blocking.has()),
    when=_is_open,
    order=LONGEST_HERE,
    theirs=_owned,
    loads=LINE,
)
"""Open epics that can go on: one that is blocked waits as that alone."""


def _going_on(asked: Asked) -> Sequence[tuple[Epic, datetime]]:
    """Their epics that can go on, each with its last update: read once for all that ask."""
    if _GOING_ON not in asked.read:
        found = _GOING_ON.found(replace(asked, few=MOST_OWNED), *last_updates())
        asked.read[_GOING_ON] = [with_update(row) for row in found]
    return cast("Sequence[tuple[Epic, datetime]]", asked.read[_GOING_ON])


def with_update(row: Row[Any]) -> tuple[Epic, datetime]:
    """An epic, and when it was updated last."""
    return row[0], update_of(row[0], row[1:3])


def _lacking(asked: Asked) -> Top[tuple[Epic, Sequence[Requirement]]]:
    going_on = _going_on(asked)
    found = [(epic, lacks) for epic, _ in going_on if (lacks := _lacks(epic, asked.at))]
    return Top(found[: asked.few], len(found))


def _lacks(epic: Epic, at: datetime) -> Sequence[Requirement]:
    """What a form of the epic can still say of what its next state asks; of ideas only after yes.

    Evidence has a form of its own.

    Until then the idea waits for another.
    """
    to = next_column(epic)
    if to is None or (epic.state.name == FIRST_STATE and epic.accepted_at is None):
        return []
    lacks = lacks_before(epic, epic.portfolio.states, to.state, at, scales=to.scales)
    return [*fields_of(lacks), *(each for each in lacks if each is Requirement.EVIDENCE)]


LACKING = Need("lacking", _lacking)
"""Epics with what their next state asks and a form can still say; each waits for its owner."""

_STALE_ROWS = Rows(
    noun=Epic,
    rows=select(Epic),
    order=LONGEST_HERE,
    when=lambda asked: and_(
        stale_epics(asked.portfolio, asked.portfolio.states, asked.at), not_named_apart(asked)
    ),
    loads=LINE,
)


def _stale(asked: Asked) -> Top[tuple[Epic, datetime]]:
    """Each with its last update, the stalest first."""
    if asked.whose is None:
        found = _STALE_ROWS.found(asked, *last_updates())
        stale, total = [with_update(row) for row in found], found[0].total if found else 0
    else:
        stale = [each for each in _going_on(asked) if _is_stale(*each, asked.at)]
        total = len(stale)
    stale.sort(key=lambda each: (each[1], each[0].id))
    return Top(stale[: asked.few], total)


def _is_stale(epic: Epic, updated_at: datetime, at: datetime) -> bool:
    since = stale_since(epic.state, epic.portfolio, at)
    return since is not None and updated_at <= since


STALE = Need("stale", _stale)
"""Epics that were not updated for as long as their state allows; each waits for its owner.

An update takes it out again, so that a question once answered is gone.
"""


def stuck_since(at: datetime) -> ColumnElement[bool]:
    """Which epics in flight were not updated since then, or are blocked."""
    in_flight = select(State.id).where(State.id == Epic.state_id, State.committed)
    confirmed = select(Confirmation.id).where(Confirmation.epic_id == Epic.id, Confirmation.at > at)
    unblocked = select(Blocking.id).where(Blocking.epic_id == Epic.id, Blocking.ended_at > at)
    added = or_(Epic.evidence_at.is_(None), Epic.evidence_at <= at)
    unheard = and_(Epic.state_entered_at <= at, added, ~confirmed.exists(), ~unblocked.exists())
    return and_(in_flight.exists(), or_(Epic.blocking.has(), unheard))


def still_left_out(at: datetime) -> ColumnElement[bool]:
    """Which epics that a person left out of what they are asked are so by then: none changed."""
    changed = select(Blocking.id).where(
        Blocking.epic_id == LeftOut.epic_id,
        or_(Blocking.at > LeftOut.at, Blocking.ended_at > LeftOut.at),
    )
    return and_(
        LeftOut.epic_id == Epic.id,
        LeftOut.until > at,
        Epic.state_entered_at <= LeftOut.at,
        or_(Epic.evidence_at.is_(None), Epic.evidence_at <= LeftOut.at),
        ~changed.exists(),
    )


def not_left_out(user: str | SQLColumnExpression[str | None], at: datetime) -> ColumnElement[bool]:
    """Which epics the person is asked about."""
    left_out = select(LeftOut.id).where(LeftOut.user_id == user, still_left_out(at))
    return ~left_out.correlate(Epic).exists()


def last_updates() -> tuple[ScalarSelect[Any], ScalarSelect[Any]]:
    """When an epic was last confirmed, and last unblocked, as columns beside it."""
    confirmed = select(func.max(Confirmation.at)).where(Confirmation.epic_id == Epic.id)
    unblocked = select(func.max(Blocking.ended_at)).where(Blocking.epic_id == Epic.id)
    return confirmed.scalar_subquery(), unblocked.scalar_subquery()


def update_of(epic: Epic, heard: Iterable[datetime | None]) -> datetime:
    known = (epic.imported_at, epic.evidence_at, *heard)
    return max([epic.state_entered_at, *(at for at in known if at is not None)])


def stale_epics(
    portfolio: Portfolio, states: Iterable[State], now: datetime
) -> ColumnElement[bool]:
    """Which epics were not updated for as long as their state allows; the blocked wait."""
    stale = [
        and_(Epic.state_id == state.id, _not_updated_since(since))
        for state in states
        if (since := stale_since(state, portfolio, now)) is not None
    ]
    return or_(*stale) if stale else false()


def _not_updated_since(since: datetime) -> ColumnElement[bool]:
    confirmed = select(Confirmation.id).where(
        Confirmation.epic_id == Epic.id, Confirmation.at > since
    )
    blocked = select(Blocking.id).where(
        Blocking.epic_id == Epic.id,
        or_(Blocking.ended_at.is_(None), Blocking.ended_at > since),
    )
    added = or_(Epic.evidence_at.is_(None), Epic.evidence_at <= since)
    entered = and_(Epic.state_entered_at <= since, here_since(since), added)
    return and_(entered, ~confirmed.exists(), ~blocked.exists())
