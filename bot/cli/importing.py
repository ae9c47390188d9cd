"""`tack import projects`: programs, projects, milestones and snapshots from CSV files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from sqlalchemy.orm import Session

from bot.cli.data import PortfolioOption, WorkspaceOption, by_command, count_of, ready_database
from bot.workflows.files import kinds
from bot.workflows.files.importing.creating import USUAL_CURRENCY, found_portfolio, portfolio_named
from bot.workflows.files.importing.projects import (
    PARTS,
    Plan,
    Report,
    Rows,
    load_projects,
    plan,
    staged_projects,
)
from bot.workflows.files.matching_columns import (
    BadRow,
    GoodRow,
    Kind,
    guessed,
    matched,
    told_currency,
)
from bot.workflows.files.reading_tables import Table, read_table
from bot.workflows.people.workspaces import workspace_id
from models.database import Database
from models.errors import Mistake
from models.portfolio.setup import CURRENCY

KINDS: Mapping[str, Kind] = {
    "programs": kinds.PROGRAMS,
    "projects": kinds.PROJECTS,
    "milestones": kinds.MILESTONES,
    "snapshots": kinds.SNAPSHOTS,
}
T = TypeVar("T")

BAD_ROWS_SAID = 20
NAMES_SAID = 8

say = Console(stderr=True, highlight=False)

FileOption = Annotated[Path, typer.Option(exists=True, dir_okay=False, readable=True)]


def _currency(asked: str | None) -> str | None:
    """Its three letters. Raises NoCurrency."""
    if asked is not None and CURRENCY.fullmatch(asked.strip().upper()) is None:
        raise NoCurrency(asked)
    return asked and asked.strip().upper()


CurrencyOption = Annotated[
    str | None, typer.Option(help="Of a new portfolio, such as EUR.", callback=_currency)
]
MaybeFileOption = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, readable=True)]


class FileMistake(Mistake):
    """A file that cannot be taken as a whole."""

    def __init__(self, file: Path, mistake: Mistake) -> None:
        super().__init__(f"{file.name}: {mistake.sentence} Nothing was imported.")


class BadRows(Mistake):
    """Rows that cannot be taken, by file, line and reason."""

    def __init__(self, rows: Sequence[tuple[Path, BadRow | tuple[int, str]]]) -> None:
        told = [_told(file, row) for file, row in rows]
        lines = [f"{told[0]}. Nothing was imported."]
        if len(told) > 1:
            lines = [f"{len(told)} rows cannot be taken, so nothing was imported."]
            lines += [f"  {each}" for each in told[:BAD_ROWS_SAID]]
        if len(told) > BAD_ROWS_SAID:
            lines.append(f"  and {len(told) - BAD_ROWS_SAID:,} more")
        super().__init__("\n".join(lines))


class NoRows(Mistake):
    """A file of columns without a row."""

    def __init__(self) -> None:
        super().__init__("It names its columns, and has no rows.")


class NoCurrency(Mistake):
    """Something else where a currency was asked for."""

    def __init__(self, asked: str) -> None:
        super().__init__(
            f"“{asked[:40]}” is no currency. Write the three letters of one, such as EUR."
        )


class PortfolioCounts(Mistake):
    """Another currency asked for than the portfolio has."""

    def __init__(self, name: str, currency: str, asked: str) -> None:
        super().__init__(f"The portfolio {name} counts in {currency}, not in {asked}.")


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
    file: FileOption,
    portfolio: PortfolioOption,
    snapshots: MaybeFileOption = None,
    milestones: MaybeFileOption = None,
    programs: MaybeFileOption = None,
    currency: CurrencyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Bring projects in from CSV files; all or nothing, and nothing twice."""
    paths = {
        "programs": programs,
        "projects": file,
        "milestones": milestones,
        "snapshots": snapshots,
    }
    with ready_database() as database, say.status("Reading") as status:
        files = {part: _read(part, path) for part, path in paths.items() if path is not None}
        with database.read() as session:
            planned = _plan(session, files, portfolio, currency, workspace)
        status.update("Writing")
        report = _write(database, files, planned, portfolio, workspace)
    _say(portfolio, planned, report, files)


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be written, in which currency, and whether the portfolio is new."""

    plan: Plan
    currency: str
    is_new: bool


def _read(part: str, path: Path) -> ReadFile:
    content = path.read_bytes()
    table = _of_file(path, lambda: read_table(content))
    if not table.rows and part == "projects":  # an export has a file for each part, also the empty
        raise FileMistake(path, NoRows())
    digest = sha256(content).hexdigest()
    return ReadFile(path, digest, table, guessed(table.columns, KINDS[part]))


def _plan(
    session: Session,
    files: Mapping[str, ReadFile],
    name: str,
    asked: str | None,
    workspace: str | None,
) -> Planned:
    found = portfolio_named(session, workspace_id(session, workspace), name)
    if found is not None and asked not in (None, found.currency):
        raise PortfolioCounts(name, found.currency, str(asked))
    currency = found.currency if found else asked or _said_currency(files) or USUAL_CURRENCY
    good: dict[str, list[GoodRow]] = {part: [] for part in PARTS}
    refused: list[tuple[Path, BadRow | tuple[int, str]]] = []
    for part, file in files.items():
        good[part], bad = _matched(part, file, currency)
        refused += [(file.path, row) for row in bad]
    planned = plan(session, found, Rows(**good))
    refused += [
        (files[part].path, against)
        for part, reasons in planned.against.items()
        for against in sorted(reasons.items())
    ]
    if refused:
        raise BadRows(refused)
    return Planned(planned, currency, is_new=found is None)


def _matched(part: str, file: ReadFile, currency: str) -> tuple[list[GoodRow], list[BadRow]]:
    def match() -> tuple[list[GoodRow], list[BadRow]]:
        return matched(file.table, file.matching, KINDS[part], currency)

    return _of_file(file.path, match)


def _said_currency(files: Mapping[str, ReadFile]) -> str | None:
    found = (told_currency(f.table, f.matching, KINDS[part]) for part, f in files.items())
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
    with (
        staged_projects(database, planned.plan) as connection,
        database.write(act, connection) as session,
    ):
        here = workspace_id(session, workspace)
        portfolio = found_portfolio(session, here, name, act.at, planned.currency)
        return load_projects(session, portfolio, planned.plan, act.at, about)


def _say(portfolio: str, planned: Planned, report: Report, files: Mapping[str, ReadFile]) -> None:
    nouns = {"project_snapshots": "snapshots"}
    came = [
        count_of(count, nouns.get(noun, noun))
        for noun, count in report.added.items()
        if noun != "project_shares" and (count or noun == "projects")
    ]
    known = report.known.get("projects", 0)
    lines = [
        f"{portfolio}: {_listed(came)} came in, "
        f"{known:,} {'project was' if known == 1 else 'projects were'} known before."
    ]
    if planned.is_new:
        lines.append(f"  {portfolio} is a new portfolio, in {planned.currency}")
    if report.new_streams:
        lines.append(f"  new value streams: {_some(report.new_streams)}")
    if report.named_owners:
        lines.append(
            f"  owners who are no members here, kept by name: {_some(report.named_owners)}"
        )
    for file in files.values():
        if file.unused:
            lines.append(f"  not used of {file.path.name}: {_some(file.unused)}")
    say.print("\n".join(lines), markup=False, soft_wrap=True)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMES_SAID
    told = ", ".join(names[:NAMES_SAID])
    return f"{told} and {more:,} more" if more > 0 else told


def _told(file: Path, row: BadRow | tuple[int, str]) -> str:
    line, reason = (row.line, row.reason) if isinstance(row, BadRow) else row
    return f"{file.name}, line {line}: {reason}"


def _of_file(path: Path, do: Callable[[], T]) -> T:
    """What is done with a file; a mistake names it."""
    try:
        return do()
    except Mistake as mistake:
        raise FileMistake(path, mistake) from mistake
