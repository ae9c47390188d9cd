"""Files: what Slack makes of them, how it tells of them, and who may see them."""

import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

from sandbox.nouns import Channel, File, User
from sandbox.state import Workspace


class Kind(NamedTuple):
    """What Slack calls a type of file."""

    filetype: str
    mimetype: str
    pretty: str


UNKNOWN = Kind("", "", "")
BINARY = Kind("binary", "application/octet-stream", "Binary")
KINDS = {
    "csv": Kind("csv", "text/csv", "CSV"),
    "tsv": Kind("tsv", "text/tab-separated-values", "TSV"),
    "txt": Kind("text", "text/plain", "Plain Text"),
    "md": Kind("markdown", "text/markdown", "Markdown (raw)"),
    "json": Kind("json", "application/json", "JSON"),
    "html": Kind("html", "text/html", "HTML"),
    "pdf": Kind("pdf", "application/pdf", "PDF"),
    "zip": Kind("zip", "application/zip", "Zip"),
    "xlsx": Kind(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "Excel Spreadsheet",
    ),
    "png": Kind("png", "image/png", "PNG"),
    "jpg": Kind("jpg", "image/jpeg", "JPEG"),
    "jpeg": Kind("jpg", "image/jpeg", "JPEG"),
    "gif": Kind("gif", "image/gif", "GIF"),
}
BEGINNINGS = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "gif": b"GIF8"}


def extension(name: str) -> str:
    """Return what stands after the last dot of a file's name, in small letters."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def kind_of(file: File) -> Kind:
    """Return what a file is by its name; a picture by how it begins as well."""
    if not file.ready:
        return UNKNOWN
    kind = KINDS.get(extension(file.name), BINARY)
    return kind if file.content.startswith(BEGINNINGS.get(kind.filetype, b"")) else BINARY


def is_picture(file: File) -> bool:
    """Whether Slack would show a file as an image."""
    return kind_of(file).filetype in BEGINNINGS


def new_file(workspace: Workspace, owner: str, name: str, length: int) -> File:
    """Announce a file of a user; its bytes are still to come."""
    with workspace.lock:
        at = workspace.clock.now()
        file = File(workspace.new_id("F"), name, length, owner, at, secrets.token_urlsafe(24))
        workspace.files[file.id] = file
    return file


def look_through(workspace: Workspace, files: list[File], then: Callable[[], None]) -> None:
    """Find out what the files are, after a while, and do then what waits for it."""

    def done() -> None:
        with workspace.lock:
            for file in files:
                file.ready = True
            then()

    if workspace.files_take > timedelta(0):
        workspace.timetable.put(workspace.clock.now() + workspace.files_take, done)
    else:
        done()


# who may see them


def _channels_of(workspace: Workspace, file: File) -> list[Channel]:
    return [workspace.channels[each] for each in file.shares if each in workspace.channels]


def is_seen_by_bot(workspace: Workspace, file: File) -> bool:
    """Whether the app may read a file: its own, given to it in a form, or in a channel of it."""
    bot = workspace.bot.id
    own = file.owner == bot or bot in file.given_to
    return own or any(bot in channel.members for channel in _channels_of(workspace, file))


def is_seen_by(workspace: Workspace, file: File, user: User) -> bool:
    """Whether somebody may read a file: their own, shared where they are, or shown to them."""
    if file.owner == user.id or any(
        user.id in channel.members for channel in _channels_of(workspace, file)
    ):
        return True
    shown = [view.blocks for view in workspace.open_views() if view.user == user.id]
    for channel in workspace.channels.values():
        if user.id in channel.members:
            shown += [message.blocks for message in channel.visible_to(user.id)]
    return any(file.id in named_in(blocks) for blocks in shown)


def named_in(part: Any) -> set[str]:
    """Return the ids of the files that blocks show as images."""
    if isinstance(part, list):
        return {an_id for each in part for an_id in named_in(each)}
    if not isinstance(part, dict):
        return set()
    found = {an_id for each in part.values() for an_id in named_in(each)}
    shown = part.get("slack_file")
    return found | ({id_of(shown)} if isinstance(shown, dict) else set())


def id_of(slack_file: dict[str, Any]) -> str:
    """Return the id of the file that a `slack_file` names by its id or its address."""
    if "id" in slack_file:
        return str(slack_file["id"])
    found = re.search(r"\bF[A-Z0-9]{8,}\b", str(slack_file.get("url")))
    return found[0] if found else ""


# how they are told of


def file_object(workspace: Workspace, file: File) -> dict[str, Any]:
    """Return a file as methods and payloads tell of it; of what it is nothing until it is ready."""
    kind, created = kind_of(file), int(file.created_at.timestamp())
    told: dict[str, Any] = {
        "id": file.id,
        "created": created,
        "timestamp": created,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": kind.mimetype,
        "filetype": kind.filetype,
        "pretty_type": kind.pretty,
        "user": file.owner,
        "user_team": workspace.team_id,
        "editable": False,
        "size": len(file.content) if file.ready else 0,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "public_url_shared": False,
        "display_as_bot": False,
        "file_access": "visible",
        "has_rich_preview": False,
    }
    told |= _addresses(workspace, file) | _where_shared(workspace, file)
    if is_picture(file):
        told |= {"alt_txt": file.alt_text} | _measures(file)
    return told


def _addresses(workspace: Workspace, file: File) -> dict[str, str]:
    place = f"{workspace.address}/files-pri/{workspace.team_id}-{file.id}"
    name = quote(file.name)
    return {
        "url_private": f"{place}/{name}",
        "url_private_download": f"{place}/download/{name}",
        "permalink": f"https://{workspace.team_domain}.slack.com/files/{file.owner}/{file.id}/{name}",
    }


def _where_shared(workspace: Workspace, file: File) -> dict[str, Any]:
    shares: dict[str, dict[str, list[dict[str, str]]]] = {}
    places: dict[str, list[str]] = {"channels": [], "groups": [], "ims": []}
    for channel in _channels_of(workspace, file):
        sight = "private" if channel.private else "public"
        messages = [{"ts": ts} for ts in file.shares[channel.id]]
        shares.setdefault(sight, {})[channel.id] = messages
        family = "ims" if channel.im_user else "groups" if channel.private else "channels"
        places[family].append(channel.id)
    return {"is_public": "public" in shares, "shares": shares, **places}


def _measures(file: File) -> dict[str, int]:
    """Return width and height of a PNG or GIF, which its beginning says."""
    start = file.content[:24]
    match kind_of(file).filetype:
        case "png" if len(start) == 24:
            sides = int.from_bytes(start[16:20], "big"), int.from_bytes(start[20:24], "big")
        case "gif" if len(start) >= 10:
            sides = int.from_bytes(start[6:8], "little"), int.from_bytes(start[8:10], "little")
        case _:
            return {}
    return {"original_w": sides[0], "original_h": sides[1]}
