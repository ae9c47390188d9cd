"""What grows with a portfolio: export, board as of a day, a list's last page, a large import."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from bench.databases import fresh_database
from bench.figures import Line, percentile
from bench.importing import import_command
from bench.processes import TACK, environment, tack
from bench.sample import write_portfolio
from bot.workflows.epics.finding import list_epics, names
from bot.workflows.flow.as_of import board_as_of
from models.audit.audit import Act
from models.database import Database
from models.epics.listing import Filter
from models.errors import DatabaseAway
from models.people.workspace import Workspace
from models.portfolio.portfolio import Portfolio
from models.themes.theme import Theme

SMALL, LARGE, MOVES_EACH = 10_000, 100_000, 8
AS_OF = datetime(2090, 1, 1, tzinfo=UTC)
"""By then all of the sample is there."""

LINEAR = 1.2 * LARGE / SMALL
"""How many times as long ten times as much may take, with a fifth for what a machine does else."""

ROUNDS = 9
TINY_ROWS = 2_600_000
ROWS = 20_000
"""Of each other kind of file."""


@dataclass(frozen=True)
class Run:
    """What one `tack` command took, of wall and of processor, its peak of memory and its code."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    code: int


def measure(kind: str) -> Iterator[Line]:
    """The same portfolio at 10,000 and at 100,000 epics, each in a database of its own."""
    small, large = {}, {}
    with TemporaryDirectory() as folder:
        for epics, runs in ((SMALL, small), (LARGE, large)):
            with fresh_database(kind) as url:
                yield from _at_size(kind, url, Path(folder) / str(epics), epics, runs)
    with fresh_database(kind) as url, TemporaryDirectory() as folder:
        yield from _other_imports(kind, url, Path(folder))
    times = large["export"].seconds / small["export"].seconds
    figure = f"{times:.1f} times as long"
    yield Line(f"export of {LARGE:,} epics beside {SMALL:,}", kind, figure, "12", times <= LINEAR)
    yield from _tiny_rows(kind)


def _at_size(kind: str, url: str, folder: Path, epics: int, runs: dict[str, Run]) -> Iterator[Line]:
    settings = environment(url, "http://127.0.0.1:9/api/")
    tack(settings, "db", "upgrade")
    tack(settings, "admin", "grant", "U1")
    files = write_portfolio(folder, "bench", epics, epics * MOVES_EACH)
    database = Database(url)
    yield _beside(kind, settings, database, f"{epics:,} epics", *import_command(files, "bench"))
    run = runs["export"] = _run(
        settings, "export", "--portfolio", "bench", "--to", str(folder / "out")
    )
    figure = f"{run.seconds:.1f} s ({run.cpu_seconds:.1f} s of CPU, {run.peak_mib:.0f} MB)"
    most_s = 3.0 * epics / SMALL
    holds = run.code == 0 and run.seconds < most_s and run.peak_mib < 180
    yield Line(f"tack export, {epics:,} epics", kind, figure, f"{most_s:.0f} s, 180 MB", holds)
    for what, most_s, finds in (
        (f"board of {epics:,} epics as of a day, p50", 1.0 if epics == SMALL else 2.0, _board),
        (f"last page of a list of {epics:,} epics, p50", 0.15, _last_page),
    ):
        median_s = percentile([finds(database) for _ in range(ROUNDS)], 0.5)
        yield Line(
            what, kind, f"{median_s * 1000:.0f} ms", f"{most_s * 1000:.0f} ms", median_s < most_s
        )
    database.close()


