"""Looking at a file before it comes in: what its first rows become, and what all of it comes to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from bot.workflows.files.importing import projects as importing_projects
from bot.workflows.files.importing.actuals import plan_actuals
from bot.workflows.files.importing.budgets import plan_budgets
from bot.workflows.files.importing.epics import plan_epics
from models.errors import Mistake
from models.fields import folded
from models.files import kinds
from models.files.days import Today
from models.files.figures import Figures, Heading
from models.files.kinds import Kind, Sort
from models.files.matching import BadRow, GoodRow, matched, sum_row, units_of, without
from models.files.names import MEMBER, NOBODY
from models.files.plans.actuals import ActualsPlan
from models.files.plans.budgets import BudgetPlan
from models.files.plans.epics import EpicPlan
from models.files.plans.projects import ProjectPlan, Rows
from models.files.table import Row, Table
from models.files.upload import Upload, UploadKind
from models.portfolio.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class FieldName:
    """A field that a column can be."""

    name: str
    needed: bool


@dataclass(frozen=True, slots=True)
class FirstRow:
    """One of the first rows as it would become; or, where it cannot come in, why."""

    line: int
    becomes: Mapping[str, Any]
    """Nothing where it is known already, or cannot come in."""
    against: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What can be said of a file once its columns are matched."""

    rows: int
    columns: int
    encoding: str
    """As Python names it."""
    delimiter: str
    decimal_comma: bool
    """Whether a column that is used writes 1.234,56."""
    fields: Sequence[FieldName]
    """What its columns can be, those needed first."""
    left_out: Sequence[str]
    """The columns that are no field."""
    first: Sequence[FirstRow]
    mistake: str | None
    """Why no row can be read so."""
    units: Mapping[str, int]
    """What one is in the columns of amounts that count in thousands or more."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What bringing a file in comes to."""

    comes_in: int
    known: int
    bad: int
    reasons: Sequence[str]
    """Of the first rows that cannot come in, each with its line."""
    restricted: int
    """How many epics only their circle will see."""
    main_stream: str | None
    """The value stream that most of it belongs to."""
    new_streams: Sequence[str]
    new_themes: Sequence[str]
    unknown_people: Sequence[str]
    """People the file names who are no members here."""
    sum_line: int | None = None
    """The line that is only the sum of those above."""
    notes: Sequence[str] = ()
    """What the money of it adds up to, a line each."""


KINDS: Mapping[UploadKind, Kind] = {
    UploadKind.EPICS: kinds.EPICS,
    UploadKind.PROJECTS: kinds.PROJECTS,
    UploadKind.BUDGETS: kinds.BUDGETS,
    UploadKind.ACTUALS: kinds.ACTUALS,
}
FIRST_ROWS, REASONS_KEPT, NOTES_KEPT = 3, 5, 24
PEOPLE = ("owner", "proposed_by")

OWN_SOURCE = "file"
"""Where an epic comes from that has neither a key nor a source: then its stream and title say
which one it is, so that the same file once more brings nothing in twice."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What bringing a file in comes to, and the plan by which it is done."""

    outlook: Outlook
    plan: EpicPlan | ProjectPlan | BudgetPlan | ActualsPlan
    bad: Sequence[BadRow]
    """The rows that cannot come in."""
    good: Sequence[GoodRow] = ()
    """The rows as they were read, where money is planned again when it is booked."""


def kind_of(upload: Upload) -> Kind:
    """What its rows are, and their fields."""
    return KINDS[upload.kind]


def preview(
    session: Session,
    portfolio: Portfolio,
    kind: UploadKind,
    table: Table,
    matching: Mapping[str, str],
    at: datetime,
    people: Mapping[str, str] = NOBODY,
) -> Preview:
    """What the file is, read by the matching then, and what its first rows become."""
    first: list[FirstRow] = []
    mistake = None
    try:
        good, bad = _read(kind, table, matching, portfolio, at, table.rows[:FIRST_ROWS])
    except Mistake as wrong:
        mistake = wrong.sentence
    else:
        first = [FirstRow(row.line, {}, row.reason) for row in bad]
        first += [_becomes(session, portfolio, kind, row, at, people) for row in good]
    fields = [FieldName(each.name, each.needed) for each in KINDS[kind].fields]
    return Preview(
        rows=len(table.rows),
        columns=len(table.columns),
        encoding=table.encoding,
        delimiter=table.delimiter,
        fields=sorted(fields, key=lambda each: not each.needed),
        decimal_comma=_has_decimal_comma(KINDS[kind], table, matching),
        left_out=[name for name in table.columns if name not in matching.values()],
        first=sorted(first, key=lambda row: row.line),
        mistake=mistake,
        units=units_of(matching, KINDS[kind]),
    )


