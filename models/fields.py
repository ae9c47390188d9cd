"""What was answered, field by field: what it means, and the mistakes found so far."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeVar

from models.errors import FieldMistakes, Mistake, ReasonMissing

T = TypeVar("T")

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps: the null character and halves of characters."""

BETWEEN = re.compile(r"(?:[^\S\n]|[\u200b\u2060\ufeff])+")
"""White space of any kind within a line, and what nobody sees."""

FIRST_WORDS = re.compile(r"\A(?:\S+\s+){1,3}")

HYPHEN = re.compile(r"[\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]")
"""What phones and programs write for a hyphen: long ones, one that does not break, a minus."""

JOINERS = "\u200c\u200d"
"""What joins or parts the letters beside it, in Persian and Indic words and in emoji."""

UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""What has no width, or only turns the direction of what is beside it."""

INVISIBLE = re.compile(f"{UNSEEN.pattern}|[{JOINERS}]")

MANY_JOINERS = re.compile(f"([{JOINERS}])[{JOINERS}]+")
JOINS_NOTHING = re.compile(rf"(?<![^\x00-\x7f\s])[{JOINERS}]|[{JOINERS}](?![^\x00-\x7f\s])")
"""A joiner that does not stand between two characters beyond ASCII."""

NUMBER = re.compile(r"[-−+]?\d+(?:[.,]\d+)?")
GROUPED = re.compile(r"[-−+]?[1-9]\d{0,2}[.,]\d{3}")

ALIKE = 0.65
"""From here on one name may have been meant for another, where 1 is the same."""

NEARLY = 0.2
"""So much less alike than the nearest name another may be, to be named beside it."""

NEAREST = 3


def plain(typed: str) -> str:
    """The words of a command, a space between each, whatever white space was typed.

    Lines stay lines behind the first three words.
    """
    text = BETWEEN.sub(" ", UNSTORABLE.sub("", typed)).strip()
    return FIRST_WORDS.sub(lambda words: re.sub(r"\s+", " ", words[0]), text, count=1)


def plain_key(typed: str) -> str:
    """A key or code with a plain hyphen, however it was written, and without what nobody sees."""
    return INVISIBLE.sub("", HYPHEN.sub("-", plain(typed)))


class Answers:
    """The answers by field name; `longest` is how many characters each takes, 100 where unsaid."""

    def __init__(self, answers: Mapping[str, str | None], longest: Mapping[str, int]) -> None:
        self.answers = {name: UNSTORABLE.sub("", text or "") for name, text in answers.items()}
        self.longest = longest
        self.errors: dict[str, str] = {}

    def text(self, name: str, needed: str | None = None) -> str | None:
        """The text as typed, or None where nothing was; `needed` says why it is asked for."""
        text = self.answers.get(name, "").strip()
        longest = self.longest.get(name, 100)
        if len(text) > longest:
            self.errors[name] = too_long(text, longest)
        elif needed and not any(character.isalnum() for character in text):
            self.errors[name] = needed
        return text or None

    def take(self, name: str, parse: Callable[[str], T]) -> T | None:
        """What the text means, None where nothing was answered or it means nothing."""
        text = self.text(name)
        if text is None or name in self.errors:
            return None
        try:
            return parse(text)
        except Mistake as mistake:
            self.errors[name] = mistake.sentence
        except ValueError:
            self.errors[name] = "Choose one from the list."
        return None

    def checked(self, entry: T) -> T:
        """What was typed, if all of it can be taken. Raises FieldMistakes."""
        if self.errors:
            raise FieldMistakes(self.errors)
        return entry


def tidy(text: str) -> str:
    """A name as it is kept: in one line, in composed characters, without what nobody sees.

    Joiners stay where they join something.
    """
    seen = MANY_JOINERS.sub(r"\1", UNSEEN.sub("", UNSTORABLE.sub("", text)))
    joined = JOINS_NOTHING.sub("", seen)
    return unicodedata.normalize("NFC", " ".join(joined.split()))


def folded(name: str) -> str:
    """A name as it is compared with others, however it was typed."""
    return unicodedata.normalize("NFC", tidy(INVISIBLE.sub("", name)).casefold())


def named_first(typed: str, names: Iterable[tuple[str, T]]) -> tuple[T, str] | None:
    """What is named first, by the longest of the names that fits, and what follows it as typed."""
    known: dict[str, T] = {}
    for name, each in names:
        known.setdefault(folded(name), each)
    words = len(typed.split())
    longest = max((len(name.split()) for name in known), default=0)
    for size in range(min(words, longest), 0, -1):
        *first, rest = [*typed.split(None, size), ""][: size + 1]
        if (name := folded(" ".join(first))) in known:
            return known[name], rest
    return None


def did_you_mean(typed: str, names: Iterable[str]) -> str:
    """ " Did you mean Payments?" of the names most like what was typed first; else nothing."""
    words = folded(typed).split()
    alike: dict[str, float] = {}
    for name in dict.fromkeys(names):
        known = folded(name)
        beginning = " ".join(words[: len(known.split())])
        alike[name] = difflib.SequenceMatcher(None, known, beginning).ratio()
    least = max(ALIKE, max(alike.values(), default=0) - NEARLY)
    near = [name for name in alike if alike[name] >= least]
    nearest = sorted(near, key=lambda name: -alike[name])[:NEAREST]
    return f" Did you mean {' or '.join(nearest)}?" if nearest else ""


def too_long(text: str, longest: int) -> str:
    """What is said of a text of more characters than its field takes."""
    return f"Up to {longest:,} characters, please; this has {len(text):,}."


def reason_typed(typed: str) -> str:
    """The reason behind a "because", or all that was typed where it begins otherwise."""
    first, _, rest = typed.strip().partition(" ")
    return rest.strip() if first.casefold().rstrip(",:") == "because" else typed.strip()


def parse_reason(text: str | None, missing: str, longest: int | None = None) -> str:
    """Why something is done; `missing` asks for it. Raises ReasonMissing and FieldMistakes."""
    reason = (text or "").strip()
    if not reason:
        raise ReasonMissing(missing)
    if longest is not None and len(reason) > longest:
        raise FieldMistakes({"reason": too_long(reason, longest)})
    return reason


def parse_day(text: str) -> date:
    """A day as a date field gives it. Raises Mistake."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Mistake("Write a date as year-month-day, for example 2026-09-30.") from None


def parse_decimal(text: str) -> Decimal:
    """A figure such as "61", "61.5", "61,5" or "61 %"; raises Mistake."""
    bare = text.strip().removesuffix("%").strip()
    if GROUPED.fullmatch(bare):
        digits = re.sub("[.,]", "", bare)
        raise Mistake(f"Is that a thousand and more? Write {digits}, or one decimal less.")
    if not (bare.isascii() or "−" in bare) or NUMBER.fullmatch(bare) is None:
        raise Mistake("Write a number: 61, 61.5 or 61,5.")
    return Decimal(bare.replace(",", ".").replace("−", "-"))


def spell_decimal(figure: Decimal) -> str:
    """A figure as it is typed, without an exponent, so that it reads as itself: "1.2340"."""
    spelled = f"{figure:f}"
    return f"{spelled}0" if GROUPED.fullmatch(spelled) else spelled
