"""Statements made ready once and asked of the driver itself, for what hundreds ask within seconds.

SQLAlchemy's own way looks up what it compiled, and builds a result, at each execution: half of
what such a question costs. The types of the columns convert as ever.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from models.driver.ending import as_of_sqlalchemy, raw_error

Convert = Callable[[Any], Any]

DIALECTS: Mapping[str, Callable[[], Dialect]] = {
    "postgresql": psycopg.dialect,
    "sqlite": lambda: sqlite.dialect(paramstyle="named"),
}


class _Spoken(NamedTuple):
    """A statement in the words of one kind of database."""

    text: str
    constants: Mapping[str, Any]
    takes: Mapping[str, Convert]
    gives: Sequence[Convert | None]


class Ready:
    """A question that is asked of the database without a detour."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._spoken: dict[str, _Spoken] = {}

    def rows(self, session: Session, values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        """Every row, as of what the session has changed. Raises what SQLAlchemy would raise."""
        if session.autoflush:
            session.flush()
        connection = session.connection()
        raw: Any = connection.connection.driver_connection
        spoken = self._in(connection.dialect.name)
        said = {**spoken.constants, **values}
        for name, convert in spoken.takes.items():
            said[name] = convert(said[name])
        try:
            found = raw.execute(spoken.text, said).fetchall()
        except raw_error(connection) as error:
            raise as_of_sqlalchemy(connection, spoken.text, error) from error
        return [
            tuple(
                value if convert is None else convert(value)
                for value, convert in zip(row, spoken.gives, strict=True)
            )
            for row in found
        ]

    def _in(self, name: str) -> _Spoken:
        if name not in self._spoken:
            self._spoken[name] = _spoken(self._statement, DIALECTS[name]())
        return self._spoken[name]


def _spoken(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> _Spoken:
    required = [
        each.key for each in statement.compile(dialect=dialect).binds.values() if each.required
    ]
    compiled = statement.params(dict.fromkeys(required)).compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    whole = compiled.construct_expanded_state()
    gives = [
        column.type.dialect_impl(dialect).result_processor(dialect, None)
        for column in statement.selected_columns
    ]
    takes = {
        name: convert
        for name, bound in compiled.binds.items()
        if (convert := bound.type.dialect_impl(dialect).bind_processor(dialect)) is not None
    }
    converts = {**takes, **whole.processors}
    constants = {
        name: converts[name](value) if name in converts else value
        for name, value in whole.parameters.items()
        if name not in required
    }
    asked = {name: takes[name] for name in required if name in takes}
    return _Spoken(whole.statement, constants, asked, gives)
