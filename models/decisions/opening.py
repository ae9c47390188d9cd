"""What it takes to put a question about an epic to the council."""

import re
from collections.abc import Sequence
from datetime import datetime

from models.decisions.question import Question
from models.epics.epic import Epic
from models.errors import Mistake
from models.fields import plain_key
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import PHASE_LABELS, Phase, Portfolio

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
            f"Nobody is in the council of {name} now, so nobody could vote. An admin gives the "
            "role council with /portfolio roles."
        )
        self.ask = tuple(admins)


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
        super().__init__(
            f"{name} is not live yet, and nothing is posted before. Decisions can be opened then."
        )


class CannotSee(Mistake):
    """A vote on a restricted epic by people who may not see it."""

    def __init__(self, key: str, people: Sequence[str]) -> None:
        super().__init__(f"{key} is restricted, and not all who would be asked may see it.")
        self.named = tuple(people)


class NowhereToPost(Mistake):
    """A ballot that no channel would show."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Neither {name} nor the value stream has a channel, so there is no place for "
            "the ballot. An admin sets one with /portfolio settings."
        )


def read_key(typed: str) -> str:
    """The key as it is stored: "d 7" and "7" are D-7. Raises UnknownDecision."""
    key = plain_key(typed)
    found = KEY.fullmatch(key) if key.isascii() else None
    if found is None:
        raise UnknownDecision(key)
    return f"D-{int(found[1])}"


def ballot_channel(epic: Epic) -> str | None:
    """Where a ballot about the epic stands: in the portfolio's channel, else in the stream's."""
    return epic.portfolio.channel_id or epic.value_stream.channel_id


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
