"""How days are counted: elapsed, by the calendar, and in whole ISO weeks.

Times are elapsed days; an age is `day N`, the number of calendar days between two dates of the
portfolio's zone (`days_between`); and the unfinished week is left out.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MICROSECOND = timedelta(microseconds=1)
LAST_SECOND = timedelta(seconds=1)
"""The end of a day is told as 23:59:59, and a week that ends with it is whole by then."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECONDS_PER_DAY = 86_400_000_000


def microseconds(moment: datetime) -> int:
    """The moment in whole microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def moment_of(microseconds: int) -> datetime:
    """The moment so many microseconds after 1970, in UTC."""
    return EPOCH + int(microseconds) * MICROSECOND


def days_taken(since: datetime | None, until: datetime | None) -> int | None:
    """The whole elapsed days; None where an end is not known, or the second came first."""
    if since is None or until is None or until < since:
        return None
    return (until - since).days


def whole_weeks(moment: datetime, zone: ZoneInfo, count: int) -> Sequence[datetime]:
    """Where the last so many whole ISO weeks begin, oldest first, and where the last one ends.

    Each is a Monday's midnight in the zone, so that `count` weeks have `count + 1` of them.
    """
    today = (moment + LAST_SECOND).astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    starts = [monday - timedelta(weeks=back) for back in range(count, -1, -1)]
    return [datetime.combine(start, time(), zone) for start in starts]
