"""`/portfolio themes`: themes, objectives and key results, looked at and changed."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.commands.readiness import check_is_set_up
from bot.slack import answers
from bot.slack.answering import TriggerExpired
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import AimForm, AimRef, OldButton, ThemeRef, ThemesRef
from bot.views.themes import form as theme_form
from bot.views.themes import list as theme_list
from bot.workflows import seeing
from bot.workflows.epics import finding
from bot.workflows.permitting import Place, may
from bot.workflows.portfolio import streams
from bot.workflows.themes import keeping as theming
from bot.workflows.themes import themes as surveying
from models.errors import FieldMistakes
from models.people.role import Right
from models.themes.aim import parse_key_result, parse_objective, parse_reading, parse_theme


def hear(call: Call, words: str) -> None:
    """Hear `/portfolio themes`."""
    check_is_set_up(call)
    with call.database.read() as session:
        portfolio_id = None
        if call.channel_id is not None:
            stream = streams.stream_of_channel(session, call.workspace_id, call.channel_id)
            portfolio_id = stream.portfolio_id if stream else None
        shown = _list(session, call, portfolio_id, 1)
    try:
        call.open_form(shown)
    except TriggerExpired:
        said = "Slack did not open the themes in time. Type /portfolio themes once more."
        call.reply(answers.sentence(said))
        return
    call.ack()


def turn_page(call: Call) -> None:
    """Show another page of the list, or another portfolio's."""
    chosen = call.action.get("selected_option") or call.action
    ref = ThemesRef.read(chosen["value"])
    with call.database.read() as session:
        shown = _list(session, call, ref.portfolio, ref.page)
    call.update_form(shown)
    call.ack()


def open_theme(call: Call) -> None:
    """Show a theme over the list, or another page of it in its place."""
    ref = ThemeRef.read(call.action["value"])
    with call.database.read() as session:
        shown = _page(session, call, ref)
    if call.view.get("callback_id") == theme_list.DETAIL:
        call.update_form(shown)
    else:
        call.open_form(shown)
    call.ack()


def add_theme(call: Call) -> None:
    """Open the form for a new theme."""
    ref = ThemesRef.read(call.action["value"])
    with call.database.read() as session:
        theming.portfolio_to_change(session, call.workspace_id, call.actor, ref.portfolio)
    shown = ThemeRef(portfolio=ref.portfolio, listed=ref.page)
    call.open_form(theme_form.theme_form(AimForm(kind="theme", do="add", shown=shown)))
    call.ack()


def change(call: Call) -> None:
    """Do what was chosen about a theme, objective or key result: open its form, or close it."""
    chosen = call.action.get("selected_option") or call.action
    ref = AimRef.read(chosen["value"])
    shown = ThemeRef.read(call.view.get("private_metadata", ""))
    if ref.do in {"close", "remove"}:
        with call.write() as session:
            _close(session, call, ref)
        call.ack()
        _show_anew(call, shown, call.update_form)
        return
    with call.database.read() as session:
        form = _form(session, call, AimForm(**ref.model_dump(), shown=shown))
    call.open_form(form)
    call.ack()


def save_theme(call: Call) -> None:
    """Add or change a theme as the form says."""
    memory = AimForm.read(call.view["private_metadata"])
    aim = parse_theme(answers_of(call.view))
    with call.write() as session:
        theming.keep_theme(
            session,
            call.workspace_id,
            call.actor,
            memory.shown.portfolio,
            _seen(memory),
            aim,
            call.at,
        )
    _saved(call, memory)


def save_objective(call: Call) -> None:
    """Add or change an objective as the form says."""
    memory = AimForm.read(call.view["private_metadata"])
    aim = parse_objective(answers_of(call.view))
    if aim.owner_user_id and (unfit := call.unfit([aim.owner_user_id])):
        raise FieldMistakes({"owner": unfit})
    with call.write() as session:
        theming.keep_objective(
            session, call.workspace_id, call.actor, memory.shown.portfolio, _seen(memory), aim
        )
    _saved(call, memory)


def save_result(call: Call) -> None:
    """Add or change a key result as the form says."""
    memory = AimForm.read(call.view["private_metadata"])
    aim = parse_key_result(answers_of(call.view))
    if memory.id is None:
        raise OldButton
    objective_id = memory.id if memory.do == "add" else 0
    with call.write() as session:
        theming.keep_key_result(
            session, call.workspace_id, call.actor, objective_id, _seen(memory), aim
        )
    _saved(call, memory)


