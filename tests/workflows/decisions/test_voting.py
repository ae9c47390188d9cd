"""From opening to what comes of it, on both databases."""

import json
import threading
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError

from bot.workflows.board.changes import changes_between
from bot.workflows.decisions import changing
from bot.workflows.decisions.voting import vote
from bot.workflows.epics.moving import move
from bot.workflows.flow.scope import scope_of
from bot.workflows.keeping import Act
from models.audit import audit
from models.audit.audit import AuditEvent
from models.decisions.case import CasePlace
from models.decisions.decision import Decision, Method
from models.decisions.form import WithdrawForm
from models.decisions.opening import NoElectors, NotTesting, OpenAlready
from models.decisions.question import Question
from models.decisions.votes import AFTER_THE_LAST, Ballot, BallotBox, Closed, NotAnElector
from models.epics.epic import Epic, Transition
from models.errors import Gone
from models.message import Message, MessageKind
from models.people.role import NotAllowed, Role, RoleGrant
from models.portfolio.portfolio import Phase, Portfolio
from models.work import Work
from tests.workflows.builders import ANA, BEN, MONDAY
from tests.workflows.decisions.builders import (
    CLEO,
    CLOSES_AT,
    COUNCIL,
    DANA,
    ELI,
    HOUR,
    MINUTE,
    NEXT_MONDAY,
    a_council,
    an_mvp,
    ballots,
    closes,
    ends,
    gets_ready,
    limits,
    opens,
    stored,
    the_epic,
    told_of_votes,
    votes,
)


def due(database, key="close:1"):
    with database.read() as session:
        return session.scalar(select(Work.due_at).where(Work.key == key))


def box(database):
    with database.read() as session:
        return session.get_one(BallotBox, 1)


# opening


def test_a_decision_is_opened_with_the_case_the_council_and_the_close_frozen(database):
    _, portfolio_id, _ = an_mvp(database)
    opens(database, recommended="persevere", because="64 % and rising")
    with database.write() as session:
        session.get_one(Epic, 1).title = "Something else"
        a_council(session, portfolio_id, DANA)
    decision = stored(database)
    assert (decision.key, decision.case.key) == ("D-1", "PAY-1")
    assert decision.case.title == "Pay by bank transfer"
    assert (decision.electorate, decision.quorum) == (list(COUNCIL), 2)
    assert decision.closes_at == CLOSES_AT == due(database)
    with pytest.raises(NotAnElector):
        votes(database, 1, DANA, "stop")


def test_the_ballot_stands_in_the_portfolios_channel_and_with_each_elector(database):
    an_mvp(database)
    opens(database)
    with database.read() as session:
        shown = session.execute(
            select(Message.kind, Message.channel_id)
            .where(Message.kind.in_([MessageKind.BALLOT, MessageKind.BALLOT_DM]))
            .order_by(Message.id)
        ).all()
    told = [(MessageKind.BALLOT_DM, each) for each in COUNCIL]
    assert shown == [(MessageKind.BALLOT, "C0PORT"), *told]


TESTING = {"state": "implementing", "phase": Phase.TESTING}
ONE_TESTS = {"most": 1, "where": "Testing the MVP"}


@pytest.mark.parametrize(
    ("limit", "place"),
    [
        ({"most": 3}, {"most": 3}),
        ({"most": 1, **TESTING}, ONE_TESTS),
        ({"most": 2}, None),
        ({"most": 9, "stream_id": None}, None),
        ({"most": 9, "state": "ready"}, None),
    ],
)
def test_a_case_keeps_the_place_a_stop_frees_and_who_is_next_in_line(database, limit, place):
    an_mvp(database)
    gets_ready(database, "Of another stream", stream_id=2)
    first, _ = gets_ready(database, "Gift cards", "Refunds in a day", at=MONDAY + HOUR)
    limits(database, **limit)
    opens(database)
    assert stored(database).case.place == (CasePlace(next_key=first, **place) if place else None)


def test_where_nobody_is_in_line_or_nothing_is_freed_nobody_is_next(database):
    an_mvp(database)
    limits(database, 3)
    opens(database, question=Question.FREE, asks="Which wallet first?")
    opens(database)
    free, mvp = stored(database, 1).case.place, stored(database, 2).case.place
    assert (free, mvp) == (None, CasePlace(most=3))


def test_a_council_that_is_named_by_its_role_is_the_council_and_votes_where_it_does(database):
    an_mvp(database)
    opens(database, role=Role.COUNCIL)
    assert stored(database).electors_are == "the council"
    opens(database, question=Question.FREE, asks="Which wallet?", role=Role.COUNCIL, people=[DANA])
    with database.read() as session:
        stand = select(Message.channel_id).where(Message.kind == MessageKind.BALLOT)
        assert session.scalars(stand.order_by(Message.id)).all() == ["C0PORT", "C0PAY"]


