"""The sentence an epic's answers add up to, and the line at which it is to be stopped."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from models.calendar import spell_day
from models.counting import counted
from models.epics.epic import Epic
from models.epics.proposal import Proposal
from models.errors import Mistake
from models.fields import parse_decimal

LINE = re.compile(
    r"(?P<side>below|under|fewer\s+than|above|over|more\s+than)"
    r"\s+(?P<number>[-−+]?\d+(?:[.,]\d+)?)"
    r"(?:\s*(?P<sign>%|€|\$|£)|\s+(?P<unit>[^\W\d_][^\s\d]*))?"
    r"(?:\s+after\s+(?P<count>[1-9]\d{0,2})\s+(?P<span>day|week|month)s?(?:\s+of\s+the\s+MVP)?)?"
    r"\s*\.?",
    re.IGNORECASE,
)
"""A side, a number with at most one word of unit, and a time: the whole line, or it is words."""

NO_UNITS = frozenset(
    {"after", "before", "by", "in", "of", "or", "and", "to", "than"}
    | {"k", "m", "bn", "mn", "mio", "thousand", "hundred", "million", "billion"}
)
"""Words behind a number that say more than what it counts: it is not that number alone."""


class Side(StrEnum):
    """Where a reading is past the line."""

    BELOW = "below"
    ABOVE = "above"


SIDES = {"below": Side.BELOW, "under": Side.BELOW, "fewer than": Side.BELOW}
SIDES |= {"above": Side.ABOVE, "over": Side.ABOVE, "more than": Side.ABOVE}


@dataclass(frozen=True, slots=True)
class Span:
    """So many days, weeks or months."""

    count: int
    of: str
    """day, week or month."""

    def after(self, day: date) -> date:
        """So much later; of a month that is too short its last day."""
        if self.of != "month":
            return day + timedelta(days=self.count * (7 if self.of == "week" else 1))
        months = day.year * 12 + day.month - 1 + self.count
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last))

    def whole(self, since: date, day: date) -> int:
        """How many whole days, weeks or months have gone by from one day to another."""
        if self.of != "month":
            return (day - since).days // (7 if self.of == "week" else 1)
        months = (day.year - since.year) * 12 + day.month - since.month
        return months if Span(months, self.of).after(since) <= day else months - 1

    def __str__(self) -> str:
        """ "6 weeks"."""
        return counted(self.count, self.of)


@dataclass(frozen=True, slots=True)
class StopLine:
    """Stop where a reading is on that side of the number; on the number itself it is not."""

    side: Side
    number: Decimal
    unit: str = ""
    after: Span | None = None
    """How long after the first day of testing it holds; None for from the target's day."""

    def is_passed_by(self, value: Decimal) -> bool:
        return value < self.number if self.side is Side.BELOW else value > self.number

    def holds_from(self, tested_on: date | None, target_on: date | None) -> date | None:
        """The first day whose readings are held against it; None where that is not known yet.

        `tested_on` is the first day its MVP was tested.
        """
        if self.after is None:
            return target_on
        return self.after.after(tested_on) if tested_on is not None else None

    @property
    def spelled(self) -> str:
        """ "below 63 %"."""
        return f"{self.side} {self.number:f} {self.unit}".strip()


def read_stop_line(words: str | None) -> StopLine | None:
    """What the words say, where the whole line is plain; None where it stays words.

    "below 63 % after 6 weeks of the MVP" is read, "above 45 after the first three services" not.
    """
    found = LINE.fullmatch((words or "").strip())
    if found is None:
        return None
    unit = found["sign"] or found["unit"] or ""
    if unit.casefold() in NO_UNITS:
        return None
    try:
        number = parse_decimal(found["number"])
    except Mistake:  # it may be a thousand
        return None
    side = SIDES[" ".join(found["side"].casefold().split())]
    after = Span(int(found["count"]), found["span"].casefold()) if found["count"] else None
    return StopLine(side, number, unit.rstrip("."), after)


def named(indicator: str) -> tuple[str, str]:
    """The name before its comma, and " %" where it is counted in percent."""
    figure, _, unit = indicator.partition(",")
    return figure.strip() or indicator.strip(), " %" if "%" in unit or "%" in figure else ""


def watched(idea: Epic | Proposal, tested_on: date | None = None) -> str | None:
    """What is understood of its stop line, as a sentence; None where it has none.

    `tested_on` is the first day its MVP was tested.
    """
    if not idea.kill_threshold:
        return None
    line = read_stop_line(idea.kill_threshold)
    if line is None:
        return (
            "“We stop if” is kept as words and not watched: Tack can read a line such as "
            "“below 63 % after 6 weeks”."
        )
    when = holds_when(line, tested_on, idea.target_on)
    return f"Watched: a reading {line.spelled} {when} asks whether to persevere, pivot or stop."


def holds_when(line: StopLine, tested_on: date | None, target_on: date | None) -> str:
    """From when on readings are held against the line, in words."""
    day = line.holds_from(tested_on, target_on)
    if day is not None:
        return f"from {spell_day(day)} on"
    if line.after is not None:
        return f"from {line.after} after testing begins"
    return "from the target's day on, which is not set yet,"


def reads_as(idea: Epic | Proposal) -> str | None:
    """The whole sentence with the parts there are; None before it says what will move."""
    if not idea.indicator:
        return None
    figure, percent = named(idea.indicator)
    words = [f"We believe “{idea.title}”"]
    if idea.for_whom:
        words.append(f"for {_lower_first(idea.for_whom)}")
    words.append(f"will move {_lower_first(figure)}")
    if idea.baseline is not None:
        words.append(f"from {idea.baseline:f}{percent}")
    if idea.target is not None:
        words.append(f"to {idea.target:f}{percent}")
    if idea.target_on is not None:
        words.append(f"by {spell_day(idea.target_on)}")
    sentence = " ".join(words) + "."
    if idea.kill_threshold:
        sentence += f" We stop if it is {idea.kill_threshold.strip().rstrip('.')}."
    return sentence


def _lower_first(text: str) -> str:
    """Lower the first letter, unless it begins a name in capitals such as "NPS"."""
    return text[0].lower() + text[1:] if text[1:2].islower() else text
