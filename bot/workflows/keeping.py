"""Keeping nouns by forms: taken to be changed as they were seen, by who may, and kept."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from bot.workflows.permitting import Place, check, check_any, may
from bot.workflows.seeing import portfolio_visible_to
from models.audit.audit import AuditEvent
from models.base import Base
from models.errors import check_as_seen, check_free, there
from models.form import Form
from models.people.role import Right
from models.portfolio.portfolio import Portfolio

LOCK: dict[str, Any] = {"key_share": True}
"""Against others who change the same, not against what points to it."""

Noun = TypeVar("Noun", bound=Base)


def lock_books(session: Session, portfolio: Portfolio) -> None:
    """Have nobody else import into the portfolio or book in it until the end, and read it again."""
    session.get_one(Portfolio, portfolio.id, with_for_update=LOCK, populate_existing=True)


CHUNK = 500
"""So many names are asked for at once."""


def in_chunks(
    session: Session, asked: Select[*tuple[Any, ...]], column: Any, names: Iterable[Any]
) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows whose column is one of the names, however many these are."""
    whole = list(names)
    for start in range(0, len(whole), CHUNK):
        yield from session.execute(asked.where(column.in_(whole[start : start + CHUNK])))


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, where and when, and the transaction it is done in."""

    session: Session
    workspace_id: int
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept(Generic[Noun]):
    """Nouns of one kind that belong to a portfolio and count their changes in `version`."""

    noun: type[Noun]
    right: Right
    """What it takes to keep them."""
    command: str
    """Where they are listed."""
    called: Callable[[Noun], str]
    portfolio_id: Callable[[Session, Noun], int]
    is_theirs: Callable[[Session, Noun, str], bool] = lambda session, noun, actor: False
    """Who may change one besides those with the right."""
    check: Callable[[Act, Noun, Form], None] = lambda act, noun, form: None
    """Raises what speaks against a form that the noun alone cannot know; it is asked of each form
    the noun is kept by."""
    places: Callable[[Session, Noun], Sequence[Place]] = lambda session, noun: ()
    """Where the right is looked for, in any of them; in the portfolio where it names none."""
    unique: str | None = None
    """The column by which no two within the same are called alike, in small letters or capitals."""
    within: type[Base] = Portfolio
    redraws: Callable[[Act, Noun], None] = lambda act, noun: None
    """Has what shows one drawn again, after each change."""

    @property
    def one(self) -> str:
        """What one is called: "a project", "an objective", "a key result"."""
        word = re.sub(r"(?<!^)(?=[A-Z])", " ", self.noun.__name__).lower()
        return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"

    def may(self, session: Session, actor: str, noun: Noun) -> bool:
        """Whether the person may change one that they see."""
        if self.is_theirs(session, noun, actor):
            return True
        return any(may(session, actor, self.right, each) for each in self._places(session, noun))

    def seen(self, act: Act, id_: int) -> Noun:
        """One that the person may see. Raises Gone."""
        return self._seen_noun(act, act.session.get(self.noun, id_))

    def look(self, act: Act, id_: int) -> Noun:
        """One that the person may change, as it is now. Raises Gone and NotAllowed."""
        return self._allowed(act, act.session.get(self.noun, id_))

    def take(self, act: Act, id_: int, version: int | None = None) -> Noun:
        """One to be changed: nobody else changes it meanwhile, and it is as it was seen, if it was.

        Raises Gone, NotAllowed and ChangedSince.
        """
        found = act.session.get(self.noun, id_, with_for_update=LOCK, populate_existing=True)
        noun: Any = self._allowed(act, found)
        if version is not None:
            check_as_seen(self.called(noun), version, noun.version)
        return noun  # type: ignore[no-any-return]

    def portfolio(self, act: Act, portfolio_id: int) -> Portfolio:
        """A portfolio in which the person may keep such nouns. Raises Gone and NotAllowed."""
        portfolio = self._seen(act, portfolio_id)
        check(act.session, act.actor, self.right, Place.of_portfolio(portfolio))
        return portfolio

    def add(self, act: Act, noun: Noun, form: Form) -> Noun:
        """Add one, as the form says, where the person may. Raises Gone, NotAllowed and Taken."""
        with act.session.no_autoflush:
            self._fill(noun, form)
            self.check_may(act, noun)
        return self.keep(act, noun, form)

    def keep(self, act: Act, noun: Noun, form: Form) -> Noun:
        """Have the noun hold what the form says: its fields are the noun's columns.

        Raises Taken.
        """
        with act.session.no_autoflush:
            self._check_unique(act, noun, form)
            self.check(act, noun, form)
            self._fill(noun, form)
        return self.changed(act, noun)

    def change(self, act: Act, id_: int, version: int, form: Form) -> Noun:
        """Change one. Raises Gone, NotAllowed, ChangedSince and FieldMistakes."""
        return self.keep(act, self.take(act, id_, version), form)

    def close(self, act: Act, id_: int, version: int) -> Noun:
        """Close one, or open it again. Raises Gone, NotAllowed and ChangedSince."""
        noun: Any = self.take(act, id_, version)
        noun.close(act.at)
        return self.changed(act, noun)

    def remove(self, act: Act, id_: int, version: int) -> None:
        """Take one away; the audit log keeps it. Raises Gone, NotAllowed and ChangedSince."""
        noun = self.take(act, id_, version)
        act.session.delete(noun)
        act.session.flush()
        self.redraws(act, noun)

    def changed(self, act: Act, noun: Any) -> Noun:
        """Count the change, and store it."""
        noun.version = (noun.version or 0) + 1
        act.session.add(noun)
        act.session.flush()
        self.redraws(act, noun)
        return noun  # type: ignore[no-any-return]

    def check_may(self, act: Act, noun: Noun) -> None:
        """Raise Gone or NotAllowed for who may not keep such a one."""
        self._allowed(act, noun)

    def _allowed(self, act: Act, noun: Noun | None) -> Noun:
        found = self._seen_noun(act, noun)
        if not self.is_theirs(act.session, found, act.actor):
            check_any(act.session, act.actor, self.right, self._places(act.session, found))
        return found

    def _places(self, session: Session, noun: Noun) -> Sequence[Place]:
        portfolio = session.get_one(Portfolio, self.portfolio_id(session, noun))
        return self.places(session, noun) or [Place.of_portfolio(portfolio)]

    def _fill(self, noun: Noun, form: Form) -> None:
        for name, value in form:
            setattr(noun, name, value)

    def _check_unique(self, act: Act, noun: Any, form: Form) -> None:
        """One at a time gives a noun its name, so that no two have the same."""
        called = getattr(form, self.unique, None) if self.unique else None
        if called is None or (noun.id is not None and called == getattr(noun, str(self.unique))):
            return
        kind: Any = self.noun
        name, place = getattr(kind, str(self.unique)), f"{self.within.__name__.lower()}_id"
        act.session.get(self.within, getattr(noun, place), with_for_update=LOCK)
        same = select(kind.id).where(
            getattr(kind, place) == getattr(noun, place),
            or_(name == called, func.lower(name) == called.lower()),
            kind.id.is_distinct_from(noun.id),
        )
        check_free(str(self.unique), self.one, called, act.session.scalar(same.limit(1)))

    def _seen_noun(self, act: Act, found: Noun | None) -> Noun:
        noun = there(found, self.command)
        self._seen(act, self.portfolio_id(act.session, noun))
        return noun

    def _seen(self, act: Act, portfolio_id: int) -> Portfolio:
        return seen_portfolio(act, portfolio_id, self.command)


def seen_portfolio(
    act: Act, portfolio_id: int | None, command: str, *order: ColumnElement[Any]
) -> Portfolio:
    """A portfolio the person sees, the first in that order where none is named. Raises Gone."""
    rows = select(Portfolio).where(
        Portfolio.workspace_id == act.workspace_id, portfolio_visible_to(act.actor)
    )
    if portfolio_id is not None:
        rows = rows.where(Portfolio.id == portfolio_id)
    return there(act.session.scalars(rows.order_by(*order, Portfolio.id).limit(1)).first(), command)


def who_changed(session: Session, noun: type[Base], id_: int, since: datetime) -> str | None:
    """Who changed the noun last after the moment, as the audit log tells; None for nobody known."""
    shown: Any = session.get_one(noun, id_)
    return session.scalar(
        select(AuditEvent.actor)
        .where(
            AuditEvent.workspace_id == shown.workspace_id,
            AuditEvent.noun == noun.__tablename__,
            AuditEvent.subject_id == str(id_),
            AuditEvent.at > since,
        )
        .order_by(AuditEvent.number.desc())
        .limit(1)
    )
