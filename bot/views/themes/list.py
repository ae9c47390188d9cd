"""Themes: the list of a portfolio's, and one of them with its objectives and key results."""

from collections.abc import Sequence
from typing import Any

from bot.slack.blocks import (
    Block,
    Element,
    actions,
    button,
    context,
    divider,
    modal,
    option,
    overflow,
    section,
    select,
)
from bot.slack.choosers import asked_first
from bot.slack.mrkdwn import bare_words, words
from bot.slack.values import AimRef, ThemeRef, ThemesRef
from models.portfolio.portfolio import Portfolio
from models.themes.aim import ObjectivesPage, ThemeCount, ThemesPage
from models.themes.theme import KeyResult, Objective, Theme

LIST, DETAIL = "themes", "theme"
TURN = "themes_page"
OPEN = "open_theme"
ADD = "add_theme"
DO = "aim"
"""Begins the action of everything that changes a theme, an objective or a key result."""


def theme_list(
    page: ThemesPage, portfolios: Sequence[Portfolio], *, may_edit: bool
) -> dict[str, Any]:
    """The themes with the work that serves them, and the work that serves none."""
    blocks: list[Block] = [section(words("themes/theme", "list_lead", page=page))]
    buttons = _portfolio_menu(page, portfolios)
    if may_edit:
        value = ThemesRef(portfolio=page.portfolio.id, page=page.number).value
        buttons.append(button("Add a theme", ADD, value, primary=True))
    if buttons:
        blocks.append(actions("list", buttons))
    if not page.total:
        blocks.append(section(words("themes/theme", "list_empty", may_edit=may_edit)))
    blocks += [_theme_line(page, each) for each in page.themes]
    if page.total or page.without.in_flight or page.without.ideas:
        blocks += [divider(), _without(page, may_edit=may_edit)]
    if page.pages > 1:
        blocks.append(context(f"{page.total} themes, page {page.number} of {page.pages}"))
        refs = [
            (f"{TURN}_{n}", text, ThemesRef(portfolio=page.portfolio.id, page=n).value)
            for text, n in _turns(page.number, page.pages)
        ]
        blocks.append(
            actions("turn", [button(text, action, value) for action, text, value in refs])
        )
    memory = ThemesRef(portfolio=page.portfolio.id, page=page.number)
    return modal(LIST, "Themes", blocks, close="Close", private_metadata=memory.value)


def theme_page(
    page: ObjectivesPage, memory: ThemeRef, viewer: str, *, may_edit: bool
) -> dict[str, Any]:
    """A theme with its objectives and key results, or the objectives that are of no theme.

    Who looks after an objective can say where its key results stand.
    """
    theme = page.count.theme
    memory = memory.model_copy(update={"page": page.number})
    blocks: list[Block] = [section(words("themes/theme", "page_lead", count=page.count))]
    if may_edit:
        blocks.append(actions("theme", _theme_buttons(theme)))
    if not page.total:
        blocks.append(section(words("themes/theme", "page_empty", may_edit=may_edit)))
    for objective in page.objectives:
        blocks += [divider(), *_objective(objective, viewer, may_edit=may_edit)]
    if page.pages > 1:
        blocks.append(context(f"{page.total} objectives, page {page.number} of {page.pages}"))
        turns = [
            button(text, f"{OPEN}_page_{n}", memory.model_copy(update={"page": n}).value)
            for text, n in _turns(page.number, page.pages)
        ]
        blocks.append(actions("turn", turns))
    title = "A theme" if theme else "Without a theme"
    return modal(DETAIL, title, blocks, close="Back", private_metadata=memory.value)


def _portfolio_menu(page: ThemesPage, portfolios: Sequence[Portfolio]) -> list[Element]:
    if len(portfolios) < 2:
        return []
    options = [option(each.name, ThemesRef(portfolio=each.id).value) for each in portfolios]
    chosen = ThemesRef(portfolio=page.portfolio.id).value
    initial = next((each for each in options if each["value"] == chosen), None)
    return [select(f"{TURN}_portfolio", "Portfolio", options, initial)]


def _theme_line(page: ThemesPage, count: ThemeCount) -> Block:
    theme = count.theme
    assert theme is not None
    ref = ThemeRef(portfolio=page.portfolio.id, theme=theme.id, listed=page.number)
    beside = button(
        "Open", f"{OPEN}_{theme.id}", ref.value, accessibility_label=f"Open {theme.name}"
    )
    return section(
        words("themes/theme", "line", count=count, zone=page.portfolio.time_zone), beside
    )


def _without(page: ThemesPage, *, may_edit: bool) -> Block:
    said = words("themes/theme", "without", count=page.without, alone=page.alone)
    ref = ThemeRef(portfolio=page.portfolio.id, listed=page.number)
    beside = button("Open", f"{OPEN}_none", ref.value, accessibility_label="Open what has no theme")
    return section(said, beside if page.alone or may_edit else None)


def _theme_buttons(theme: Theme | None) -> list[Element]:
    buttons = [button("Add an objective", f"{DO}_add", AimRef(kind="objective", do="add").value)]
    if theme is not None:
        edit = AimRef(kind="theme", id=theme.id, version=theme.version)
        close = edit.model_copy(update={"do": "close"})
        words_ = "Open it again" if theme.closed_at else "Close it"
        buttons.append(button("Edit the theme", f"{DO}_edit", edit.value))
        closing = button(words_, f"{DO}_close", close.value)
        text = bare_words("themes/theme", "closing", theme=theme)
        buttons.append(
            closing if theme.closed_at else asked_first(closing, "Close this theme?", text, "Close")
        )
    return buttons


def _objective(objective: Objective, viewer: str, *, may_edit: bool) -> list[Block]:
    ref = AimRef(kind="objective", id=objective.id, version=objective.version)
    menu = None
    if may_edit:
        add = AimRef(kind="result", id=objective.id, do="add")
        close = ref.model_copy(update={"do": "close"})
        menu = overflow(
            f"{DO}_objective_{objective.id}",
            [
                option("Add a key result", add.value),
                option("Edit the objective", ref.value),
                option("Open it again" if objective.closed_at else "Close it", close.value),
            ],
        )
    blocks = [section(words("themes/theme", "objective_line", objective=objective), menu)]
    if not objective.key_results:
        blocks.append(context(words("themes/theme", "no_results", may_edit=may_edit)))
    may_read = (may_edit or objective.owner_user_id == viewer) and objective.closed_at is None
    blocks += [_result(each, may_read=may_read) for each in objective.key_results]
    return blocks


def _result(result: KeyResult, *, may_read: bool) -> Block:
    read = AimRef(kind="result", id=result.id, version=result.version, do="read")
    menu = None
    if may_read:
        menu = overflow(
            f"{DO}_result_{result.id}",
            [
                option("Say where it stands", read.value),
                option("Edit the key result", read.model_copy(update={"do": "edit"}).value),
                option("Remove it", read.model_copy(update={"do": "remove"}).value),
            ],
        )
    return section(words("themes/theme", "result_line", result=result), menu)


def _turns(number: int, pages: int) -> list[tuple[str, int]]:
    turns = [("Previous page", number - 1)] if number > 1 else []
    return turns + ([("Next page", number + 1)] if number < pages else [])
