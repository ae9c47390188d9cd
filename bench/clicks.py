"""Move clicks: how soon they are acked with their commit, and how many a second go through."""

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cards import move_buttons
from bench.databases import count_transitions, forget_policies, fresh_database, post_cards
from bench.figures import Line
from bench.importing import import_command
from bench.load import click_all
from bench.processes import TACK, environment, quiet_slack, resident_mib, running, tack
from bench.sample import write_portfolio

PER_SECOND = 50
WARM_UP, PACED = 100, 500
ROUNDS, IN_A_ROUND = 12, 100
"""The two apps take turns, so that what else the machine does befalls both alike."""

LEAST_RATIO = {"sqlite": 0.32, "postgresql": 0.28}
BARE_APP = [sys.executable, "-m", "bench.bare_app"]


def measure(kind: str) -> Iterator[Line]:
    """Click through a portfolio in review, each posted card moved once; the bare app likewise."""
    with (
        fresh_database(kind) as url,
        fresh_database(kind) as bare_url,
        quiet_slack() as api_url,
        TemporaryDirectory() as folder,
    ):
        settings, bare_settings = environment(url, api_url), environment(bare_url, api_url)
        port, bare_port = int(settings["PORT"]), int(bare_settings["PORT"])
        ideas = WARM_UP + PACED + ROUNDS * IN_A_ROUND
        tack(settings, "db", "upgrade")
        files = write_portfolio(Path(folder), "bench", ideas, 2 * ideas)
        tack(settings, *import_command(files, "bench"))
        forget_policies(url)
        post_cards(url)
        with running([TACK, "run", "--mode", "http"], settings) as process:
            buttons = move_buttons(url, port, api_url)
            with running(BARE_APP, bare_settings):
                warm_up, rest = buttons[:WARM_UP], buttons[WARM_UP:]
                for each in (port, bare_port):
                    click_all(each, api_url, warm_up)
                paced, bare_paced = (
                    click_all(each, api_url, rest[:PACED], per_second=PER_SECOND)
                    for each in (port, bare_port)
                )
                rounds = [
                    [click_all(each, api_url, turn) for each in (port, bare_port)]
                    for turn in (
                        rest[at : at + IN_A_ROUND] for at in range(PACED, len(rest), IN_A_ROUND)
                    )
                ]
            memory_mib = resident_mib(process)
        moved = count_transitions(url) - 2 * ideas
    yield Line(
        f"ack of a move click, {PER_SECOND} clicks/s, p50 / p99",
        kind,
        f"{paced.p50_ms:.0f} / {paced.p99_ms:.0f} ms"
        f" (bare {bare_paced.p50_ms:.0f} / {bare_paced.p99_ms:.0f})",
        "p99 150 ms",
        paced.p99_ms < 150,
    )
    per_second, bare_per_second = (
        statistics.median(acks.per_second for acks in app) for app in zip(*rounds, strict=True)
    )
    ratios = [ours.per_second / bare.per_second for ours, bare in rounds]
    ratio, bar = statistics.median(ratios), LEAST_RATIO[kind]
    yield Line(
        "throughput of move clicks, full speed",
        kind,
        f"{per_second:.0f}/s, {ratio:.2f} of the bare app's {bare_per_second:.0f}/s"
        f" (rounds {min(ratios):.2f} to {max(ratios):.2f})",
        f"{bar}",
        ratio >= bar,
    )
    refused = paced.refused + sum(ours.refused for ours, _ in rounds)
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
