"""Pointing at rows: what is pointed to stays as it is until it is stored that something does.

Whoever merges a value stream away, drops, splits or commits a state, or closes a theme or a
project, waits for those who are about to point to it, and they for them; who comes second sees
what the first one did. Value streams and states are held before an epic is locked, since merging,
splitting and dropping lock epics after them; what never locks an epic is held after it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Base

Pointed = TypeVar("Pointed", bound=Base)


def hold(session: Session, noun: type[Pointed], ids: Iterable[int]) -> Mapping[int, Pointed]:
    """Those of the rows that are there, as they are now, by id; nobody changes them meanwhile.

    On SQLite, where one writes at a time, they are only read again.
    """
    key: Any = noun
    rows = select(noun).where(key.id.in_(sorted(set(ids)))).order_by(key.id)
    rows = rows.with_for_update(read=True).execution_options(populate_existing=True)
    found: Any = session.scalars(rows)
    return {row.id: row for row in found}
