"""What can be done with budgets, and the pages that show them."""

from typing import Annotated

from pydantic import Field

from bot.slack.actions import Action, Id, Page, Seen
from bot.slack.blocks import Element
from models.budgets.shift import ShiftQuestion
from models.epics.epic import Epic


class BudgetShown(Page):
    """What the streams of a portfolio have, of the first one seen where none is named."""

    portfolio: Id | None = None
    period: Id | None = None
    """The present fiscal year where none is named."""
    stream: Id | None = None
    """All of them where none is named."""


class BookSpend(Action):
    """What an epic spent in a month."""

    epic: Id


class CloseBooks(Action):
    """The months of a portfolio in which nothing is booked any more."""

    portfolio: Id


class GiveForecast(Action):
    """What a value stream of a portfolio expects to have spent at the end of the year."""

    portfolio: Id


class BudgetHistory(Page):
    """What came into the ledger of the present period, of one stream or of all."""

    portfolio: Id | None = None
    of_stream: Id | None = None


class BudgetRules(Page):
    """The limits of shifts."""

    portfolio: Id | None = None


class RollForward(Action):
    """A fiscal year of a portfolio, given what the one before had."""

    portfolio: Id
    seen: Annotated[str, Field(max_length=16)] | None = None


class ChangeRules(Action):
    """Other rules of shifts for a portfolio."""

    portfolio: Id


class FundStream(Action):
    """Money for a value stream of a portfolio."""

    portfolio: Id


class AskShift(Action):
    """Money from one value stream to another."""

    portfolio: Id
    seen: Annotated[str, Field(max_length=16)] | None = None
    """The mark of what was shown before asking."""
    again: Id | None = None
    """A request that lapsed, whose answers the form begins with."""
    epic: Id | None = None
    """One that is not covered, which the form begins with."""


class ShiftShown(Page):
    """A request, and what became of it."""

    shift: Id


class CommitCapacity(Action):
    """What the capacity of a value stream of a portfolio costs a month."""

    portfolio: Id


class CoverEpic(Action):
    """Commit to an epic what it lacks."""

    epic: Id


def cover_button(epic: Epic, *, short: bool, asked: int | None) -> Element:
    """Commits it, or where it is not there asks for a shift, or shows the one asked for."""
    if short and asked is not None:
        see = ShiftShown(shift=asked)
        return see.button("See the request", aloud=f"See the request to cover {epic.key}")
    if short:
        ask = AskShift(portfolio=epic.portfolio_id, epic=epic.id)
        return ask.button("Ask for a shift", aloud=f"Ask for a shift to cover {epic.key}")
    return CoverEpic(epic=epic.id).button("Cover it", aloud=f"Cover {epic.key}")


class UndoShift(Action):
    """The money of a shift back to where it came from."""

    shift: Id
    seen: Annotated[str, Field(max_length=16)] | None = None


class ApproveShift(Action):
    """Yes to a request."""

    shift: Id


class AskAboutShift(Action):
    """Ask something about a request."""

    shift: Id


class AnswerShiftQuestion(Seen):
    """Answer such a question."""

    noun = ShiftQuestion


class DeclineShift(Action):
    """No to a request."""

    shift: Id


class TakeShiftBack(Action):
    """A request is asked for no longer."""

    shift: Id
