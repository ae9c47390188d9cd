"""What can be done with programs, projects and milestones, and the pages that show them."""

from typing import Annotated

from pydantic import Field

from bot.slack.actions import Action, Found, Id, Page, Searched, Seen
from bot.workflows.projects.projects import ProjectChoice, Which
from models.projects.forms import MOST_LINKED
from models.projects.project import Milestone, Program, Project


class ProjectsList(Searched):
    """The projects of a portfolio, of the first with some where none is named."""

    portfolio: Id | None = None
    stream: Id | None = None
    program: Id | None = None
    which: Which = "open"

    @property
    def choice(self) -> ProjectChoice:
        return ProjectChoice(self.stream, self.program, self.which, self.text)

    def narrowed(self, name: str, value: str) -> "ProjectsList":
        """Another portfolio has other streams and programs. Raises OldButton."""
        here = self.but(stream=None, program=None) if name == "portfolio" else self
        return super(ProjectsList, here).narrowed(name, value)


class ProjectShown(Page):
    """A project, with its plan and its epics."""

    project: Id


class AddProgram(Action):
    """A new program of a portfolio."""

    portfolio: Id


class EditProgram(Seen, noun=Program):
    """Change a program."""


class AddProject(Action):
    """A new project of a portfolio."""

    portfolio: Id


class EditProject(Seen, noun=Project):
    """Change a project."""


class CloseProject(Seen, noun=Project):
    """Close a project, or open it again."""


class AddMilestone(Action):
    """A new milestone of a project."""

    project: Id


class EditMilestone(Seen, noun=Milestone):
    """Change a milestone."""


class OpenCheckpoint(Seen, noun=Milestone):
    """Put a checkpoint to the council."""


class RemoveMilestone(Seen, noun=Milestone):
    """Take a milestone out of the plan."""


class LinkProjects(Action):
    """Epics for several projects."""

    projects: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MOST_LINKED)]


class LinkEpic(Found):
    """An epic for a project."""

    project: Id


class UnlinkEpic(Action):
    """An epic that is to point to a project no more."""

    project: Id
    epic: Id
