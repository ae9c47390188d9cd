"""A form, declared once: what it asks, how each answer is read and spelled, and what must fit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

from models.errors import FieldMistakes, Mistake
from models.fields import UNSTORABLE, parse_day, parse_decimal, spell_decimal, too_long
from models.money import parse_moved, spell_amount

Facts = Mapping[str, Any]
"""What labels, choices and checks need besides the answers: today, the choices by their name."""

NO_FACTS: Facts = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a form, named like the field; where its type takes None it may stay empty.

    A label and a hint can name facts in braces.
    """

    label: str
    hint: str | None = None
    example: str | None = None
    missing: str = "This one is needed."
    """What is said where nothing was answered and something must be."""
    longest: int = 100
    """In characters."""

    def parse(self, text: str, facts: Facts) -> Any:
        """What the text means. Raises Mistake."""
        return text

    def spell(self, value: Any, facts: Facts = NO_FACTS) -> str | None:
        """The value as it stands in the field."""
        return None if value is None else str(value)

    def take(self, raw: str | None, facts: Facts) -> Any:
        """What was answered, None where nothing was. Raises Mistake."""
        text = UNSTORABLE.sub("", raw or "").strip()
        if len(text) > self.longest:
            raise Mistake(too_long(text, self.longest))
        return self.parse(text, facts) if text else None

    def is_asked(self, facts: Facts) -> bool:
        """Whether there is anything to answer with."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Question):
    """A line of text."""

    def parse(self, text: str, facts: Facts) -> str:
        """With single spaces."""
        return " ".join(text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph(Question):
    """Several lines of text."""

    longest: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Question):
    """An exact number, such as "61,5 %"."""

    longest: int = 30

    def parse(self, text: str, facts: Facts) -> Decimal:
        """Raises Mistake."""
        return parse_decimal(text)

    def spell(self, value: Any, facts: Facts = NO_FACTS) -> str | None:
        """So that it reads as itself."""
        return None if value is None else spell_decimal(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Question):
    """Money above 0, in whole minor units of the `currency` that the facts name."""

    longest: int = 30

    def parse(self, text: str, facts: Facts) -> int:
        """Raises Mistake."""
        return parse_moved(text, facts["currency"])

    def spell(self, value: Any, facts: Facts = NO_FACTS) -> str | None:
        """So that it reads as itself."""
        return None if value is None else spell_amount(value, facts["currency"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Question):
    """A day, which its field gives in ISO's form."""

    def parse(self, text: str, facts: Facts) -> date:
        """Raises Mistake."""
        return parse_day(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Question):
    """A member of the workspace, by their id in Slack; guests and the like are refused there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Question):
    """One of a list: the facts of that name, as pairs of a text and a value."""

    options: str
    of: Callable[[str], Any] = int
    """The value from the text that its option carries."""

    def parse(self, text: str, facts: Facts) -> Any:
        """Only what is on the list. Raises Mistake."""
        if all(text != value for _, value in self.pairs(facts)):
            raise Mistake("Choose one of the list.")
        return self.of(text)

    def is_asked(self, facts: Facts) -> bool:
        """Whether the list has anything on it."""
        return bool(self.pairs(facts))

    def pairs(self, facts: Facts) -> Sequence[tuple[str, str]]:
        """What can be chosen: the text, and the value as its option carries it."""
        return [(text, str(value)) for text, value in facts.get(self.options, ())]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search(Question):
    """One of what is found by typing: the fact of that name says by whom, and is not always there.

    It is the id of what was found; whether it can be taken is looked at where it is saved.
    """

    finder: str
    longest: int = 10

    def parse(self, text: str, facts: Facts) -> int:
        """Raises Mistake."""
        if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**31):
            raise Mistake("Choose one of the list.")
        return int(text)

    def is_asked(self, facts: Facts) -> bool:
        """Whether there is anything to find."""
        return self.finder in facts


class Form(BaseModel):
    """The answers of one form. A subclass annotates each of its fields with its question.

    Fields are named like the columns they are kept in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    said: ClassVar[str | None] = None
    """A word beneath the fields."""

    @classmethod
    def questions(cls) -> dict[str, Question]:
        """The questions by the names of their fields, in the order they are asked."""
        return {
            name: next(each for each in field.metadata if isinstance(each, Question))
            for name, field in cls.model_fields.items()
        }

    @classmethod
    def must(cls, name: str) -> bool:
        """Whether the field must be answered."""
        return cls.model_fields[name].is_required()

    @classmethod
    def held_by(cls, noun: object) -> dict[str, Any]:
        """What a noun, or a mapping, holds of it already; None for what it does not know."""
        if isinstance(noun, Mapping):
            return {name: noun.get(name) for name in cls.model_fields}
        return {name: getattr(noun, name, None) for name in cls.model_fields}

    @classmethod
    def unasked(cls, answers: Mapping[str, Any], held: object = None) -> Sequence[str]:
        """The fields that must be answered, that the answers know nothing of, and that hold none.

        That is so where a form was opened before it was declared as it is now.
        """
        known = cls.held_by(held)
        return [
            name
            for name in cls.model_fields
            if cls.must(name) and name not in answers and known[name] is None
        ]

    @classmethod
    def read(
        cls, answers: Mapping[str, str | None], facts: Facts = NO_FACTS, held: object = None
    ) -> Self:
        """The answers by the fields' names; what was not asked stays as it is held.

        Raises FieldMistakes with a sentence at each field that needs another look.
        """
        known = cls.held_by(held)
        taken: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for name, question in cls.questions().items():
            try:
                asked = name in answers
                value = question.take(answers[name], facts) if asked else known[name]
            except Mistake as mistake:
                errors[name] = mistake.sentence
                continue
            if cls.must(name) and not _says_something(value):
                errors[name] = question.missing
            elif value is not None:
                taken[name] = value
        if not errors:
            form = cls(**taken)
            errors = dict(form.check(facts))
        if errors:
            raise FieldMistakes(errors)
        return form

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """What does not fit together: a field to mend, and the sentence that stands at it."""
        yield from ()


def _says_something(value: Any) -> bool:
    """Whether there is a letter or a digit in it."""
    return any(c.isalnum() for c in value) if isinstance(value, str) else value is not None
