"""What follows a vote: more time, a reminder, a stop told first, what waits, a successor."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.views.audit.log import audit_log
from bot.views.board import card as epic_card
from bot.views.decisions import ballot, follow_up
from bot.views.decisions.actions import DecisionShown, DecisionsList
from bot.views.decisions.list import decision_page
from bot.views.decisions.register import decision_list
from bot.workflows.audit.log import Query, log_of_epic
from bot.workflows.board.card import card
from bot.workflows.decisions import listing, register
from bot.workflows.decisions.follow_up import again, announcing, reminding, waiting
from bot.workflows.epics.moving import move
from bot.workflows.keeping import Act
from bot.workflows.people import departing
from models.audit import audit
from models.audit.audit import AuditEvent
from models.calendar import spell_day
from models.decisions.decision import (
    Advice,
    Ending,
    NothingWaits,
    NotItsOwner,
    NotLapsed,
    NotTheirsToOpen,
    ResultIsOut,
)
from models.decisions.follow_up.form import LearnedForm
from models.decisions.follow_up.outcome_review import Became, OutcomeForm, OutcomeReview
from models.decisions.opening import OpenAlready
from models.decisions.register.listing import DecisionChoice
from models.epics.answer import Answer
from models.epics.epic import Epic, Transition
from models.message import Message, MessageKind
from models.people.role import NotAllowed
from models.portfolio.portfolio import Phase, Portfolio, WipLimit
from models.work import Work
from tests.views.reading import buttons, shown
from tests.workflows.builders import ANA, BEN, MONDAY
from tests.workflows.decisions.builders import (
    CLEO,
    CLOSES_AT,
    COUNCIL,
    DANA,
    ELI,
    HOUR,
    MINUTE,
    an_mvp,
    closes,
    opens,
    stored,
    the_epic,
    votes,
)
from tests.workflows.decisions.test_rounds import drawn_by
from tests.workflows.decisions.test_sealed import exported

DAY = 24 * HOUR
EXTENDED_TO = datetime(2026, 5, 27, 15, tzinfo=UTC)
"""17:00 in Berlin, two working days after the close."""
REMIND_AT = datetime(2026, 5, 22, 15, tzinfo=UTC)
"""Friday, the working day before the close, at its hour."""
RESULT_AT = CLOSES_AT + 30 * MINUTE


def due(database, kind):
    with database.read() as session:
        return session.scalar(select(Work.due_at).where(Work.key == f"{kind}:1"))


def told(database, kind):
    """To whom such messages went."""
    with database.read() as session:
        rows = select(Message.channel_id).where(Message.kind == kind).order_by(Message.id)
        return session.scalars(rows).all()


def run(database, job, at, decision_id=1):
    with database.write(audit.Act(None, "tack", at)) as session:
        job(session, decision_id, at)


def acts(database, who, doing, at, *args):
    with database.write(audit.Act(who, "button", at)) as session:
        return doing(Act(session, 1, who, at), *args)


def decided(database, choice, people=COUNCIL[:2], **advice):
    """Closed at its time, after two of three chose so."""
    an_mvp(database)
    opens(database, **advice)
    for each in people:
        votes(database, 1, each, choice)
    return closes(database, 1, CLOSES_AT)


def ballot_of(database):
    with database.read() as session:
        return shown(ballot.in_channel(session, session.get_one(type(stored(database)), 1), MONDAY))


# who hears how it ended


@pytest.mark.parametrize("restricted", [False, True])
def test_an_owner_reads_how_a_vote_ended_that_no_channel_shows(database, restricted):
    an_mvp(database)
    with database.write() as session:
        session.get_one(Epic, 1).restricted = restricted
    opens(database, by=BEN)
    for each in COUNCIL:
        votes(database, 1, each, "persevere")
    closes(database, 1, CLOSES_AT)
    assert told(database, MessageKind.BALLOT_DM) == [*COUNCIL, *([ANA] if restricted else [])]
    assert ANA not in told(database, MessageKind.MOVED)[1:]


# without a quorum


def test_without_a_quorum_it_goes_on_for_two_working_days_and_who_has_not_voted_is_told(database):
    an_mvp(database)
    opens(database)
    votes(database, 1, BEN, "stop")
    decision = closes(database, 1, CLOSES_AT)
    assert (decision.is_open, decision.closes_at, due(database, "close")) == (
        *(True, EXTENDED_TO, EXTENDED_TO),
    )
    assert told(database, MessageKind.BALLOT_EXTENDED) == [CLEO, ELI]
    votes(database, 1, CLEO, "persevere", CLOSES_AT + HOUR)
    votes(database, 1, ELI, "persevere", CLOSES_AT + HOUR)
    assert due(database, "close") == CLOSES_AT + HOUR + 10 * MINUTE


def test_what_says_until_when_it_is_open_follows_where_that_moves(database):
    an_mvp(database)
    opens(database)
    assert {MessageKind.BALLOT, MessageKind.EPIC_CARD} <= drawn_by(database, closes, 1, CLOSES_AT)


def test_it_is_extended_once_then_it_lapses_and_nothing_moves(database):
    an_mvp(database)
    opens(database)
    votes(database, 1, BEN, "stop")
    closes(database, 1, CLOSES_AT)
    decision = closes(database, 1, EXTENDED_TO)
    assert (decision.ending, decision.effect) == (Ending.NO_QUORUM, "nothing moved")
    assert the_epic(database) == "Testing the MVP"
    assert "Open it again" in ballot_of(database)


def test_where_a_quorum_has_become_impossible_it_is_not_extended(database):
    an_mvp(database)
    opens(database)
    for each in (BEN, CLEO):
        votes(database, 1, each, "recused")
    assert closes(database, 1, CLOSES_AT).ending is Ending.NO_QUORUM


def test_who_opened_a_lapsed_one_or_owns_the_stream_opens_it_again_and_nobody_else(database):
    an_mvp(database)
    look_on = date(2026, 9, 30)
    opens(database, recommended="stop", because="Dear", confidence=70, look_again_on=look_on)
    closes(database, 1, CLOSES_AT)
    closes(database, 1, EXTENDED_TO)
    at = EXTENDED_TO + HOUR
    with pytest.raises(NotTheirsToOpen) as refused:
        acts(database, ELI, again.open_again, at, 1)
    assert refused.value.ask == (ANA, BEN)
    decision = acts(database, BEN, again.open_again, at, 1)
    assert (decision.key, decision.electorate) == ("D-2", list(COUNCIL))
    assert decision.advice == Advice(look_again_on=look_on)  # the rest is in Ana's words
    assert decision.closes_at == datetime(2026, 6, 3, 15, tzinfo=UTC)
    with pytest.raises(OpenAlready):
        acts(database, ANA, again.open_again, at, 1)


def test_one_that_did_not_lapse_is_not_opened_again(database):
    decided(database, "persevere")
    with pytest.raises(NotLapsed):
        acts(database, ANA, again.open_again, CLOSES_AT, 1)


# the reminder


def test_who_has_not_voted_is_reminded_once_a_working_day_before_the_close(database):
    an_mvp(database)
    opens(database)
    assert due(database, "remind") == REMIND_AT
    votes(database, 1, CLEO, "stop")
    run(database, reminding.remind_due, REMIND_AT - MINUTE)
    assert told(database, MessageKind.BALLOT_REMINDER) == []
    for _ in range(2):
        run(database, reminding.remind_due, REMIND_AT)
    assert told(database, MessageKind.BALLOT_REMINDER) == [BEN, ELI]
    closes(database, 1, CLOSES_AT)
    closes(database, 1, EXTENDED_TO - 2 * HOUR)
    run(database, reminding.remind_due, EXTENDED_TO - 24 * HOUR)
    assert told(database, MessageKind.BALLOT_REMINDER) == [BEN, ELI]


def test_a_close_that_moves_takes_its_reminder_along_and_an_early_one_cancels_it(database):
    an_mvp(database)
    opens(database, at=MONDAY, closes_on=date(2026, 5, 19))
    with database.write() as session:
        session.execute(Work.__table__.delete().where(Work.key == "remind:1"))
    closes(database, 1, datetime(2026, 5, 19, 15, tzinfo=UTC))
    assert due(database, "remind") == datetime(2026, 5, 20, 15, tzinfo=UTC)
    for each in COUNCIL:
        votes(database, 1, each, "persevere", datetime(2026, 5, 20, 9, tzinfo=UTC))
    closes(database, 1, datetime(2026, 5, 20, 9, 10, tzinfo=UTC))
    assert due(database, "remind") is None
    run(database, reminding.remind_due, datetime(2026, 5, 20, 15, tzinfo=UTC))
    assert told(database, MessageKind.BALLOT_REMINDER) == []


def test_nobody_is_reminded_who_has_left_nor_of_what_has_closed_while_tack_was_away(database):
    an_mvp(database)
    opens(database)
    with database.write(audit.Act(None, "user_change", MONDAY)) as session:
        departing.depart(session, 1, CLEO, MONDAY)
    run(database, reminding.remind_due, CLOSES_AT)
    assert told(database, MessageKind.BALLOT_REMINDER) == []
    run(database, reminding.remind_due, REMIND_AT)
    assert told(database, MessageKind.BALLOT_REMINDER) == [BEN, ELI]


def test_the_reminder_says_when_it_closes_and_how_many_votes_are_open(database):
    an_mvp(database)
    opens(database)
    votes(database, 1, CLEO, "stop")
    with database.read() as session:
        decision = session.get_one(type(stored(database)), 1)
        assert shown(follow_up.reminder(session, decision, MONDAY)) == [
            "*PAY-1 · Persevere, pivot or stop?* closes {Mon 25 May, 17:00}. One minute to read.\n"
            "Your vote is one of 2 still open.",
            "Read and vote",
            "Stand in for me",
        ]


# a stop


def test_a_stop_is_told_to_the_owner_alone_and_comes_true_half_an_hour_later(database):
    decision = decided(database, "stop")
    assert (decision.is_held, decision.result_at, decision.votes) == (True, RESULT_AT, None)
    assert told(database, MessageKind.STOP_FIRST) == [ANA]
    assert the_epic(database) == "Testing the MVP"
    assert due(database, "tell") == RESULT_AT
    run(database, announcing.announce_due, RESULT_AT - MINUTE)
    assert stored(database).is_held
    for _ in range(2):
        run(database, announcing.announce_due, RESULT_AT)
    decision = stored(database)
    assert (decision.outcome, decision.score, decision.effect) == (
        "stop",
        "2 to 0",
        "stopped after 7 days in flight",
    )
    assert decision.closed_at == CLOSES_AT
    assert the_epic(database) == "Stopped"
    with database.read() as session:
        stops = session.scalars(select(Transition).where(Transition.at >= CLOSES_AT)).all()
        assert [each.at for each in stops] == [RESULT_AT]
    assert told(database, MessageKind.STOPPED) == []


@pytest.mark.parametrize("choice", ["stop", "pivot"])
def test_until_then_every_surface_says_when_the_result_comes_and_none_says_which(database, choice):
    decided(database, choice)
    with database.read() as session:
        decision = session.get_one(type(stored(database)), 1)
        act = Act(session, 1, DANA, CLOSES_AT + MINUTE)
        page = decision_page(register.record(act, 1, 1), DecisionShown(decision=1))
        found = listing.decisions_page(act, DecisionChoice(), 1)
        listed = decision_list(found, DecisionsList(), [decision.portfolio], None)
        seen = {
            "ballot": str(ballot.in_channel(session, decision, CLOSES_AT).blocks),
            "card": str(epic_card.epic_card(card(session, decision.epic, CLOSES_AT)).blocks),
            "page": str(page.blocks),
            "list": str(listed.blocks),
        }
        log = str(audit_log(log_of_epic(session, decision.epic, Query())).blocks)
        events = session.scalars(select(AuditEvent.after)).all()
    for surface, told_there in seen.items():
        assert "result comes out <!date^" in told_there, surface
        assert "2 to 0" not in told_there, surface
    assert seen["page"].count("has voted") == 2
    assert "Open a decision" not in seen["card"]
    assert "result comes: <!date^" in log
    assert not [each for each in events if f'"{choice}"' in each and "frozen" not in each]
    tables = exported(database)
    assert tables["ballots"] == []
    assert choice not in json.dumps([tables["transitions"], tables["decisions"][0][-20:]])
    with pytest.raises(OpenAlready):
        opens(database, at=CLOSES_AT + MINUTE, closes_on=date(2026, 6, 8))


def test_the_owner_reads_it_with_thanks_and_adds_what_was_learned_which_is_told_with_it(database):
    decided(database, "stop")
    at = CLOSES_AT + MINUTE
    with database.read() as session:
        decision = session.get_one(type(stored(database)), 1)
        first = follow_up.stop_first(session, decision, at)
        assert shown(first)[0].startswith(
            "@Ana, the council decided to stop *PAY-1 · Pay by bank transfer*, 2 to 0. "
            "Thank you for finding it out."
        )
        assert buttons(first.blocks) == ["Add what we learned", "Tell it now"]
    said = LearnedForm(learned="Customers trust their bank")
    with pytest.raises(NotItsOwner) as refused:
        acts(database, BEN, announcing.learn, at, 1, said)
    assert refused.value.ask == (ANA,)
    acts(database, ANA, announcing.learn, at, 1, said)
    with database.read() as session:
        events = session.scalars(select(AuditEvent.after)).all()
        assert not [each for each in events if "trust" in each]
    run(database, announcing.announce_due, RESULT_AT)
    with database.read() as session:
        stop = session.scalars(select(Transition).where(Transition.at == RESULT_AT)).one()
        assert stop.learned == "Customers trust their bank"


def test_the_owner_has_it_told_at_once_and_nobody_else_does(database):
    decided(database, "stop")
    at = CLOSES_AT + 5 * MINUTE
    with pytest.raises(NotItsOwner):
        acts(database, BEN, announcing.announce_now, at, 1)
    assert stored(database).is_held
    acts(database, ANA, announcing.announce_now, at, 1)
    assert (the_epic(database), due(database, "tell")) == ("Stopped", None)
    with pytest.raises(ResultIsOut):
        acts(database, ANA, announcing.announce_now, at, 1)
    run(database, announcing.announce_due, RESULT_AT)
    with database.read() as session:
        assert len(session.scalars(select(Transition).where(Transition.at >= at)).all()) == 1


def test_where_it_was_closed_late_the_owner_has_half_an_hour_all_the_same(database):
    an_mvp(database)
    opens(database)
    for each in COUNCIL:
        votes(database, 1, each, "stop")
    decision = closes(database, 1, CLOSES_AT + 5 * HOUR)
    assert decision.result_at == CLOSES_AT + 5 * HOUR + 29 * MINUTE


def test_a_stop_of_what_nobody_owns_is_told_to_all_at_once(database):
    an_mvp(database, owner=None)
    opens(database, by=BEN)
    for each in COUNCIL:
        votes(database, 1, each, "stop")
    assert closes(database, 1, CLOSES_AT).effect == "stopped after 7 days in flight"


def test_what_was_stopped_by_hand_meanwhile_stays_as_it_is(database):
    decided(database, "pivot")
    with database.write() as session:
        stopped = session.get_one(Portfolio, 1).state("stopped")
        move(session, 1, BEN, 1, stopped.id, None, "Enough", CLOSES_AT + MINUTE)
    run(database, announcing.announce_due, RESULT_AT)
    assert stored(database).effect == "nothing moved: PAY-1 was in Stopped by then"
    with database.read() as session:
        assert session.get_one(Epic, 1).successor_id is None


# a pivot


def test_a_pivot_ends_it_and_a_successor_begins_with_a_yes_and_a_link_both_ways(database):
    an_mvp(database)
    with database.write() as session:
        epic = session.get_one(Epic, 1)
        epic.indicator, epic.theme_none_because = "Completion", "It stands alone"
    opens(database)
    for each in COUNCIL[:2]:
        votes(database, 1, each, "pivot")
    closes(database, 1, CLOSES_AT)
    run(database, announcing.announce_due, RESULT_AT)
    assert stored(database).effect == (
        "stopped as a pivot after 7 days in flight, and PAY-2 continues it in the funnel"
    )
    with database.read() as session:
        epic, successor = session.get_one(Epic, 1), session.get_one(Epic, 2)
        assert (epic.column_label, successor.column_label) == ("Stopped", "Funnel")
        assert (epic.successor_id, successor.predecessor_id) == (2, 1)
        assert (successor.title, successor.hypothesis) == (
            *("Pivot of PAY-1: Pay by bank transfer", None),
        )
        for name in ("value_stream_id", "owner_user_id", "theme_none_because", "indicator"):
            assert getattr(successor, name) == getattr(epic, name)
        assert successor.accepted_at == successor.answered_at == RESULT_AT
        answer = session.scalars(select(Answer).where(Answer.epic_id == 2)).one()
        assert (answer.kind, answer.words) == ("yes", "D-1 decided to pivot PAY-1")
        for one, other in ((epic, "continued as: none → PAY-2"), (successor, "continues: PAY-1")):
            log = str(audit_log(log_of_epic(session, one, Query())).blocks)
            assert other in log
        shows = str(epic_card.epic_card(card(session, epic, RESULT_AT)).blocks)
        assert "continued as PAY-2" in shows
        shows = str(epic_card.epic_card(card(session, successor, RESULT_AT)).blocks)
        assert "continues PAY-1" in shows


# what cannot be done now


@pytest.fixture
def full(database):
    """Persevere was decided, and one other fills Delivering."""
    an_mvp(database)
    with database.write() as session:
        portfolio = session.get_one(Portfolio, 1)
        state = portfolio.state("implementing")
        here = {"workspace_id": 1, "portfolio_id": 1, "state_id": state.id}
        session.add(WipLimit(phase=Phase.DELIVERING, most=1, **here))
        other = Epic(
            workspace_id=1,
            portfolio=portfolio,
            value_stream=portfolio.value_streams[1],
            key="PAY-9",
            title="Wallet",
        )
        session.add(other.enter(portfolio.state("ready"), MONDAY, BEN))
        session.flush()
        session.add(other.move(state, BEN, None, MONDAY, Phase.DELIVERING))
    opens(database)
    for each in COUNCIL:
        votes(database, 1, each, "persevere")
    closes(database, 1, CLOSES_AT)
    return database


def test_into_a_full_column_nothing_moves_and_the_decision_waits_for_a_place(full):
    decision = stored(full)
    assert (decision.outcome, decision.effect) == ("persevere", None)
    assert decision.waiting_for.startswith("a place: Delivering is full (1 of 1 in Shop)")
    assert the_epic(full) == "Testing the MVP"
    with full.read() as session:
        epic = session.get_one(Epic, 1)
        told_there = shown(epic_card.epic_card(card(session, epic, CLOSES_AT)))
        assert [each for each in told_there if each.startswith("*Decided: persevere*, waits for")]
        assert "Try again" in told_there
    assert "Try again" in ballot_of(full)


def test_it_is_tried_again_by_who_may_decide_and_done_once_there_is_a_place(full):
    at = CLOSES_AT + HOUR
    with pytest.raises(NotAllowed):
        acts(full, DANA, waiting.try_again, at, 1)
    assert acts(full, ANA, waiting.try_again, at, 1).waiting_for is not None
    with full.write() as session:
        done = session.get_one(Portfolio, 1).state("done")
        session.add(session.get_one(Epic, 2).move(done, BEN, None, at))
    decision = acts(full, ANA, waiting.try_again, at, 1)
    assert (decision.effect, decision.waiting_for) == ("moved to Delivering", None)
    assert the_epic(full) == "Delivering"
    with pytest.raises(NothingWaits):
        acts(full, ANA, waiting.try_again, at, 1)


def test_one_that_was_moved_by_hand_since_waits_no_more(full):
    with full.write() as session:
        to = session.get_one(Portfolio, 1).state("ready")
        move(session, 1, BEN, 1, to.id, None, "Back", CLOSES_AT + HOUR)
    with full.read() as session:
        decision = session.get_one(type(stored(full)), 1)
        assert not card(session, decision.epic, CLOSES_AT + 2 * HOUR).waits
    decision = acts(full, ANA, waiting.try_again, CLOSES_AT + 2 * HOUR, 1)
    assert decision.effect == "nothing moved: PAY-1 was in Ready by then"


# looking again


@pytest.mark.parametrize(
    ("advice", "sure", "on"),
    [
        ({}, "", date(2026, 8, 17)),
        ({"confidence": 70, "look_again_on": date(2026, 10, 1)}, ", 70 % sure", date(2026, 10, 1)),
    ],
    ids=["as usual", "as chosen"],
)
def test_a_result_says_what_is_expected_and_when_it_is_looked_at_again(database, advice, sure, on):
    an_mvp(database)
    with database.write() as session:
        epic = session.get_one(Epic, 1)
        epic.indicator, epic.target = "Completion, % of started checkouts", Decimal(68)
        epic.target_on = date(2026, 9, 30)
    opens(database, **advice)
    for each in COUNCIL:
        votes(database, 1, each, "persevere")
    closes(database, 1, CLOSES_AT)
    expected = f"Expected: completion at 68 % by 30 Sep 2026{sure}. "
    said = f"{expected}We look again on {spell_day(on)}; @Ana will be asked."
    assert said in ballot_of(database)
    with database.read() as session:
        review = session.scalars(select(OutcomeReview)).one()
        assert (review.occasion, review.due_on, review.decision_id) == (*("decision", on, 1),)


def test_what_was_stopped_is_not_looked_at_again(database):
    decided(database, "stop", look_again_on=date(2026, 10, 1))
    run(database, announcing.announce_due, RESULT_AT)
    assert "We look again" not in ballot_of(database)
    with database.read() as session:
        assert session.scalars(select(OutcomeReview)).all() == []


def test_the_day_of_a_later_decision_takes_the_place_of_one_that_is_still_open(database):
    an_mvp(database)
    at = CLOSES_AT
    for number, closes_on in ((1, CLOSES_AT), (2, CLOSES_AT + 7 * DAY), (3, CLOSES_AT + 14 * DAY)):
        opens(database, at=at - DAY, closes_on=closes_on.date())
        for each in COUNCIL:
            votes(database, number, each, "persevere", at - DAY + HOUR)
        closes(database, number, closes_on)
        with database.write() as session:
            asked = session.scalars(select(OutcomeReview).order_by(OutcomeReview.id)).all()
            if number == 1:
                asked[0].answer(OutcomeForm(became=Became.PARTLY), ANA, closes_on)
        at = closes_on + 2 * DAY
    assert [each.decision_id for each in asked] == [1, 3]
