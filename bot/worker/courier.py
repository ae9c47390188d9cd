"""The courier makes Slack show what the database says: one drawing, one message, never two."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.views.board.home import of_person, on_its_way
from bot.views.notices import Notice, Show, notices
from bot.worker.calls import CallFailed, LookupRefused, StillOnItsWay
from bot.worker.jobs import Done, GiveUp, Later, Outcome, Task, after
from bot.worker.refusals import note_mended, note_refusal
from models.board.home import Home
from models.message import Message, MessageKind

LOADING_AFTER_SECONDS = 0.7
"""After so long someone who waits for their Home is told that it comes."""

JUST_OPENED = timedelta(seconds=15)
"""Who opened it longer ago sees it already, and keeps it until it is redrawn."""


@dataclass(frozen=True, slots=True)
class Courier:
    """Shows messages, each as the notice of its kind, and App Homes."""

    notices: Mapping[MessageKind, Notice[Any]] = field(default_factory=notices)
    home: Show[Home] = of_person
    loading: Callable[[], Answer] = on_its_way

    def show_message(self, task: Task) -> Outcome:
        """Post the message, or update it where it is posted already."""
        with task.database.read() as session:
            message = session.get(Message, task.subject_id)
        if message is None:
            return Done()
        try:
            return self._show(task, message)
        except StillOnItsWay as waiting:
            return Later("may be on its way", waiting.until)
        except LookupRefused as refused:
            error = f"unknown: {refused}"
            return GiveUp(error, partial(_refuse, message, error))
        except CallFailed as failed:
            return _after(message, failed)

    def show_home(self, task: Task) -> Outcome:
        """Publish the App Home; who just opened it is told that it comes, where it takes long."""
        with task.database.read() as session:
            home = session.get(Home, task.subject_id)
        if home is None:
            return Done()
        with ThreadPoolExecutor(1, thread_name_prefix="home") as hand:
            drawing = hand.submit(self._home_drawing, task)
            is_late = not wait([drawing], LOADING_AFTER_SECONDS).done
            if is_late and _is_just_opened(home, task.clock.now()):
                task.calls.publish(home.user_id, self.loading())
            task.calls.publish(home.user_id, drawing.result())
        return Done(shown=True)

    def _show(self, task: Task, message: Message) -> Done:
        calls, ts = task.calls, message.ts
        channel = calls.channel(message)
        if ts is None and message.post_started_at is not None:
            ts = calls.find(channel, message)
        drawing = self._drawing(task, message)
        if ts is None:
            task.keep(partial(_post_begins, message, channel))
            ts = calls.post(channel, message, drawing)
        else:
            calls.update(channel, ts, drawing)
        return Done(partial(self._is_shown, message, channel, ts), shown=True)

    def _drawing(self, task: Task, message: Message) -> Answer:
        with task.database.read() as session:
            notice = self.notices[message.kind]
            return notice.draw(session, message.subject_id, task.clock.now(), message.user_id)

    def _home_drawing(self, task: Task) -> Answer:
        with task.database.read() as session:
            return self.home(session, session.get_one(Home, task.subject_id), task.clock.now())

    def _is_shown(
        self, message: Message, channel: str, ts: str, session: Session, now: datetime
    ) -> None:
        shown = session.get_one(Message, message.id)
        is_new, follow = shown.ts is None, self.notices[shown.kind].posted
        shown.channel_id, shown.ts, shown.drawn_at = channel, ts, now
        note_mended(session, shown, now)
        session.flush()
        if is_new and follow is not None:
            follow(session, shown, now)


def _post_begins(message: Message, channel: str, session: Session, now: datetime) -> None:
    """Commit that a post begins, before it does."""
    begun = session.get_one(Message, message.id)
    begun.channel_id, begun.post_started_at = channel, now


def _refuse(message: Message, error: str, session: Session, now: datetime) -> None:
    note_refusal(session, session.get_one(Message, message.id), error, now)


def _after(message: Message, failed: CallFailed) -> Outcome:
    """Do it later, or never; the mark of a post goes only where it surely was not made."""
    reply = failed.reply

    def then(session: Session, now: datetime) -> None:
        refused = session.get_one(Message, message.id)
        if failed.posted_nothing:
            refused.post_started_at = None
        if reply.needs_mending:
            note_refusal(session, refused, reply.error, now)
        elif reply.gone:
            refused.refusal = reply.error

    return after(failed, then, partial(_refuse, message, reply.error))


def _is_just_opened(home: Home, now: datetime) -> bool:
    """Whether it was opened, or another choice was made, a moment ago."""
    return now - home.opened_at < JUST_OPENED
