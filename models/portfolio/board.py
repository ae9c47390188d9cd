"""The board of a portfolio: its states, what each asks for, and from where epics count."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.errors import FieldMistakes, Mistake
from models.fields import folded, tidy
from models.portfolio.forms import LONGEST_LABEL
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import Portfolio, State, StateKind
from models.portfolio.preset import Preset

LONGEST_NAME = 36
MOST_STATES = 20
"""More columns than anybody can look along."""


class UnknownState(Mistake):
    """A state that the portfolio does not have."""

    def __init__(self) -> None:
        super().__init__("This portfolio no longer has that state. Choose another one.")


class StateInUse(Mistake):
    """A state in which epics stand is to be removed."""

    def __init__(self, state: State) -> None:
        super().__init__(
            f"There are still epics in {state.label}. Move them on first; "
            f"/epic list {state.name} shows them."
        )


class NeededState(Mistake):
    """A state without which no board works is to be removed."""

    def __init__(self, state: State) -> None:
        why = {
            StateKind.DONE: "epics are done there",
            StateKind.STOPPED: "stopped epics go there",
        }.get(state.kind, "every idea begins there")
        super().__init__(f"{state.label} stays: {why}. You can give it another name.")


class NothingInFlight(Mistake):
    """A board on which no epic would ever be in flight."""

    def __init__(self) -> None:
        super().__init__(
            "Some state has to be in flight: keep at least one between the commitment point and "
            "done."
        )


class BoardInUse(Mistake):
    """A preset for a board on which epics stand already."""

    def __init__(self) -> None:
        super().__init__(
            "There are already epics on this board, so it cannot be replaced as a whole. Rename, "
            "add "
            "and drop its states one by one."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateShape:
    """What a state is to be."""

    label: str
    kind: StateKind = StateKind.ACTIVE
    """Wait or active; where ideas begin and where epics end it stays what it is."""
    phased: bool = False
    stale_after_days: int | None = None
    requires: Sequence[Requirement] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """The states of a portfolio, those that were given up as well."""

    portfolio: Portfolio

    def state(self, state_id: int) -> State:
        """A state in use. Raises UnknownState."""
        for state in self.portfolio.states:
            if state.id == state_id:
                return state
        raise UnknownState

    def use_preset(self, preset: Preset, *, in_use: bool = False) -> Sequence[State]:
        """Exchange the whole board; the states that go. Raises BoardInUse.

        `in_use` says whether an epic is on the board, or ever was.
        """
        if in_use:
            raise BoardInUse
        known = {state.name: state for state in self.portfolio.all_states}
        for position, each in enumerate(preset.states):
            state = known.pop(each.name, None) or State(workspace_id=self.portfolio.workspace_id)
            each.give(state, position)
            self._put(state)
        return list(known.values())

    def add_state(self, after_id: int, shape: StateShape) -> State:
        """Put a state behind another one; one that was given up under that name comes back.

        Raises UnknownState and FieldMistakes.
        """
        after = self.state(after_id)
        if len(self.portfolio.states) >= MOST_STATES:
            raise FieldMistakes({"label": f"A board has at most {MOST_STATES} states."})
        label = self._free_label(shape.label, None)
        if not after.is_open:
            raise FieldMistakes({"after_id": f"No state can come after {after.label}."})
        later = [each for each in self.portfolio.states if each.position > after.position]
        new = self._given_up(label) or State(
            workspace_id=self.portfolio.workspace_id, name=self._free_name(label)
        )
        for state in self.portfolio.all_states:
            if state.position > after.position:
                state.position += 1
        new.committed = after.committed or any(each.committed for each in later[:1])
        new.position, new.retired_at = after.position + 1, None
        _give(new, shape, label)
        self._put(new)
        return new

    def change_state(self, state_id: int, shape: StateShape) -> State:
        """Have the state be so; its kind stays where ideas begin and where epics end.

        Raises UnknownState and FieldMistakes.
        """
        state = self.state(state_id)
        _give(state, shape, self._free_label(shape.label, state))
        return state

    def remove_state(
        self, state_id: int, at: datetime, *, has_epics: bool, had_epics: bool
    ) -> State:
        """Take the state off the board; it is retired where history needs it, else goes for good.

        Raises UnknownState, NeededState, StateInUse and NothingInFlight.
        """
        state = self.state(state_id)
        if not state.is_in_the_middle:
            raise NeededState(state)
        if has_epics:
            raise StateInUse(state)
        if not any(each.committed for each in self.portfolio.states if each is not state):
            raise NothingInFlight
        state.retired_at = at if had_epics else None
        return state

    def commit_on_leaving(self, state_id: int) -> State:
        """Let every state after this one, up to done, be committed; done and stopped are not.

        Raises UnknownState and NothingInFlight.
        """
        point = self.state(state_id)
        states = self.portfolio.states
        if not any(each.is_open and each.position > point.position for each in states):
            raise NothingInFlight
        for state in states:
            state.committed = state.is_open and state.position > point.position
        return point

    def _put(self, state: State) -> None:
        if state not in self.portfolio.states:
            self.portfolio.states.append(state)

    def _given_up(self, label: str) -> State | None:
        known = (state for state in self.portfolio.all_states if state.retired_at)
        return next((s for s in known if folded(s.label) == folded(label)), None)

    def _free_label(self, typed: str, own: State | None) -> str:
        label = tidy(typed)
        if not 0 < len(label) <= LONGEST_LABEL:
            raise FieldMistakes({"label": f"Give it a name of up to {LONGEST_LABEL} characters."})
        others = [each for each in self.portfolio.states if each is not own]
        if folded(label) in {word for s in others for word in (s.name, folded(s.label))}:
            raise FieldMistakes({"label": f"There is already a state {label}."})
        return label

    def _free_name(self, label: str) -> str:
        """A name to be typed, made of the label."""
        taken: Collection[str] = {state.name for state in self.portfolio.all_states}
        words = "".join(c if c.isalnum() else " " for c in label.casefold()).split()
        name = "-".join(words)[:LONGEST_NAME] or "state"
        if name not in taken:
            return name
        return next(n for number in range(2, 1_000) if (n := f"{name}-{number}") not in taken)


def _give(state: State, shape: StateShape, label: str) -> None:
    state.label, state.phased = label, shape.phased
    if state.kind is None or state.is_in_the_middle:
        state.kind = shape.kind
    state.stale_after_days = shape.stale_after_days
    state.exit_requires = [each.value for each in shape.requires]
