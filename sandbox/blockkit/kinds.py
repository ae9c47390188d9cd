"""The few kinds of value Block Kit knows, each able to check one and to say what it asks."""

import re
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.blockkit.place import KNOWN_KEYS, Place

PLAIN = ("plain_text",)
TEXT_KEYS = {
    "plain_text": frozenset({"type", "text", "emoji"}),
    "mrkdwn": frozenset({"type", "text", "verbatim"}),
}


class Kind(Protocol):
    """What a value has to be. `str()` of it is the sentence in the table of rules."""

    def check(self, value: Any, at: Place) -> None:
        """Report at this place whatever is wrong with the value."""


@dataclass(frozen=True)
class Words:
    """A string; lengths count Unicode code points."""

    least: int
    most: int
    pattern: str | None = None

    def __str__(self) -> str:
        shape = f" matching {self.pattern}" if self.pattern else ""
        return f"a string of {self.least}–{self.most} characters{shape}"

    def check(self, value: Any, at: Place) -> None:
        """Report a value that is no string, or too short, too long or of another shape."""
        if not isinstance(value, str):
            at.refuse("must provide a string")
        elif len(value) > self.most:
            at.refuse(f"must be less than {self.most + 1} characters")
        elif len(value) < self.least:
            at.refuse(f"must be more than {self.least - 1} characters")
        elif self.pattern and not re.fullmatch(self.pattern, value, re.ASCII):
            at.refuse(f"must match pattern: {self.pattern}")


class Choice:
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __str__(self) -> str:
        return "one of " + ", ".join(self.words)

    def check(self, value: Any, at: Place) -> None:
        """Report any other value."""
        if not isinstance(value, str) or value not in self.words:
            at.refuse("must be one of: " + ", ".join(self.words))


@dataclass(frozen=True)
class Number:
    """A number within bounds, both included."""

    least: float | None = None
    most: float | None = None
    whole: bool = True

    def __str__(self) -> str:
        bounds = [f"≥ {self.least}"] if self.least is not None else []
        bounds += [f"≤ {self.most}"] if self.most is not None else []
        return " ".join(["a whole number" if self.whole else "a number", *bounds])

    def check(self, value: Any, at: Place) -> None:
        """Report a value that is no such number, or out of bounds."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else (int, float)):
            at.refuse("must provide an integer" if self.whole else "must provide a number")
        elif self.least is not None and value < self.least:
            at.refuse(f"must be greater than or equal to {self.least}")
        elif self.most is not None and value > self.most:
            at.refuse(f"must be less than or equal to {self.most}")


class Flag:
    """True or false."""

    def __str__(self) -> str:
        return "true or false"

    def check(self, value: Any, at: Place) -> None:
        """Report anything that is not a boolean."""
        if not isinstance(value, bool):
            at.refuse("must provide a boolean")


class Focus(Flag):
    """`focus_on_load`: true in one place of the payload at most."""

    def __str__(self) -> str:
        return "true or false, and true at most once in a payload"

    def check(self, value: Any, at: Place) -> None:
        """Report a second element that wants the focus."""
        super().check(value, at)
        if value is True:
            if at.payload.focused:
                at.refuse("only one element may have focus_on_load set to true")
            at.payload.focused = True


class ResponseUrl(Flag):
    """`response_url_enabled`: only in an input block of a modal."""

    def __str__(self) -> str:
        return "true or false, in an input block of a modal only"

    def check(self, value: Any, at: Place) -> None:
        """Report it anywhere but in an input block of a modal."""
        super().check(value, at)
        if (at.payload.surface, at.block) != ("modal", "input"):
            at.refuse("response_url_enabled is only allowed in input blocks of modals")


class BlockId(Words):
    """`block_id`: unique in the payload."""

    def __init__(self) -> None:
        super().__init__(1, 255)

    def __str__(self) -> str:
        return f"{super().__str__()}, unique in the payload"

    def check(self, value: Any, at: Place) -> None:
        """Report a block_id used before in this payload."""
        super().check(value, at)
        if isinstance(value, str):
            if value in at.payload.block_ids:
                at.refuse(f"block_id already exists: {value}")
            at.payload.block_ids.add(value)


class ActionId(Words):
    """`action_id`: unique within its block."""

    def __init__(self) -> None:
        super().__init__(1, 255)

    def __str__(self) -> str:
        return f"{super().__str__()}, unique within its block"

    def check(self, value: Any, at: Place) -> None:
        """Report an action_id used before in this block."""
        super().check(value, at)
        if isinstance(value, str):
            key = (at.block_pointer, value)
            if key in at.payload.action_ids:
                at.refuse(f"action_id already exists: {value}")
            at.payload.action_ids.add(key)


@dataclass(frozen=True)
class Text:
    """A text object. Only plain_text may say `emoji`, only mrkdwn `verbatim`."""

    most: int = 3000
    types: tuple[str, ...] = ("plain_text", "mrkdwn")

    def __str__(self) -> str:
        return f"a {' or '.join(self.types)} object of 1–{self.most} characters"

    def check(self, value: Any, at: Place) -> None:
        """Report a text of another type, of a wrong length, or with keys it cannot have."""
        if not isinstance(value, dict):
            at.refuse("must be an object")
            return
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in self.types:
            at.into("type").refuse("must be one of: " + ", ".join(self.types))
            return
        words = value.get("text")
        if len(value) == 2 and isinstance(words, str) and 1 <= len(words) <= self.most:
            return  # as nearly all are; the rest is looked at key by key
        if "text" not in value:
            at.refuse("missing required field: text")
        for key, part in value.items():
            if key not in TEXT_KEYS[kind]:
                at.refuse(f"invalid additional property: {key}", KNOWN_KEYS)
            elif key == "text":
                Words(1, self.most).check(part, at.into(key))
            elif key != "type":
                Flag().check(part, at.into(key))


def plain(most: int) -> Text:
    """A text without formatting."""
    return Text(most, PLAIN)


@dataclass(frozen=True)
class Items:
    """A list of things of one kind."""

    kind: Kind
    least: int
    most: int

    def __str__(self) -> str:
        return f"{self.least}–{self.most} of: {self.kind}"

    def check(self, value: Any, at: Place) -> None:
        """Report a list too short or too long, and whatever is wrong with its items."""
        if not isinstance(value, list):
            at.refuse("must be an array")
            return
        if len(value) > self.most:
            at.refuse(f"no more than {self.most} items allowed")
        if len(value) < self.least:
            at.refuse(f"no fewer than {self.least} items allowed")
        for index, item in enumerate(value):
            self.kind.check(item, at.into(index))
