"""What can be done about decisions, and the pages that show them."""

from typing import Annotated, Literal

from pydantic import Field

from bot.slack.actions import Action, Id, Page
from models.decisions.question import Choice


class DecisionsList(Page):
    """The decisions that the person may see."""


class DecisionShown(Page):
    """One decision, with a page of its electors."""

    decision: Id


class OpenDecision(Action):
    """Ask about an epic what is asked of one that stands where it does, or the question named."""

    epic: Id
    question: Literal["go", "mvp", "free"] | None = None


class Cast(Action):
    """Vote on a decision."""

    decision: Id
    choice: Annotated[str, Field(max_length=16)] = Choice.ABSTAIN.value
