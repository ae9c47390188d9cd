"""What an epic lacks before a move: the exits its way passes, and what they ask for."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from models.counting import counted
from models.epics.epic import Epic
from models.portfolio.policy import CALLED, DECISIONS, FRESH_DAYS, NAMES, Requirement
from models.portfolio.portfolio import ABOUT_MVP, State, StateKind

ENDED = frozenset({StateKind.DONE, StateKind.STOPPED})
"""Kinds of states after which nothing is asked any more."""


SAID_ELSEWHERE = DECISIONS | {Requirement.ANSWER, Requirement.MVP_JUDGED, Requirement.EVIDENCE}


def passed_over(states: Iterable[State], left: State, to: State) -> Sequence[State]:
    """The states whose exits a move asks: the one left and every one skipped, in their order.

    Backwards, to stopped, and again from done or stopped nothing is asked.
    """
    if left.kind in ENDED or to.kind is StateKind.STOPPED or to.position <= left.position:
        return []
    passed = [s for s in states if left.position <= s.position < to.position]
    return sorted((s for s in passed if s.kind not in ENDED), key=lambda state: state.position)


def lacks_before(
    epic: Epic, states: Iterable[State], to: State, at: datetime, *, scales: bool
) -> Sequence[Requirement]:
    """What the epic lacks at the moment to move there forward, in the order of the states that ask.

    One that `scales` goes to the second column of a state in two: that takes a decision to
    persevere, and from anywhere but the first it passes over the judgement of its MVP.
    """
    asked = [each for s in passed_over(states, epic.state, to) for each in s.requirements]
    if scales and epic.state.kind not in ENDED:
        about = ABOUT_MVP if to is not epic.state else {Requirement.PERSEVERE}
        asked += [each for each in to.requirements if each in about]
    return epic.missing(dict.fromkeys(asked), at)


def fields_of(lacks: Sequence[Requirement]) -> Sequence[Requirement]:
    """Those of them that the form of the epic asks for."""
    return [each for each in lacks if each not in SAID_ELSEWHERE]


def spelled(lacks: Sequence[Requirement]) -> str:
    """ "the stop line, the cost of the MVP"."""
    return ", ".join(NAMES[each] for each in lacks)


def phrases(lacks: Sequence[Requirement], to: State) -> Sequence[str]:
    """What is missing, a phrase for each kind: "1 answer open before analysis: the stop line"."""
    phrases = []
    if Requirement.ANSWER in lacks:
        phrases.append("The idea is not accepted yet")
    if fields := fields_of(lacks):
        phrases.append(
            f"{counted(len(fields), 'answer')} open before {_before(to)}: {spelled(fields)}"
        )
    if Requirement.EVIDENCE in lacks:
        phrases.append(f"No evidence yet that is younger than {FRESH_DAYS} days")
    if Requirement.GO in lacks:
        phrases.append("Go for the MVP is not decided yet")
    if Requirement.PERSEVERE in lacks:
        phrases.append("Persevere is not decided yet")
    elif Requirement.MVP_JUDGED in lacks:
        phrases.append("Persevere is not approved yet: Delivering comes first")
    return phrases


def _before(state: State) -> str:
    """What a move to the state comes before, in words; by its label where that is its own."""
    usual = CALLED.get(state.name)
    return usual if usual and state.label == state.name.capitalize() else state.label
