"""Themes: the list of a portfolio's, and one of them with its objectives and key results."""

from collections.abc import Sequence

from bot.slack.actions import Shown
from bot.slack.blocks import (
    Block,
    Element,
    actions,
    context,
    divider,
    overflow,
    section,
    select,
)
from bot.slack.mrkdwn import bare_words, words
from bot.views.portfolio.settings import STEPS, Step
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
from bot.workflows.themes.themes import ObjectivesPage, ThemeCount, ThemesPage
from models.portfolio.portfolio import Portfolio
from models.themes.theme import KeyResult, Objective, Theme

STEPS.append(Step("themes", "Themes", lambda portfolio: ThemesList(portfolio=portfolio.id)))


def theme_list(
    found: ThemesPage, page: ThemesList, portfolios: Sequence[Portfolio], *, may_edit: bool
) -> Shown:
    """The themes with the work that serves them, and the work that serves none."""
    here = page.but(portfolio=found.portfolio.id, number=found.number)
    blocks: list[Block] = [section(words("themes/theme", "list_lead", page=found))]
    buttons = _portfolio_menu(found, portfolios)
    if may_edit:
        add = AddTheme(portfolio=found.portfolio.id)
        buttons.append(add.button("Add a theme", primary=True))
    if buttons:
        blocks.append(actions("list", buttons))
    if not found.total:
        blocks.append(section(words("themes/theme", "list_empty", may_edit=may_edit)))
    blocks += [_theme_line(found, each) for each in found.themes]
    if found.total or found.without.in_flight or found.without.ideas:
        blocks += [divider(), _without(found, may_edit=may_edit)]
    return Shown("Themes", blocks, here, found.pages, f"{found.total} themes")


def theme_page(found: ObjectivesPage, page: ThemeShown, viewer: str, *, may_edit: bool) -> Shown:
    """A theme with its objectives and key results, or the objectives that are of no theme.

    Who looks after an objective can say where its key results stand.
    """
    theme = found.count.theme
    blocks: list[Block] = [section(words("themes/theme", "page_lead", count=found.count))]
    if may_edit:
        blocks.append(actions("theme", _theme_buttons(page, theme)))
    if not found.total:
        blocks.append(section(words("themes/theme", "page_empty", may_edit=may_edit)))
    for objective in found.objectives:
        blocks += [divider(), *_objective(objective, viewer, may_edit=may_edit)]
    title, total = "A theme" if theme else "Without a theme", f"{found.total} objectives"
    return Shown(title, blocks, page.but(number=found.number), found.pages, total)


def _portfolio_menu(found: ThemesPage, portfolios: Sequence[Portfolio]) -> list[Element]:
    if len(portfolios) < 2:
        return []
    options = [ThemesList(portfolio=each.id).option(each.name) for each in portfolios]
    chosen = ThemesList(portfolio=found.portfolio.id).option(found.portfolio.name)
    return [select("portfolio", "Portfolio", options, chosen)]


def _theme_line(found: ThemesPage, count: ThemeCount) -> Block:
    theme = count.theme
    assert theme is not None
    to = ThemeShown(portfolio=found.portfolio.id, theme=theme.id)
    said = words("themes/theme", "line", count=count, zone=found.portfolio.time_zone)
    return section(said, to.button("Open", aloud=f"Open {theme.name}"))


def _without(found: ThemesPage, *, may_edit: bool) -> Block:
    said = words("themes/theme", "without", count=found.without, alone=found.alone)
    to = ThemeShown(portfolio=found.portfolio.id).button("Open", aloud="Open what has no theme")
    return section(said, to if found.alone or may_edit else None)


def _theme_buttons(page: ThemeShown, theme: Theme | None) -> list[Element]:
    add = AddObjective(portfolio=page.portfolio, theme=page.theme)
    closed = theme is not None and theme.closed_at is not None
    buttons = [] if closed else [add.button("Add an objective")]
    if theme is not None:
        buttons.append(EditTheme.of(theme).button("Edit the theme"))
        close, question = CloseTheme.of(theme), bare_words("themes/theme", "closing", theme=theme)
        buttons.append(
            close.button("Open it again")
            if closed
            else close.confirmed("Close it", "Close this theme?", question, "Close")
        )
    return buttons


def _objective(objective: Objective, viewer: str, *, may_edit: bool) -> list[Block]:
    menu = None
    if may_edit:
        close = "Open it again" if objective.closed_at else "Close it"
        menu = overflow(
            f"objective_{objective.id}",
            [
                AddKeyResult(objective=objective.id).option("Add a key result"),
                EditObjective.of(objective).option("Edit the objective"),
                CloseObjective.of(objective).option(close),
            ],
        )
    blocks = [section(words("themes/theme", "objective_line", objective=objective), menu)]
    if not objective.key_results:
        blocks.append(context(words("themes/theme", "no_results", may_edit=may_edit)))
    may_read = (may_edit or objective.owner_user_id == viewer) and objective.closed_at is None
    blocks += [_result(each, may_read=may_read) for each in objective.key_results]
    return blocks


def _result(result: KeyResult, *, may_read: bool) -> Block:
    menu = None
    if may_read:
        menu = overflow(
            f"result_{result.id}",
            [
                ReadKeyResult.of(result).option("Update its value"),
                EditKeyResult.of(result).option("Edit the key result"),
                RemoveKeyResult.of(result).option("Remove it"),
            ],
        )
    return section(words("themes/theme", "result_line", result=result), menu)
