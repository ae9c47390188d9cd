"""Requesting an export in Slack: asked for, made by the worker, given, or said why it was not."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, select, true
from sqlalchemy.orm import Session

from bot.workflows import seeing
from bot.workflows.files.exporting import Scope, includes_restricted
from bot.workflows.permitting import Place, may
from bot.workflows.portfolio.readiness import check_begun
from bot.workflows.redrawing import post, redraw_message
from bot.workflows.seeing import portfolio_visible_to, visible_to
from models.epics.epic import Epic
from models.files.export import Export, ExportFormat, of_person
from models.message import Message, MessageKind
from models.people.role import Right
from models.portfolio.portfolio import Portfolio
from models.portfolio.readiness import open_to_you
from models.work import put


def open_to(session: Session, workspace_id: int, user_id: str) -> Sequence[Portfolio]:
    """The portfolios the person may see. Raises as long as nothing is set up."""
    check_begun(session, workspace_id, user_id)
    return seeing.portfolios(session, workspace_id, user_id)


def request(
    session: Session,
    workspace_id: int,
    user_id: str,
    portfolio_id: int,
    form: ExportFormat,
    at: datetime,
) -> Export:
    """Have everything the person may see of the portfolio made and given to them.

    The audit log tells of it, and whether restricted epics are in it. Raises NotOpenToYou.
    """
    portfolio = open_to_you(seeing.portfolios(session, workspace_id, user_id), portfolio_id)
    seen = Scope(portfolio, visible_to(user_id), with_audit=False)
    export = Export(
        workspace_id=workspace_id,
        portfolio=portfolio,
        user_id=user_id,
        format=form,
        restricted=includes_restricted(session, seen),
        asked_at=at,
    )
    session.add(export)
    session.flush()
    put(session, workspace_id, export.work_key, at)
    return export


def try_again(
    session: Session, workspace_id: int, user_id: str, export_id: int, at: datetime
) -> Export:
    """Have it made once more. Raises NoSuchExport."""
    export = of_person(_locked(session, export_id), workspace_id, user_id)
    if export.ready_at is None:
        put(session, workspace_id, export.work_key, at)
    return export


def scope_of(session: Session, export: Export) -> Scope | None:
    """What goes into it: what the person may see now, and no restricted epic that was not told of.

    None where the portfolio is not open to them any more.
    """
    seen = select(Portfolio.id).where(
        Portfolio.id == export.portfolio_id, portfolio_visible_to(export.user_id)
    )
    if session.scalar(seen) is None:
        return None
    shown = true() if export.restricted else Epic.restricted.is_(False)
    epics = and_(visible_to(export.user_id), shown)
    place = Place.of_portfolio(export.portfolio)
    with_audit = may(session, export.user_id, Right.READ_AUDIT, place)
    return Scope(export.portfolio, epics, with_audit)


def file_begun(session: Session, export_id: int, file_id: str | None) -> None:
    """Keep Slack's name of the file, which is not shown yet."""
    session.get_one(Export, export_id).slack_file_id = file_id
    session.flush()


def given(session: Session, export_id: int, at: datetime) -> None:
    """The person has it; where it was said that it does not go well, that is mended."""
    export = session.get_one(Export, export_id)
    export.ready_at, export.problem = at, None
    session.flush()
    for message in _notices(session, export):
        redraw_message(session, message, at)


def not_given(session: Session, export_id: int, problem: str, at: datetime) -> None:
    """Tell the person why there is no file yet, and what to do; one message, however often."""
    export = session.get_one(Export, export_id)
    export.problem = problem
    session.flush()
    shown = _notices(session, export)
    if not shown:
        post(session, export.workspace_id, MessageKind.EXPORT, export.id, export.user_id, at)
    for message in shown:
        redraw_message(session, message, at)


def _notices(session: Session, export: Export) -> Sequence[Message]:
    return session.scalars(
        select(Message)
        .where(
            Message.workspace_id == export.workspace_id,
            Message.kind == MessageKind.EXPORT,
            Message.subject_id == export.id,
        )
        .order_by(Message.id)
    ).all()


def _locked(session: Session, export_id: int) -> Export | None:
    return session.scalars(select(Export).where(Export.id == export_id).with_for_update()).first()
