"""`/budget show` of a year of 100,000 transfers, as the page is read."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from bench.databases import fresh_database
from bench.figures import Line, percentile
from bench.processes import environment, tack
from bot.workflows.budgets.budgets import budget_page
from bot.workflows.files.importing.creating import ensure_streams, found_portfolio
from bot.workflows.keeping import Act
from models.audit import audit
from models.budgets.ledger import AccountKind, Entry, EntryKind, Transfer
from models.budgets.period import FundingPeriod
from models.database import Database
from models.people.workspace import Workspace
from models.portfolio.portfolio import Portfolio

TRANSFERS, STREAMS, ROUNDS = 100_000, 8, 15
AT = datetime(2026, 6, 1, tzinfo=UTC)
BAR_MS = 100


def measure(kind: str) -> Iterator[Line]:
    """A year of eight streams whose money was spent in 100,000 bookings."""
    with fresh_database(kind) as url:
        tack(environment(url, "http://127.0.0.1:9/api/"), "db", "upgrade")
        database = Database(url)
        workspace_id = _fill(database)
        times_ms = [_show(database, workspace_id) for _ in range(ROUNDS)]
        database.close()
    median_ms = percentile(times_ms, 0.5)
    yield Line(
        f"`/budget show` of {TRANSFERS:,} transfers, p50 / slowest",
        kind,
        f"{median_ms:.0f} / {max(times_ms):.0f} ms",
        f"{BAR_MS} ms",
        median_ms < BAR_MS,
    )


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
        ids = [stream.id for stream in portfolio.value_streams]
        found = {**here, "portfolio_id": portfolio.id, "period_id": period.id}
        workspace_id = workspace.id
    with database.engine.begin() as connection:
        entries, transfers = [], []
        for number in range(1, TRANSFERS + 1):
            kind = EntryKind.SPEND
            at = AT - timedelta(minutes=number)
            entries.append({**found, "id": number, "number": number, "kind": kind, "at": at})
            stream_id = ids[number % STREAMS]
            transfers.append(
                {
                    **here,
                    "entry_id": number,
                    "from_kind": AccountKind.FREE,
                    "from_stream_id": stream_id,
                    "to_kind": AccountKind.SPENT,
                    "to_stream_id": stream_id,
                    "amount_minor": number,
                }
            )
        connection.execute(insert(Entry.__table__), entries)
        connection.execute(insert(Transfer.__table__), transfers)
    database.refresh_statistics(Entry, Transfer)
    return workspace_id


def _show(database: Database, workspace_id: int) -> float:
    """How many milliseconds it takes."""
    began = time.perf_counter()
    with database.read() as session:
        portfolio_id = session.scalars(select(Portfolio.id)).one()
        budget_page(Act(session, workspace_id, "U0BENCH", AT), portfolio_id, 1)
    return (time.perf_counter() - began) * 1000
