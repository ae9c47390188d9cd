"""Columns of whole numbers: read as arrays, in parts, so that no object is made of each row."""

from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import GenericFunction

A_PART = 5_000
"""So many rows are in hands at a time."""


class microseconds_of(GenericFunction[int]):
    """A moment in whole microseconds since 1970; of none there is none."""

    type = BigInteger()
    inherit_cache = True


@compiles(microseconds_of, "postgresql")
def _in_postgresql(moment: Any, compiler: Any, **how: Any) -> str:
    column = compiler.process(moment.clauses, **how)
    return f"CAST(EXTRACT(EPOCH FROM {column}) * 1000000 AS BIGINT)"


@compiles(microseconds_of, "sqlite")
def _in_sqlite(moment: Any, compiler: Any, **how: Any) -> str:
    """The text has six digits behind the point, from its 21st character on."""
    column = compiler.process(moment.clauses, **how)
    seconds = f"CAST(strftime('%s', {column}) AS INTEGER)"
    return f"({seconds} * 1000000 + CAST(substr({column}, 21, 6) AS INTEGER))"


def columns_of(
    session: Session, rows: Select[*tuple[Any, ...]]
) -> tuple[npt.NDArray[np.int64], ...]:
    """Each column of the statement; its rows are whole numbers."""
    found = session.connection().execute(rows)
    width = len(found.keys())
    parts = [
        np.fromiter(chain.from_iterable(part), np.int64, len(part) * width).reshape(-1, width)
        for part in found.partitions(A_PART)
    ]
    table = np.concatenate([*parts, np.empty((0, width), dtype=np.int64)])
    return tuple(np.ascontiguousarray(column) for column in table.T)
