"""What can be chosen of the lists on the form for an epic."""

from collections.abc import Sequence

from bot.slack.blocks import OPTIONS_LIMIT, Option, option, shorten
from models.epics.proposal import NONE
from models.projects.project import Project
from models.themes.theme import Objective, Theme

NO_THEME = option("No theme, because …", NONE)
NO_PROJECT = option("No project", NONE)
NO_OBJECTIVE = option("No objective", NONE)


def theme_option(theme: Theme) -> Option:
    return option(theme.name, str(theme.id))


def objective_option(objective: Objective) -> Option:
    return option(objective.title, str(objective.id))


def project_option(project: Project) -> Option:
    """A project as a choice, by its code and name."""
    return option(project.label, str(project.id))


def found_projects(projects: Sequence[Project], typed: str) -> list[Option]:
    """The projects found as choices; where there is none, a choice that says so and takes none."""
    if typed and not projects:
        return [option(f"Nothing found for “{shorten(typed, 36)}”: continue without", NONE)]
    if not projects:
        return [option("There are no projects yet: continue without", NONE)]
    first = [] if typed else [NO_PROJECT]
    return [*first, *map(project_option, projects)][:OPTIONS_LIMIT]
