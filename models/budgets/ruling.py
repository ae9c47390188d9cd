"""What a shift would do before it is asked for: by which rules, and who decides."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from types import MappingProxyType
from zoneinfo import ZoneInfo

from models.budgets.allocation import YearEndForecast
from models.budgets.books import Balance, Books, Overdrawn
from models.budgets.period import FundingPeriod
from models.budgets.rules import (
    Band,
    Position,
    Rules,
    RulesChange,
    band_of,
    beside_limit,
    over_limit,
    rules_by,
    share,
)
from models.budgets.seats import People, Seat, seats_of, undoing_seats
from models.budgets.shift import Approval, Outcome, Shift
from models.calendar import DAY_ENDS_AT
from models.decisions.decision import USUAL_DAYS
from models.decisions.opening import check_live
from models.errors import Mistake
from models.money import format_amount
from models.portfolio.portfolio import Portfolio, ValueStream

NO_FORECASTS: Mapping[int, YearEndForecast] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a shift would do as everything stands now, and who decides it."""

    portfolio: Portfolio
    period: FundingPeriod
    giver: ValueStream
    taker: ValueStream
    amount: int
    position: Position
    band: Band
    giver_has: Balance
    taker_has: Balance
    people: People
    seats: Mapping[Seat, bool]
    """Whose yes it takes, and whether it is given by asking; empty where it asks nobody."""
    barred: Mistake | None
    """Why it cannot be asked for though the money is there: nobody else could say yes."""
    stand_ins_at: datetime
    """From when stand-ins are asked too."""
    lapses_at: datetime
    """At the latest; sooner where the council decides sooner."""
    undo_until: datetime
    """Until when finance's yes is enough to undo it, where it asks nobody."""
    decides_at: datetime | None = None
    """When the council's decision closes at the latest, where it takes one."""
    undoes: Shift | None = None
    undone_soon: bool = False
    """Whether finance's yes is enough because what it undoes moved silently and lately."""
    ruled_by: RulesChange | None = None
    """The change whose rules hold; None for the usual ones."""
    forecasts: Mapping[int, YearEndForecast] = field(default_factory=dict)
    """What the streams expect, by their ids, of those that gave one."""

    @property
    def rules(self) -> Rules:
        """The limits it is held against."""
        return rules_by(self.ruled_by)

    @property
    def informed(self) -> Sequence[str]:
        """Who hears of what asks nobody: the owners it is not asked by, and finance."""
        people = self.people
        owners = people.receivers
        if people.asker not in people.givers:
            owners = [*people.givers, *people.receivers]
        notified = dict.fromkeys((*owners, *people.finance))
        return [each for each in notified if each != people.asker]

    @property
    def waits_for(self) -> Sequence[Seat]:
        """The seats whose yes is missing."""
        return [seat for seat, is_given in self.seats.items() if not is_given]

    @property
    def asked(self) -> Sequence[str]:
        found = [each for seat in self.waits_for for each in self.people.sitting(seat)]
        return list(dict.fromkeys(found))

    @property
    def mark(self) -> str:
        """A short text that is another where anything shown of it is."""
        shown = (
            self.period.id,
            self.giver.id,
            self.taker.id,
            self.amount,
            self.position,
            self.taker_has.available,
            self.band,
            sorted(self.seats.items()),
            self.asked,
            self.barred and self.barred.sentence,
            self.lapses_at.date().isoformat(),
            self.undoes and self.undoes.id,
            self.ruled_by and self.ruled_by.id,
        )
        return sha256(repr(shown).encode()).hexdigest()[:16]

    def case_lines(self, reason: str) -> Iterator[str]:
        """What a council decides by, a line each."""
        currency, position = self.portfolio.currency, self.position
        funded = format_amount(position.funded, currency)
        for stream, has, minor in (
            (self.giver, self.giver_has.available, -self.amount),
            (self.taker, self.taker_has.available, self.amount),
        ):
            before, after = (format_amount(each, currency) for each in (has, has + minor))
            yield f"{stream.name} has {before} available, and {after} after it"
        moved = format_amount(position.moved_out + self.amount, currency)
        most, moved_most = self.rules.most_percent, self.rules.moved_percent
        out = position.moved_out + self.amount
        size = f"{share(self.amount, position.funded)} of {funded}"
        is_over = self.amount * 100 > most * position.funded
        rule = f", {over_limit(most)}" if is_over else f"; up to {most} % needs no council"
        yield f"Size: {size}{rule}"
        all_out = beside_limit(out, position.funded, moved_most)
        yield f"Moved out this year, with this: {moved}, {all_out}"
        yield f"Why: {reason}"

    def ask(self, reason: str, at: datetime, *, lasting: bool = False) -> Shift:
        """The request; where nobody else is asked it is moved at once, and has no approvals.

        Raises Overdrawn, and what bars it.
        """
        if self.band is Band.OVERDRAWN:
            raise Overdrawn
        if self.barred is not None:
            raise self.barred
        asker, here = self.people.asker, self.portfolio.workspace_id
        shift = Shift(
            workspace_id=here,
            portfolio=self.portfolio,
            period=self.period,
            from_stream=self.giver,
            to_stream=self.taker,
            amount_minor=self.amount,
            reason=reason,
            asked_by=asker,
            asked_at=at,
            stand_ins_at=self.stand_ins_at if self.seats else None,
            stand_ins_asked=False,
            lapses_at=self.lapses_at,
            lasting=lasting,
            undoes=self.undoes,
            ruled_by=self.ruled_by,
        )
        for seat, is_given in self.seats.items():
            approval = Approval(workspace_id=here, seat=seat)
            if is_given:
                approval.give(asker, at)
            shift.approvals.append(approval)
        if not self.seats:
            shift.end(Outcome.MOVED, asker, at)
        return shift


