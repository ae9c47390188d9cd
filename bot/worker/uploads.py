"""What the worker does with files people brought: loads them, and gives their bad rows back."""

from collections.abc import Callable, Mapping

import structlog
from slack_sdk import WebClient
from sqlalchemy.orm import undefer

from bot.slack.asking.member_names import read_member_names
from bot.views.files import import_told
from bot.worker.calls import CallFailed, Calls
from bot.worker.claims import Claim, end, fail, hold, put_back, rest
from bot.worker.courier import backoff
from bot.worker.due import Handler
from bot.worker.file_calls import NOT_THERE, FileCalls
from bot.worker.replies import NO_ANSWER, Reply, reply_of
from bot.workflows.files import giving_back, uploading
from bot.workflows.files.previewing import Foreseen, look_ahead, names_people
from models.audit.audit import Act
from models.clock import Clock
from models.database import Database
from models.errors import DatabaseAway, Mistake
from models.files.names import NOBODY
from models.files.table import Table, read_table
from models.files.upload import Upload
from models.people.workspace import Workspace
from models.portfolio.portfolio import Portfolio

SOURCE = "/portfolio import"
NEVER = frozenset({"missing_scope", "not_allowed_token_type", "file_upload_size_restricted"})
"""Slack will not take the file, however often it is asked."""

ClientFor = Callable[[Workspace], WebClient]

log = structlog.get_logger(__name__)


def file_loader(database: Database, clock: Clock, client_for: ClientFor) -> Handler:
    """Brings in what was agreed to, once; forgets what was not within a day."""

    def handle(claim: Claim) -> None:
        with database.read() as session:
            upload = session.get(Upload, claim.subject_id, options=[undefer(Upload.content)])
            workspace = session.get_one(Workspace, claim.workspace_id)
        if upload is None or upload.content is None or upload.confirmed_at is None:
            with database.write() as session:
                uploading.drop(session, claim.subject_id)
                session.flush()
                end(session, claim)
            return
        try:
            table = read_table(upload.content)
            people = _people(client_for(workspace), workspace, table, upload)
            foreseen = _look(database, upload, table, people)
        except DatabaseAway:
            raise
        except NO_ANSWER as error:
            _ask_again(database, clock, claim, reply_of(error))
        except Mistake as mistake:
            _give_up(database, clock, claim, mistake)
        else:
            _take_in(database, clock, claim, upload, table, foreseen)

    return handle


def _people(
    client: WebClient, workspace: Workspace, table: Table, upload: Upload
) -> Mapping[str, str]:
    """Members by their names, where the file names people so."""
    if not names_people(table, upload.matching):
        return NOBODY
    return read_member_names(client, workspace.team_id)


def _look(database: Database, upload: Upload, table: Table, people: Mapping[str, str]) -> Foreseen:
    with database.read() as session:
        portfolio = session.get_one(Portfolio, upload.portfolio_id)
        found = uploading.may_found(session, portfolio, upload.user_id)
        return look_ahead(
            session,
            portfolio,
            upload.kind,
            table,
            upload.matching,
            may_found=found,
            people=people,
        )


def _ask_again(database: Database, clock: Clock, claim: Claim, reply: Reply) -> None:
    """Slack did not tell who the members are: later."""
    now = clock.now()
    with database.write() as session:
        if reply.retry_after is not None:
            put_back(session, claim, now + reply.retry_after)
        else:
            fail(session, claim, reply.error, now, backoff(claim.attempts))


def _take_in(
    database: Database, clock: Clock, claim: Claim, upload: Upload, table: Table, foreseen: Foreseen
) -> None:
    act = Act(upload.user_id, SOURCE, clock.now())
    with (
        uploading.staged(database, foreseen, act.at) as connection,
        database.write(act, connection) as session,
    ):
        uploading.take_in(session, upload.id, table, foreseen, act.at)
        session.flush()
        end(session, claim)


def _give_up(database: Database, clock: Clock, claim: Claim, mistake: Mistake) -> None:
    log.warning("file not brought in", key=claim.key, error=mistake.sentence)
    with database.write() as session:
        uploading.give_up(session, claim.subject_id, mistake.sentence, clock.now())
        session.flush()
        end(session, claim)


def bad_row_giver(database: Database, clock: Clock, client_for: ClientFor) -> Handler:
    """Gives the rows that could not come in back as a file, in direct messages."""

    def handle(claim: Claim) -> None:
        with database.read() as session:
            upload = session.get(Upload, claim.subject_id, options=[undefer(Upload.bad_rows)])
            client = client_for(session.get_one(Workspace, claim.workspace_id))
        if upload is None or upload.bad_rows is None:
            with database.write() as session:
                end(session, claim)
            return
        calls = FileCalls(Calls(client, claim.workspace_id, database, clock))
        try:
            _give(database, clock, claim, calls, upload, upload.bad_rows)
        except CallFailed as failed:
            _react(database, clock, claim, failed)
            return
        _settle(database, clock, claim, None)

    return handle


def _give(
    database: Database,
    clock: Clock,
    claim: Claim,
    calls: FileCalls,
    upload: Upload,
    content: bytes,
) -> None:
    """Send and show; what an earlier attempt did is not done again."""
    file_id = upload.file_id
    if file_id is not None and calls.is_shown(file_id):
        return
    if file_id is None:
        file_id = calls.send(import_told.bad_rows_name(upload), content)
        with database.write() as session:
            giving_back.file_begun(session, upload.id, file_id)
            hold(session, claim, clock.now())
    title, said = import_told.bad_rows_name(upload), import_told.bad_rows_said(upload)
    calls.show(file_id, title, upload.user_id, said)


def _settle(database: Database, clock: Clock, claim: Claim, refusal: str | None) -> None:
    with database.write() as session:
        giving_back.given_back(session, claim.subject_id, refusal, clock.now())
        session.flush()
        end(session, claim)


def _react(database: Database, clock: Clock, claim: Claim, failed: CallFailed) -> None:
    """Try again; where that is no use, what was told says that there is no file."""
    reply, now = failed.reply, clock.now()
    if reply.needs_mending or reply.error in NEVER:
        log.warning("bad rows not given back", key=claim.key, error=reply.error)
        _settle(database, clock, claim, reply.error)
        return
    with database.write() as session:
        if reply.error == NOT_THERE:
            giving_back.file_begun(session, claim.subject_id, None)
        if failed.again_at is not None:
            rest(session, claim.workspace_id, failed.method, failed.again_at)
            put_back(session, claim, failed.again_at)
        elif not fail(session, claim, str(failed), now, backoff(claim.attempts)):
            giving_back.given_back(session, claim.subject_id, reply.error, now)