def _other_imports(kind: str, url: str, folder: Path) -> Iterator[Line]:
    """Files of many rows of all the other kinds, with a writer beside each."""
    settings = environment(url, "http://127.0.0.1:9/api/")
    tack(settings, "db", "upgrade")
    tack(settings, "admin", "grant", "U1")
    database = Database(url)
    some = range(ROWS)
    files = {
        "projects": (
            "code,name,value_stream,budget",
            (f"P{n},Project {n},S{n % 10},{n}" for n in some),
        ),
        "budgets": ("period,value_stream,amount", (f"2025,S{n % 10},{n + 1}" for n in some)),
        "actuals": (
            "month,value_stream,amount,reference",
            (f"2025-{1 + n % 12:02},S{n % 10},{n + 1},R{n}" for n in some),
        ),
        "decisions": ("id,title,outcome,closed_at", (f"D{n},Q{n},yes,2025-05-01" for n in some)),
    }
    for noun, (columns, rows) in files.items():
        file = folder / f"{noun}.csv"
        file.write_text("\n".join([columns, *rows]))
        command = ["import", noun, "--file", str(file), "--portfolio", "bench"]
        if noun != "actuals":
            command.append("--create")
        yield _beside(kind, settings, database, f"{ROWS:,} {noun}", *command)
    database.close()


def _beside(
    kind: str, settings: Mapping[str, str], database: Database, what: str, *command: str
) -> Line:
    """How long somebody else waits for a change of theirs while the import runs."""
    waits_s, refused = [], 0
    with subprocess.Popen([TACK, *command], env=settings) as importing:
        while importing.poll() is None:
            began = time.perf_counter()
            refused += not _writes(database)
            waits_s.append(time.perf_counter() - began)
            time.sleep(0.2)
    if importing.returncode != 0:
        raise RuntimeError(f"the import ended with exit code {importing.returncode}")
    figure = f"{max(waits_s):.2f} s, {refused} of {len(waits_s)} refused"
    what = f"longest wait of a writer beside an import of {what}"
    return Line(what, kind, figure, "1 s, none", max(waits_s) < 1 and not refused)


def _writes(database: Database) -> bool:
    """Whether somebody else's change is stored."""
    now = datetime.now(UTC)
    try:
        with database.write(Act("U1", "bench", now)) as session:
            workspace = session.scalars(select(Workspace)).one()
            other = session.scalar(select(Portfolio).where(Portfolio.name == "other"))
            other = other or Portfolio(
                workspace_id=workspace.id,
                name="other",
                currency="EUR",
                time_zone="UTC",
                created_at=now,
            )
            session.add(other)
            session.flush()
            theme = {"workspace_id": workspace.id, "portfolio_id": other.id, "created_at": now}
            session.add(Theme(name=f"at {now:%H:%M:%S.%f}", **theme))
    except DatabaseAway:
        return False
    return True


def _board(database: Database) -> float:
    """How many seconds it takes to count."""
    with database.read() as session:
        portfolio = session.scalars(select(Portfolio).where(Portfolio.name == "bench")).one()
        began = time.perf_counter()
        board_as_of(session, portfolio, AS_OF)
        return time.perf_counter() - began


def _last_page(database: Database) -> float:
    """How many seconds it takes to find."""
    with database.read() as session:
        workspace_id = session.scalars(select(Workspace.id)).one()
        known = names(session, workspace_id, "U1")
        began = time.perf_counter()
        list_epics(session, workspace_id, "U1", known, Filter(), LARGE, datetime.now(UTC))
        return time.perf_counter() - began


def _tiny_rows(kind: str) -> Iterator[Line]:
    """A file of a few megabytes and millions of rows is refused."""
    with fresh_database(kind) as url, TemporaryDirectory() as folder:
        settings = environment(url, "http://127.0.0.1:9/api/")
        tack(settings, "db", "upgrade")
        file = Path(folder) / "tiny.csv"
        file.write_bytes(b"name\n" + b"x\n" * TINY_ROWS)
        run = _run(
            settings, "import", "projects", "--file", str(file), "--portfolio", "tiny", "--create"
        )
    figure = f"exit code {run.code}, {run.peak_mib:.0f} MB"
    holds = run.code == 2 and run.peak_mib < 300
    yield Line(f"a file of {TINY_ROWS:,} rows of a byte", kind, figure, "refused, 300 MB", holds)


def _run(settings: Mapping[str, str], *arguments: str) -> Run:
    """Run one `tack` command to its end, whatever that is."""
    began = time.perf_counter()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([TACK, *arguments], env=dict(settings), **quiet)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu_seconds = used.ru_utime + used.ru_stime
    return Run(seconds, cpu_seconds, used.ru_maxrss / 1024, process.returncode)
