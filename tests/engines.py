"""What one test's engine has learned need not be learned again by the next test's.

Each test has an engine of its own, and each engine compiles its statements anew, asks the server
what it is, and connects: that took half of the time of all tests. Here dialects of a kind count as
the same, so that their engines and mappers find what others have compiled; they know a server
that another has asked; and connections to PostgreSQL are kept from test to test, with what is
prepared on them.
"""

import select
from contextlib import suppress
from threading import Lock

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

COMPILED = LRUCache(10_000)
"""More than there are to be said, of both kinds."""

MOST_KEPT = 4
"""Of each process: PostgreSQL has a hundred for all."""

PREPARED = 1, 1_000
"""After how often it was said, and how much that is said, for the tests after this one as well."""

AS_NEW = "RESET ALL; DISCARD TEMP; SELECT pg_advisory_unlock_all()"


class Alike:
    """Equal to every dialect of its kind."""

    def __eq__(self, other):
        return type(self) is type(other)

    def __hash__(self):
        return hash(type(self))


class SQLite(Alike, SQLiteDialect_pysqlite):
    supports_statement_cache = True


class Kept:
    """Connections that nobody uses for now, the latest used first, by where they lead."""

    def __init__(self):
        self._lock, self._kept = Lock(), []

    def take(self, where):
        """One that leads there and lives; None where there is none."""
        while True:
            with self._lock:
                found = next((each for each in self._kept if each[0] == where), None)
                if found is None:
                    return None
                self._kept.remove(found)
            if is_idle(found[1]):
                return found[1]
            found[1].close()

    def put(self, where, connection):
        """Keep it, as if it were new, where nothing is in hand; the oldest gives way."""
        with suppress(psycopg.Error):
            connection.autocommit = True
            connection.execute(AS_NEW, prepare=False)
            connection.autocommit = False
        if not is_idle(connection):
            connection.close()
            return
        with self._lock:
            self._kept.insert(0, (where, connection))
            given_up, self._kept = self._kept[MOST_KEPT:], self._kept[:MOST_KEPT]
        for _, each in given_up:
            each.close()

    def pids(self):
        """By which PostgreSQL knows them."""
        with self._lock:
            return [each.info.backend_pid for _, each in self._kept if not each.closed]

    def close(self):
        """Leave none."""
        with self._lock:
            given_up, self._kept = self._kept, []
        for _, each in given_up:
            each.close()


KEPT = Kept()


def is_idle(connection):
    """Whether it lives, and neither side has anything to say."""
    if connection.closed or connection.info.transaction_status != TransactionStatus.IDLE:
        return False
    heard = select.poll()
    heard.register(connection, select.POLLIN)
    return not heard.poll(0)


class PostgreSQL(Alike, PGDialect_psycopg):
    supports_statement_cache = True
    learned = None

    def initialize(self, connection):
        if PostgreSQL.learned is None:
            before = dict(vars(self))
            super().initialize(connection)
            after = vars(self).items()
            PostgreSQL.learned = {name: it for name, it in after if before.get(name) is not it}
        vars(self).update(PostgreSQL.learned)

    def connect(self, *names, **where):
        where.pop("context", None)  # the same for all of this kind
        where = tuple(sorted(where.items()))
        if (connection := KEPT.take(where)) is None:
            connection = super().connect(*names, context=self._psycopg_adapters_map, **dict(where))
            connection.leads_to = where
            connection.prepare_threshold, connection.prepared_max = PREPARED
        return connection

    def do_close(self, connection):
        KEPT.put(connection.leads_to, connection)


def share_what_is_learned():
    """From now on, engines of this process share it."""
    registry.register("sqlite", __name__, "SQLite")
    registry.register("postgresql.psycopg", __name__, "PostgreSQL")
    event.listen(Engine, "engine_connect", _remember)


def _remember(connection):
    connection.execution_options(compiled_cache=COMPILED)
