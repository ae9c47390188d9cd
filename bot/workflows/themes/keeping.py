"""Keeping themes: saying what the portfolio is after, and how far it has come."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.workflows.keeping import Act, Kept
from bot.workflows.pointing import hold
from bot.workflows.redrawing import redraw_cards, redraw_homes
from bot.workflows.themes.themes import COMMAND
from models.epics.epic import Epic
from models.errors import Gone
from models.form import Form
from models.people.role import Right
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import Portfolio
from models.themes.aim import KeyResultForm, ObjectiveForm, ReadingForm
from models.themes.theme import KeyResult, Objective, Theme


def _check_objective(act: Act, objective: Objective, form: Form) -> None:
    if isinstance(form, ObjectiveForm) and form.theme_id is not None:
        theme = hold(act.session, Theme, [form.theme_id]).get(form.theme_id)
        if theme is None or theme.portfolio_id != objective.portfolio_id:
            raise Gone(COMMAND)
        theme.check_takes(objective)


def _objective_of(session: Session, result: KeyResult) -> Objective:
    return session.get_one(Objective, result.objective_id)


Ended = Callable[[Session, Portfolio, datetime], None]
ENDED: list[Ended] = []
"""What follows where a portfolio asks for no theme any more, filled by `ends_demand`."""


def ends_demand(follow: Ended) -> Ended:
    """Have a later room hear that the last theme of a portfolio was closed."""
    ENDED.append(follow)
    return follow


def redraw_demand(session: Session, portfolio: Portfolio, at: datetime) -> None:
    """Have epics without a theme show whether one is asked for: from the portfolio's first on."""
    states = [each.id for each in portfolio.states if Requirement.THEME in each.requirements]
    without = Epic.theme_id.is_(None), Epic.theme_none_because.is_(None)
    epics = select(Epic.id).where(Epic.state_id.in_(states), *without)
    redraw_cards(session, portfolio.workspace_id, epics, at)
    redraw_homes(session, portfolio.workspace_id, at)


def _redraw_with_the_only(act: Act, theme: Theme) -> None:
    portfolio = act.session.get_one(Portfolio, theme.portfolio_id)
    here = Theme.portfolio_id == portfolio.id, Theme.closed_at.is_(None)
    act.session.flush()
    count = act.session.scalar(select(func.count(Theme.id)).where(*here)) or 0
    if count <= 1:
        redraw_demand(act.session, portfolio, act.at)
    if count == 0:
        for follow in ENDED:
            follow(act.session, portfolio, act.at)


THEMES = Kept(
    Theme,
    Right.EDIT_THEMES,
    COMMAND,
    called=lambda theme: theme.name,
    portfolio_id=lambda session, theme: theme.portfolio_id,
    unique="name",
    redraws=_redraw_with_the_only,
)
OBJECTIVES = Kept(
    Objective,
    Right.EDIT_THEMES,
    COMMAND,
    called=lambda objective: objective.title,
    portfolio_id=lambda session, objective: objective.portfolio_id,
    check=_check_objective,
)
KEY_RESULTS = Kept(
    KeyResult,
    Right.EDIT_THEMES,
    COMMAND,
    called=lambda result: result.title,
    portfolio_id=lambda session, result: _objective_of(session, result).portfolio_id,
    is_theirs=lambda session, result, actor: _objective_of(session, result).owner_user_id == actor,
)


def new_theme(act: Act, portfolio: int) -> Theme:
    """One of the portfolio with that id. Raises Gone and NotAllowed."""
    here = THEMES.portfolio(act, portfolio)
    return Theme(workspace_id=act.workspace_id, portfolio_id=here.id, created_at=act.at)


def new_objective(act: Act, portfolio: int, theme: int | None = None) -> Objective:
    """Of the theme it is added on until they choose another, unless that has closed.

    Raises Gone, NotAllowed and ClosedTheme.
    """
    here = OBJECTIVES.portfolio(act, portfolio)
    new = Objective(workspace_id=act.workspace_id, portfolio_id=here.id, theme_id=theme)
    if theme is not None and (found := act.session.get(Theme, theme)) is not None:
        found.check_takes(new)
    return new


def add_key_result(act: Act, objective_id: int, form: KeyResultForm) -> KeyResult:
    """Raises Gone, NotAllowed and EnoughKeyResults."""
    objective = OBJECTIVES.take(act, objective_id)
    return KEY_RESULTS.keep(act, objective.new_key_result(), form)


def read_key_result(act: Act, id_: int, version: int, form: ReadingForm) -> KeyResult:
    """Say where a key result stands, today where no day is named.

    Raises Gone, NotAllowed and ChangedSince.
    """
    result = KEY_RESULTS.take(act, id_, version)
    zone = ZoneInfo(portfolio_of(act.session, result).time_zone)
    result.read(form.current, form.current_on or act.at.astimezone(zone).date())
    return KEY_RESULTS.changed(act, result)


def portfolio_of(session: Session, result: KeyResult) -> Portfolio:
    return session.get_one(Portfolio, _objective_of(session, result).portfolio_id)
