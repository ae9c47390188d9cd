"""Fetching a file that someone attached to a form, with the bot's token."""

import time
from collections.abc import Mapping
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from models.errors import Mistake

SECONDS_EACH, SECONDS_IN_ALL = 5.0, 20.0
"""How long one answer may take to go on, and the file as a whole."""
LONGEST_PAUSE_SECONDS = 5.0
ATTEMPTS = 3
AT_ONCE = 65_536
NOT_REACHED = (OSError, HTTPException)

log = structlog.get_logger(__name__)


class FileGone(Mistake):
    """A file that Slack does not give: deleted meanwhile, or not for Tack."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Slack did not give Tack the file {name[:80]}: it was deleted, or Tack may not read "
            "files here. Choose it again; if that does not help, an admin installs the app again, "
            "so that it asks for files:read. Nothing was changed."
        )


class SlackIsBusy(Mistake):
    """A file that Slack did not give in time."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Slack did not give the file {name[:80]} in time. Nothing was changed; choose it "
            "once more in a minute."
        )


class TooLong(Mistake):
    """A file that is longer than was said of it."""

    def __init__(self, name: str, most: int) -> None:
        super().__init__(f"The file {name[:80]} is larger than {most // 1024 // 1024} MB.")


def download(client: WebClient, file: Mapping[str, Any], most: int) -> bytes:
    """The bytes of a file as Slack told of it. Raises FileGone, SlackIsBusy and TooLong."""
    name = str(file.get("name") or "file")
    until = time.monotonic() + SECONDS_IN_ALL
    for attempt in range(ATTEMPTS):
        try:
            return _fetch(client, _address(client, file), name, most, until)
        except HTTPError as error:
            error.close()
            pause = _pause(error)
            if pause is None:
                raise FileGone(name) from error
        except SlackApiError as error:
            log.info("file not told", error=str(error)[:200])
            raise FileGone(name) from error
        except NOT_REACHED as error:
            log.info("file not fetched", error=str(error)[:200])
            pause = 0.5
        if attempt == ATTEMPTS - 1 or pause > LONGEST_PAUSE_SECONDS:
            break
        if time.monotonic() + pause > until:
            break
        time.sleep(pause)
    raise SlackIsBusy(name)


def _address(client: WebClient, file: Mapping[str, Any]) -> str:
    """Where it is; a file of another workspace has to be asked after."""
    address = file.get("url_private_download") or file.get("url_private")
    if not address:
        info = client.files_info(file=str(file["id"]))["file"]
        address = info.get("url_private_download") or info["url_private"]
    return str(address)


def _fetch(client: WebClient, address: str, name: str, most: int, until: float) -> bytes:
    if not _is_slacks(client, address):
        log.warning("a file elsewhere", host=urlsplit(address).hostname)
        raise FileGone(name)
    asked = Request(address, headers={"Authorization": f"Bearer {client.token}"})
    parts: list[bytes] = []
    size = 0
    with _opener().open(asked, timeout=SECONDS_EACH) as answer:
        if _is_page(answer, name):
            raise FileGone(name)
        while part := answer.read1(AT_ONCE):
            size += len(part)
            if size > most:
                raise TooLong(name, most)
            if time.monotonic() > until:
                raise SlackIsBusy(name)
            parts.append(part)
        if answer.length:
            raise ConnectionError("cut off on its way")
    return b"".join(parts)


def _is_page(answer: Any, name: str) -> bool:
    """Whether it is the page to sign in, which Slack gives in place of what is not for us."""
    is_html = answer.headers.get_content_type() == "text/html"
    return is_html and not name.casefold().endswith((".htm", ".html"))


def _is_slacks(client: WebClient, address: str) -> bool:
    """Whether the token may go there: to the host of the Web API, or one beneath it."""
    there, api = urlsplit(address), urlsplit(client.base_url)
    host, own = there.hostname or "", api.hostname or ""
    return there.scheme == api.scheme and (host == own or host.endswith(f".{own}"))


def _pause(error: HTTPError) -> float | None:
    """How long to wait before asking again; None where that is no use."""
    if error.code == 429:
        given = str(error.headers.get("Retry-After", "1")).strip()
        return float(given) if given.isdecimal() else 1.0
    return 0.5 if error.code >= 500 else None


class _StaysHere(HTTPRedirectHandler):
    """Goes nowhere else: what is not for us leads to a page to sign in."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        """No further."""


def _opener() -> OpenerDirector:
    return build_opener(_StaysHere())
