"""A proposal for an epic: what someone typed into the form, checked field by field."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from models.calendar import same_day_from, spell_day
from models.epics.epic import Epic, EpicType
from models.errors import FieldMistakes, Mistake
from models.fields import UNSTORABLE, parse_decimal, tidy, too_long
from models.money import parse_amount
from models.portfolio.portfolio import Stage, ValueStream

MAX_LENGTHS = {
    "title": 80,
    "hypothesis": 1_000,
    "for_whom": 200,
    "indicator": 200,
    "baseline": 30,
    "target": 30,
    "kill_threshold": 300,
    "mvp_cost": 30,
    "full_cost": 30,
    "theme_none_because": 300,
}
"""How much each field takes, in characters."""

T = TypeVar("T")

NONE = "none"
"""Chosen where a list offers nothing that fits: no theme, no project, no objective."""

LARGEST_ID = 2**31 - 1
HORIZONS = frozenset({"1", "2", "3"})

TITLE_MISSING = 'Give it a few words, for example "Pay by bank transfer".'
NEEDED = {
    "title": TITLE_MISSING,
    "value_stream": "Choose the value stream this belongs to.",
    "hypothesis": "One sentence is enough, and a guess is fine.",
    "owner": "Choose who owns it from now on.",
    "type": "Choose one from the list.",
}
"""What is said where nothing was answered; of a new epic its proposer is the owner."""

CALLED = {
    "title": "the title",
    "hypothesis": "the hypothesis",
    "type": "the type",
    "project_id": "the project",
    "for_whom": "for whom it is",
    "indicator": "the figure that will move",
    "baseline": "where it is now",
    "target": "the target",
    "target_on": "the day it is to be reached",
    "kill_threshold": "the stop line",
    "mvp_cost_minor": "the cost of the MVP",
    "full_cost_minor": "the full cost",
    "horizon": "the horizon",
    "theme_id": "the theme",
    "theme_none_because": "the theme",
    "objective_id": "the objective",
    "owner_user_id": "the owner",
    "restricted": "who sees it",
}
"""What each column of an epic is called when it has changed."""


class ChangedMeanwhile(Mistake):
    """A form that was saved after someone else changed its epic; saved once more it is taken."""

    def __init__(self, epic: Epic, by: str | None, columns: Iterable[str]) -> None:
        words = [CALLED[column] for column in columns if column in CALLED]
        self.what = ", ".join(dict.fromkeys(words)) or f"it is now in {epic.column_label}"
        self.version, self.by = epic.version, by
        super().__init__(self.say("Someone"))

    def say(self, who: str) -> str:
        """The sentence, with the name of who it was."""
        return (
            f"{who} changed this epic while you were writing: {self.what}. "
            "What you typed is still here. Save once more to store it anyway."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What it takes to put an epic in the funnel; texts are as they were typed.

    Its fields are columns of an epic. Without an owner it is whoever proposes it.
    """

    title: str
    value_stream_id: int
    hypothesis: str | None
    type: EpicType = EpicType.BUSINESS
    project_id: int | None = None
    for_whom: str | None = None
    indicator: str | None = None
    baseline: Decimal | None = None
    target: Decimal | None = None
    target_on: date | None = None
    kill_threshold: str | None = None
    mvp_cost_minor: int | None = None
    full_cost_minor: int | None = None
    horizon: int | None = None
    theme_id: int | None = None
    theme_none_because: str | None = None
    objective_id: int | None = None
    owner_user_id: str | None = None
    origin_url: str | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """The same as columns of an epic."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def parse_proposal(answers: Mapping[str, str | None], today: date, currency: str) -> Proposal:
    """Check the answers by field name; `value_stream` is an id, `target_on` an ISO date.

    Fields that are absent, None or blank are not answered. Raises FieldMistakes with a sentence
    for each field that needs another look.
    """
    form = _Form(answers)
    columns = _read(form, _readers(today, currency))
    form.need("title", "value_stream", "hypothesis")
    form.errors |= _mistakes_together(columns)
    if form.errors:
        raise FieldMistakes(form.errors)
    return Proposal(**{name: value for name, value in columns.items() if value is not None})


def parse_changes(
    epic: Epic,
    answers: Mapping[str, str | None],
    shown: Mapping[str, str | None],
    today: date,
) -> dict[str, Any]:
    """The columns that the answers give another value than the form showed.

    Only what was touched is checked, so that what an epic brought from elsewhere, or a day that
    has passed, may stay; together with what was not. Raises FieldMistakes.
    """
    touched = _touched(answers, shown)
    form = _Form({name: answers.get(name) for name in touched})
    readers = _readers(today, epic.portfolio.currency)
    changes = _read(form, {name: readers[name] for name in touched})
    form.need(*touched)
    form.errors |= _mistakes_together(as_it_would_be(epic, changes).columns, changes)
    if form.errors:
        raise FieldMistakes(form.errors)
    return {name: value for name, value in changes.items() if value != getattr(epic, name)}


def as_it_would_be(epic: Epic, changes: Mapping[str, Any]) -> Proposal:
    """The epic's answers once the changes are made."""
    names = [each.name for each in fields(Proposal)]
    return Proposal(**{name: changes.get(name, getattr(epic, name)) for name in names})


