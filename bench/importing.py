"""A large import, and the clicks of people who do not know that it is running."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cards import move_buttons
from bench.databases import count_transitions, forget_policies, fresh_database
from bench.figures import Line
from bench.load import click_all
from bench.processes import TACK, environment, quiet_slack, running, tack
from bench.sample import Files, write_portfolio

EPICS, TRANSITIONS = 10_000, 80_000
CLICKED_EPICS, CLICKS_PER_SECOND = 500, 20


def import_command(files: Files, portfolio: str) -> list[str]:
    """The arguments of `tack` that import these files."""
    return [
        *("import", "epics", "--portfolio", portfolio, "--create"),
        *("--items", str(files.items)),
        *("--transitions", str(files.transitions)),
        *("--mapping", str(files.mapping)),
    ]


def measure(kind: str) -> Iterator[Line]:
    """Import 10,000 epics beside a running Tack whose other portfolio is being clicked."""
    with fresh_database(kind) as url, quiet_slack() as api_url, TemporaryDirectory() as folder:
        settings = environment(url, api_url)
        port = int(settings["PORT"])
        small = write_portfolio(Path(folder) / "small", "small", CLICKED_EPICS, 2 * CLICKED_EPICS)
        large = write_portfolio(Path(folder) / "large", "large", EPICS, TRANSITIONS)
        tack(settings, "db", "upgrade")
        tack(settings, *import_command(small, "small"))
        forget_policies(url)
        with running([TACK, "run", "--mode", "http"], settings):
            buttons = move_buttons(url, port, api_url)
            before = count_transitions(url)
            began = time.perf_counter()
            importing = subprocess.Popen(
                [TACK, *import_command(large, "large")], env=settings, stdout=subprocess.DEVNULL
            )
            acks = click_all(
                port,
                api_url,
                buttons,
                per_second=CLICKS_PER_SECOND,
                until=lambda: importing.poll() is not None,
            )
            if importing.wait(timeout=60) != 0:
                raise RuntimeError(f"the import ended with exit code {importing.returncode}")
            took_s = time.perf_counter() - began
        moved = count_transitions(url) - before - TRANSITIONS
    clicks = len(acks.times_ms)
    yield Line(
        f"import of {EPICS:,} epics, {TRANSITIONS:,} transitions, under clicks",
        kind,
        f"{took_s:.1f} s",
        "20 s",
        took_s < 20,
    )
    yield Line(
        "slowest ack of a click meanwhile",
        kind,
        f"{max(acks.times_ms):.0f} ms (p99 {acks.p99_ms:.0f}), {moved} of {clicks} moved",
        "3 s, all",
        max(acks.times_ms) < 3000 and acks.refused == 0 and moved == clicks,
    )
