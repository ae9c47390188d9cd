"""People go, and what they owned goes to others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.errors import FieldMistakes

WHAT, TO = "what", "to"
"""The fields of the form that a mistake can be about."""


class Kind(StrEnum):
    """What someone can own, or be."""

    EPICS = "epics in flight"
    IDEAS = "ideas"
    STREAMS = "value streams"
    PROJECTS = "projects and programs"
    OBJECTIVES = "objectives"
    ROLES = "roles"

    def counted(self, number: int) -> str:
        """So many of them: "3 epics in flight", "1 epic in flight"."""
        one = {Kind.EPICS: "epic in flight", Kind.PROJECTS: "project or program"}
        name = one.get(self, self.value.removesuffix("s")) if number == 1 else self.value
        return f"{number:,} {name}"


class TheirsAlready(FieldMistakes):
    """Handing someone what is theirs."""

    def __init__(self) -> None:
        super().__init__({TO: "It is already theirs. Choose someone else."})


class NothingChosen(FieldMistakes):
    """Handing over nothing."""

    def __init__(self) -> None:
        super().__init__({WHAT: "Choose what to hand over."})


class OwnsOtherThings(FieldMistakes):
    """A form that showed what was someone's a while ago."""

    def __init__(self) -> None:
        said = (
            "Some of it has changed hands since this form was opened. Close it and open it "
            "again to see what there is now."
        )
        super().__init__({WHAT: said})


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing that is someone's: its row's id, what it is called, and a title if it has one."""

    id: int
    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is someone's, by kind; kinds of which they have nothing are not in it."""

    user_id: str
    by_kind: Mapping[Kind, Sequence[Holding]]

    @property
    def stamp(self) -> str:
        """Another one as soon as anything of it changes hands."""
        ids = [f"{kind}:{each.id}" for kind, held in self.by_kind.items() for each in held]
        return sha256(" ".join(ids).encode()).hexdigest()[:16]

    def of(self, kind: Kind) -> Sequence[Holding]:
        return self.by_kind.get(kind, ())

    def part_for(
        self, to: str, kinds: Collection[Kind], seen: str | None
    ) -> Mapping[Kind, Sequence[Holding]]:
        """What goes to someone else, by kind; `seen` is the stamp of what the form showed, if any.

        Raises TheirsAlready, OwnsOtherThings and NothingChosen.
        """
        if to == self.user_id:
            raise TheirsAlready
        if seen not in {None, self.stamp}:
            raise OwnsOtherThings
        part = {kind: self.of(kind) for kind in kinds if self.of(kind)}
        if not part:
            raise NothingChosen
        return part


class Departure(Base):
    """Someone who owned something in Tack left Slack; who comes back has returned."""

    __tablename__ = "departures"
    __table_args__ = (Index(None, "workspace_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    user_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    returned_at: Mapped[datetime | None]


class Handover(Base):
    """What one person owned became another's, all at once; appended, never changed."""

    __tablename__ = "handovers"
    __table_args__ = (Index(None, "workspace_id", "from_user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    from_user_id: Mapped[str] = mapped_column(String(32))
    to_user_id: Mapped[str] = mapped_column(String(32))
    by_user_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    handed: Mapped[list[str]] = mapped_column(JSON)
    """Each thing in words: a key, the name of a stream or project, a role with its place."""
