"""Setting up a portfolio: begun, continued by whoever may, and live when it is said to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.people.granting import notify_people
from bot.workflows.permitting import Place, check
from bot.workflows.portfolio import limits as setting_limits
from bot.workflows.portfolio import streams as streaming
from bot.workflows.portfolio.basics import lock_portfolio
from bot.workflows.portfolio.readiness import check_may_set_up
from bot.workflows.redrawing import post, redraw_homes
from models.audit.audit import AuditEvent
from models.epics.epic import Epic
from models.errors import FieldMistakes
from models.fields import folded
from models.message import MessageKind
from models.people.role import Right, Role, RoleGrant, UserGroupMember
from models.people.workspace import Workspace
from models.portfolio.board import Board
from models.portfolio.portfolio import Portfolio, ValueStream
from models.portfolio.preset import USUAL_BOARD
from models.portfolio.setup import Basics, Setup
from models.projects.project import Project
from models.themes.theme import Theme


@dataclass(frozen=True, slots=True)
class Progress:
    """What there is of it so far: how many of each."""

    portfolio: Portfolio
    began_by: str | None
    streams: int
    limits: int
    council: int
    finance: int
    stand_ins: int
    """Those for finance."""
    themes: int
    """The open ones."""
    epics: int
    projects: int


def set_up(
    session: Session, workspace_id: int, actor: str, setup: Setup, at: datetime
) -> Portfolio:
    """Store a portfolio with its streams at once; it is silent until it goes live.

    A stream without an owner gets the actor. Raises FieldMistakes.
    """
    _lock(session, workspace_id)
    setup = setup.checked(streaming.key_prefixes(session, workspace_id))
    portfolio = _new(session, workspace_id, setup.basics, at)
    for stream in setup.streams:
        portfolio.value_streams.append(streaming.new_stream(portfolio, stream, actor, at))
    session.flush()
    return portfolio


def begin(
    session: Session, workspace_id: int, actor: str, basics: Basics, at: datetime
) -> Portfolio:
    """Store a portfolio of which no more is known yet; it is silent until it goes live.

    Raises NoAdminYet, NotAllowed and FieldMistakes.
    """
    _lock(session, workspace_id)
    check_may_set_up(session, workspace_id, actor)
    portfolio = _new(session, workspace_id, basics.checked(), at)
    session.flush()
    redraw_homes(session, workspace_id, at)
    return portfolio


def go_live(
    session: Session, workspace_id: int, actor: str | None, portfolio_id: int, at: datetime
) -> Portfolio:
    """Let the portfolio speak; four weeks from now on things are called late. Once more is no more.

    Limits that nobody set become what is in flight today. It is announced in the portfolio's
    channel and to the owners of its streams, unless nobody does it: then it was at work before.
    Raises UnknownPortfolio, NotAllowed, NothingToGoLiveWith.
    """
    portfolio = lock_portfolio(session, workspace_id, portfolio_id)
    if portfolio.live_at is not None:
        return portfolio
    if actor is None:
        portfolio.live_at = at
        session.flush()
        return portfolio
    check(session, actor, Right.SET_UP, Place.of_portfolio(portfolio))
    portfolio.go_live(at)
    if not setting_limits.count(session, portfolio):
        setting_limits.set_to_what_is_in_flight(session, portfolio)
    _announce(session, portfolio, at)
    notify_people(session, _given(session, portfolio), actor, at)
    redraw_homes(session, workspace_id, at)
    return portfolio


def progress(session: Session, portfolio: Portfolio) -> Progress:
    """How far the setting up of the portfolio has come."""

    def number(table: type[Epic] | type[Project] | type[Theme], *which: ColumnElement[bool]) -> int:
        rows = select(func.count(table.id)).where(table.portfolio_id == portfolio.id, *which)
        return session.scalar(rows) or 0

    return Progress(
        portfolio=portfolio,
        began_by=began_by(session, portfolio),
        streams=len(portfolio.open_streams),
        limits=setting_limits.count(session, portfolio),
        council=_people(session, portfolio, Role.COUNCIL),
        finance=_people(session, portfolio, Role.FINANCE),
        stand_ins=_people(session, portfolio, Role.FINANCE, stand_in=True),
        themes=number(Theme, Theme.closed_at.is_(None)),
        epics=number(Epic),
        projects=number(Project),
    )


def began_by(session: Session, portfolio: Portfolio) -> str | None:
    """Who began it, as the audit log tells; None where it was not a person."""
    created = select(AuditEvent.actor).where(
        AuditEvent.workspace_id == portfolio.workspace_id,
        AuditEvent.noun == Portfolio.__tablename__,
        AuditEvent.subject_id == str(portfolio.id),
        AuditEvent.verb == "created",
    )
    return session.scalars(created).first()


def _lock(session: Session, workspace_id: int) -> None:
    """One at a time begins a portfolio, so that no name and no prefix is given twice."""
    session.scalars(select(Workspace).where(Workspace.id == workspace_id).with_for_update()).one()


def _new(session: Session, workspace_id: int, basics: Basics, at: datetime) -> Portfolio:
    names = session.scalars(select(Portfolio.name).where(Portfolio.workspace_id == workspace_id))
    if folded(basics.name) in {folded(name) for name in names}:
        raise FieldMistakes({"name": f"{basics.name} is set up already. Choose another name."})
    portfolio = Portfolio(
        workspace_id=workspace_id,
        name=basics.name,
        currency=basics.currency,
        time_zone=basics.time_zone,
        locale=basics.locale,
        fiscal_year_starts_in=basics.fiscal_year_starts_in,
        working_days=basics.working_days,
        holidays=[day.isoformat() for day in basics.holidays],
        channel_id=basics.channel_id,
        open_to_all=basics.open_to_all,
        created_at=at,
    )
    Board(portfolio).use_preset(USUAL_BOARD)
    session.add(portfolio)
    session.flush()
    return portfolio


def _announce(session: Session, portfolio: Portfolio, at: datetime) -> None:
    """Put one message in the portfolio's channel, and one to the owner of each of its streams."""
    here = portfolio.workspace_id
    if portfolio.channel_id is not None:
        post(session, here, MessageKind.LIVE, portfolio.id, portfolio.channel_id, at)
    first: dict[str, ValueStream] = {}
    for stream in portfolio.open_streams:
        if stream.owner_user_id is not None:
            first.setdefault(stream.owner_user_id, stream)
    for owner, stream in first.items():
        post(session, here, MessageKind.LIVE_FOR_OWNER, stream.id, owner, at)


