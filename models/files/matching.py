"""The matching of a table: which column is which field of what it holds, and its cells read.

A kind says which fields there are and how their columns may be called. What cannot be read is
given back with its line and the reason; nothing is guessed where a guess could be wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from models.errors import Mistake
from models.fields import UNSTORABLE, folded, tidy
from models.files.days import ANY_DAY, Days, Today
from models.files.figures import Figures, Heading, says_nothing
from models.files.kinds import ColumnMissing, Field, Kind, OtherCurrency, Sort, UnitUnclear
from models.files.table import BROKEN, Row, Table
from models.money import SYMBOLS
from models.portfolio.setup import CURRENCY
from models.projects.shares import parse_shares

Sorted = TypeVar("Sorted")


class NoCurrency(Mistake):
    """Something else where a currency was asked for."""

    def __init__(self, asked: str) -> None:
        super().__init__(f"“{asked[:40]}” is not a currency. Write three letters, such as EUR.")


@dataclass(frozen=True, slots=True)
class GoodRow:
    """A row as it was read: every field of its kind, None where nothing is known."""

    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken as it is, and why; its cells as they came."""

    line: int
    reason: str
    cells: Sequence[str]


Read = Callable[[str], Any]

LONGEST_NAME = 300
"""In characters; longer texts keep their lines."""

WORDS = (Sort.TEXT, Sort.YES_NO, Sort.CURRENCY)
NAMING = (Sort.TEXT, Sort.SHARES, Sort.DAY, Sort.MOMENT)
"""What a row of its own has, and a sum has none of but its label."""

SUM_WORDS = frozenset(
    {"gesamt", "gesamtsumme", "grand total", "insgesamt", "subtotal", "sum", "summe", "suma"}
    | {"sum total", "total", "totals", "totaal", "totale", "zwischensumme"}
)


def guessed(columns: Sequence[str], kind: Kind) -> dict[str, str]:
    """Which column is which field, by their names; each field takes the likeliest one.

    Only a code and an id of a source may be one and the same column.
    """
    words = {Heading.of(column).words: column for column in reversed(columns)}
    plain = {folded(column).replace("_", " "): column for column in reversed(columns)}
    words = {**words, **plain}
    matching: dict[str, str] = {}
    taken: set[str] = set()
    for field in kind.fields:
        found = next((words[name] for name in field.names if name in words), None)
        if found is not None and (found not in taken or field.name == "source_id"):
            matching[field.name] = found
            taken.add(found)
    if "source" not in matching:
        matching.pop("source_id", None)
    return matching


def likeliest(columns: Sequence[str], kinds: Mapping[Sorted, Kind]) -> Sorted:
    """What the rows are, of these kinds: that of which most columns are a field.

    One of whose needed fields no column is comes after the others, and of two alike the first.
    """

    def fits(kind: Kind) -> tuple[bool, int]:
        matching = guessed(columns, kind)
        whole = all(field.name in matching for field in kind.fields if field.needed)
        return whole, len(set(matching.values()))

    return max(kinds, key=lambda each: fits(kinds[each]))


def check_matching(
    columns: Sequence[str], matching: Mapping[str, str], kind: Kind, currency: str
) -> None:
    """Raise ColumnMissing, OtherCurrency or UnitUnclear where the rows cannot be read so."""
    for field in kind.fields:
        column = matching.get(field.name)
        if column is None or column not in columns:
            if field.needed or column is not None:
                raise ColumnMissing(kind, field, columns)
        elif field.sort is Sort.AMOUNT:
            found = Heading.of(column)
            if found.currency not in (None, currency):
                raise OtherCurrency(column, str(found.currency), currency)
            if found.is_unclear:
                raise UnitUnclear(column)


def parse_currency(text: str) -> str:
    """The three letters of a currency. Raises NoCurrency."""
    currency = text.strip().upper()
    if CURRENCY.fullmatch(currency) is None:
        raise NoCurrency(text)
    return currency


def currency_of(columns: Sequence[str], matching: Mapping[str, str], kind: Kind) -> str | None:
    """The currency that the name of a column of amounts says."""
    amounts = [f.name for f in kind.fields if f.sort is Sort.AMOUNT and f.name in matching]
    return next((c for n in amounts if (c := Heading.of(matching[n]).currency)), None)


