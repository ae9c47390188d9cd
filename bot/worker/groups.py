"""Reading the user groups that have a role, at their time and when Slack told of a change."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from slack_sdk import WebClient

from bot.slack.asking.user_groups import NOT_HERE, PLAN, read_user_groups
from bot.worker.claims import Claim, end, put_back, rest, rests_until
from bot.worker.due import Handler
from bot.worker.replies import NO_ANSWER, Reply, reply_of
from bot.workflows.people import user_groups as grouping
from models.clock import Clock
from models.database import Database
from models.people.role import SlackGroup
from models.people.workspace import Workspace

METHOD = "usergroups.list"
TRY_AGAIN_AFTER = timedelta(minutes=1)
"""It is never given up: rights hang on it."""

log = structlog.get_logger(__name__)


def group_reader(
    database: Database, clock: Clock, client_for: Callable[[Workspace], WebClient]
) -> Handler:
    """Has the database say what Slack says of the groups; Slack is asked between transactions."""

    def handle(claim: Claim) -> None:
        with database.read() as session:
            client = client_for(session.get_one(Workspace, claim.workspace_id))
            again_at = rests_until(session, claim.workspace_id, METHOD, clock.now())
            is_watched = bool(grouping.watched(session, claim.workspace_id))
        if again_at is not None:
            with database.write() as session:
                put_back(session, claim, again_at)
            return
        asked_at = clock.now()
        try:
            told = read_user_groups(client) if is_watched else ()
        except NO_ANSWER as error:
            _react(database, clock, claim, reply_of(error), asked_at)
            return
        _settle(database, clock, claim, told, asked_at)

    return handle


def _settle(
    database: Database,
    clock: Clock,
    claim: Claim,
    told: Sequence[SlackGroup],
    asked_at: datetime,
) -> None:
    """Store what was told. It is as old as the question, however long the answer took."""
    with database.write() as session:
        now, here = clock.now(), claim.workspace_id
        messages = grouping.settle(session, here, told, now)
        end(session, claim)
        grouping.read_again_later(session, here, asked_at)
        grouping.redraw(session, messages, now)


def _react(
    database: Database, clock: Clock, claim: Claim, reply: Reply, asked_at: datetime
) -> None:
    """Where Slack will not tell, nobody has a role through a group; else it is asked later."""
    if reply.error in NOT_HERE:
        log.warning("user groups cannot be read", error=reply.error)
        why = "this plan of Slack has no user groups" if reply.error == PLAN else grouping.UNREAD
        with database.read() as session:
            gone = grouping.all_gone(session, claim.workspace_id, why)
        _settle(database, clock, claim, gone, asked_at)
        return
    if reply.retry_after is None:
        log.warning("user groups not read", error=reply.error)
    with database.write() as session:
        again_at = asked_at + TRY_AGAIN_AFTER
        if reply.retry_after is not None:
            again_at = clock.now() + reply.retry_after
            rest(session, claim.workspace_id, METHOD, again_at)
        put_back(session, claim, again_at)
