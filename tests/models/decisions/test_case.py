"""For how long the MVP was tested when its case was frozen."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from models.decisions.case import Case
from models.evidence.known import Evidence, Point
from models.portfolio.portfolio import Phase
from tests.views.builders import MONDAY, an_epic

TODAY = MONDAY.date()
SIX_WEEKS = "below 63 % after 6 weeks of the MVP"


def weeks_of(days, line=SIX_WEEKS, *, phase=Phase.TESTING, read_on=TODAY):
    epic = an_epic("implementing", phase=phase, kill_threshold=line)
    tested_on = None if days is None else TODAY - timedelta(days=days)
    readings = (Point(on=read_on, value=Decimal("64.2")),) if read_on else ()
    known = Evidence(today=TODAY, tested_on=tested_on, readings=readings, newest_on=read_on)
    return Case.of(epic, MONDAY, known).tested_for


@pytest.mark.parametrize(
    ("days", "line", "said"),
    [
        (7, SIX_WEEKS, "1 of 6 weeks"),
        (27, SIX_WEEKS, "3 of 6 weeks"),
        (42, SIX_WEEKS, "6 of 6 weeks"),
        (48, SIX_WEEKS, "6 of 6 weeks"),
        (49, SIX_WEEKS, "7 weeks"),
        (7, "below 63 % after 1 week", "1 of 1 week"),
        (12, "above 3 complaints after 30 days", "12 of 30 days"),
        (48, "under 12 days after 2 months", "1 of 2 months"),
    ],
)
def test_it_counts_the_weeks_of_the_time_that_the_stop_line_gives_it(days, line, said):
    assert weeks_of(days, line) == said


@pytest.mark.parametrize(
    ("days", "more"),
    [
        (6, {}),
        (None, {}),
        (42, {"line": "below 63 %"}),
        (42, {"line": "nobody likes it"}),
        (42, {"line": None}),
        (42, {"phase": Phase.DELIVERING}),
        (42, {"read_on": None}),
        (42, {"read_on": date(2026, 4, 5)}),
    ],
)
def test_it_counts_none_before_the_first_is_over_or_where_nothing_was_read_meanwhile(days, more):
    assert weeks_of(days, **more) is None
