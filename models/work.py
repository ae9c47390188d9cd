"""Work that waits: one row per thing to be done, put in the transaction that makes it needed."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    and_,
    bindparam,
    case,
    delete,
    literal_column,
    null,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.driver.ending import Say, as_text, at_once, in_words

PUT = "put"
"""By which a session remembers what its transaction put."""

_Row = dict[str, Any]

Place = tuple[int, str]
"""A workspace and a lane's name in it."""


class Lane(Base):
    """A line in which one piece of work begins at a time, not before its next moment.

    A channel's lane paces what is shown there; one with the name of a Web API method holds the
    moment until which Slack wants no such call.
    """

    audited = False
    __tablename__ = "lanes"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    next_at: Mapped[datetime]


class Work(Base):
    """One thing to be done, by its key: `message:17`, `home:3`.

    `version` counts the puts, so that work put again while it runs stays due. `fence` is drawn
    again by each claim, so that a claimer whose lease has lapsed cannot end what another took
    over, nor what was ended, put again and claimed again meanwhile.
    """

    audited = False
    __tablename__ = "works"
    __table_args__ = (Index(None, "due_at"),)

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    lane: Mapped[str | None] = mapped_column(String(64))
    due_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    dead_at: Mapped[datetime | None]

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]

    @property
    def subject_id(self) -> int:
        return int(self.key.partition(":")[2])


def put(
    session: Session, workspace_id: int, key: str, at: datetime, lane: str | None = None
) -> None:
    """Have the work done at the moment: new, moved or once more; a dead row lives again.

    What stands in a lane already keeps its place there, until it is begun: else what changes often
    would come after everything else.

    It is written where the transaction ends, so that all put theirs in one order, after their
    domain rows, and what is put twice is written once.
    """
    _puts(session)[workspace_id, key] = {
        "workspace_id": workspace_id,
        "key": key,
        "lane": lane,
        "due_at": at,
    }


def write_puts(session: Session) -> None:
    """Write what the transaction put, its lanes first."""
    lanes, works = _lanes_and_works(session)
    if not works:
        return
    if session.get_bind().dialect.name == "sqlite":
        with at_once(session) as say:
            for statement, rows in zip(_SAID_HERE, (lanes, works), strict=True):
                for row in rows:
                    say(statement, {name: _plain(value) for name, value in row.items()})
        return
    connection = session.connection()
    for new, rows in zip(_STATEMENTS["postgresql"], (lanes, works), strict=True):
        if rows:
            connection.execute(new, rows)


def _plain(value: object) -> object:
    return as_text(value) if isinstance(value, datetime) else value


def say_puts(session: Session, say: Say, known: AbstractSet[Place]) -> AbstractSet[Place]:
    """The same, at the end of a transaction in one round trip; gives the lanes that are there then.

    Those known to be there are not written again: no lane is ever removed.
    """
    lanes, works = _lanes_and_works(session)
    new_lane, new_work = _SAID
    named = {(row["workspace_id"], row["name"]): row for row in lanes}
    for place, row in named.items():
        if place not in known:
            say(new_lane, row)
    for row in works:
        say(new_work, row)
    return named.keys()


def _lanes_and_works(session: Session) -> tuple[Sequence[_Row], Sequence[_Row]]:
    """The rows to be there for what was put, in one order for all."""
    works = [row for _, row in sorted(_puts(session).items(), key=lambda put: put[0])]
    named = {(row["workspace_id"], row["lane"]): row["due_at"] for row in works if row["lane"]}
    lanes = [
        {"workspace_id": workspace_id, "name": name, "next_at": at}
        for (workspace_id, name), at in sorted(named.items())
    ]
    return lanes, works


def has_put(session: Session) -> bool:
    """Whether the session's transaction put something."""
    return bool(_puts(session))


def cancel(session: Session, workspace_id: int, key: str) -> None:
    """Forget the work."""
    _puts(session).pop((workspace_id, key), None)
    session.execute(delete(Work).where(Work.workspace_id == workspace_id, Work.key == key))


def _puts(session: Session) -> dict[tuple[int, str], _Row]:
    """What the transaction put so far."""
    puts: dict[tuple[int, str], _Row] = session.info.setdefault(PUT, {})
    return puts


def insert_into(session: Session, table: type[Base]) -> Any:
    """An insert that knows `on_conflict`, in the dialect of the session's database."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def _statements(dialect: Any) -> tuple[Any, Any]:
    """What `put` says to a database, built once: every click says it."""
    lanes, works = Lane.__table__, Work.__table__
    one: ColumnElement[int] = literal_column("1")
    none: ColumnElement[int] = literal_column("0")
    new = dialect.insert(works).values(
        {name: bindparam(name) for name in ("workspace_id", "key", "lane", "due_at")}
        | {"version": one, "fence": none, "attempts": none}
    )
    stands_in_lane = and_(
        works.c.lane.is_not(None), works.c.lease_until.is_(None), works.c.dead_at.is_(None)
    )
    is_earlier = works.c.due_at < new.excluded.due_at
    again = {
        "due_at": case(
            (and_(stands_in_lane, is_earlier), works.c.due_at), else_=new.excluded.due_at
        ),
        "lane": new.excluded.lane,
        "version": works.c.version + one,
        "attempts": none,
        "last_error": null(),
        "dead_at": null(),
    }
    key = [works.c.workspace_id, works.c.key]
    return (
        dialect.insert(lanes).on_conflict_do_nothing(),
        new.on_conflict_do_update(index_elements=key, set_=again),
    )


_STATEMENTS = {"postgresql": _statements(postgresql), "sqlite": _statements(sqlite)}
_SAID = [in_words(statement) for statement in _STATEMENTS["postgresql"]]
_SAID_HERE = [
    in_words(statement, sqlite.dialect(paramstyle="named")) for statement in _STATEMENTS["sqlite"]
]
