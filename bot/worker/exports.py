"""What the worker does with exports: it packs them and gives them to who asked."""

from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from bot.views.files import export_told
from bot.worker.calls import CallFailed, Calls
from bot.worker.claims import Claim, end, fail, hold, put_back, rest
from bot.worker.courier import backoff
from bot.worker.due import Handler
from bot.worker.file_calls import NOT_THERE, FileCalls
from bot.worker.uploads import NEVER, ClientFor
from bot.workflows.audit.verifying import head
from bot.workflows.files import requesting
from bot.workflows.files.packing import About, pack
from models.clock import Clock
from models.database import Database
from models.files.export import Export
from models.people.workspace import Workspace

TOLD_AFTER = 3
"""So many attempts go wrong before the person hears of it."""

NOT_OPEN = "not_open"
"""The portfolio is not open any more to who asked."""

log = structlog.get_logger(__name__)


def exporter(database: Database, clock: Clock, client_for: ClientFor) -> Handler:
    """Gives the file in direct messages, once; where it cannot, it says so and what to do."""

    def handle(claim: Claim) -> None:
        with database.read() as session:
            export = session.get(Export, claim.subject_id)
            client = client_for(session.get_one(Workspace, claim.workspace_id))
        if export is None or export.ready_at is not None:
            with database.write() as session:
                end(session, claim)
            return
        calls = FileCalls(Calls(client, claim.workspace_id, database, clock))
        try:
            is_open = _give(database, clock, claim, calls, export)
        except CallFailed as failed:
            _react(database, clock, claim, failed)
            return
        with database.write() as session:
            if is_open:
                requesting.given(session, claim.subject_id, clock.now())
            else:
                requesting.not_given(session, claim.subject_id, NOT_OPEN, clock.now())
            end(session, claim)

    return handle


def _give(database: Database, clock: Clock, claim: Claim, calls: FileCalls, export: Export) -> bool:
    """Send and show; what an earlier attempt did is not done again. False where it is not open."""
    file_id = export.slack_file_id
    if file_id is not None and calls.is_shown(file_id):
        return True
    if file_id is None:
        content = _packed(database, export.id, clock)
        if content is None:
            return False
        file_id = calls.send(export_told.file_name(export), content)
        with database.write() as session:
            requesting.file_begun(session, export.id, file_id)
            hold(session, claim, clock.now())
    title, said = export_told.file_name(export), export_told.file_said(export)
    calls.show(file_id, title, export.user_id, said)
    return True


def _packed(database: Database, export_id: int, clock: Clock) -> bytes | None:
    """The zip, of one moment; None where the portfolio is not open to who asked."""
    with TemporaryDirectory(prefix="tack-export-") as folder, database.snapshot() as session:
        export = session.get_one(Export, export_id)
        scope = requesting.scope_of(session, export)
        if scope is None:
            return None
        ends = str(head(session, export.workspace_id)) if scope.with_audit else None
        about = About(export.portfolio.name, clock.now(), export.restricted, ends)
        to = Path(folder) / "tack.zip"
        pack(session, scope, about, export.format, to)
        return to.read_bytes()


def _react(database: Database, clock: Clock, claim: Claim, failed: CallFailed) -> None:
    """Try again; the person is told when that goes on, and when it is no use."""
    reply, now = failed.reply, clock.now()
    with database.write() as session:
        if reply.error == NOT_THERE:
            requesting.file_begun(session, claim.subject_id, None)
        if reply.needs_mending or reply.error in NEVER:
            log.warning("export not given", key=claim.key, error=reply.error)
            requesting.not_given(session, claim.subject_id, reply.error, now)
            end(session, claim)
        elif failed.again_at is not None:
            rest(session, claim.workspace_id, failed.method, failed.again_at)
            put_back(session, claim, failed.again_at)
        else:
            if claim.attempts + 1 >= TOLD_AFTER:
                requesting.not_given(session, claim.subject_id, reply.error, now)
            fail(session, claim, str(failed), now, backoff(claim.attempts))
