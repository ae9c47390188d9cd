"""`/portfolio themes`: themes, objectives and key results, looked at and changed."""

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.commands.readiness import check_is_set_up
from bot.commands.routes import routes, show
from bot.slack.actions import Shown
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.slack.mrkdwn import words
from bot.views.themes.actions import (
    AddKeyResult,
    AddObjective,
    AddTheme,
    CloseObjective,
    CloseTheme,
    EditKeyResult,
    EditObjective,
    EditTheme,
    ReadKeyResult,
    RemoveKeyResult,
    ThemeShown,
    ThemesList,
)
from bot.views.themes.list import theme_list, theme_page
from bot.workflows import seeing
from bot.workflows.keeping import Act
from bot.workflows.permitting import Place, may
from bot.workflows.portfolio import streams
from bot.workflows.themes import keeping
from bot.workflows.themes.keeping import KEY_RESULTS, OBJECTIVES, THEMES
from bot.workflows.themes.themes import objectives_page, themes_page, themes_to_choose
from models.form import Facts
from models.people.role import Right
from models.portfolio.portfolio import Portfolio
from models.themes.aim import KeyResultForm, ObjectiveForm, ReadingForm, ThemeForm
from models.themes.theme import Objective


def hear(call: Call, typed: str) -> None:
    """Hear `/portfolio themes`: those of the channel's portfolio, or of the first one seen."""
    check_is_set_up(call)
    portfolio_id = None
    if call.channel_id is not None:
        with call.database.read() as session:
            stream = streams.stream_of_channel(session, call.workspace_id, call.channel_id)
            portfolio_id = stream.portfolio_id if stream else None
    show(call, ThemesList(portfolio=portfolio_id), "/portfolio themes")


@routes.page
def draw_themes(call: Call, session: Session, page: ThemesList) -> Shown:
    found = themes_page(call.act(session), page.portfolio, page.number)
    portfolios = seeing.portfolios(session, *call.who)
    may_edit = _may_edit(call, session, found.portfolio)
    return theme_list(found, page, portfolios, may_edit=may_edit)


@routes.page
def draw_theme(call: Call, session: Session, page: ThemeShown) -> Shown:
    found = objectives_page(call.act(session), page.portfolio, page.theme, page.number)
    may_edit = _may_edit(call, session, found.portfolio)
    return theme_page(found, page, call.actor, may_edit=may_edit)


@routes.opens
def ask_key_result(call: Call, session: Session, it: AddKeyResult) -> Open:
    OBJECTIVES.look(call.act(session), it.objective)
    return Open(KeyResultForm, "Add a key result", it)


@routes.saves
def add_key_result(call: Call, session: Session, form: KeyResultForm, about: AddKeyResult) -> None:
    keeping.add_key_result(call.act(session), about.objective, form)


@routes.opens
def ask_reading(call: Call, session: Session, it: ReadKeyResult) -> Open:
    """Ask where a key result stands, as of today until they choose another day."""
    result = KEY_RESULTS.look(call.act(session), it.id)
    zone = ZoneInfo(keeping.portfolio_of(session, result).time_zone)
    today = call.at.astimezone(zone).date()
    return Open(
        ReadingForm,
        "Its value now",
        ReadKeyResult.of(result),
        held={"current": result.current, "current_on": today},
        facts={"today": today, "unit": f", {result.unit}" if result.unit else ""},
        lead=words("themes/theme", "stands", result=result),
    )


@routes.saves
def read_key_result(call: Call, session: Session, form: ReadingForm, about: ReadKeyResult) -> None:
    """Note where it stands."""
    keeping.read_key_result(call.act(session), about.id, about.version, form)


def _choices(act: Act, objective: Objective) -> Facts:
    chosen = objective.theme_id
    return {"themes": themes_to_choose(act.session, objective.portfolio_id, chosen)}


routes.keeps(
    THEMES,
    ThemeForm,
    "Edit the theme",
    edit=EditTheme,
    close=CloseTheme,
    add=AddTheme,
    begin=keeping.new_theme,
)
routes.keeps(
    OBJECTIVES,
    ObjectiveForm,
    "Edit the objective",
    edit=EditObjective,
    close=CloseObjective,
    add=AddObjective,
    begin=keeping.new_objective,
    facts=_choices,
)
routes.keeps(
    KEY_RESULTS, KeyResultForm, "Edit the key result", edit=EditKeyResult, remove=RemoveKeyResult
)


def _may_edit(call: Call, session: Session, portfolio: Portfolio) -> bool:
    return may(session, call.actor, Right.EDIT_THEMES, Place.of_portfolio(portfolio))
