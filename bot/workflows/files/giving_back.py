"""Giving back the rows of a file that could not come in, each with the reason."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.redrawing import redraw_message
from models.files.matching import BadRow
from models.files.sheet import guarded
from models.files.table import Table
from models.files.upload import Upload
from models.message import Message, MessageKind

REASON = "reason"


def spell_bad_rows(table: Table, bad: Sequence[BadRow]) -> bytes:
    """The rows with their reasons, as a file that spreadsheets read and that comes in again.

    Reasons given back before are left out.
    """
    width = len(table.columns) - (table.columns[-1] == REASON)
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=table.delimiter)
    writer.writerow([guarded(name) for name in (*table.columns[:width], REASON)])
    for row in bad:
        cells = (*row.cells[:width], f"Line {row.line}: {row.reason}")
        writer.writerow([guarded(cell) for cell in cells])
    return written.getvalue().encode("utf-8-sig")


def file_begun(session: Session, upload_id: int, file_id: str | None) -> None:
    """Keep in which file of Slack they are on their way, None where it has to be another one."""
    session.get_one(Upload, upload_id).file_id = file_id
    session.flush()


def given_back(session: Session, upload_id: int, refusal: str | None, at: datetime) -> None:
    """Forget them once they are given back, or Slack refused that; what was told says so."""
    upload = session.get_one(Upload, upload_id)
    upload.bad_rows, upload.file_refusal = None, refusal and refusal[:80]
    session.flush()
    notices = select(Message).where(
        Message.workspace_id == upload.workspace_id,
        Message.kind == MessageKind.IMPORTED,
        Message.subject_id == upload.id,
    )
    for message in session.scalars(notices):
        redraw_message(session, message, at)
