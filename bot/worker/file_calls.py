"""Giving one person a file, in their direct messages with Tack."""

from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from bot.worker.calls import CallFailed, Calls
from bot.worker.replies import Reply

SECONDS = 20
UPLOAD = "upload_url"
"""Where the bytes go is no method, and goes wrong like one."""

NOT_THERE = "file_not_found"


@dataclass(frozen=True, slots=True)
class FileCalls:
    """Sends bytes first, which nobody sees, then shows them once. Every call may raise CallFailed.

    Who keeps the file's id in between can show it after a fall, and it is not shown twice.
    """

    calls: Calls

    def send(self, name: str, content: bytes) -> str:
        """Send the bytes; the file's id in Slack. Content must not be empty."""
        client = self.calls.client
        announced = self.calls.ask(
            "files.getUploadURLExternal",
            client.files_getUploadURLExternal,
            filename=name,
            length=len(content),
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

    def is_shown(self, file_id: str) -> bool:
        """Whether an earlier call did it, whose reply never came."""
        try:
            self.calls.ask("files.info", self.calls.client.files_info, file=file_id)
        except CallFailed as failed:
            if failed.reply.error == NOT_THERE:
                return False
            raise
        return True

    def _deliver(self, url: str, content: bytes) -> None:
        headers = {"Content-Type": "application/octet-stream"}
        try:
            with urlopen(Request(url, content, headers), timeout=SECONDS) as answer:
                answer.read()
        except HTTPError as error:
            error.close()
            raise CallFailed(UPLOAD, Reply(f"status {error.code}"), None) from error
        except (OSError, HTTPException) as error:
            raise CallFailed(UPLOAD, Reply(f"{type(error).__name__}: {error}"), None) from error
