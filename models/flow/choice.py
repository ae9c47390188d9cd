"""Of what figures are asked: a value stream or all, a type or both, and as of which day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from models.calendar import spell_day
from models.epics.epic import EpicType
from models.errors import Mistake
from models.fields import did_you_mean
from models.portfolio.portfolio import Portfolio, ValueStream, stream_called

TYPES = {each.value: each for each in EpicType}


class NotAScope(Mistake):
    """Words that name no stream, type or day."""

    def __init__(self, typed: str, streams: Sequence[ValueStream]) -> None:
        example = streams[0].name if streams else "Payments"
        guess = did_you_mean(typed, [*(stream.name for stream in streams), *TYPES])
        super().__init__(
            f"“{typed[:60]}” names no value stream, type or day.{guess} Type for example "
            f"/flow metrics {example} 2026-05-18; the types are business and enabler."
        )


class NotYet(Mistake):
    """A day that has not come."""

    def __init__(self, day: date, today: date) -> None:
        super().__init__(
            f"{spell_day(day)} is in the future. The latest day is today, {spell_day(today)}."
        )


class BeforeAll(Mistake):
    """A day before the first epic."""

    def __init__(self, day: date, first: date | None) -> None:
        since = f"The first one came in on {spell_day(first)}" if first else "None has come in yet"
        super().__init__(f"No epic was known on {spell_day(day)}. {since}.")


@dataclass(frozen=True, slots=True)
class FlowChoice:
    """Of all streams and types, as of now, where nothing else is said."""

    stream_id: int | None = None
    type: EpicType | None = None
    on: date | None = None

    def moment(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The end of the day, or now where it is today. Raises NotYet."""
        today = now.astimezone(zone).date()
        if self.on is None or self.on == today:
            return now
        if self.on > today:
            raise NotYet(self.on, today)
        return datetime.combine(self.on, time(23, 59, 59), zone)


def read_choice(typed: str, portfolio: Portfolio) -> FlowChoice:
    """What the words after a command mean, in any order. Raises NotAScope."""
    choice, rest = FlowChoice(), []
    for word in typed.split():
        if (day := _day(word)) is not None:
            choice = replace(choice, on=day)
        elif word.casefold() in TYPES:
            choice = replace(choice, type=TYPES[word.casefold()])
        else:
            rest.append(word)
    if not rest:
        return choice
    found = stream_called(" ".join(rest), portfolio.value_streams)
    if found is None:
        raise NotAScope(" ".join(rest), portfolio.value_streams)
    return replace(choice, stream_id=found.id)


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None