def look_ahead(
    session: Session,
    portfolio: Portfolio,
    kind: UploadKind,
    table: Table,
    matching: Mapping[str, str],
    at: datetime,
    *,
    may_found: bool,
    people: Mapping[str, str] = NOBODY,
) -> Foreseen:
    """Work out what all of it comes to then. Raises ColumnMissing and OtherCurrency."""
    good, bad = _read(kind, table, matching, portfolio, at)
    sums = sum_row(table, matching, KINDS[kind], portfolio.currency)
    sum_line = sums.line if sums else None
    if kind is UploadKind.EPICS:
        epics = plan_epics(session, portfolio, good, may_found=may_found, people=people)
        _, refused = without(table, good, epics.against)
        streams = [epic["stream"] for epic in epics.epics]
        bad = _by_line(bad, refused)
        outlook = _outlook(epics, len(epics.epics), epics.known, bad, streams)
        return Foreseen(replace(outlook, sum_line=sum_line), epics, bad)
    if kind.is_money:
        foreseen = _money_ahead(session, portfolio, kind, table, good, bad, at, may_found)
        return replace(foreseen, outlook=replace(foreseen.outlook, sum_line=sum_line))
    rows = Rows(projects=good)
    plan = importing_projects.plan(session, portfolio, rows, may_found=may_found, people=people)
    _, refused = without(table, good, plan.against["projects"])
    streams = [share["stream_name"] for share in plan.rows["shares"]]
    bad = _by_line(bad, refused)
    count = len(plan.rows["projects"])
    outlook = _outlook(plan, count, plan.known["projects"], bad, streams)
    return Foreseen(replace(outlook, sum_line=sum_line), plan, bad)


def _money_ahead(
    session: Session,
    portfolio: Portfolio,
    kind: UploadKind,
    table: Table,
    good: Sequence[GoodRow],
    bad: Sequence[BadRow],
    at: datetime,
    may_found: bool,
) -> Foreseen:
    """What money comes to: all of it or nothing."""
    plan = plan_of_money(session, portfolio, kind, good, at, may_found=may_found)
    new = sorted(names_unknown(portfolio, plan)) if isinstance(plan, BudgetPlan) else []
    refused = _by_line(bad, without(table, good, plan.against)[1])
    outlook = Outlook(
        comes_in=len(plan.lines if isinstance(plan, BudgetPlan) else plan.facts),
        known=plan.known,
        bad=len(refused),
        reasons=[f"Line {row.line}: {row.reason}" for row in refused[:REASONS_KEPT]],
        restricted=0,
        main_stream=None,
        new_streams=new,
        new_themes=(),
        unknown_people=(),
        notes=notes_of(plan, portfolio),
    )
    return Foreseen(outlook, plan, refused, good)


def plan_of_money(
    session: Session,
    portfolio: Portfolio,
    kind: UploadKind,
    rows: Sequence[GoodRow],
    at: datetime,
    *,
    may_found: bool,
) -> BudgetPlan | ActualsPlan:
    """Work out what the rows come to; nothing is written."""
    if kind is UploadKind.BUDGETS:
        return plan_budgets(session, portfolio, rows, at, may_found=may_found)
    return plan_actuals(session, portfolio, rows, at)


def notes_of(plan: BudgetPlan | ActualsPlan, portfolio: Portfolio) -> Sequence[str]:
    """What it adds up to: by stream and year, or by month."""
    if isinstance(plan, BudgetPlan):
        said = list(plan.said(portfolio.currency))
    else:
        said = list(plan.said(portfolio.currency, portfolio.books_closed_to))
    more = len(said) - NOTES_KEPT
    return [*said[:NOTES_KEPT], f"and {more:,} more"] if more > 0 else said


