from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import Mistake
from models.files.cells import DayOrMonth, Days, Figures, Heading, NotADay, NotAFigure, spell_minor
from models.money import LARGEST_MINOR


@pytest.mark.parametrize(
    ("column", "words", "scale", "currency"),
    [
        ("year_budget_gbp_m", "year budget", 1_000_000, "GBP"),
        ("Budget (EUR, millions)", "budget", 1_000_000, "EUR"),
        ("wholeLifeCost in £m", "whole life cost", 1_000_000, "GBP"),
        ("Cost of the MVP, EUR", "cost of the mvp", 1, "EUR"),
        ("budget_k", "budget", 1_000, None),
        ("Cost Centre", "cost centre", 1, None),
    ],
)
def test_the_name_of_a_column_says_its_unit_and_its_currency(column, words, scale, currency):
    assert Heading.of(column) == Heading(words, scale, currency)


@pytest.mark.parametrize(
    ("cells", "figures"),
    [
        (["1.234,56", "1.000"], ["1234.56", "1000"]),
        (["1,234.56", "1,000"], ["1234.56", "1000"]),
        (["12,5", "1.234"], ["12.5", "1234"]),
        (["1.234"], ["1234"]),
        (["1,234", "2"], ["1234", "2"]),
        (["0,785"], ["0.785"]),
        (["1 234,5", "€ 1'000"], ["1234.5", "1000"]),
        (["-2.7", "(1,234.5)", "−3", "4-"], ["-2.7", "-1234.5", "-3", "-4"]),
        (["60k", "1.2m", "EUR 5"], ["60000", "1200000", "5"]),
    ],
)
def test_what_one_figure_leaves_open_the_others_of_its_column_decide(cells, figures):
    column = Figures.of(cells)
    assert [column.read(cell) for cell in cells] == [Decimal(figure) for figure in figures]


def test_three_digits_after_a_sign_are_decimals_where_the_unit_is_a_million():
    assert Figures.of(["12.345"], 1_000_000).read_minor("12.345", "GBP") == 1_234_500_000


@pytest.mark.parametrize("cell", ["1,5", "60k-ish", "1.2.3", "12.34,5", "1..2", "٣", ""])
def test_a_figure_unlike_its_column_is_refused_with_how_the_column_writes(cell):
    column = Figures.of(["1,234.56", "7.25"])
    with pytest.raises(NotAFigure, match=r"like 1,234\.56, as this column writes them"):
        column.read(cell)


@pytest.mark.parametrize("text", ["0.001", "99999999999999999"])
def test_an_amount_is_whole_in_the_smallest_coin_or_refused(text):
    with pytest.raises(Mistake, match="is not a whole amount in the smallest unit of EUR"):
        Figures.of(["1.25"]).read_minor(text, "EUR")


@given(
    st.lists(st.integers(-LARGEST_MINOR, LARGEST_MINOR), min_size=1, max_size=5),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_a_column_of_amounts_as_they_are_exported_reads_back_as_itself(amounts, currency):
    cells = [spell_minor(amount, currency) for amount in amounts]
    column = Figures.of(cells)
    assert [column.read_minor(cell, currency) for cell in cells] == amounts


@pytest.mark.parametrize(
    "cell",
    ["2026-05-18", "2026/5/18", "18.05.2026", "18. 5. 2026", "18 May 2026", "May 18, 2026"],
)
def test_a_day_is_read_however_it_is_written(cell):
    assert Days.of([cell]).read(cell) == date(2026, 5, 18)


def test_whether_the_day_or_the_month_comes_first_its_column_says():
    assert Days.of(["3/5/2026", "25/5/2026"]).read("3/5/2026") == date(2026, 5, 3)
    assert Days.of(["3/5/2026", "5/25/2026"]).read("3/5/2026") == date(2026, 3, 5)
    with pytest.raises(DayOrMonth, match="is it the day or the month first"):
        Days.of(["3/5/2026"]).read("3/5/2026")


@pytest.mark.parametrize("cell", ["soon", "2026-02-30", "31.02.2026", "18 Xyz 2026", "0001-01-01"])
def test_a_day_that_is_none_is_refused(cell):
    with pytest.raises(NotADay, match="is not a day like 2026-05-18"):
        Days.of([cell]).read(cell)


def test_a_moment_without_a_zone_is_meant_in_utc():
    days = Days.of([])
    assert days.read_moment("2026-05-18T11:00:00+02:00") == datetime(2026, 5, 18, 9, tzinfo=UTC)
    assert days.read_moment("18.05.2026") == datetime(2026, 5, 18, tzinfo=UTC)
