"""What an epic must have before it leaves a state: policies as data."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.epic import Epic


class Requirement(StrEnum):
    """One thing a state's exit can ask for."""

    ANSWER = "answer"
    """The first answer to the idea is yes."""
    OWNER = "owner"
    THEME = "theme"
    """A theme, or none with a reason."""
    HYPOTHESIS = "hypothesis"
    FOR_WHOM = "for_whom"
    INDICATOR = "indicator"
    BASELINE = "baseline"
    TARGET = "target"
    TARGET_ON = "target_on"
    KILL_THRESHOLD = "kill_threshold"
    MVP_COST = "mvp_cost"
    FULL_COST = "full_cost"
    HORIZON = "horizon"
    PROJECT = "project"


NAMES = {
    Requirement.ANSWER: "the first answer",
    Requirement.OWNER: "an owner",
    Requirement.THEME: "a theme, or why there is none",
    Requirement.HYPOTHESIS: "the hypothesis",
    Requirement.FOR_WHOM: "for whom it is",
    Requirement.INDICATOR: "the figure that will move",
    Requirement.BASELINE: "where it is now",
    Requirement.TARGET: "the target",
    Requirement.TARGET_ON: "the day it is to be reached",
    Requirement.KILL_THRESHOLD: "the stop line",
    Requirement.MVP_COST: "the cost of the MVP",
    Requirement.FULL_COST: "the full cost",
    Requirement.HORIZON: "the horizon",
    Requirement.PROJECT: "a project",
}
"""What each is called when it is missing."""

USUAL = {
    "funnel": (Requirement.ANSWER, Requirement.OWNER, Requirement.THEME),
    "reviewing": (
        Requirement.INDICATOR,
        Requirement.BASELINE,
        Requirement.TARGET,
        Requirement.TARGET_ON,
        Requirement.KILL_THRESHOLD,
        Requirement.MVP_COST,
    ),
    "analyzing": (Requirement.FULL_COST, Requirement.HORIZON),
}
"""What the usual states ask for on the way out, until a portfolio says otherwise."""


def missing(epic: "Epic", asked: Iterable[Requirement]) -> Sequence[Requirement]:
    """What the epic lacks of what is asked, in that order."""
    return [each for each in asked if not _has(epic, each)]


def spelled(lacks: Sequence[Requirement]) -> str:
    """ "the stop line, the cost of the MVP"."""
    return ", ".join(NAMES[each] for each in lacks)


def _has(epic: "Epic", requirement: Requirement) -> bool:
    if requirement is Requirement.ANSWER:
        return epic.accepted_at is not None
    if requirement is Requirement.THEME:
        return epic.theme_id is not None or bool(epic.theme_none_because)
    column = {"owner": "owner_user_id", "project": "project_id"}.get(requirement)
    column = column or (f"{requirement}_minor" if requirement.endswith("_cost") else requirement)
    return getattr(epic, column) not in (None, "")