def rule(
    portfolio: Portfolio,
    period: FundingPeriod,
    giver: ValueStream,
    taker: ValueStream,
    amount: int,
    books: Books,
    people: People,
    at: datetime,
    undoes: Shift | None = None,
    forecasts: Mapping[int, YearEndForecast] = NO_FORECASTS,
    ruled_by: RulesChange | None = None,
) -> Ruling:
    """What the shift would do at the moment, and who decides."""
    position, rules = books.position(giver.id), rules_by(ruled_by)
    band = band_of(amount, position, rules)
    soon = undoes is not None and undoes.is_undone_soon(at)
    is_finances = soon and people.asker in people.finance
    is_alone = band is Band.FREE and (people.asker in people.givers or is_finances)
    soon = soon and not is_alone
    seats: Mapping[Seat, bool] = {}
    barred: Mistake | None = None
    if band is not Band.OVERDRAWN and not is_alone:
        try:
            seats = undoing_seats(people) if soon else seats_of(band, people)
            if Seat.COUNCIL in seats:
                check_live(portfolio, at)
        except Mistake as mistake:
            seats, barred = {}, mistake
    zone, calendar = ZoneInfo(portfolio.time_zone), portfolio.calendar
    local = at.astimezone(zone)
    waits = calendar.days_after(local.date(), rules.stand_in_days)
    last = calendar.days_after(local.date(), rules.request_days)
    decides_at = None
    if Seat.COUNCIL in seats:
        closes_on = calendar.days_after(local.date(), USUAL_DAYS)
        decides_at = _end_of(closes_on, zone)
        last = calendar.days_after(closes_on, rules.after_council_days)
    return Ruling(
        portfolio=portfolio,
        period=period,
        giver=giver,
        taker=taker,
        amount=amount,
        position=position,
        band=band,
        giver_has=books.balance(giver.id),
        taker_has=books.balance(taker.id),
        people=people,
        seats=seats,
        barred=barred,
        stand_ins_at=datetime.combine(waits, local.time(), zone),
        lapses_at=_end_of(last, zone),
        undo_until=_end_of(calendar.days_after(local.date(), rules.undo_days), zone),
        decides_at=decides_at,
        undoes=undoes,
        undone_soon=soon and band is not Band.OVERDRAWN,
        ruled_by=ruled_by,
        forecasts=forecasts,
    )


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, DAY_ENDS_AT, zone)
