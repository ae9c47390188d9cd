"""The stop line: read where the whole line is plain, and words otherwise."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.epics.hypothesis import SIDES, Side, Span, StopLine, named, read_stop_line, watched
from tests.views.builders import an_epic

READ = {
    "below 63 % after 6 weeks of the MVP": ("below 63 %", "6 weeks"),
    "below 19 % after 8 weeks of the MVP": ("below 19 %", "8 weeks"),
    "above 6 % after 5 weeks": ("above 6 %", "5 weeks"),
    "above 15 minutes after 6 weeks": ("above 15 minutes", "6 weeks"),
    "below 230 after 8 weeks": ("below 230", "8 weeks"),
    "Below 63%": ("below 63 %", None),
    "under 12,5 days after 1 month": ("below 12.5 days", "1 month"),
    "fewer than 100 orders": ("below 100 orders", None),
    "more than 3 complaints after 30 days.": ("above 3 complaints", "30 days"),
    "over −2 points": ("above -2 points", None),
    "  above  40 €  after 2  months  of the mvp ": ("above 40 €", "2 months"),
}
WORDS = (
    "above 45 after the first three services",
    "above 38 after a month",
    "shops of our size sell fewer than 100",
    "still above 7 after 6 weeks",
    "fewer than 3 of 12 asked like it",
    "fewer than half pick up",
    "no hour sooner after the first move",
    "none after a month",
    "below 63 % in Spain",
    "below 63 % of buyers after 6 weeks",
    "below 63 % after 6 weeks in Spain",
    "below 63 % after 6 weeks of the MVP, or nobody likes it",
    "below 63 % after 0 weeks",
    "below 63 or above 80",
    "below 60k",
    "below 60 k",
    "below 2 million",
    "below 1,000",
    "less than 63 %",
    "below",
    "below % after 6 weeks",
    "63 %",
    "",
    None,
)


@pytest.mark.parametrize(("line", "understood"), READ.items())
def test_a_plain_line_is_read(line, understood):
    found = read_stop_line(line)

    assert found is not None
    assert (found.spelled, found.after and str(found.after)) == understood


@pytest.mark.parametrize("line", WORDS)
def test_any_other_line_stays_words(line):
    assert read_stop_line(line) is None


@given(
    st.sampled_from(sorted(SIDES)),
    st.decimals(-10_000, 10_000, places=2),
    st.sampled_from(["", " %", "%", " orders"]),
    st.none() | st.builds(Span, st.integers(1, 999), st.sampled_from(["day", "week", "month"])),
)
def test_whatever_is_said_so_is_read_so(side, number, unit, after):
    line = f"{side} {number:f}{unit}" + (f" after {after}" if after else "")

    found = read_stop_line(line)

    assert found == StopLine(SIDES[side], number, unit.strip(), after)


@given(st.text(max_size=80))
def test_a_line_that_is_no_side_stays_words(text):
    if not text.strip().casefold().startswith(tuple(side.split()[0] for side in SIDES)):
        assert read_stop_line(text) is None


@given(
    st.sampled_from(list(Side)), st.decimals(-100, 100, places=1), st.decimals(-100, 100, places=1)
)
def test_a_reading_is_past_it_on_its_side_only_and_never_on_the_number(side, number, value):
    line = StopLine(side, number)

    past = line.is_passed_by(value)

    assert past == ((value < number) if side is Side.BELOW else (value > number))
    assert not line.is_passed_by(number)


def test_its_time_runs_from_the_first_day_of_testing():
    line = read_stop_line("below 63 % after 6 weeks of the MVP")

    assert line.holds_from(date(2026, 4, 6), date(2026, 9, 30)) == date(2026, 5, 18)
    assert line.holds_from(None, date(2026, 9, 30)) is None


def test_without_a_time_it_holds_from_the_targets_day():
    line = read_stop_line("below 63 %")

    assert line.holds_from(date(2026, 4, 6), date(2026, 9, 30)) == date(2026, 9, 30)
    assert line.holds_from(date(2026, 4, 6), None) is None


@pytest.mark.parametrize(
    ("count", "of", "later"),
    [
        (1, "month", date(2026, 2, 28)),
        (13, "month", date(2027, 2, 28)),
        (11, "month", date(2026, 12, 31)),
        (12, "month", date(2027, 1, 31)),
        (1, "day", date(2026, 2, 1)),
        (52, "week", date(2027, 1, 30)),
    ],
)
def test_a_month_is_the_same_day_of_a_later_month_or_its_last(count, of, later):
    span, day = Span(count, of), date(2026, 1, 31)
    assert span.after(day) == later
    assert span.whole(day, later) == count
    assert span.whole(day, later - timedelta(days=1)) == count - 1


def test_the_number_is_exact():
    assert read_stop_line("below 0,1 %").number == Decimal("0.1")


@pytest.mark.parametrize(
    ("line", "tested_on", "said"),
    [
        (
            "below 63 % after 6 weeks of the MVP",
            date(2026, 4, 6),
            "Watched: a reading below 63 % from 18 May 2026 on asks whether to persevere, "
            "pivot or stop.",
        ),
        (
            "below 63 % after 6 weeks of the MVP",
            None,
            "Watched: a reading below 63 % from 6 weeks after testing begins asks whether to "
            "persevere, pivot or stop.",
        ),
        (
            "above 45 after the first three services",
            date(2026, 4, 6),
            "“We stop if” is kept as words and not watched: Tack can read a line such as "
            "“below 63 % after 6 weeks”.",
        ),
        (None, None, None),
    ],
)
def test_what_was_understood_is_said_back(line, tested_on, said):
    epic = an_epic("implementing", kill_threshold=line, target_on=date(2026, 9, 30))

    assert watched(epic, tested_on) == said


@pytest.mark.parametrize(
    ("indicator", "parts"),
    [
        ("Checkout completion, % of started checkouts", ("Checkout completion", " %")),
        ("Orders a day", ("Orders a day", "")),
        ("% of returns", ("% of returns", " %")),
        (", %", (", %", " %")),
    ],
)
def test_an_indicator_has_a_name_and_its_unit(indicator, parts):
    assert named(indicator) == parts
