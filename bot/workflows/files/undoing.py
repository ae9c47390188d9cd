"""Undoing an import within the hour, as long as nothing was built on it.

What came in goes; keys that were given are not given again, so value streams that it made stay.
Money is taken back by entries.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Column, Select, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.files import undoing_money
from bot.workflows.files.uploading import locked, portfolio_to_fill
from bot.workflows.keeping import Act
from bot.workflows.redrawing import redraw_about, redraw_digests, redraw_homes
from models.audit.trail import note
from models.base import Base
from models.epics.epic import CircleMember, Epic, Transition
from models.files.upload import Upload, UploadKind, of_person
from models.message import Message, MessageKind
from models.portfolio.portfolio import Portfolio
from models.projects.project import Project, ProjectShare
from models.themes.theme import Theme

OWN: dict[type[Epic | Project], tuple[type[Base], ...]] = {
    Epic: (Transition, CircleMember),
    Project: (ProjectShare,),
}
"""What came in with each: it goes with it."""


def undo(act: Act, upload_id: int) -> Upload:
    """Take back what came in. Raises UploadGone, NotAllowed, UndoneBefore and their like."""
    session = act.session
    upload = of_person(locked(session, upload_id), act.workspace_id, act.actor)
    portfolio = portfolio_to_fill(
        session, act.workspace_id, act.actor, upload.portfolio_id, upload.kind
    )
    gone = _undo_money(act, portfolio, upload) if upload.kind.is_money else _undo(act, upload)
    noted = {"file": upload.file_name, **gone}
    here = act.workspace_id
    note(session, here, "imports", portfolio.id, noted, verb="undone", portfolio_id=portfolio.id)
    redraw_about(session, here, [MessageKind.IMPORTED], [upload.id], act.at)
    redraw_digests(session, here, portfolio.id, act.at)
    redraw_homes(session, here, act.at)
    return upload


def _undo_money(act: Act, portfolio: Portfolio, upload: Upload) -> Mapping[str, int]:
    entries = undoing_money.came_with(act.session, portfolio, upload)
    upload.undo(undoing_money.used_since(act.session, portfolio, entries), act.at)
    return undoing_money.take_back(act, portfolio, upload, entries)


def _undo(act: Act, upload: Upload) -> Mapping[str, int]:
    session = act.session
    rows = select(Portfolio).where(Portfolio.id == upload.portfolio_id).with_for_update()
    portfolio = session.scalars(rows).one()
    noun = Epic if upload.kind is UploadKind.EPICS else Project
    came = and_(noun.portfolio_id == portfolio.id, noun.imported_at == upload.loaded_at)
    ids = select(noun.id).where(came)
    session.execute(ids.order_by(noun.id).with_for_update()).all()
    upload.undo(_built_on(session, noun, ids), act.at)
    session.flush()
    return _remove(session, noun, ids, portfolio, upload)


def end_offer(session: Session, upload_id: int, at: datetime) -> None:
    """Have the message about it drawn once more, without the button."""
    upload = session.get(Upload, upload_id)
    if upload is not None:
        redraw_about(session, upload.workspace_id, [MessageKind.IMPORTED], [upload.id], at)


def _built_on(session: Session, noun: type[Epic | Project], ids: Select[int]) -> Sequence[str]:
    """The keys or codes of those that were changed since they came in, or that something names."""
    used = [noun.version > 1, *(noun.id.in_(rows) for rows in _users(noun, ids))]
    name = Epic.key if noun is Epic else Project.code
    return session.scalars(select(name).where(noun.id.in_(ids), or_(*used)).order_by(noun.id)).all()


def _users(noun: type[Epic | Project], ids: Select[int]) -> Iterator[Select[int]]:
    """The ids that others name: rows that point to them, and cards that were posted."""
    own = {each.__tablename__ for each in OWN[noun]}
    for column in pointing_to(noun.__tablename__):
        if column.table.name not in own:
            yield select(column).where(column.in_(ids))
    if noun is Epic:
        moved = select(Transition.epic_id).where(Transition.epic_id.in_(ids))
        yield moved.group_by(Transition.epic_id).having(func.count() > 1)
        yield select(Message.subject_id).where(
            Message.kind == MessageKind.EPIC_CARD, Message.subject_id.in_(ids)
        )


def pointing_to(table: str) -> Sequence[Column[int]]:
    """Every column of another table that refers to the ids of this one."""
    return [
        key.parent
        for each in Base.metadata.sorted_tables
        for key in each.foreign_keys
        if key.column.table.name == table
    ]


def _remove(
    session: Session,
    noun: type[Epic | Project],
    ids: Select[int],
    portfolio: Portfolio,
    upload: Upload,
) -> dict[str, int]:
    """Delete what came in, and the themes that came with it and are for nothing else."""
    connection = session.connection()
    for each in OWN[noun]:
        table = Base.metadata.tables[each.__tablename__]
        key = table.c.epic_id if noun is Epic else table.c.project_id
        connection.execute(delete(table).where(key.in_(ids)))
    table = Base.metadata.tables[noun.__tablename__]
    came = and_(table.c.portfolio_id == portfolio.id, table.c.imported_at == upload.loaded_at)
    gone = {noun.__tablename__: connection.execute(delete(table).where(came)).rowcount}
    if noun is Epic:
        for theme in _idle(session, portfolio, upload):
            session.delete(theme)
        session.flush()
    return gone


def _idle(session: Session, portfolio: Portfolio, upload: Upload) -> Iterable[Theme]:
    """Themes that came in with it and that nothing names."""
    rows = select(Theme).where(
        Theme.portfolio_id == portfolio.id,
        Theme.created_at == upload.loaded_at,
        Theme.version == 1,
        *(~Theme.id.in_(select(c).where(c.is_not(None))) for c in pointing_to("themes")),
    )
    return session.scalars(rows).all()
