"""A shift: asked for by a ruling, approved or declined by who is asked, ended once. No database."""

from datetime import UTC, datetime, timedelta

import pytest

from models.budgets.books import Books, Flow, Overdrawn
from models.budgets.forms import open_stream
from models.budgets.ledger import UNALLOCATED, EntryKind, Move, free
from models.budgets.period import FundingPeriod, NoMoney, with_money
from models.budgets.rules import Band
from models.budgets.ruling import rule
from models.budgets.seats import NobodyElse, People, Seat
from models.budgets.shift import (
    AlreadyApproved,
    AlreadyEnded,
    ClosedAt,
    NotAsked,
    NotYours,
    Outcome,
    OwnRequest,
    StreamEnded,
)
from models.errors import FieldMistakes
from tests.views.builders import ANA, BEN, CLEO, DANA, ELI, MONDAY, a_portfolio

EUR = 100
K = 1_000 * EUR
FRIDAY_AT_FIVE = datetime(2026, 5, 22, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def people(asker=ELI, finance=(DANA,), admins=(ANA,)):
    """Cleo gives, Eli takes."""
    return People(asker, [CLEO], [ELI], finance, admins)


def ruled(amount=80 * K, *, who=None, flows=()):
    """What a shift from Onboarding, which has 1.6 million, to Platform would do."""
    portfolio = a_portfolio()
    _, giver, taker = portfolio.value_streams
    funded = Flow(EntryKind.FUNDING, Move(UNALLOCATED, free(giver.id), 1_600 * K))
    books = Books([funded, *flows])
    period = FundingPeriod(id=1)
    return rule(portfolio, period, giver, taker, amount, books, who or people(), MONDAY)


def asked(amount=80 * K, **more):
    return ruled(amount, **more).ask("A second test environment", MONDAY)


def names(mistake):
    return list(mistake.value.ask)


def test_what_can_be_asked_for_says_whose_yes_it_takes_and_until_when():
    ruling = ruled()
    assert (ruling.band, ruling.asked) == (Band.APPROVED, [CLEO, DANA])
    shift = ruling.ask("A second test environment", MONDAY)
    assert [each.seat for each in shift.open_seats] == [Seat.GIVER, Seat.FINANCE]
    assert (shift.asked_by, shift.lapses_at, shift.outcome) == (ELI, FRIDAY_AT_FIVE, None)


def test_the_givers_own_yes_is_given_by_asking():
    shift = asked(who=people(CLEO))
    assert [(each.seat, each.user_id) for each in shift.approvals] == [
        (Seat.GIVER, CLEO),
        (Seat.FINANCE, None),
    ]


def test_within_the_free_band_the_giver_moves_it_alone():
    shift = asked(30 * K, who=people(CLEO))
    assert (shift.outcome, shift.ended_by, shift.approvals) == (Outcome.MOVED, CLEO, [])


@pytest.mark.parametrize("amount", [160 * K + 1, 1_600 * K + 1])
def test_above_ten_per_cent_and_above_what_is_available_nothing_can_be_asked(amount):
    assert ruled(160 * K).can_be_asked
    with pytest.raises(Overdrawn):
        asked(amount)


def test_where_nobody_else_could_approve_it_is_not_asked_for():
    alone = People(CLEO, [CLEO], [CLEO], [CLEO], [])
    with pytest.raises(NobodyElse):
        asked(who=alone)


def test_what_was_seen_has_another_mark_once_anything_of_it_is_another():
    assert ruled().mark == ruled().mark
    moved = Flow(EntryKind.SHIFT, Move(free(1_001), free(1_000), 5 * K))
    marks = {ruled().mark, ruled(flows=[moved]).mark, ruled(who=people(finance=[BEN])).mark}
    assert len(marks) == 3


def test_with_the_last_yes_it_has_moved():
    shift = asked()
    shift.approve(CLEO, MONDAY, people())
    assert shift.outcome is None
    shift.approve(DANA, MONDAY + SECOND, people())
    assert (shift.outcome, shift.ended_by) == (Outcome.MOVED, DANA)
    assert shift.ended_at == MONDAY + SECOND


def test_a_decline_says_why():
    shift = asked()
    shift.decline(DANA, MONDAY, "Not now", people())
    assert (shift.outcome, shift.ended_by) == (Outcome.DECLINED, DANA)
    assert shift.ended_because == "Not now"


def approve(shift, by, at=MONDAY, who=None):
    shift.approve(by, at, who or people())


def decline(shift, by, at=MONDAY, who=None):
    shift.decline(by, at, "Not now", who or people())


def take_back(shift, by, at=MONDAY):
    shift.take_back(by, at, is_admin=False)


@pytest.mark.parametrize("answer", [approve, decline])
def test_nobody_approves_or_declines_their_own_request(answer):
    with pytest.raises(OwnRequest) as refused:
        answer(asked(), ELI)
    assert names(refused) == [CLEO, DANA]
    with pytest.raises(OwnRequest):
        answer(asked(who=people(CLEO)), CLEO, who=people(CLEO))


@pytest.mark.parametrize("answer", [approve, decline])
def test_someone_who_may_not_is_told_who_can(answer):
    with pytest.raises(NotAsked) as refused:
        answer(asked(), BEN)
    assert refused.value.sentence == "Only the owner of Onboarding and finance can answer this one."
    assert names(refused) == [CLEO, DANA]


def test_where_there_is_no_finance_an_admin_is_asked():
    alone = people(finance=())
    with pytest.raises(NotAsked, match="Only the owner of Onboarding and an admin can"):
        approve(asked(who=alone), BEN, who=alone)


def test_a_second_yes_says_that_it_is_given_and_a_no_still_counts():
    shift = asked()
    approve(shift, CLEO)
    with pytest.raises(AlreadyApproved):
        approve(shift, CLEO)
    decline(shift, CLEO)
    assert shift.outcome is Outcome.DECLINED


def test_who_asked_takes_it_back_and_an_admin_does_as_well():
    shift = asked()
    with pytest.raises(NotYours) as refused:
        take_back(shift, CLEO)
    assert names(refused) == [ELI]
    take_back(shift, ELI)
    assert shift.outcome is Outcome.TAKEN_BACK
    other = asked()
    other.take_back(ANA, MONDAY, is_admin=True)
    assert other.ended_by == ANA


def test_of_a_stream_that_has_ended_nothing_is_approved():
    shift = asked()
    shift.to_stream.ended_at = MONDAY
    with pytest.raises(StreamEnded, match="Platform has ended since this was asked"):
        approve(shift, CLEO)
    decline(shift, CLEO)


ANSWERS = [(approve, CLEO), (decline, CLEO), (take_back, ELI)]


@pytest.mark.parametrize(("answer", "by"), ANSWERS)
def test_what_has_ended_ends_no_second_time(answer, by):
    shift = asked()
    take_back(shift, ELI)
    with pytest.raises(AlreadyEnded) as refused:
        answer(shift, by)
    assert refused.value.sentence == "This request has already ended: it was taken back."


@pytest.mark.parametrize(("answer", "by"), ANSWERS)
def test_in_the_instant_of_the_deadline_it_is_closed_and_a_moment_before_it_counts(answer, by):
    with pytest.raises(ClosedAt) as refused:
        answer(asked(), by, FRIDAY_AT_FIVE)
    assert refused.value.sentence == (
        "This request has already ended: it closed at 17:00:00 on 22 May 2026."
    )
    answer(asked(), by, FRIDAY_AT_FIVE - timedelta(microseconds=1))


def test_without_money_there_is_nothing_to_shift():
    period = FundingPeriod()
    assert with_money(period, "2026") is period
    with pytest.raises(NoMoney) as refused:
        with_money(None, "2026")
    assert refused.value.sentence == (
        "No value stream has money for 2026 yet. /budget fund gives it."
    )


def test_a_stream_that_has_ended_neither_gives_nor_is_given_anything():
    portfolio = a_portfolio()
    stream = portfolio.value_streams[0]
    assert open_stream(portfolio, stream.id, "to_stream_id") is stream
    stream.ended_at = MONDAY
    with pytest.raises(FieldMistakes) as refused:
        open_stream(portfolio, stream.id, "to_stream_id")
    assert refused.value.errors.keys() == {"to_stream_id"}
