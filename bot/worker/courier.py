"""The courier makes Slack show what the database says: one drawing, one message, never two."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from typing import Any

import structlog
from slack_sdk import WebClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.views.answers import Answer
from bot.worker.claims import Claim, end, fail, hold, put_back
from bot.worker.replies import NO_ANSWER, Reply, reply_of
from models.clock import Clock
from models.database import Database
from models.epic import Epic
from models.message import Home, Message, MessageKind
from models.work import put
from models.workspace import Workspace

EVENT_TYPE = "tack_message"
"""Marks our messages in Slack's metadata, so that one whose reply was lost is found again."""

CLOCKS_DIFFER_BY = timedelta(minutes=2)
PAGE = 100
MOST_PAGES = 5
LONGEST_DELAY_SECONDS = 300.0

log = structlog.get_logger(__name__)


Draw = Callable[[Session, int, datetime], Answer]
"""Draws the present state of a subject, by its id."""


class LookupRefused(Exception):
    """Slack does not let us see whether a message was posted."""


@dataclass(frozen=True, slots=True)
class Courier:
    """Draws messages by their kind, and App Homes by the kind `home`."""

    database: Database
    clock: Clock
    client_for: Callable[[Workspace], WebClient]
    draw: Mapping[str, Draw]

    def show_message(self, claim: Claim) -> None:
        """Post the message, or update it where it is posted already."""
        with self.database.read() as session:
            message = session.get(Message, claim.subject_id)
            client = self._client(session, claim)
        if message is None:
            self._end(claim)
            return
        try:
            self._show(claim, client, message)
        except LookupRefused as refused:
            self._refuse(claim, f"unknown: {refused}", tell=True, known=False)
        except NO_ANSWER as error:
            self._react(claim, reply_of(error))

    def show_home(self, claim: Claim) -> None:
        """Publish the App Home."""
        with self.database.read() as session:
            home = session.get(Home, claim.subject_id)
            client = self._client(session, claim)
            draw = self.draw["home"]
            drawing = draw(session, home.id, self.clock.now()) if home is not None else None
        if home is None or drawing is None:
            self._end(claim)
            return
        view = {"type": "home", "blocks": list(drawing.blocks)}
        try:
            client.views_publish(user_id=home.user_id, view=view)
        except NO_ANSWER as error:
            self._react_home(claim, reply_of(error))
        else:
            self._end(claim)

    def _show(self, claim: Claim, client: WebClient, message: Message) -> None:
        channel, ts = _channel(client, message), message.ts
        if ts is None and message.post_started_at is not None:
            ts = _find(client, channel, message)
        drawing = self._drawing(message)
        if ts is None:
            self._mark_started(claim, channel)
            ts = _post(client, channel, message, drawing)
        else:
            client.chat_update(
                channel=channel, ts=ts, text=drawing.text, blocks=list(drawing.blocks)
            )
        with self.database.write() as session:
            shown = session.get_one(Message, message.id)
            shown.channel_id, shown.ts, shown.refusal = channel, ts, None
            shown.drawn_at = self.clock.now()
            session.flush()
            end(session, claim)

    def _drawing(self, message: Message) -> Answer:
        with self.database.read() as session:
            return self.draw[message.kind](session, message.subject_id, self.clock.now())

    def _mark_started(self, claim: Claim, channel: str) -> None:
        """Commit that a post begins, before it does."""
        with self.database.write() as session:
            message = session.get_one(Message, claim.subject_id)
            message.channel_id, message.post_started_at = channel, self.clock.now()
            session.flush()
            hold(session, claim)

    def _react(self, claim: Claim, answer: Reply) -> None:
        if answer.needs_mending or answer.gone:
            self._refuse(claim, answer.error, tell=answer.needs_mending)
            return
        with self.database.write() as session:
            message = session.get_one(Message, claim.subject_id)
            if not answer.done_by_slack_unknown and message.ts is None:
                message.post_started_at = None
            session.flush()
            _try_again(session, claim, answer, self.clock.now())

    def _react_home(self, claim: Claim, answer: Reply) -> None:
        with self.database.write() as session:
            if answer.needs_mending or answer.gone:
                log.warning("home refused", key=claim.key, error=answer.error)
                end(session, claim)
            else:
                _try_again(session, claim, answer, self.clock.now())

    def _refuse(self, claim: Claim, error: str, *, tell: bool, known: bool = True) -> None:
        """Keep the refusal with the message, and tell once who can mend it.

        The next redraw tries again, so that inviting the bot is all there is to do. Where it is
        not `known` that nothing was posted, the message stays marked as begun.
        """
        log.warning("message refused", key=claim.key, error=error)
        with self.database.write() as session:
            message = session.get_one(Message, claim.subject_id)
            message.refusal = error
            if known and message.ts is None:
                message.post_started_at = None
            session.flush()
            if tell:
                tell_of_refusal(session, message, self.clock.now())
            end(session, claim)

    def _end(self, claim: Claim) -> None:
        with self.database.write() as session:
            end(session, claim)

    def _client(self, session: Session, claim: Claim) -> WebClient:
        return self.client_for(session.get_one(Workspace, claim.workspace_id))


