"""A year of 100,000 transfers: how long `/budget show` is read, and how many shifts a second."""

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select, text

from bench.databases import fresh_database
from bench.figures import Line, percentile
from bench.processes import environment, tack
from bench.quiet_slack import USER_ID
from bot.workflows.budgets import considering, ledger, shifting
from bot.workflows.budgets.budgets import budget_page
from bot.workflows.files.importing.creating import ensure_streams, found_portfolio
from bot.workflows.keeping import Act
from models.audit import audit
from models.budgets.forms import ShiftForm
from models.budgets.ledger import AccountKind, Entry, EntryKind, Transfer, funding_moves
from models.budgets.period import FundingPeriod
from models.database import Database
from models.people.workspace import Workspace
from models.portfolio.portfolio import Portfolio

TRANSFERS, STREAMS, ROUNDS = 100_000, 8, 15
BEYOND = 1_000_000
"""What is filled in at once has numbers that the database gives to no other row here."""
FUNDED = 10**12
SHIFTS = 20
"""A round of them, one after the other."""

AT = datetime(2026, 6, 1, tzinfo=UTC)
BAR_MS = 100
SUMS = """
    INSERT INTO ledger_sums
    SELECT period_id, kind, from_kind, from_stream_id, to_kind, to_stream_id, SUM(amount_minor)
    FROM ledger_transfers JOIN ledger_entries ON ledger_entries.id = entry_id
    WHERE kind = 'spend'
    GROUP BY period_id, kind, from_kind, from_stream_id, to_kind, to_stream_id
"""


def measure(kind: str) -> Iterator[Line]:
    """A year of eight streams whose money was spent in 100,000 bookings."""
    with fresh_database(kind) as url:
        tack(environment(url, "http://127.0.0.1:9/api/"), "db", "upgrade")
        database = Database(url)
        workspace_id = _fill(database)
        times_ms = [_show(database, workspace_id) for _ in range(ROUNDS)]
        rounds = [
            (_shifts_a_second(database, workspace_id), _bare_a_second(database))
            for _ in range(ROUNDS)
        ]
        database.close()
    median_ms = percentile(times_ms, 0.5)
    yield Line(
        f"`/budget show` of {TRANSFERS:,} transfers, p50 / slowest",
        kind,
        f"{median_ms:.0f} / {max(times_ms):.0f} ms",
        f"{BAR_MS} ms",
        median_ms < BAR_MS,
    )
    shifts, bare = (statistics.median(each) for each in zip(*rounds, strict=True))
    ratio = statistics.median(ours / theirs for ours, theirs in rounds)
    told = f"{shifts:.0f}/s, {ratio:.2f} of {bare:.0f}/s bare transactions of one row"
    yield Line("shifts that ask nobody, one after the other", kind, told)


def _fill(database: Database) -> int:
    with database.write(audit.Act(None, "bench", AT)) as session:
        workspace = Workspace(team_id="T0BENCH")
        session.add(workspace)
        session.flush()
        portfolio = found_portfolio(session, workspace.id, "Bench", AT)
        names = [f"Stream {number}" for number in range(STREAMS)]
        ensure_streams(session, portfolio, names, AT)
        here = {"workspace_id": workspace.id}
        period = FundingPeriod(
            **here,
            portfolio_id=portfolio.id,
            name="2026",
            starts_on=AT.date().replace(month=1, day=1),
            ends_on=AT.date().replace(month=12, day=31),
        )
        session.add(period)
        session.flush()
        portfolio.value_streams[0].owner_user_id = USER_ID
        ids = [stream.id for stream in portfolio.value_streams]
        for stream_id in ids:
            moves = funding_moves(stream_id, FUNDED)
            ledger.write(session, period, EntryKind.FUNDING, moves, None, AT)
        funded = period.next_number - 1
        period.next_number += TRANSFERS
        found = {**here, "portfolio_id": portfolio.id, "period_id": period.id}
        workspace_id = workspace.id
    with database.engine.begin() as connection:
        entries, transfers = [], []
        for number in range(1, TRANSFERS + 1):
            kind = EntryKind.SPEND
            at = AT - timedelta(minutes=number)
            id_ = BEYOND + number
            entries.append({**found, "id": id_, "number": funded + number, "kind": kind, "at": at})
            stream_id = ids[number % STREAMS]
            transfers.append(
                {
                    **here,
                    "entry_id": id_,
                    "from_kind": AccountKind.FREE,
                    "from_stream_id": stream_id,
                    "to_kind": AccountKind.SPENT,
                    "to_stream_id": stream_id,
                    "amount_minor": number,
                }
            )
        connection.execute(insert(Entry.__table__), entries)
        connection.execute(insert(Transfer.__table__), transfers)
        connection.execute(text(SUMS))
    database.refresh_statistics(Entry, Transfer)
    return workspace_id


def _show(database: Database, workspace_id: int) -> float:
    """How many milliseconds it takes."""
    began = time.perf_counter()
    with database.read() as session:
        portfolio_id = session.scalars(select(Portfolio.id)).one()
        budget_page(Act(session, workspace_id, "U0BENCH", AT), portfolio_id, 1)
    return (time.perf_counter() - began) * 1000


def _shifts_a_second(database: Database, workspace_id: int) -> float:
    """Each looked at and then asked for, in a transaction each, as who owns the giver does."""
    with database.read() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        giver, taker, *_ = (stream.id for stream in portfolio.value_streams)
    form = ShiftForm(
        from_stream_id=giver, to_stream_id=taker, amount_minor=100, reason="A test environment"
    )
    began = time.perf_counter()
    for _ in range(SHIFTS):
        with database.read() as session:
            act = Act(session, workspace_id, USER_ID, AT)
            seen = considering.consider(act, session.get_one(Portfolio, portfolio.id), form).mark
        with database.write(audit.Act(USER_ID, "bench", AT)) as session:
            shifting.ask(Act(session, workspace_id, USER_ID, AT), portfolio.id, form, seen)
    return SHIFTS / (time.perf_counter() - began)


def _bare_a_second(database: Database) -> float:
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS bare (v INTEGER)"))
    began = time.perf_counter()
    for number in range(SHIFTS):
        with database.engine.begin() as connection:
            connection.execute(text("INSERT INTO bare VALUES (:v)"), {"v": number})
    return SHIFTS / (time.perf_counter() - began)
