"""The end of an epic that is stopped: why, and what was learned."""

from collections.abc import Iterable
from dataclasses import dataclass

from models.errors import FieldMistakes, Mistake
from models.fields import parse_reason, too_long
from models.portfolio.portfolio import State, StateKind

LONGEST = 500


class CannotStop(Mistake):
    """A stop of what has ended already."""

    def __init__(self, key: str, label: str) -> None:
        super().__init__(f"{key} is already in {label}, so there is nothing to stop.")


class NoStop(Mistake):
    """A board without a state for what is stopped."""

    def __init__(self) -> None:
        super().__init__("This portfolio has no state for what is stopped.")


@dataclass(frozen=True, slots=True)
class Stop:
    """Why an epic ends, and what was learned from it."""

    reason: str
    learned: str | None = None

    @classmethod
    def read(cls, reason: str, learned: str | None) -> "Stop":
        """What was typed. Raises ReasonMissing and FieldMistakes."""
        missing = "Say in a sentence why it stops: it is what everybody reads."
        reason, learned = parse_reason(reason, missing, LONGEST), (learned or "").strip()
        if len(learned) > LONGEST:
            raise FieldMistakes({"learned": too_long(learned, LONGEST)})
        return cls(reason, learned or None)


def stopped_state(states: Iterable[State]) -> State:
    """Where it ends. Raises NoStop."""
    stopped = next((each for each in states if each.kind is StateKind.STOPPED), None)
    if stopped is None:
        raise NoStop
    return stopped
