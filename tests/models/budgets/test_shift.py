"""A shift: asked for by a ruling, approved or declined by who is asked, ended once. No database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.budgets.books import Books, Flow, Overdrawn
from models.budgets.forms import UndoForm, open_stream
from models.budgets.ledger import UNALLOCATED, EntryKind, Move, free
from models.budgets.period import FundingPeriod, NoMoney, with_money
from models.budgets.rules import Band
from models.budgets.ruling import rule
from models.budgets.seats import NobodyElse, NoCouncil, People, Seat, undoing_seats
from models.budgets.shift import (
    AllUndone,
    AlreadyApproved,
    AlreadyEnded,
    Approval,
    ClosedAt,
    NotAsked,
    NothingLeft,
    NotMoved,
    NotYet,
    NotYours,
    Outcome,
    OwnRequest,
    PeriodOver,
    StreamEnded,
    WaitsForCouncil,
)
from models.decisions.decision import Decision
from models.decisions.question import Choice
from models.errors import FieldMistakes
from tests.views.builders import ANA, BEN, CLEO, DANA, ELI, MONDAY, a_portfolio

FAY = "U0FAY"
EUR = 100
K = 1_000 * EUR
FRIDAY_AT_FIVE = datetime(2026, 5, 22, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def people(asker=ELI, finance=(DANA,), admins=(ANA,), council=(BEN, ELI), stand_ins=None):
    """Cleo gives, Eli takes; Ben and Eli are the council."""
    return People(asker, [CLEO], [ELI], finance, admins, council, stand_ins or {})


def ruled(amount=80 * K, *, who=None, flows=(), at=MONDAY, **more):
    """What a shift from Onboarding, which has 1.6 million, to Platform would do."""
    portfolio = a_portfolio()
    _, giver, taker = portfolio.value_streams
    funded = Flow(EntryKind.FUNDING, Move(UNALLOCATED, free(giver.id), 1_600 * K))
    books = Books([funded, *flows])
    period = FundingPeriod(id=1, name="2026", ends_on=date(2026, 12, 31))
    return rule(portfolio, period, giver, taker, amount, books, who or people(), at, **more)


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


def test_days_are_counted_by_those_that_are_worked():
    thursday = datetime(2026, 5, 21, 9, 30, tzinfo=UTC)
    ruling = ruled(at=thursday)
    assert ruling.stand_ins_at == datetime(2026, 5, 25, 9, 30, tzinfo=UTC)
    assert ruling.lapses_at == datetime(2026, 5, 27, 15, tzinfo=UTC)
    assert ruling.undo_until == datetime(2026, 5, 28, 15, tzinfo=UTC)


def test_the_givers_own_yes_is_given_by_asking():
    shift = asked(who=people(CLEO))
    assert [(each.seat, each.user_id) for each in shift.approvals] == [
        (Seat.GIVER, CLEO),
        (Seat.FINANCE, None),
    ]


def test_within_the_free_band_the_giver_moves_it_alone():
    shift = asked(30 * K, who=people(CLEO))
    assert (shift.outcome, shift.ended_by, shift.approvals) == (Outcome.MOVED, CLEO, [])


def test_above_what_is_available_nothing_can_be_asked():
    asked(1_600 * K)
    with pytest.raises(Overdrawn):
        asked(1_600 * K + 1)


def test_above_ten_per_cent_the_council_decides_too_and_the_request_outlives_that_by_a_day():
    assert Seat.COUNCIL not in ruled(160 * K).seats
    ruling = ruled(160 * K + 1)
    assert ruling.seats == {Seat.GIVER: False, Seat.FINANCE: False, Seat.COUNCIL: False}
    assert ruling.decides_at == datetime(2026, 5, 25, 15, tzinfo=UTC)
    assert ruling.lapses_at == datetime(2026, 5, 26, 15, tzinfo=UTC)
    assert ruling.asked == [CLEO, DANA]
    lines = "\n".join(ruling.case_lines("A test environment"))
    assert "Onboarding has €1,600,000 available, and €1,439,999.99 after it" in lines
    assert "Size: 10.1 % of €1,600,000, over the 10 % allowed without the council" in lines
    assert "with this: €160,000.01, 10.1 %, over the 10 % allowed without the council" in lines
    lines = "\n".join(ruled(160 * K).case_lines("A test environment"))
    assert "Size: 10.0 % of €1,600,000; up to 10 % needs no council" in lines
    assert "with this: €160,000, 10.0 % of at most 10 %" in lines


def test_where_nobody_else_is_the_council_a_large_one_is_not_asked_for():
    for council in ((), (ELI,)):
        with pytest.raises(NoCouncil):
            asked(170 * K, who=people(council=council))
    begun = ruled(170 * K).portfolio
    assert begun.live_at is not None


def a_decision(outcome, key="D-7"):
    return Decision(key=key, outcome=outcome)


def test_the_councils_yes_is_one_of_those_it_waits_for():
    shift = asked(170 * K)
    approve(shift, CLEO)
    shift.heed_council(a_decision(Choice.YES), MONDAY + timedelta(days=1))
    assert shift.outcome is None
    assert shift.lapses_at == datetime(2026, 5, 20, 15, tzinfo=UTC)
    approve(shift, DANA)
    assert shift.outcome is Outcome.MOVED


def test_what_waited_for_the_council_alone_moves_with_its_yes():
    shift = asked(170 * K)
    approve(shift, CLEO)
    approve(shift, DANA)
    shift.decision = a_decision(None)
    with pytest.raises(WaitsForCouncil, match=r"Only the council's decision is missing.* D-7"):
        approve(shift, ANA)
    shift.heed_council(a_decision(Choice.YES), MONDAY)
    assert (shift.outcome, shift.ended_by) == (Outcome.MOVED, None)


@pytest.mark.parametrize("outcome", [Choice.NO, None])
def test_without_the_councils_yes_it_has_ended(outcome):
    shift = asked(170 * K)
    shift.heed_council(a_decision(outcome), MONDAY)
    assert (shift.outcome, shift.ended_by) == (Outcome.DECLINED, None)


def test_of_a_stream_that_has_ended_the_councils_yes_moves_nothing():
    shift = asked(170 * K)
    approve(shift, CLEO)
    approve(shift, DANA)
    shift.to_stream.ended_at = MONDAY
    shift.heed_council(a_decision(Choice.YES), MONDAY)
    assert shift.outcome is Outcome.DECLINED


WEDNESDAY = MONDAY + timedelta(days=2)
WITH_STAND_INS = {Seat.FINANCE: [FAY, ELI]}


@pytest.mark.parametrize("answer", ["approve", "decline"])
def test_a_stand_in_answers_once_two_working_days_went_by_and_never_their_own(answer):
    who = people(stand_ins=WITH_STAND_INS)
    shift = asked(who=who)
    deed = {"approve": approve, "decline": decline}[answer]
    with pytest.raises(NotYet) as refused:
        deed(shift, FAY, WEDNESDAY - SECOND, who)
    assert refused.value.sentence.startswith("You are a stand-in here. You are asked from ")
    assert names(refused) == [CLEO, DANA]
    assert shift.standing_in(who) == [FAY]
    with pytest.raises(OwnRequest):
        deed(shift, ELI, WEDNESDAY, who)
    deed(shift, FAY, WEDNESDAY, who)
    assert shift.outcome is (Outcome.DECLINED if answer == "decline" else None)
    assert [each.seat for each in shift.open_seats] == (
        [Seat.GIVER, Seat.FINANCE] if answer == "decline" else [Seat.GIVER]
    )


def moved(amount=30 * K):
    shift = asked(amount, who=people(CLEO))
    shift.id = 5
    shift.period.ends_on = date(2026, 12, 31)
    return shift


def back(asker=DANA, at=MONDAY, amount=30 * K, first=None, finance=(DANA, BEN), **more):
    """What the shift back to Onboarding would do: Platform has 930,000 and got 30,000 silently."""
    first = first or moved()
    books = Books(
        [
            Flow(EntryKind.FUNDING, Move(UNALLOCATED, free(first.to_stream.id), 900 * K)),
            Flow(
                EntryKind.SHIFT, Move(free(first.from_stream.id), free(first.to_stream.id), 30 * K)
            ),
        ]
    )
    who = People(asker, [ELI], [CLEO], finance, (ANA,), **more)
    ends = (first.to_stream, first.from_stream)
    return rule(first.portfolio, first.period, *ends, amount, books, who, at, undoes=first)


def test_for_five_working_days_finance_alone_undoes_what_moved_silently():
    assert back(CLEO).seats == {Seat.FINANCE: False}
    assert back(DANA).asked == [BEN]
    assert back(CLEO, amount=18 * K).seats == {Seat.FINANCE: False}
    assert back(DANA, amount=18 * K).seats == {}
    assert back(DANA, amount=18 * K).informed == [ELI, CLEO, BEN]
    assert back(DANA, finance=(DANA,)).asked == [ELI]
    end = datetime(2026, 5, 25, 15, tzinfo=UTC)
    assert back(CLEO, end - SECOND).seats == {Seat.FINANCE: False}
    assert back(CLEO, end).seats == {Seat.GIVER: False, Seat.FINANCE: False}
    assert back(ELI, amount=10 * K).seats == {}
    assert back(CLEO).ask("It was not needed", MONDAY).undoes.id == 5


def test_what_was_approved_is_undone_by_the_rules_of_every_shift():
    first = moved()
    first.approvals.append(Approval(seat=Seat.FINANCE))
    assert back(CLEO, first=first).seats == {Seat.GIVER: False, Seat.FINANCE: False}


def test_never_more_goes_back_than_is_left_of_it_and_than_the_receiver_has():
    shift = moved()
    assert shift.largest_undone(MONDAY, 0, 930 * K) == 30 * K
    assert shift.largest_undone(MONDAY, 10 * K, 930 * K) == 20 * K
    assert shift.largest_undone(MONDAY, 0, 7 * K) == 7 * K
    with pytest.raises(AllUndone):
        shift.largest_undone(MONDAY, 30 * K, 930 * K)
    with pytest.raises(NothingLeft, match="Platform has nothing available to give back"):
        shift.largest_undone(MONDAY, 0, 0)
    with pytest.raises(PeriodOver):
        shift.largest_undone(datetime(2027, 1, 1, 12, tzinfo=UTC), 0, 930 * K)
    with pytest.raises(NotMoved):
        asked().largest_undone(MONDAY, 0, 930 * K)
    form = UndoForm(amount_minor=8 * K, reason="Not needed")
    with pytest.raises(FieldMistakes) as refused:
        form.check_is_within(7 * K, "EUR")
    assert refused.value.errors == {"amount_minor": "At most €7,000 can go back now."}
    form.check_is_within(8 * K, "EUR")


def test_where_nobody_else_could_approve_it_is_not_asked_for():
    alone = People(CLEO, [CLEO], [CLEO], [CLEO], [])
    with pytest.raises(NobodyElse):
        asked(who=alone)
    with pytest.raises(NobodyElse):
        undoing_seats(People(ANA, [CLEO], [ELI], [], [ANA]))


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
    assert [who for who in (CLEO, DANA, ELI) if shift.has_approved(who, people())] == [CLEO]
    assert not shift.has_approved(CLEO, people(finance=(CLEO,)))
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


def test_in_a_period_that_is_over_nothing_is_approved_and_the_councils_yes_moves_nothing():
    shift, last = asked(), datetime(2026, 12, 31, 12, tzinfo=UTC)
    shift.lapses_at = last + timedelta(days=5)
    with pytest.raises(PeriodOver):
        approve(shift, CLEO, last + timedelta(days=1))
    approve(shift, CLEO, last)
    shift.heed_council(a_decision(Choice.YES), last + timedelta(days=1))
    assert (shift.outcome, shift.ended_because) == (Outcome.DECLINED, "2026 is over.")


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
