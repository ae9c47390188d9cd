"""What becomes of files people brought: loaded, and their bad rows given back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session, undefer

from bot.slack.asking.member_names import METHOD, read_member_names
from bot.views.files import import_result
from bot.worker.claims import MOST_ATTEMPTS
from bot.worker.files.giving import File, give
from bot.worker.jobs import Done, GiveUp, Outcome, Task
from bot.workflows.files import giving_back, uploading
from bot.workflows.files.previewing import Foreseen, look_ahead, names_people
from models.audit.audit import Act
from models.epics.epic import Epic, Transition
from models.errors import DatabaseAway, Mistake
from models.files.names import NOBODY
from models.files.table import Table
from models.files.upload import Upload
from models.people.workspace import Workspace
from models.portfolio.portfolio import Portfolio

SOURCE = "/portfolio import"


def load_file(task: Task) -> Outcome:
    """Bring in what was agreed to, once; forget what was not within a day."""
    with task.database.read() as session:
        upload = session.get(Upload, task.subject_id, options=[undefer(Upload.content)])
    if upload is None or upload.content is None or upload.confirmed_at is None:
        return Done(lambda session, now: uploading.drop(session, task.subject_id))
    try:
        table = upload.read()
        foreseen = _look(task, upload, table, _people(task, table, upload))
    except DatabaseAway:
        raise
    except Mistake as mistake:
        return GiveUp(mistake.sentence, partial(_not_loaded, upload, mistake.sentence))
    act = Act(upload.user_id, SOURCE, task.clock.now())
    return Done(
        lambda session, now: uploading.take_in(session, upload.id, table, foreseen, act.at),
        within=partial(_staged, task, foreseen, act),
    )


def _people(task: Task, table: Table, upload: Upload) -> Mapping[str, str]:
    """Members by their names, where the file names people so. Raises CallFailed."""
    if not names_people(table, upload.matching):
        return NOBODY
    with task.database.read() as session:
        team_id = session.get_one(Workspace, task.claim.workspace_id).team_id
    return task.calls.ask(METHOD, read_member_names, task.client, team_id)


def _look(task: Task, upload: Upload, table: Table, people: Mapping[str, str]) -> Foreseen:
    with task.database.read() as session:
        portfolio = session.get_one(Portfolio, upload.portfolio_id)
        found = uploading.may_found(session, portfolio, upload.user_id)
        return look_ahead(
            session,
            portfolio,
            upload.kind,
            table,
            upload.matching,
            task.clock.now(),
            may_found=found,
            people=people,
        )


@contextmanager
def _staged(task: Task, foreseen: Foreseen, act: Act) -> Iterator[Session]:
    """A transaction in which what is to come in stands beside the tables already."""
    with (
        uploading.staged(task.database, foreseen, act.at) as connection,
        task.database.write(act, connection) as session,
    ):
        yield session
    task.database.refresh_statistics(Epic, Transition)


def _not_loaded(upload: Upload, why: str, session: Session, now: datetime) -> None:
    uploading.give_up(session, upload.id, why, now)


def give_bad_rows(task: Task) -> Outcome:
    """Give the rows that could not come in back as a file; what was told says so."""
    with task.database.read() as session:
        upload = session.get(Upload, task.subject_id, options=[undefer(Upload.bad_rows)])
    if upload is None or upload.bad_rows is None:
        return Done()
    content = upload.bad_rows
    file = File(
        name=import_result.bad_rows_name(upload),
        said=import_result.bad_rows_said(upload),
        user_id=upload.user_id,
        slack_id=upload.file_id,
        content=lambda: content,
        begun=lambda session, slack_id: giving_back.file_begun(session, upload.id, slack_id),
        given=partial(_given_back, upload, None),
        not_given=partial(_given_back, upload),
        notified_after=MOST_ATTEMPTS,
    )
    return give(task, file)


def _given_back(upload: Upload, refusal: str | None, session: Session, now: datetime) -> None:
    giving_back.given_back(session, upload.id, refusal, now)
