"""The end of a transaction on PostgreSQL in one round trip: what is still to be said, and COMMIT.

Said one by one, each statement waits for its answer while the end of the audit log is locked for
everybody else; said together, the lock is held for as long as the database takes. What fails is
followed by nothing, neither by a later statement nor by COMMIT: the transaction is undone as ever.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ClauseElement, Connection, Dialect
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

LAST = "last"
"""By which a session remembers what is to be said where its transaction ends."""

Say = Callable[[str, Mapping[str, Any]], object]
"""Takes a statement with psycopg's placeholders and its values; gives no answer."""


def in_words(statement: ClauseElement, dialect: Dialect | None = None) -> str:
    """A statement as it is said in one trip, or at once; its constants must be in it."""
    spoken = dialect or psycopg.dialect()  # type: ignore[no-untyped-call]
    return str(statement.compile(dialect=spoken))


def ends_in_one_trip(session: Session) -> bool:
    """Whether the database of the session can be told so."""
    return session.get_bind().dialect.name == "postgresql"


def say_last(session: Session, statement: str, values: Mapping[str, Any]) -> None:
    """Have PostgreSQL told where the transaction ends, before its work and the audit log.

    The statement has psycopg's placeholders; what it says is given no answer.
    """
    said: list[tuple[str, Mapping[str, Any]]] = session.info.setdefault(LAST, [])
    said.append((statement, values))


def has_left_to_say(session: Session) -> bool:
    """Whether there is something to be said last."""
    return LAST in session.info


def left_to_say(session: Session) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """What is to be said last, which is not said again."""
    said: Sequence[tuple[str, Mapping[str, Any]]] = session.info.pop(LAST, ())
    return said


def say_now(session: Session) -> None:
    """Say what was to be said last: what follows in the transaction builds on it."""
    for statement, values in left_to_say(session):
        session.connection().exec_driver_sql(statement, dict(values))


@contextmanager
def one_trip(session: Session) -> Iterator[Say]:
    """Send what is said within, and COMMIT, in one go; the session's own commit finds it done.

    Raises what SQLAlchemy would raise of each statement.
    """
    connection = session.connection()
    raw: Any = connection.connection.driver_connection
    try:
        with raw.pipeline():
            cursor = raw.cursor()
            yield cursor.execute
            cursor.execute("COMMIT", prepare=False)  # raw.commit() would wait for a trip of its own
    except raw_error(connection) as error:
        raise as_of_sqlalchemy(connection, "COMMIT", error) from error


@contextmanager
def at_once(session: Session) -> Iterator[Say]:
    """Say statements to SQLite's driver itself, which answers without a trip.

    They have placeholders such as `:name`. Raises what SQLAlchemy would raise of each.
    """
    connection = session.connection()
    raw: Any = connection.connection.driver_connection
    try:
        yield raw.execute
    except raw_error(connection) as error:
        raise as_of_sqlalchemy(connection, "COMMIT", error) from error


def as_text(at: datetime) -> str:
    """A moment as SQLite has it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def raw_error(connection: Connection) -> type[Exception]:
    """What the driver raises."""
    error: type[Exception] = connection.dialect.loaded_dbapi.Error
    return error


def as_of_sqlalchemy(connection: Connection, said: str, error: Exception) -> BaseException:
    """What SQLAlchemy would raise; a broken connection is not given back to the pool."""
    dialect, raw = connection.dialect, connection.connection.driver_connection
    gone = dialect.is_disconnect(error, raw, None)  # type: ignore[arg-type]
    if gone:
        connection.invalidate(error)
    error = DBAPIError.instance(
        said, None, error, raw_error(connection), connection_invalidated=gone, dialect=dialect
    )
    assert isinstance(error, DBAPIError)
    return error
