"""What can be chosen in App Home: whose board, which column, which theme, whose, which words."""

from collections.abc import Sequence
from typing import Any

from bot.slack.blocks import (
    Element,
    Option,
    actions,
    button,
    field,
    modal,
    option,
    plain,
    select,
    text_input,
)
from bot.slack.choosers import person_field
from bot.slack.values import Value, Whole
from bot.views.epics.list import CLEAR_SEARCH
from bot.workflows.board.board import BoardPage
from bot.workflows.board.home import Reader
from models.epics.column import Column, columns
from models.portfolio.portfolio import Phase, Portfolio, ValueStream


class HomeChoice(Value):
    """What to see in App Home; None stands for all, or for the first portfolio."""

    portfolio: Whole | None = None
    stream: Whole | None = None
    state: Whole | None = None
    phase: Phase | None = None
    theme: Whole | None = None
    no_theme: bool = False
    mine: bool = False
    page: Whole = 1


SEE = "home_see"
"""Begins every action that chooses what to see; its value is the whole choice but the words."""
SEARCH = "home_search"
ALL_WORDS = "home_all_words"
SEARCH_FORM = "home_search_form"
WORDS = "words"
OWNER = "owner"
LONGEST_WORDS = 80
MENU_LIMIT = 100
PROPOSE = "propose_from_home"


def choices(board: BoardPage, reader: Reader, portfolios: Sequence[Portfolio]) -> dict[str, Any]:
    """A row of menus and buttons, each with the whole choice it stands for."""
    choice = choice_of(board)
    elements = []
    if len(portfolios) > 1:
        options = [option(p.name, HomeChoice(portfolio=p.id).value) for p in portfolios]
        chosen = HomeChoice(portfolio=board.portfolio.id).value
        elements.append(_menu("portfolio", "Portfolio", options, chosen))
    elements += [_stream_menu(board, choice), _column_menu(board, choice)]
    if board.themes:
        elements.append(_theme_menu(board, choice))
    whose = changed(choice, mine=not choice.mine)
    elements.append(button("Everyone's" if choice.mine else "Only mine", f"{SEE}_mine", whose))
    elements.append(button("Search", SEARCH))
    if board.chosen.text or board.filter.people:
        elements.append(button(CLEAR_SEARCH, ALL_WORDS))
    if reader.may_propose:
        elements.append(button("Propose an epic", PROPOSE, primary=True))
    return actions("choices", elements)


def stream_choices(streams: Sequence[ValueStream], choice: HomeChoice) -> list[Option]:
    whole = option("All value streams", changed(choice, stream=None))
    return [whole] + [
        option(stream.name, changed(choice, stream=stream.id))
        for stream in streams[: MENU_LIMIT - 1]
    ]


def choice_of(board: BoardPage) -> HomeChoice:
    """What is seen, as a button carries it."""
    column = board.column
    return HomeChoice(
        portfolio=board.portfolio.id,
        stream=board.value_stream.id if board.value_stream else None,
        state=column.state.id if column else None,
        phase=column.phase if column else None,
        theme=board.theme.id if board.theme else None,
        no_theme=board.chosen.no_theme,
        mine=board.chosen.mine,
    )


def changed(choice: HomeChoice, **changes: object) -> str:
    """The choice with a change, from its first page unless the change says which."""
    return choice.model_copy(update={"page": 1, **changes}).value


def at_column(choice: HomeChoice, column: Column) -> str:
    return changed(choice, state=column.state.id, phase=column.phase)


def search_form(portfolio: Portfolio, words: str | None, owner: str | None) -> dict[str, Any]:
    """A form that asks for words to look for in the epics of a portfolio, and whose they are."""
    typed = text_input(WORDS, max_length=LONGEST_WORDS, initial=words)
    hint = "Part of a title, a hypothesis or a key: bank, or PAY-12. If left empty, all are shown."
    fields = [
        field(WORDS, "Which words?", typed, hint=hint, optional=True),
        person_field(OWNER, "Whose epics?", chosen=owner, optional=True),
    ]
    memory = HomeChoice(portfolio=portfolio.id).value
    return modal(SEARCH_FORM, "Search your board", fields, submit="Search", private_metadata=memory)


def _column_menu(board: BoardPage, choice: HomeChoice) -> Element:
    options = [option("All columns", changed(choice, state=None, phase=None))]
    options += [option(each.label, at_column(choice, each)) for each in columns(board.portfolio)]
    return _menu("state", "Column", options, changed(choice))


def _theme_menu(board: BoardPage, choice: HomeChoice) -> Element:
    options = [
        option("All themes", changed(choice, theme=None, no_theme=False)),
        option("Without a theme", changed(choice, theme=None, no_theme=True)),
    ]
    options += [
        option(theme.name, changed(choice, theme=theme.id, no_theme=False))
        for theme in board.themes
    ]
    return _menu("theme", "Theme", options, changed(choice))


def _stream_menu(board: BoardPage, choice: HomeChoice) -> Element:
    """A menu, or beyond a hundred streams one that searches."""
    chosen = board.value_stream
    streams = [*board.portfolio.open_streams]
    if chosen is not None and chosen not in streams:
        streams.append(chosen)
    if len(streams) < MENU_LIMIT:
        options = stream_choices(streams, choice)
        return _menu("stream", "Value stream", options, changed(choice))
    whole = stream_choices([], choice)[0]
    return {
        "type": "external_select",
        "action_id": f"{SEE}_stream",
        "placeholder": plain("Value stream"),
        "min_query_length": 0,
        "initial_option": option(chosen.name, changed(choice)) if chosen else whole,
    }


def _menu(name: str, placeholder: str, options: Sequence[Option], chosen: str) -> Element:
    initial = next((each for each in options if each["value"] == chosen), None)
    return select(f"{SEE}_{name}", placeholder, options, initial)
