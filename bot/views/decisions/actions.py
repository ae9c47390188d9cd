"""What can be done about decisions, and the pages that show them."""

from typing import Annotated, Literal

from pydantic import Field

from bot.slack.actions import Action, Id, Page, Searched
from models.decisions.listing import DecisionChoice, Which
from models.decisions.question import Choice


class DecisionsList(Searched):
    """The decisions that the person may see, those of before too."""

    which: Which = "all"
    mine: bool = False
    portfolio: Id | None = None
    stream: Id | None = None
    epic: Id | None = None

    @property
    def choice(self) -> DecisionChoice:
        return DecisionChoice(
            self.which, self.mine, self.portfolio, self.stream, self.epic, self.text
        )

    def narrowed(self, name: str, value: str) -> "DecisionsList":
        """Another portfolio has other streams and epics. Raises OldButton."""
        here = self.but(stream=None, epic=None) if name == "portfolio" else self
        return super(DecisionsList, here).narrowed(name, value)


class PastShown(Page):
    """A decision of before, with a page of who chose what."""

    past: Id


class DecisionShown(Page):
    """One decision, with a page of its electors."""

    decision: Id


class Decide(Action):
    """Decide alone what one was asked to."""

    decision: Id


class DecideNow(Action):
    """Decide alone about an epic, without having been asked."""

    epic: Id
    question: Literal["go", "mvp"]


class Cast(Action):
    """Vote on a decision."""

    decision: Id
    choice: Annotated[str, Field(max_length=16)] = Choice.ABSTAIN.value
