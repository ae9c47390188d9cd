"""What one test's engine has compiled need not be compiled again by the next test's.

Each test has an engine of its own, and each engine compiles its statements anew: that took a
third of the time of all tests. Here dialects of a kind count as the same, so that their engines
and mappers find what others have compiled.
"""

from sqlalchemy import Engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

COMPILED = LRUCache(2_000)


class Alike:
    """Equal to every dialect of its kind."""

    def __eq__(self, other):
        return type(self) is type(other)

    def __hash__(self):
        return hash(type(self))


class SQLite(Alike, SQLiteDialect_pysqlite):
    supports_statement_cache = True


class PostgreSQL(Alike, PGDialect_psycopg):
    supports_statement_cache = True


def share_what_is_compiled():
    """From now on, engines of this process share it."""
    registry.register("sqlite", __name__, "SQLite")
    registry.register("postgresql.psycopg", __name__, "PostgreSQL")
    event.listen(Engine, "engine_connect", _remember)


def _remember(connection):
    connection.execution_options(compiled_cache=COMPILED)