def test_without_a_channel_of_the_portfolio_it_stands_in_the_streams_and_many_get_no_message(
    database,
):
    an_mvp(database, [f"U{number:03}" for number in range(26)], channel=None)
    opens(database)
    with database.read() as session:
        kinds = select(Message.channel_id).where(
            Message.kind.in_([MessageKind.BALLOT, MessageKind.BALLOT_DM])
        )
        assert session.scalars(kinds).all() == ["C0PAY"]


def test_without_a_council_those_who_are_named_vote_and_else_it_says_who_gives_the_role(database):
    an_mvp(database, ())
    with database.write() as session:
        a_council(session, 1, CLEO, stand_in=True)
        session.add(RoleGrant(workspace_id=1, role="admin", user_id=DANA))
    with pytest.raises(NoElectors) as refused:
        opens(database)
    assert refused.value.ask == (DANA,)
    opens(database, people=(ELI, DANA))
    assert stored(database).electorate == [ELI, DANA]


def test_only_what_tests_its_mvp_is_decided_on_and_only_by_who_may(database):
    an_mvp(database)
    with pytest.raises(NotAllowed):
        opens(database, by=DANA)
    moves(database, "ready")
    with pytest.raises(NotTesting):
        opens(database)


def moves(database, name):
    with database.write() as session:
        to = session.get_one(Portfolio, 1).state(name)
        move(session, 1, BEN, 1, to.id, None, None, MONDAY)


# voting


def test_each_can_change_their_vote_until_the_close_and_the_last_one_counts(database):
    an_mvp(database)
    opens(database)
    votes(database, 1, BEN, "stop")
    votes(database, 1, BEN, "persevere", MONDAY + 2 * HOUR)
    votes(database, 1, CLEO, "persevere", MONDAY + 3 * HOUR)
    assert ballots(database) == [(BEN, "stop"), (BEN, "persevere"), (CLEO, "persevere")]
    assert (box(database).voted, box(database).waiting) == (2, 1)
    assert closes(database, 1, CLOSES_AT).outcome == "persevere"


def test_the_same_press_twice_is_one_ballot(database):
    an_mvp(database)
    opens(database)
    for _ in range(2):
        vote = votes(database, 1, BEN, "pivot")
        assert (vote.key, vote.label, vote.closes_at) == ("PAY-1", "Pivot", CLOSES_AT)
    assert ballots(database) == [(BEN, "pivot")]


def test_who_is_not_asked_does_not_vote_nor_on_what_is_not_there(database):
    an_mvp(database)
    opens(database)
    with pytest.raises(NotAnElector, match=r"^Only the people who were asked when D-1"):
        votes(database, 1, ANA, "stop")
    with pytest.raises(Gone):
        votes(database, 4_711, BEN, "stop")
    with pytest.raises(Gone):
        votes(database, 1, BEN, "stop", workspace_id=2)
    assert ballots(database) == []


def test_in_the_instant_of_the_deadline_a_press_is_told_when_it_closed(database):
    an_mvp(database)
    opens(database)
    instant = timedelta(microseconds=1)
    votes(database, 1, BEN, "stop", CLOSES_AT - instant)
    for late in (CLOSES_AT, CLOSES_AT + instant):
        with pytest.raises(Closed, match="D-1 closed at 17:00:00 on 25 May 2026"):
            votes(database, 1, CLEO, "stop", late)
    closes(database, 1, CLOSES_AT + HOUR)
    with pytest.raises(Closed, match="closed at 17:00:00"):
        votes(database, 1, CLEO, "stop", CLOSES_AT + timedelta(days=365))
    assert ballots(database) == [(BEN, "stop")]


def test_a_press_that_waits_beyond_the_deadline_is_judged_by_when_it_is_taken(database):
    an_mvp(database)
    opens(database)
    pressed_and_taken = iter([CLOSES_AT - timedelta(seconds=1), CLOSES_AT])
    with pytest.raises(Closed), database.write() as session:
        vote(session, 1, BEN, 1, "stop", lambda: next(pressed_and_taken))
    assert ballots(database) == []


@pytest.mark.only_on("postgresql")  # SQLite has one writer at a time
def test_a_press_counts_where_another_keeps_it_open_at_the_same_instant(database):
    an_mvp(database)
    opens(database)
    for who in COUNCIL:
        votes(database, 1, who, "persevere")
    closing_at, calls = MONDAY + HOUR + AFTER_THE_LAST, []

    def now():
        calls.append(1)
        if len(calls) == 2:  # all is read by now, and Eli's vote is not
            votes(database, 1, ELI, "stop", closing_at - MINUTE)
        return closing_at + MINUTE

    with database.write() as session:
        vote(session, 1, BEN, 1, "pivot", now)
    assert ballots(database)[-2:] == [(ELI, "stop"), (BEN, "pivot")]