def _given(session: Session, portfolio: Portfolio) -> Sequence[RoleGrant]:
    """The roles given to people in the portfolio and its streams."""
    streams = [stream.id for stream in portfolio.open_streams]
    return session.scalars(
        select(RoleGrant)
        .where(
            RoleGrant.user_id.is_not(None),
            or_(
                RoleGrant.portfolio_id == portfolio.id,
                RoleGrant.value_stream_id.in_(streams),
            ),
        )
        .order_by(RoleGrant.id)
    ).all()


def _people(session: Session, portfolio: Portfolio, role: Role, *, stand_in: bool = False) -> int:
    """How many people have the role, themselves or through a user group."""
    given = select(RoleGrant).where(
        RoleGrant.portfolio_id == portfolio.id,
        RoleGrant.role == role,
        RoleGrant.stand_in.is_(stand_in),
    )
    named = given.with_only_columns(RoleGrant.user_id).where(RoleGrant.user_id.is_not(None))
    groups = given.with_only_columns(RoleGrant.user_group_id)
    members = select(UserGroupMember.user_id).where(
        UserGroupMember.workspace_id == portfolio.workspace_id,
        UserGroupMember.group_id.in_(groups),
    )
    everyone = named.union(members).subquery()
    return session.scalar(select(func.count()).select_from(everyone)) or 0
