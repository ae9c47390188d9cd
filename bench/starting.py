"""How long `tack run` takes from nothing to a Slack that can reach it, and what it weighs then."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

from bench.databases import fresh_database
from bench.figures import Line
from bench.processes import TACK, environment, resident_mib, running, tack
from sandbox import Sandbox

STARTS = 3
MANIFEST = Path(__file__).parents[1] / "manifest.json"


def measure(kind: str) -> Iterator[Line]:
    """Start Tack in Socket Mode against the sandbox; the slowest of the starts counts."""
    from_nothing_s, weight_mib = [], 0.0
    manifest = json.loads(MANIFEST.read_text())
    with fresh_database(kind) as url, Sandbox(manifest=manifest) as slack:
        settings = environment(
            url,
            slack.api_url,
            SLACK_BOT_TOKEN=slack.bot_token,
            SLACK_APP_TOKEN=slack.app_token,
            SLACK_SIGNING_SECRET=slack.signing_secret,
        )
        tack(settings, "db", "upgrade")
        for _ in range(STARTS):
            began = time.perf_counter()
            with running([TACK, "run", "--mode", "socket"], settings) as process:
                from_nothing_s.append(time.perf_counter() - began)
                weight_mib = resident_mib(process)
    slowest_s = max(from_nothing_s)
    yield Line("start to connected, Socket Mode", kind, f"{slowest_s:.2f} s", "2 s", slowest_s < 2)
    yield Line("resident memory once connected", kind, f"{weight_mib:.0f} MB", "", None)
