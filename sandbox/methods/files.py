"""files.*: announcing an upload, completing it, and asking what became of it."""

import re
from typing import Any

from sandbox.files import file_object, is_picture, is_seen_by_bot, look_through, new_file
from sandbox.methods.messages import check_content
from sandbox.nouns import Channel, File
from sandbox.records import SlackError
from sandbox.state import Workspace

ALT_TEXT_MOST = 1_000
CHANNELS_MOST = 100
CHANNEL_ID = "^[CGDZ][A-Z0-9]{8,}$"
COMPLETE = "files.completeUploadExternal"


def announce(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Say where the bytes of a file are to be sent."""
    try:
        length = int(args["length"])
    except (TypeError, ValueError):
        raise _invalid("must provide an integer", "/length") from None
    if length == 0:
        raise SlackError("missing_argument")
    if length < 0:
        raise _invalid("must be greater than or equal to 1", "/length")
    alt_text = str(args.get("alt_txt") or "")
    if len(alt_text) > ALT_TEXT_MOST:
        raise SlackError("alt_txt_too_large")
    file = new_file(workspace, workspace.bot.id, str(args["filename"]), length)
    file.alt_text = alt_text
    return {"upload_url": f"{workspace.address}/upload/v1/{file.secret}", "file_id": file.id}


def complete(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Take received files as complete; they appear where they are shared after a while."""
    titles = _titles(args["files"])
    files = [_received(workspace, file_id) for file_id in titles]
    channels = _destinations(workspace, args)
    content = _comment(workspace, args)
    content["thread_ts"] = _thread(workspace, channels, args)
    for file in files:
        file.completed, file.title = True, titles[file.id] or file.name
    look_through(workspace, files, lambda: _share(workspace, files, channels, content))
    return {"files": [file_object(workspace, file) for file in files]}


def info(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Tell of a file that the app may read."""
    file = workspace.files.get(str(args["file"]))
    if file is None or not file.completed or not is_seen_by_bot(workspace, file):
        raise SlackError("file_not_found")
    return {"file": file_object(workspace, file), "comments": []}


def delete(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Forget a file of the app's own; whatever showed it shows nothing there."""
    file = workspace.files.get(str(args["file"]))
    if file is None or not is_seen_by_bot(workspace, file):
        raise SlackError("file_not_found")
    if file.owner != workspace.bot.id:
        raise SlackError("cant_delete_file")
    with workspace.lock:
        del workspace.files[file.id]
    return {}


def refuse_old_upload(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """The way to upload files that Slack has closed."""
    raise SlackError("method_deprecated")


def _invalid(message: str, pointer: str) -> SlackError:
    words = f"[ERROR] {message} [json-pointer:{pointer}]"
    return SlackError("invalid_arguments", response_metadata={"messages": [words]})


def _titles(given: Any) -> dict[str, str]:
    """Read `files`: the ids, each with its title if it has one."""
    if not isinstance(given, list) or not given:
        raise _invalid("must provide an array of files", "/files")
    if not all(isinstance(each, dict) and each.get("id") for each in given):
        raise _invalid("missing required field: id", "/files")
    return {str(each["id"]): str(each.get("title") or "") for each in given}


def _received(workspace: Workspace, file_id: str) -> File:
    file = workspace.files.get(file_id)
    if file is None or file.owner != workspace.bot.id or not file.received or file.completed:
        raise SlackError("file_not_found")
    return file


def _destinations(workspace: Workspace, args: dict[str, Any]) -> list[Channel]:
    """Return where the files are shared: `channel_id` names no user, `channels` may."""
    if given := args.get("channel_id"):
        if not re.fullmatch(CHANNEL_ID, str(given)):
            raise _invalid(f"input must match regex pattern: {CHANNEL_ID}", "/channel_id")
        return [_member_of(workspace, str(given))]
    ids = [each for each in str(args.get("channels") or "").split(",") if each]
    if len(ids) > CHANNELS_MOST:
        raise SlackError("channels_limit_exceeded")
    users = {each for each in ids if each in workspace.users}
    return [
        _member_of(workspace, workspace.direct_messages(each).id if each in users else each)
        for each in ids
    ]


def _member_of(workspace: Workspace, channel_id: str) -> Channel:
    """Return a channel the bot is in; the right to post anywhere public does not do here."""
    channel = workspace.channels.get(channel_id)
    is_member = channel is not None and workspace.bot.id in channel.members
    if channel is None or (channel.private and not is_member):
        raise SlackError("channel_not_found")
    if channel.im_user and workspace.users[channel.im_user].deleted:
        raise SlackError("channel_not_found")
    if channel.im_user and not workspace.manifest.messages_tab:
        raise SlackError("messages_tab_disabled")
    if not is_member:
        raise SlackError("not_in_channel")
    if channel.archived:
        raise SlackError("posting_to_channel_denied")
    return channel


def _comment(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Return the words or blocks above the files."""
    comment, blocks = args.get("initial_comment"), args.get("blocks")
    if comment:
        if blocks:
            workspace.find_fault(COMPLETE, "blocks_ignored", "beside initial_comment they are lost")
        return check_content(workspace, COMPLETE, {"text": str(comment)})
    if not blocks:
        return {}
    if any(isinstance(each, dict) and each.get("type") == "markdown" for each in blocks):
        raise SlackError("internal_error")
    # Slack has no argument here for a text beside blocks, so its absence is no fault.
    checked = check_content(workspace, COMPLETE, {"blocks": blocks, "text": "files"})
    return {"blocks": checked["blocks"]}


def _thread(workspace: Workspace, channels: list[Channel], args: dict[str, Any]) -> str | None:
    thread_ts: str | None = args.get("thread_ts")
    if thread_ts and any(workspace.message(each, thread_ts) is None for each in channels):
        raise SlackError("invalid_thread_ts")
    return thread_ts


def _share(
    workspace: Workspace, files: list[File], channels: list[Channel], content: dict[str, Any]
) -> None:
    described = [file for file in files if file.alt_text and not is_picture(file)]
    if channels and described:
        workspace.find_fault(COMPLETE, "never_shared", "alt_txt is for pictures: nothing appears")
        return
    for channel in channels:
        if channel.id not in workspace.channels or channel.archived:
            continue
        message = workspace.post(
            channel, workspace.bot.id, files=list(files), bot=True, **{"text": "", **content}
        )
        for file in files:
            file.shares.setdefault(channel.id, []).append(message.ts)
