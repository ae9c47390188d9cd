"""How many cards one replica shows in a second, and how long a change takes to be seen."""

import json
import time
import urllib.request
from collections.abc import Iterator

from sqlalchemy import select

from bench.databases import fresh_database, put_to_work
from bench.figures import Line, percentile
from bench.processes import TACK, environment, quiet_slack, running, tack
from bench.quiet_slack import TEAM_ID, USER_ID
from bot.workflows.epics.moving import move
from bot.workflows.epics.proposing import propose
from bot.workflows.people.workspaces import workspace_of
from bot.workflows.portfolio.setting_up import set_up
from models.clock import SystemClock
from models.database import Database
from models.epics.epic import Epic
from models.epics.proposal import Proposal
from models.portfolio.setup import Setup, StreamSetup

CARDS = 300
"""Each in a channel of its own, so that no channel's pace of one a second is in the way."""

RATES = ((1, 10), (10, 100), (50, 300))
"""Changes a second, and how many."""

LATEST_S = 60


def measure(kind: str) -> Iterator[Line]:
    """Have one replica post a card in each channel, then change them at several rates."""
    with fresh_database(kind) as url, quiet_slack() as api_url:
        settings = environment(url, api_url)
        tack(settings, "db", "upgrade")
        database = Database(url)
        _put_cards(database)
        with running([TACK, "run", "--mode", "http"], settings):
            seen = _heard_at(f"{api_url}chat.postMessage", CARDS)
            took_s = max(seen.values()) - min(seen.values())
            per_second = (CARDS - 1) / took_s
            yield Line("cards posted by one replica", kind, f"{per_second:.0f}/s")
            for turn, (rate, changes) in enumerate(RATES):
                lags_ms = _lags_ms(database, api_url, turn, rate, changes)
                figure = f"{percentile(lags_ms, 0.5):.0f} / {percentile(lags_ms, 0.99):.0f} ms"
                what = f"from commit to Slack at {rate} changes/s, p50 / p99"
                yield Line(what, kind, figure)
        database.close()


def _put_cards(database: Database) -> None:
    now = SystemClock().now()
    streams = [
        StreamSetup(
            name=f"Stream {n}", key_prefix=f"S{n}", owner_user_id=USER_ID, channel_id=f"C{n}"
        )
        for n in range(CARDS)
    ]
    setup = Setup(name="Bench", currency="EUR", time_zone="UTC", streams=streams)
    with database.write() as session:
        workspace = workspace_of(session, TEAM_ID)
        portfolio = set_up(session, workspace.id, USER_ID, setup, now)
        put_to_work(session, portfolio, now)
        for number, stream in enumerate(portfolio.value_streams):
            proposal = Proposal(title="An idea", value_stream_id=stream.id, hypothesis="It helps.")
            propose(session, workspace.id, USER_ID, proposal, f"bench:{number}", now)


def _lags_ms(database: Database, api_url: str, turn: int, rate: int, changes: int) -> list[float]:
    """Change so many epics, once each; from each commit to its card's update, in milliseconds."""
    with database.read() as session:
        epics = session.scalars(select(Epic).order_by(Epic.id).limit(changes)).all()
        ways = [(e.workspace_id, e.id, e.value_stream.channel_id) for e in epics]
        to = epics[0].portfolio.states[turn + 1].id
    before = _heard_at(f"{api_url}chat.update", 0)
    committed_at: dict[str, float] = {}
    began = time.monotonic()
    for number, (workspace_id, epic_id, channel_id) in enumerate(ways):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        with database.write() as session:
            move(session, workspace_id, USER_ID, epic_id, to, None, None, SystemClock().now())
        committed_at[str(channel_id)] = time.monotonic()
    seen: dict[str, float] = {}
    while len(seen) < changes and time.monotonic() < began + LATEST_S:
        heard = _heard_at(f"{api_url}chat.update", 0)
        seen = {c: at for c, at in heard.items() if c in committed_at and at != before.get(c)}
        time.sleep(0.05)
    if len(seen) < changes:
        raise RuntimeError(f"{changes - len(seen)} changes were never shown")
    return [(seen[channel] - at) * 1000 for channel, at in committed_at.items()]


def _heard_at(url: str, least: int) -> dict[str, float]:
    """When each channel was last spoken to by that method, once so many were."""
    deadline = time.monotonic() + LATEST_S
    while True:
        with urllib.request.urlopen(f"{url}?channels", timeout=5) as response:
            heard: dict[str, float] = json.load(response) or {}
        if len(heard) >= least:
            return heard
        if time.monotonic() > deadline:
            raise RuntimeError(f"only {len(heard)} of {least} channels heard anything")
        time.sleep(0.05)
