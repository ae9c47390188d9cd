"""The columns of the board: the states, and implementing's two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.errors import Mistake
from models.fields import did_you_mean, named_first, reason_typed
from models.portfolio.portfolio import PHASE_LABELS, Phase, Portfolio, State, StateKind

if TYPE_CHECKING:
    from models.epics.epic import Epic

ENDED = (StateKind.DONE, StateKind.STOPPED)


class UnknownStateName(Mistake):
    """A word that names no state of the portfolio."""

    def __init__(self, typed: str, portfolio: Portfolio) -> None:
        labels = [column.label for column in columns(portfolio)]
        guess = did_you_mean(typed, labels)
        super().__init__(
            f"There is no state “{typed[:60]}”.{guess} The states are {', '.join(labels)}."
        )


class NotTesting(Mistake):
    """Persevering after an MVP that is not being tested."""

    def __init__(self, epic: "Epic") -> None:
        super().__init__(
            f"{epic.key} is now in {epic.column_label}, so its MVP is not being tested."
        )


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
        return cls.entered(epic.state, epic.phase)

    @property
    def name(self) -> str:
        """What it is called in ids."""
        return self.phase.value if self.phase else self.state.name

    @property
    def label(self) -> str:
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
    """All of them, in board order."""
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


def persevering_column(epic: "Epic") -> Column:
    """Where it goes on after its MVP. Raises NotTesting."""
    to = next_column(epic)
    if to is None or not to.scales or to.state is not epic.state:
        raise NotTesting(epic)
    return to


def column_named(portfolio: Portfolio, name: str) -> Column:
    """The column of that name, as a form offers it. Raises UnknownStateName."""
    for column in columns(portfolio):
        if column.name == name:
            return column
    raise UnknownStateName(name, portfolio)


def column_and_reason(portfolio: Portfolio, typed: str) -> tuple[Column, str | None]:
    """The state or column named first, and what follows it; a label may be of several words.

    Raises UnknownStateName.
    """
    if found := named_first(typed, _names(portfolio)):
        return found[0], reason_typed(found[1]) or None
    raise UnknownStateName(typed, portfolio)


def _names(portfolio: Portfolio) -> Iterator[tuple[str, Column]]:
    for state in portfolio.states:
        yield from ((name, Column(state)) for name in (state.name, state.label))
        for phase in tuple(Phase) if state.phased else ():
            column = Column(state, phase)
            yield from ((name, column) for name in (phase.value, column.label))
