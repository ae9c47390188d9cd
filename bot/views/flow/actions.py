"""What can be looked at of flow: its figures, what is behind them, forecasts, and what ages."""

from datetime import date
from typing import Literal, Self

from bot.slack.actions import Id, Page
from models.epics.epic import EpicType
from models.flow.choice import FlowChoice


class Counted(Page, is_base=True):
    """A page for which the epics of a portfolio are counted."""

    is_announced: bool = False
    """Whether the person was shown that it takes a moment."""


class ExplainDigest(Counted):
    """What is behind the figures of a digest."""

    digest: Id


class FlowPage(Counted, is_base=True):
    """Figures of a portfolio, the first one seen where none is named, and of what part of it."""

    portfolio: Id | None = None
    stream: Id | None = None
    type: Literal["business", "enabler"] | None = None
    on: date | None = None
    """As of the end of that day; of now where there is none."""

    @property
    def choice(self) -> FlowChoice:
        type_ = EpicType(self.type) if self.type else None
        return FlowChoice(self.stream, type_, self.on)

    @classmethod
    def of(cls, page: "FlowPage") -> Self:
        """The same part of the same portfolio, looked at in this way."""
        return cls(portfolio=page.portfolio, stream=page.stream, type=page.type, on=page.on)


class ExplainFlow(FlowPage):
    """What is behind them."""


class FlowMetrics(FlowPage):
    """The figures."""


class FlowForecast(FlowPage):
    """How many finish, and when."""


class FlowAging(FlowPage):
    """What is in flight, the oldest first."""
