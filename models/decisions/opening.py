"""What it takes to put a question about an epic to the council."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, stored_by_value
from models.calendar import spell_day
from models.decisions.question import WORDS, Question, Way
from models.epics.epic import Epic
from models.errors import FieldMistakes, Mistake
from models.fields import plain_key
from models.people.role import Role
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import PHASE_LABELS, Phase, Portfolio

COUNCIL = "the council"
"""What the electors are called where it is the council that votes."""

ANALYZING = "analyzing"
"""The state in which a go for the MVP is decided."""

KEY = re.compile(r"D?[- ]?(\d{1,9})", re.IGNORECASE)


class UnknownDecision(Mistake):
    """A key that no decision has."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"There is no decision {key[:16]}. Keys look like D-1; /decision list shows them."
        )


class NoElectors(Mistake):
    """A vote that nobody could vote in; says who gives the role."""

    def __init__(self, name: str, admins: Sequence[str]) -> None:
        super().__init__(
            f"Nobody is on the council of {name}, so nobody can vote. An admin gives the "
            "council role with /portfolio roles."
        )
        self.ask = tuple(admins)


def has_a_part(epic: Epic, user_id: str) -> bool:
    """Whether someone owns or proposed the epic: they break no tie about it."""
    return user_id in (epic.owner_user_id, epic.proposed_by)


class NotAnalyzing(Mistake):
    """A decision to go for the MVP of an epic that is not being analyzed."""

    def __init__(self, epic: Epic) -> None:
        super().__init__(
            f"{epic.key} is in {epic.column_label}. Whether to go for the MVP is decided while an "
            "epic is in Analyzing."
        )


class NotTesting(Mistake):
    """A decision on an MVP about an epic that has none."""

    def __init__(self, epic: Epic) -> None:
        super().__init__(
            f"{epic.key} is in {epic.column_label}. Whether to persevere, pivot or stop is decided "
            f"while an epic is in {PHASE_LABELS[Phase.TESTING]} or "
            f"{PHASE_LABELS[Phase.DELIVERING]}."
        )


class OpenAlready(Mistake):
    """A second decision about an epic while one is open."""

    def __init__(self, key: str, epic_key: str) -> None:
        super().__init__(f"{key} already asks about {epic_key}. /decision show {key} shows it.")


class NotLive(Mistake):
    """A vote in a portfolio that posts nothing yet."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not live yet. Decisions can be opened once it is.")


class CannotSee(Mistake):
    """A vote on a restricted epic by people who may not see it."""

    def __init__(self, key: str, people: Sequence[str]) -> None:
        super().__init__(
            f"{key} is restricted, and some of the people you would ask may not see it. Choose "
            f"others, or let them see it first with /epic restrict {key}. They are:"
        )
        self.named = tuple(people)


class StillAsked(Mistake):
    """Restricting an epic to fewer people than are voting on it."""

    def __init__(self, epic_key: str, key: str, people: Sequence[str]) -> None:
        super().__init__(
            f"{key} asks people who would not see {epic_key} any more. Name them as well, or have "
            f"{key} withdrawn first with /decision show {key}. They are:"
        )
        self.named = tuple(people)


class NowhereToPost(Mistake):
    """A ballot that no channel would show."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Neither {name} nor the value stream has a channel, so there is no place for "
            "the ballot. An admin sets one with /portfolio settings."
        )


def asked_often(busy: int, electors: int) -> str:
    """How many of so many were asked twice this week, as a sentence."""
    return (
        f"{busy:,} of {electors:,} {'was' if busy == 1 else 'were'} asked twice this week already."
    )


class AskedOften(FieldMistakes):
    """A third vote in a week for someone, without a word that it cannot wait."""

    def __init__(self, busy: int, electors: int) -> None:
        said = f"{asked_often(busy, electors)} Choose Monday at 9:00, or now anyway."
        super().__init__({"when": said})


class PlannedAlready(Mistake):
    """A second attempt while the first waits for Monday."""

    def __init__(self, epic_key: str, opens_on: date) -> None:
        super().__init__(
            f"They will be asked about {epic_key} on {spell_day(opens_on)} at 9:00, so that "
            f"nobody is asked more than twice a week. /decision list shows it."
        )


class NotTheirPlan(Mistake):
    """Taking back what someone else has planned to ask."""

    def __init__(self, ask: Sequence[str]) -> None:
        super().__init__(
            "Only the person who planned it, the owner of the value stream or an admin can take "
            "it back."
        )
        self.ask = tuple(ask)