def names_unknown(portfolio: Portfolio, plan: BudgetPlan) -> frozenset[str]:
    """The streams that it would make."""
    there = {folded(stream.name) for stream in portfolio.value_streams}
    return frozenset(line.stream for line in plan.lines if folded(line.stream) not in there)


def _outlook(
    plan: EpicPlan | ProjectPlan,
    comes_in: int,
    known: int,
    bad: Sequence[BadRow],
    streams: Sequence[str],
) -> Outlook:
    epics = plan.epics if isinstance(plan, EpicPlan) else ()
    return Outlook(
        comes_in=comes_in,
        known=known,
        bad=len(bad),
        reasons=[f"Line {row.line}: {row.reason}" for row in bad[:REASONS_KEPT]],
        restricted=sum(epic["restricted"] for epic in epics),
        main_stream=next((name for name, _ in Counter(streams).most_common(1)), None),
        new_streams=plan.new_streams,
        new_themes=plan.new_themes if isinstance(plan, EpicPlan) else (),
        unknown_people=sorted(plan.named_owners),
    )


def names_people(table: Table, matching: Mapping[str, str]) -> bool:
    """Whether a person is named in a way that only Slack's list of members explains."""
    columns = [matching[name] for name in PEOPLE if matching.get(name) in table.columns]
    cells = (cell for column in columns for cell in table.cells(column))
    return any(cell and not MEMBER.fullmatch(cell) for cell in cells)


def _read(
    kind: UploadKind,
    table: Table,
    matching: Mapping[str, str],
    portfolio: Portfolio,
    at: datetime,
    rows: Sequence[Row] | None = None,
) -> tuple[list[GoodRow], list[BadRow]]:
    today = Today.of(at, portfolio.time_zone)
    good, bad = matched(table, matching, KINDS[kind], portfolio.currency, rows, today)
    if kind is not UploadKind.EPICS:
        return good, bad
    distinct, seen = [], dict[str, int]()
    twice: dict[int, str] = {}
    for row in good:
        known_by = _identity(row.values)
        before = seen.setdefault(known_by or f"line {row.line}", row.line)
        if known_by is None:
            distinct.append(row)
        elif before == row.line:
            own = {"source": OWN_SOURCE, "source_id": known_by}
            distinct.append(replace(row, values={**row.values, **own}))
        else:
            title = row.values["title"][:60]
            twice[row.line] = f"“{title}” is in the file twice, first in line {before}"
    return distinct, _by_line(bad, without(table, good, twice)[1])


def _identity(values: Mapping[str, Any]) -> str | None:
    """What tells an epic from others that has no key and no source; None where it has one."""
    if values["key"] or (values["source"] and values["source_id"]):
        return None
    text = "\n".join((values["value_stream"].casefold(), values["title"].casefold()))
    return sha256(text.encode()).hexdigest()[:40]


def _becomes(
    session: Session,
    portfolio: Portfolio,
    kind: UploadKind,
    row: GoodRow,
    at: datetime,
    people: Mapping[str, str],
) -> FirstRow:
    if kind.is_money:
        money = plan_of_money(session, portfolio, kind, [row], at, may_found=True)
        return FirstRow(row.line, {} if money.known else row.values, money.against.get(row.line))
    if kind is UploadKind.EPICS:
        epics = plan_epics(session, portfolio, [row], people=people)
        against, found = epics.against, epics.epics
    else:
        plan = importing_projects.plan(session, portfolio, Rows(projects=[row]), people=people)
        shares = [share["stream_name"] for share in plan.rows["shares"]]
        against = plan.against["projects"]
        found = [{**project, "streams": shares} for project in plan.rows["projects"]]
    return FirstRow(row.line, found[0] if found else {}, against.get(row.line))


def _has_decimal_comma(kind: Kind, table: Table, matching: Mapping[str, str]) -> bool:
    for field in kind.fields:
        column = matching.get(field.name)
        if field.sort in (Sort.AMOUNT, Sort.FIGURE) and column in table.columns:
            cells = [cell for cell in table.cells(str(column)) if cell]
            scale = Heading.of(str(column)).scale if field.sort is Sort.AMOUNT else 1
            if any("," in cell or "." in cell for cell in cells):
                return Figures.of(cells, scale).sign == ","
    return False


def _by_line(*rows: Sequence[BadRow]) -> list[BadRow]:
    return sorted((row for some in rows for row in some), key=lambda row: row.line)
