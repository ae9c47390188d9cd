"""Short answers to one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.aloud import aloud
from bot.slack.blocks import CHART, Block, Element, context, modal, plain, section, shorten
from bot.slack.mrkdwn import escape, person
from models.errors import Mistake

MOST_NAMED = 3

TEXT_SEEN = 700
"""In characters, of what a person typed and of the sentence that refuses it."""


WORDS_EASILY_TYPED = 4
"""A refused command of so many words is soon typed once more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown, in blocks."""

    blocks: Sequence[Block]

    @property
    def text(self) -> str:
        """What is read aloud, and what a notification shows."""
        return aloud(self.blocks)

    @property
    def without_charts(self) -> "Answer":
        """The same in words alone, which say every number of a chart."""
        return Answer([each for each in self.blocks if each["type"] != CHART])


def sentence(words: str, accessory: Element | None = None) -> Answer:
    """A sentence in plain words, with a button beside it where one is given."""
    block: Block = {"type": "section", "text": plain(words)}
    if accessory is not None:
        block["accessory"] = accessory
    return Answer([block])


def refusal(mistake: Mistake) -> Answer:
    """The sentence of a broken rule, and who can be asked."""
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
