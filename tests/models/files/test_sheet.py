"""Cells that no spreadsheet computes, and that are read back as they were."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.files.sheet import MARK, as_cell, guarded, json_line, unguarded

CELLS = st.text("'=+-@\t\r\n＝1.a ;,\"", max_size=8) | st.text(max_size=20)


@pytest.mark.parametrize(
    "cell",
    [
        "=cmd|' /C calc'!A0",
        "+49 170 1234567",
        "-2+3",
        "@SUM(A1)",
        "\tx",
        "\r=x",
        "\n=x",
        "＝1+1",
        "-",
        "--5",
        "-1e5",
    ],
)
def test_what_a_spreadsheet_would_compute_begins_with_an_apostrophe(cell):
    assert guarded(cell).startswith("'")
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("separator", [";", "\t", ",", "\n", "; "])
@pytest.mark.parametrize("formula", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-cmd()", "＝1"])
def test_what_another_separator_would_make_a_cell_is_none_that_is_computed(separator, formula):
    cell = f"Pay{separator}{formula}"
    assert guarded(cell).partition(separator.strip(" "))[2].startswith("'")
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["PAY:60; -5", "1;-5", "a\n- b\n- c", "from 5, -3 later", "a;b"])
def test_figures_and_words_between_separators_stay_as_they_are(cell):
    assert guarded(cell) == cell


@pytest.mark.parametrize("cell", ["'@' operator", "'=x", "'-5", "'s", "''=", "a;'=b"])
def test_the_apostrophes_of_others_stay(cell):
    assert unguarded(cell) == cell
    assert unguarded(guarded(cell)) == cell


def test_a_mark_that_was_there_stays():
    assert unguarded(guarded(f"{MARK}=x")) == f"{MARK}=x"


@pytest.mark.parametrize("cell", ["", "5", "-5", "+5", "-12.50", "a=b", "'s-Hertogenbosch", "€5"])
def test_numbers_and_other_words_stay_as_they_are(cell):
    assert guarded(cell) == cell


@given(CELLS)
def test_every_cell_is_read_back_as_it_was(cell):
    assert unguarded(guarded(cell)) == cell


@given(CELLS)
def test_no_guarded_cell_is_a_formula(cell):
    found = guarded(cell)
    assert (
        not found.startswith(tuple("=+-@\t\r\n"))
        or found.lstrip("+-").replace(".", "", 1).isdigit()
    )


def test_values_are_written_the_same_everywhere():
    told = [
        None,
        True,
        7,
        Decimal("1E+3"),
        Decimal("0.10"),
        date(2026, 5, 18),
        datetime(2026, 5, 18, 9, tzinfo=UTC),
        ["a", "b"],
        ["=a"],
        "=a",
    ]
    assert [as_cell(value) for value in told] == [
        "",
        "true",
        "7",
        "1000",
        "0.10",
        "2026-05-18",
        "2026-05-18T09:00:00+00:00",
        "a; b",
        f"{MARK}=a",
        f"{MARK}=a",
    ]
    assert json_line(told) == (
        '[null, true, 7, "1000", "0.10", "2026-05-18", "2026-05-18T09:00:00+00:00", '
        '["a", "b"], ["=a"], "=a"]'
    )
