"""Files in the fields of a form: attached by whoever fills it in, given to the app with it."""

from typing import Any

from sandbox.elements import Placed, held_values
from sandbox.files import file_object, new_file
from sandbox.forms import about_file
from sandbox.nouns import User, View
from sandbox.payloads import set_value
from sandbox.state import Workspace


def attached(view: View, placed: Placed) -> list[dict[str, Any]]:
    """Return the files in a field, as the app will be told of them."""
    values = held_values(view.blocks, view.typed)
    entry = values[placed.block["block_id"]][placed.element["action_id"]]
    files: list[dict[str, Any]] = entry["files"]
    return files


def attach(
    workspace: Workspace,
    user: User,
    view: View,
    placed: Placed,
    name: str,
    content: bytes,
    *,
    beside: bool,
) -> None:
    """Add a file to a field; what the field does not take is said there and not added.

    What was said of another file stays where this one was picked `beside` it.
    """
    with workspace.lock:
        held = attached(view, placed)
        complaint = about_file(placed.element, len(held), name, len(content))
        at = placed.block["block_id"]
        if not beside:
            view.errors = {key: words for key, words in view.errors.items() if key != at}
        if complaint:
            view.errors = view.errors | {at: complaint}
        else:
            file = new_file(workspace, user.id, name, len(content))
            file.content, file.received, file.completed, file.ready = content, True, True, True
            set_value(view.typed, placed, {"files": [*held, file_object(workspace, file)]})
        workspace.changed("forms")


def detach(workspace: Workspace, view: View, placed: Placed, file_id: str) -> None:
    """Take a file out of a field again."""
    with workspace.lock:
        kept = [file for file in attached(view, placed) if file["id"] != file_id]
        set_value(view.typed, placed, {"files": kept})
        view.errors = {k: v for k, v in view.errors.items() if k != placed.block["block_id"]}
        workspace.changed("forms")


def give_to_app(workspace: Workspace, view: View) -> None:
    """Let the app read what a submitted form brings it."""
    for actions in held_values(view.blocks, view.typed).values():
        for entry in actions.values():
            for file in entry["files"] if entry["type"] == "file_input" else ():
                workspace.files[file["id"]].given_to.add(workspace.bot.id)
