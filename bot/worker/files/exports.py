"""Exports: packed, and given to who asked."""

from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from bot.views.files import export_result
from bot.worker.files.giving import File, give
from bot.worker.jobs import Done, Outcome, Task
from bot.workflows.audit.verifying import head
from bot.workflows.files import requesting
from bot.workflows.files.packing import About, pack
from models.files.export import Export

NOTIFIED_AFTER = 3

NOT_OPEN = "not_open"
"""The portfolio is no longer open to the person who asked."""


class NotOpen(Exception):
    """The portfolio is not open to who asked, who was not so before."""


def give_export(task: Task) -> Outcome:
    """Give the file once; where that cannot be, say so and what to do."""
    with task.database.read() as session:
        export = session.get(Export, task.subject_id)
    if export is None or export.ready_at is not None:
        return Done()
    file = File(
        name=export_result.file_name(export),
        said=export_result.file_said(export),
        user_id=export.user_id,
        slack_id=export.slack_file_id,
        content=lambda: _packed(task),
        begun=lambda session, slack_id: requesting.file_begun(session, export.id, slack_id),
        given=lambda session, now: requesting.given(session, export.id, now),
        not_given=partial(_not_given, export),
        notified_after=NOTIFIED_AFTER,
    )
    try:
        return give(task, file)
    except NotOpen:
        return Done(partial(_not_given, export, NOT_OPEN))


def _not_given(export: Export, problem: str, session: Session, now: datetime) -> None:
    requesting.not_given(session, export.id, problem, now)


def _packed(task: Task) -> bytes:
    """The zip, of one moment. Raises NotOpen."""
    with TemporaryDirectory(prefix="tack-export-") as folder, task.database.snapshot() as session:
        export = session.get_one(Export, task.subject_id)
        scope = requesting.scope_of(session, export)
        if scope is None:
            raise NotOpen
        ends = str(head(session, export.workspace_id)) if scope.with_audit else None
        about = About(export.portfolio.name, task.clock.now(), export.restricted, ends)
        to = Path(folder) / "tack.zip"
        pack(session, scope, about, export.format, to)
        return to.read_bytes()
