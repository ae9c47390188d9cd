"""Short answers to one person."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.blocks import (
    CHART,
    NO_BREAK,
    Block,
    Element,
    NoBar,
    context,
    modal,
    plain,
    section,
    shorten,
    shorten_marked,
)
from bot.slack.mrkdwn import GUARD, MARK, escape, listed, person
from models.errors import Mistake

MOST_NAMED = 3

TEXT_SEEN = 700
"""In characters, of what a person typed and of the sentence that refuses it."""


WORDS_EASILY_TYPED = 4
"""A refused command of so many words is soon typed once more."""


LONGEST_ALOUD = 3_000
"""In characters as they are sent; a message whose text is longer than 4,000 is not updated."""

TOKEN = re.compile(r"<(?:!date|https?:)[^|>]*\|([^>]*)>")
"""A date or a link, and how it reads where Slack does not draw it."""

MARKS = re.compile(f"({GUARD}[*_~]{GUARD})|`|{MARK.pattern}")
"""Marks of templates; what people typed is guarded and stays."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown, in blocks."""

    blocks: Sequence[Block]
    plainer: Sequence[Block] | None = None
    """What is shown where Slack takes no charts; None where numbers stand in their place."""

    @property
    def text(self) -> str:
        """What is read aloud, and what a notification shows."""
        return aloud(self.blocks)

    @property
    def without_charts(self) -> "Answer":
        """The same in words alone."""
        return Answer(self.plainer or [_in_words(each) for each in self.blocks])


def sentence(words: str, accessory: Element | None = None) -> Answer:
    """A sentence in plain words, with a button beside it where one is given."""
    block: Block = {"type": "section", "text": plain(words)}
    if accessory is not None:
        block["accessory"] = accessory
    return Answer([block])


def refusal(mistake: Mistake) -> Answer:
    """The sentence of a broken rule, and who can be asked."""
    if mistake.named:
        names = listed(map(person, mistake.named))
        said = f"{escape(shorten(mistake.sentence, TEXT_SEEN))} {names}."
        return Answer([section(said)])
    if not mistake.ask:
        return sentence(mistake.sentence)
    people = named([person(user_id) for user_id in mistake.ask[:MOST_NAMED]], len(mistake.ask))
    said = f"{escape(shorten(mistake.sentence, TEXT_SEEN))} Ask {people}."
    return Answer([section(said)])


def named(people: Sequence[str], total: int) -> str:
    """ "Ana", "Ana or Ben", or of many "Ana, Ben, Cleo or one of 4 more"."""
    shown = list(people)
    rest = total - len(people)
    if rest:
        shown.append(f"one of {rest} more" if rest > 1 else "one more")
    return " or ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def with_typed(answer: Answer, typed: str) -> Answer:
    """The same with what was typed, where it holds more than a word, a key and a name."""
    if len(typed.split()) <= WORDS_EASILY_TYPED:
        return answer
    block = context(escape(f"You typed: {shorten(typed, TEXT_SEEN)}"))
    return Answer([*answer.blocks, block])


def note(answer: Answer) -> dict[str, Any]:
    """The answer as a small form, where there is no channel to answer in."""
    return modal("note", "Tack", answer.blocks, close="Close")


def aloud(blocks: Sequence[Block]) -> str:
    """Headers, text, fields and the numbers of charts, a line each; no buttons."""
    said = (part for block in blocks for part in _parts(block))
    return shorten_marked("\n".join(said), LONGEST_ALOUD)


def _parts(block: Block) -> Iterator[str]:
    if block["type"] == CHART:
        yield from _numbers(block)
        return
    small = block["elements"] if block["type"] == "context" else ()
    texts = [block.get("text"), *block.get("fields", ()), *small]
    yield from (_unmarked(text) for text in texts if text)


def _unmarked(text: dict[str, Any]) -> str:
    if text["type"] == "plain_text":
        return escape(text["text"])
    said = text["text"].replace(NO_BREAK, " ")
    return MARKS.sub(lambda mark: mark[1] or "", TOKEN.sub(r"\1", said))


def _in_words(block: Block) -> Block:
    return context("\n".join(_numbers(block))) if block["type"] == CHART else block


def _numbers(block: Block) -> Iterator[str]:
    """The title, and a line for each series: "In flight: Payments 5, Claims 4"."""
    yield escape(block["title"])
    for series in block["chart"]["series"]:
        drawn = [each for each in series["data"] if not isinstance(each["value"], NoBar)]
        points = ", ".join(f"{each['label']} {each['value']:,}" for each in drawn)
        yield escape(f"{series['name']}: {points}")