def save_reading(call: Call) -> None:
    """Note where a key result stands."""
    memory = AimForm.read(call.view["private_metadata"])
    if memory.id is None:
        raise OldButton
    with call.write() as session:
        portfolio = surveying.seen_portfolio(
            session, call.workspace_id, call.actor, memory.shown.portfolio
        )
        today = call.at.astimezone(ZoneInfo(portfolio.time_zone)).date()
        reading = parse_reading(answers_of(call.view), today)
        theming.read_key_result(
            session, call.workspace_id, call.actor, memory.id, memory.version, reading
        )
    _saved(call, memory)


def _saved(call: Call, memory: AimForm) -> None:
    """Close the form; what it was opened over shows the change."""
    call.ack()
    if memory.kind == "theme" and memory.do == "add":
        with call.database.read() as session:
            call.update_below(_list(session, call, memory.shown.portfolio, memory.shown.listed))
        return
    _show_anew(call, memory.shown, call.update_below)


def _show_anew(call: Call, shown: ThemeRef, show: Callable[[Mapping[str, Any]], None]) -> None:
    with call.database.read() as session:
        page = _page(session, call, shown)
        listed = _list(session, call, shown.portfolio, shown.listed)
    show(page)
    call.update_lowest(listed)


def _close(session: Session, call: Call, ref: AimRef) -> None:
    here, actor = call.workspace_id, call.actor
    if ref.id is None:
        raise OldButton
    if ref.kind == "theme":
        theming.close_theme(session, here, actor, ref.id, ref.version, call.at)
    elif ref.kind == "objective":
        theming.close_objective(session, here, actor, ref.id, ref.version, call.at)
    else:
        theming.remove_key_result(session, here, actor, ref.id, ref.version)


def _form(session: Session, call: Call, memory: AimForm) -> dict[str, Any]:
    """The form for what was chosen; who may not, or comes too late, is told before typing."""
    here, actor = call.workspace_id, call.actor
    portfolio = surveying.seen_portfolio(session, here, actor, memory.shown.portfolio)
    if memory.do == "add" and memory.kind == "objective":
        theming.portfolio_to_change(session, here, actor, portfolio.id)
        return theme_form.objective_form(memory, finding.choices(session, portfolio).themes)
    if memory.id is None:
        raise OldButton
    if memory.kind == "theme":
        theme = theming.theme_to_change(session, here, actor, memory.id, None)
        return theme_form.theme_form(memory, theme)
    if memory.kind == "objective":
        objective = theming.objective_to_change(session, here, actor, memory.id, None)
        themes = finding.choices(session, portfolio).themes
        return theme_form.objective_form(memory, themes, objective)
    if memory.do == "add":
        theming.objective_to_change(session, here, actor, memory.id, None)
        return theme_form.result_form(memory)
    result = theming.key_result_to_change(session, here, actor, memory.id, None)
    if memory.do == "edit":
        return theme_form.result_form(memory, result)
    today = call.at.astimezone(ZoneInfo(portfolio.time_zone)).date()
    return theme_form.reading_form(memory, result, today)


def _seen(memory: AimForm) -> tuple[int, int] | None:
    """The id and version the form showed; None where it adds something."""
    if memory.do == "add" or memory.id is None:
        return None
    return memory.id, memory.version


def _list(session: Session, call: Call, portfolio_id: int | None, number: int) -> dict[str, Any]:
    page = surveying.themes_page(session, call.workspace_id, call.actor, portfolio_id, number)
    portfolios = seeing.portfolios(session, call.workspace_id, call.actor)
    place = Place.of_portfolio(page.portfolio)
    may_edit = may(session, call.actor, Right.EDIT_THEMES, place)
    return theme_list.theme_list(page, portfolios, may_edit=may_edit)


def _page(session: Session, call: Call, ref: ThemeRef) -> dict[str, Any]:
    page = surveying.objectives_page(
        session, call.workspace_id, call.actor, ref.portfolio, ref.theme, ref.page
    )
    place = Place.of_portfolio(page.portfolio)
    may_edit = may(session, call.actor, Right.EDIT_THEMES, place)
    return theme_list.theme_page(page, ref, call.actor, may_edit=may_edit)