def test_when_all_have_voted_it_closes_ten_minutes_after_the_last_press_also_a_changed_one(
    database,
):
    an_mvp(database)
    opens(database)
    for who in COUNCIL:
        votes(database, 1, who, "persevere")
    assert due(database) == MONDAY + HOUR + AFTER_THE_LAST
    votes(database, 1, ELI, "stop", MONDAY + HOUR + 9 * MINUTE)
    assert due(database) == MONDAY + HOUR + 19 * MINUTE
    closes(database, 1, MONDAY + HOUR + 10 * MINUTE)
    assert stored(database).is_open
    assert due(database) == MONDAY + HOUR + 19 * MINUTE
    decision = closes(database, 1, MONDAY + HOUR + 19 * MINUTE)
    assert decision.closed_at == MONDAY + HOUR + 19 * MINUTE
    assert decision.votes == {"persevere": 2, "pivot": 0, "stop": 1, "abstain": 0, "recused": 0}


def test_it_never_closes_after_its_deadline(database):
    an_mvp(database)
    opens(database)
    for who in COUNCIL:
        votes(database, 1, who, "persevere", CLOSES_AT - MINUTE)
    assert due(database) == CLOSES_AT
    with pytest.raises(Closed, match="closed at 17:00:00"):
        votes(database, 1, BEN, "stop", CLOSES_AT)


@pytest.mark.on_both_databases
def test_many_at_once_are_one_ballot_each_in_one_chain(database):
    people = [f"U{number:03}" for number in range(24)]
    an_mvp(database, people)
    opens(database)
    failed = []

    def press(who):
        try:
            for _ in range(2):
                votes(database, 1, who, "persevere")
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=press, args=(who,)) for who in people for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(who for who, _ in ballots(database)) == people
    with database.read() as session:
        numbers = session.scalars(select(Ballot.number).order_by(Ballot.number)).all()
    assert numbers == [*range(1, len(people) + 1)]
    assert (box(database).count, box(database).waiting) == (len(people), 0)
    assert due(database) == MONDAY + HOUR + AFTER_THE_LAST


# what is decided


PIVOTED = "stopped as a pivot after 7 days in flight, and PAY-2 continues it in the funnel"


@pytest.mark.parametrize(
    ("chosen", "outcome", "column", "effect"),
    [
        ("persevere persevere stop", "persevere", "Delivering", "moved to Delivering"),
        ("pivot pivot", "pivot", "Stopped", PIVOTED),
        ("stop stop abstain", "stop", "Stopped", "stopped after 7 days in flight"),
        ("abstain abstain abstain", "no majority", "Testing the MVP", "nothing moved"),
        ("stop", "no quorum", "Testing the MVP", "nothing moved"),
        ("", "no quorum", "Testing the MVP", "nothing moved"),
    ],
)
def test_what_was_decided_comes_true_with_the_close(database, chosen, outcome, column, effect):
    an_mvp(database)
    opens(database)
    for who, choice in zip(COUNCIL, chosen.split(), strict=False):
        votes(database, 1, who, choice)
    decision = ends(database, 1, CLOSES_AT)
    assert (decision.outcome or decision.ending, decision.effect) == (outcome, effect)
    assert decision.closed_at is not None
    assert the_epic(database) == column


def test_not_yet_takes_back_a_go_of_before(database):
    an_mvp(database)
    moves(database, "analyzing")
    with database.write() as session:
        session.get_one(Epic, 1).go_at = MONDAY
    opens(database, question=Question.GO, method=Method.MORE_THAN_HALF)
    for who in COUNCIL:
        votes(database, 1, who, "no")
    assert closes(database, 1, CLOSES_AT).effect == "nothing moved: PAY-1 stays in Analyzing"
    with database.read() as session:
        assert session.get_one(Epic, 1).go_at is None


def test_the_reason_of_the_move_names_the_vote_and_nobody_is_said_to_have_moved_it(database):
    an_mvp(database)
    opens(database)
    votes(database, 1, BEN, "pivot")
    votes(database, 1, CLEO, "pivot")
    votes(database, 1, ELI, "stop")
    told_at = ends(database, 1, MONDAY + 2 * HOUR).result_at
    with database.read() as session:
        step = session.scalars(
            select(Transition).where(Transition.epic_id == 1).order_by(Transition.id.desc())
        ).first()
    assert step.reason == "Decided by vote: pivot, 2 to 1 (D-1)"
    assert (step.actor_user_id, step.at) == (None, told_at)


