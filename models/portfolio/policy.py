"""What the exit of a state can ask of an epic: policies as data."""

from enum import StrEnum

FRESH_DAYS = 60
"""An item of evidence from before so many days is called old."""


class Requirement(StrEnum):
    """One thing a state's exit can ask for."""

    ANSWER = "answer"
    """The first answer to the idea is yes."""
    OWNER = "owner"
    THEME = "theme"
    """A theme, or none with a reason; of nobody while the portfolio has no themes."""
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
    EVIDENCE = "evidence"
    """A reading or an observation of the last FRESH_DAYS days."""
    GO = "go"
    """A decision to go for its MVP."""
    PERSEVERE = "persevere"
    """A decision to persevere after its MVP; it is asked on the way to delivering as well."""


DECISIONS = frozenset({Requirement.GO, Requirement.PERSEVERE})
"""What only a decision gives."""


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
    Requirement.MVP_JUDGED: "approval to persevere after its MVP",
    Requirement.GO: "a decision to go for its MVP",
    Requirement.PERSEVERE: "a decision to persevere after its MVP",
    Requirement.EVIDENCE: f"evidence younger than {FRESH_DAYS} days",
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
    "analyzing": (
        Requirement.FULL_COST,
        Requirement.HORIZON,
        Requirement.EVIDENCE,
        Requirement.GO,
    ),
    "implementing": (Requirement.MVP_JUDGED, Requirement.PERSEVERE),
}
"""What the usual states ask for on the way out, until a portfolio says otherwise."""
