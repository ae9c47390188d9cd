"""What is known as of a day: a sparkline, what is old, and how far it has come."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evidence.known import (
    BARS,
    Evidence,
    Point,
    is_old,
    is_reached,
    off_target,
    sparkline,
    way_percent,
)

TODAY = date(2026, 5, 18)
VALUES = st.decimals(-1_000, 1_000, places=2)


@given(st.lists(VALUES, min_size=2, max_size=12))
def test_a_sparkline_has_a_bar_for_each_and_keeps_their_order(values):
    bars = sparkline(values)

    assert len(bars) == len(values)
    heights = [BARS.index(bar) for bar in bars]
    for value, height in zip(values, heights, strict=True):
        for other, its in zip(values, heights, strict=True):
            assert height <= its or value > other
    if min(values) < max(values):
        assert {BARS[0], BARS[-1]} <= set(bars)


def test_one_reading_is_no_line():
    assert sparkline([]) == sparkline([Decimal(61)]) == ""


def test_readings_that_do_not_move_are_level():
    assert sparkline([Decimal(61)] * 3) == "▄▄▄"


@pytest.mark.parametrize(("days", "old"), [(0, False), (60, False), (61, True)])
def test_after_sixty_days_it_is_old(days, old):
    day = TODAY - timedelta(days=days)

    assert is_old(day, TODAY) is old
    assert Evidence(today=TODAY).is_old(day) is old


@pytest.mark.parametrize(
    ("baseline", "target", "value", "percent", "reached"),
    [
        ("61", "68", "64.2", 46, False),
        ("61", "68", "68", 100, True),
        ("61", "68", "60.3", -10, False),
        ("40", "20", "29", 55, False),
        ("40", "20", "19", 105, True),
        ("0", "8", "0.04", 1, False),
        (None, "68", "70", None, None),
        ("61", None, "70", None, None),
        ("61", "61", "70", None, None),
    ],
)
def test_how_far_it_has_come(baseline, target, value, percent, reached):
    way = (baseline and Decimal(baseline), target and Decimal(target), Decimal(value))

    assert way_percent(*way) == percent
    assert is_reached(*way) is reached


def test_it_says_how_new_the_newest_is_and_what_was_read_last():
    points = [Point(on=TODAY - timedelta(days=n), value=Decimal(60 + n)) for n in (9, 3)]
    known = Evidence(today=TODAY, readings=points, newest_on=points[-1].on)

    assert (known.newest_days, known.last, bool(known)) == (3, points[-1], True)
    assert not Evidence(today=TODAY)


@pytest.mark.parametrize(
    ("value", "baseline", "target", "today", "behind"),
    [
        ("64.2", 61, 68, date(2026, 5, 19), None),
        ("62.4", 61, 68, date(2026, 5, 24), None),
        ("62.3", 61, 68, date(2026, 5, 24), (19, 40)),
        ("60.5", 61, 68, date(2026, 3, 10), (-7, 2)),
        ("61", 61, 68, date(2026, 3, 5), None),
        ("36", 40, 20, date(2026, 5, 24), None),
        ("36.1", 40, 20, date(2026, 5, 24), (20, 40)),
        ("64.5", 61, 68, date(2027, 1, 1), None),
        ("64.4", 61, 68, date(2027, 1, 1), (49, 100)),
        ("62", None, 68, date(2026, 5, 24), None),
        (None, 61, 68, date(2026, 5, 24), None),
    ],
)
def test_it_is_off_target_with_less_than_half_of_the_way_of_a_straight_line(
    value, baseline, target, today, behind
):
    readings = (Point(on=date(2026, 3, 5), value=Decimal(value)),) if value else ()
    known = Evidence(today=today, readings=readings, tested_on=date(2026, 3, 5))
    way = [None if each is None else Decimal(each) for each in (baseline, target)]
    assert off_target(known, *way, date(2026, 9, 21)) == behind
