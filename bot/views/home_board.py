"""App Home: the board of a portfolio by state, as one person chose to see it."""

from collections.abc import Sequence
from typing import Any

from bot.views.answers import Answer
from bot.views.blocks import (
    Block,
    Element,
    actions,
    button,
    context,
    divider,
    header,
    option,
    plain,
    section,
    select,
)
from bot.views.epic_card import open_button
from bot.views.mrkdwn import words
from bot.views.values import HomeChoice
from models.epic import Epic
from models.page import BoardPage
from models.portfolio import Portfolio, State, ValueStream

SEE = "home_see"
"""Begins every action that chooses what to see; its value is the whole choice."""
PROPOSE = "propose_from_home"
SET_UP = "set_up_from_home"
MENU_LIMIT = 100
FOOT = "Tack keeps the portfolio where you talk · `/epic help` says what you can type"


def home_board(board: BoardPage, portfolios: Sequence[Portfolio]) -> Answer:
    """The board, or one state of it, within a hundred blocks however many epics there are."""
    facts = {"total": board.total, "stream": board.value_stream, "counts": board.counts.items()}
    lead = words("home_board", "lead", **facts)
    blocks: list[Block] = [
        header(board.portfolio.name),
        section(lead),
        actions("choices", _choices(board, portfolios)),
        divider(),
    ]
    if not board.total:
        blocks.append(section(words("home_board", "empty", **facts)))
    elif board.page is not None and board.state is not None:
        blocks += _one_state(board, board.state)
    else:
        blocks += _all_states(board)
    blocks.append(context(FOOT))
    return Answer(lead, blocks)


def welcome(admins: Sequence[str], *, is_admin: bool) -> Answer:
    """What Home says before anything is set up."""
    said = words("home_board", "welcome", admins=admins[:3])
    blocks = [header("Welcome to Tack"), section(said)]
    if is_admin:
        blocks.append(actions("set_up", [button("Set up the portfolio", SET_UP, primary=True)]))
    return Answer(said, blocks)


def stream_choices(streams: Sequence[ValueStream], choice: HomeChoice) -> list[dict[str, Any]]:
    """All value streams and each of them as choices, each with what would be seen."""
    whole = option("All value streams", _changed(choice, stream=None))
    return [whole] + [
        option(stream.name, _changed(choice, stream=stream.id))
        for stream in streams[: MENU_LIMIT - 1]
    ]


def _all_states(board: BoardPage) -> list[Block]:
    blocks: list[Block] = []
    for state, count in board.counts.items():
        if not count:
            continue
        shown = board.first[state]
        more = None
        if count > len(shown):
            value = _changed(_choice(board), state=state.id)
            more = button(
                f"See all {count:,}",
                f"{SEE}_{state.name}",
                value,
                accessibility_label=f"See all {count:,} in {state.label.lower()}",
            )
        blocks.append(section(words("home_board", "column", state=state, count=count), more))
        blocks += [_line(epic) for epic in shown]
    empty = [state.label.lower() for state, count in board.counts.items() if not count]
    if empty:
        blocks.append(context(f"Nothing in {', '.join(empty)}."))
    return blocks


def _one_state(board: BoardPage, state: State) -> list[Block]:
    page = board.page
    assert page is not None
    facts = {"state": state, "total": page.total, "number": page.number, "pages": page.pages}
    blocks: list[Block] = [section(words("home_board", "column", state=state, count=page.total))]
    blocks += [_line(epic) for epic in page.epics]
    blocks.append(context(words("home_board", "place", **facts)))
    turns = [("Previous page", page.number - 1)] if page.number > 1 else []
    turns += [("Next page", page.number + 1)] if page.number < page.pages else []
    buttons = [
        button(text, f"{SEE}_page_{n}", _changed(_choice(board), page=n)) for text, n in turns
    ]
    buttons.append(button("All states", f"{SEE}_all", _changed(_choice(board), state=None)))
    blocks.append(actions("turn", buttons))
    return blocks


def _line(epic: Epic) -> Block:
    return section(words("home_board", "line", epic=epic), open_button(epic, "Open"))


def _choices(board: BoardPage, portfolios: Sequence[Portfolio]) -> list[Element]:
    choice = _choice(board)
    elements = []
    if len(portfolios) > 1:
        options = [option(p.name, HomeChoice(portfolio=p.id).value) for p in portfolios]
        chosen = HomeChoice(portfolio=board.portfolio.id).value
        elements.append(_menu("portfolio", "Portfolio", options, chosen))
    elements.append(_stream_menu(board, choice))
    states = [option("All states", _changed(choice, state=None))]
    states += [option(s.label, _changed(choice, state=s.id)) for s in board.portfolio.states]
    elements.append(_menu("state", "State", states, _changed(choice)))
    elements.append(button("Propose an epic", PROPOSE, primary=True))
    return elements


def _stream_menu(board: BoardPage, choice: HomeChoice) -> Element:
    """A menu, or beyond a hundred streams one that searches."""
    streams = board.portfolio.value_streams
    if len(streams) < MENU_LIMIT:
        options = stream_choices(streams, choice)
        return _menu("stream", "Value stream", options, _changed(choice))
    whole, chosen = stream_choices([], choice)[0], board.value_stream
    return {
        "type": "external_select",
        "action_id": f"{SEE}_stream",
        "placeholder": plain("Value stream"),
        "min_query_length": 0,
        "initial_option": option(chosen.name, _changed(choice)) if chosen else whole,
    }


def _menu(name: str, placeholder: str, options: Sequence[dict[str, Any]], chosen: str) -> Element:
    initial = next((each for each in options if each["value"] == chosen), None)
    return select(f"{SEE}_{name}", placeholder, options, initial)


def _choice(board: BoardPage) -> HomeChoice:
    return HomeChoice(
        portfolio=board.portfolio.id,
        stream=board.value_stream.id if board.value_stream else None,
        state=board.state.id if board.state else None,
    )


def _changed(choice: HomeChoice, **changes: int | None) -> str:
    """The choice with a change, from its first page unless the change says which."""
    return choice.model_copy(update={"page": 1, **changes}).value
