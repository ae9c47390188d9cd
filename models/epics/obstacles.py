"""What keeps an epic from a move forward."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.epics.column import Column
from models.epics.epic import Epic, Transition
from models.epics.limit import FullPlace
from models.epics.policy import fields_of, phrases
from models.errors import Mistake
from models.fields import parse_reason
from models.form import Choice, Form, Paragraph
from models.portfolio.policy import DECISIONS, Requirement
from models.portfolio.portfolio import StateKind

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Answers its states ask for, and places that are full where it goes."""

    lacks: Sequence[Requirement] = ()
    full: Sequence[FullPlace] = ()

    def phrases(self, to: Column) -> list[str]:
        return [*phrases(self.lacks, to.state), *(place.phrase for place in self.full)]

    def __bool__(self) -> bool:
        """Whether there is anything in the way."""
        return bool(self.lacks or self.full)


@dataclass(frozen=True, slots=True)
class Move:
    """A move that someone asks for, with what is in its way."""

    epic: Epic
    to: Column
    reason: str | None
    obstacles: Obstacles

    @property
    def perseveres(self) -> bool:
        """Whether the epic goes on after its MVP by it."""
        return self.to.scales and self.epic.state.kind is not StateKind.DONE

    @property
    def takes_up_again(self) -> bool:
        """Whether an epic that was stopped goes on by it."""
        return self.epic.state.kind is StateKind.STOPPED and self.to.state.is_open

    def check_reason(self) -> None:
        """Raise ReasonMissing for what takes a word why: an obstacle, a stop undone, an MVP."""
        if self.obstacles:
            parse_reason(self.reason, "Say why you override: the next digest shows it.")
        if self.takes_up_again:
            parse_reason(self.reason, "Say in a sentence why it is taken up again.")
        if self.perseveres:
            parse_reason(self.reason, "Say in a sentence why it perseveres after its MVP.")


class MoveForm(Form):
    """Where an epic goes, with a word for those who read its history later."""

    to: Annotated[str, Choice(label="Where to?", options="columns", of=str)]
    reason: Annotated[
        str | None,
        Paragraph(
            label="Why?",
            hint="Optional. It stays with the epic's history.",
            longest=LONGEST_REASON,
        ),
    ] = None


class PersevereForm(Form):
    """Why an epic goes on after its MVP."""

    reason: Annotated[
        str,
        Paragraph(
            label="Why?",
            hint="What did its MVP show? It stays with the epic's history.",
            missing="Say in a sentence why it perseveres after its MVP.",
            longest=LONGEST_REASON,
        ),
    ]


class OverrideForm(Form):
    """Why an epic moves past what is missing."""

    reason: Annotated[
        str,
        Paragraph(
            label="Why?",
            hint="The next digest shows it, with your name.",
            missing="Say why you override: the next digest shows it.",
            longest=LONGEST_REASON,
        ),
    ]


class NotYet(Mistake):
    """A move forward before what its state asks for is there, or into a place that is full.

    It says what is missing, what mends it, and whether this person may move it all the same.
    """

    def __init__(self, move: Move, *, may_override: bool) -> None:
        epic, to, obstacles = move.epic, move.to, move.obstacles
        self.missing = obstacles.phrases(to)
        said = f"{epic.key} stays in {epic.column_label}. {'. '.join(self.missing)}."
        if Requirement.EVIDENCE in obstacles.lacks:
            said += f" /epic evidence {epic.key} adds it."
        super().__init__(said)
        self.epic_id, self.version = epic.id, epic.version
        self.key, self.label, self.to_label = epic.key, epic.column_label, to.label
        self.to_name = to.name
        self.fields_open = len(fields_of(obstacles.lacks))
        self.needs_decision = not DECISIONS.isdisjoint(obstacles.lacks)
        self.needs_answer = Requirement.ANSWER in obstacles.lacks
        self.may_override = may_override


class Override(Base):
    """A move past a limit or a policy, with what it passed, in whose role and why."""

    __tablename__ = "overrides"
    __table_args__ = (Index(None, "workspace_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"), index=True)
    transition_id: Mapped[int] = mapped_column(ForeignKey("transitions.id"))
    passed: Mapped[list[str]] = mapped_column(JSON)
    """What was missing or over, each in words."""
    role: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    by_user_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]

    epic: Mapped[Epic] = relationship()

    @classmethod
    def of(cls, move: Move, transition: Transition, role: str) -> "Override":
        """What a move that was stored has passed."""
        return cls(
            workspace_id=transition.workspace_id,
            epic_id=transition.epic.id,
            transition_id=transition.id,
            passed=move.obstacles.phrases(move.to),
            role=role,
            reason=transition.reason or "",
            by_user_id=transition.actor_user_id or "",
            at=transition.at,
        )
