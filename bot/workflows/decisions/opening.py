"""Opening a decision: its question, the case as it is known, and who votes, frozen."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bot.workflows.epics.moving import locked
from bot.workflows.keeping import Act
from bot.workflows.permitting import Place, check, holders, lock_roles
from bot.workflows.redrawing import post, redraw_facts
from bot.workflows.seeing import may_see
from models.audit.audit import FIRST_HASH
from models.base import Base
from models.calendar import DAY_ENDS_AT
from models.decisions.ballots import close_key
from models.decisions.decision import USUAL_DAYS, BallotBox, Choice, Decision, Elector, Subject
from models.decisions.form import DecisionForm
from models.decisions.opening import NoElectors, ballot_channel, check_can_open
from models.epics.epic import Epic
from models.epics.listing import found
from models.message import MessageKind
from models.people.role import Right, Role
from models.portfolio.portfolio import Portfolio
from models.work import put

MOST_TOLD = 25
"""So many electors also get the ballot as a direct message."""

ELECTORS = Base.metadata.tables[Elector.__tablename__]
BOXES = Base.metadata.tables[BallotBox.__tablename__]


def check_may_open(act: Act, epic: Epic, unfit: Collection[str] = ()) -> Sequence[str]:
    """Who would vote on the epic: the council, but for those who can have no role any more.

    Raises NoElectors, NotAllowed, NotLive, NotTesting, NowhereToPost and UnknownEpic.
    """
    found(epic if may_see(act.session, act.actor, epic) else None)
    check(act.session, act.actor, Right.DECIDE, Place.of_epic(epic))
    check_can_open(epic, act.at)
    place = Place.of_portfolio(epic.portfolio)
    council = holders(act.session, [Role.COUNCIL], place, stand_ins=False)
    if electors := [each for each in council if each not in unfit]:
        return electors
    raise NoElectors(epic.portfolio.name, holders(act.session, [Role.ADMIN], place))


def open_about(session: Session, epic: Epic) -> Decision | None:
    asked = select(Decision).where(
        Decision.subject == Subject.EPIC,
        Decision.subject_id == epic.id,
        Decision.closed_at.is_(None),
    )
    return session.scalars(asked).first()


def open_decision(
    act: Act, epic_id: int, form: DecisionForm, unfit: Collection[str] = ()
) -> Decision:
    """Put the question to the council.

    Raises NoElectors, NotAllowed, NotLive, NotTesting, NowhereToPost, OpenAlready and UnknownEpic.
    """
    session = act.session
    lock_roles(session, act.workspace_id)  # nobody joins or leaves the council meanwhile
    epic = locked(session, act.workspace_id, act.actor, epic_id)
    electors = check_may_open(act, epic, unfit)
    if (before := open_about(session, epic)) is not None:
        before.check_is_closed()
    decision = Decision.open(
        _next_key(session, act.workspace_id),
        epic,
        electors,
        by=act.actor,
        at=act.at,
        closes_at=_end_of(form.closes_on, epic.portfolio),
        recommended=Choice(form.recommended) if form.recommended else None,
        because=form.because,
    )
    session.add(decision)
    session.flush()
    _name_electors(session, decision)
    _show(session, decision, epic, act.at)
    put(session, act.workspace_id, close_key(decision.id), decision.closes_at)
    return decision


def usual_close(portfolio: Portfolio, at: datetime) -> date:
    """The day a decision that is opened at the moment closes, where nobody says otherwise."""
    return portfolio.calendar.days_after(today_in(portfolio, at), USUAL_DAYS)


def today_in(portfolio: Portfolio, at: datetime) -> date:
    return at.astimezone(ZoneInfo(portfolio.time_zone)).date()


def _end_of(day: date, portfolio: Portfolio) -> datetime:
    return datetime.combine(day, DAY_ENDS_AT, ZoneInfo(portfolio.time_zone)).astimezone(UTC)


def _next_key(session: Session, workspace_id: int) -> str:
    """Given once: the workspace is locked, and no decision is ever removed."""
    there = select(func.count(Decision.id)).where(Decision.workspace_id == workspace_id)
    return f"D-{(session.scalar(there) or 0) + 1}"


def _name_electors(session: Session, decision: Decision) -> None:
    here = {"decision_id": decision.id, "workspace_id": decision.workspace_id}
    many = len(decision.electorate)
    session.execute(insert(ELECTORS), [{**here, "user_id": each} for each in decision.electorate])
    session.execute(
        insert(BOXES), {**here, "electors": many, "waiting": many, "count": 0, "hash": FIRST_HASH}
    )


def _show(session: Session, decision: Decision, epic: Epic, at: datetime) -> None:
    """In the channel, to so many electors alone, and wherever the epic is shown."""
    here, channel_id = decision.workspace_id, ballot_channel(epic)
    assert channel_id is not None
    post(session, here, MessageKind.BALLOT, decision.id, channel_id, at)
    told = decision.electorate if len(decision.electorate) <= MOST_TOLD else []
    for elector in told:
        post(session, here, MessageKind.BALLOT_TOLD, decision.id, elector, at)
    redraw_facts(session, epic, at)


def channel_of(decision: Decision) -> str | None:
    """Where its ballot stands."""
    return ballot_channel(decision.epic) if decision.epic is not None else None
