"""Where the time comes from when Tack runs: the database, so that all replicas agree."""

import time
from datetime import UTC, datetime, timedelta
from threading import Lock, Thread

from sqlalchemy import func, select

from models.database import Database
from models.errors import DatabaseAway

COMPARE_EVERY_SECONDS = 60.0


class DatabaseClock:
    """The database's time, kept between comparisons by this machine's steady clock.

    Compared at first and then beside whoever asks, who never waits for a database that is away.
    SQLite runs on this machine, so its time is this machine's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._base, self._compared_at = datetime.now(UTC), time.monotonic()
        self._asks = database.engine.dialect.name == "postgresql"
        self._due_at = time.monotonic() + COMPARE_EVERY_SECONDS
        if self._asks:
            self._compare()

    def now(self) -> datetime:
        """The present moment, aware, in UTC; while the database is away, by this machine."""
        if not self._asks:
            return datetime.now(UTC)
        with self._lock:
            if time.monotonic() >= self._due_at:
                self._due_at = time.monotonic() + COMPARE_EVERY_SECONDS
                Thread(target=self._compare, name="clock", daemon=True).start()
            return self._base + timedelta(seconds=time.monotonic() - self._compared_at)

    def _compare(self) -> None:
        try:
            with self._database.read() as session:
                reading = session.scalars(select(func.clock_timestamp())).one()
        except DatabaseAway:
            return
        with self._lock:
            self._base, self._compared_at = reading.astimezone(UTC), time.monotonic()
