"""Pictures: drawn by a process of their own, kept in Slack, and shown where someone waits."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.orm import Session, undefer

from bot import drawing
from bot.slack.blocks import Block
from bot.views.flow.picture import (
    NAME,
    NOT_DRAWN,
    NOT_TAKEN,
    TOO_LONG,
    not_shown,
    pictured,
    view_with,
)
from bot.worker.calls import BLOCKS_REFUSED, CallFailed
from bot.worker.files.giving import NEVER, NOT_THERE, FileCalls
from bot.worker.jobs import Done, Later, Outcome, Task, after
from bot.workflows.flow import picturing
from models.flow.picture import Picture, PictureWindow

PROGRAM = Path(drawing.__file__).with_name("ageing.py")
DRAW_SECONDS = 20
"""Then the process is ended."""
LOOKED_THROUGH = timedelta(seconds=1)
"""How long Slack takes, or more, before it shows a file."""

VIEW_REFUSED = BLOCKS_REFUSED | {"invalid_arguments"}
"""What Slack says of a view with a file that it has lost."""

log = structlog.get_logger(__name__)


class NotDrawn(Exception):
    """There will be no picture; why, in a word."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def show_picture(task: Task) -> Outcome:
    """Have it drawn and kept, once; show it, or why there is none, where someone waits."""
    picture = _found(task)
    if picture is None:
        return Done()
    if picture.is_old(task.clock.now()):
        return _take_back(task, picture)
    later = None if picture.is_ended else _have_kept(task, picture)
    return later or _show(task, _found(task) or picture)


def _found(task: Task) -> Picture | None:
    with task.database.read() as session:
        return session.get(Picture, task.subject_id, options=[undefer(Picture.content)])


def _have_kept(task: Task, picture: Picture) -> Outcome | None:
    """Draw it and have Slack keep it, or note why not; what is to come, where that takes time."""
    try:
        if _is_kept(task, picture):
            task.keep(lambda session, now: picturing.kept(session, picture.id, now))
            return None
        later: Outcome = Later("looked through", task.clock.now() + LOOKED_THROUGH)
        problem = None
    except NotDrawn as none:
        problem = none.problem
    except CallFailed as failed:
        if failed.reply.error == NOT_THERE:
            task.keep(lambda session, now: picturing.file_begun(session, picture.id, None))
        later = after(failed)
        never = failed.reply.is_final or failed.reply.error in NEVER
        problem = failed.reply.error if never else None
    if problem is None and picture.is_late(task.clock.now()):
        problem = NOT_TAKEN
    if problem is None:
        return later
    said = problem
    task.keep(lambda session, now: picturing.not_to_be_had(session, picture.id, said))
    return None


def _is_kept(task: Task, picture: Picture) -> bool:
    """Whether Slack can show it; what was done before a fall is not done again."""
    calls, file_id = FileCalls(task.calls), picture.file_id
    if file_id is None:
        file_id = sent = calls.send(NAME, draw(picture.content), picture.alt)
        task.keep(lambda session, now: picturing.file_begun(session, picture.id, sent))
        calls.keep(file_id, NAME)
    elif calls.info(file_id) is None:
        calls.keep(file_id, NAME)
    info = calls.info(file_id)
    return bool(info and info.get("mimetype"))


def draw(content: str) -> bytes:
    """The picture as a PNG. Raises NotDrawn."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(PROGRAM)],
            input=content.encode(),
            capture_output=True,
            timeout=DRAW_SECONDS,
            check=True,
            env={"OPENBLAS_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise NotDrawn(TOO_LONG) from error
    except (OSError, subprocess.CalledProcessError) as error:
        said = error.stderr if isinstance(error, subprocess.CalledProcessError) else b""
        log.warning("not drawn", error=str(error), said=said.decode(errors="replace")[-500:])
        raise NotDrawn(NOT_DRAWN) from error
    return done.stdout


def _show(task: Task, picture: Picture) -> Outcome:
    """Show it in each window that waits, and look at it again when it is old."""
    with task.database.read() as session:
        windows = picturing.waiting(session, picture.id)
    for window in windows:
        try:
            _show_in(task, picture, window)
        except CallFailed as failed:
            later = after(failed)
            if isinstance(later, Later) and not window.is_late(task.clock.now()):
                return later
            log.info("a window stays as it was", error=failed.reply.error)
        with task.database.write() as session:
            picturing.served(session, window)
    return Done(next=lambda session, now: picturing.go_on(session, picture, now))


def _show_in(task: Task, picture: Picture, window: PictureWindow) -> None:
    """Show it; where Slack has lost it, say so, and redraw it when it is next asked for."""
    try:
        _update(task, window, pictured(picture))
    except CallFailed as failed:
        if failed.reply.error not in VIEW_REFUSED or picture.ready_at is None:
            raise
        task.keep(partial(_lost, picture))
        _update(task, window, not_shown())


def _lost(picture: Picture, session: Session, now: datetime) -> None:
    picturing.file_begun(session, picture.id, None)
    picturing.not_to_be_had(session, picture.id, NOT_TAKEN)


def _update(task: Task, window: PictureWindow, block: Block) -> None:
    task.calls.ask(
        "views.update",
        task.client.views_update,
        view_id=window.view_id,
        hash=window.hash,
        view=view_with(json.loads(window.view), block),
    )


def _take_back(task: Task, picture: Picture) -> Outcome:
    if picture.file_id is not None:
        try:
            FileCalls(task.calls).take_back(picture.file_id)
        except CallFailed as failed:
            later = after(failed)
            if isinstance(later, Later):
                return later
    return Done(lambda session, now: picturing.forget(session, picture.id))