class PlannedOpening(Base):
    """A question that is put to its electors later, with the form as it was sent.

    What kept it from being opened stays in `failed`; one that was opened is gone.
    """

    __tablename__ = "planned_openings"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"), index=True)
    question: Mapped[Question] = mapped_column(stored_by_value(Question))
    form: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_vote: Mapped[bool]
    by_user_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    opens_at: Mapped[datetime]
    failed: Mapped[str | None] = mapped_column(Text)

    epic: Mapped[Epic] = relationship()

    @property
    def asks(self) -> str:
        """The question in words."""
        return WORDS.get(self.question) or self.form["asks"] or ""


def monday_after(portfolio: Portfolio, at: datetime) -> datetime:
    """Nine o'clock on the next Monday."""
    today = portfolio.day_of(at)
    monday = today + timedelta(days=7 - today.weekday())
    return datetime.combine(monday, time(9), ZoneInfo(portfolio.time_zone)).astimezone(UTC)


def week_of(portfolio: Portfolio, at: datetime) -> datetime:
    """When the ISO week of the moment began there."""
    today = portfolio.day_of(at)
    monday = today - timedelta(days=today.weekday())
    return datetime.combine(monday, time(), ZoneInfo(portfolio.time_zone)).astimezone(UTC)


VOTING = (Role.COUNCIL, Role.STREAM_OWNER, Role.FINANCE, Role.EPIC_OWNER, Role.ADMIN)
"""The roles that can be asked to vote."""


class NobodyDecides(Mistake):
    """An epic below the council's line that everybody who could decide has a part in."""

    def __init__(self, epic: Epic, admins: Sequence[str]) -> None:
        super().__init__(
            f"Nobody can decide on {epic.key} alone: whoever owns or proposed it may not, and "
            f"{epic.portfolio.name} has no other council member. An admin gives the role with "
            "/portfolio roles."
        )
        self.ask = tuple(admins)


class Deciders(NamedTuple):
    """Who decides and how, unless whoever opens it says otherwise."""

    way: Way
    people: Sequence[str]
    are: str
    """Who they are in words."""

    def is_one(self, user_id: str) -> bool:
        """Whether this person decides alone."""
        return self.way is Way.ALONE and user_id in self.people


def is_for_council(epic: Epic) -> bool:
    """Whether its full cost is at the council's line or above it, or is not known."""
    cost = epic.full_cost_minor
    return cost is None or cost >= epic.portfolio.council_line


def deciders_of(epic: Epic, council: Sequence[str], owner: str | None) -> Deciders:
    """Who decides about the epic.

    `council` and `owner`, of its value stream, are those who are here. Below the line it is the
    owner; where they own or proposed the epic, or there is none, any one of the council who did
    neither. Nobody may be left.
    """
    if is_for_council(epic):
        return Deciders(Way.VOTE, council, COUNCIL)
    involved = (epic.owner_user_id, epic.proposed_by)
    if owner is not None and owner not in involved:
        return Deciders(Way.ALONE, (owner,), f"the owner of {epic.value_stream.name}")
    free = [each for each in council if each not in involved]
    return Deciders(Way.ALONE, free, "one member of the council")


def read_key(typed: str) -> str:
    """The key as it is stored: "d 7" and "7" are D-7. Raises UnknownDecision."""
    key = plain_key(typed)
    found = KEY.fullmatch(key) if key.isascii() else None
    if found is None:
        raise UnknownDecision(key)
    return f"D-{int(found[1])}"


def ballot_channel(epic: Epic, electors_are: str = COUNCIL) -> str | None:
    """Where a ballot about the epic stands: the council's in the portfolio's channel, any other
    in the stream's; in the other one where there is but that."""
    channels = epic.portfolio.channel_id, epic.value_stream.channel_id
    first, second = channels if electors_are == COUNCIL else reversed(channels)
    return first or second


def asked_there(epic: Epic, question: Question) -> bool:
    """Whether the question is asked of an epic that stands where this one does."""
    if question is Question.GO:
        return epic.state.name == ANALYZING or Requirement.GO in epic.state.requirements
    return question is not Question.MVP or epic.phase is not None


def check_can_ask(epic: Epic, question: Question) -> None:
    """Raise NotAnalyzing or NotTesting where the question is not asked of the epic now."""
    if not asked_there(epic, question):
        raise NotAnalyzing(epic) if question is Question.GO else NotTesting(epic)


def check_live(portfolio: Portfolio, at: datetime) -> None:
    """Raise NotLive where nothing is posted yet."""
    if portfolio.is_silent(at):
        raise NotLive(portfolio.name)


def check_can_post(portfolio: Portfolio, channel_id: str | None) -> None:
    """Raise NowhereToPost where no ballot would be shown."""
    if channel_id is None:
        raise NowhereToPost(portfolio.name)
