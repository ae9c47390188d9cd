"""Who decides about an epic: the council from a line of full cost on, below it one person."""

from collections.abc import Sequence
from typing import NamedTuple

from models.decisions.decision import Way
from models.epics.epic import Epic
from models.errors import Mistake
from models.people.role import Role

VOTING = (Role.COUNCIL, Role.STREAM_OWNER, Role.FINANCE, Role.EPIC_OWNER, Role.ADMIN)
"""The roles that can be asked to vote."""


class NobodyDecides(Mistake):
    """An epic below the council's line that everybody who could decide has a part in."""

    def __init__(self, epic: Epic, admins: Sequence[str]) -> None:
        super().__init__(
            f"Nobody can decide about {epic.key} alone: whoever owns or proposed it does not, and "
            f"{epic.portfolio.name} has no other council member. An admin gives the role with "
            "/portfolio roles."
        )
        self.ask = tuple(admins)


class Deciders(NamedTuple):
    """Who decides and how, unless whoever opens it says otherwise."""

    way: Way
    people: Sequence[str]
    are: str
    """Who they are in words."""

    def is_one(self, user_id: str) -> bool:
        """Whether this person decides alone."""
        return self.way is Way.ALONE and user_id in self.people


def is_for_council(epic: Epic) -> bool:
    """Whether its full cost is at the council's line or above it, or is not known."""
    cost = epic.full_cost_minor
    return cost is None or cost >= epic.portfolio.council_line


def deciders_of(epic: Epic, council: Sequence[str], owner: str | None) -> Deciders:
    """Who decides about the epic.

    `council` and `owner`, of its value stream, are those who are here. Below the line it is the
    owner; where they own or proposed the epic, or there is none, any one of the council who did
    neither. Nobody may be left.
    """
    if is_for_council(epic):
        return Deciders(Way.VOTE, council, "the council")
    involved = (epic.owner_user_id, epic.proposed_by)
    if owner is not None and owner not in involved:
        return Deciders(Way.ALONE, (owner,), f"the owner of {epic.value_stream.name}")
    free = [each for each in council if each not in involved]
    return Deciders(Way.ALONE, free, "one member of the council")
