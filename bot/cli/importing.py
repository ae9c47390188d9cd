"""`tack import projects`: programs, projects, milestones and snapshots from CSV files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.orm import Session

from bot.cli.data import (
    CreateOption,
    EncodingOption,
    PortfolioOption,
    WorkspaceOption,
    by_command,
    file_option,
    in_parts,
    portfolio_to_fill,
    ready_database,
)
from bot.workflows.files.importing.creating import USUAL_CURRENCY, found_portfolio
from bot.workflows.files.importing.parts import Part
from bot.workflows.files.importing.projects import (
    Report,
    load_projects,
    parts_of,
    plan,
    staged_projects,
)
from bot.workflows.files.importing.staging_projects import Group
from bot.workflows.people.workspaces import workspace_id
from models.counting import counted
from models.database import Database
from models.errors import Mistake
from models.files import kinds
from models.files.days import Today
from models.files.kinds import Kind
from models.files.matching import (
    BadRow,
    GoodRow,
    currency_in,
    guessed,
    matched,
    parse_currency,
    sum_row,
    units_of,
)
from models.files.plans.projects import PARTS, ProjectPlan, Rows
from models.files.table import Table, check_rows, of_file, read_table
from models.portfolio.portfolio import Portfolio

KINDS: Mapping[str, Kind] = {
    "programs": kinds.PROGRAMS,
    "projects": kinds.PROJECTS,
    "milestones": kinds.MILESTONES,
    "snapshots": kinds.SNAPSHOTS,
}

NAMES_SAID = 8

say = Console(stderr=True, highlight=False)


def _currency(asked: str | None) -> str | None:
    """Its three letters. Raises NoCurrency."""
    return parse_currency(asked) if asked is not None else None


CurrencyOption = Annotated[
    str | None,
    typer.Option(help="The currency of a new portfolio.", callback=_currency),
]


class PortfolioCounts(Mistake):
    """Another currency asked for than the portfolio has."""

    def __init__(self, name: str, currency: str, asked: str) -> None:
        super().__init__(f"The currency of {name} is {currency}, not {asked}.")


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as it was read, and which column is which field."""

    path: Path
    digest: str
    table: Table
    matching: Mapping[str, str]

    @property
    def unused(self) -> list[str]:
        """The columns that are no field."""
        return [name for name in self.table.columns if name not in self.matching.values()]


