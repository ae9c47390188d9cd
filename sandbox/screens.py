"""What happens to the views on people's screens: opened, pushed, updated, published, closed."""

from collections.abc import Mapping
from typing import Any

from sandbox import slack_files
from sandbox.blockkit import Problem, check_view
from sandbox.elements import held_values
from sandbox.nouns import View
from sandbox.records import SlackError
from sandbox.state import Workspace

STACK_MOST = 3


def refuse(workspace: Workspace, where: str, problems: list[Problem]) -> None:
    """Write down what is wrong with a payload and raise Slack's error for the first of it."""
    for problem in problems:
        workspace.find_fault(where, problem.code, problem.message, warning=problem.warning)
    refused = [problem for problem in problems if not problem.warning]
    if refused:
        messages = [str(problem) for problem in refused]
        raise SlackError(refused[0].code, response_metadata={"messages": messages})


def checked(workspace: Workspace, where: str, content: Any, kind: str) -> dict[str, Any]:
    """Return a view Slack would take, its blocks and elements all with ids."""
    if not isinstance(content, Mapping):
        raise SlackError("invalid_arguments")
    refuse(workspace, where, check_view(content))
    if content["type"] != kind:
        message = f"[ERROR] must be a {kind} view [json-pointer:/view/type]"
        raise SlackError("invalid_arguments", response_metadata={"messages": [message]})
    refuse(workspace, where, slack_files.check(workspace, content, "invalid_arguments"))
    slack_files.need_scope_for_fields(workspace, content["blocks"])
    return {**content, "blocks": workspace.named(list(content["blocks"]))}


def _new_view(workspace: Workspace, user_id: str, content: dict[str, Any]) -> View:
    _claim_external_id(workspace, content, None)
    view_id = workspace.new_id("V")
    return View(view_id, user_id, content, workspace.new_hash(), view_id)


def _claim_external_id(workspace: Workspace, content: dict[str, Any], owner: View | None) -> None:
    external_id = content.get("external_id")
    taken = (v for v in workspace.open_views() if v.content.get("external_id") == external_id)
    if external_id and any(view is not owner for view in taken):
        raise SlackError("duplicate_external_id")


def open_modal(workspace: Workspace, user_id: str, content: dict[str, Any]) -> View:
    """Show a modal as the first of a stack."""
    view = _new_view(workspace, user_id, content)
    workspace.modals[user_id] = [view]
    workspace.changed("forms")
    return view


def push_modal(workspace: Workspace, user_id: str, content: dict[str, Any]) -> View:
    """Show a modal on top of the one in front."""
    stack = workspace.modals.get(user_id)
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= STACK_MOST:
        raise SlackError("push_limit_reached")
    view = _new_view(workspace, user_id, content)
    view.root_id, view.previous_id = stack[0].id, stack[-1].id
    stack.append(view)
    workspace.changed("forms")
    return view


def replace(workspace: Workspace, view: View, content: dict[str, Any]) -> None:
    """Show other content in an open view; typing stays where both ids stay."""
    _claim_external_id(workspace, content, view)
    view.typed = held_values(content["blocks"], view.typed)
    view.content, view.hash, view.errors = content, workspace.new_hash(), {}
    workspace.changed("home" if content["type"] == "home" else "forms")


def publish(workspace: Workspace, user_id: str, content: dict[str, Any]) -> View:
    """Show a user's App Home."""
    view = workspace.homes.get(user_id)
    if view is None:
        view = workspace.homes[user_id] = _new_view(workspace, user_id, content)
    replace(workspace, view, content)
    view.published += 1
    return view


def close(workspace: Workspace, view: View, *, whole_stack: bool = False) -> None:
    """Take a modal, those above it, or the whole stack off a user's screen."""
    stack = workspace.modals.get(view.user, [])
    kept = [] if whole_stack or view not in stack else stack[: stack.index(view)]
    workspace.closed_views |= {gone.id for gone in stack[len(kept) :]}
    workspace.modals[view.user] = kept
    workspace.changed("forms")


def check_hash(view: View | None, given: str | None) -> None:
    """Raise if an update was drawn for an older version of the view."""
    if given and (view is None or view.hash != given):
        raise SlackError("hash_conflict")