def tell_of_refusal(session: Session, refused: Message, at: datetime) -> None:
    """Put one direct message to the owner of the stream whose card was refused."""
    if refused.kind is not MessageKind.EPIC_CARD:
        return
    told = select(Message.id).where(
        Message.workspace_id == refused.workspace_id,
        Message.kind == MessageKind.REFUSAL,
        Message.subject_id == refused.id,
    )
    epic = session.get(Epic, refused.subject_id)
    person = epic and (epic.value_stream.owner_user_id or epic.proposed_by)
    if not person or session.scalar(told) is not None:
        return
    message = Message(
        workspace_id=refused.workspace_id,
        channel_id=person,
        kind=MessageKind.REFUSAL,
        subject_id=refused.id,
    )
    session.add(message)
    session.flush()
    put(session, message.workspace_id, message.work_key, at, lane=person)


def backoff(attempts: int) -> timedelta:
    """Two seconds, then twice as long each time, up to five minutes, give or take a quarter."""
    seconds = min(2.0 * 2**attempts, LONGEST_DELAY_SECONDS)
    return timedelta(seconds=seconds * uniform(0.75, 1.25))


def _try_again(session: Session, claim: Claim, answer: Reply, now: datetime) -> None:
    if answer.retry_after is not None:
        put_back(session, claim, now + answer.retry_after)
        return
    alive = fail(session, claim, answer.error, now, backoff(claim.attempts))
    log.warning("not shown yet" if alive else "given up", key=claim.key, error=answer.error)


def _channel(client: WebClient, message: Message) -> str:
    """The channel's id; a person's id stands for the direct messages with them."""
    if not message.channel_id.startswith(("U", "W")):
        return message.channel_id
    return str(client.conversations_open(users=message.channel_id)["channel"]["id"])


def _post(client: WebClient, channel: str, message: Message, drawing: Answer) -> str:
    posted = client.chat_postMessage(
        channel=channel,
        thread_ts=message.thread_ts,
        text=drawing.text,
        blocks=list(drawing.blocks),
        metadata={"event_type": EVENT_TYPE, "event_payload": {"key": message.work_key}},
        unfurl_links=False,
        unfurl_media=False,
    )
    return str(posted["ts"])


def _find(client: WebClient, channel: str, message: Message) -> str | None:
    """Where a post whose reply never came is now, or None. Raises LookupRefused."""
    assert message.post_started_at is not None
    arguments: dict[str, Any] = {
        "channel": channel,
        "oldest": f"{(message.post_started_at - CLOCKS_DIFFER_BY).timestamp():.6f}",
        "include_all_metadata": True,
        "limit": PAGE,
    }
    for _ in range(MOST_PAGES):
        page = _history(client, message, arguments)
        for posted in page["messages"]:
            metadata = posted.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            if metadata.get("event_type") == EVENT_TYPE and payload.get("key") == message.work_key:
                return str(posted["ts"])
        arguments["cursor"] = (page.get("response_metadata") or {}).get("next_cursor")
        if not arguments["cursor"]:
            return None
    raise LookupRefused("too many messages since")


def _history(client: WebClient, message: Message, arguments: dict[str, Any]) -> Any:
    try:
        if message.thread_ts is not None:
            return client.conversations_replies(ts=message.thread_ts, **arguments)
        return client.conversations_history(**arguments)
    except NO_ANSWER as error:
        answer = reply_of(error)
        if answer.error in {"missing_scope", "not_allowed_token_type", "access_denied"}:
            raise LookupRefused(answer.error) from error
        raise
