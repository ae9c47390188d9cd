"""Votes on a decision: who is asked, the box their ballots lie in, and how a press is judged."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.calendar import spell_day
from models.decisions.question import ALWAYS, Choice, NotAnOption
from models.errors import Mistake, ReasonMissing

AFTER_THE_LAST = timedelta(minutes=10)
"""When all have voted, it closes so long after the last press."""


class Closed(Mistake):
    """A press after the close."""

    def __init__(self, key: str, closed_at: datetime, zone: ZoneInfo) -> None:
        local = closed_at.astimezone(zone)
        super().__init__(
            f"{key} closed at {local:%H:%M:%S} on {spell_day(local.date())}, so this press does "
            f"not count. /decision show {key} shows how it ended."
        )


class NotAnElector(Mistake):
    """A press by someone who is not asked."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Only the people who were asked when {key} was opened can vote on it.")


class VotedOtherwise(Mistake):
    """A reason for a vote that is another one by now."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Your vote on {key} has changed since. Add a reason to the new one.")


def closing_at(closes_at: datetime, waits: bool, last_at: datetime | None) -> datetime:
    """When a decision closes: at its time, or soon after the last press where nobody is waited for.

    `last_at` is when the last ballot came.
    """
    if waits or last_at is None:
        return closes_at
    return min(closes_at, last_at + AFTER_THE_LAST)


def waits_for(waiting: int, objections: int, left: int, quorum: int) -> bool:
    """Whether someone is waited for: to vote, or to remove an objection that stands.

    Where fewer are left than the quorum nobody is.
    """
    return (waiting > 0 or objections > 0) and left >= quorum


class Elector(Base):
    """Someone who is asked to vote; the list is frozen when the decision is opened."""

    audited = False
    __tablename__ = "electors"
    __table_args__ = (Index(None, "workspace_id", "user_id"),)

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    message_id: Mapped[int | None]
    """The ballot that they alone have, where they have one."""
    left_at: Mapped[datetime | None]
    """When they left Slack without a vote in this round: nobody waits for them any more."""


class BallotBox(Base):
    """The end of a decision's chain of ballots, and how many electors have none in this round."""

    audited = False
    __tablename__ = "ballot_boxes"

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    electors: Mapped[int]
    """Without those who left Slack without a vote."""
    waiting: Mapped[int]
    count: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64))
    recused: Mapped[int] = mapped_column(default=0, server_default="0")
    """Of those who have: how many have a stake in it."""
    objections: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many stand."""
    last_at: Mapped[datetime | None]
    """When the last ballot came, or the last who was waited for left Slack."""

    @property
    def end(self) -> str:
        """How many ballots there are, and the hash of the last."""
        return f"{self.count}:{self.hash}"

    @property
    def voted(self) -> int:
        """How many electors have voted."""
        return self.electors - self.waiting

    def lose_one(self, at: datetime) -> None:
        """Wait no more for an elector who left Slack; it is as if theirs were the last press."""
        assert self.waiting > 0, "nobody is waited for"
        self.electors, self.waiting, self.last_at = self.electors - 1, self.waiting - 1, at

    def regain_one(self, *, has_voted: bool) -> None:
        """Ask one who is back again, and wait for them unless they have a vote."""
        self.electors += 1
        self.waiting += not has_voted


class Ballot(Base):
    """One press of an elector; appended, never changed: the last of each in a round counts.

    It holds the hash of the one before it, and is told in no log before the decision has closed.
    """

    audited = False
    __tablename__ = "ballots"
    __table_args__ = (Index(None, "decision_id", "user_id", "number"),)

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    user_id: Mapped[str] = mapped_column(String(32))
    choice: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    round: Mapped[int] = mapped_column(default=1, server_default="1")
    cast_by: Mapped[str | None] = mapped_column(String(32))
    """Who pressed, where that was a stand-in."""
    reason: Mapped[str | None] = mapped_column(Text)
    saw_up_to: Mapped[int | None]
    """Up to when the ballot they pressed knew evidence, in seconds since 1970."""
    hash: Mapped[str] = mapped_column(String(64))


class Said(NamedTuple):
    """What a press says besides its choice."""

    cast_by: str | None = None
    """Who pressed, where that is a stand-in."""
    reason: str | None = None
    saw_up_to: int | None = None
    objects: bool = False
    """Whether it says which harm it would do."""
    adds_to: str | None = None
    """The choice that was theirs, where only a reason is added."""


NOTHING_SAID = Said()


class Cast(NamedTuple):
    """A vote that counts, to be put into the box."""

    user_id: str
    choice: str
    at: datetime
    round: int = 1
    cast_by: str | None = None
    reason: str | None = None
    saw_up_to: int | None = None


class Paper(NamedTuple):
    """What a press on a decision is judged by, read while the decision cannot close."""

    decision_id: int
    workspace_id: int
    key: str
    closes_at: datetime
    closed_at: datetime | None
    round: int
    quorum: int
    reason_required: bool
    electors: int
    waiting: int
    recused: int
    objections: int
    last_at: datetime | None
    ballots: int
    """How many are in the box, and the hash of the last."""
    hash: str
    time_zone: str
    elector: str | None
    """Whose vote it is, where they are asked."""
    chosen: str | None
    """What was chosen for them before in this round."""
    chosen_by: str | None
    """By whom, where that was a stand-in."""
    offered: Mapping[str, str]
    """What can be chosen, with the label of each."""

    @property
    def waits(self) -> bool:
        """Whether someone is waited for."""
        left = self.electors - self.recused
        return waits_for(self.waiting, self.objections, left, self.quorum)

    @property
    def closing_at(self) -> datetime:
        """When it closes as things stand."""
        return self.closed_at or closing_at(self.closes_at, self.waits, self.last_at)

    def label(self, choice: str) -> str:
        """What the button of a choice says."""
        return {**dict(ALWAYS), **self.offered}[choice]

    def is_late(self, at: datetime) -> bool:
        return self.closed_at is not None or at >= self.closing_at

    def cast(self, choice: str, at: datetime, said: Said) -> Cast | None:
        """The vote of a press at the moment; None where it says what the last one said.

        The moment is read after what it is judged by. Raises Closed, NotAnElector, NotAnOption,
        ReasonMissing and VotedOtherwise.
        """
        if self.elector is None:
            raise NotAnElector(self.key)
        if self.is_late(at):
            raise Closed(self.key, self.closing_at, ZoneInfo(self.time_zone))
        self._check_offers(choice, said)
        if said.adds_to is not None and self.chosen != said.adds_to:
            raise VotedOtherwise(self.key)
        is_same = (choice, said.cast_by) == (self.chosen, self.chosen_by)
        if is_same and said.reason is None:
            return None
        return Cast(self.elector, choice, at, self.round, said.cast_by, said.reason, said.saw_up_to)

    def _check_offers(self, choice: str, said: Said) -> None:
        """Whoever objects says why in the open, and others where the vote asks for a reason."""
        if choice in dict(ALWAYS):
            return
        if choice not in self.offered or (choice == Choice.OBJECT) != said.objects:
            raise NotAnOption(self.key)
        if self.reason_required and said.reason is None and not said.objects:
            raise ReasonMissing("Say why: this vote needs a reason.")
