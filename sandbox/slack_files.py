"""Files in blocks: images of Slack's own files, and the fields that take files."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.blockkit import Problem
from sandbox.elements import interactive
from sandbox.files import id_of, is_picture, is_seen_by_bot
from sandbox.state import Workspace


def check(workspace: Workspace, content: Mapping[str, Any], code: str) -> list[Problem]:
    """Find images of files that are not there, not looked through, no pictures or not the app's."""
    found = []
    for pointer, slack_file in _slack_files(content):
        file = workspace.files.get(id_of(slack_file))
        if file is None or not is_picture(file) or not is_seen_by_bot(workspace, file):
            message = f"invalid slack file [json-pointer:{pointer}]"
            found.append(Problem(pointer, message, code, "file.image"))
    return found


def _slack_files(part: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key == "slack_file" and isinstance(value, dict):
                yield f"{pointer}/{key}", value
            else:
                yield from _slack_files(value, f"{pointer}/{key}")
    elif isinstance(part, list):
        for index, item in enumerate(part):
            yield from _slack_files(item, f"{pointer}/{index}")


def need_scope_for_fields(workspace: Workspace, blocks: list[dict[str, Any]]) -> None:
    """Raise missing_scope where a form asks for files that the app may not read."""
    if any(placed.element["type"] == "file_input" for placed in interactive(blocks)):
        workspace.need_scope("files:read")
