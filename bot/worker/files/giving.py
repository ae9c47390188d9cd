"""Giving one person a file, in their direct messages with Tack."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from sqlalchemy.orm import Session

from bot.worker.calls import CallFailed, Calls
from bot.worker.jobs import Done, GiveUp, Outcome, Task, Then, after
from bot.worker.replies import BROKEN, Reply, reply_of
from models.people.outage import Outage

SECONDS = 20
LONG_AWAY = timedelta(minutes=1)
"""After so long someone is told that Slack does not take their file."""

UPLOAD = "upload_url"
"""Where the bytes go is no method, and goes wrong like one."""

NOT_THERE = "file_not_found"
GONE = frozenset({NOT_THERE, "file_deleted"})
NEVER = frozenset({"missing_scope", "not_allowed_token_type", "file_upload_size_restricted"})
"""Slack will not take the file, however often it is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file for one person, and how it is stored how far it came."""

    name: str
    said: str
    """What stands with it, in Slack's mark-up."""
    user_id: str
    slack_id: str | None
    """Slack's name of one that it has and may not have shown yet."""
    content: Callable[[], bytes]
    begun: Callable[[Session, str | None], None]
    """Keeps Slack's name of it; None where it has to be another one."""
    given: Then
    not_given: Callable[[str, Session, datetime], None]
    """Says why not, by Slack's word for it."""
    notified_after: int
    """So many attempts go wrong before that is said."""


def give(task: Task, file: File) -> Outcome:
    """Send the bytes, which nobody sees, then show them; what was done is not done again."""
    calls = FileCalls(task.calls)
    try:
        slack_id = file.slack_id
        if slack_id is not None and calls.is_shown(slack_id):
            return Done(file.given)
        if slack_id is None:
            slack_id = sent = calls.send(file.name, file.content())
            task.keep(lambda session, now: file.begun(session, sent))
        calls.show(slack_id, file.name, file.user_id, file.said)
    except CallFailed as failed:
        return _after(task, file, failed)
    return Done(file.given)


def _after(task: Task, file: File, failed: CallFailed) -> Outcome:
    """Try again; the person is told when that goes on, and when it is no use."""
    error = failed.reply.error
    notify = partial(file.not_given, error)
    if failed.reply.is_final or error in NEVER:
        return GiveUp(error, notify)
    goes_on = failed.again_at is None and task.claim.attempts + 1 >= file.notified_after

    def then(session: Session, now: datetime) -> None:
        if error == NOT_THERE:
            file.begun(session, None)
        outage = session.get(Outage, task.claim.workspace_id) if failed.reply.is_away else None
        if goes_on or (outage is not None and now - outage.since >= LONG_AWAY):
            notify(session, now)

    return after(failed, then)


@dataclass(frozen=True, slots=True)
class FileCalls:
    """Sends bytes first, which nobody sees, then shows them once. Every call may raise CallFailed.

    Who keeps the file's id in between can show it after a fall, and it is not shown twice.
    """

    calls: Calls

    def send(self, name: str, content: bytes, alt: str | None = None) -> str:
        """Send the bytes; the file's id in Slack. Content must not be empty; `alt` describes it."""
        client = self.calls.client
        announced = self.calls.ask(
            "files.getUploadURLExternal",
            client.files_getUploadURLExternal,
            filename=name,
            length=len(content),
            alt_txt=alt,
        )
        self._deliver(str(announced["upload_url"]), content)
        return str(announced["file_id"])

    def show(self, file_id: str, title: str, user_id: str, said: str) -> None:
        """Show the file to the person, with a sentence in Slack's mark-up."""
        client = self.calls.client
        opened = self.calls.ask("conversations.open", client.conversations_open, users=user_id)
        files: Sequence[dict[str, Any]] = [{"id": file_id, "title": title}]
        self.calls.ask(
            "files.completeUploadExternal",
            client.files_completeUploadExternal,
            files=files,
            channel_id=str(opened["channel"]["id"]),
            initial_comment=said,
        )

    def keep(self, file_id: str, title: str) -> None:
        """Have Slack keep the file, which only Tack sees, until it shows it to someone."""
        self.calls.ask(
            "files.completeUploadExternal",
            self.calls.client.files_completeUploadExternal,
            files=[{"id": file_id, "title": title}],
        )

    def take_back(self, file_id: str) -> None:
        """Have Slack forget the file, unless it has."""
        try:
            self.calls.ask("files.delete", self.calls.client.files_delete, file=file_id)
        except CallFailed as failed:
            if failed.reply.error not in GONE:
                raise

    def info(self, file_id: str) -> Mapping[str, Any] | None:
        """What Slack knows of a file that it was to keep or show; None of one that was not yet."""
        try:
            found = self.calls.ask("files.info", self.calls.client.files_info, file=file_id)
        except CallFailed as failed:
            if failed.reply.error == NOT_THERE:
                return None
            raise
        file: Mapping[str, Any] = found["file"]
        return file

    def is_shown(self, file_id: str) -> bool:
        """Whether an earlier call did it, whose reply never came."""
        return self.info(file_id) is not None

    def _deliver(self, url: str, content: bytes) -> None:
        headers = {"Content-Type": "application/octet-stream"}
        try:
            with urlopen(Request(url, content, headers), timeout=SECONDS) as answer:
                answer.read()
        except HTTPError as error:
            error.close()
            reply = Reply(f"status {error.code}", is_away=error.code >= BROKEN)
            raise CallFailed(UPLOAD, reply, None) from error
        except (OSError, HTTPException) as error:
            raise CallFailed(UPLOAD, reply_of(error), None) from error
