"""Asking Slack whether those who are waited for have left: what it told of it may be lost."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from slack_sdk.web import SlackResponse
from sqlalchemy.orm import Session

from bot.slack.asking.members import is_guest
from bot.worker.calls import CallFailed
from bot.worker.jobs import Done, Outcome, Task, after
from bot.workflows.decisions.follow_up import leaving
from bot.workflows.people import departing
from bot.workflows.people.members import remember

METHOD = "users.info"
AT_ONCE = 20
NEXT_AFTER = timedelta(seconds=20)
"""Slack tells of a hundred people a minute, and clicks ask it as well."""

UNKNOWN_TO_SLACK = frozenset({"user_not_found", "user_not_visible"})
"""Slack says nothing of that one person."""

Replies = Mapping[str, SlackResponse | None]


def ask_who_left(task: Task) -> Outcome:
    """Have nobody wait for who left, and ask who is back again; of many, some at a time."""
    here, at = task.claim.workspace_id, task.clock.now()
    with task.database.read() as session:
        people = leaving.waited_for(session, here, at)
    replies: dict[str, SlackResponse | None] = {}

    def then(session: Session, now: datetime) -> None:
        _store(session, here, replies, at, now)

    for user_id in people[:AT_ONCE]:
        try:
            replies[user_id] = task.calls.ask(METHOD, task.client.users_info, user=user_id)
        except CallFailed as failed:
            if failed.reply.error not in UNKNOWN_TO_SLACK:
                return after(failed, then)
            replies[user_id] = None

    return Done(then, next=lambda session, now: leaving.ask_soon(session, here, now + NEXT_AFTER))


def _store(
    session: Session, workspace_id: int, replies: Replies, asked_at: datetime, now: datetime
) -> None:
    guests = {}
    for user_id, answer in replies.items():
        user = answer["user"] if answer is not None else None
        guests[user_id] = (user is None or is_guest(user), asked_at)
        if user is not None:
            has_left = bool(user.get("deleted"))
            departing.note(session, workspace_id, user_id, now, has_left=has_left)
    remember(session, workspace_id, guests, anew_after=timedelta())
