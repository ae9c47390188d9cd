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
from models.budgets.rules import Rules, RulesChange, rules_by
from models.budgets.seats import People, Seat
from models.calendar import DAY_ENDS_AT, spell_day
from models.decisions.decision import Decision, Ending
from models.decisions.question import Choice
from models.decisions.thread import OpenQuestion
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
        super().__init__("You asked for this one, so someone else has to approve it.")
        self.ask = tuple(asked)


class NotYet(Mistake):
    """A yes or no by a stand-in while those they stand in for have time to answer."""

    def __init__(self, since: str, asked: Sequence[str]) -> None:
        super().__init__(
            f"You are a stand-in here. You are asked from {since} on, if nobody answers before "
            f"then."
        )
        self.ask = tuple(asked)


class WaitsForCouncil(Mistake):
    """A yes by someone, where the council's decision is all that is missing."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Only the council's decision is missing: /decision show {key}.")


class NotMoved(Mistake):
    """Undoing a shift that moved nothing."""

    def __init__(self) -> None:
        super().__init__("This request moved no money, so there is nothing to undo.")


class PeriodOver(Mistake):
    """A yes to a shift of a period that is over, or undoing one."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is over, so no money can move in it any more.")


class AllUndone(Mistake):
    """Undoing a shift of which all was asked back, or has come back."""

    def __init__(self) -> None:
        super().__init__("All of it has already been asked back. /budget history shows it.")


