"""What can be done with a portfolio, its board and its value streams, and the pages of them."""

from typing import ClassVar, Literal

from bot.slack.actions import Action, Id, Page, Seen
from models.portfolio.portfolio import Portfolio, ValueStream


class SettingsShown(Page):
    """What holds in a portfolio, and before it is live the steps that set it up.

    Where none is named it is the one that was begun last and is not live yet, else the first.
    """

    portfolio: Id | None = None


class StreamsList(Page):
    """The value streams of a portfolio, of the first one seen where none is named."""

    portfolio: Id | None = None


class BoardShown(Page):
    """The states of a portfolio's board."""

    portfolio: Id


class SetUp(Action):
    """Set a portfolio up: begin, or go on where it stands."""


class BeginPortfolio(Action):
    """A new portfolio."""


class EditBasics(Seen):
    """Change what holds in the whole portfolio."""

    noun: ClassVar = Portfolio


class EditBaseline(Seen):
    """Say how long a steering decision took before Tack."""

    noun: ClassVar = Portfolio


class NamePeople(Action):
    """Name the council, finance and its stand-ins."""

    portfolio: Id


class GoLive(Action):
    """Let a portfolio speak."""

    portfolio: Id


class BringDigest(Action):
    """Have a portfolio's channel told of it once a week, at the usual time."""

    portfolio: Id


class UsePreset(Seen):
    """Exchange the whole board."""

    noun: ClassVar = Portfolio
    preset: Literal["usual", "lean", "gates"]


class CommitAfter(Seen):
    """Let leaving a state commit."""

    noun: ClassVar = Portfolio
    state: Id


class AddState(Seen):
    """A new state of the board."""

    noun: ClassVar = Portfolio


class EditState(Seen):
    """Change a state of the board."""

    noun: ClassVar = Portfolio
    state: Id


class DropState(Seen):
    """Take a state off the board."""

    noun: ClassVar = Portfolio
    state: Id


class LimitPortfolio(Seen):
    """Set the limits of a portfolio."""

    noun: ClassVar = Portfolio


class LimitStream(Seen):
    """Set the limits of a value stream."""

    noun: ClassVar = ValueStream


class AddStream(Action):
    """A new value stream."""

    portfolio: Id


class AddStreams(Action):
    """Several new value streams at once."""

    portfolio: Id


class EditStream(Seen):
    """Change a value stream."""

    noun: ClassVar = ValueStream


class MergeStream(Seen):
    """Put everything of a value stream into another one."""

    noun: ClassVar = ValueStream


class SplitStream(Seen):
    """Make a new value stream of some of the epics of one."""

    noun: ClassVar = ValueStream