def project_comes_first(stream: ValueStream | None) -> bool:
    """Whether a project is asked for before the numbers: not where capacity is funded."""
    return stream is None or stream.stage is not Stage.CAPACITY_FUNDED


class _Form:
    """The answers, and the mistakes found so far by field."""

    def __init__(self, answers: Mapping[str, str | None]) -> None:
        self.answers = {name: UNSTORABLE.sub("", text or "") for name, text in answers.items()}
        self.errors: dict[str, str] = {}

    def take(self, name: str, parse: Callable[[str], T]) -> T | None:
        """What the text means, None where nothing was answered."""
        text = self.answers.get(name, "").strip()
        longest = MAX_LENGTHS.get(name, 100)
        if len(text) > longest:
            self.errors[name] = too_long(text, longest)
            return None
        if not text:
            return None
        try:
            return parse(text)
        except Mistake as mistake:
            self.errors[name] = mistake.sentence
        except ValueError:
            self.errors[name] = "Choose one from the list."
        return None

    def need(self, *names: str) -> None:
        """Ask for those of the fields that must be answered, where nothing was."""
        for name in names:
            if name in NEEDED and not self.answers.get(name, "").strip():
                self.errors[name] = NEEDED[name]


Reader = tuple[str, Callable[[str], Any]]
"""The column a field is kept in, and what its text means."""


def _readers(today: date, currency: str) -> dict[str, Reader]:
    def amount(text: str) -> int:
        return parse_amount(text, currency)

    return {
        "title": ("title", _title),
        "value_stream": ("value_stream_id", _id),
        "hypothesis": ("hypothesis", str),
        "type": ("type", EpicType),
        "project": ("project_id", _id_or_none),
        "for_whom": ("for_whom", str),
        "indicator": ("indicator", str),
        "baseline": ("baseline", parse_decimal),
        "target": ("target", parse_decimal),
        "target_on": ("target_on", lambda text: _coming_day(text, today)),
        "kill_threshold": ("kill_threshold", str),
        "mvp_cost": ("mvp_cost_minor", amount),
        "full_cost": ("full_cost_minor", amount),
        "horizon": ("horizon", _horizon),
        "theme": ("theme_id", _id_or_none),
        "theme_none_because": ("theme_none_because", str),
        "objective": ("objective_id", _id_or_none),
        "owner": ("owner_user_id", _person),
    }


def _read(form: _Form, readers: Mapping[str, Reader]) -> dict[str, Any]:
    columns = {column: form.take(name, parse) for name, (column, parse) in readers.items()}
    if form.answers.get("theme", "").strip() != NONE:
        columns.pop("theme_none_because", None)
        if "theme" in readers:
            columns["theme_none_because"] = None
    elif not columns.get("theme_none_because"):
        place = "theme_none_because" if "theme_none_because" in form.answers else "theme"
        form.errors.setdefault(place, "Say in a few words why it has no theme.")
    return columns


def _touched(answers: Mapping[str, str | None], shown: Mapping[str, str | None]) -> Sequence[str]:
    """The fields that hold something else than the form showed; a theme with why it has none."""
    names = [name for name in answers if _tidy(answers[name]) != _tidy(shown.get(name))]
    if {"theme", "theme_none_because"} & {*names}:
        names += [name for name in ("theme", "theme_none_because") if name in answers]
    known = _readers(date.min, "EUR")
    return [name for name in dict.fromkeys(names) if name in known]


def _tidy(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _mistakes_together(
    idea: Mapping[str, Any], touched: Iterable[str] | None = None
) -> dict[str, str]:
    """What does not fit together, at the field to mend; only where one of the two was touched."""
    names = {*(idea if touched is None else touched)}
    baseline, target = idea.get("baseline"), idea.get("target")
    mvp, full = idea.get("mvp_cost_minor"), idea.get("full_cost_minor")
    found = {}
    if names & {"baseline", "target"} and target is not None and target == baseline:
        found["target"] = (
            f"Now {baseline:f}, target {target:f}: which change would you call a success?"
        )
    costs = {"mvp_cost_minor", "full_cost_minor"}
    if names & costs and mvp is not None and full is not None and full < mvp:
        found["full_cost"] = "The full cost includes the MVP, so it is at least as much."
    return found


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= LARGEST_ID):
        raise ValueError(text)
    return int(text)


def _id_or_none(text: str) -> int | None:
    return None if text == NONE else _id(text)


def _person(text: str) -> str:
    if re.fullmatch("[UW][A-Z0-9]{1,31}", text) is None:
        raise ValueError(text)
    return text


def _title(text: str) -> str:
    if not any(character.isalnum() for character in text):
        raise Mistake(TITLE_MISSING)
    return tidy(text)


def _coming_day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Mistake("Write a date as year-month-day, for example 2026-09-30.") from None
    if day < today:
        later = same_day_from(day, today)
        raise Mistake(f"{spell_day(day)} has passed. Did you mean {spell_day(later)}?")
    return day


def _horizon(text: str) -> int:
    if text not in HORIZONS:
        raise ValueError(text)
    return int(text)
