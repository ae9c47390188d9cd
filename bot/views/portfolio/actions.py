"""What can be done with a portfolio, its board and its value streams, and the pages of them."""

from typing import Literal

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


class EditBasics(Seen, noun=Portfolio):
    """Change what holds in the whole portfolio."""


class EditBaseline(Seen, noun=Portfolio):
    """Say how long a steering decision took before Tack."""


class EditLine(Seen, noun=Portfolio):
    """Say from which full cost on the council decides."""


class NamePeople(Action):
    """Name the council, finance and its stand-ins."""

    portfolio: Id


class GoLive(Action):
    """Let a portfolio speak."""

    portfolio: Id


class BringDigest(Action):
    """Have a portfolio's channel told of it once a week, at the usual time."""

    portfolio: Id


class UsePreset(Seen, noun=Portfolio):
    """Exchange the whole board."""

    preset: Literal["usual", "lean", "gates"]


class CommitAfter(Seen, noun=Portfolio):
    """Let leaving a state commit."""

    state: Id


class AddState(Seen, noun=Portfolio):
    """A new state of the board."""


class EditState(Seen, noun=Portfolio):
    """Change a state of the board."""

    state: Id


class DropState(Seen, noun=Portfolio):
    """Take a state off the board."""

    state: Id


class LimitPortfolio(Seen, noun=Portfolio):
    """Set the limits of a portfolio."""


class LimitStream(Seen, noun=ValueStream):
    """Set the limits of a value stream."""


class AddStream(Action):
    """A new value stream."""

    portfolio: Id


class AddStreams(Action):
    """Several new value streams at once."""

    portfolio: Id


class EditStream(Seen, noun=ValueStream):
    """Change a value stream."""


class MergeStream(Seen, noun=ValueStream):
    """Put everything of a value stream into another one."""


class SplitStream(Seen, noun=ValueStream):
    """Make a new value stream of some of the epics of one."""
