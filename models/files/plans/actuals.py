"""What a file of actuals comes to: facts to be booked, and what cannot be placed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from models.budgets.spend import Fact, check_begun, month_to_book, parse_month
from models.counting import counted
from models.epics.listing import is_key, read_key
from models.errors import Mistake
from models.fields import did_you_mean, folded
from models.files.matching import GoodRow
from models.money import format_amount


class NoSuchEpic(Mistake):
    """A row of an epic that the portfolio has not."""

    def __init__(self, typed: str) -> None:
        super().__init__(f"there is no epic {typed[:40]} in this portfolio")


class UnknownName(Mistake):
    """A row of a stream that the portfolio has not."""

    def __init__(self, typed: str, there: Sequence[str]) -> None:
        guess = did_you_mean(typed, there)
        super().__init__(
            f"there is no value stream {typed[:40]} in this portfolio{guess and '.'}{guess}"
        )


class NotPlaced(Mistake):
    """A row that no stream can be told of."""

    def __init__(self, cost_centre: str | None, count: int) -> None:
        if cost_centre is None:
            said = "it names no value stream, no epic and no cost centre"
        elif count:
            said = f"{count} value streams have the cost centre {cost_centre}; name one"
        else:
            said = f"no value stream has the cost centre {cost_centre}"
        super().__init__(said)


class Twice(Mistake):
    """A reference that stands in the same file twice."""

    def __init__(self, reference: str, line: int) -> None:
        super().__init__(f"{reference[:60]} is in the file twice, first in line {line}")


class KnownEpic(NamedTuple):
    """An epic, and the stream it is in."""

    id: int
    stream_id: int


@dataclass(frozen=True, slots=True)
class Places:
    """Where money can have been spent: the portfolio's streams, epics and cost centres."""

    streams: Mapping[str, int]
    """By their folded names and their letters; one that was merged stands for its successor."""
    epics: Mapping[str, KnownEpic]
    """By their keys."""
    cost_centres: Mapping[str, AbstractSet[int]]
    """By their folded names: the streams that have money on them."""
    names: Sequence[str] = ()
    """Of the streams in use."""


@dataclass(slots=True)
class ActualsPlan:
    """What an import comes to."""

    facts: list[Fact] = field(default_factory=list)
    known: int = 0
    zero: int = 0
    """Rows of 0, which have nothing to book."""
    against: dict[int, str] = field(default_factory=dict)
    """Reasons, by line."""

    def said(self, currency: str, closed_to: date | None) -> Sequence[str]:
        """How many rows have nothing to book, where some have, and what each month comes to."""
        zero = [f"{counted(self.zero, 'row')} of 0: nothing to book"] if self.zero else []
        return [*zero, *(month.said(currency) for month in self.months(closed_to))]

    def months(self, closed_to: date | None) -> Sequence["Month"]:
        """What is booked of each month, the first first, to be held against the books."""
        by_month: dict[date, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            by_month[fact.month].append(fact)
        return [
            Month(
                month,
                len(facts),
                sum(fact.minor for fact in facts),
                booked if (booked := month_to_book(month, closed_to)) != month else None,
            )
            for month, facts in sorted(by_month.items())
        ]


class Month(NamedTuple):
    """The rows of a month: how many, their sum in minor units, and where else they are booked."""

    month: date
    rows: int
    minor: int
    booked_in: date | None
    """The first open month, where its own is closed."""

    def said(self, currency: str) -> str:
        """ "2026-04: 12 rows, €34,500"."""
        late = (
            f", booked into {self.booked_in:%Y-%m} because its month is closed"
            if self.booked_in
            else ""
        )
        rows, amount = counted(self.rows, "row"), format_amount(self.minor, currency)
        return f"{self.month:%Y-%m}: {rows}, {amount}{late}"


def plan_of_actuals(
    rows: Iterable[GoodRow], places: Places, known: AbstractSet[str], today: date
) -> ActualsPlan:
    """Work out what the rows come to; those whose reference is in the books are known, and
    those of 0 have nothing to book."""
    plan = ActualsPlan()
    lines: dict[str, int] = {}
    for row in rows:
        reference = row.values["reference"]
        try:
            if reference in lines:
                raise Twice(reference, lines[reference])
            lines[reference] = row.line
            if reference in known:
                plan.known += 1
                continue
            fact = _fact(row, places, today)
            if fact.minor:
                plan.facts.append(fact)
            else:
                plan.zero += 1
        except Mistake as mistake:
            plan.against[row.line] = mistake.sentence.removesuffix(".")
    return plan


def _fact(row: GoodRow, places: Places, today: date) -> Fact:
    values = row.values
    month, minor = parse_month(values["month"]), values["amount"]
    check_begun(month, today)
    epic = _epic(values["epic"], places)
    stream_id = _stream(values["value_stream"], places)
    if stream_id is None:
        stream_id = epic.stream_id if epic else _by_centre(values["cost_centre"], places)
    epic_id = epic.id if epic else None
    return Fact(month, minor, stream_id, epic_id, values["cost_centre"], values["reference"])


def _epic(typed: str | None, places: Places) -> KnownEpic | None:
    if typed is None:
        return None
    found = places.epics.get(read_key(typed)) if is_key(typed) else None
    if found is None:
        raise NoSuchEpic(typed)
    return found


def _stream(typed: str | None, places: Places) -> int | None:
    if typed is None:
        return None
    found = places.streams.get(folded(typed))
    if found is None:
        raise UnknownName(typed, places.names)
    return found


def _by_centre(typed: str | None, places: Places) -> int:
    there = places.cost_centres.get(folded(typed), frozenset()) if typed else frozenset()
    if len(there) != 1:
        raise NotPlaced(typed, len(there))
    return next(iter(there))
