"""Shifts: money asked to go from one value stream to another, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, stored_by_value
from models.budgets.period import FundingPeriod
from models.budgets.seats import People, Seat
from models.calendar import spell_day
from models.errors import Mistake
from models.portfolio.portfolio import Portfolio, ValueStream


class Outcome(StrEnum):
    """How a shift ended."""

    MOVED = "moved"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    LAPSED = "lapsed"


ENDED_AS = {
    Outcome.MOVED: "the money has moved",
    Outcome.DECLINED: "it was declined",
    Outcome.TAKEN_BACK: "it was taken back",
    Outcome.LAPSED: "it lapsed",
}


class AlreadyEnded(Mistake):
    """Something about a request that has ended."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"This request has already ended: {ENDED_AS[outcome]}.")


class ClosedAt(Mistake):
    """An answer that came when the time was over."""

    def __init__(self, closed: str) -> None:
        super().__init__(f"This request has already ended: it closed at {closed}.")


class NotAsked(Mistake):
    """A yes or no by someone who is not asked; says who is."""

    def __init__(self, names: Sequence[str], asked: Sequence[str]) -> None:
        super().__init__(f"Only {' and '.join(names)} can answer this one.")
        self.ask = tuple(asked)


class OwnRequest(Mistake):
    """A yes to one's own request."""

    def __init__(self, asked: Sequence[str]) -> None:
        super().__init__("You asked for this one, so someone else approves it.")
        self.ask = tuple(asked)


class AlreadyApproved(Mistake):
    """A second yes by the same person."""

    def __init__(self) -> None:
        super().__init__("You have already approved this one. It waits for someone else.")


class NotYours(Mistake):
    """A request of someone else that is to be taken back."""

    def __init__(self, asked_by: str) -> None:
        super().__init__("Only who asked, or an admin, can take this one back.")
        self.ask = (asked_by,)


class StreamEnded(Mistake):
    """A yes to a shift of a stream that has ended since."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has ended since this was asked. Decline it and ask again.")


class Shift(Base):
    """A shift of money within a funding period, asked for at a moment.

    One that asks nobody is moved at that moment and has no approvals. While it is open its amount
    is set aside in the giving stream.
    """

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="above_zero"),
        CheckConstraint("from_stream_id <> to_stream_id", name="to_another_stream"),
        Index(None, "portfolio_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    period_id: Mapped[int] = mapped_column(ForeignKey("funding_periods.id"))
    from_stream_id: Mapped[int] = mapped_column(ForeignKey("value_streams.id"))
    to_stream_id: Mapped[int] = mapped_column(ForeignKey("value_streams.id"))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime]
    lapses_at: Mapped[datetime]
    outcome: Mapped[Outcome | None] = mapped_column(stored_by_value(Outcome))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(32))
    """Nobody where it lapsed; of a shift that was approved, who said yes last."""
    ended_because: Mapped[str | None] = mapped_column(Text)

    portfolio: Mapped[Portfolio] = relationship()
    period: Mapped[FundingPeriod] = relationship()
    from_stream: Mapped[ValueStream] = relationship(foreign_keys=from_stream_id)
    to_stream: Mapped[ValueStream] = relationship(foreign_keys=to_stream_id)
    approvals: Mapped[list["Approval"]] = relationship(
        order_by="Approval.id", back_populates="shift"
    )

    @property
    def work_key(self) -> str:
        """The key of the work that lets it lapse."""
        return f"shift:{self.id}"

    @property
    def open_seats(self) -> list["Approval"]:
        """Those whose yes is still missing."""
        return [each for each in self.approvals if each.at is None]

    @property
    def closes(self) -> str:
        """Its last moment, in words: "17:00:00 on 22 May 2026"."""
        local = self.lapses_at.astimezone(ZoneInfo(self.portfolio.time_zone))
        return f"{local:%H:%M:%S} on {spell_day(local.date())}"

    def seat_name(self, seat: Seat, people: People) -> str:
        """What who sits there is called."""
        owners = {
            Seat.GIVER: (people.givers, f"the owner of {self.from_stream.name}"),
            Seat.RECEIVER: (people.receivers, f"the owner of {self.to_stream.name}"),
        }
        found, name = owners.get(seat, ((), ""))
        if any(each != people.asker for each in found):
            return name
        has_finance = any(each != people.asker for each in people.finance)
        return "finance" if has_finance and seat is not Seat.ADMIN else "an admin"

    def approve(self, by: str, at: datetime, people: People) -> None:
        """Say yes on every seat the person sits on; with the last yes it has moved.

        Raises AlreadyEnded, ClosedAt, OwnRequest, AlreadyApproved, NotAsked and StreamEnded.
        """
        self._check_is_open(at)
        seats = self._seats_of(by, people)
        for stream in (self.from_stream, self.to_stream):
            if stream.ended_at is not None:
                raise StreamEnded(stream.name)
        for seat in seats:
            seat.give(by, at)
        if not self.open_seats:
            self.end(Outcome.MOVED, by, at)

    def check_declines(self, by: str, at: datetime, people: People) -> None:
        """Who is asked may, also who has said yes already.

        Raises AlreadyEnded, ClosedAt, OwnRequest and NotAsked.
        """
        self._check_is_open(at)
        if all(by != each.user_id for each in self.approvals) or by == self.asked_by:
            self._seats_of(by, people)

    def decline(self, by: str, at: datetime, because: str, people: People) -> None:
        """Say no. Raises as `check_declines` does."""
        self.check_declines(by, at, people)
        self.end(Outcome.DECLINED, by, at, because)

    def take_back(self, by: str, at: datetime, *, is_admin: bool) -> None:
        """End one's own request; an admin ends any. Raises AlreadyEnded, ClosedAt and NotYours."""
        self._check_is_open(at)
        if by != self.asked_by and not is_admin:
            raise NotYours(self.asked_by)
        self.end(Outcome.TAKEN_BACK, by, at)

    def end(
        self, outcome: Outcome, by: str | None, at: datetime, because: str | None = None
    ) -> None:
        """Note how it ended; the ledger says what became of the money."""
        self.outcome, self.ended_at, self.ended_by, self.ended_because = outcome, at, by, because

    def _check_is_open(self, at: datetime) -> None:
        """What comes in its last moment comes too late, also where the clock has not struck yet."""
        if self.outcome is not None:
            raise AlreadyEnded(self.outcome)
        if at >= self.lapses_at:
            raise ClosedAt(self.closes)

    def _seats_of(self, by: str, people: People) -> Sequence["Approval"]:
        """The open seats the person sits on."""
        asked = [each for seat in self.open_seats for each in people.sitting(seat.seat)]
        if by == self.asked_by:
            raise OwnRequest(list(dict.fromkeys(asked)))
        found = [seat for seat in self.open_seats if by in people.sitting(seat.seat)]
        if found:
            return found
        if any(each.user_id == by for each in self.approvals):
            raise AlreadyApproved
        names = [self.seat_name(seat.seat, people) for seat in self.open_seats]
        raise NotAsked(list(dict.fromkeys(names)), list(dict.fromkeys(asked)))


class Approval(Base):
    """One yes that a shift needs: in whose place, and who said it when."""

    __tablename__ = "shift_approvals"
    __table_args__ = (UniqueConstraint("shift_id", "seat"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"))
    seat: Mapped[Seat] = mapped_column(stored_by_value(Seat))
    user_id: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime | None]

    shift: Mapped[Shift] = relationship(back_populates="approvals")

    def give(self, user_id: str, at: datetime) -> None:
        """Say yes."""
        self.user_id, self.at = user_id, at
