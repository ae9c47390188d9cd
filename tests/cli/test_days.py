"""The day that is typed after --as-of: its end in the portfolio's zone, and none to come."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.cli.data import end_of_day
from models.errors import Mistake
from models.flow.choice import NotYet
from models.portfolio.portfolio import Portfolio

NOON = datetime(2026, 5, 18, 12, tzinfo=UTC)


def end(text, zone="Europe/Berlin"):
    return end_of_day(Portfolio(time_zone=zone), text, NOON)


@pytest.mark.parametrize("text", ["yesterday", "", "2026-02-30", "18.5.26", "99999-01-01"])
def test_what_is_no_day_is_given_back_with_an_example(text):
    with pytest.raises(Mistake, match=f'"{text}" is not a day. Write it like 2026-05-18.'):
        end(text)


def test_before_all_history_and_in_the_future_it_says_so():
    with pytest.raises(Mistake, match="before 1970"):
        end("0001-01-01")
    with pytest.raises(
        NotYet, match=r"9999 is in the future\. The latest day is today, 18 May 2026"
    ):
        end("9999-12-31")


@pytest.mark.parametrize(
    ("zone", "today", "tomorrow"),
    [
        ("Pacific/Kiritimati", "2026-05-19", "2026-05-20"),  # 14 hours ahead
        ("Pacific/Pago_Pago", "2026-05-18", "2026-05-19"),  # 11 behind
    ],
)
def test_today_is_the_zones_and_its_end_is_there(zone, today, tomorrow):
    found = end(today, zone)
    assert found.date().isoformat() == today
    assert (found + timedelta(seconds=1)).date().isoformat() == tomorrow
    with pytest.raises(NotYet):
        end(tomorrow, zone)
