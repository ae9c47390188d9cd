"""What is typed while a portfolio is set up. No database."""

from datetime import date

import pytest

from models.errors import Mistake
from models.portfolio.setup import parse_holidays, parse_working_days


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("", []),
        ("2026-12-25\n25.12.2026\n\n 1.1.2027 ", [date(2026, 12, 25), date(2027, 1, 1)]),
    ],
)
def test_holidays_are_dates_one_a_line(typed, days):
    assert parse_holidays(typed) == days


@pytest.mark.parametrize("typed", ["Christmas", "2026-02-30", "31.11.2026", "12/25/2026"])
def test_a_line_that_is_no_date_is_named(typed):
    with pytest.raises(Mistake, match="is not a date"):
        parse_holidays(typed)


def test_working_days_are_those_checked():
    assert parse_working_days(("0", "4", "6")) == "1000101"
