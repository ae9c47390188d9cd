"""Keeping nouns by forms: taken to be changed as they were seen, by who may, and kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.permitting import Place, check
from bot.workflows.seeing import portfolio_seen_by
from models.audit.audit import AuditEvent
from models.base import Base
from models.errors import check_as_seen, there
from models.form import Form
from models.people.role import Right
from models.portfolio.portfolio import Portfolio

LOCK: dict[str, Any] = {"key_share": True}
"""Against others who change the same, not against what points to it."""

Noun = TypeVar("Noun", bound=Base)


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

    def keep(self, act: Act, noun: Noun, form: Form) -> Noun:
        """Have the noun hold what the form says: its fields are the noun's columns."""
        self.check(act, noun, form)
        for name, value in form:
            setattr(noun, name, value)
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
        act.session.delete(self.take(act, id_, version))
        act.session.flush()

    def changed(self, act: Act, noun: Any) -> Noun:
        """Count the change, and store it."""
        noun.version = (noun.version or 0) + 1
        act.session.add(noun)
        act.session.flush()
        return noun  # type: ignore[no-any-return]

    def _allowed(self, act: Act, found: Noun | None) -> Noun:
        noun = there(found, self.command)
        portfolio = self._seen(act, self.portfolio_id(act.session, noun))
        if not self.is_theirs(act.session, noun, act.actor):
            check(act.session, act.actor, self.right, Place.of_portfolio(portfolio))
        return noun

    def _seen(self, act: Act, portfolio_id: int) -> Portfolio:
        here = (Portfolio.workspace_id == act.workspace_id, Portfolio.id == portfolio_id)
        seen = select(Portfolio).where(*here, portfolio_seen_by(act.actor))
        return there(act.session.scalars(seen).first(), self.command)


def who_changed(session: Session, noun: Base, since: datetime) -> str | None:
    """Who changed the noun last after the moment, as the audit log tells; None for nobody known."""
    shown: Any = noun
    return session.scalar(
        select(AuditEvent.actor)
        .where(
            AuditEvent.workspace_id == shown.workspace_id,
            AuditEvent.noun == noun.__tablename__,
            AuditEvent.subject_id == str(shown.id),
            AuditEvent.at > since,
        )
        .order_by(AuditEvent.number.desc())
        .limit(1)
    )
