from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import Mistake
from models.files.days import DayOrMonth, Days, InTheFuture, NotADay, Today
from models.files.figures import (
    Figures,
    Heading,
    NotAFigure,
    OtherMoney,
    UnitTwice,
    says_nothing,
    spell_minor,
)
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
        ("Budget (k€)", "budget", 1_000, "EUR"),
        ("Budget TEUR", "budget", 1_000, "EUR"),
        ("budgetKEUR", "budget", 1_000, "EUR"),
        ("Budget in T€", "budget", 1_000, "EUR"),
        ("Budget in millions of EUR", "budget", 1_000_000, "EUR"),
        ("Mio. EUR Budget", "budget", 1_000_000, "EUR"),
        ("Budget EURm", "budget", 1_000_000, "EUR"),
        ("Budget (€ '000)", "budget", 1_000, "EUR"),
        ("Budget in 1.000 EUR", "budget", 1_000, "EUR"),
        ("Budget (Mrd. €)", "budget", 1_000_000_000, "EUR"),
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


@pytest.mark.parametrize("column", ["Budget (T)", "Budget mm", "Budget (k€, millions)"])
def test_a_unit_that_may_be_one_or_another_is_not_guessed(column):
    assert Heading.of(column).is_unclear


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("12.000,-", 12_000),
        ("12.000,--", 12_000),
        ("12.000,– €", 12_000),
        ("€ 12.000,—", 12_000),
        ("-12.000,-", -12_000),
        ("(12.000,-)", -12_000),
        ("12.000-", -12_000),
        ("(12.000)", -12_000),
        ("€ -12.000", -12_000),
        ("12.000 €", 12_000),
        ("12.000,00 EUR", 12_000),
        ("12\u202f000", 12_000),
        ("12\xa0000,00\xa0€", 12_000),
        ("12\u2009000", 12_000),
        ("12’000", 12_000),
        ("\u202a12.000\u202c", 12_000),
        ("12 TEUR", 12_000),
        ("12 T€", 12_000),
        ("1,2 Mio. €", 1_200_000),
    ],
)
def test_an_amount_is_what_its_writer_meant(cell, amount):
    assert Figures.of(["1.234,56", cell]).read_minor(cell, "EUR") == amount * 100


@pytest.mark.parametrize("cell", ["12'000.-", "12000.–", "CHF 12'000.—", "12'000.00 CHF"])
def test_a_dash_in_place_of_cents_says_which_sign_is_before_the_decimals(cell):
    assert Figures.of([cell]).read_minor(cell, "CHF") == 1_200_000


@pytest.mark.parametrize("cell", ["£1,000.00", "USD 500", "500 $", "US$500", "1,000.00 GBP"])
def test_an_amount_in_another_currency_is_refused(cell):
    with pytest.raises(OtherMoney, match="is not in EUR, the currency of the portfolio"):
        Figures.of([cell]).read_minor(cell, "EUR")


def test_a_dollar_alone_is_that_of_the_portfolio():
    assert Figures.of([]).read_minor("$5", "CAD") == 500
    with pytest.raises(OtherMoney):
        Figures.of([]).read_minor("US$5", "CAD")


@pytest.mark.parametrize("cell", ["(5", "5)", "--5", "-5-", "(5-)-", "1 23", "5 6", "12 %", "5 T"])
def test_signs_and_blanks_that_mean_nothing_are_refused(cell):
    with pytest.raises(NotAFigure):
        Figures.of([]).read(cell)


def test_a_unit_is_said_by_the_column_or_the_cell_but_not_by_both():
    with pytest.raises(UnitTwice, match="write it once"):
        Figures.of(["60k"], 1_000).read_minor("60k", "EUR")


@pytest.mark.parametrize("cell", ["", "-", "–", "€ -", "EUR", "n/a", "N.A.", "TBD", "tbc?"])
def test_a_cell_can_say_in_words_that_it_is_empty(cell):
    assert says_nothing(cell)


@pytest.mark.parametrize("cell", ["0", "-1", "1-", "0,-", "no"])
def test_what_says_something_is_not_empty(cell):
    assert not says_nothing(cell)


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
    with pytest.raises(DayOrMonth, match="does the day or the month come first"):
        Days.of(["3/5/2026"]).read("3/5/2026")


@pytest.mark.parametrize("cell", ["soon", "2026-02-30", "31.02.2026", "18 Xyz 2026", "0001-01-01"])
def test_a_day_that_is_none_is_refused(cell):
    with pytest.raises(NotADay, match="is not a day like 2026-05-18"):
        Days.of([cell]).read(cell)


def test_a_moment_without_a_zone_is_meant_in_utc():
    days = Days.of([])
    assert days.read_moment("2026-05-18T11:00:00+02:00") == datetime(2026, 5, 18, 9, tzinfo=UTC)
    assert days.read_moment("18.05.2026") == datetime(2026, 5, 18, tzinfo=UTC)


def test_an_instant_with_a_zone_is_on_the_day_of_the_portfolios_clock():
    berlin, new_york = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
    instant = "2026-03-31T22:00:00Z"
    assert Days.of([], berlin).read(instant) == date(2026, 4, 1)
    assert Days.of([], new_york).read(instant) == date(2026, 3, 31)
    assert Days.of([], berlin).read("2026-03-31T22:00:00") == date(2026, 3, 31)
    assert Days.of([], new_york).read_moment("2026-03-31").astimezone(new_york).hour == 0


def test_whether_an_instant_is_in_the_future_the_day_of_the_portfolios_clock_says():
    first = date(2026, 4, 1)
    berlin, new_york = (Today(ZoneInfo(each), first) for each in ("Europe/Berlin", "US/Eastern"))
    late, early = datetime(2026, 4, 1, 22, 30, tzinfo=UTC), datetime(2026, 4, 2, 3, 30, tzinfo=UTC)
    berlin.check(late - timedelta(hours=1), "21:30Z")
    new_york.check(early, "3:30Z")
    with pytest.raises(InTheFuture):
        berlin.check(late, "22:30Z")
