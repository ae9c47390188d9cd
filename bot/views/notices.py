"""What Slack shows of its own accord: each kind of message is one function, found by its kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from models.base import Base
from models.message import Message, MessageKind

T = TypeVar("T", bound=Base)
Show = Callable[[Session, T, datetime], Answer]
"""Shows the present state of a subject as of now."""

Hide = Callable[[Session, T, str], Answer | None]
"""What a person reads in place of it who may not see it any more; None for who may."""

Posted = Callable[[Session, Message, datetime], None]
"""Puts what follows a message that was just posted."""


@dataclass(frozen=True, slots=True)
class Notice(Generic[T]):
    """A kind of message: what its subject is, and how that is shown."""

    noun: type[T]
    show: Show[T]
    gone: Callable[[], Answer] | None = None
    """What is shown once the subject is there no more, where it may go."""
    posted: Posted | None = None
    """What is to follow in the transaction that notes the post."""
    hide: Hide[T] | None = None
    """What it shows to someone alone who may not see its subject any more."""

    def draw(
        self, session: Session, subject_id: int, now: datetime, reader: str | None = None
    ) -> Answer:
        """The message as it stands now, for a reader where it was sent to one alone.

        Raises NoResultFound where its subject may not be gone.
        """
        if self.gone is not None and session.get(self.noun, subject_id) is None:
            return self.gone()
        subject = session.get_one(self.noun, subject_id)
        if self.hide is not None and reader is not None:
            hidden = self.hide(session, subject, reader)
            if hidden is not None:
                return hidden
        return self.show(session, subject, now)


_NOTICES: dict[MessageKind, Notice[Any]] = {}


def notice(
    kind: MessageKind,
    noun: type[T],
    *,
    gone: Callable[[], Answer] | None = None,
    posted: Posted | None = None,
    hide: Hide[T] | None = None,
) -> Callable[[Show[T]], Show[T]]:
    """Have messages of the kind, whose subject is such a noun, show what the function gives."""

    def keep(show: Show[T]) -> Show[T]:
        if kind in _NOTICES:
            raise ValueError(f"{kind} is shown already")
        _NOTICES[kind] = Notice(noun, show, gone, posted, hide)
        return show

    return keep


@cache
def notices() -> Mapping[MessageKind, Notice[Any]]:
    """How each kind of message is shown: all views are read, so that none is left out."""
    for module in walk_packages([str(Path(__file__).parent)], f"{__package__}."):
        import_module(module.name)
    return _NOTICES
