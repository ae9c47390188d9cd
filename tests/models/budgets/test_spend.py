"""What was spent: its month, where its money comes from, and a file of such facts."""

from datetime import date

import pytest

from models.budgets.ledger import Account, AccountKind, Move, Purpose, free
from models.budgets.spend import (
    NotAMonth,
    NotBegun,
    NothingSpent,
    NotOver,
    NotReopened,
    check_closes,
    check_fact,
    month_to_book,
    parse_month,
    spend_moves,
    spent_share,
)
from models.files.matching import GoodRow
from models.files.plans.actuals import KnownEpic, Places, plan_of_actuals

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
TODAY = date(2026, 6, 18)
COMMITTED, SPENT = (Account(kind, 1) for kind in (AccountKind.COMMITTED, AccountKind.SPENT))
FIELDS = ("month", "amount", "value_stream", "epic", "cost_centre", "reference")
PLACES = Places(
    {"payments": 1, "pay": 1, "platform": 2},
    {"PAY-4": KnownEpic(4, 1)},
    {"4711": {1}, "4712": {1, 2}},
)


@pytest.mark.parametrize(
    "text", ["2026-05", "2026-05-31", "05/2026", "5.2026", "May 2026", "may 2026"]
)
def test_a_month_is_read_as_people_write_it(text):
    assert parse_month(text) == MAY


@pytest.mark.parametrize("text", ["2026-13", "26-05", "soon", "", "2026", "Mayday 20"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(NotAMonth):
        parse_month(text)


def test_a_fact_is_of_a_month_that_has_begun_and_is_not_0():
    check_fact(JUNE, -1, TODAY)
    with pytest.raises(NotBegun):
        check_fact(date(2026, 7, 1), 1, TODAY)
    with pytest.raises(NothingSpent):
        check_fact(JUNE, 0, TODAY)


def test_a_fact_of_a_closed_month_goes_into_the_first_open_one():
    assert month_to_book(MAY, None) == MAY
    assert month_to_book(MAY, date(2026, 4, 30)) == MAY
    assert month_to_book(MAY, date(2026, 5, 31)) == JUNE


def test_books_are_closed_for_months_that_are_over_and_never_opened_again():
    assert check_closes(MAY, None, TODAY) == date(2026, 5, 31)
    assert check_closes(MAY, None, JUNE) == date(2026, 5, 31)
    for today in (TODAY, date(2026, 6, 30)):
        with pytest.raises(NotOver):
            check_closes(JUNE, None, today)
    with pytest.raises(NotReopened):
        check_closes(date(2026, 4, 1), date(2026, 5, 31), TODAY)


def test_spend_takes_the_commitments_first_and_a_credit_note_gives_back():
    epic, month = Purpose(7), Purpose(month=date(2026, 5, 1))
    left = [(epic, 30), (month, 50)]
    assert spend_moves(1, 100, left) == [
        Move(COMMITTED, SPENT, 30, epic),
        Move(COMMITTED, SPENT, 50, month),
        Move(free(1), SPENT, 20),
    ]
    assert spend_moves(1, 20, left) == [Move(COMMITTED, SPENT, 20, epic)]
    assert spend_moves(1, 20) == [Move(free(1), SPENT, 20)]
    assert spend_moves(1, -20, left) == [Move(SPENT, free(1), 20)]


@pytest.mark.parametrize(
    ("spent", "mvp_cost", "share"),
    [(79_999, 100_000, 79), (80_000, 100_000, 80), (-5, 100, 0), (5, None, None), (None, 5, None)],
)
def test_the_share_of_the_mvp_is_never_said_before_it_is_reached(spent, mvp_cost, share):
    assert spent_share(spent, mvp_cost) == share


def plan(*told, known=frozenset()):
    rows = [
        GoodRow(line, dict.fromkeys(FIELDS) | dict(zip(FIELDS, each, strict=False)))
        for line, each in enumerate(told, start=2)
    ]
    return plan_of_actuals(rows, PLACES, known, TODAY)


def test_a_row_is_of_a_stream_an_epic_or_a_cost_centre():
    facts = plan(
        ("2026-05", 5, "Platform", None, None, "A"),
        ("2026-05", 5, None, "pay-4", None, "B"),
        ("2026-05", 5, None, None, "4711", "C"),
    ).facts
    assert [(f.stream_id, f.epic_id) for f in facts] == [(2, None), (1, 4), (1, None)]


def test_what_cannot_be_placed_is_named_by_line():
    against = plan(
        ("2026-05", 5, None, None, "4712", "A"),
        ("2026-05", 5, None, None, "4713", "B"),
        ("2026-05", 5, None, None, None, "C"),
        ("2026-05", 5, "Shop", None, None, "D"),
        ("2026-05", 5, None, "PAY-9", None, "E"),
        ("soon", 5, "Payments", None, None, "F"),
        ("2026-05", 5, "Payments", None, None, "G"),
        ("2026-05", 6, "Payments", None, None, "G"),
    ).against
    assert against == {
        2: "2 value streams have the cost centre 4712; name one",
        3: "no value stream has the cost centre 4713",
        4: "it names no value stream, no epic and no cost centre",
        5: "there is no value stream Shop in this portfolio",
        6: "there is no epic PAY-9 in this portfolio",
        7: "“soon” is not a month. Write it like 2026-05",
        9: "G is in the file twice, first in line 8",
    }


def test_a_row_of_0_is_counted_and_books_nothing():
    found = plan(
        ("2026-05", 0, "Payments", None, None, "A"),
        ("2026-05", 5, "Payments", None, None, "B"),
        ("2026-07", 0, "Payments", None, None, "C"),
        ("2026-05", 0, "Shop", None, None, "D"),
        ("2026-05", 0, "Payments", None, None, "B"),
        ("2026-05", 0, "Payments", None, None, "E"),
        known={"E"},
    )
    assert ([fact.reference for fact in found.facts], found.zero, found.known) == (["B"], 1, 1)
    assert sorted(found.against) == [4, 5, 6]
    assert found.said("EUR", None) == ["1 row of 0: nothing to book", "2026-05: 1 row, €0.05"]


def test_a_reference_that_is_in_the_books_is_known():
    found = plan(("2026-05", 5, "Payments", None, None, "A"), known={"A"})
    assert (found.facts, found.known, found.against) == ([], 1, {})
