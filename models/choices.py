"""What can be chosen on the form for an epic."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.portfolio import Portfolio, ValueStream
from models.theme import Objective, Theme


@dataclass(frozen=True, slots=True)
class Choices:
    """A portfolio with its open value streams, themes and objectives."""

    portfolio: Portfolio
    themes: Sequence[Theme] = ()
    objectives: Sequence[Objective] = ()

    @property
    def streams(self) -> Sequence[ValueStream]:
        """Those that take epics."""
        return self.portfolio.open_streams

    def stream(self, id_: str | None) -> ValueStream | None:
        """The one of that id, or None."""
        return next((stream for stream in self.streams if str(stream.id) == id_), None)

    def theme(self, id_: str | None) -> Theme | None:
        """The one of that id, or None."""
        return next((theme for theme in self.themes if str(theme.id) == id_), None)

    def objective(self, id_: str | None) -> Objective | None:
        """The one of that id, or None."""
        return next((each for each in self.objectives if str(each.id) == id_), None)
