"""What a file of budgets comes to: the lines to be, and what each stream is funded with."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from models.budgets.period import Year, parse_year
from models.errors import Mistake
from models.fields import did_you_mean, folded
from models.files.matching import GoodRow
from models.money import format_amount


class Changed(Mistake):
    """A line of before that says something else now."""

    def __init__(self, called: str) -> None:
        super().__init__(
            f"{called} was imported before with other figures; to change a budget during the "
            f"year, use /budget fund with a reason"
        )


class UnknownStream(Mistake):
    """A line of a stream that is not there, by someone who may not make one."""

    def __init__(self, name: str, there: Sequence[str]) -> None:
        guess = did_you_mean(name, there)
        super().__init__(
            f"there is no value stream {name[:60]} yet; an admin makes it with /portfolio streams"
            f"{guess and '.'}{guess}"
        )


class TooLittle(Mistake):
    """Lines that would take a stream below nothing."""

    def __init__(self, stream: str, year: str) -> None:
        super().__init__(
            f"{stream} would have less than 0 for {year}: its rows add up to less than 0"
        )


class Beside(Mistake):
    """A line without an id where others of its stream came in before."""

    def __init__(self, stream: str, year: str) -> None:
        super().__init__(
            f"{stream} has a budget for {year} from an earlier file, which did not have this row; "
            f"give the rows of both files a source and an id, or fund the rest with /budget fund"
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file: whose, for which year, how much, and where it comes from."""

    number: int
    """In the file."""
    year: Year
    stream: str
    amount: int | None
    forecast: int | None
    cost_centre: str | None
    source: str | None
    source_id: str | None

    @property
    def figures(self) -> tuple[int | None, int | None]:
        return self.amount, self.forecast


class Known(NamedTuple):
    """A line that came in before."""

    starts_on: date
    stream: str
    amount: int | None
    forecast: int | None
    cost_centre: str | None
    source: str | None
    source_id: str | None


@dataclass(slots=True)
class BudgetPlan:
    """What an import comes to."""

    lines: list[Line] = field(default_factory=list)
    """Those to be added."""
    known: int = 0
    against: dict[int, str] = field(default_factory=dict)
    """Reasons, by line."""

    @property
    def sums(self) -> Mapping[tuple[Year, str], int]:
        """What each stream is funded with in each year; those of whom nothing is known are out."""
        sums: dict[tuple[Year, str], int] = {}
        for line in self.lines:
            if line.amount is not None:
                key = (line.year, line.stream)
                sums[key] = sums.get(key, 0) + line.amount
        return sums

    def refuse_last(self, year: Year, stream: str, why: Mistake) -> None:
        """Have it speak against the last line of the stream in the year."""
        last = max(n.number for n in self.lines if (n.year, n.stream) == (year, stream))
        self.against[last] = why.sentence

    def said(self, currency: str) -> Sequence[str]:
        """ "Payments, 2026: €1,200,000 of 3 rows", and of how many the amounts are known."""
        counts = Counter((line.year, line.stream) for line in self.lines)
        lines = [
            f"{stream}, {year.name}: {format_amount(self.sums[year, stream], currency)} of "
            f"{rows:,} {'row' if rows == 1 else 'rows'}"
            for (year, stream), rows in counts.items()
            if (year, stream) in self.sums
        ]
        known = sum(line.amount is not None for line in self.lines)
        if known < len(self.lines):
            lines.append(f"{known:,} of {len(self.lines):,} known; a blank stays unknown")
        return lines

    @property
    def years(self) -> Sequence[Year]:
        """The first first."""
        return sorted({line.year for line in self.lines}, key=lambda year: year.starts_on)


def lines_of(rows: Iterable[GoodRow], starts_in: int) -> tuple[list[Line], dict[int, str]]:
    """The lines, and the reasons against those whose year cannot be read."""
    lines, against = [], {}
    for row in rows:
        values = row.values
        try:
            year = parse_year(values["period"], starts_in)
        except Mistake as mistake:
            against[row.line] = f"period: {mistake.sentence.removesuffix('.')}"
            continue
        has_id = values["source"] is not None and values["source_id"] is not None
        lines.append(
            Line(
                row.line,
                year,
                values["value_stream"],
                values["amount"],
                values["forecast"],
                values["cost_centre"],
                values["source"] if has_id else None,
                values["source_id"] if has_id else None,
            )
        )
    return lines, against


def plan_of_budgets(lines: Iterable[Line], known: Iterable[Known]) -> BudgetPlan:
    """Work out what the lines come to beside those of before, whose streams are called alike.

    A line with an id is the same where its id and year are. Of those without, the same figures of
    one stream, year and cost centre are those of before, and others are refused.
    """
    plan = BudgetPlan()
    by_id: dict[tuple[date, str | None, str], Known] = {}
    alike: dict[tuple[date, str, str], Counter[tuple[int | None, int | None]]] = defaultdict(
        Counter
    )
    for each in known:
        if each.source_id is not None:
            by_id[each.starts_on, each.source, each.source_id] = each
        else:
            alike[_place(each.starts_on, each.stream, each.cost_centre)][
                each.amount, each.forecast
            ] += 1
    there_before = set(alike)
    for line in lines:
        if line.source_id is not None:
            before = by_id.get((line.year.starts_on, line.source, line.source_id))
            if before is None:
                plan.lines.append(line)
                by_id[line.year.starts_on, line.source, line.source_id] = Known(
                    line.year.starts_on, line.stream, *line.figures, None, None, line.source_id
                )
            elif (before.amount, before.forecast) == line.figures:
                plan.known += 1
            else:
                plan.against[line.number] = Changed(line.source_id[:60]).sentence
            continue
        place = _place(line.year.starts_on, line.stream, line.cost_centre)
        if place not in there_before:
            plan.lines.append(line)
        elif alike[place][line.figures] > 0:
            alike[place][line.figures] -= 1
            plan.known += 1
        else:
            plan.against[line.number] = Beside(line.stream, line.year.name).sentence
    return plan


def _place(starts_on: date, stream: str, cost_centre: str | None) -> tuple[date, str, str]:
    return starts_on, folded(stream), folded(cost_centre or "")
