"""When what follows a decision is due, and what of it is sealed."""

from datetime import UTC, datetime, timedelta

import pytest

from models.decisions.follow_up.dates import extended_to, remind_at, shown_to_all_at
from tests.views.builders import a_decision, a_portfolio, an_epic

MINUTE = timedelta(minutes=1)
CLOSED_AT = datetime(2026, 5, 25, 15, tzinfo=UTC)
"""Monday, 17:00 in Berlin."""


def utc(day, hour, month=5):
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("closes_at", "due_at"),
    [
        (utc(21, 15), utc(20, 15)),
        (utc(25, 15), utc(22, 15)),
        (utc(26, 16, month=10), utc(23, 15, month=10)),
    ],
    ids=["the day before", "over a weekend", "over a change of the clocks"],
)
def test_people_are_reminded_one_working_day_before_the_close_at_its_hour(closes_at, due_at):
    assert remind_at(closes_at, a_portfolio()) == due_at


def test_a_holiday_is_no_working_day():
    portfolio = a_portfolio()
    portfolio.holidays = ["2026-05-22"]
    assert remind_at(CLOSED_AT, portfolio) == utc(21, 15)
    portfolio.holidays = ["2026-05-26"]
    assert extended_to(CLOSED_AT, CLOSED_AT, portfolio) == utc(28, 15)


def test_it_is_extended_by_two_working_days_from_the_close_and_from_now_where_that_is_later():
    portfolio = a_portfolio()
    assert extended_to(CLOSED_AT, CLOSED_AT + MINUTE, portfolio) == utc(27, 15)
    assert extended_to(CLOSED_AT, utc(28, 9), portfolio) == utc(1, 15, month=6)


def test_the_owner_alone_knows_for_half_an_hour_also_where_it_was_closed_late():
    assert shown_to_all_at(CLOSED_AT, CLOSED_AT + timedelta(seconds=2)) == CLOSED_AT + 30 * MINUTE
    late = CLOSED_AT + timedelta(hours=3)
    assert shown_to_all_at(CLOSED_AT, late) == late + 29 * MINUTE


def test_what_was_learned_is_sealed_as_long_as_the_result_is():
    decision = a_decision(an_epic("implementing"))
    decision.hold("U0ANA", CLOSED_AT, CLOSED_AT + 30 * MINUTE)
    decision.learn("Customers trust their bank")
    assert (decision.learned, decision.learned_early) == (None, "Customers trust their bank")
    assert decision.is_held
    decision.close(decision.tally(["stop", "stop"]), CLOSED_AT)
    assert (decision.learned, decision.learned_early) == ("Customers trust their bank", None)
    assert not decision.is_held


def test_what_waits_has_no_effect_yet_and_what_came_true_waits_no_more():
    decision = a_decision(an_epic("implementing"))
    decision.wait_for("a place")
    assert (decision.effect, decision.waiting_for) == (None, "a place")
    decision.come_true("moved to Delivering")
    assert (decision.effect, decision.waiting_for) == ("moved to Delivering", None)
