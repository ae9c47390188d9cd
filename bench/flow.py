"""The figures of flow: from the database to the last of them, the digest, and *Explain* pressed."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from bench.cards import answers
from bench.databases import fresh_database
from bench.figures import Line, percentile
from bench.importing import EPICS, import_command
from bench.load import Button, click_all
from bench.processes import (
    TACK,
    environment,
    processor_s,
    quiet_slack,
    resident_mib,
    running,
    tack,
)
from bench.quiet_slack import CHANNEL_ID, USER_ID
from bench.sample import write_portfolio
from bot.views.board import digest as views
from bot.views.flow.actions import ExplainFlow
from bot.workflows.board.digest import of_week
from bot.workflows.board.digesting import send_now, subscribe_channel
from bot.workflows.flow.forecasting import outlook_at
from bot.workflows.flow.metrics import metrics_at
from bot.workflows.people.workspaces import grant_admin
from bot.workflows.portfolio.setting_up import go_live
from models.clock import SystemClock
from models.database import Database
from models.portfolio.portfolio import Portfolio

SIZES, MOVES_EACH = (1_000, EPICS, 100_000), 8
ROUNDS = 9
AS_OF = datetime(2023, 1, 2, tzinfo=UTC)
"""By then most of the sample is there, and hundreds are in flight."""
WEEK = "2022-W52"

LINEAR = 1.2 * SIZES[-1] / EPICS
PRESSES, PER_SECOND, HALVES = 500, 5, 2
MOST_POSTS, SETTLED_S = 1 + 4, 5
"""The lead and its replies; so long after the last post there is no other."""
MOST_MIB, FLAT_MIB = 180, 10


def measure(kind: str) -> Iterator[Line]:
    """What `tack metrics` and `tack forecast` print at three sizes, and what people see at one."""
    medians_ms: dict[int, float] = {}
    for epics in SIZES:
        with fresh_database(kind) as url, quiet_slack() as api_url, TemporaryDirectory() as folder:
            settings = environment(url, api_url)
            tack(settings, "db", "upgrade")
            files = write_portfolio(Path(folder), "bench", epics, epics * MOVES_EACH)
            tack(settings, *import_command(files, "bench"))
            times_ms = _timed(url, _figures)
            medians_ms[epics] = percentile(times_ms, 0.5)
            yield Line(
                f"figures and forecast of {epics:,} epics, {epics * MOVES_EACH:,} transitions,"
                " p50 / slowest",
                kind,
                f"{medians_ms[epics]:.0f} / {max(times_ms):.0f} ms",
                "1 s" if epics == EPICS else "",
                medians_ms[epics] < 1000 if epics == EPICS else None,
            )
            if epics == EPICS:
                yield _digest(kind, url)
                yield _sent(kind, url, settings, api_url)
                yield from _presses(kind, settings, api_url)
    times = medians_ms[SIZES[-1]] / medians_ms[EPICS]
    figure = f"{times:.1f} times as long"
    yield Line(f"{SIZES[-1]:,} epics beside {EPICS:,}", kind, figure, "12", times <= LINEAR)


def _digest(kind: str, url: str) -> Line:
    times_ms = _timed(url, _week)
    median_ms = percentile(times_ms, 0.5)
    return Line(
        f"a digest with its charts at {EPICS:,} epics, p50 / slowest",
        kind,
        f"{median_ms:.0f} / {max(times_ms):.0f} ms",
        "3 s",
        median_ms < 3000,
    )


def _sent(kind: str, url: str, settings: Mapping[str, str], api_url: str) -> Line:
    """Have the digest sent: how often it is posted, and how long after the wish all is there."""
    database, now = Database(url), SystemClock().now()
    with running([TACK, "run", "--mode", "http"], settings):
        with database.write() as session:
            portfolio = session.scalars(select(Portfolio)).one()
            portfolio.channel_id = CHANNEL_ID
            go_live(session, portfolio.workspace_id, None, portfolio.id, now)
            grant_admin(session, portfolio.workspace_id, USER_ID, None, now)
            subscribe_channel(session, portfolio.workspace_id, USER_ID, portfolio.id, now)
        wished = time.monotonic()
        with database.write() as session:
            send_now(session, portfolio.workspace_id, USER_ID, CHANNEL_ID, now)
        posted = next(answers(f"{api_url}chat.postMessage", seconds=30))
        while time.monotonic() < posted["at"] + SETTLED_S:
            time.sleep(SETTLED_S / 10)
            posted = next(answers(f"{api_url}chat.postMessage"))
    database.close()
    return Line(
        f"a digest sent at {EPICS:,} epics: posts to Slack, the last of them after",
        kind,
        f"{posted['count']}, {posted['at'] - wished:.1f} s",
        str(MOST_POSTS),
        posted["count"] <= MOST_POSTS,
    )


def _presses(kind: str, settings: Mapping[str, str], api_url: str) -> Iterator[Line]:
    """*Explain* as of a day on which hundreds are in flight: acks, processor time and memory."""
    element = ExplainFlow(portfolio=1, on=AS_OF.date()).button("Explain")
    button = Button("explain", element["action_id"], element["value"])
    with running([TACK, "run", "--mode", "http"], settings) as process:
        port = int(settings["PORT"])
        click_all(port, api_url, [button] * PER_SECOND)
        spent_s, memory = processor_s(process), []
        for _ in range(HALVES):
            presses = [button] * (PRESSES // HALVES)
            acks = click_all(port, api_url, presses, per_second=PER_SECOND)
            memory.append(resident_mib(process))
        spent_ms = 1000 * (processor_s(process) - spent_s) / PRESSES
    yield Line(
        f"{PRESSES} presses of Explain at {EPICS:,} epics, {PER_SECOND}/s, ack p50 / p99",
        kind,
        f"{acks.p50_ms:.0f} / {acks.p99_ms:.0f} ms, {acks.refused} not acked",
        "3 s, all",
        acks.p99_ms < 3000 and not acks.refused,
    )
    yield Line("processor time of one of them", kind, f"{spent_ms:.0f} ms", "", None)
    first, last = memory
    yield Line(
        "resident memory after half of them / all",
        kind,
        f"{first:.0f} / {last:.0f} MB",
        "180 MB, flat",
        last < MOST_MIB and last < first + FLAT_MIB,
    )


def _timed(url: str, computes: Callable[[Database], None]) -> list[float]:
    """How many milliseconds it takes, again and again."""
    database = Database(url)
    times_ms = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        computes(database)
        times_ms.append((time.perf_counter() - began) * 1000)
    database.close()
    return times_ms


def _figures(database: Database) -> None:
    with database.snapshot() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        metrics_at(session, portfolio, AS_OF)
        pace = outlook_at(session, portfolio, AS_OF).pace
        for percent in (50, 85, 95):
            pace.at_least(12, percent)
            pace.weeks_for(20, percent)


def _week(database: Database) -> None:
    with database.snapshot() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        views.digest(of_week(session, portfolio, None, WEEK, AS_OF).source)
