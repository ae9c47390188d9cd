"""What an epic must have before it leaves a state: policies as data."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.epic import Epic
    from models.portfolio import State


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
    MVP_JUDGED = "mvp_judged"
    """It was decided to go on after its MVP: it is delivering."""


NAMES = {
    Requirement.ANSWER: "the first answer",
    Requirement.OWNER: "an owner",
    Requirement.THEME: "a theme or why there is none",
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
    Requirement.MVP_JUDGED: "the word that its MVP is worth going on with",
}
"""What each is called when it is missing."""

CALLED = {
    "reviewing": "the review",
    "analyzing": "analysis",
    "ready": "it is ready",
    "implementing": "implementing",
    "done": "it is done",
}
"""What the usual states are called by what happens there."""

STOPPED = "stopped"
ENDED = frozenset({"done", STOPPED})
"""Kinds of states after which nothing is asked any more."""

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
    "implementing": (Requirement.MVP_JUDGED,),
}
"""What the usual states ask for on the way out, until a portfolio says otherwise."""


def missing(epic: "Epic", asked: Iterable[Requirement]) -> Sequence[Requirement]:
    """What the epic lacks of what is asked, in that order."""
    return [each for each in asked if not _has(epic, each)]


def passed_over(states: Iterable["State"], left: "State", to: "State") -> Sequence["State"]:
    """The states whose exits a move asks: the one left and every one skipped, in their order.

    Backwards, to stopped, and anew from done or stopped nothing is asked.
    """
    if left.kind in ENDED or to.kind == STOPPED or to.position <= left.position:
        return []
    passed = [s for s in states if left.position <= s.position < to.position]
    return sorted((s for s in passed if s.kind not in ENDED), key=lambda state: state.position)


def lacks_before(
    epic: "Epic", states: Iterable["State"], to: "State", *, scales: bool
) -> Sequence[Requirement]:
    """What the epic lacks to move there forward, in the order of the states that ask.

    One that `scales` goes to the second column of a state in two; from anywhere but the first,
    that passes over the judgement of its MVP.
    """
    asked = [each for s in passed_over(states, epic.state, to) for each in s.requirements]
    if scales and to is not epic.state and epic.state.kind not in ENDED:
        asked += [each for each in to.requirements if each is Requirement.MVP_JUDGED]
    return missing(epic, dict.fromkeys(asked))


def fields_of(lacks: Sequence[Requirement]) -> Sequence[Requirement]:
    """Those of them that the form of the epic asks for."""
    return [each for each in lacks if each not in (Requirement.ANSWER, Requirement.MVP_JUDGED)]


def spelled(lacks: Sequence[Requirement]) -> str:
    """ "the stop line, the cost of the MVP"."""
    return ", ".join(NAMES[each] for each in lacks)


def told(lacks: Sequence[Requirement], to: "State") -> Sequence[str]:
    """What is missing, a phrase for each kind: "1 answer open before analysis: the stop line"."""
    phrases = []
    if Requirement.ANSWER in lacks:
        phrases.append("The idea has not had its yes yet")
    if fields := fields_of(lacks):
        answers = f"{len(fields)} {'answer' if len(fields) == 1 else 'answers'}"
        phrases.append(f"{answers} open before {_before(to)}: {spelled(fields)}")
    if Requirement.MVP_JUDGED in lacks:
        phrases.append("Its MVP is not judged yet: Delivering comes first")
    return phrases


def _before(state: "State") -> str:
    """What a move to the state comes before, in words; by its label where that is its own."""
    usual = CALLED.get(state.name)
    return usual if usual and state.label == state.name.capitalize() else state.label


def _has(epic: "Epic", requirement: Requirement) -> bool:
    if requirement is Requirement.ANSWER:
        return epic.accepted_at is not None
    if requirement is Requirement.MVP_JUDGED:
        return epic.phase == "delivering"
    if requirement is Requirement.THEME:
        return epic.theme_id is not None or bool(epic.theme_none_because)
    column = {"owner": "owner_user_id", "project": "project_id"}.get(requirement)
    column = column or (f"{requirement}_minor" if requirement.endswith("_cost") else requirement)
    return getattr(epic, column) not in (None, "")