class NothingLeft(Mistake):
    """Undoing a shift whose receiver has nothing available any more."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has nothing available to give back now.")


class AlreadyApproved(Mistake):
    """A second yes by the same person."""

    def __init__(self) -> None:
        super().__init__("You have already approved this one. It waits for someone else.")


class NotYours(Mistake):
    """A request of someone else that is to be taken back."""

    def __init__(self, asked_by: str) -> None:
        super().__init__("Only the person who asked, or an admin, can take this one back.")
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
        Index(None, "undoes_id"),
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
    stand_ins_at: Mapped[datetime | None]
    """From when stand-ins are asked too; None where it asked nobody."""
    stand_ins_asked: Mapped[bool] = mapped_column(default=False)
    """Whether they were asked."""
    lapses_at: Mapped[datetime]
    """With a council's decision: one working day after it closes, or can close at the latest."""
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    """The council's, where it takes one."""
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("shifts.id"))
    """The shift whose money it brings back."""
    lasting: Mapped[bool] = mapped_column(default=False)
    """Whether it also holds for the period that this one is rolled forward to."""
    rules_id: Mapped[int | None] = mapped_column(ForeignKey("rules_changes.id"))
    """The change whose rules it was asked under, and keeps; None for the usual ones."""
    outcome: Mapped[Outcome | None] = mapped_column(stored_by_value(Outcome))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(32))
    """Nobody where it lapsed or the council ended it; of an approved one, who said yes last."""
    ended_because: Mapped[str | None] = mapped_column(Text)

    portfolio: Mapped[Portfolio] = relationship()
    period: Mapped[FundingPeriod] = relationship()
    from_stream: Mapped[ValueStream] = relationship(foreign_keys=from_stream_id)
    to_stream: Mapped[ValueStream] = relationship(foreign_keys=to_stream_id)
    decision: Mapped[Decision | None] = relationship()
    ruled_by: Mapped[RulesChange | None] = relationship()
    undoes: Mapped["Shift | None"] = relationship(remote_side=[id])
    approvals: Mapped[list["Approval"]] = relationship(
        order_by="Approval.id", back_populates="shift"
    )

    @property
    def rules(self) -> Rules:
        """Those it was asked under, whatever holds since."""
        return rules_by(self.ruled_by)

    @property
    def work_key(self) -> str:
        """The key of the work that lets it lapse."""
        return f"shift:{self.id}"

    @property
    def stand_ins_key(self) -> str:
        """The key of the work that asks the stand-ins."""
        return f"shift_stand_ins:{self.id}"

    @property
    def is_silent(self) -> bool:
        """Whether it moved without anybody being asked."""
        return self.outcome is Outcome.MOVED and not self.approvals

    @property
    def approved_by(self) -> Sequence[str]:
        """Who said yes besides who asked, each once, by their ids; the council as that."""
        names = [each.user_id or "council" for each in self.approvals if each.at is not None]
        return [name for name in dict.fromkeys(names) if name != self.asked_by]

    def has_approved(self, user_id: str, people: People) -> bool:
        """Whether someone's yes is given, other than by asking, and no other of theirs missing."""
        asked = {each for seat in self.open_seats for each in people.sitting(seat.seat)}
        return user_id in self.approved_by and user_id not in asked

    @property
    def open_seats(self) -> list["Approval"]:
        """Those whose yes is still missing."""
        return [each for each in self.approvals if each.at is None]

    @property
    def closes(self) -> str:
        """Its last moment, in words: "17:00:00 on 22 May 2026"."""
        local = self.lapses_at.astimezone(self._zone)
        return f"{local:%H:%M:%S} on {spell_day(local.date())}"

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.portfolio.time_zone)

    def _is_over(self, at: datetime) -> bool:
        """Whether its period is over at the moment."""
        return at.astimezone(self._zone).date() > self.period.ends_on

    def _end_after(self, at: datetime, working_days: int) -> datetime:
        """The end of the day so many working days later."""
        last = self.portfolio.calendar.days_after(at.astimezone(self._zone).date(), working_days)
        return datetime.combine(last, DAY_ENDS_AT, self._zone)

    @property
    def undone_soon_until(self) -> datetime:
        """Until when finance's yes alone undoes a silent one."""
        assert self.ended_at is not None
        return self._end_after(self.ended_at, self.rules.undo_days)

    def is_undone_soon(self, at: datetime) -> bool:
        """Whether finance's yes is enough to undo it at the moment."""
        return self.is_silent and at < self.undone_soon_until

    def largest_undone(self, at: datetime, asked_back: int, available: int) -> int:
        """The most that can go back now; `asked_back` has been or is asked for, `available` is
        what the receiver has, all in minor units. Raises NotMoved, PeriodOver, AllUndone and
        NothingLeft.
        """
        if self.outcome is not Outcome.MOVED:
            raise NotMoved
        if self._is_over(at):
            raise PeriodOver(self.period.name)
        if asked_back >= self.amount_minor:
            raise AllUndone
        if available <= 0:
            raise NothingLeft(self.to_stream.name)
        return min(self.amount_minor - asked_back, available)

    def seat_name(self, seat: Seat, people: People) -> str:
        """What who sits there is called."""
        owners = {
            Seat.GIVER: (people.givers, f"the owner of {self.from_stream.name}"),
            Seat.RECEIVER: (people.receivers, f"the owner of {self.to_stream.name}"),
        }
        if seat is Seat.COUNCIL:
            return "the council"
        found, name = owners.get(seat, ((), ""))
        if any(each != people.asker for each in found):
            return name
        has_finance = any(each != people.asker for each in people.finance)
        return "finance" if has_finance and seat is not Seat.ADMIN else "an admin"

    def approve(self, by: str, at: datetime, people: People) -> None:
        """Say yes on every seat the person sits on; with the last yes it has moved.

        Raises AlreadyEnded, ClosedAt, OwnRequest, AlreadyApproved, NotAsked, NotYet,
        WaitsForCouncil, StreamEnded and PeriodOver.
        """
        self.check_is_open(at)
        seats = self._seats_of(by, at, people)
        for stream in (self.from_stream, self.to_stream):
            if stream.ended_at is not None:
                raise StreamEnded(stream.name)
        if self._is_over(at):
            raise PeriodOver(self.period.name)
        for seat in seats:
            seat.give(by, at)
        if not self.open_seats:
            self.end(Outcome.MOVED, by, at)

    def heed_council(self, decision: Decision, at: datetime) -> None:
        """Have the council's decision hold: a yes counts as one more, anything else ends it."""
        assert self.outcome is None, "ended already"
        ended = next((s for s in (self.from_stream, self.to_stream) if s.ended_at), None)
        if decision.ending is Ending.WITHDRAWN:
            by = decision.decided_by
            outcome = Outcome.TAKEN_BACK if by == self.asked_by else Outcome.DECLINED
            self.end(outcome, by, at, decision.why)
        elif decision.outcome != Choice.YES:
            is_few = decision.ending is Ending.NO_QUORUM
            self.end(Outcome.DECLINED, None, at, "too few voted." if is_few else None)
        elif ended is not None:
            self.end(Outcome.DECLINED, None, at, f"{ended.name} has ended meanwhile.")
        elif self._is_over(at):
            self.end(Outcome.DECLINED, None, at, f"{self.period.name} is over.")
        else:
            for seat in self.open_seats:
                if seat.seat is Seat.COUNCIL:
                    seat.at = at
            if not self.open_seats:
                self.end(Outcome.MOVED, None, at)
            self.lapses_at = self._end_after(at, self.rules.after_council_days)

    def wait_for(self, decision: Decision) -> None:
        """Stand until after the council's decision, which was asked again or goes on for longer."""
        self.decision = decision
        self.lapses_at = self._end_after(decision.closes_at, self.rules.after_council_days)

    @property
    def ended_so(self) -> str:
        """How it ended, and why where that was said."""
        assert self.outcome is not None
        because = f": {self.ended_because}" if self.ended_because else ""
        return f"{ENDED_AS[self.outcome]}{because}"

    def check_declines(self, by: str, at: datetime, people: People) -> None:
        """Who is asked may, also who has said yes already.

        Raises AlreadyEnded, ClosedAt, OwnRequest, NotAsked, NotYet and WaitsForCouncil.
        """
        self.check_is_open(at)
        if all(by != each.user_id for each in self.approvals) or by == self.asked_by:
            self._seats_of(by, at, people)

    def decline(self, by: str, at: datetime, because: str, people: People) -> None:
        """Say no. Raises as `check_declines` does."""
        self.check_declines(by, at, people)
        self.end(Outcome.DECLINED, by, at, because)

    def take_back(self, by: str, at: datetime, *, is_admin: bool) -> None:
        """End one's own request; an admin ends any. Raises AlreadyEnded, ClosedAt and NotYours."""
        self.check_is_open(at)
        if by != self.asked_by and not is_admin:
            raise NotYours(self.asked_by)
        self.end(Outcome.TAKEN_BACK, by, at)

    def end(
        self, outcome: Outcome, by: str | None, at: datetime, because: str | None = None
    ) -> None:
        """Note how it ended; the ledger says what became of the money."""
        self.outcome, self.ended_at, self.ended_by, self.ended_because = outcome, at, by, because

    def check_is_open(self, at: datetime) -> None:
        """Raise AlreadyEnded and ClosedAt: what comes in its last moment comes too late, also where
        the clock has not struck yet.
        """
        if self.outcome is not None:
            raise AlreadyEnded(self.outcome)
        if at >= self.lapses_at:
            raise ClosedAt(self.closes)

    def standing_in(self, people: People) -> Sequence[str]:
        """Who stands in for those whose yes is missing."""
        found = [each for seat in self.open_seats for each in people.standing_in(seat.seat)]
        return list(dict.fromkeys(found))

    def _seats_of(self, by: str, at: datetime, people: People) -> Sequence["Approval"]:
        """The open seats the person sits on, or stands in on once that is asked for."""
        asked = [each for seat in self.open_seats for each in people.sitting(seat.seat)]
        if by == self.asked_by:
            raise OwnRequest(list(dict.fromkeys(asked)))
        found = [seat for seat in self.open_seats if by in people.sitting(seat.seat)]
        stood = [seat for seat in self.open_seats if by in people.standing_in(seat.seat)]
        is_time = self.stand_ins_at is None or at >= self.stand_ins_at
        if found or (stood and is_time):
            return [*found, *(stood if is_time else ())]
        if any(each.user_id == by for each in self.approvals):
            raise AlreadyApproved
        if stood:
            assert self.stand_ins_at is not None
            local = self.stand_ins_at.astimezone(self._zone)
            raise NotYet(f"{local:%H:%M} on {spell_day(local.date())}", asked)
        pressed = [each.seat for each in self.open_seats if each.seat is not Seat.COUNCIL]
        if not pressed:
            assert self.decision is not None
            raise WaitsForCouncil(self.decision.key)
        names = [self.seat_name(seat, people) for seat in pressed]
        raise NotAsked(list(dict.fromkeys(names)), list(dict.fromkeys(asked)))


class ShiftQuestion(OpenQuestion, Base):
    """One about a request to move money."""

    __tablename__ = "shift_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"), index=True)

    shift: Mapped[Shift] = relationship()


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
