"""Votes: how soon a press is acked with its ballot, how many a second, and 500 people at once."""

import json
import statistics
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, text

from bench.databases import engine_of, fresh_database, put_to_work
from bench.figures import Line
from bench.load import Acks, Button, click_all
from bench.processes import TACK, environment, quiet_slack, resident_mib, running, tack
from bench.quiet_slack import CHANNEL_ID, MESSAGE_TS, TEAM_ID, USER_ID
from bench.wire import Said, counted
from bot.workflows.decisions.opening.opening import open_decision
from bot.workflows.decisions.voting import vote
from bot.workflows.epics.moving import move
from bot.workflows.epics.proposing import propose
from bot.workflows.keeping import Act as Doing
from bot.workflows.people.workspaces import workspace_of
from bot.workflows.portfolio.setting_up import set_up
from migrations import upgrade
from models.audit.audit import Act
from models.audit.trail import note
from models.base import Base
from models.clock import SystemClock
from models.database import Database
from models.decisions.form import DecisionForm
from models.decisions.question import Choice
from models.epics.proposal import Proposal
from models.people.role import Role, RoleGrant
from models.portfolio.setup import Setup, StreamSetup

PER_SECOND = 50
DECISIONS, ELECTORS = 18, 100
WARM_UP, PACED, IN_A_ROUND = 100, 500, 100
"""Presses, spread over the decisions that are open."""

MANY = 500
SECONDS, TWICE = 5, 50
LATEST_S = 3
LEAST_RATIO = 0.5
MOST_TRIPS = 3
CHOICES = ("persevere", "pivot", "stop")
BARE_APP = [sys.executable, "-m", "bench.bare_app"]


@dataclass(frozen=True)
class Votes:
    """The decisions that are open, and who can press on them."""

    decisions: Sequence[int]
    people: Sequence[str]

    def presses(self) -> list[Button]:
        """Everybody's press on each of them, one person after the other."""
        return [
            press(decision, person, CHOICES[number % 3])
            for number, person in enumerate(self.people)
            for decision in self.decisions
        ]


def press(decision: int, person: str, choice: str) -> Button:
    """What a press of that person carries."""
    value = f'cast {{"decision":{decision},"choice":"{choice}"}}'
    return Button("vote", f"cast_{choice}", value, person)


def measure(kind: str) -> Iterator[Line]:
    """Have the electors of many decisions press, the bare app likewise; then 500 of one."""
    yield from _beside_the_bare_app(kind)
    yield from _at_once(kind)
    yield _on_the_wire(kind)


def _beside_the_bare_app(kind: str) -> Iterator[Line]:
    with (
        fresh_database(kind) as url,
        fresh_database(kind) as bare_url,
        fresh_database(kind) as answering_url,
        quiet_slack() as api_url,
    ):
        settings, bare_settings = environment(url, api_url), environment(bare_url, api_url)
        answering = environment(answering_url, api_url, ANSWERS="1")
        ports = [int(each["PORT"]) for each in (settings, bare_settings, answering)]
        tack(settings, "db", "upgrade")
        presses = _opened(url, DECISIONS, ELECTORS).presses()
        warm_up, rest = presses[:WARM_UP], presses[WARM_UP:]
        with (
            running([TACK, "run", "--mode", "http"], settings) as process,
            running(BARE_APP, bare_settings),
            running(BARE_APP, answering),
        ):
            for port in ports:
                click_all(port, api_url, warm_up)
            paced, bare_paced = (
                click_all(port, api_url, rest[:PACED], per_second=PER_SECOND) for port in ports[:2]
            )
            rounds = [
                [click_all(port, api_url, rest[at : at + IN_A_ROUND]) for port in ports]
                for at in range(PACED, len(rest), IN_A_ROUND)
            ]
            memory_mib = resident_mib(process)
        cast = _count(url)
    yield Line(
        f"ack of a vote, {PER_SECOND} presses/s, p50 / p99",
        kind,
        f"{paced.p50_ms:.0f} / {paced.p99_ms:.0f} ms"
        f" (bare {bare_paced.p50_ms:.0f} / {bare_paced.p99_ms:.0f})",
        "p99 150 ms",
        paced.p99_ms < 150,
    )
    told, ratio = _beside(rounds, 1)
    bar = f"{LEAST_RATIO}"
    yield Line("throughput of votes, full speed", kind, told, bar, ratio >= LEAST_RATIO)
    told, _ = _beside(rounds, 2)
    yield Line("the same, where the bare app tells the person as well", kind, told)
    wanted = DECISIONS * ELECTORS
    refused = paced.refused + sum(ours.refused for ours, *_ in rounds)
    yield Line(
        "presses that are a ballot",
        kind,
        f"{cast:,} of {wanted:,}, {refused} not acked",
        "all",
        cast == wanted and refused == 0,
    )
    yield Line(
        "resident memory after the votes", kind, f"{memory_mib:.0f} MB", "180 MB", memory_mib < 180
    )


def _beside(rounds: Sequence[Sequence[Acks]], other: int) -> tuple[str, float]:
    """How Tack's rounds compare with another app's: in words, and the median of the ratios."""
    ours, theirs = (
        statistics.median(each[place].per_second for each in rounds) for place in (0, other)
    )
    ratios = [each[0].per_second / each[other].per_second for each in rounds]
    ratio = statistics.median(ratios)
    spread = f"(rounds {min(ratios):.2f} to {max(ratios):.2f})"
    return f"{ours:.0f}/s, {ratio:.2f} of the bare app's {theirs:.0f}/s {spread}", ratio