def import_projects(
    file: Annotated[Path, file_option("The projects.")],
    portfolio: PortfolioOption,
    snapshots: Annotated[Path | None, file_option("What was reported of them.")] = None,
    milestones: Annotated[Path | None, file_option("Their milestones.")] = None,
    programs: Annotated[Path | None, file_option("Their programs.")] = None,
    currency: CurrencyOption = None,
    create: CreateOption = False,
    encoding: EncodingOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Import projects from CSV files. All is checked first; nothing is imported twice."""
    paths = {
        "programs": programs,
        "projects": file,
        "milestones": milestones,
        "snapshots": snapshots,
    }
    with ready_database() as database, say.status("Reading") as status:
        files = {
            part: _read(part, path, encoding) for part, path in paths.items() if path is not None
        }
        with database.read() as session:
            here = workspace_id(session, workspace)
            known = portfolio_to_fill(session, here, portfolio, create=create)
            planned = _plan(session, files, known, currency)
        status.update("Writing")
        report = _write(database, files, planned, portfolio, workspace)
    _say(portfolio, planned, report, files)


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be written, in which currency, and whether the portfolio is new."""

    plan: ProjectPlan
    currency: str
    is_new: bool
    sum_lines: Mapping[str, int]
    """The lines that are only sums of those above, by the names of their files."""


def _read(part: str, path: Path, encoding: str | None) -> ReadFile:
    content = path.read_bytes()
    table = of_file(path.name, lambda: read_table(content, encoding=encoding))
    if part == "projects":  # an export has a file for each part, also the empty
        of_file(path.name, table.check_has_rows)
    digest = sha256(content).hexdigest()
    return ReadFile(path, digest, table, guessed(table.columns, KINDS[part]))


def _plan(
    session: Session,
    files: Mapping[str, ReadFile],
    found: Portfolio | None,
    asked: str | None,
) -> Planned:
    if found is not None and asked not in (None, found.currency):
        raise PortfolioCounts(found.name, found.currency, str(asked))
    currency = found.currency if found else asked or _said_currency(files) or USUAL_CURRENCY
    today = Today.of(datetime.now(UTC), found.time_zone if found else "UTC")
    good: dict[str, list[GoodRow]] = {part: [] for part in PARTS}
    refused: list[tuple[str, int, str]] = []
    sum_lines: dict[str, int] = {}
    for part, file in files.items():
        good[part], bad = _matched(part, file, currency, today)
        refused += [(file.path.name, row.line, row.reason) for row in bad]
        if sums := sum_row(file.table, file.matching, KINDS[part], currency):
            sum_lines[file.path.name] = sums.line
    planned = plan(session, found, Rows(**good))
    refused += [
        (files[part].path.name, line, reason)
        for part, reasons in planned.against.items()
        for line, reason in sorted(reasons.items())
    ]
    check_rows(refused)
    return Planned(planned, currency, is_new=found is None, sum_lines=sum_lines)


def _matched(
    part: str, file: ReadFile, currency: str, today: Today
) -> tuple[list[GoodRow], list[BadRow]]:
    def match() -> tuple[list[GoodRow], list[BadRow]]:
        return matched(file.table, file.matching, KINDS[part], currency, today=today)

    return of_file(file.path.name, match)


def _said_currency(files: Mapping[str, ReadFile]) -> str | None:
    found = (currency_in(f.table, f.matching, KINDS[part]) for part, f in files.items())
    return next((currency for currency in found if currency), None)


def _write(
    database: Database,
    files: Mapping[str, ReadFile],
    planned: Planned,
    name: str,
    workspace: str | None,
) -> Report:
    act = by_command(database)
    about = {f"sha256 of {file.path.name}": file.digest for file in files.values()}
    added: Counter[str] = Counter()
    last: list[Report] = []

    def bring(session: Session, part: Part[Group]) -> None:
        here = workspace_id(session, workspace)
        portfolio = found_portfolio(session, here, name, act.at, planned.currency)
        last[:] = [load_projects(session, portfolio, planned.plan, part, act.at, about)]

    with staged_projects(database, planned.plan) as connection:
        for _ in in_parts(database, act, parts_of(planned.plan), bring, connection):
            added.update(last[0].added)
    return replace(last[0], added=added)


def _say(portfolio: str, planned: Planned, report: Report, files: Mapping[str, ReadFile]) -> None:
    nouns = {"project_snapshots": "snapshots"}
    came = [
        counted(count, nouns.get(noun, noun).removesuffix("s"))
        for noun, count in report.added.items()
        if noun != "project_shares" and (count or noun == "projects")
    ]
    known = report.known.get("projects", 0)
    lines = [f"{portfolio}: {_listed(came)} imported, {counted(known, 'project')} already known."]
    if planned.is_new:
        lines.append(f"  {portfolio} is a new portfolio, in {planned.currency}")
    if report.new_streams:
        lines.append(f"  new value streams: {_some(report.new_streams)}")
    if report.named_owners:
        lines.append(
            f"  owners who are no members here, kept by name: {_some(report.named_owners)}"
        )
    for name, line in planned.sum_lines.items():
        lines.append(f"  line {line} of {name} is the sum of those above and was left out")
    for part, file in files.items():
        lines.append(f"  {file.path.name} was read as {file.table.encoding_said}")
        for column, scale in units_of(file.matching, KINDS[part]).items():
            lines.append(f"  1 in “{column}” of {file.path.name} is {scale:,} {planned.currency}")
        if file.unused:
            lines.append(f"  not used of {file.path.name}: {_some(file.unused)}")
    say.print("\n".join(lines), markup=False, soft_wrap=True)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMES_SAID
    named = ", ".join(names[:NAMES_SAID])
    return f"{named} and {more:,} more" if more > 0 else named
