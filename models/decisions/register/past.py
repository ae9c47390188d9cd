"""Decisions of before: taken elsewhere, brought in from a file as they stood, and never changed."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.decisions.tally import Tally, quorum_of
from models.epics.epic import Epic
from models.portfolio.portfolio import Portfolio

FOR, AGAINST, ABSTAIN, NOT_VOTED = "for", "against", "abstain", "not voted"

HALF = Decimal(50)
TWO_THIRDS = (Decimal(66), Decimal(67))
"""Two thirds is no number of per cent: files round it up or down."""

YES = frozenset(
    {"accepted", "adopted", "agreed", "approved", "carried", "go", "granted", "pass", "passed"}
    | {"persevere", "yes"}
)
NO = frozenset(
    {"declined", "defeated", "denied", "failed", "lost", "no", "no go", "not accepted"}
    | {"not adopted", "not approved", "not carried", "not passed", "rejected", "stop", "stopped"}
)
"""How outcomes are called. One called otherwise, such as deferred, is neither yes nor no."""


class Agreement(Enum):
    """Whether a recorded outcome is the one that its votes give."""

    AGREES = auto()
    DISAGREES = auto()
    UNKNOWN = auto()
    """There are no votes, no rule that is known, or the outcome is neither yes nor no."""


def passes(tally: Tally, threshold_percent: Decimal | None) -> bool | None:
    """What the votes give: more than half from 50 % or none, two thirds from 66 to 67 %.

    None where it is another share: by that rule nothing is counted here.
    """
    if threshold_percent is None or threshold_percent == HALF:
        return tally.by_majority().winner == FOR
    if TWO_THIRDS[0] <= threshold_percent <= TWO_THIRDS[1]:
        return tally.by_two_thirds().winner == FOR
    return None


def reads_as(outcome: str) -> bool | None:
    """Whether a recorded outcome says yes; None where it says neither yes nor no."""
    word = " ".join(outcome.casefold().replace("_", " ").replace("-", " ").split())
    if word in YES:
        return True
    return False if word in NO else None


class PastDecision(Base):
    """A decision that was taken elsewhere; who voted is called as the source calls them.

    It has no electors and no ballots here, and nothing comes of it.
    """

    audited = False  # an import is one event, and nothing else adds or changes one
    __tablename__ = "past_decisions"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "source", "source_id"),
        Index(None, "portfolio_id", "closed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    epic_id: Mapped[int | None] = mapped_column(ForeignKey("epics.id"), index=True)
    source: Mapped[str] = mapped_column(String(80))
    """Empty where the file names none."""
    source_id: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(Text)
    question: Mapped[str | None] = mapped_column(String(200))
    item: Mapped[str | None] = mapped_column(String(200))
    """What it was about, as the file names it."""
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime]
    votes_for: Mapped[int | None]
    votes_against: Mapped[int | None]
    abstained: Mapped[int | None]
    eligible: Mapped[int | None]
    threshold_percent: Mapped[Decimal | None]
    outcome: Mapped[str] = mapped_column(String(80))
    """As the file has it."""
    choices: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    """Who chose what, where the file says so."""
    imported_at: Mapped[datetime]

    portfolio: Mapped[Portfolio] = relationship()
    epic: Mapped[Epic | None] = relationship()

    @property
    def tally(self) -> Tally | None:
        """Its votes; None where the file has none."""
        return tally_of(self.votes_for, self.votes_against, self.abstained, self.eligible)

    @property
    def agreement(self) -> Agreement:
        return agreement(self.tally, self.threshold_percent, self.outcome)


def tally_of(
    votes_for: int | None, votes_against: int | None, abstained: int | None, eligible: int | None
) -> Tally | None:
    """The votes; None where those for or those against are not known.

    Where nobody wrote down how many could vote, they are those who did.
    """
    if votes_for is None or votes_against is None:
        return None
    votes = {FOR: votes_for, AGAINST: votes_against}
    electors = sum(votes.values()) + (abstained or 0) if eligible is None else eligible
    return Tally(votes, abstained or 0, electors, quorum_of(electors))


def agreement(tally: Tally | None, threshold_percent: Decimal | None, outcome: str) -> Agreement:
    """Hold the recorded outcome against the votes, recounted by its rule."""
    said = reads_as(outcome)
    counted = passes(tally, threshold_percent) if tally else None
    if said is None or counted is None:
        return Agreement.UNKNOWN
    return Agreement.AGREES if said is counted else Agreement.DISAGREES


def votes_of(choices: Mapping[str, str]) -> tuple[int, int, int, int]:
    """How many of those named voted for, against, and abstained, and how many were named."""
    chosen = list(choices.values())
    votes_for, votes_against, abstained = (chosen.count(each) for each in (FOR, AGAINST, ABSTAIN))
    return votes_for, votes_against, abstained, len(chosen)