def _at_once(kind: str) -> Iterator[Line]:
    """500 electors within five seconds, some of them twice."""
    with fresh_database(kind) as url, quiet_slack() as api_url:
        settings = environment(url, api_url)
        tack(settings, "db", "upgrade")
        presses = _opened(url, 1, MANY).presses()
        presses += presses[:: MANY // TWICE]
        with running([TACK, "run", "--mode", "http"], settings):
            began = time.monotonic()
            acks = click_all(
                int(settings["PORT"]), api_url, presses, per_second=len(presses) / SECONDS
            )
            ended = time.monotonic()
            last = _last_update(api_url, ended + LATEST_S)
        cast = _count(url)
    updates, at = (last["count"], last["at"]) if last else (0, ended + LATEST_S)
    yield Line(
        f"{MANY} electors within {ended - began:.1f} s, {len(presses) - MANY} of them twice",
        kind,
        f"{cast:,} ballots, {acks.refused} not acked, p99 {acks.p99_ms:.0f} ms",
        f"{MANY} ballots",
        cast == MANY and acks.refused == 0,
    )
    yield Line(
        "updates of their ballot",
        kind,
        f"{updates} in {at - began:.1f} s",
        "1 a second",
        0 < updates <= at - began + 1,
    )
    yield Line(
        "the last of them shown after",
        kind,
        f"{max(0.0, at - ended):.1f} s" if last else "never",
        f"{LATEST_S} s",
        last is not None,
    )


def _on_the_wire(kind: str) -> Line:
    """What one press says to the database, where the statements are known to the connection."""
    said, clock = Said(), SystemClock()
    with fresh_database(kind) as url:
        upgrade(Database(url).engine)
        votes = _opened(url, 1, ELECTORS)
        database = Database(url)
        for person in votes.people[:10]:
            by = Act(person, "bench", clock.now())
            with counted(database, by, said) as session:
                vote(session, 1, person, votes.decisions[0], Choice.PIVOT, clock.now)
        database.close()
    trips = f" in {said.trips} round trips" if said.trips else ""
    return Line(
        "what a vote says to the database",
        kind,
        f"{said.statements} statements{trips}",
        f"{MOST_TRIPS} trips",
        said.trips <= MOST_TRIPS,
    )


def _opened(url: str, decisions: int, electors: int) -> Votes:
    """So many decisions, each about an epic of its own, their ballots posted already."""
    database, now = Database(url), SystemClock().now()
    people = [f"U0VOTER{number:04}" for number in range(electors)]
    stream = StreamSetup(name="Payments", key_prefix="PAY", owner_user_id=USER_ID)
    setup = Setup(name="Bench", currency="EUR", time_zone="UTC", streams=[stream])
    with database.write() as session:
        here = workspace_of(session, TEAM_ID).id
        portfolio = set_up(session, here, USER_ID, setup, now)
        put_to_work(session, portfolio, now)
        portfolio.channel_id = CHANNEL_ID
        grants = Base.metadata.tables[RoleGrant.__tablename__]
        row = {"workspace_id": here, "portfolio_id": portfolio.id, "role": Role.COUNCIL}
        session.flush()
        each = [{**row, "user_id": person, "stand_in": False} for person in people]
        session.execute(insert(grants), each)
        note(session, here, "imports", portfolio.id, {"role_grants": electors})
    opened = [_open_one(database, here, number) for number in range(decisions)]
    database.close()
    _have_posted(url)
    return Votes(opened, people)


def _open_one(database: Database, workspace_id: int, number: int) -> int:
    now = SystemClock().now()
    form = DecisionForm(closes_on=(now + timedelta(days=7)).date())
    with database.write() as session:
        proposal = Proposal(title=f"Idea {number}", value_stream_id=1, hypothesis="It helps.")
        epic = propose(session, workspace_id, USER_ID, proposal, f"bench {number}", now)
        to = epic.portfolio.state("implementing")
        move(session, workspace_id, USER_ID, epic.id, to.id, None, None, now)
        return open_decision(Doing(session, workspace_id, USER_ID, now), epic.id, form).id


def _have_posted(url: str) -> None:
    """Every message is in Slack already, and nothing waits to be drawn."""
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE messages SET ts = :ts, channel_id = :channel"),
            {"ts": MESSAGE_TS, "channel": CHANNEL_ID},
        )
        connection.execute(text("DELETE FROM works WHERE key LIKE 'message:%'"))
    engine.dispose()


def _count(url: str) -> int:
    engine = engine_of(url)
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM ballots")).scalar_one()
    engine.dispose()
    return int(count)


def _last_update(api_url: str, until: float) -> dict[str, Any] | None:
    """The update that shows that all have voted, once it came; None if it did not."""
    while time.monotonic() < until:
        with urllib.request.urlopen(f"{api_url}chat.update", timeout=2) as response:
            last: dict[str, Any] | None = json.load(response)
        if last and f"Voted ({MANY})" in json.dumps(last["said"]):
            return last
        time.sleep(0.01)
    return None
