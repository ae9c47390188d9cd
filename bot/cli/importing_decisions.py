"""`tack import decisions`: decisions of before from CSV files, each outcome recounted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from rich.console import Console
from sqlalchemy.orm import Session

from bot.cli.data import (
    CreateOption,
    EncodingOption,
    JsonOption,
    PortfolioOption,
    WorkspaceOption,
    by_command,
    file_option,
    in_parts,
    portfolio_to_fill,
    ready_database,
)
from bot.workflows.files.importing.creating import (
    USUAL_CURRENCY,
    found_portfolio,
)
from bot.workflows.files.importing.decisions import (
    Row,
    load_decisions,
    parts_of,
    plan_decisions,
)
from bot.workflows.files.importing.parts import Part
from bot.workflows.people.workspaces import workspace_id
from models.counting import counted
from models.database import Database
from models.files import kinds
from models.files.days import Today
from models.files.kinds import Kind
from models.files.matching import BadRow, GoodRow, guessed, matched
from models.files.plans.decisions import DecisionPlan
from models.files.table import Table, check_rows, of_file, read_table

PARTS: Mapping[str, Kind] = {"decisions": kinds.DECISIONS, "votes": kinds.VOTES}
SAID = 20
"""So many ids of decisions are said; `--json` has all."""

say = Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as it was read, and its rows."""

    name: str
    digest: str
    table: Table
    matching: Mapping[str, str]
    good: list[GoodRow]
    bad: list[BadRow]

    @property
    def unused(self) -> list[str]:
        """The columns that are no field."""
        return [name for name in self.table.columns if name not in self.matching.values()]


@dataclass(frozen=True, slots=True)
class Came:
    """What came in, out of which files, and whether the portfolio is new."""

    plan: DecisionPlan
    files: Mapping[str, ReadFile]
    is_new: bool


def import_decisions(
    file: Annotated[Path, file_option("The decisions.")],
    portfolio: PortfolioOption,
    votes: Annotated[Path | None, file_option("Who voted what.")] = None,
    create: CreateOption = False,
    as_json: JsonOption = False,
    encoding: EncodingOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Import earlier decisions. All is checked first; nothing is imported twice."""
    paths = {"decisions": file, "votes": votes}
    with ready_database() as database, say.status("Reading"):
        came = bring_in(database, paths, portfolio, workspace, encoding, create=create)
    if as_json:
        print(json.dumps(_as_data(came.plan), indent=2))
    else:
        say.print(said(portfolio, came), markup=False, soft_wrap=True)


def bring_in(
    database: Database,
    paths: Mapping[str, Path | None],
    portfolio: str,
    workspace: str | None,
    encoding: str | None = None,
    *,
    create: bool,
) -> Came:
    """Bring the decisions of the files in, by part; `create` is whether a portfolio may be made.

    Raises BadRows, FileMistake and Mistake.
    """
    with database.read() as session:
        here_id = workspace_id(session, workspace)
        found = portfolio_to_fill(session, here_id, portfolio, create=create)
    today = Today.of(datetime.now(UTC), found.time_zone if found else "UTC")
    files = {part: _read(part, path, encoding, today) for part, path in paths.items() if path}
    check_rows([(f.name, row.line, row.reason) for f in files.values() for row in f.bad])
    cast = files["votes"].good if "votes" in files else []
    with database.read() as session:
        plan = plan_decisions(session, found, files["decisions"].good, cast)
    check_rows(
        [
            (files[part].name, line, reason)
            for part, reasons in plan.against.items()
            for line, reason in sorted(reasons.items())
        ]
    )
    act = by_command(database)
    about = {f"sha256 of {each.name}": each.digest for each in files.values()}

    def bring(session: Session, part: Part[Row]) -> None:
        here = found_portfolio(session, workspace_id(session, workspace), portfolio, act.at)
        load_decisions(session, here, plan, part, act.at, about)

    for _ in in_parts(database, act, parts_of(plan), bring):
        pass
    return Came(plan, files, is_new=found is None)


def _read(part: str, path: Path, encoding: str | None, today: Today) -> ReadFile:
    content = path.read_bytes()
    table = of_file(path.name, lambda: read_table(content, encoding=encoding))
    of_file(path.name, table.check_has_rows)
    matching = guessed(table.columns, PARTS[part])
    good, bad = of_file(
        path.name, lambda: matched(table, matching, PARTS[part], USUAL_CURRENCY, today=today)
    )
    return ReadFile(path.name, sha256(content).hexdigest(), table, matching, good, bad)


def _as_data(plan: DecisionPlan) -> dict[str, Any]:
    return {
        "came_in": len(plan.rows),
        "agree": len(plan.agree),
        "disagree": plan.disagree,
        "without_figures": len(plan.unknown),
    }


def said(portfolio: str, came: Came) -> str:
    """What came in and which outcomes agree, in words."""
    plan = came.plan
    lines = [
        f"{portfolio}: {counted(len(plan.rows), 'decision')} imported, "
        f"{counted(plan.known, 'decision')} already known."
    ]
    if came.is_new:
        lines.append(f"  {portfolio} is a new portfolio")
    if compared := len(plan.agree) + len(plan.disagree):
        lines.append(f"  recounted: {len(plan.agree):,} of {counted(compared, 'outcome')} agree")
    if plan.disagree:
        lines.append(f"  their votes give a different outcome: {_some(plan.disagree)}")
    if plan.unknown:
        lines.append(
            f"  {counted(len(plan.unknown), 'outcome')} cannot be recounted: no votes, "
            "another rule, or neither yes nor no; the outcome is the one in the file"
        )
    if plan.links:
        lines.append(f"  linked to their epics, which were imported since: {len(plan.links):,}")
    if plan.unlinked:
        items = list(dict.fromkeys(plan.unlinked))
        lines.append(f"  items that are not epics here, kept by name: {_some(items)}")
    for each in came.files.values():
        lines.append(f"  {each.name} was read as {each.table.encoding_said}")
        if each.unused:
            lines.append(f"  not used of {each.name}: {_some(each.unused)}")
    return "\n".join(lines)


def _some(names: list[str]) -> str:
    more = len(names) - SAID
    named = ", ".join(names[:SAID])
    return f"{named} and {more:,} more" if more > 0 else named
