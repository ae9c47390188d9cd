"""Who decides a shift: whole numbers in minor units, nothing rounded, nothing looked up."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.decisions.decision import Decision
from models.errors import Mistake


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits, in per cent of what the giving stream was funded with for the period."""

    free_percent: int = 2
    """Up to so much a quarter moves without anybody's yes but the giver's."""
    most_percent: int = 10
    """Above it one shift is also the council's."""
    moved_percent: int = 10
    """More than that is not moved out in the period without the council."""
    request_days: int = 4
    """So long a request stands."""
    stand_in_days: int = 2
    """After so many working days without an answer, stand-ins are asked too."""
    undo_days: int = 5
    """So many working days after a silent shift, finance's yes undoes it."""
    after_council_days: int = 1
    """So many working days after the council's decision a request still stands."""


USUAL = Rules()
"""Those of a portfolio that has not decided on others."""


class SameRules(Mistake):
    """A change of the rules that changes none."""

    def __init__(self) -> None:
        super().__init__("These are the current rules. Change at least one of them.")


class RulesAsked(Mistake):
    """A second change of the rules while the council decides on one."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"{key} already asks the council to change them. /decision show {key} shows it."
        )


class RulesChange(Base):
    """A change of a portfolio's rules: what they are to be, and since when they hold.

    Finance asks for it and the council decides; it holds from the close of the decision on.
    """

    __tablename__ = "rules_changes"
    __table_args__ = (Index(None, "portfolio_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    free_percent: Mapped[int]
    most_percent: Mapped[int]
    moved_percent: Mapped[int]
    request_days: Mapped[int]
    stand_in_days: Mapped[int]
    undo_days: Mapped[int]
    after_council_days: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime]
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    """The one that put it in force; before that, the one it waits for."""
    since: Mapped[datetime | None]
    """From when it holds; None as long as the council has not said yes."""

    decision: Mapped[Decision | None] = relationship()

    @property
    def rules(self) -> Rules:
        """What they are by it; what it does not say, as a rule of later, is as usual."""
        said = {name: getattr(self, name) for name in NAMES}
        return Rules(**{name: value for name, value in said.items() if value is not None})

    def heed(self, decision: Decision, before: "RulesChange | None", at: datetime) -> bool:
        """Have it hold from now on; not where others have come to hold since it was asked for."""
        if before is not None and before.since is not None and before.since > self.asked_at:
            return False
        self.decision, self.since = decision, at
        return True


NAMES = tuple(each.name for each in fields(Rules))
"""What can be changed of them."""


def rules_by(change: RulesChange | None) -> Rules:
    """Those that the newest change says, or the usual ones where there was none."""
    return change.rules if change is not None else USUAL


@dataclass(frozen=True, slots=True)
class Position:
    """How the giving stream stands, in minor units."""

    funded: int
    """What funding entries gave it for the period."""
    available: int
    moved_silently: int = 0
    """What left it without approval in this quarter."""
    moved_out: int = 0
    """What shifts took out of it in the period less what they brought in, at least 0."""


class Band(StrEnum):
    """What the size of a shift asks for."""

    OVERDRAWN = "overdrawn"
    FREE = "free"
    """The giving owner's word alone."""
    APPROVED = "approved"
    """The giving owner and finance."""
    COUNCIL = "council"


class Rule(ABC):
    """One limit of a shift: how much may still move within it, and whose yes it takes beyond."""

    beyond: Band

    @abstractmethod
    def room(self, position: Position, rules: Rules) -> int | None:
        """The largest amount within it, in minor units; None where it sets no limit."""


class Available(Rule):
    """Nothing is moved that is not there."""

    beyond = Band.OVERDRAWN

    def room(self, position: Position, rules: Rules) -> int:
        return position.available


class MovedSilently(Rule):
    """A little moves each quarter by the giving owner's word."""

    beyond = Band.APPROVED

    def room(self, position: Position, rules: Rules) -> int:
        """What is left of the quarter."""
        return _percent_of(rules.free_percent, position.funded) - position.moved_silently


class Size(Rule):
    """No large shift without the council."""

    beyond = Band.COUNCIL

    def room(self, position: Position, rules: Rules) -> int | None:
        """A share of what the stream was funded with; no limit where it never was."""
        return _percent_of(rules.most_percent, position.funded) if position.funded else None


class MovedOut(Rule):
    """Small shifts do not add up to a large one without the council."""

    beyond = Band.COUNCIL

    def room(self, position: Position, rules: Rules) -> int | None:
        """What is left of the period; no limit where the stream was never funded."""
        if not position.funded:
            return None
        return _percent_of(rules.moved_percent, position.funded) - position.moved_out


RULES = (Available(), MovedSilently(), Size(), MovedOut())
BANDS = (Band.FREE, Band.APPROVED, Band.COUNCIL, Band.OVERDRAWN)
"""From the least that is asked for to the most."""


def band_of(amount: int, position: Position, rules: Rules = USUAL) -> Band:
    """What an amount above 0 asks for: the most that a rule it is beyond asks for."""
    broken = (
        rule.beyond
        for rule in RULES
        if (room := rule.room(position, rules)) is not None and amount > room
    )
    return max(broken, key=BANDS.index, default=Band.FREE)


def largest_free(position: Position, rules: Rules = USUAL) -> int:
    """The largest amount that asks nobody but the giver; 0 where none does."""
    return _largest(Band.FREE, position, rules)


def largest_without_council(position: Position, rules: Rules = USUAL) -> int:
    """The largest amount that does not need the council; 0 where every one does."""
    return _largest(Band.APPROVED, position, rules)


def _largest(band: Band, position: Position, rules: Rules) -> int:
    """The largest amount that asks for no more than the band."""
    more = BANDS[BANDS.index(band) + 1 :]
    rooms = (rule.room(position, rules) for rule in RULES if rule.beyond in more)
    return max(0, min(room for room in rooms if room is not None))


def share(part: int, whole: int) -> str:
    """ "5.0 %": in tenths of a per cent, rounded up, so that what is over never reads as at.

    "more than all" where there is no whole.
    """
    if whole <= 0:
        return "more than all"
    tenths = -(-part * 1_000 // whole)
    return f"{tenths // 10:,}.{tenths % 10} %"


def beside_limit(part: int, whole: int, percent: int, without: str = "the council") -> str:
    """ "5.0 % of at most 10 %", or "20.8 %, over the 10 % allowed without the council"."""
    if part * 100 > percent * whole:
        return f"{share(part, whole)}, {over_limit(percent, without)}"
    return f"{share(part, whole)} of at most {percent} %"


def over_limit(percent: int, without: str = "the council") -> str:
    """How what is beyond a limit says so."""
    return f"over the {percent} % allowed without {without}"


def _percent_of(percent: int, whole: int) -> int:
    """The largest whole number within it."""
    return percent * whole // 100
