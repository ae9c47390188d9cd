"""A form, declared once: what it asks, how each answer is read and spelled, and what must fit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Self

from pydantic import BaseModel, ConfigDict

from models.errors import FieldMistakes, Mistake
from models.fields import UNSTORABLE, parse_day, parse_decimal, spell_decimal, tidy, too_long
from models.money import parse_fact, parse_moved, spell_amount

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
    only: str | None = None
    """The fact that must hold for it to be asked."""
    needed: bool = False
    """Whether it must be answered where it is asked, though its field may stay empty elsewhere."""

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
        value = self.parse(text, facts) if text else None
        # Composed, some scripts take more characters than as they were typed.
        if isinstance(value, str) and len(value) > self.longest:
            raise Mistake(too_long(value, self.longest))
        return value

    def is_asked(self, facts: Facts) -> bool:
        """Whether it is to be asked, and there is anything to answer with."""
        return self.only is None or bool(facts.get(self.only))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Question):
    """A line of text."""

    def parse(self, text: str, facts: Facts) -> str | None:
        """With single spaces; None where nobody would see anything of it."""
        return tidy(text) or None


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
class Whole(Question):
    """A whole number from `least` to `most`."""

    longest: int = 10
    least: int = 1
    most: int = 9_999

    def parse(self, text: str, facts: Facts) -> int:
        """Raises Mistake."""
        if not (text.isascii() and text.isdigit()) or not self.least <= int(text) <= self.most:
            raise Mistake(f"Write a whole number from {self.least} to {self.most:,}.")
        return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Question):
    """Money in whole minor units of the `currency` that the facts name; above 0 if not `any`."""

    longest: int = 30
    any: bool = False
    """Whether it may be 0 or less, as what was spent may be."""

    def parse(self, text: str, facts: Facts) -> int:
        """Raises Mistake."""
        return (parse_fact if self.any else parse_moved)(text, facts["currency"])

    def spell(self, value: Any, facts: Facts = NO_FACTS) -> str | None:
        """So that it reads as itself; what was typed elsewhere stays as it was typed."""
        typed = value is None or isinstance(value, str)
        return value if typed else spell_amount(value, facts["currency"])


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
class Channel(Question):
    """A channel, by its id in Slack; one that is archived or hidden from Tack is refused there."""


class OneOf(NamedTuple):
    """What can always be chosen, and a line that explains it."""

    text: str
    value: Any
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Question):
    """One of a list: the facts of that name, as pairs of a text and a value.

    A few that are always the same are named in `among`, and are all in sight.
    """

    options: str = ""
    among: Sequence[OneOf] = ()
    of: Callable[[str], Any] = int
    """The value from the text that its option carries."""
    wrong: str = "Choose one from the list."

    def parse(self, text: str, facts: Facts) -> Any:
        """Only what is on the list. Raises Mistake."""
        if all(text != value for _, value in self.pairs(facts)):
            raise Mistake(self.wrong)
        return self.of(text)

    def is_asked(self, facts: Facts) -> bool:
        """Whether it is to be asked, and the list has anything on it."""
        return Question.is_asked(self, facts) and bool(self.pairs(facts))

    def pairs(self, facts: Facts) -> Sequence[tuple[str, str]]:
        """What can be chosen: the text, and the value as its option carries it."""
        found = [each[:2] for each in self.among] or facts.get(self.options, ())
        return [(text, str(value)) for text, value in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Several(Choice):
    """Up to so many of a list; a field holds their values with commas between."""

    longest: int = 3_000
    most: int = 100

    def parse(self, text: str, facts: Facts) -> tuple[Any, ...]:
        """Only what is on the list. Raises Mistake."""
        known = {value for _, value in self.pairs(facts)}
        chosen = text.split(",")
        if not known.issuperset(chosen) or len(chosen) > self.most:
            raise Mistake(self.wrong)
        return tuple(map(self.of, chosen))

    def spell(self, value: Any, facts: Facts = NO_FACTS) -> str | None:
        """As the field holds them."""
        return ",".join(map(str, value)) if value else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups(Several):
    """Several user groups of the workspace: the facts `groups`, none where Slack tells of none."""

    options: str = "groups"
    of: Callable[[str], Any] = str
    wrong: str = "That user group is not there any more. Choose another one, or people."
    most: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class People(Question):
    """Several members of the workspace, by their ids with commas between."""

    longest: int = 3_000
    most: int = 10
    """So many are looked up in Slack while the form waits."""

    def parse(self, text: str, facts: Facts) -> tuple[str, ...]:
        return tuple(text.split(","))

    def spell(self, value: Any, facts: Facts = NO_FACTS) -> str | None:
        """As the field holds them."""
        return ",".join(value) if value else None


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
            raise Mistake("Choose one from the list.")
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
    @cache
    def questions(cls) -> Mapping[str, Question]:
        """The questions by the names of their fields, in the order they are asked."""
        found = {
            name: next(each for each in field.metadata if isinstance(each, Question))
            for name, field in cls.model_fields.items()
        }
        return MappingProxyType(found)

    @classmethod
    def must(cls, name: str) -> bool:
        """Whether the field must be answered: it has no default, or one that says something."""
        return cls.model_fields[name].default not in (None, "", ())

    @classmethod
    def needs(cls, name: str, facts: Facts) -> bool:
        """The same as it is asked with these facts."""
        question = cls.questions()[name]
        return cls.must(name) or (question.needed and question.is_asked(facts))

    @classmethod
    def held_by(cls, noun: object) -> dict[str, Any]:
        """What a noun, or a mapping, holds of it already; None for what it does not know.

        Without either it is what is usual: the defaults that say something.
        """
        if noun is None:
            usual = {n: f.default for n, f in cls.model_fields.items() if not f.is_required()}
            return {name: usual.get(name) if cls.must(name) else None for name in cls.model_fields}
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
        """The answers by the fields' names; what is not asked stays as it is held.

        Raises FieldMistakes with a sentence at each field that needs another look.
        """
        known = cls.held_by(held)
        taken: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for name, question in cls.questions().items():
            try:
                asked = name in answers and Question.is_asked(question, facts)
                value = question.take(answers[name], facts) if asked else known[name]
            except Mistake as mistake:
                errors[name] = mistake.sentence
                continue
            if cls.needs(name, facts) and not _says_something(value):
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
