"""Epics in a list: a line each, with a button that opens it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from bot.slack.answers import Answer
from bot.slack.blocks import (
    Block,
    Element,
    actions,
    button,
    context,
    section,
)
from bot.slack.mrkdwn import Marked, escape, listed, person, words
from bot.slack.values import UserId, Value, Whole
from bot.views.epics.buttons import open_button
from models.epics.epic import Epic
from models.epics.listing import Filter, Listing
from models.portfolio.portfolio import Phase


class ListPage(Value):
    """A page of the list of epics, and what narrows it: the fields of a filter."""

    page: Whole
    streams: tuple[Whole, ...] = ()
    states: tuple[Whole, ...] = ()
    phases: tuple[Phase, ...] = ()
    themes: tuple[Whole, ...] = ()
    no_theme: bool = False
    mine: bool = False
    people: tuple[UserId, ...] = ()
    blocked: bool = False
    late: bool = False
    texts: tuple[str, ...] = ()

    @classmethod
    def of(cls, chosen: Filter, page: int) -> "ListPage":
        return cls(page=page, **asdict(chosen))

    @property
    def filter(self) -> Filter:
        return Filter(**self.model_dump(exclude={"page"}))


TURN = "list_page"
CLEAR_SEARCH = "Clear search"
EMPTY = "There are no epics yet. Propose the first one with `/epic propose`."
HOW = "Narrow it: `/epic list payments implementing mine @ben theme:checkout refunds`"


def epic_list(listing: Listing) -> Answer:
    """A page of the epics meant, for one person."""
    page = listing.page
    if not page.total:
        return _nothing(listing)
    place = f"{_count(page.total)}, page {page.number} of {page.pages}"
    said = " · ".join([place, *in_words(listing.read, listing.filter.people)])
    blocks: list[Block] = [context(f"{said} · in board order")]
    blocks += [epic_line(epic) for epic in page.epics]
    if page.pages > 1:
        blocks.append(actions("turn", _turns(listing)))
    if page.pages > 1 and not listing.read:
        blocks.append(context(HOW))
    return Answer(blocks)


def epic_line(epic: Epic) -> Block:
    return section(words("epics/list", "line", epic=epic), open_button(epic, "Open"))


def _nothing(listing: Listing) -> Answer:
    """What to say of an empty list: how to begin, or which part of the filter to drop."""
    if not listing.read:
        return Answer([section(EMPTY)])
    drops = {part: count for part, count in listing.without.items() if count}
    if len(listing.read) == 1 and not drops:
        return Answer([section(EMPTY)])
    said = words(
        "epics/list",
        "nothing",
        lead=no_match(listing.read, listing.filter.people),
        read=listing.read,
        drops=drops,
    )
    buttons = [
        button(
            f"{_without(part)}: {count:,}" if len(listing.read) > 1 else f"Show all {count:,}",
            f"{TURN}_without_{part}",
            ListPage.of(listing.filter.without(part), 1).value,
        )
        for part, count in drops.items()
    ]
    if not buttons:
        buttons = [button("Show all epics", f"{TURN}_all", ListPage.of(Filter(), 1).value)]
    return Answer([section(said), actions("drop", buttons)])


def in_words(read: Mapping[str, str], people: Sequence[str]) -> list[Marked]:
    """What narrows a list, a part each; people are mentioned, and not pinged."""
    owners = f"owned by {listed(map(person, people), 'or')}"
    return [Marked(owners if part == "person" else escape(text)) for part, text in read.items()]


def no_match(read: Mapping[str, str], people: Sequence[str] = ()) -> str:
    """What to say where a filter leaves nothing, by how it was read."""
    if list(read) == ["text"]:
        return escape(f"No epic matches {read['text'].removeprefix('with ')}.")
    return f"No epic matches this filter: {', '.join(in_words(read, people))}."


def _without(part: str) -> str:
    called = {"mine": "“mine”", "late": "“late”", "blocked": "“blocked”"}.get(part, f"the {part}")
    return CLEAR_SEARCH if part == "text" else f"Without {called}"


def _count(total: int) -> str:
    return f"{total:,} {'epic' if total == 1 else 'epics'}"


def _turns(listing: Listing) -> list[Element]:
    turns, page = [], listing.page
    if page.number > 1:
        turns.append(("Previous page", page.number - 1))
    if page.number < page.pages:
        turns.append(("Next page", page.number + 1))
    return [
        button(text, f"{TURN}_{number}", ListPage.of(listing.filter, number).value)
        for text, number in turns
    ]
