"""What can be done about decisions, and the pages that show them."""

from typing import Literal

from bot.slack.actions import Action, Id, Page


class DecisionsList(Page):
    """The decisions that the person may see."""


class DecisionShown(Page):
    """One decision, with a page of its electors."""

    decision: Id


class OpenDecision(Action):
    """Ask whether an epic perseveres, pivots or stops."""

    epic: Id


class Cast(Action):
    """Vote on a decision."""

    decision: Id
    choice: Literal["persevere", "pivot", "stop", "abstain"] = "abstain"