def currency_in(table: Table, matching: Mapping[str, str], kind: Kind) -> str | None:
    """The currency that the names of the columns say, or the first row that says one."""
    found = currency_of(table.columns, matching, kind)
    if found is not None or "currency" not in matching:
        return found
    cells = (cell.upper() for cell in table.cells(matching["currency"]) if cell)
    first = next(cells, "")
    return first if CURRENCY.fullmatch(first) else None


def matched(
    table: Table,
    matching: Mapping[str, str],
    kind: Kind,
    currency: str,
    rows: Sequence[Row] | None = None,
    today: Today = ANY_DAY,
) -> tuple[list[GoodRow], list[BadRow]]:
    """Every row read by the matching, field to column; and those that cannot be, with reasons.

    Or only those of the rows given; a last row of sums is neither. Days are by the clock of
    `today`. Raises ColumnMissing,
    OtherCurrency and UnitUnclear.
    """
    check_matching(table.columns, matching, kind, currency)
    reads = [
        (
            field,
            table.columns.index(matching[field.name]),
            _reader(table, field, matching, currency, today),
        )
        for field in kind.fields
        if field.name in matching
    ]
    nothing = {field.name: None for field in kind.fields}
    good, bad = [], []
    seen: dict[tuple[Any, ...], int] = {}
    sums = sum_row(table, matching, kind, currency)
    naming, amounts = (_places(table, matching, kind, each) for each in (NAMING, (Sort.AMOUNT,)))
    for row in table.rows if rows is None else rows:
        if row is sums:
            continue
        values, reasons = _values(row, reads)
        values = {**nothing, **values}
        if (
            not reasons
            and any(row.cells[at] for at in amounts)
            and _label(row, naming) in SUM_WORDS
        ):
            reasons = ["it is called a sum, but is not the sum of all rows above it"]
        if not reasons:
            reasons = _twice(kind, values, row.line, seen)
        if reasons:
            bad.append(BadRow(row.line, "; ".join(reasons), row.cells))
        else:
            good.append(GoodRow(row.line, values))
    return good, bad


def without(
    table: Table, good: Sequence[GoodRow], reasons: Mapping[int, str]
) -> tuple[list[GoodRow], list[BadRow]]:
    """The good rows but for those that a reason speaks against, by their lines."""
    cells = {row.line: row.cells for row in table.rows if row.line in reasons}
    kept = [row for row in good if row.line not in reasons]
    return kept, [BadRow(line, reasons[line], cells[line]) for line in sorted(reasons)]


def _values(row: Row, reads: Sequence[tuple[Field, int, Read]]) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    reasons = [BROKEN] if row.is_broken else []
    if row.surplus:
        reasons.append(
            f"it has {row.surplus} more {'cell' if row.surplus == 1 else 'cells'} than columns: "
            "put text that contains the delimiter in quotation marks"
        )
    for field, place, read in reads:
        text = row.cells[place]
        if not text or (field.sort not in WORDS and says_nothing(text)):
            if field.needed:
                reasons.append(f"{field.names[0]} is empty")
            continue
        try:
            values[field.name] = read(text)
        except Mistake as mistake:
            reasons.append(f"{field.names[0]}: {mistake.sentence.removesuffix('.')}")
    return values, reasons


def sum_row(table: Table, matching: Mapping[str, str], kind: Kind, currency: str) -> Row | None:
    """The last row where it is the sum of those above and no row of its own; None where not."""
    *above, last = [*table.rows] or [Row(0, ())]
    label = _label(last, _places(table, matching, kind, NAMING)) if above else None
    if label is None:
        return None
    is_called_so = bool(label) and not SUM_WORDS.isdisjoint({label, label.split()[0]})
    if not is_called_so and (label or len(above) == 1):
        return None
    is_any = False
    for field in kind.fields:
        if field.sort is not Sort.AMOUNT or field.name not in matching:
            continue
        place = table.columns.index(matching[field.name])
        if says_nothing(last.cells[place]):
            continue
        read = _reader(table, field, matching, currency)
        said = (row.cells[place] for row in table.rows)
        try:
            *parts, total = [read(text) for text in said if not says_nothing(text)]
        except Mistake:
            return None
        if sum(parts) != total:
            return None
        is_any = True
    return last if is_any else None


