"""The courier makes Slack show what the database says: one drawing, one message, never two."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import uniform
from typing import Any

import structlog
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.views.board.home import of_person, on_its_way
from bot.views.notices import Notice, Show, notices
from bot.worker.calls import CallFailed, Calls, LookupRefused, StillOnItsWay
from bot.worker.claims import Claim, LeaseLost, end, fail, hold, postpone, put_back, rest
from bot.worker.refusals import note_mended, note_refusal
from models.board.home import Home
from models.clock import Clock
from models.database import Database
from models.message import Message, MessageKind
from models.people.workspace import Workspace
from models.work import put

LONGEST_DELAY_SECONDS = 300.0

LOADING_AFTER_SECONDS = 0.7
"""After so long someone who waits for their Home is told that it comes."""

JUST_OPENED = timedelta(seconds=15)
"""Who opened it longer ago sees it already, and keeps it until it is drawn anew."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Courier:
    """Shows messages, each as the notice of its kind, and App Homes."""

    database: Database
    clock: Clock
    client_for: Callable[[Workspace], WebClient]
    notices: Mapping[MessageKind, Notice[Any]] = field(default_factory=notices)
    home: Show[Home] = of_person
    loading: Callable[[], Answer] = on_its_way

    def show_message(self, claim: Claim) -> None:
        """Post the message, or update it where it is posted already."""
        with self.database.read() as session:
            message = session.get(Message, claim.subject_id)
            calls = self._calls(session, claim)
        if message is None:
            self._end(claim)
            return
        try:
            self._show(claim, calls, message)
        except StillOnItsWay as waiting:
            with self.database.write() as session:
                postpone(session, claim, waiting.until)
        except LookupRefused as refused:
            self._refuse(claim, f"unknown: {refused}", tell=True)
        except CallFailed as failed:
            self._react(claim, failed)

    def show_home(self, claim: Claim) -> None:
        """Publish the App Home; who just opened it is told that it comes, where it takes long."""
        with self.database.read() as session:
            home = session.get(Home, claim.subject_id)
            calls = self._calls(session, claim)
        if home is None:
            self._end(claim)
            return
        try:
            with ThreadPoolExecutor(1, thread_name_prefix="home") as hand:
                drawing = hand.submit(self._home_drawing, home)
                if not wait([drawing], LOADING_AFTER_SECONDS).done and self._is_looked_at(home):
                    calls.publish(home.user_id, self.loading())
                calls.publish(home.user_id, drawing.result())
        except CallFailed as failed:
            self._react_home(claim, failed)
        else:
            with self._drawn_again_if_lost(claim):
                self._end(claim)

    def _show(self, claim: Claim, calls: Calls, message: Message) -> None:
        channel, ts = calls.channel(message), message.ts
        if ts is None and message.post_started_at is not None:
            ts = calls.find(channel, message)
        drawing = self._drawing(message)
        if ts is None:
            self._mark_started(claim, channel)
            ts = calls.post(channel, message, drawing)
        else:
            calls.update(channel, ts, drawing)
        with self._drawn_again_if_lost(claim), self.database.write() as session:
            now = self.clock.now()
            shown = session.get_one(Message, message.id)
            is_new, follow = shown.ts is None, self.notices[shown.kind].posted
            shown.channel_id, shown.ts, shown.drawn_at = channel, ts, now
            note_mended(session, shown, now)
            session.flush()
            if is_new and follow is not None:
                follow(session, shown, now)
            end(session, claim)

    def _drawing(self, message: Message) -> Answer:
        with self.database.read() as session:
            notice = self.notices[message.kind]
            return notice.draw(session, message.subject_id, self.clock.now())

    def _home_drawing(self, home: Home) -> Answer:
        with self.database.read() as session:
            return self.home(session, session.get_one(Home, home.id), self.clock.now())

    def _is_looked_at(self, home: Home) -> bool:
        """Whether it was opened, or another choice was made, a moment ago."""
        return self.clock.now() - home.opened_at < JUST_OPENED

    def _mark_started(self, claim: Claim, channel: str) -> None:
        """Commit that a post begins, before it does, with a whole lease to wait for its reply."""
        with self.database.write() as session:
            now = self.clock.now()
            message = session.get_one(Message, claim.subject_id)
            message.channel_id, message.post_started_at = channel, now
            session.flush()
            hold(session, claim, now)

    def _react(self, claim: Claim, failed: CallFailed) -> None:
        """Do it later, or never; the mark of a post goes only where it surely was not made."""
        reply = failed.reply
        if reply.needs_mending or reply.gone:
            told = reply.needs_mending
            self._refuse(claim, reply.error, tell=told, posted_nothing=failed.posted_nothing)
            return
        with self.database.write() as session:
            if failed.posted_nothing:
                session.get_one(Message, claim.subject_id).post_started_at = None
                session.flush()
            _try_again(session, claim, failed, self.clock.now())

    def _react_home(self, claim: Claim, failed: CallFailed) -> None:
        with self.database.write() as session:
            if failed.reply.needs_mending or failed.reply.gone:
                log.warning("home refused", key=claim.key, error=failed.reply.error)
                end(session, claim)
            else:
                _try_again(session, claim, failed, self.clock.now())

    def _refuse(
        self, claim: Claim, error: str, *, tell: bool, posted_nothing: bool = False
    ) -> None:
        log.warning("message refused", key=claim.key, error=error)
        with self.database.write() as session:
            message = session.get_one(Message, claim.subject_id)
            if posted_nothing:
                message.post_started_at = None
            if tell:
                note_refusal(session, message, error, self.clock.now())
            else:
                message.refusal = error
                session.flush()
            end(session, claim)

    @contextmanager
    def _drawn_again_if_lost(self, claim: Claim) -> Iterator[None]:
        """Where another took over, our older drawing may have come last: draw once more."""
        try:
            yield
        except LeaseLost:
            with self.database.write() as session:
                now = self.clock.now()
                put(session, claim.workspace_id, claim.key, now, lane=claim.lane)
            raise

    def _end(self, claim: Claim) -> None:
        with self.database.write() as session:
            end(session, claim)

    def _calls(self, session: Session, claim: Claim) -> Calls:
        client = self.client_for(session.get_one(Workspace, claim.workspace_id))
        return Calls(client, claim.workspace_id, self.database, self.clock)


def backoff(attempts: int) -> timedelta:
    """Two seconds, then twice as long each time, up to five minutes, give or take a quarter."""
    seconds = min(2.0 * 2**attempts, LONGEST_DELAY_SECONDS)
    return timedelta(seconds=seconds * uniform(0.75, 1.25))


def _try_again(session: Session, claim: Claim, failed: CallFailed, now: datetime) -> None:
    if failed.again_at is None:
        fail(session, claim, failed.reply.error, now, backoff(claim.attempts))
        return
    rest(session, claim.workspace_id, failed.method, failed.again_at)
    put_back(session, claim, failed.again_at)
