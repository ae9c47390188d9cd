"""views.*: modals and App Home."""

from collections.abc import Iterator
from typing import Any

from sandbox import screens
from sandbox.nouns import View
from sandbox.payloads import view_object
from sandbox.records import SlackError
from sandbox.state import Workspace


def _answer(workspace: Workspace, view: View) -> dict[str, Any]:
    return {"view": view_object(workspace, view)}


def open_view(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Open a modal for whoever's act the trigger came from."""
    content = screens.checked(workspace, "views.open", args["view"], "modal")
    trigger = workspace.use_trigger(args["trigger_id"])
    return _answer(workspace, screens.open_modal(workspace, trigger.user, content))


def push(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Put a modal on top of the one the trigger came from."""
    content = screens.checked(workspace, "views.push", args["view"], "modal")
    trigger = workspace.use_trigger(args["trigger_id"])
    return _answer(workspace, screens.push_modal(workspace, trigger.user, content))


def _modals(workspace: Workspace) -> Iterator[View]:
    for stack in workspace.modals.values():
        yield from stack


def _is_named(view: View, view_id: str | None, external_id: str | None) -> bool:
    return view.id == view_id if view_id else view.content.get("external_id") == external_id


def _not_found(workspace: Workspace, view_id: str | None) -> SlackError:
    """Slack's refusal; where the person was faster and closed the form, no fault of the app."""
    if view_id not in workspace.closed_views:
        return SlackError("not_found")
    workspace.find_fault("views.update", "not_found", "it was closed meanwhile", warning=True)
    return SlackError("not_found", response_metadata={"messages": ["[ERROR] view is closed"]})


def update(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Show other content in an open modal."""
    named = args.get("view_id"), args.get("external_id")
    if not any(named):
        raise SlackError("invalid_arguments")
    view = next((view for view in _modals(workspace) if _is_named(view, *named)), None)
    if view is None:
        raise _not_found(workspace, args.get("view_id"))
    content = screens.checked(workspace, "views.update", args["view"], "modal")
    screens.check_hash(view, args.get("hash"))
    screens.replace(workspace, view, content)
    return _answer(workspace, view)


def publish(workspace: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    """Show someone's App Home."""
    if not workspace.manifest.home_tab:
        raise SlackError("not_enabled")
    user = workspace.users.get(args["user_id"])
    if user is None or user.deleted or user.team_id != workspace.team_id:
        raise SlackError("user_not_found")
    content = screens.checked(workspace, "views.publish", args["view"], "home")
    screens.check_hash(workspace.homes.get(args["user_id"]), args.get("hash"))
    return _answer(workspace, screens.publish(workspace, args["user_id"], content))
