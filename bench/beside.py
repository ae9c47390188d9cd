"""Beside jira-agile-metrics 0.24, in an environment of its own: the same items, in memory.

Where definitions differ: it counts in whole days, it forgets what came after a move backwards, so
that the items here only go forward, and it draws its forecast by lot, 100 times, where Tack's is
exact. It has cumulative flow and Tack has not, so that is timed apart.
"""

import csv
import json
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from bench.figures import Line
from bench.importing import EPICS
from bench.sample import PATH_TO_DONE, Files, write_portfolio
from models.flow.days import whole_weeks
from models.flow.figures import Entries, Meaning, clocks_at
from models.flow.forecast import Pace
from models.flow.percentiles import Spread

PACKAGES = ("jira-agile-metrics==0.24", "pandas<3")
THEIR_FIGURES = Path(__file__).with_name("their_figures.py")
AS_OF = datetime(2022, 6, 27, tzinfo=UTC)
"""By then new ones still come in and others finish."""
ROUNDS = 5
WEEKS, MORE = 26, 20


def measure(kind: str) -> Iterator[Line]:
    """Cycle time, throughput and forecast together; once, as no database is asked."""
    if kind != "sqlite":
        return
    with TemporaryDirectory() as folder:
        files = write_portfolio(Path(folder), "bench", EPICS, EPICS * len(PATH_TO_DONE))
        what = f"cycle time, throughput and forecast of {EPICS:,} items in memory, processor time"
        ours_ms = min(_ours_ms(files) for _ in range(ROUNDS))
        python = _environment(Path(folder) / "theirs")
        if python is None:
            yield Line(what, "none", f"{ours_ms:.0f} ms; the other could not be installed")
            return
        command = [python, THEIR_FIGURES, files.items, files.transitions, AS_OF.date().isoformat()]
        rounds = [
            json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            for _ in range(ROUNDS)
        ]
        times = min((each["times_ms"] for each in rounds), key=lambda each: sum(each.values()))
        cfd_ms = times.pop("CFD")
        theirs_ms = sum(times.values())
        figure = f"{ours_ms:.0f} ms beside {theirs_ms:.0f} ms, and {cfd_ms:.0f} ms for its CFD"
        yield Line(what, "none", figure, "not slower", ours_ms <= theirs_ms)


def _ours_ms(files: Files) -> float:
    ids = {name: number for number, name in enumerate(PATH_TO_DONE, 1)}
    with files.transitions.open(newline="") as rows:
        entries = Entries.of(
            (int(row["id"][2:]), ids[row["to_status"]], datetime.fromisoformat(row["at"]))
            for row in csv.DictReader(rows)
        )
    flying = frozenset(ids[name] for name in PATH_TO_DONE[1:-1])
    meaning = Meaning(flying, flying - {ids["ready"]}, frozenset({ids["done"]}))
    began = time.process_time()
    clocks = clocks_at(AS_OF, entries, meaning)
    Spread.of(clocks.flow_days[clocks.has_flow_time])
    pace = Pace(clocks.throughput(whole_weeks(AS_OF, ZoneInfo("UTC"), WEEKS)))
    for percent in (50, 85, 95):
        pace.weeks_for(MORE, percent)
        pace.at_least(WEEKS, percent)
    return (time.process_time() - began) * 1000


def _environment(folder: Path) -> str | None:
    """Its Python, with the packages installed by name; None where that cannot be done."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        print(done.stderr[-500:], file=sys.stderr)
        return None
    return python
