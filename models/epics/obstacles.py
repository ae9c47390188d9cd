"""What keeps an epic from a move forward."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.epics.column import Column
from models.epics.epic import Epic
from models.epics.limit import FullPlace
from models.epics.policy import fields_of, told
from models.errors import Mistake
from models.portfolio.policy import Requirement


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Answers its states ask for, and places that are full where it goes."""

    lacks: Sequence[Requirement] = ()
    full: Sequence[FullPlace] = ()

    def told(self, to: Column) -> list[str]:
        """Each in a phrase."""
        return [*told(self.lacks, to.state), *(place.phrase for place in self.full)]


class NotYet(Mistake):
    """A move forward before what its state asks for is there, or into a place that is full.

    It says what is missing, what mends it, and whether this person may move it all the same.
    """

    def __init__(self, epic: Epic, to: Column, obstacles: Obstacles, *, may_pass: bool) -> None:
        self.missing = obstacles.told(to)
        super().__init__(f"{epic.key} stays in {epic.column_label}. {'. '.join(self.missing)}.")
        self.epic_id, self.version = epic.id, epic.version
        self.key, self.label, self.to_label = epic.key, epic.column_label, to.label
        self.to_state_id, self.to_phase = to.state.id, to.phase
        self.fields_open = len(fields_of(obstacles.lacks))
        self.needs_answer = Requirement.ANSWER in obstacles.lacks
        self.may_pass = may_pass
