"""Items of evidence: a reading of an epic's indicator, and what someone saw or heard."""

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.base import Base, stored_by_value
from models.calendar import spell_day
from models.epics.epic import Epic
from models.errors import FieldMistakes, Mistake
from models.fields import parse_reason

LONGEST_WORDS = 500
LONGEST_LINK = 500

WEB_ADDRESS = re.compile(r"https?://[^\s<>|\"]+")


class Stance(StrEnum):
    """What an observation speaks for."""

    FOR = "for"
    AGAINST = "against"


class NoIndicator(FieldMistakes):
    """A reading of an epic that names no figure."""

    def __init__(self, epic: Epic) -> None:
        super().__init__(
            {
                "value": f"{epic.key} names no figure that will move, so there is no reading to "
                f"add yet. /epic edit {epic.key} adds one; an observation can be added right away."
            }
        )


class BeforeTheEpic(FieldMistakes):
    """An item of a day on which there was no such epic."""

    def __init__(self, epic: Epic, day: date, began_on: date) -> None:
        said = f"{epic.key} was proposed on {spell_day(began_on)}, after {spell_day(day)}."
        super().__init__({"observed_on": f"{said} On which day was it?"})


class YetToCome(FieldMistakes):
    """An item of a day after today."""

    def __init__(self, day: date) -> None:
        said = f"{spell_day(day)} is in the future. On which day was it seen?"
        super().__init__({"observed_on": said})


class NoLink(FieldMistakes):
    """A link that leads nowhere."""

    def __init__(self) -> None:
        super().__init__({"link": "Paste a whole address, such as https://example.com/report."})


class StruckAlready(Mistake):
    """An item that was struck out before."""

    def __init__(self, by: str, because: str) -> None:
        super().__init__(f"It was already struck out: {because[:200]}")
        self.ask = (by,)


def today_of(epic: Epic, at: datetime) -> date:
    return at.astimezone(ZoneInfo(epic.portfolio.time_zone)).date()


def check_day(epic: Epic, day: date, today: date) -> None:
    """Raise YetToCome or BeforeTheEpic where nothing can have been seen of the epic that day."""
    if day > today:
        raise YetToCome(day)
    if day < (began_on := today_of(epic, epic.created_at)):
        raise BeforeTheEpic(epic, day, began_on)


def check_link(link: str | None) -> None:
    """Raise NoLink where it is not the address of a page."""
    if link is not None and WEB_ADDRESS.fullmatch(link) is None:
        raise NoLink


class Item:
    """What readings and observations share; appended, never changed but for being struck out.

    One that is struck out stays in the record, and counts for nothing.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"))
    observed_on: Mapped[date]
    link: Mapped[str | None] = mapped_column(Text)
    by_user_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    """When it was added."""
    struck_at: Mapped[datetime | None]
    struck_by: Mapped[str | None] = mapped_column(String(32))
    struck_because: Mapped[str | None] = mapped_column(Text)

    @declared_attr
    def epic(cls) -> Mapped[Epic]:
        return relationship(Epic)

    def strike_out(self, because: str | None, by: str, at: datetime) -> None:
        """Have it count no more. Raises FieldMistakes, ReasonMissing and StruckAlready."""
        if self.struck_at is not None:
            raise StruckAlready(self.struck_by or "", self.struck_because or "")
        missing = "Say what is wrong with it: it stays in the record, struck out."
        self.struck_because = parse_reason(because, missing, LONGEST_WORDS)
        self.struck_by, self.struck_at = by, at


class Reading(Item, Base):
    """What the epic's leading indicator was on a day."""

    __tablename__ = "readings"
    __table_args__ = (Index(None, "epic_id", "observed_on"),)

    value: Mapped[Decimal]

    @classmethod
    def of(
        cls, epic: Epic, value: Decimal, day: date, *, by: str, at: datetime, link: str | None
    ) -> "Reading":
        """Raises BeforeTheEpic, NoIndicator, NoLink and YetToCome."""
        if not epic.indicator:
            raise NoIndicator(epic)
        check_day(epic, day, today_of(epic, at))
        check_link(link)
        here = {"workspace_id": epic.workspace_id, "epic_id": epic.id, "epic": epic}
        return cls(**here, value=value, observed_on=day, link=link, by_user_id=by, at=at)


class Observation(Item, Base):
    """What someone saw or heard that speaks for the epic, or against it."""

    __tablename__ = "observations"
    __table_args__ = (Index(None, "epic_id", "observed_on"),)

    words: Mapped[str] = mapped_column(Text)
    stance: Mapped[Stance] = mapped_column(stored_by_value(Stance))

    @classmethod
    def of(
        cls,
        epic: Epic,
        words: str,
        stance: Stance,
        day: date,
        *,
        by: str,
        at: datetime,
        link: str | None,
    ) -> "Observation":
        """Raises BeforeTheEpic, NoLink and YetToCome."""
        check_day(epic, day, today_of(epic, at))
        check_link(link)
        here = {"workspace_id": epic.workspace_id, "epic_id": epic.id, "epic": epic}
        said = {"words": words, "stance": stance}
        return cls(**here, **said, observed_on=day, link=link, by_user_id=by, at=at)