def units_of(matching: Mapping[str, str], kind: Kind) -> Mapping[str, int]:
    """What one is in the columns of amounts whose names say thousands or more, by their names."""
    columns = [
        matching[f.name] for f in kind.fields if f.sort is Sort.AMOUNT and f.name in matching
    ]
    return {name: scale for name in columns if (scale := Heading.of(name).scale) > 1}


def _places(
    table: Table, matching: Mapping[str, str], kind: Kind, sorts: Sequence[Sort]
) -> Sequence[int]:
    fields = (each for each in kind.fields if each.sort in sorts and each.name in matching)
    return [table.columns.index(matching[each.name]) for each in fields]


def _label(row: Row, places: Sequence[int]) -> str | None:
    """What a row is called where nothing but figures is beside it; None where there is more."""
    said = {row.cells[place] for place in places}
    words = {text.casefold().strip(" :.") for text in said if not says_nothing(text)}
    return None if len(words) > 1 else next(iter(words), "")


def _twice(
    kind: Kind, values: Mapping[str, Any], line: int, seen: dict[tuple[Any, ...], int]
) -> list[str]:
    """Why the row is one that was there before in the same table."""
    for names in kind.known_by:
        cleaned = [values[name] for name in names]
        if None in cleaned:
            continue
        key = (names, *(folded(each) if isinstance(each, str) else each for each in cleaned))
        if key in seen:
            called = " ".join(str(each) for each in cleaned)
            return [f"{called} is in the file twice, first in line {seen[key]}"]
        seen[key] = line
    return []


def _reader(
    table: Table, field: Field, matching: Mapping[str, str], currency: str, today: Today = ANY_DAY
) -> Read:
    column = matching[field.name]
    scale = Heading.of(column).scale if field.sort is Sort.AMOUNT else 1
    if field.sort in (Sort.AMOUNT, Sort.FIGURE):
        figures = Figures.of((cell for cell in table.cells(column) if cell), scale)
        if field.sort is Sort.AMOUNT:
            return lambda text: figures.read_minor(text, currency)
        return lambda text: figures.read(text.removesuffix("%").strip())
    if field.sort in (Sort.DAY, Sort.MOMENT):
        days = Days.of(table.cells(column), today.zone)
        read = days.read if field.sort is Sort.DAY else days.read_moment
        return (lambda text: _past(read(text), text, today)) if field.has_been else read
    if field.sort is Sort.CURRENCY:
        return lambda text: _currency(text, currency)
    if field.sort is Sort.SHARES:
        return lambda text: _shares(text)
    if field.sort is Sort.YES_NO:
        return _yes_no
    return lambda text: _text(field, text)


def _past(when: date, text: str, today: Today) -> date:
    today.check(when, text)
    return when


def _currency(text: str, currency: str) -> str:
    if text.upper() != currency and text != SYMBOLS.get(currency):
        raise Mistake(f"“{text[:40]}” is not {currency}, the currency of the portfolio")
    return currency


def _shares(text: str) -> Any:
    shares = parse_shares(UNSTORABLE.sub("", text))
    return tuple(replace(share, stream=share.stream[:200]) for share in shares)


def _text(field: Field, text: str) -> str:
    is_name = field.longest <= LONGEST_NAME
    cleaned = tidy(text) if is_name else UNSTORABLE.sub("", text).strip()
    if len(cleaned) > field.longest:
        raise Mistake(f"up to {field.longest:,} characters, this has {len(cleaned):,}")
    if not field.one_of:
        return cleaned
    word = cleaned.casefold().replace("_", " ")
    if word not in field.one_of:
        raise Mistake(f"“{cleaned[:40]}” is not one of {', '.join(field.one_of)}")
    return word


def _yes_no(text: str) -> bool:
    word = text.casefold()
    if word in {"yes", "y", "true", "1", "x", "restricted"}:
        return True
    if word in {"no", "n", "false", "0"}:
        return False
    raise Mistake(f"“{text[:40]}” is neither yes nor no")
