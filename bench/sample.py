"""A made-up portfolio of any size, as the files that `tack import epics` reads."""

import csv
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

STREAMS = ("Payments", "Onboarding", "Platform", "Search", "Mobile", "Partners", "Care", "Data")
PATH_TO_DONE = ("funnel", "reviewing", "analyzing", "ready", "implementing", "done")
START = datetime(2018, 1, 8, 9, tzinfo=UTC)
SPAN = timedelta(hours=40_000)
"""Within so long all epics begin: nothing is in the future."""


@dataclass(frozen=True)
class Files:
    """The three files of one portfolio."""

    items: Path
    transitions: Path
    mapping: Path


def write_portfolio(folder: Path, source: str, epics: int, transitions: int) -> Files:
    """Write `epics` epics with `transitions` rows of history between them, evenly spread.

    The first row of each epic is its entry into the funnel; with one row per epic all of them are
    ideas. Longer histories go forward to done and begin anew, as reopened work does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    apart = min(timedelta(hours=4), SPAN / epics)
    files = Files(folder / "items.csv", folder / "transitions.csv", folder / "mapping.json")
    states = {name: {"state": name, "reason": "made up"} for name in (*PATH_TO_DONE, "stopped")}
    files.mapping.write_text(
        json.dumps({"source": source, "states": [*states], "status_to_state": states})
    )
    chance = random.Random(7)
    with files.items.open("w", newline="") as items, files.transitions.open("w", newline="") as log:
        item_rows, log_rows = csv.writer(items), csv.writer(log)
        item_rows.writerow(
            ("source", "id", "title", "type", "value_stream", "created_at", "current_status")
        )
        log_rows.writerow(("source", "id", "from_status", "to_status", "at", "actor"))
        for number in range(epics):
            rows = transitions * (number + 1) // epics - transitions * number // epics
            at, status, origin = START + number * apart, "", "funnel"
            created_at = at
            for step in range(rows):
                origin, status = status, PATH_TO_DONE[step % len(PATH_TO_DONE)]
                log_rows.writerow((source, f"E-{number}", origin, status, _moment(at), ""))
                at += timedelta(hours=chance.randint(1, 400))
            item_rows.writerow(
                (
                    source,
                    f"E-{number}",
                    f"Idea number {number}",
                    "business",
                    STREAMS[number % len(STREAMS)],
                    _moment(created_at),
                    status,
                )
            )
    return files


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
