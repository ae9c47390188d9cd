"""Epics in a list: a line each, with a button that opens it."""

from bot.views.answers import Answer
from bot.views.blocks import (
    TEXT_LIMIT,
    Block,
    Element,
    actions,
    button,
    context,
    section,
    shorten_marked,
)
from bot.views.epic_card import open_button
from bot.views.mrkdwn import words
from bot.views.values import ListPage
from models.epic import Epic
from models.page import Page

TURN = "list_page"
EMPTY = "There are no epics yet. Propose the first one with `/epic propose`."


def epic_list(page: Page) -> Answer:
    """A page of all epics, told to one person."""
    if not page.total:
        return Answer(EMPTY.replace("`", ""), [section(EMPTY)])
    told = f"{_count(page.total)}, page {page.number} of {page.pages}"
    blocks: list[Block] = [context(f"{told} · in the order of the board")]
    blocks += [epic_line(epic) for epic in page.epics]
    if page.pages > 1:
        blocks.append(actions("turn", _turns(page)))
    epics = ", ".join(words("epic_list", "read_aloud", epic=epic) for epic in page.epics)
    return Answer(shorten_marked(f"{told}: {epics}", TEXT_LIMIT), blocks)


def epic_line(epic: Epic) -> Block:
    """One epic."""
    return section(words("epic_list", "line", epic=epic), open_button(epic, "Open"))


def _count(total: int) -> str:
    return f"{total:,} {'epic' if total == 1 else 'epics'}"


def _turns(page: Page) -> list[Element]:
    turns = []
    if page.number > 1:
        turns.append(("Previous page", page.number - 1))
    if page.number < page.pages:
        turns.append(("Next page", page.number + 1))
    return [button(text, f"{TURN}_{n}", ListPage(page=n).value) for text, n in turns]
