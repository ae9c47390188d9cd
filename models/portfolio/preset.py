"""States to begin with: whole boards that can be chosen, and are yours to change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.portfolio.policy import USUAL
from models.portfolio.portfolio import (
    FIRST_STATE,
    STALE_AFTER_DAYS,
    State,
    StateKind,
)

PHASED_STATE = "implementing"
"""Shown as two columns: an epic tests its MVP until it is decided to go on."""


@dataclass(frozen=True, slots=True)
class PresetState:
    """One state of a preset; those that are known by name ask for what they usually ask."""

    name: str
    label: str
    kind: StateKind
    phased: bool = False

    @property
    def committed(self) -> bool:
        """Whether an epic in it is in flight."""
        return self.kind in (StateKind.WAIT, StateKind.ACTIVE) and self.name != FIRST_STATE

    def give(self, state: State, position: int) -> None:
        state.name, state.label, state.kind = self.name, self.label, self.kind
        state.position, state.committed, state.phased = position, self.committed, self.phased
        state.stale_after_days = STALE_AFTER_DAYS if self.committed else None
        state.exit_requires = [each.value for each in USUAL.get(self.name, ())]
        state.retired_at = None


@dataclass(frozen=True, slots=True)
class Preset:
    """A board to begin with."""

    name: str
    label: str
    states: Sequence[PresetState]

    @property
    def way(self) -> str:
        """Its states in order, without where stopped epics go."""
        shown = [s.label for s in self.states if s.kind is not StateKind.STOPPED]
        return " → ".join(shown)


WAIT, ACTIVE, DONE, STOPPED = StateKind

USUAL_BOARD = Preset(
    "usual",
    "The usual board",
    [
        PresetState(FIRST_STATE, "Funnel", WAIT),
        PresetState("reviewing", "Reviewing", ACTIVE),
        PresetState("analyzing", "Analyzing", ACTIVE),
        PresetState("ready", "Ready", WAIT),
        PresetState(PHASED_STATE, "Implementing", ACTIVE, phased=True),
        PresetState("done", "Done", DONE),
        PresetState("stopped", "Stopped", STOPPED),
    ],
)
LEAN_BOARD = Preset(
    "lean",
    "Lean, three states",
    [
        PresetState(FIRST_STATE, "Ideas", WAIT),
        PresetState("implementing", "Doing", ACTIVE),
        PresetState("done", "Done", DONE),
        PresetState("stopped", "Stopped", STOPPED),
    ],
)
GATES_BOARD = Preset(
    "gates",
    "Like our project gates",
    [
        PresetState(FIRST_STATE, "Idea", WAIT),
        PresetState("reviewing", "Gate 1: outline", ACTIVE),
        PresetState("analyzing", "Gate 2: business case", ACTIVE),
        PresetState("ready", "Gate 3: go-ahead", WAIT),
        PresetState("implementing", "Delivery", ACTIVE, phased=True),
        PresetState("accepting", "Gate 4: acceptance", ACTIVE),
        PresetState("done", "Closed", DONE),
        PresetState("stopped", "Stopped", STOPPED),
    ],
)
PRESETS: Mapping[str, Preset] = {each.name: each for each in (USUAL_BOARD, LEAN_BOARD, GATES_BOARD)}
"""What can be chosen, the usual first."""


def preset_of(states: Sequence[State]) -> Preset | None:
    """The preset that a board still is, by its names and labels; None once it is changed."""
    now = [(state.name, state.label) for state in states]
    same = (p for p in PRESETS.values() if [(s.name, s.label) for s in p.states] == now)
    return next(same, None)
