"""Days as people count and write them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
SATURDAY = 5
MONDAY_TO_FRIDAY = "1111100"
DAY_ENDS_AT = time(17)
ANSWER_WORKING_DAYS = 10
"""Within how many working days a new idea has its first answer."""


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones; to look for them reads the whole folder they lie in."""
    return frozenset(available_timezones())


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked: seven of 1 and 0 from Monday on, and the holidays that are not."""

    working_days: str = MONDAY_TO_FRIDAY
    holidays: frozenset[date] = frozenset()

    def is_worked(self, day: date) -> bool:
        """Whether the day is worked; where no weekday is, every one counts."""
        worked = self.working_days[day.weekday()] == "1" or "1" not in self.working_days
        return worked and day not in self.holidays

    def days_after(self, day: date, days: int) -> date:
        """The day that is so many working days later."""
        while days > 0:
            day += timedelta(days=1)
            days -= self.is_worked(day)
        return day

    def days_before(self, day: date, days: int) -> date:
        """The day that is so many working days earlier."""
        while days > 0:
            day -= timedelta(days=1)
            days -= self.is_worked(day)
        return day

    def days_until(self, day: date, later: date) -> int:
        """How many working days come after the day, up to the later one and with it."""
        span = (later - day).days
        return sum(self.is_worked(day + timedelta(days=n)) for n in range(1, span + 1))

    def answer_due_on(self, entered_on: date) -> date:
        """The day by which an idea that came in has its first answer."""
        return self.days_after(entered_on, ANSWER_WORKING_DAYS)

    def answer_due_at(self, entered_at: datetime, zone: ZoneInfo) -> datetime:
        """The end of that day's work, by the zone's calendar."""
        due_on = self.answer_due_on(entered_at.astimezone(zone).date())
        return datetime.combine(due_on, DAY_ENDS_AT, zone)

    def late_if_entered_before(self, today: date) -> date:
        """The first day whose ideas are not late yet: those of every day before it are."""
        day = today
        while self.answer_due_on(day - timedelta(days=1)) >= today:
            day -= timedelta(days=1)
        return day


def next_slot(after: datetime, weekday: int, minute_of_day: int, zone: ZoneInfo) -> datetime:
    """The first such weekday (Monday is 0) and time of the zone later than the moment, in UTC.

    Where the clocks skip that time it is the moment after; where they repeat it, the first of both.
    """
    line = f"{minute_of_day % 60} {minute_of_day // 60} * * {(weekday + 1) % 7}"
    return next(CronSim(line, after.astimezone(zone))).astimezone(UTC)


def next_night(after: datetime, zone: ZoneInfo) -> datetime:
    """Five minutes past the zone's next midnight after the moment, in UTC."""
    return next(CronSim("5 0 * * *", after.astimezone(zone))).astimezone(UTC)


def week_of(day: date) -> str:
    """The ISO week, such as "2026-W20"."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def spell_day(day: date) -> str:
    """ "30 Sep 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def spell_days(count: int) -> str:
    """ "1 day", "20 days": durations are said in days, however long, so that they compare."""
    return f"{count:,} {'day' if count == 1 else 'days'}"


def spell_span(first: date, last: date) -> str:
    """ "11–17 May", "27 Apr–3 May", and one day as it is."""
    end = f"{last.day} {MONTHS[last.month - 1]}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    return f"{first.day} {MONTHS[first.month - 1]}–{end}"


def days_between(earlier: datetime, later: datetime, zone: ZoneInfo) -> int:
    """N of `day N` by the zone's calendar: from 5 March to 18 May 74, on the day itself 0."""
    return (later.astimezone(zone).date() - earlier.astimezone(zone).date()).days


def same_day_from(day: date, today: date) -> date:
    """The next such day of the year that is not before today; 29 Feb becomes 28 Feb."""
    year = today.year
    while (moved := _in_year(day, year)) < today:
        year += 1
    return moved


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
