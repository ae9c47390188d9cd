"""The ledger summed up: nothing is made or lost, and the rules see what moved."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.budgets.books import Balance, Books, Flow, Overdrawn, balances
from models.budgets.ledger import (
    SOURCE,
    UNALLOCATED,
    Account,
    AccountKind,
    EntryKind,
    Move,
    free,
    set_aside,
)
from models.budgets.period import FundingPeriod, fiscal_year
from models.money import NotAboveZero, NotAnAmount, parse_moved, spell_amount

ONB, PLA = 1, 2
BERLIN = ZoneInfo("Europe/Berlin")
accounts = st.sampled_from(
    [SOURCE, UNALLOCATED, *(f(n) for f in (free, set_aside) for n in (1, 2))]
)
moves = st.builds(Move, accounts, accounts, st.integers(1, 10**9)).filter(
    lambda move: move.source != move.to
)


def books(*flows):
    return Books([Flow(kind, move, lately) for kind, move, lately in flows])


@given(st.lists(moves))
def test_of_all_accounts_together_it_is_always_0(some):
    assert sum(balances(some).values()) == 0


@given(st.lists(moves), st.lists(moves))
def test_what_the_books_take_never_leaves_an_account_below_0_but_the_source(before, after):
    written = []
    for move in [*before, *after]:
        try:
            Books([Flow(EntryKind.FUNDING, each) for each in written]).check([move])
        except Overdrawn:
            continue
        written.append(move)
    assert all(left >= 0 for at, left in balances(written).items() if at != SOURCE)


def test_the_rules_see_what_was_funded_moved_asked_for_and_brought_in():
    year = books(
        (EntryKind.FUNDING, Move(SOURCE, UNALLOCATED, 2_500), 0),
        (EntryKind.FUNDING, Move(UNALLOCATED, free(ONB), 1_600), 0),
        (EntryKind.FUNDING, Move(UNALLOCATED, free(PLA), 900), 0),
        (EntryKind.SHIFT, Move(free(ONB), free(PLA), 32), 12),
        (EntryKind.HOLD, Move(free(ONB), set_aside(ONB), 100), 100),
        (EntryKind.SHIFT, Move(set_aside(ONB), free(PLA), 60), 60),
        (EntryKind.SHIFT, Move(free(PLA), free(ONB), 5), 5),
    )
    assert year.balance(ONB) == Balance(available=1_473, set_aside=40)
    assert year.balance(ONB).allocated == 1_513
    assert year.balance(PLA).available == 987
    position = year.position(ONB)
    assert (position.funded, position.available, position.moved_silently) == (1_600, 1_473, 12)
    assert position.moved_out == 32 + 60 + 40 - 5
    assert year.position(PLA).moved_out == 0
    assert year.unallocated == 0
    assert year.stream_ids == {ONB, PLA}


def test_committed_and_spent_are_the_streams_own():
    spent = Account(AccountKind.SPENT, ONB)
    year = books(
        (EntryKind.FUNDING, Move(SOURCE, free(ONB), 100), 0),
        (EntryKind.FUNDING, Move(free(ONB), spent, 30), 0),
    )
    assert year.balance(ONB) == Balance(available=70, spent=30)
    assert year.balance(ONB) + year.balance(PLA) == year.balance(ONB)


def test_a_hold_is_not_taken_twice():
    held = books(
        (EntryKind.FUNDING, Move(SOURCE, free(ONB), 100), 0),
        (EntryKind.HOLD, Move(free(ONB), set_aside(ONB), 80), 0),
    )
    held.check([Move(set_aside(ONB), free(PLA), 80)])
    with pytest.raises(Overdrawn):
        held.check([Move(set_aside(ONB), free(PLA), 81)])
    with pytest.raises(Overdrawn):
        held.check([Move(free(ONB), set_aside(ONB), 21)])


@pytest.mark.parametrize(
    ("day", "starts_in", "name", "first", "last"),
    [
        (date(2026, 5, 18), 1, "2026", date(2026, 1, 1), date(2026, 12, 31)),
        (date(2026, 3, 31), 4, "2025/26", date(2025, 4, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), 4, "2026/27", date(2026, 4, 1), date(2027, 3, 31)),
        (date(1999, 12, 31), 10, "1999/00", date(1999, 10, 1), date(2000, 9, 30)),
    ],
)
def test_a_fiscal_year_is_called_by_the_years_it_lies_in(day, starts_in, name, first, last):
    year = fiscal_year(day, starts_in)
    assert (year.name, year.starts_on, year.ends_on) == (name, first, last)


@pytest.mark.parametrize(
    ("starts_on", "at", "began"),
    [
        (date(2026, 1, 1), datetime(2026, 5, 18, tzinfo=UTC), date(2026, 4, 1)),
        (date(2025, 10, 1), datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 1)),
        (date(2025, 11, 1), datetime(2026, 1, 31, 22, 59, tzinfo=UTC), date(2025, 11, 1)),
        (date(2025, 11, 1), datetime(2026, 1, 31, 23, tzinfo=UTC), date(2026, 2, 1)),
    ],
)
def test_quarters_begin_with_the_fiscal_year_in_its_zone(starts_on, at, began):
    found = FundingPeriod(starts_on=starts_on).quarter_began_at(at, BERLIN)
    assert found == datetime(began.year, began.month, began.day, tzinfo=BERLIN)


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
@given(minor=st.integers(1, 10**15))
def test_an_amount_is_spelled_so_that_it_reads_as_itself(currency, minor):
    assert parse_moved(spell_amount(minor, currency), currency) == minor


@pytest.mark.parametrize("text", ["0", "0.00", "-5", "−80k", "- 5"])
def test_what_is_moved_is_above_0(text):
    with pytest.raises(NotAboveZero, match=r"^Write an amount above 0, without a minus\.$"):
        parse_moved(text, "EUR")


def test_what_is_finer_than_a_cent_is_said_so():
    with pytest.raises(NotAnAmount) as refused:
        parse_moved("0.001", "EUR")
    assert refused.value.sentence == (
        "“0.001” is finer than 0.01 EUR, the smallest amount there is."
    )
