"""The end of an epic that is stopped: why, and what was learned."""

from collections.abc import Iterable
from typing import Annotated

from models.errors import Mistake
from models.form import Form, Paragraph
from models.portfolio.portfolio import State, StateKind

LONGEST = 500


class CannotStop(Mistake):
    """A stop of what has ended already."""

    def __init__(self, key: str, label: str) -> None:
        super().__init__(f"{key} is already in {label}, so there is nothing to stop.")


class NoStop(Mistake):
    """A board without a state for what is stopped."""

    def __init__(self) -> None:
        super().__init__("This portfolio has no state for stopped epics.")


class Stop(Form):
    """Why an epic ends, and what was learned from it."""

    reason: Annotated[
        str,
        Paragraph(
            label="Why?",
            hint="Everybody can read it on the card.",
            missing="Say in a sentence why it stops: everybody reads it.",
            longest=LONGEST,
        ),
    ]
    learned: Annotated[str | None, Paragraph(label="What was learned?", longest=LONGEST)] = None


def stopped_state(states: Iterable[State]) -> State:
    """Where it ends. Raises NoStop."""
    stopped = next((each for each in states if each.kind is StateKind.STOPPED), None)
    if stopped is None:
        raise NoStop
    return stopped
