"""App Home over a large portfolio: from the event to the board in Slack."""

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.cards import answers
from bench.databases import fresh_database
from bench.figures import Line, percentile
from bench.importing import EPICS, TRANSITIONS, import_command
from bench.load import send
from bench.processes import TACK, environment, quiet_slack, running, tack
from bench.quiet_slack import APP_ID, TEAM_ID, USER_ID
from bench.sample import write_portfolio

OPENINGS = 20


def measure(kind: str) -> Iterator[Line]:
    """Open App Home again and again at 10,000 epics, and look at what is published."""
    with fresh_database(kind) as url, quiet_slack() as api_url, TemporaryDirectory() as folder:
        settings = environment(url, api_url)
        tack(settings, "db", "upgrade")
        files = write_portfolio(Path(folder), "bench", EPICS, TRANSITIONS)
        tack(settings, *import_command(files, "bench"))
        with running([TACK, "run", "--mode", "http"], settings):
            opened = [_open(int(settings["PORT"]), api_url) for _ in range(OPENINGS)]
    times_ms = [took_ms for took_ms, _ in opened]
    blocks = max(count for _, count in opened)
    median_ms = percentile(times_ms, 0.5)
    yield Line(
        f"App Home at {EPICS:,} epics, event to published, p50 / slowest",
        kind,
        f"{median_ms:.0f} / {max(times_ms):.0f} ms",
        "150 ms",
        median_ms < 150,
    )
    yield Line("blocks on it", kind, str(blocks), "100", blocks <= 100)


def _open(port: int, api_url: str) -> tuple[float, int]:
    """Open App Home once: milliseconds until it is published, and its number of blocks."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    began = time.monotonic()
    send(connection, json.dumps(_home_opened()).encode(), "application/json")
    connection.close()
    home = next(answer for answer in answers(f"{api_url}views.publish") if answer["at"] >= began)
    return (home["at"] - began) * 1000, len(home["said"]["view"]["blocks"])


def _home_opened() -> dict[str, Any]:
    return {
        "type": "event_callback",
        "token": "bench",
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event_id": f"Ev{time.time_ns():X}",
        "event_time": int(time.time()),
        "authorizations": [{"team_id": TEAM_ID, "user_id": USER_ID, "is_bot": True}],
        "event": {
            "type": "app_home_opened",
            "user": USER_ID,
            "channel": "D0BENCH01",
            "tab": "home",
            "event_ts": f"{time.time():.6f}",
        },
    }
