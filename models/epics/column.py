"""The columns of the board: the states, and implementing's two."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.portfolio.portfolio import PHASE_LABELS, Phase, Portfolio, State, StateKind

if TYPE_CHECKING:
    from models.epics.epic import Epic

ENDED = (StateKind.DONE, StateKind.STOPPED)


@dataclass(frozen=True, slots=True)
class Column:
    """A state, or one of the two columns of a state that is shown so."""

    state: State
    phase: Phase | None = None

    @classmethod
    def entered(cls, state: State, phase: Phase | None = None) -> "Column":
        """Where one who moves to the state stands: it begins with testing the MVP."""
        return cls(state, (phase or Phase.TESTING) if state.phased else None)

    @classmethod
    def of(cls, epic: "Epic") -> "Column":
        """Where the epic stands."""
        return cls.entered(epic.state, epic.phase)

    @property
    def name(self) -> str:
        """What it is called in ids."""
        return self.phase.value if self.phase else self.state.name

    @property
    def label(self) -> str:
        """What it is called."""
        return PHASE_LABELS[self.phase] if self.phase else self.state.label

    @property
    def scales(self) -> bool:
        """Whether an epic that stands here goes on after its MVP."""
        return self.phase is Phase.DELIVERING

    def is_before(self, other: "Column") -> bool:
        """Whether it comes earlier on the way than the other."""
        if self.state is other.state:
            return other.scales and not self.scales
        return self.state.position < other.state.position


def columns(portfolio: Portfolio) -> Sequence[Column]:
    """All of them, in the order of the board."""
    return [
        Column(state, phase)
        for state in portfolio.states
        for phase in (tuple(Phase) if state.phased else (None,))
    ]


def next_column(epic: "Epic") -> Column | None:
    """Where it usually goes from here; None at the end of the way."""
    if epic.state.kind in ENDED:
        return None
    here = Column.of(epic)
    onward = [each for each in columns(epic.portfolio) if here.is_before(each)]
    return next((each for each in onward if each.state.kind is not StateKind.STOPPED), None)