def test_what_has_moved_meanwhile_stays_where_it_is_and_it_says_so(database):
    an_mvp(database)
    opens(database)
    votes(database, 1, BEN, "persevere")
    votes(database, 1, CLEO, "persevere")
    moves(database, "ready")
    decision = closes(database, 1, CLOSES_AT)
    assert decision.effect == "nothing moved: PAY-1 was in Ready by then"
    assert the_epic(database) == "Ready"


def test_it_closes_once_however_often_its_time_comes(database):
    an_mvp(database)
    opens(database)
    for who in COUNCIL:
        votes(database, 1, who, "persevere")
    for _ in range(3):
        closes(database, 1, CLOSES_AT)
    with database.read() as session:
        assert session.scalar(select(func.count(Transition.id))) == 3
        closed = select(func.count()).where(
            AuditEvent.noun == "decisions", AuditEvent.verb == "changed"
        )
        assert session.scalar(closed) == 1


def test_a_second_one_leads_to_the_open_one_until_it_has_closed(database):
    an_mvp(database)
    opens(database)
    with pytest.raises(OpenAlready, match="D-1 already asks about PAY-1"):
        opens(database)
    ends(database, 1, CLOSES_AT)
    assert opens(database, at=CLOSES_AT, closes_on=CLOSES_AT.date() + timedelta(days=5)) == 2
    assert [stored(database, number).key for number in (1, 2)] == ["D-1", "D-2"]


# what is kept


def test_a_ballot_is_never_changed_and_never_removed(database):
    an_mvp(database)
    opens(database)
    votes(database, 1, BEN, "stop")
    for statement in (update(Ballot).values(choice="persevere"), delete(Ballot)):
        refused = pytest.raises(DatabaseError, match="ballots are appended, never changed")
        with refused, database.engine.begin() as connection:
            connection.execute(statement)
    assert ballots(database) == [(BEN, "stop")]


def test_opening_and_close_are_in_the_audit_log_and_no_choice_is(database):
    an_mvp(database)
    opens(database)
    for who in COUNCIL:
        votes(database, 1, who, "pivot")
    of_it = select(AuditEvent).where(AuditEvent.noun == "decisions").order_by(AuditEvent.number)
    with database.read() as session:
        (opened,) = session.scalars(of_it).all()
        everything = session.scalars(select(AuditEvent.after)).all()
    assert (opened.actor, opened.verb, opened.epic_id) == (ANA, "created", 1)
    assert "pivot" not in told_of_votes(json.dumps(everything))
    ends(database, 1, CLOSES_AT)
    with database.read() as session:
        _, held, closed = session.scalars(of_it).all()
    assert "pivot" not in held.after
    assert (closed.actor, closed.verb) == (None, "changed")
    assert '"pivot": 3' in closed.after


def test_a_digest_tells_what_was_decided_but_a_stop_as_a_stop(database):
    _, portfolio_id, _ = an_mvp(database)
    opens(database)
    for who in COUNCIL:
        votes(database, 1, who, "abstain")
    closes(database, 1, CLOSES_AT)
    later = NEXT_MONDAY + timedelta(days=7)
    opens(database, at=CLOSES_AT + HOUR, closes_on=later)
    withdraws(database, 2, CLOSES_AT + HOUR)
    decided = {3: ("persevere", CLOSES_AT + 2 * HOUR), 4: ("stop", CLOSES_AT + 4 * HOUR)}
    for number, (choice, at) in decided.items():
        opens(database, at=at, closes_on=later)
        for who in COUNCIL:
            votes(database, number, who, choice, at + MINUTE)
        ends(database, number, at + HOUR)
    with database.read() as session:
        scope = scope_of(session, portfolio_id, None)
        early = changes_between(session, scope, MONDAY, CLOSES_AT + 4 * HOUR)
        late = changes_between(session, scope, CLOSES_AT + 4 * HOUR, CLOSES_AT + 6 * HOUR)
        told = [(each.decision, each.outcome) for each in early.decided.named]
        assert told == [("D-3", "persevere")]
        assert (early.decided.count, early.stopped.count, late.decided.count) == (1, 0, 0)
        assert [epic.key for epic in late.stopped.named] == ["PAY-1"]


def withdraws(database, decision_id, at):
    with database.write(audit.Act(ANA, "form withdraw", at)) as session:
        version = session.get_one(Decision, decision_id).version
        form = WithdrawForm(why="Not now")
        changing.withdraw(Act(session, 1, ANA, at), decision_id, version, form)
