"""Theming: saying what the portfolio is after, and how far it has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.keeping import ChangedSince
from bot.workflows.permitting import Place, check
from bot.workflows.themes.themes import UnknownTheme, seen_portfolio
from models.errors import FieldMistakes, Mistake
from models.people.role import Right
from models.portfolio.portfolio import Portfolio
from models.themes.aim import KeyResultAim, ObjectiveAim, Reading, ThemeAim
from models.themes.theme import KeyResult, Objective, Theme

LOCK: dict[str, Any] = {"key_share": True}
"""Against others who change the same, not against epics that point to it."""

MOST_KEY_RESULTS = 10
"""Of one objective, so that a page of objectives fits into a form."""


class EnoughKeyResults(Mistake):
    """One key result more than an objective takes."""

    def __init__(self) -> None:
        super().__init__(
            f"An objective has at most {MOST_KEY_RESULTS} key results. Remove one first, or make "
            "a second objective."
        )


def keep_theme(
    session: Session,
    workspace_id: int,
    actor: str,
    portfolio_id: int,
    seen: tuple[int, int] | None,
    aim: ThemeAim,
    at: datetime,
) -> Theme:
    """Add a theme, or with the id and version that was seen change one.

    Raises UnknownTheme, NotAllowed, ChangedSince and FieldMistakes.
    """
    portfolio = portfolio_to_change(session, workspace_id, actor, portfolio_id)
    same = select(Theme.id).where(Theme.portfolio_id == portfolio.id, Theme.name == aim.name)
    if seen is not None:
        theme = theme_to_change(session, workspace_id, actor, *seen)
        same = same.where(Theme.id != theme.id)
    else:
        theme = Theme(workspace_id=workspace_id, portfolio_id=portfolio.id, created_at=at)
        theme.version = 0
    if session.scalar(same) is not None:
        raise FieldMistakes({"name": f"There is a theme {aim.name} already."})
    theme.name, theme.description = aim.name, aim.description
    theme.version += 1
    session.add(theme)
    session.flush()
    return theme


def close_theme(
    session: Session, workspace_id: int, actor: str, theme_id: int, version: int, at: datetime
) -> Theme:
    """Close the theme, or open it again; its epics stay with it.

    Raises UnknownTheme, NotAllowed and ChangedSince.
    """
    theme = theme_to_change(session, workspace_id, actor, theme_id, version)
    theme.closed_at = None if theme.closed_at else at
    theme.version += 1
    session.flush()
    return theme


def keep_objective(
    session: Session,
    workspace_id: int,
    actor: str,
    portfolio_id: int,
    seen: tuple[int, int] | None,
    aim: ObjectiveAim,
) -> Objective:
    """Add an objective, or with the id and version that was seen change one.

    Raises UnknownTheme, NotAllowed and ChangedSince.
    """
    portfolio = portfolio_to_change(session, workspace_id, actor, portfolio_id)
    if aim.theme_id is not None:
        theme = session.get(Theme, aim.theme_id)
        if theme is None or theme.portfolio_id != portfolio.id:
            raise UnknownTheme
    if seen is not None:
        objective = objective_to_change(session, workspace_id, actor, *seen)
    else:
        objective = Objective(workspace_id=workspace_id, portfolio_id=portfolio.id, version=0)
    objective.title, objective.due_on = aim.title, aim.due_on
    objective.owner_user_id, objective.theme_id = aim.owner_user_id, aim.theme_id
    objective.version += 1
    session.add(objective)
    session.flush()
    return objective


def close_objective(
    session: Session, workspace_id: int, actor: str, objective_id: int, version: int, at: datetime
) -> Objective:
    """Close the objective, or open it again. Raises UnknownTheme, NotAllowed and ChangedSince."""
    objective = objective_to_change(session, workspace_id, actor, objective_id, version)
    objective.closed_at = None if objective.closed_at else at
    objective.version += 1
    session.flush()
    return objective


def keep_key_result(
    session: Session,
    workspace_id: int,
    actor: str,
    objective_id: int,
    seen: tuple[int, int] | None,
    aim: KeyResultAim,
) -> KeyResult:
    """Add a key result, or with the id and version that was seen change one.

    Raises UnknownTheme, NotAllowed, ChangedSince and EnoughKeyResults.
    """
    if seen is not None:
        result = key_result_to_change(session, workspace_id, actor, *seen)
    else:
        objective = objective_to_change(session, workspace_id, actor, objective_id, None)
        if len(objective.key_results) >= MOST_KEY_RESULTS:
            raise EnoughKeyResults
        result = KeyResult(workspace_id=workspace_id, objective_id=objective.id, version=0)
    result.title, result.unit = aim.title, aim.unit
    result.baseline, result.target = aim.baseline, aim.target
    result.version += 1
    session.add(result)
    session.flush()
    return result


def read_key_result(
    session: Session,
    workspace_id: int,
    actor: str,
    key_result_id: int,
    version: int,
    reading: Reading,
) -> KeyResult:
    """Say where a key result stands; who looks after its objective may as well.

    Raises UnknownTheme, NotAllowed and ChangedSince.
    """
    result = key_result_to_change(session, workspace_id, actor, key_result_id, version)
    result.current, result.current_on = reading.value, reading.on
    result.version += 1
    session.flush()
    return result


def remove_key_result(
    session: Session, workspace_id: int, actor: str, key_result_id: int, version: int
) -> None:
    """Take a key result away; the audit log keeps it.

    Raises UnknownTheme, NotAllowed and ChangedSince.
    """
    session.delete(key_result_to_change(session, workspace_id, actor, key_result_id, version))
    session.flush()


def portfolio_to_change(
    session: Session, workspace_id: int, actor: str, portfolio_id: int
) -> Portfolio:
    """The portfolio, locked, so that two themes of one name are not added at once.

    Raises UnknownTheme and NotAllowed.
    """
    portfolio = seen_portfolio(session, workspace_id, actor, portfolio_id)
    session.refresh(portfolio, with_for_update=LOCK)
    check(session, actor, Right.EDIT_THEMES, Place.of_portfolio(portfolio))
    return portfolio


def theme_to_change(
    session: Session, workspace_id: int, actor: str, theme_id: int, version: int | None
) -> Theme:
    """The theme, locked. Raises UnknownTheme, NotAllowed, ChangedSince."""
    theme = session.get(Theme, theme_id, with_for_update=LOCK, populate_existing=True)
    if theme is None:
        raise UnknownTheme
    portfolio = seen_portfolio(session, workspace_id, actor, theme.portfolio_id)
    check(session, actor, Right.EDIT_THEMES, Place.of_portfolio(portfolio))
    if version not in {None, theme.version}:
        raise ChangedSince(theme.name)
    return theme


def objective_to_change(
    session: Session, workspace_id: int, actor: str, objective_id: int, version: int | None
) -> Objective:
    """The objective, locked. Raises UnknownTheme, NotAllowed, ChangedSince."""
    objective = session.get(Objective, objective_id, with_for_update=LOCK, populate_existing=True)
    if objective is None:
        raise UnknownTheme
    portfolio = seen_portfolio(session, workspace_id, actor, objective.portfolio_id)
    check(session, actor, Right.EDIT_THEMES, Place.of_portfolio(portfolio))
    if version not in {None, objective.version}:
        raise ChangedSince("this objective")
    return objective


def key_result_to_change(
    session: Session, workspace_id: int, actor: str, key_result_id: int, version: int | None
) -> KeyResult:
    """The key result, locked; its objective's owner may change it as well.

    Raises UnknownTheme, NotAllowed and ChangedSince.
    """
    result = session.get(KeyResult, key_result_id, with_for_update=LOCK, populate_existing=True)
    if result is None:
        raise UnknownTheme
    objective = session.get_one(Objective, result.objective_id)
    portfolio = seen_portfolio(session, workspace_id, actor, objective.portfolio_id)
    if objective.owner_user_id != actor:
        check(session, actor, Right.EDIT_THEMES, Place.of_portfolio(portfolio))
    if version not in {None, result.version}:
        raise ChangedSince("this key result")
    return result
