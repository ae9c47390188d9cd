"""What a portfolio is set up with, and what its value streams are: typed, tidied and checked."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Self

from models.calendar import MONDAY_TO_FRIDAY, MONTH_NAMES, WEEKDAYS, time_zones
from models.errors import FieldMistakes, Mistake
from models.fields import folded, tidy
from models.form import (
    NO_FACTS,
    Channel,
    Choice,
    Facts,
    Form,
    Line,
    OneOf,
    Paragraph,
    Person,
    Several,
)
from models.portfolio.portfolio import Stage, derive_prefix

CURRENCY = re.compile("[A-Z]{3}")
PREFIX = re.compile("[A-Z][A-Z0-9]{1,9}")
GERMAN_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
NAME_AND_LETTERS = re.compile(r"(?P<name>.*?)\s*[,;\t]\s*(?P<letters>[A-Z][A-Z0-9]{1,9})")
LONGEST_NAME = 80
MOST_STREAMS_AT_ONCE = 15
MOST_HOLIDAYS = 250
LOCALES = {
    "en-GB": "English (United Kingdom): 1,234.56",
    "en-US": "English (United States): 1,234.56",
    "de-DE": "German (Germany): 1.234,56",
    "de-CH": "German (Switzerland): 1’234.56",
    "fr-FR": "French: 1 234,56",
    "es-ES": "Spanish: 1.234,56",
    "it-IT": "Italian: 1.234,56",
    "nl-NL": "Dutch: 1.234,56",
    "pt-PT": "Portuguese: 1 234,56",
    "sv-SE": "Swedish: 1 234,56",
    "pl-PL": "Polish: 1 234,56",
}
"""The ways of writing numbers that can be chosen, each with an example."""

USUAL_LOCALE = "en-GB"


class NotADay(Mistake):
    """A line that is no date."""

    def __init__(self, line: str) -> None:
        super().__init__(
            f"“{line[:40]}” is not a date. Write one per line, like 2026-12-25 or 25.12.2026."
        )


class Currency(Line):
    """The code of a currency."""

    def parse(self, text: str, facts: Facts) -> str:
        """In capitals. Raises Mistake."""
        if CURRENCY.fullmatch(text.upper()) is None:
            raise Mistake(self.missing)
        return text.upper()


class Weekdays(Several):
    """The days that are worked, kept as seven of 1 and 0 from Monday on."""

    def parse(self, text: str, facts: Facts) -> Any:
        return parse_working_days(text.split(","))

    def spell(self, value: Any, facts: Facts = NO_FACTS) -> str | None:
        """The numbers of the days."""
        return ",".join(str(day) for day, worked in enumerate(value or "") if worked == "1") or None


class Holidays(Paragraph):
    """Days, one a line."""

    def parse(self, text: str, facts: Facts) -> Any:
        """In order, each once. Raises Mistake."""
        return tuple(parse_holidays(text))

    def spell(self, value: Any, facts: Facts = NO_FACTS) -> str | None:
        return "\n".join(map(str, value or ())) or None


A_NAME = f"Give it a name of up to {LONGEST_NAME} characters."

SEEN_BY = (
    OneOf("Everyone in this workspace", True, "Every member sees it and may propose"),
    OneOf("People with a role in it", False, "Given with /portfolio roles"),
)

FACTS: Facts = {
    "locales": [(text, code) for code, text in LOCALES.items()],
    "months": [(name, number) for number, name in enumerate(MONTH_NAMES, 1)],
    "time_zones": [(zone, zone) for zone in sorted(time_zones())],
}
"""What the basics are chosen from."""


class Basics(Form):
    """What holds in the whole portfolio."""

    name: Annotated[
        str,
        Line(
            label="What is the portfolio called?",
            example="Shop",
            longest=LONGEST_NAME,
            missing=A_NAME,
        ),
    ]
    currency: Annotated[
        str,
        Currency(
            label="Currency",
            example="EUR",
            hint="The three-letter code of the currency.",
            missing="Write the three letters of a currency, such as EUR.",
        ),
    ]
    locale: Annotated[str, Choice(label="Numbers are written as in", options="locales", of=str)] = (
        USUAL_LOCALE
    )
    time_zone: Annotated[
        str,
        Choice(
            label="Time zone",
            options="time_zones",
            of=str,
            example="Type a city, for example Berlin",
            hint="Days begin and end in this time zone.",
            wrong="Write a time zone such as Europe/Berlin.",
        ),
    ]
    fiscal_year_starts_in: Annotated[
        int, Choice(label="The fiscal year begins in", options="months")
    ] = 1
    working_days: Annotated[
        str,
        Weekdays(
            label="Working days",
            among=[OneOf(name, day) for day, name in enumerate(WEEKDAYS)],
            missing="Choose at least one day.",
        ),
    ] = MONDAY_TO_FRIDAY
    holidays: Annotated[
        tuple[date, ...],
        Holidays(
            label="Holidays",
            longest=3_000,
            hint="One date per line, like 2026-12-25 or 25.12.2026. If left empty, there are none.",
        ),
    ] = ()
    channel_id: Annotated[
        str | None,
        Channel(
            label="Its channel",
            example="Where is it announced?",
            hint="Where the portfolio as a whole is talked about. Invite Tack there.",
        ),
    ] = None
    open_to_all: Annotated[bool, Choice(label="Who sees it?", among=SEEN_BY, of="True".__eq__)] = (
        True
    )

    def checked(self) -> "Basics":
        """The same, tidied. Raises FieldMistakes by the names of the fields."""
        questions = self.questions().items()
        spelled = {name: each.spell(getattr(self, name), FACTS) for name, each in questions}
        return type(self).read(spelled, FACTS)


STAGES = (
    OneOf("Project-funded", Stage.PROJECT_FUNDED, "Money is given to projects, one by one"),
    OneOf("Hybrid", Stage.HYBRID, "Some teams are funded as capacity, some work as projects"),
    OneOf(
        "Capacity-funded",
        Stage.CAPACITY_FUNDED,
        "Money keeps its teams going, whatever they work on",
    ),
)


class StreamSetup(Form):
    """A value stream; an empty prefix is derived from the name."""

    name: Annotated[
        str, Line(label="Name", example="Payments", longest=LONGEST_NAME, missing=A_NAME)
    ]
    key_prefix: Annotated[
        str,
        Line(
            label="Its keys begin with",
            example="PAY",
            longest=10,
            hint="Epics are called PAY-1, PAY-2 and so on; keys once given stay. "
            "If left empty, they come from the name.",
        ),
    ] = ""
    owner_user_id: Annotated[
        str | None,
        Person(
            label="Owner",
            example="Who answers its ideas?",
            hint="If left empty, it is you for now.",
        ),
    ] = None
    channel_id: Annotated[
        str | None,
        Channel(
            label="Channel",
            example="Where do its epics appear?",
            hint="Invite Tack there, so that it can show them.",
        ),
    ] = None
    stage: Annotated[
        Stage,
        Choice(
            label="How is it funded?",
            among=STAGES,
            of=Stage,
            hint="It sets what forms ask and which figures lead; it can change any day. Money that "
            "is committed stays committed until it is spent or released.",
        ),
    ] = Stage.PROJECT_FUNDED

    def checked(self, taken_prefixes: Collection[str], taken_names: Collection[str]) -> Self:
        """The same, tidied and with its prefix. Raises FieldMistakes."""
        name, prefix = tidy(self.name), self.key_prefix.strip().upper()
        errors = {}
        if not 0 < len(name) <= LONGEST_NAME:
            errors["name"] = A_NAME
        elif folded(name) in {folded(taken) for taken in taken_names}:
            errors["name"] = f"There is already a value stream {name}."
        prefix = prefix or derive_prefix(name, taken_prefixes)
        if PREFIX.fullmatch(prefix) is None:
            errors["key_prefix"] = (
                'Write 2 to 10 letters or digits, a letter first, for example "PAY".'
            )
        elif prefix in taken_prefixes:
            errors["key_prefix"] = f"{prefix} is taken by another value stream."
        if errors:
            raise FieldMistakes(errors)
        return self.model_copy(update={"name": name, "key_prefix": prefix})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A portfolio to begin with, all at once."""

    name: str
    currency: str
    time_zone: str
    streams: Sequence[StreamSetup]

    @property
    def basics(self) -> Basics:
        """What holds in the whole of it."""
        return Basics(name=self.name, currency=self.currency, time_zone=self.time_zone)

    def checked(self, taken_prefixes: Collection[str] = ()) -> "Setup":
        """The same, tidied and with every prefix given.

        Raises FieldMistakes, keyed `name`, `currency`, `time_zone`, `streams`, and
        `streams.0.name`, `streams.0.key_prefix` by the stream's place.
        """
        errors: dict[str, str] = {}
        basics = self.basics
        try:
            basics = basics.checked()
        except FieldMistakes as mistakes:
            errors |= mistakes.errors
        if not self.streams:
            errors["streams"] = "A portfolio needs at least one value stream."
        streams: list[StreamSetup] = []
        taken, names = list(taken_prefixes), list[str]()
        for place, stream in enumerate(self.streams):
            try:
                checked = stream.checked(taken, names)
            except FieldMistakes as mistakes:
                errors |= {f"streams.{place}.{key}": said for key, said in mistakes.errors.items()}
                checked = stream
            streams.append(checked)
            names.append(tidy(checked.name))
            taken.append(checked.key_prefix.strip().upper() or derive_prefix(checked.name, taken))
        if errors:
            raise FieldMistakes(errors)
        return replace(self, name=basics.name, currency=basics.currency, streams=streams)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is another now, each side in words; None where there was or is nothing."""

    what: str
    before: str | None
    after: str | None


def parse_streams(
    text: str, taken_prefixes: Collection[str], taken_names: Collection[str]
) -> Sequence[StreamSetup]:
    """The value streams of a text, one a line: a name, which capital letters for its keys follow.

    Raises Mistake, which says the line.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line]
    if not 0 < len(lines) <= MOST_STREAMS_AT_ONCE:
        raise Mistake(f"Write 1 to {MOST_STREAMS_AT_ONCE} names, one per line; more can follow.")
    streams: list[StreamSetup] = []
    taken, names = list(taken_prefixes), list(taken_names)
    for number, line in lines:
        found = NAME_AND_LETTERS.fullmatch(line)
        name, letters = (found["name"], found["letters"]) if found else (line, "")
        try:
            stream = StreamSetup(name=name, key_prefix=letters).checked(taken, names)
        except FieldMistakes as mistakes:
            raise Mistake(f"Line {number}: {mistakes.sentence}") from mistakes
        streams.append(stream)
        names.append(stream.name)
        taken.append(stream.key_prefix)
    return streams


def parse_holidays(text: str) -> Sequence[date]:
    """The days of a text, one a line; none of an empty text. Raises NotADay and Mistake."""
    lines = [line.strip(" ,;\t") for line in text.splitlines()]
    days = {_day(line) for line in lines if line}
    if len(days) > MOST_HOLIDAYS:
        raise Mistake(f"Up to {MOST_HOLIDAYS} days, please; these are {len(days)}.")
    return sorted(days)


def parse_working_days(chosen: Collection[str]) -> str:
    """Seven of 1 and 0 from Monday on, of the numbers of the days that are worked."""
    return "".join("1" if str(day) in chosen else "0" for day in range(7))


def _day(line: str) -> date:
    german = GERMAN_DAY.fullmatch(line)
    try:
        if german is not None:
            return date(int(german[3]), int(german[2]), int(german[1]))
        return date.fromisoformat(line)
    except ValueError:
        raise NotADay(line) from None
