"""The one button beside what needs someone; read aloud each names what it is about."""

from bot.slack.blocks import Element, button, shorten
from bot.views.epics.buttons import EpicRef
from bot.views.epics.next_step import UNBLOCK, do_button
from bot.views.portfolio.actions import EditStream
from bot.views.projects.actions import ProjectShown
from models.epics.epic import Epic
from models.portfolio.portfolio import ValueStream
from models.projects.project import Project


def answer_button(epic: Epic) -> Element:
    """Opens the form that answers an idea."""
    return do_button(epic.id, epic.key, "answer", "Answer this idea")


def unblock_button(epic: Epic) -> Element:
    """Says that nothing blocks the epic any more."""
    ref = EpicRef(epic=epic.id).value
    label = f"Unblock {epic.key}"
    return button("Unblock", UNBLOCK, ref, accessibility_label=label)


def owner_button(epic: Epic) -> Element:
    """Opens the form of the epic, where it is given an owner."""
    return do_button(epic.id, epic.key, "edit", "Give it an owner")


def stream_owner_button(stream: ValueStream) -> Element:
    """Opens the form of a value stream, where it is given an owner."""
    return EditStream.of(stream).button("Give it an owner", aloud=f"Give {stream.name} an owner")


def project_button(project: Project) -> Element:
    """Opens the project with its milestones."""
    to = ProjectShown(project=project.id)
    return to.button(f"Open {shorten(project.code, 24)}", aloud=f"Open {project.code}")
