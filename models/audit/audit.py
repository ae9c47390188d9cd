"""The audit log: every change as an event, each holding the hash of the one before it.

An event's hash covers all it says and the hash before it, so that a changed or inserted event
breaks the chain, a missing one leaves a gap in the numbers, and one cut off at the end disagrees
with the head, or with an anchor that was sent to an admin.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.errors import Mistake

FIRST_HASH = "0" * 64
"""What the first event of a workspace holds as the hash before it."""


@dataclass(frozen=True, slots=True)
class Act:
    """What someone does in one transaction: who, when, and where from.

    `source` says the way: `/epic move`, `button move_epic`, `form propose_epic`, `tack import`.
    Without an actor it is Tack itself.
    """

    actor: str | None
    source: str
    at: datetime


class AuditEvent(Base):
    """One row that was created, changed or removed; appended, never changed.

    `before` and `after` are JSON objects of the columns concerned; `epic_id` and `portfolio_id` say
    what the row is or belongs to, so that "who changed what" can be asked of an epic. It points to
    no other table: what it tells of may go, and appending must wait for nobody's lock.
    """

    audited = False
    __tablename__ = "audit_events"
    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        Index(None, "epic_id"),
        Index(None, "workspace_id", "noun", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    number: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str | None] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(80))
    verb: Mapped[str] = mapped_column(String(16))
    noun: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(80))
    epic_id: Mapped[int | None]
    portfolio_id: Mapped[int | None]
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The end of a workspace's chain: how many events there are, and the hash of the last."""

    audited = False
    __tablename__ = "audit_heads"

    workspace_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default=FIRST_HASH)


class AuditAnchor(Base):
    """A head that was sent to the admins, once an ISO week: nothing before it can be removed."""

    audited = False
    __tablename__ = "audit_anchors"
    __table_args__ = (UniqueConstraint("workspace_id", "week"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    week: Mapped[str] = mapped_column(String(8))
    count: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


HASHED_COLUMNS = (
    "workspace_id",
    "number",
    "at",
    "actor",
    "source",
    "verb",
    "noun",
    "subject_id",
    "epic_id",
    "portfolio_id",
    "before",
    "after",
)
"""What an event says, in the order it is hashed."""


def chained(previous_hash: str, event: Any) -> str:
    """The hash of an event, a row or object with the hashed columns: SHA-256, in hexadecimal."""
    return hash_of(previous_hash, [_plain(getattr(event, name)) for name in HASHED_COLUMNS])


def hash_of(previous_hash: str, values: list[Any]) -> str:
    """The hash of what an event says, in the order of TOLD_COLUMNS, moments as ISO 8601 in UTC."""
    text = _text([previous_hash, *values])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def text_after_number(values: list[Any]) -> str:
    """What is hashed after the hash before it, the workspace and the number, in that order."""
    return _text(values).removeprefix("[")


def _text(values: list[Any]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def moment_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


class NotAnAnchor(Mistake):
    """Something else where an anchor was asked for."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"“{text[:80]}” is not an anchor. Write COUNT:HASH as tack audit head prints it."
        )


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head as it was sent once: that there were so many events, and the hash of the last."""

    count: int
    hash: str

    @classmethod
    def read(cls, text: str) -> "Anchor":
        """Read "COUNT:HASH". Raises NotAnAnchor."""
        found = ANCHOR.fullmatch(text.strip())
        if found is None:
            raise NotAnAnchor(text)
        return cls(int(found[1]), found[2].lower())

    def __str__(self) -> str:
        return f"{self.count}:{self.hash}"


ANCHOR = re.compile(r"(\d{1,12}):([0-9a-fA-F]{64})")
NOTHING_YET = Anchor(0, FIRST_HASH)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where the chain does not hold: the number of the event, and why."""

    number: int
    reason: str


def first_break(
    events: Iterable[Any], head: Anchor, anchors: Iterable[Anchor] = ()
) -> Broken | None:
    """Where the chain of events, in the order of their numbers, does not hold; None where it does.

    `head` is where the chain should end; `anchors` are heads sent earlier. Events are looked at
    one by one and not kept.
    """
    values = sorted(set(anchors), key=lambda anchor: -anchor.count)
    previous, number = FIRST_HASH, 0
    for event in events:
        while values and values[-1].count <= number:
            if values[-1].count < number or values.pop().hash != previous:
                return Broken(number, f"event {number} is not the one that an anchor names")
        number += 1
        if event.number != number:
            return Broken(number, f"event {number} is missing")
        if chained(previous, event) != event.hash:
            return Broken(number, f"event {number} was changed, inserted or put elsewhere")
        previous = event.hash
    if any(anchor.count == number and anchor.hash != previous for anchor in values):
        return Broken(number, f"event {number} is not the one that an anchor names")
    if values and values[0].count > number:
        return Broken(
            number + 1, f"an anchor names {values[0].count} events, but there are {number}"
        )
    if (number, previous) != (head.count, head.hash):
        return Broken(
            min(number, head.count) + 1,
            f"the log should end with event {head.count}, but it ends with event {number}"
            if number != head.count
            else f"event {number} is not the one that the end of the log names",
        )
    return None


def _plain(value: Any) -> Any:
    return moment_text(value) if isinstance(value, datetime) else value
