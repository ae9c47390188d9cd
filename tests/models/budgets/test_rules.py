"""Who decides a shift, by its amount and by who asks: for all whole numbers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.budgets.books import Books, Flow
from models.budgets.forms import RulesForm
from models.budgets.ledger import UNALLOCATED, EntryKind, Move, free
from models.budgets.rules import (
    NAMES,
    USUAL,
    Band,
    Position,
    Rules,
    RulesChange,
    band_of,
    largest_free,
    largest_without_council,
    share,
)
from models.budgets.seats import NobodyElse, NoCouncil, People, Seat, seats_of
from models.decisions.decision import Decision
from models.errors import FieldMistakes

ANA, BEN, CLEO, DANA, ELI = "ana", "ben", "cleo", "dana", "eli"
EUR = 100
K = 1_000 * EUR
ONBOARDING = Position(funded=1_600 * K, available=310 * K, moved_out=32 * K)
MONEY = st.integers(0, 10**9)
AMOUNTS = st.integers(1, 10**9)
positions = st.builds(
    Position,
    funded=MONEY,
    available=st.integers(-(10**6), 10**9),
    moved_silently=MONEY,
    moved_out=MONEY,
)


def people(asker, givers=(CLEO,), receivers=(ELI,), finance=(DANA,), admins=(ANA,)):
    return People(asker, givers, receivers, finance, admins)


def test_the_examples_of_one_year():
    fresh = Position(funded=1_600 * K, available=310 * K)
    assert band_of(32 * K, fresh) is Band.FREE
    assert band_of(32 * K + 1, fresh) is Band.APPROVED
    assert band_of(80 * K, ONBOARDING) is Band.APPROVED
    assert band_of(128 * K, ONBOARDING) is Band.APPROVED
    assert band_of(128 * K + 1, ONBOARDING) is Band.COUNCIL
    assert band_of(160 * K, fresh) is Band.APPROVED
    assert band_of(160 * K + 1, fresh) is Band.COUNCIL
    assert band_of(310 * K + 1, fresh) is Band.OVERDRAWN
    assert largest_free(fresh) == 32 * K
    assert largest_without_council(fresh) == 160 * K
    assert largest_without_council(ONBOARDING) == 128 * K


def test_other_limits_are_held_against_in_the_same_way():
    fresh, wide = Position(funded=1_600 * K, available=310 * K), Rules(free_percent=5)
    assert band_of(80 * K, fresh, wide) is Band.FREE
    assert band_of(80 * K + 1, fresh, wide) is Band.APPROVED
    assert largest_free(fresh, Rules(free_percent=0)) == 0


def test_one_shift_may_be_held_against_less_than_all_of_them_together():
    fresh, small = Position(funded=1_600 * K, available=310 * K), Rules(most_percent=5)
    assert band_of(80 * K, fresh, small) is Band.APPROVED
    assert band_of(80 * K + 1, fresh, small) is Band.COUNCIL
    assert largest_without_council(fresh, small) == 80 * K


def test_rules_that_ask_for_less_are_no_higher_than_those_that_ask_for_more():
    form = {name: str(getattr(USUAL, name)) for name in NAMES} | {"reason": "Why not"}
    told = {"free_percent": "11", "moved_percent": "50", "stand_in_days": "5"}
    with pytest.raises(FieldMistakes) as refused:
        RulesForm.read(form | told)
    assert set(refused.value.errors) == {"free_percent", "stand_in_days"}
    same = RulesForm.read(form)
    with pytest.raises(FieldMistakes):
        same.check_changes(USUAL)
    same.check_changes(Rules(free_percent=3))


def test_a_change_does_not_hold_where_others_came_to_hold_since_it_was_asked_for():
    asked = datetime(2026, 5, 18, 9, tzinfo=UTC)
    one, other = (RulesChange(asked_at=asked, reason="Why") for _ in range(2))
    assert one.heed(Decision(), None, asked + timedelta(days=1))
    assert not other.heed(Decision(), one, asked + timedelta(days=2))
    assert other.since is None


def test_a_change_from_before_a_rule_has_it_as_is_usual():
    change = RulesChange(free_percent=3)
    assert change.rules == Rules(free_percent=3, undo_days=USUAL.undo_days)


def test_what_moved_silently_in_the_quarter_counts_for_the_free_band_alone():
    moved = Position(funded=1_600 * K, available=310 * K, moved_silently=30 * K, moved_out=30 * K)
    assert band_of(2 * K, moved) is Band.FREE
    assert band_of(2 * K + 1, moved) is Band.APPROVED


def a_year(*silent, undone=0, brought=0, this_quarter=True):
    """Books of 1.6 million for Onboarding, stream 1, of which so much left it silently."""
    out = [
        Flow(EntryKind.SHIFT, Move(free(1), free(2), each), each if this_quarter else 0)
        for each in silent
    ]
    came = [Flow(EntryKind.SHIFT, Move(free(2), free(1), brought), brought)] if brought else []
    given = Flow(EntryKind.FUNDING, Move(UNALLOCATED, free(1), 1_600 * K))
    return Books([given, *out, *came], {1: undone} if undone else {})


def test_four_shifts_of_half_a_per_cent_are_silent_and_the_fifth_asks_until_a_new_quarter():
    for moved in range(4):
        assert band_of(8 * K, a_year(*[8 * K] * moved).position(1)) is Band.FREE
    assert band_of(8 * K, a_year(*[8 * K] * 4).position(1)) is Band.APPROVED
    assert band_of(8 * K, a_year(*[8 * K] * 4, this_quarter=False).position(1)) is Band.FREE


def test_what_comes_back_lowers_what_moved_silently_and_what_moved_out():
    before = a_year(30 * K).position(1)
    assert (before.moved_silently, before.moved_out) == (30 * K, 30 * K)
    after = a_year(30 * K, undone=30 * K, brought=30 * K).position(1)
    assert (after.moved_silently, after.moved_out) == (0, 0)
    brought = a_year(30 * K, brought=30 * K).position(1)
    assert (brought.moved_silently, brought.moved_out) == (30 * K, 0)


def test_a_stream_that_was_funded_with_nothing_gives_with_approval():
    assert band_of(1, Position(funded=0, available=5)) is Band.APPROVED
    assert largest_free(Position(funded=0, available=5)) == 0
    assert largest_without_council(Position(funded=0, available=5, moved_out=3)) == 5


@given(positions, AMOUNTS)
def test_the_bands_are_as_they_are_written(position, a):
    b, s, o = position.funded, position.moved_silently, position.moved_out
    band = band_of(a, position)
    if a > position.available:
        assert band is Band.OVERDRAWN
        return
    nobody = 100 * (s + a) <= 2 * b and 100 * (o + a) <= 10 * b
    two = (100 * a <= 10 * b and 100 * (o + a) <= 10 * b) or b == 0
    assert band is (Band.FREE if nobody else Band.APPROVED if two else Band.COUNCIL)


@given(positions, AMOUNTS, AMOUNTS)
def test_more_never_asks_for_less(position, one, other):
    order = [Band.FREE, Band.APPROVED, Band.COUNCIL, Band.OVERDRAWN]
    less, more = sorted((one, other))
    assert order.index(band_of(less, position)) <= order.index(band_of(more, position))


@given(positions)
def test_the_largest_are_the_largest(position):
    free, without = largest_free(position), largest_without_council(position)
    assert free == 0 or band_of(free, position) is Band.FREE
    assert band_of(free + 1, position) is not Band.FREE
    assert without == 0 or band_of(without, position) in {Band.FREE, Band.APPROVED}
    assert band_of(without + 1, position) in {Band.COUNCIL, Band.OVERDRAWN}


@given(AMOUNTS, AMOUNTS)
def test_a_share_reads_as_at_a_limit_only_where_it_is_within(part, whole):
    tenths = int(share(part, whole).removesuffix(" %").replace(",", "").replace(".", ""))
    assert (tenths <= 100) == (10 * part <= whole)
    assert share(80, 1_600) == "5.0 %"
    assert share(30, 1_600) == "1.9 %"
    assert share(1, 0) == "more than all"


def test_who_decides_by_who_asks():
    free, two = Band.FREE, Band.APPROVED
    assert seats_of(free, people(CLEO)) == {}
    assert seats_of(free, people(ELI)) == {Seat.GIVER: False}
    assert seats_of(two, people(ELI)) == {Seat.GIVER: False, Seat.FINANCE: False}
    assert seats_of(two, people(CLEO)) == {Seat.GIVER: True, Seat.FINANCE: False}
    assert seats_of(free, people(BEN)) == {Seat.GIVER: False, Seat.RECEIVER: False}
    assert seats_of(two, people(DANA)) == {
        Seat.GIVER: False,
        Seat.RECEIVER: False,
        Seat.FINANCE: True,
    }


def test_one_owner_of_both_streams_asks_finance_beyond_the_free_band():
    both = people(CLEO, receivers=(CLEO,))
    assert seats_of(Band.FREE, both) == {}
    assert seats_of(Band.APPROVED, both) == {Seat.GIVER: True, Seat.FINANCE: False}


def test_without_an_owner_it_is_finance_and_without_finance_an_admin():
    assert seats_of(Band.FREE, people(ELI, givers=())) == {Seat.FINANCE: False}
    assert seats_of(Band.FREE, people(ELI, givers=(), finance=())) == {Seat.ADMIN: False}
    assert seats_of(Band.APPROVED, people(ELI, finance=())) == {
        Seat.GIVER: False,
        Seat.ADMIN: False,
    }


def test_who_is_giver_and_finance_in_one_needs_another_one():
    alone = people(DANA, givers=(DANA,))
    assert seats_of(Band.APPROVED, alone) == {Seat.GIVER: True, Seat.ADMIN: False}
    two = people(DANA, givers=(DANA,), finance=(DANA, BEN))
    assert seats_of(Band.APPROVED, two) == {Seat.GIVER: True, Seat.FINANCE: False}
    assert two.sitting(Seat.FINANCE) == [BEN]


SOME = st.lists(st.sampled_from([ANA, BEN, CLEO, DANA, ELI]), max_size=3, unique=True).map(tuple)


@given(
    st.sampled_from([Band.FREE, Band.APPROVED, Band.COUNCIL]),
    st.builds(
        People,
        st.sampled_from([ANA, BEN, CLEO]),
        SOME,
        SOME,
        SOME,
        SOME,
        SOME,
        st.dictionaries(st.sampled_from(list(Seat)), SOME, max_size=3),
    ),
)
def test_beyond_the_free_band_someone_else_always_says_yes(band, who):
    try:
        seats = seats_of(band, who)
    except NobodyElse:
        return
    except NoCouncil:
        assert set(who.council) <= {who.asker}
        return
    assert (Seat.COUNCIL in seats) == (band is Band.COUNCIL)
    if not seats:
        assert band is Band.FREE
        assert who.asker in who.givers
        return
    waiting = [seat for seat, given in seats.items() if not given and seat is not Seat.COUNCIL]
    assert waiting
    for seat in waiting:
        assert who.sitting(seat)
        assert who.asker not in {*who.sitting(seat), *who.standing_in(seat)}
