"""Move clicks: how soon they are acked with their commit, and how many a second go through."""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cards import move_buttons
from bench.databases import count_transitions, forget_policies, fresh_database
from bench.figures import Line
from bench.importing import import_command
from bench.load import Acks, Button, click_all
from bench.processes import TACK, environment, quiet_slack, resident_mib, running, tack
from bench.sample import write_portfolio

PER_SECOND = 50
WARM_UP, PACED, FULL_SPEED = 100, 500, 1_000
BARE_APP = [sys.executable, "-m", "bench.bare_app"]


def measure(kind: str) -> Iterator[Line]:
    """Click through a portfolio in review, each epic moved once; then the bare app likewise."""
    with fresh_database(kind) as url, quiet_slack() as api_url, TemporaryDirectory() as folder:
        settings = environment(url, api_url)
        port = int(settings["PORT"])
        ideas = WARM_UP + PACED + FULL_SPEED
        tack(settings, "db", "upgrade")
        files = write_portfolio(Path(folder), "bench", ideas, 2 * ideas)
        tack(settings, *import_command(files, "bench"))
        forget_policies(url)
        with running([TACK, "run", "--mode", "http"], settings) as process:
            buttons = move_buttons(url, port, api_url)
            paced, full_speed = _press(port, api_url, buttons)
            memory_mib = resident_mib(process)
        moved = count_transitions(url) - 2 * ideas
        with running(BARE_APP, settings):
            bare_paced, bare = _press(port, api_url, buttons)
    ratio = full_speed.per_second / bare.per_second
    yield Line(
        f"ack of a move click, {PER_SECOND} clicks/s, p50 / p99",
        kind,
        f"{paced.p50_ms:.0f} / {paced.p99_ms:.0f} ms"
        f" (bare {bare_paced.p50_ms:.0f} / {bare_paced.p99_ms:.0f})",
        "p99 150 ms",
        paced.p99_ms < 150,
    )
    yield Line(
        "throughput of move clicks, full speed",
        kind,
        f"{full_speed.per_second:.0f}/s, {ratio:.2f} of the bare app's {bare.per_second:.0f}/s",
        "0.50",
        ratio >= 0.5,
    )
    refused = paced.refused + full_speed.refused
    yield Line(
        "clicks that moved their epic",
        kind,
        f"{moved:,} of {ideas:,}, {refused} not acked",
        "all",
        moved == ideas and refused == 0,
    )
    yield Line(
        "resident memory after the clicks", kind, f"{memory_mib:.0f} MB", "180 MB", memory_mib < 180
    )


def _press(port: int, api_url: str, buttons: list[Button]) -> tuple[Acks, Acks]:
    """Warm up, then a steady stream, then all that is left at once."""
    warm_up, rest = buttons[:WARM_UP], buttons[WARM_UP:]
    click_all(port, api_url, warm_up)
    paced = click_all(port, api_url, rest[:PACED], per_second=PER_SECOND)
    return paced, click_all(port, api_url, rest[PACED:])
