"""The way to the database: short read sessions, short writing transactions, on both engines."""

import select
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InvalidatePoolError,
    OperationalError,
    TimeoutError,
)
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from models.audit.audit import Act
from models.audit.trail import Trail, WritingSession, watch
from models.base import Base
from models.clock import Clock, SystemClock
from models.errors import DatabaseAway, DatabaseBusy
from models.work import Place, has_put

WAIT_SECONDS = 2
"""How long a click may wait for the database before it is told to come back later."""

POOL_SIZE = 30
"""Nearly as many connections as there are threads that hear clicks, and never more: three processes
stay below the hundred of PostgreSQL, of which it keeps three, and leave some for commands."""

ASK_AFTER_SECONDS = 5.0
"""A connection that was used so recently is not asked whether it is alive."""


def make_engine(url: str) -> Engine:
    """An engine with the limits above; `postgresql://` means psycopg 3."""
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            pool_size=POOL_SIZE,
            pool_timeout=WAIT_SECONDS,
            connect_args={"timeout": WAIT_SECONDS},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        watch(engine)
        return engine
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        pool_use_lifo=True,  # those used last have the statements prepared
        connect_args={
            "connect_timeout": WAIT_SECONDS,
            "tcp_user_timeout": WAIT_SECONDS * 1000,
            "options": f"-c lock_timeout={WAIT_SECONDS}s",
        },
    )
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _check_it_lives)
    watch(engine)
    return engine


def _for_reading(engine: Engine) -> Engine:
    """Reads of PostgreSQL are in no transaction, where each statement looks again all the same.

    It saves two round trips; above all, psycopg forgets what a connection has prepared when a
    transaction is undone, as those that only read would be.
    """
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="AUTOCOMMIT")
    return engine


USED = "used_at"
"""By which a connection in the pool remembers when it was last given back."""


def _note_use(_raw: Any, record: ConnectionPoolEntry) -> None:
    record.info[USED] = time.monotonic()


def _check_it_lives(raw: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Find out before a click does whether the connection was lost; the pool opens others then.

    A server that ends says so or hangs up, and there is something to read where nothing was asked:
    that is seen without asking. One that was lost without a word, or with the whole machine, is
    found by asking, where it was not used for a while.
    """
    used_at = record.info.pop(USED, None)
    if used_at is None:  # it is new
        return
    try:
        if time.monotonic() - used_at > ASK_AFTER_SECONDS or _has_something_to_say(raw):
            raw.execute("SELECT 1")
            raw.rollback()
    except Exception as error:
        raise InvalidatePoolError from error


def _has_something_to_say(raw: Any) -> bool:
    heard = select.poll()
    heard.register(raw, select.POLLIN)
    return bool(heard.poll(0))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours, so that a writer can say IMMEDIATE
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    wait_ms = connection.get_execution_options().get("write_wait_ms")
    if wait_ms is None:
        connection.exec_driver_sql("BEGIN")
        return
    if connection.info.get("wait_ms") != wait_ms:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={wait_ms}")
        connection.info["wait_ms"] = wait_ms
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def refresh_statistics(connection: Connection, *nouns: type[Base]) -> None:
    """Let PostgreSQL know how many there are of these, by which it chooses its ways."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(noun.__tablename__ for noun in nouns)
        connection.exec_driver_sql(f"ANALYZE {names}")


class FairLock:
    """A lock that is given in the order it was asked for, with a limit to the waiting."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queue: deque[threading.Event] = deque()

    def acquire(self, timeout: float) -> bool:
        """Wait for one's turn; False where it did not come in time."""
        turn = threading.Event()
        with self._guard:
            self._queue.append(turn)
            if self._queue[0] is turn:
                return True
        if turn.wait(timeout):
            return True
        with self._guard:
            if turn.is_set():
                return True
            self._queue.remove(turn)
            return False

    def release(self) -> None:
        """Let the next in line go, and wake nobody else."""
        with self._guard:
            self._queue.popleft()
            if self._queue:
                self._queue[0].set()


TACK_ITSELF = "tack"
"""Where a change comes from that nobody made."""


class Database:
    """Sessions for one database; `on_work` is called after each transaction that put work.

    The clock is only for transactions of Tack itself, which come without an act.
    """

    def __init__(
        self, url: str, on_work: Sequence[Callable[[], None]] = (), clock: Clock | None = None
    ) -> None:
        self.clock = clock or SystemClock()
        self.engine = make_engine(url)
        self._reader = _for_reading(self.engine)
        self.on_work = list(on_work)
        self._with_head: set[int] = set()
        self._lanes: set[Place] = set()
        self._writers = FairLock() if self.engine.dialect.name == "sqlite" else None
        self._readers_of_much = FairLock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads, row by row only in a `snapshot`. Raises DatabaseAway."""
        with (
            _in_time(),
            Session(self._reader, expire_on_commit=False, autoflush=False) as session,
        ):
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A session that only reads, all of it as of one moment. Raises DatabaseAway.

        SQLite reads so by itself.
        """
        bind = self.engine
        if bind.dialect.name == "postgresql":
            bind = bind.execution_options(isolation_level="REPEATABLE READ")
        with _in_time(), Session(bind, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def staging(self) -> Iterator[Connection]:
        """A connection for temporary tables of one's own, to be written by. Raises DatabaseAway."""
        with _in_time(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self, act: Act | None = None, by: Connection | None = None) -> Iterator[Session]:
        """One transaction: committed at the end, undone by any error. Raises DatabaseAway.

        What it changes is recorded in the audit log as the act's. It is written by a connection of
        `staging`, where one is given.
        """
        with self._turn() as wait_ms, _in_time():
            done_by = act or Act(None, TACK_ITSELF, self.clock.now())
            trail = Trail(done_by, with_head=self._with_head, lanes=self._lanes)
            options = {"write_wait_ms": wait_ms, "trail": trail}
            with WritingSession(by or self.engine, trail) as session, session.begin():
                session.connection(execution_options=options)
                yield session
        if by is not None:
            by.execution_options(write_wait_ms=None, trail=None)
        if has_put(session):
            for notify in self.on_work:
                notify()

    def refresh_statistics(self, *nouns: type[Base]) -> None:
        """The same, once they are stored; where it cannot be now, PostgreSQL does it by itself."""
        with suppress(DBAPIError, TimeoutError), self.engine.begin() as connection:
            refresh_statistics(connection, *nouns)

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """One after the other of what reads a row for each epic, so that many who look at once take
        no more memory than one. Raises DatabaseBusy.
        """
        if not self._readers_of_much.acquire(WAIT_SECONDS):
            raise DatabaseBusy
        try:
            yield
        finally:
            self._readers_of_much.release()

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    @contextmanager
    def _turn(self) -> Iterator[int]:
        """One writer of this process after the other; what is left to wait for others, in ms."""
        give_up_at = time.monotonic() + WAIT_SECONDS
        if self._writers is None:
            yield WAIT_SECONDS * 1000
            return
        if not self._writers.acquire(WAIT_SECONDS):
            raise DatabaseBusy
        try:
            left_s = round(give_up_at - time.monotonic(), 1)  # mostly the same, so said rarely
            yield max(1, int(left_s * 1000))
        finally:
            self._writers.release()


@contextmanager
def _in_time() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, TimeoutError) as error:
        raise DatabaseAway from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseAway from error
        raise
