"""Reading the user groups that have a role, at their time and when Slack told of a change."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from bot.slack.asking.user_groups import NOT_HERE, PLAN, read_user_groups
from bot.worker.calls import CallFailed
from bot.worker.jobs import Done, Later, Outcome, Task
from bot.workflows.people import user_groups as grouping
from models.people.role import SlackGroup

METHOD = "usergroups.list"
TRY_AGAIN_AFTER = timedelta(minutes=1)
"""It is never given up: rights hang on it."""

log = structlog.get_logger(__name__)


def read_groups(task: Task) -> Outcome:
    """Have the database say what Slack says of the groups."""
    with task.database.read() as session:
        is_watched = bool(grouping.watched(session, task.claim.workspace_id))
    asked_at = task.clock.now()
    try:
        groups = task.calls.ask(METHOD, read_user_groups, task.client) if is_watched else ()
    except CallFailed as failed:
        return _after(task, failed, asked_at)
    return _stored(task, groups, asked_at)


def _stored(task: Task, groups: Sequence[SlackGroup], asked_at: datetime) -> Done:
    """Store what was told. It is as old as the question, however long the answer took."""
    here = task.claim.workspace_id

    def then(session: Session, now: datetime) -> None:
        grouping.redraw(session, grouping.settle(session, here, groups, now), now)

    return Done(then, next=lambda session, now: grouping.read_again_later(session, here, asked_at))


def _after(task: Task, failed: CallFailed, asked_at: datetime) -> Outcome:
    """Where Slack will not tell, nobody has a role through a group; else it is asked later."""
    error = failed.reply.error
    if error not in NOT_HERE:
        again_at = failed.again_at or asked_at + TRY_AGAIN_AFTER
        return Later(error, again_at, METHOD if failed.again_at else None)
    log.warning("user groups cannot be read", error=error)
    why = "this plan of Slack has no user groups" if error == PLAN else grouping.UNREAD
    with task.database.read() as session:
        gone = grouping.all_gone(session, task.claim.workspace_id, why)
    return _stored(task, gone, asked_at)
