"""Where an epic belongs: its owner, its value stream and its project."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.epics.epic import Epic
from models.errors import Mistake
from models.fields import UNSTORABLE, did_you_mean, named_first, reason_typed
from models.form import Choice, Form, OneOf, People
from models.portfolio.portfolio import ValueStream
from models.projects.project import Project

LONGEST_REASON = 500


SEES = "Who sees this epic?"
CIRCLE_HINT = (
    "Its circle: its owner, its proposer, the owner of its value stream, the council, "
    "and anyone you name."
)
NAMED = "Who else is in its circle?"
NAMED_HINT = "Optional. This counts only while the epic is restricted."
MOST_NAMED = 50


class RestrictForm(Form):
    """Who sees an epic: everybody, or its circle with those named."""

    restricted: Annotated[
        bool,
        Choice(
            label=SEES,
            hint=CIRCLE_HINT,
            among=(OneOf("Everybody", False), OneOf("Its circle", True)),
            of=lambda text: text == str(True),
        ),
    ]
    circle: Annotated[
        tuple[str, ...],
        People(label=NAMED, hint=NAMED_HINT, example="Choose members", most=MOST_NAMED),
    ] = ()


class OwnedAlready(Mistake):
    """Handing an epic to who owns it."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is already theirs.")


class SameStream(Mistake):
    """Giving an epic to the value stream it is in."""

    def __init__(self, key: str, name: str) -> None:
        super().__init__(f"{key} is already in {name}.")


class Overfills(Mistake):
    """Giving an epic to a value stream that has no room for it, without a word why."""

    def __init__(self, key: str, name: str, over: Sequence[str]) -> None:
        super().__init__(
            f"{name} would have {' and '.join(over)}: over its limit. "
            f"To move it there anyway, say why: /epic give {key} {name} because …"
        )


class UnknownStreamName(Mistake):
    """A word that names no open value stream of the epic's portfolio."""

    def __init__(self, typed: str, others: Sequence[ValueStream]) -> None:
        named = ", ".join(f"{stream.name} ({stream.key_prefix})" for stream in others[:20])
        guess = did_you_mean(typed, [stream.name for stream in others])
        lead = f"There is no value stream “{typed[:60]}” here.{guess}" if typed else "To which one?"
        rest = f"The others are {named}." if others else "There is no other value stream here."
        super().__init__(f"{lead} {rest}")


class LinkedElsewhere(Mistake):
    """An epic that points to another project."""

    def __init__(self, key: str, code: str) -> None:
        super().__init__(f"{key} is already linked to {code[:60]}. Unlink it there first.")


class OtherPortfolio(Mistake):
    """An epic and a project of two portfolios."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is in a different portfolio from this project.")


class ClosedProject(Mistake):
    """An epic is to point to a project that has closed."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code[:60]} has been closed. Open it again first.")


class StreamMove(Base):
    """An epic went to another value stream and kept its key; appended, never changed."""

    __tablename__ = "stream_moves"
    __table_args__ = (Index(None, "epic_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"))
    from_stream_id: Mapped[int] = mapped_column(ForeignKey("value_streams.id"))
    to_stream_id: Mapped[int] = mapped_column(ForeignKey("value_streams.id"))
    at: Mapped[datetime]
    by_user_id: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str | None] = mapped_column(Text)

    from_stream: Mapped[ValueStream] = relationship(foreign_keys=[from_stream_id])
    to_stream: Mapped[ValueStream] = relationship(foreign_keys=[to_stream_id])

    @classmethod
    def of(
        cls, epic: Epic, to: ValueStream, by: str | None, reason: str | None, at: datetime
    ) -> "StreamMove":
        """Give the epic to another value stream; its key stays. Raises SameStream."""
        left = epic.value_stream
        if to is left:
            raise SameStream(epic.key, to.name)
        epic.value_stream = to
        epic.version += 1
        return cls(
            workspace_id=epic.workspace_id,
            epic_id=epic.id,
            from_stream=left,
            to_stream=to,
            at=at,
            by_user_id=by,
            reason=(reason or "").strip() or None,
        )


def stream_and_reason(epic: Epic, typed: str) -> tuple[ValueStream, str | None]:
    """The value stream named first, by name or prefix, and what follows it.

    A name may be of several words. Raises UnknownStreamName.
    """
    typed, streams = UNSTORABLE.sub("", typed), epic.portfolio.open_streams
    names = [(name, each) for each in streams for name in (each.name, each.key_prefix)]
    if found := named_first(typed, names):
        return found[0], reason_typed(found[1])[:LONGEST_REASON] or None
    raise UnknownStreamName(typed, [each for each in streams if each is not epic.value_stream])


def check_new_owner(epic: Epic, to: str) -> None:
    """Raise OwnedAlready where the epic is theirs."""
    if epic.owner_user_id == to:
        raise OwnedAlready(epic.key)


def link(epic: Epic, project: Project) -> None:
    """Have the epic point to the project.

    Raises ClosedProject, LinkedElsewhere and OtherPortfolio.
    """
    if epic.portfolio_id != project.portfolio_id:
        raise OtherPortfolio(epic.key)
    if epic.project is None:
        if project.closed_at is not None:
            raise ClosedProject(project.code)
        epic.project = project
        epic.version += 1
    elif epic.project is not project:
        raise LinkedElsewhere(epic.key, epic.project.code)


def unlink(epic: Epic, project: Project) -> bool:
    """Have it point to the project no more; whether it did."""
    if epic.project is not project:
        return False
    epic.project = None
    epic.version += 1
    return True
