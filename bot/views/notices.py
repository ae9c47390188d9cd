"""What Slack shows of its own accord: each kind of message is one function, found by its kind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from models.base import Base
from models.message import MessageKind

T = TypeVar("T", bound=Base)
Show = Callable[[Session, T, datetime], Answer]
"""Shows the present state of a subject as of now."""


@dataclass(frozen=True, slots=True)
class Notice(Generic[T]):
    """A kind of message: what its subject is, and how that is shown."""

    noun: type[T]
    show: Show[T]

    def draw(self, session: Session, subject_id: int, now: datetime) -> Answer:
        """The message as it stands now. Raises NoResultFound where its subject is gone."""
        return self.show(session, session.get_one(self.noun, subject_id), now)


NOTICES: dict[MessageKind, Notice[Any]] = {}
"""How each kind of message is shown, filled by `notice`."""


def notice(kind: MessageKind, noun: type[T]) -> Callable[[Show[T]], Show[T]]:
    """Have messages of the kind, whose subject is such a noun, show what the function gives."""

    def keep(show: Show[T]) -> Show[T]:
        if kind in NOTICES:
            raise ValueError(f"{kind} is shown already")
        NOTICES[kind] = Notice(noun, show)
        return show

    return keep
