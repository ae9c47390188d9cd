"""What a portfolio is set up with, and what its value streams are: typed, tidied and checked."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.calendar import MONDAY_TO_FRIDAY, time_zones
from models.errors import FieldMistakes, Mistake
from models.portfolio.portfolio import Stage, derive_prefix

CURRENCY = re.compile("[A-Z]{3}")
PREFIX = re.compile("[A-Z][A-Z0-9]{1,9}")
GERMAN_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
NAME_AND_LETTERS = re.compile(r"(?P<name>.*?)\s*[,;\t]\s*(?P<letters>[A-Z][A-Z0-9]{1,9})")
LONGEST_NAME = 80
MOST_STREAMS_AT_ONCE = 15
MOST_HOLIDAYS = 250
MOST_DAYS = 2_000
"""More working days than any steering decision takes."""

MONTHS_BY_NUMBER = frozenset(str(number) for number in range(1, 13))
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
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
            f"“{line[:40]}” is no date. Write one a line, like 2026-12-25 or 25.12.2026."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Basics:
    """What holds in the whole portfolio."""

    name: str
    currency: str
    time_zone: str
    locale: str = USUAL_LOCALE
    fiscal_year_starts_in: int = 1
    working_days: str = MONDAY_TO_FRIDAY
    holidays: Sequence[date] = ()
    channel_id: str | None = None
    open_to_all: bool = True

    def checked(self) -> "Basics":
        """The same, tidied. Raises FieldMistakes by the names of the fields."""
        name, currency = tidy(self.name), self.currency.strip().upper()
        errors = {}
        if not 0 < len(name) <= LONGEST_NAME:
            errors["name"] = f"Give it a name of up to {LONGEST_NAME} characters."
        if CURRENCY.fullmatch(currency) is None:
            errors["currency"] = "Write the three letters of a currency, such as EUR."
        if self.time_zone not in time_zones():
            errors["time_zone"] = "Write a time zone such as Europe/Berlin."
        if self.fiscal_year_starts_in not in range(1, 13):
            errors["fiscal_year"] = "Choose one of the twelve months."
        if self.locale not in LOCALES:
            errors["locale"] = "Choose one of the list."
        if "1" not in self.working_days:
            errors["working_days"] = "Choose one day at least."
        if errors:
            raise FieldMistakes(errors)
        days = sorted(set(self.holidays))
        return replace(self, name=name, currency=currency, holidays=days)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSetup:
    """A value stream; an empty prefix is derived from the name."""

    name: str
    key_prefix: str = ""
    owner_user_id: str | None = None
    channel_id: str | None = None
    stage: Stage = Stage.PROJECT_FUNDED

    def checked(
        self, taken_prefixes: Collection[str], taken_names: Collection[str]
    ) -> "StreamSetup":
        """The same, tidied and with its prefix. Raises FieldMistakes."""
        name, prefix = tidy(self.name), self.key_prefix.strip().upper()
        errors = {}
        if not 0 < len(name) <= LONGEST_NAME:
            errors["name"] = f"Give it a name of up to {LONGEST_NAME} characters."
        elif name.casefold() in {taken.casefold() for taken in taken_names}:
            errors["name"] = f"There is a value stream {name} already."
        prefix = prefix or derive_prefix(name, taken_prefixes)
        if PREFIX.fullmatch(prefix) is None:
            errors["key_prefix"] = (
                'Write 2 to 10 letters or digits, a letter first, for example "PAY".'
            )
        elif prefix in taken_prefixes:
            errors["key_prefix"] = f"{prefix} is taken by another value stream."
        if errors:
            raise FieldMistakes(errors)
        return replace(self, name=name, key_prefix=prefix)


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
            errors["streams"] = "A portfolio begins with one value stream at least."
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


def parse_basics(answers: Mapping[str, str | None], chosen: Mapping[str, Sequence[str]]) -> Basics:
    """What a form says, by the names of its fields: typed, and of the boxes those checked.

    Raises FieldMistakes.
    """
    errors, holidays = {}, list[date]()
    try:
        holidays = list(parse_holidays(answers.get("holidays") or ""))
    except Mistake as mistake:
        errors["holidays"] = mistake.sentence
    month = answers.get("fiscal_year") or ""
    basics = Basics(
        name=answers.get("name") or "",
        currency=answers.get("currency") or "",
        time_zone=answers.get("time_zone") or "",
        locale=answers.get("locale") or "",
        fiscal_year_starts_in=int(month) if month in MONTHS_BY_NUMBER else 0,
        working_days=parse_working_days(chosen.get("working_days", ())),
        holidays=holidays,
        channel_id=answers.get("channel"),
        open_to_all=answers.get("seen_by") != "roles",
    )
    try:
        basics = basics.checked()
    except FieldMistakes as mistakes:
        errors |= mistakes.errors
    if errors:
        raise FieldMistakes(errors)
    return basics


def parse_streams(
    text: str, taken_prefixes: Collection[str], taken_names: Collection[str]
) -> Sequence[StreamSetup]:
    """The value streams of a text, one a line: a name, which capital letters for its keys follow.

    Raises Mistake, which says the line.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line]
    if not 0 < len(lines) <= MOST_STREAMS_AT_ONCE:
        raise Mistake(f"Write 1 to {MOST_STREAMS_AT_ONCE} names, one a line; more can follow.")
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


def parse_whole(answers: Mapping[str, str | None], name: str, least: int, most: int) -> int | None:
    """A whole number of a field, None where it was left empty. Raises FieldMistakes."""
    text = (answers.get(name) or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not least <= int(text[:9]) <= most:
        said = f"Write a whole number from {least} to {most:,}, or leave it empty."
        raise FieldMistakes({name: said})
    return int(text)


def tidy(text: str) -> str:
    """The text in one line, without what no database keeps."""
    return " ".join(UNSTORABLE.sub("", text).split())


def _day(line: str) -> date:
    german = GERMAN_DAY.fullmatch(line)
    try:
        if german is not None:
            return date(int(german[3]), int(german[2]), int(german[1]))
        return date.fromisoformat(line)
    except ValueError:
        raise NotADay(line) from None
