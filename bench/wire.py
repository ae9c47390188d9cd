"""Counts what is said to a database: on PostgreSQL as libpq traces the wire."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.audit.audit import Act
from models.database import Database

ASKED, ANSWERED = "\tExecute\t", "\tReadyForQuery\t"


@dataclass
class Said:
    """How many statements a transaction said, BEGIN and COMMIT included; in how many trips."""

    statements: int = 0
    trips: int = 0


@contextmanager
def counted(database: Database, act: Act, said: Said) -> Iterator[Session]:
    """One transaction, what it says counted. SQLite needs no trips."""
    with tempfile.TemporaryFile("w+") as trace, database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        if connection.dialect.name == "sqlite":
            raw.set_trace_callback(lambda words: trace.write(f"{ASKED}{words!r}\n"))
        else:
            raw.pgconn.trace(trace.fileno())
        with database.write(act, connection) as session:
            yield session
        if connection.dialect.name == "sqlite":
            raw.set_trace_callback(None)
        else:
            raw.pgconn.untrace()
        trace.seek(0)
        lines = trace.readlines()
    said.statements = sum(ASKED in line for line in lines)
    said.trips = sum(ANSWERED in line for line in lines)
