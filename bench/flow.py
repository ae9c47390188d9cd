"""The figures of a large portfolio's flow, from the database to the last of them."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from bench.databases import fresh_database
from bench.figures import Line, percentile
from bench.importing import EPICS, TRANSITIONS, import_command
from bench.processes import environment, tack
from bench.sample import write_portfolio
from bot.workflows.flow.metrics import metrics_at
from models.database import Database
from models.portfolio.portfolio import Portfolio

ROUNDS = 9
AS_OF = datetime(2023, 1, 2, tzinfo=UTC)
"""By then most of the sample is there, and hundreds are in flight."""


def measure(kind: str) -> Iterator[Line]:
    """Compute all that `tack metrics` prints at 10,000 epics, again and again."""
    with fresh_database(kind) as url, TemporaryDirectory() as folder:
        settings = environment(url, "http://127.0.0.1:9/api/")
        tack(settings, "db", "upgrade")
        files = write_portfolio(Path(folder), "bench", EPICS, TRANSITIONS)
        tack(settings, *import_command(files, "bench"))
        database = Database(url)
        times_ms = [_compute(database) for _ in range(ROUNDS)]
        database.close()
    median_ms = percentile(times_ms, 0.5)
    yield Line(
        f"figures of {EPICS:,} epics, {TRANSITIONS:,} transitions, p50 / slowest",
        kind,
        f"{median_ms:.0f} / {max(times_ms):.0f} ms",
        "1 s",
        median_ms < 1000,
    )


def _compute(database: Database) -> float:
    """How many milliseconds it takes."""
    began = time.perf_counter()
    with database.snapshot() as session:
        metrics_at(session, session.scalars(select(Portfolio)).one(), AS_OF)
    return (time.perf_counter() - began) * 1000
