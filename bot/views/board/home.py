"""App Home: what waits for someone first, then the board they chose to see."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import Block, actions, button, context, divider, header, modal, section
from bot.slack.mrkdwn import escape, in_sentence, words
from bot.views.board import home_choices
from bot.views.board import inbox as waiting
from bot.views.board.home_choices import SEE, at_column, changed, choice_of
from bot.views.epics.buttons import open_button
from bot.views.epics.list import in_words, no_match
from bot.views.portfolio.actions import SetUp
from bot.workflows import seeing
from bot.workflows.board import board as boarding
from bot.workflows.board import home as looking
from bot.workflows.board.board import BoardPage
from bot.workflows.board.home import Reader
from bot.workflows.board.needs import what_waits
from bot.workflows.needs import Waits
from bot.workflows.people.workspaces import admin_ids
from models.board.home import Home
from models.epics.column import ENDED, Column
from models.epics.epic import Epic
from models.portfolio.portfolio import Portfolio

MOST_BLOCKS = 100
FOOT = (
    "Tack keeps the portfolio where you talk · `/epic` ideas and what becomes of them · "
    "`/decision` votes · `/budget` money · `/portfolio` streams, projects, roles, export · "
    "`/flow` the weekly digest and its numbers · `help` after each"
)
THEMES_NAMED = 6


def of_person(session: Session, seen: Home, now: datetime) -> Answer:
    """The Home of a person as they chose to see it, or what they need first."""
    portfolios = seeing.portfolios(session, seen.workspace_id, seen.user_id)
    grants = looking.grants_of(session, seen.workspace_id, seen.user_id)
    portfolio = looking.portfolio_of(seen, portfolios, seen.user_id, grants)
    if portfolio is None:
        return _without_portfolio(session, seen)
    reader = looking.reader_of(portfolio, seen.user_id, grants)
    chosen = looking.chosen_of(seen, portfolio, seen.user_id, grants)
    board = boarding.board(session, portfolio.id, seen.user_id, chosen)
    waits = what_waits(session, portfolio, reader, now)
    return home(board, waits, reader, portfolios, now)


def home(
    board: BoardPage,
    waits: Waits,
    reader: Reader,
    portfolios: Sequence[Portfolio],
    now: datetime,
) -> Answer:
    """What waits, then the board, within a hundred blocks however much there is."""
    first = [*_greeting(board, reader, now), *waiting.waits(waits, now)]
    top = [
        divider(),
        header(_title(board)),
        section(words("board/home_board", "lead", **_facts(board))),
        home_choices.choices(board, reader, portfolios),
    ]
    foot = context(FOOT)
    room = MOST_BLOCKS - len(first) - len(top) - 1
    return Answer([*first, *top, *_columns(board, room), foot])


def stream_board(board: BoardPage) -> dict[str, Any]:
    """The board of a value stream as a form to read."""
    lead = section(words("board/home_board", "lead", **_facts(board)))
    blocks = [header(_title(board)), lead, *_columns(board, MOST_BLOCKS - 2, turns=False)]
    return modal("note", "Board", blocks, close="Close")


def on_its_way() -> Answer:
    """Shown at once where the board takes longer to be drawn."""
    said = words("board/home_board", "on_its_way")
    return Answer([section(said)])


def welcome(admins: Sequence[str], *, is_admin: bool) -> Answer:
    """What Home says before anything is set up."""
    said = words("board/home_board", "welcome", admins=admins[:3])
    blocks = [header("Welcome to Tack"), section(words("board/home_board", "what")), section(said)]
    if is_admin:
        blocks.append(actions("set_up", [SetUp().button("Set up the portfolio", primary=True)]))
    return Answer(blocks)


def not_live(portfolio: Portfolio, admins: Sequence[str]) -> Answer:
    """What Home says while the first portfolio is being set up, to who has no part in it."""
    said = words("board/home_board", "not_live", portfolio=portfolio, admins=admins[:3])
    return Answer([header("Tack"), section(words("board/home_board", "what")), section(said)])


def closed(admins: Sequence[str]) -> Answer:
    """What Home says to someone who may see no portfolio."""
    said = words("board/home_board", "closed", admins=admins[:3])
    return Answer([header("Tack"), section(words("board/home_board", "what")), section(said)])


def _without_portfolio(session: Session, seen: Home) -> Answer:
    admins = admin_ids(session, seen.workspace_id)
    if found := seeing.portfolios(session, seen.workspace_id):
        coming = [portfolio for portfolio in found if portfolio.live_at is None]
        if len(coming) == len(found):
            return not_live(coming[0], admins)
        return closed(admins)
    return welcome(admins, is_admin=seen.user_id in admins)


def _greeting(board: BoardPage, reader: Reader, now: datetime) -> list[Block]:
    """What Tack is and what they can do here, for who has no part in it; what is silent so far."""
    blocks = []
    if not reader.has_part:
        what = words("board/home_board", "what")
        may = words("board/home_board", "may", reader=reader, portfolio=board.portfolio)
        blocks.append(section(f"{what}\n{may}"))
    if board.portfolio.is_silent(now):
        facts = {"portfolio": board.portfolio, "reader": reader}
        blocks.append(context(words("board/home_board", "silent", **facts)))
    return blocks


def _title(board: BoardPage) -> str:
    stream = board.value_stream
    return f"{board.portfolio.name} · {stream.name}" if stream else board.portfolio.name


def _facts(board: BoardPage) -> dict[str, Any]:
    return {
        "board": board,
        "stream": board.value_stream,
        "read": in_words(board.read, board.filter.people),
        "themes": board.in_flight_of_themes[:THEMES_NAMED],
        "more_themes": len(board.in_flight_of_themes[THEMES_NAMED:]),
        "in_other_themes": sum(count for _, count in board.in_flight_of_themes[THEMES_NAMED:]),
    }


def _columns(board: BoardPage, room: int, *, turns: bool = True) -> list[Block]:
    if not board.total:
        empty = words("board/home_board", "empty", stream=board.value_stream)
        return [section(no_match(board.read, board.filter.people) if board.read else empty)]
    if board.column is not None:
        return _one_column(board, board.column)
    return _all_columns(board, room, turns=turns)


def _all_columns(board: BoardPage, room: int, *, turns: bool) -> list[Block]:
    """Each column that holds something, with as many of its epics as all of them leave room for."""
    full = [column for column, count in board.counts.items() if count]
    open_ones = sum(column.state.kind not in ENDED for column in full) or 1
    each = max(0, (room - 1 - len(full)) // open_ones)
    blocks: list[Block] = []
    for column in full[: room - 1]:
        shown = board.first.get(column, ())[:each]
        beyond = board.counts[column] > len(shown)
        more = _see_all(board, column) if beyond and turns else None
        blocks.append(
            section(words("board/home_board", "column_line", **_column_facts(board, column)), more)
        )
        blocks += [_line(epic, of_stream=board.value_stream is not None) for epic in shown]
    if empty := [in_sentence(column.label) for column, count in board.counts.items() if not count]:
        blocks.append(context(f"Nothing in {', '.join(map(escape, empty))}."))
    return blocks


def _column_facts(board: BoardPage, column: Column) -> dict[str, Any]:
    return {
        "column": column,
        "count": board.counts[column],
        "load": board.loads[column],
        "narrowed": bool(board.read),
    }


def _see_all(board: BoardPage, column: Column) -> dict[str, Any]:
    count = board.counts[column]
    return button(
        f"See all {count:,}",
        f"{SEE}_{column.name}",
        at_column(choice_of(board), column),
        accessibility_label=f"See all {count:,} in {in_sentence(column.label)}",
    )


def _one_column(board: BoardPage, column: Column) -> list[Block]:
    page = board.page
    assert page is not None
    facts = {"column": column, "total": page.total, "number": page.number, "pages": page.pages}
    blocks: list[Block] = [
        section(words("board/home_board", "column_line", **_column_facts(board, column))),
        *(_line(epic, of_stream=board.value_stream is not None) for epic in page.epics),
        context(words("board/home_board", "place", **facts)),
    ]
    turns = [("Previous page", page.number - 1)] if page.number > 1 else []
    turns += [("Next page", page.number + 1)] if page.number < page.pages else []
    choice = choice_of(board)
    buttons = [button(text, f"{SEE}_page_{n}", changed(choice, page=n)) for text, n in turns]
    whole = changed(choice, state=None, phase=None)
    blocks.append(actions("turn", [*buttons, button("All columns", f"{SEE}_all", whole)]))
    return blocks


def _line(epic: Epic, *, of_stream: bool) -> Block:
    said = words("board/home_board", "line", epic=epic, of_stream=of_stream)
    return section(said, open_button(epic, "Open"))
