"""What can be done about decisions, and the pages that show them."""

from typing import Annotated, Literal

from pydantic import Field

from bot.slack.actions import Action, Id, Page, Searched, Seen
from models.decisions.decision import Decision
from models.decisions.question import Choice
from models.decisions.register.listing import DecisionChoice, Which
from models.decisions.thread import BallotQuestion, Objection

Choosable = Annotated[str, Field(max_length=16)]
UserId = Annotated[str, Field(max_length=32)]


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
    question: Literal["go", "mvp"] = "mvp"


class RecordDecision(Action):
    """Keep what was decided about an epic in the room."""

    epic: Id
    question: Literal["go", "mvp", "free"] | None = None


class Cast(Action):
    """Vote on a decision."""

    decision: Id
    choice: Choosable = Choice.ABSTAIN.value
    user: UserId | None = None
    """For whom, where a stand-in does."""
    saw: Id | None = None
    """Up to when evidence stood beside the button, in seconds since 1970."""


class CastWithReason(Action):
    """Vote on a decision that asks why."""

    decision: Id
    choice: Choosable
    user: UserId | None = None
    saw: Id | None = None


class AddReason(Action):
    """Say why one voted as one did."""

    decision: Id
    choice: Choosable
    user: UserId | None = None


class ObjectTo(Action):
    """Vote against by consent, and say why."""

    decision: Id
    user: UserId | None = None
    saw: Id | None = None


class SetAside(Seen):
    """Have an objection no longer stand in the way."""

    noun = Objection


class StandInForMe(Action):
    """Have someone vote for oneself."""

    decision: Id


class StandInUntil(Action):
    """Have someone vote for oneself in a portfolio until a day."""

    portfolio: Id


class AskOnBallot(Action):
    """Ask something about what is voted on."""

    decision: Id


class AnswerQuestion(Seen):
    """Answer such a question."""

    noun = BallotQuestion


class ChangeWords(Seen):
    """Say otherwise what is asked, before anyone has voted."""

    noun = Decision


class AskAgain(Seen):
    """Ask everyone again."""

    noun = Decision


class Withdraw(Seen):
    """Ask it no longer."""

    noun = Decision


class TakeBackPlanned(Action):
    """Have nobody asked what was planned for Monday."""

    planned: Id


class BreakTie(Action):
    """Decide between equals."""

    decision: Id
