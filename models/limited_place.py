"""Where limits can hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.portfolio import PHASE_LABELS, Phase, Portfolio, State

ALL = "all"
"""The name of the place where all stand that are in flight."""


@dataclass(frozen=True, slots=True)
class LimitedPlace:
    """Somewhere a limit can hold: all in flight, a state, or one of its two columns."""

    state: State | None = None
    phase: Phase | None = None

    @property
    def name(self) -> str:
        """Its name in a form."""
        if self.state is None:
            return ALL
        return f"{self.state.id}.{self.phase}" if self.phase else str(self.state.id)

    @property
    def label(self) -> str:
        """What people call it."""
        if self.phase is not None:
            return PHASE_LABELS[self.phase]
        return self.state.label if self.state is not None else "All in flight"


def places(portfolio: Portfolio) -> Sequence[LimitedPlace]:
    """Everywhere a limit can hold, all in flight first, then in the order of the board."""
    found = [LimitedPlace()]
    for state in portfolio.states:
        if state.is_open:
            found.append(LimitedPlace(state))
            found += [LimitedPlace(state, phase) for phase in Phase if state.phased]
    return found
