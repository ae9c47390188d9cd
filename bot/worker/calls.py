"""The calls the courier makes: none before the moment Slack named, each answer read."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.slack.answers import Answer
from bot.worker.claims import note_answer, rests_until
from bot.worker.replies import NO_ANSWER, Reply, reply_of
from models.clock import Clock
from models.database import Database
from models.errors import DatabaseAway
from models.message import PEOPLE, Message
from models.people.outage import Outage

EVENT_TYPE = "tack_message"
"""Marks our messages in Slack's metadata, so that one whose reply was lost is found again."""

POST = "chat.postMessage"

CLOCKS_DIFFER_BY = timedelta(minutes=2)
ON_ITS_WAY = timedelta(seconds=10)
"""How long a post may take to appear after it began: as long as one waits for its reply."""

BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format"})
"""Nothing was posted, and nothing was changed."""

PAGE = 100
MOST_PAGES = 5
NOT_ALLOWED = frozenset(
    {"missing_scope", "not_allowed_token_type", "access_denied", "no_permission"}
)

T = TypeVar("T")

log = structlog.get_logger(__name__)


class CallFailed(Exception):
    """Slack did not do what was asked, or it is not known whether it did."""

    def __init__(self, method: str, reply: Reply, again_at: datetime | None) -> None:
        super().__init__(f"{method}: {reply.error}")
        self.method = method
        self.reply = reply
        self.again_at = again_at
        """When Slack takes this method again, where it said so."""

    @property
    def posted_nothing(self) -> bool:
        """Whether it was a post, and it is known that it was not made."""
        return self.method == POST and not self.reply.done_by_slack_unknown


class LookupRefused(Exception):
    """Slack does not let us see whether a message was posted."""


class StillOnItsWay(Exception):
    """A post was not found, but may yet appear."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"may appear until {until}")
        self.until = until


@dataclass(frozen=True, slots=True)
class Calls:
    """One workspace's Slack. Every call may raise CallFailed."""

    client: WebClient
    workspace_id: int
    database: Database
    clock: Clock

    def channel(self, message: Message) -> str:
        """The channel's id; a person's id stands for the direct messages with them."""
        if not message.channel_id.startswith(PEOPLE):
            return message.channel_id
        opened = self.ask(
            "conversations.open", self.client.conversations_open, users=message.channel_id
        )
        return str(opened["channel"]["id"])

    def post(self, channel: str, message: Message, drawing: Answer) -> str:
        """Post the message; its ts."""
        posted = self._show(
            POST,
            self.client.chat_postMessage,
            drawing,
            channel=channel,
            thread_ts=message.thread_ts,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": message.work_key}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(posted["ts"])

    def update(self, channel: str, ts: str, drawing: Answer) -> None:
        """Show the drawing in place of what the message shows."""
        self._show("chat.update", self.client.chat_update, drawing, channel=channel, ts=ts)

    def publish(self, user_id: str, drawing: Answer) -> None:
        """Show the drawing as the person's App Home."""
        view = {"type": "home", "blocks": list(drawing.blocks)}
        self.ask("views.publish", self.client.views_publish, user_id=user_id, view=view)

    def find(self, channel: str, message: Message) -> str | None:
        """Where a post whose reply never came is now; None where there is none.

        Raises LookupRefused, and StillOnItsWay as long as it may yet appear.
        """
        assert message.post_started_at is not None
        now = self.clock.now()
        since = min(message.post_started_at, now) - CLOCKS_DIFFER_BY
        arguments: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{since.timestamp():.6f}",
            "include_all_metadata": True,
            "limit": PAGE,
        }
        for _ in range(MOST_PAGES):
            page = self._history(message, arguments)
            for posted in page["messages"]:
                if _is_of(posted, message):
                    return str(posted["ts"])
            arguments["cursor"] = (page.get("response_metadata") or {}).get("next_cursor")
            if not arguments["cursor"]:
                if timedelta(0) <= now - message.post_started_at < ON_ITS_WAY:
                    raise StillOnItsWay(message.post_started_at + ON_ITS_WAY)
                return None
        raise LookupRefused("too many messages since")

    def _history(self, message: Message, arguments: dict[str, Any]) -> SlackResponse:
        try:
            if message.thread_ts is None:
                history = self.client.conversations_history
                return self.ask("conversations.history", history, **arguments)
            replies = self.client.conversations_replies
            return self.ask("conversations.replies", replies, ts=message.thread_ts, **arguments)
        except CallFailed as failed:
            if failed.reply.error in NOT_ALLOWED:
                raise LookupRefused(failed.reply.error) from failed
            raise

    def _show(
        self,
        method: str,
        call: Callable[..., SlackResponse],
        drawing: Answer,
        **arguments: Any,
    ) -> SlackResponse:
        """Show the drawing; where Slack does not take its blocks, without the charts among them."""
        said = {"text": drawing.text, "blocks": list(drawing.blocks)}
        try:
            return self.ask(method, call, **arguments, **said)
        except CallFailed as failed:
            plainer = drawing.without_charts
            if failed.reply.error not in BLOCKS_REFUSED or plainer.blocks == said["blocks"]:
                raise
            log.warning("charts refused", method=method, error=failed.reply.error)
            said["blocks"] = list(plainer.blocks)
            return self.ask(method, call, **arguments, **said)

    def ask(self, method: str, call: Callable[..., T], *given: Any, **arguments: Any) -> T:
        """Make the call, unless Slack asked any replica not to make it yet."""
        with self.database.read() as session:
            again_at = rests_until(session, self.workspace_id, method, self.clock.now())
            outage = session.get(Outage, self.workspace_id)
        if again_at is not None:
            raise CallFailed(method, Reply("ratelimited"), again_at)
        try:
            answer = call(*given, **arguments)
        except NO_ANSWER as error:
            reply = reply_of(error)
            if reply.is_trouble:
                reply = replace(reply, is_away=reply.is_away or self._is_away())
            else:
                self._note_answer(outage, method)
            if reply.retry_after is not None:
                again_at = self.clock.now() + reply.retry_after
            raise CallFailed(method, reply, again_at) from error
        self._note_answer(outage, method)
        return answer

    def _is_away(self) -> bool:
        """Whether Slack does not even tell who we are: then it is not what was asked."""
        try:
            self.client.auth_test()
        except NO_ANSWER as error:
            return reply_of(error).is_trouble
        return False

    def _note_answer(self, outage: Outage | None, method: str) -> None:
        """Let go on what waits; where that is not stored, the next answer says it again."""
        now = self.clock.now()
        if outage is None or not (outage.is_ended_by(method, now) or outage.next_at > now):
            return
        try:
            with self.database.write() as session:
                note_answer(session, self.workspace_id, method, now)
        except DatabaseAway:
            log.warning("not noted that Slack answers", method=method)


def _is_of(posted: dict[str, Any], message: Message) -> bool:
    metadata = posted.get("metadata") or {}
    key = (metadata.get("event_payload") or {}).get("key")
    return metadata.get("event_type") == EVENT_TYPE and key == message.work_key
