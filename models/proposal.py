"""A proposal for an epic: what someone typed into the form, checked field by field."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from models.calendar import same_day_from, spell_day
from models.epic import EpicType
from models.errors import FieldMistakes, Mistake
from models.money import parse_amount

MAX_LENGTHS = {
    "title": 80,
    "hypothesis": 1_000,
    "project": 200,
    "for_whom": 200,
    "indicator": 200,
    "baseline": 30,
    "target": 30,
    "kill_threshold": 300,
    "mvp_cost": 30,
    "full_cost": 30,
    "theme": 100,
}
"""How much each field takes, in characters."""

T = TypeVar("T")

HORIZONS = frozenset({"1", "2", "3"})
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps: the null character and halves of characters."""

TITLE_MISSING = 'Give it a few words, for example "Pay by bank transfer".'

NUMBER = re.compile(r"[-−+]?\d+(?:[.,]\d+)?")
GROUPED = re.compile(r"[-−+]?[1-9]\d{0,2}[.,]\d{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What it takes to put an epic in the funnel; texts are as they were typed."""

    title: str
    value_stream_id: int
    hypothesis: str
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


def parse_proposal(answers: Mapping[str, str | None], today: date, currency: str) -> Proposal:
    """Check the answers by field name; `value_stream` is an id, `target_on` an ISO date.

    Fields that are absent, None or blank are not answered. Raises FieldMistakes with a sentence
    for each field that needs another look.
    """
    form = _Form(answers)
    proposal = Proposal(
        title=form.take("title", _title) or "",
        value_stream_id=form.take("value_stream", int) or 0,
        hypothesis=form.text("hypothesis") or "",
        type=form.take("type", EpicType) or EpicType.BUSINESS,
        project_id=form.take("project", int),
        for_whom=form.text("for_whom"),
        indicator=form.text("indicator"),
        baseline=form.take("baseline", parse_decimal),
        target=form.take("target", parse_decimal),
        target_on=form.take("target_on", lambda text: _coming_day(text, today)),
        kill_threshold=form.text("kill_threshold"),
        mvp_cost_minor=form.take("mvp_cost", lambda text: parse_amount(text, currency)),
        full_cost_minor=form.take("full_cost", lambda text: parse_amount(text, currency)),
        horizon=form.take("horizon", _horizon),
        theme_id=form.take("theme", int),
        theme_none_because=form.text("theme_none_because"),
        objective_id=form.take("objective", int),
    )
    form.need("title", TITLE_MISSING)
    form.need("value_stream", "Choose the value stream this belongs to.")
    form.need("hypothesis", "One sentence is enough, and a guess is fine.")
    if proposal.target is not None and proposal.target == proposal.baseline:
        form.errors["target"] = (
            f"Now {proposal.baseline:f}, target {proposal.target:f}: "
            "which change would you call a success?"
        )
    if _costs_less_than_its_mvp(proposal):
        form.errors["full_cost"] = "The full cost includes the MVP, so it is at least as much."
    if form.errors:
        raise FieldMistakes(form.errors)
    return proposal


class _Form:
    """The answers, and the mistakes found so far by field."""

    def __init__(self, answers: Mapping[str, str | None]) -> None:
        self.answers = {name: UNSTORABLE.sub("", text or "") for name, text in answers.items()}
        self.errors: dict[str, str] = {}

    def text(self, name: str) -> str | None:
        """The text as typed, or None where nothing was."""
        text = self.answers.get(name, "")
        longest = MAX_LENGTHS.get(name, 100)
        if len(text.strip()) > longest:
            self.errors[name] = (
                f"Up to {longest:,} characters, please; this has {len(text.strip()):,}."
            )
            return None
        return text if text.strip() else None

    def take(self, name: str, parse: Callable[[str], T]) -> T | None:
        """What the text means."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return parse(text.strip())
        except Mistake as mistake:
            self.errors[name] = mistake.sentence
        except ValueError:
            self.errors[name] = "Choose one of the list."
        return None

    def need(self, name: str, sentence: str) -> None:
        """Ask for the field where nothing was answered."""
        if not self.answers.get(name, "").strip():
            self.errors[name] = sentence


def parse_decimal(text: str) -> Decimal:
    """A figure such as "61", "61.5", "61,5" or "61 %"; raises Mistake."""
    bare = text.strip().removesuffix("%").strip()
    if GROUPED.fullmatch(bare):
        digits = re.sub("[.,]", "", bare)
        raise Mistake(f"Is that a thousand and more? Write {digits}, or one decimal less.")
    if not (bare.isascii() or "−" in bare) or NUMBER.fullmatch(bare) is None:
        raise Mistake("Write a number: 61, 61.5 or 61,5.")
    return Decimal(bare.replace(",", ".").replace("−", "-"))


def _title(text: str) -> str:
    if not any(character.isalnum() for character in text):
        raise Mistake(TITLE_MISSING)
    return " ".join(text.split())


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


def _costs_less_than_its_mvp(proposal: Proposal) -> bool:
    mvp, full = proposal.mvp_cost_minor, proposal.full_cost_minor
    return mvp is not None and full is not None and full < mvp
