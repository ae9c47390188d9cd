"""Who decides a shift: whole numbers in minor units, nothing rounded, nothing looked up."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits, in per cent of what the giving stream was funded with for the period."""

    free_percent: int = 2
    """Up to so much a quarter moves without anybody's yes but the giver's."""
    most_percent: int = 10
    """Above it one shift is also the council's."""
    moved_percent: int = 10
    """More than that is not moved out in the period without the council."""
    working_days: int = 4
    """So long a request stands."""


USUAL = Rules()


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


def band_of(amount: int, position: Position, rules: Rules = USUAL) -> Band:
    """What an amount above 0 asks for."""
    if amount > position.available:
        return Band.OVERDRAWN
    within_moved = _within(position.moved_out + amount, rules.moved_percent, position.funded)
    silently = position.moved_silently + amount
    if _within(silently, rules.free_percent, position.funded) and within_moved:
        return Band.FREE
    if position.funded == 0:
        return Band.APPROVED
    if _within(amount, rules.most_percent, position.funded) and within_moved:
        return Band.APPROVED
    return Band.COUNCIL


def largest_free(position: Position, rules: Rules = USUAL) -> int:
    """The largest amount that asks nobody but the giver; 0 where none does."""
    return _at_least_0(
        position.available,
        _percent_of(rules.free_percent, position.funded) - position.moved_silently,
        _percent_of(rules.moved_percent, position.funded) - position.moved_out,
    )


def largest_without_council(position: Position, rules: Rules = USUAL) -> int:
    """The largest amount that does not need the council; 0 where every one does."""
    if position.funded == 0:
        return _at_least_0(position.available)
    return _at_least_0(
        position.available,
        _percent_of(rules.most_percent, position.funded),
        _percent_of(rules.moved_percent, position.funded) - position.moved_out,
    )


def share(part: int, whole: int) -> str:
    """ "5.0 %": in tenths of a per cent, rounded up, so that what is over never reads as at.

    "more than all" where there is no whole.
    """
    if whole <= 0:
        return "more than all"
    tenths = -(-part * 1_000 // whole)
    return f"{tenths // 10:,}.{tenths % 10} %"


def _within(amount: int, percent: int, whole: int) -> bool:
    return 100 * amount <= percent * whole


def _percent_of(percent: int, whole: int) -> int:
    """The largest whole number within it."""
    return percent * whole // 100


def _at_least_0(*amounts: int) -> int:
    return max(0, min(amounts))
