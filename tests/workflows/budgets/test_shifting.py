"""Shifts: who is asked, what is set aside, and that each ends once."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError

from bot.views.decisions import ballot
from bot.workflows.budgets import considering, funding, ledger, shifting
from bot.workflows.budgets.shifts import moving
from bot.workflows.budgets.verifying import verify_ledger
from bot.workflows.budgets.waiting import SHIFTS
from bot.workflows.decisions import changing, closing, standing_in, voting
from bot.workflows.decisions.follow_up import again, waiting
from bot.workflows.keeping import LOCK
from bot.workflows.needs import Asked
from models.budgets.books import Balance, Overdrawn
from models.budgets.forms import FundingForm, UndoForm
from models.budgets.ledger import (
    Entry,
    EntryKind,
    Move,
    Purpose,
    Transfer,
    committed,
    free,
    funding_moves,
    set_aside,
)
from models.budgets.period import NoMoney
from models.budgets.rules import Band
from models.budgets.shift import AllUndone, AlreadyEnded, NotAsked, NotYet, Outcome, Shift
from models.decisions.decision import AskedForAnew, Decision, Ending, NothingWaits
from models.decisions.delegation import AskedForIt, CarriedBallot, NoStandIn, StandInForm
from models.decisions.form import WithdrawForm, WordsForm
from models.decisions.votes import Said
from models.errors import ChangedSince, FieldMistakes, Gone
from models.message import Message, MessageKind
from models.people.role import NotAllowed, Role, RoleGrant
from models.portfolio.portfolio import Portfolio, ValueStream
from models.work import Work
from tests.views.reading import shown
from tests.workflows.budgets.a_year import ANA, CLEO, DANA, ELI, FAY, K, a_year
from tests.workflows.builders import MONDAY
from tests.workflows.meanwhile import WAITS_S

FRIDAY_AT_FIVE = datetime(2026, 5, 22, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def year(database):
    return a_year(database)


def told(year):
    with year.database.read() as session:
        rows = select(Message.channel_id).where(Message.kind == MessageKind.SHIFT)
        return session.scalars(rows.order_by(Message.id)).all()


def works(year):
    with year.database.read() as session:
        keys = session.scalars(
            select(Work.key).where(Work.key.startswith("shift")).order_by(Work.key)
        )
        return keys.all()


def test_funding_makes_the_year_and_gives_the_stream_its_money(year):
    assert year.has(year.onboarding) == Balance(available=1_600 * K)
    assert year.has(year.platform).allocated == 900 * K
    assert year.entries() == [EntryKind.FUNDING, EntryKind.FUNDING]
    assert year.books().unallocated == 0


@pytest.mark.parametrize("minor", [50 * K, -50 * K])
def test_more_or_less_money_in_mid_year_is_an_entry_with_its_reason(year, minor):
    form = FundingForm(value_stream_id=year.platform, amount_minor=minor, reason="The board's")
    year.do(DANA, funding.fund, year.portfolio_id, form)
    assert year.has(year.platform).available == 900 * K + minor
    with year.database.read() as session:
        entry = session.scalars(select(Entry).order_by(Entry.number.desc())).first()
        assert (entry.kind, entry.reason) == (EntryKind.FUNDING, "The board's")


def test_a_budget_changes_with_a_reason_and_no_more_is_taken_back_than_is_there(year):
    year.ask(ELI, 80 * K, source=year.platform, to=year.onboarding)

    def refused(minor, reason):
        form = FundingForm(value_stream_id=year.platform, amount_minor=minor, reason=reason)
        with pytest.raises(FieldMistakes) as said:
            year.do(DANA, funding.fund, year.portfolio_id, form)
        return said.value.errors

    why = "Platform already has money for the year: say why it is more or less now."
    assert refused(1, None) == refused(-1, None) == {"reason": why}
    only = {"amount_minor": "Platform has only €820,000 available."}
    assert refused(-820 * K - 1, "The board's") == only
    year.fund(year.platform, -820 * K)
    assert year.has(year.platform) == Balance(set_aside=80 * K)


def test_only_finance_and_admins_fund(year):
    with pytest.raises(NotAllowed) as refused:
        year.fund(year.onboarding, 1, CLEO)
    assert refused.value.sentence == "Only finance or an admin can fund a value stream."
    assert list(refused.value.ask) == [DANA, ANA]
    year.fund(year.onboarding, 1, ANA)


def test_within_the_free_band_the_giver_moves_it_alone_and_the_others_are_told(year):
    shift = year.ask(CLEO, 30 * K)
    assert (shift.outcome, shift.ended_by) == (Outcome.MOVED, CLEO)
    assert year.has(year.onboarding).available == 1_570 * K
    assert year.has(year.platform).available == 930 * K
    assert told(year) == [ELI, DANA]
    assert works(year) == []


def test_what_is_asked_for_is_set_aside_and_moves_with_the_last_yes(year):
    shift = year.ask(ELI, 80 * K)
    assert year.has(year.onboarding) == Balance(available=1_520 * K, set_aside=80 * K)
    assert told(year) == ["C0SHOP", CLEO, DANA]
    year.approve(CLEO, shift)
    assert year.outcome(shift) is None
    year.approve(DANA, shift, MONDAY + SECOND)
    assert year.outcome(shift) is Outcome.MOVED
    assert year.has(year.onboarding) == Balance(available=1_520 * K)
    assert year.has(year.platform).available == 980 * K
    assert year.entries()[2:] == [EntryKind.HOLD, EntryKind.SHIFT]
    assert told(year) == ["C0SHOP", CLEO, DANA, ELI]
    assert works(year) == []


def test_what_ends_without_every_yes_frees_the_money(year):
    shift = year.decline(DANA, year.ask(ELI, 80 * K))
    assert (shift.outcome, shift.ended_by, shift.ended_because) == (
        Outcome.DECLINED,
        DANA,
        "Not now",
    )
    for who in (ELI, ANA):
        assert year.take_back(who, year.ask(ELI, 80 * K)).outcome is Outcome.TAKEN_BACK
    assert year.has(year.onboarding) == Balance(available=1_600 * K)
    assert year.entries()[2:] == [EntryKind.HOLD, EntryKind.RELEASE] * 3


def test_it_lapses_at_five_after_four_working_days_and_frees_the_money_once(year):
    shift = year.ask(ELI, 80 * K)
    assert shift.lapses_at == FRIDAY_AT_FIVE
    assert works(year) == [f"shift:{shift.id}", f"shift_stand_ins:{shift.id}"]
    with year.database.write() as session:
        session.execute(delete(Work))
    year.lapse(shift, FRIDAY_AT_FIVE - SECOND)
    assert year.outcome(shift) is None
    assert works(year) == [f"shift:{shift.id}"]
    for _ in range(2):
        year.lapse(shift, FRIDAY_AT_FIVE + SECOND)
    with year.database.read() as session:
        ended = session.get_one(Shift, shift.id)
        assert (ended.outcome, ended.ended_at) == (Outcome.LAPSED, FRIDAY_AT_FIVE)
    assert year.has(year.onboarding) == Balance(available=1_600 * K)
    assert year.entries()[2:] == [EntryKind.HOLD, EntryKind.RELEASE]
    assert told(year)[-1] == ELI


def test_a_request_that_waits_is_drawn_again_once_its_streams_have_more_or_less(year):
    shift = year.ask(ELI, 80 * K)
    year.decline(CLEO, year.ask(ELI, 10 * K))

    def drawn():
        with year.database.write() as session:
            due = set(session.scalars(select(Work.key)))
            messages = session.scalars(select(Message).where(Message.kind == MessageKind.SHIFT))
            found = {each.subject_id for each in messages if each.work_key in due}
            session.execute(delete(Work))
            return found

    drawn()
    for stream in (year.onboarding, year.platform):
        year.fund(stream, K)
        assert drawn() == {shift.id}


def test_who_has_no_part_in_the_money_cannot_ask(year):
    with pytest.raises(NotAllowed) as refused:
        year.consider(FAY, 10 * K)
    assert refused.value.sentence.startswith("Only the owner of Platform, the council, finance")
    with pytest.raises(NotAllowed) as refused:
        year.read(FAY, considering.portfolio_to_shift_in, year.portfolio_id)
    assert refused.value.sentence.startswith("Only the owner of a value stream, the council,")
    moved = year.ask(CLEO, 10 * K)
    with pytest.raises(NotAllowed):
        year.read(FAY, considering.largest_undone, moved)


def grant(year, role, *people, stand_in=False):
    here = {"workspace_id": year.workspace_id, "portfolio_id": year.portfolio_id}
    with year.database.write() as session:
        for user_id in people:
            session.add(RoleGrant(user_id=user_id, role=role, stand_in=stand_in, **here))


def decide(year, choice, *people):
    """Each votes, and ten minutes later it closes."""
    with year.database.read() as session:
        decision = session.scalars(select(Decision)).one()
    for user_id in people:
        with year.database.write() as session:
            voting.vote(
                session, year.workspace_id, user_id, decision.id, choice, lambda: MONDAY + SECOND
            )
    with year.database.write() as session:
        closing.close_due(session, decision.id, MONDAY + timedelta(minutes=20))
    with year.database.read() as session:
        return session.scalars(select(Decision)).one()


def test_above_ten_per_cent_the_council_votes_without_who_asks_and_its_yes_is_the_last(year):
    grant(year, Role.COUNCIL, FAY, ELI, "U0GUS")
    shift = year.ask(ELI, 170 * K)
    year.approve(CLEO, shift)
    year.approve(DANA, shift)
    decision = decide(year, "yes", FAY, "U0GUS")
    assert decision.electorate == [FAY, "U0GUS"]
    assert (decision.effect, decision.epic_id) == ("the money has moved", None)
    assert year.outcome(shift) is Outcome.MOVED
    assert year.has(year.platform).available == 1_070 * K
    assert year.entries()[2:] == [EntryKind.HOLD, EntryKind.SHIFT]
    assert works(year) == []


def test_a_no_of_the_council_ends_the_request_and_what_has_ended_is_left_alone(year):
    grant(year, Role.COUNCIL, FAY)
    shift = year.ask(ELI, 170 * K)
    assert decide(year, "no", FAY).effect == "nothing moved: the request has ended"
    assert year.outcome(shift) is Outcome.DECLINED
    assert year.has(year.onboarding) == Balance(available=1_600 * K)


@pytest.mark.on_both_databases
def test_taken_back_while_the_councils_decision_closes_it_waits_for_that(year):
    grant(year, Role.COUNCIL, FAY)
    shift, began = year.ask(ELI, 170 * K), Event()
    with year.database.write() as session:
        voting.vote(session, year.workspace_id, FAY, 1, "no", lambda: MONDAY + SECOND)

    def close():
        with year.database.write() as session:
            session.get(Decision, 1, with_for_update=LOCK)
            began.set()
            time.sleep(WAITS_S)
            closing.close_due(session, 1, MONDAY + timedelta(minutes=20))

    def take_back():
        with pytest.raises(AlreadyEnded):
            year.take_back(ELI, shift)

    with ThreadPoolExecutor(2) as pool:
        closes = pool.submit(close)
        assert began.wait(30)
        pool.submit(take_back).result(30)
        closes.result(30)
    assert year.outcome(shift) is Outcome.DECLINED
    assert year.entries()[2:] == [EntryKind.HOLD, EntryKind.RELEASE]


def the_decision(year, id_=1):
    with year.database.read() as session:
        return session.get_one(Decision, id_)


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (lambda year, shift: year.decline(CLEO, shift), "it was declined: Not now"),
        (lambda year, shift: year.take_back(ELI, shift), "it was taken back"),
        (lambda year, shift: year.lapse(shift, shift.lapses_at), "it lapsed"),
    ],
    ids=["declined", "taken back", "lapsed"],
)
def test_the_councils_decision_ends_with_its_request_and_says_why(year, end, why):
    grant(year, Role.COUNCIL, FAY)
    end(year, year.ask(ELI, 170 * K))
    decision = the_decision(year)
    assert (decision.ending, decision.why, decision.decided_by) == (Ending.WITHDRAWN, why, None)
    assert decision.effect == "nothing moved: the request has ended"
    assert year.entries()[2:] == [EntryKind.HOLD, EntryKind.RELEASE]
    with year.database.read() as session:
        said = ballot.drawn(session, session.get_one(Decision, 1), MONDAY)
        assert f"It ended with the request it was about: {why}." in " ".join(shown(said))
        left = select(Work.key).where(Work.key.in_(["close:1", "remind:1"]))
        assert session.scalars(left).all() == []


@pytest.mark.parametrize(
    ("who", "outcome"), [(ELI, Outcome.TAKEN_BACK), (ANA, Outcome.DECLINED)], ids=["asker", "admin"]
)
def test_with_the_decision_that_is_withdrawn_its_request_ends(year, who, outcome):
    grant(year, Role.COUNCIL, FAY)
    shift = year.ask(ELI, 170 * K)
    year.do(who, changing.withdraw, 1, 1, WithdrawForm(why="We know enough"))
    assert the_decision(year).effect == "nothing moved: the request has ended"
    with year.database.read() as session:
        ended = session.get_one(Shift, shift.id)
        assert (ended.outcome, ended.ended_by) == (outcome, who)
        assert ended.ended_because == "We know enough"


def test_asked_anew_the_request_waits_for_the_new_decision_where_the_old_one_stood(year):
    grant(year, Role.COUNCIL, FAY)
    shift = year.ask(ELI, 170 * K)
    form = WordsForm(because="New figures", closes_on=date(2026, 6, 8), why="A quote has come")
    year.do(ELI, changing.ask_again, 1, 1, form)
    assert the_decision(year).effect == "asked again as D-2"
    with year.database.read() as session:
        waits = session.get_one(Shift, shift.id)
        assert waits.decision_id == 2
        assert waits.lapses_at == datetime(2026, 6, 9, 15, tzinfo=UTC)
        stands = select(Message.channel_id).where(Message.kind == MessageKind.BALLOT)
        assert session.scalars(stands).all() == ["C0SHOP", "C0SHOP"]
    year.approve(CLEO, shift)
    year.approve(DANA, shift)
    with year.database.write() as session:
        voting.vote(session, year.workspace_id, FAY, 2, "yes", lambda: MONDAY + SECOND)
    with year.database.write() as session:
        closing.close_due(session, 2, MONDAY + timedelta(minutes=20))
    assert year.outcome(shift) is Outcome.MOVED


def test_too_few_votes_end_the_request_after_two_more_days_and_nothing_opens_it_again(year):
    grant(year, Role.COUNCIL, FAY, "U0GUS")
    shift = year.ask(ELI, 170 * K)
    with year.database.write() as session:
        closing.close_due(session, 1, the_decision(year).closes_at)
    extended = the_decision(year)
    assert extended.is_open
    year.lapse(shift, extended.closes_at - SECOND)
    assert year.outcome(shift) is None
    with year.database.write() as session:
        closing.close_due(session, 1, extended.closes_at)
    with year.database.read() as session:
        ended = session.get_one(Shift, shift.id)
        assert (ended.outcome, ended.ended_because) == (Outcome.DECLINED, "too few voted.")
    with pytest.raises(AskedForAnew):
        year.do(ELI, again.open_again, 1)
    with pytest.raises(NothingWaits):
        year.do(ELI, waiting.try_again, 1)


def test_with_a_yes_of_the_council_the_others_have_a_working_day_left(year):
    grant(year, Role.COUNCIL, FAY)
    shift = year.ask(ELI, 170 * K)
    assert shift.lapses_at == datetime(2026, 5, 26, 15, tzinfo=UTC)
    decide(year, "yes", FAY)
    tuesday = datetime(2026, 5, 19, 15, tzinfo=UTC)
    year.lapse(shift, tuesday - SECOND)
    assert year.outcome(shift) is None
    year.lapse(shift, tuesday)
    assert year.outcome(shift) is Outcome.LAPSED


def test_who_asks_has_no_vote_of_the_council_also_not_in_someone_elses_place(year):
    grant(year, Role.COUNCIL, FAY, ELI)
    until = StandInForm(stand_in_user_id=ELI, until_on=date(2026, 5, 29))
    year.do(FAY, standing_in.stand_in_until, year.portfolio_id, until)
    year.ask(ELI, 170 * K)
    with pytest.raises(AskedForIt):
        year.do(FAY, standing_in.stand_in, 1, StandInForm(stand_in_user_id=ELI))
    with pytest.raises(NoStandIn):
        year.do(ELI, standing_in.vote_for, FAY, 1, "yes", lambda: MONDAY, Said())
    with year.database.read() as session:
        assert session.scalars(select(CarriedBallot)).all() == []


def waits_for(year, user_id):
    with year.database.read() as session:
        portfolio = session.get_one(Portfolio, year.portfolio_id)
        asked = Asked(
            session=session,
            portfolio=portfolio,
            viewer=user_id,
            whose=user_id,
            at=MONDAY,
            now=MONDAY,
            few=5,
        )
        return SHIFTS.find(asked).count


def test_after_two_working_days_stand_ins_are_asked_once_and_only_then(year):
    grant(year, Role.FINANCE, FAY, stand_in=True)
    shift = year.ask(ELI, 80 * K)
    wednesday = MONDAY + timedelta(days=2)
    assert works(year) == [f"shift:{shift.id}", f"shift_stand_ins:{shift.id}"]

    def due(at):
        with year.database.write() as session:
            shifting.ask_stand_ins_due(session, shift.id, at)

    due(wednesday - SECOND)
    assert (FAY in told(year), waits_for(year, FAY)) == (False, 0)
    with pytest.raises(NotYet):
        year.approve(FAY, shift)
    due(wednesday)
    due(wednesday)
    assert told(year).count(FAY) == 1
    assert (waits_for(year, FAY), waits_for(year, DANA)) == (1, 1)
    year.approve(FAY, shift, wednesday)
    assert waits_for(year, FAY) == 0


def undo(year, who, shift, minor, at=MONDAY):
    form = UndoForm(amount_minor=minor, reason="Not needed after all")

    def considered(act):
        return considering.consider_undoing(act, moving.seen_shift(act, shift.id), form).mark

    seen = year.read(who, considered, at=at)
    return year.do(who, shifting.undo, shift.id, form, seen, at=at)


def test_what_moved_silently_goes_back_with_finances_yes_and_counts_no_longer(year):
    shift = year.ask(CLEO, 30 * K)
    assert year.consider(CLEO, 2 * K + 1).band is Band.APPROVED
    asked = undo(year, CLEO, shift, 30 * K)
    assert (asked.undoes_id, asked.from_stream_id) == (shift.id, year.platform)
    with pytest.raises(AllUndone):
        undo(year, CLEO, shift, 1)
    year.approve(DANA, asked)
    assert year.outcome(asked) is Outcome.MOVED
    assert year.has(year.onboarding) == Balance(available=1_600 * K)
    position = year.consider(CLEO, 32 * K).position
    assert (position.moved_silently, position.moved_out) == (0, 0)
    with year.database.read() as session:
        assert verify_ledger(session, year.workspace_id).fault is None


def test_a_new_quarter_begins_anew_in_the_portfolios_zone(year):
    year.ask(CLEO, 32 * K)
    june = datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC)
    assert year.consider(CLEO, 1, june).band is Band.APPROVED
    assert year.consider(CLEO, 32 * K, june + SECOND).band is Band.FREE


def test_what_comes_back_of_an_earlier_quarter_leaves_what_moved_in_this_one(year):
    june, july = MONDAY.replace(month=6, day=30), MONDAY.replace(month=7, day=1)
    first = year.ask(CLEO, 20 * K, june)
    year.ask(CLEO, 30 * K, july)
    year.approve(DANA, undo(year, CLEO, first, 20 * K, july), july)
    position = year.consider(CLEO, K, july).position
    assert (position.moved_silently, position.moved_out) == (30 * K, 30 * K)


def test_of_what_the_receiver_spent_no_more_goes_back_than_it_has(year):
    shift = year.ask(CLEO, 30 * K)
    grant(year, Role.COUNCIL, FAY)
    big = year.ask(CLEO, 920 * K, source=year.platform, to=year.onboarding)
    assert year.outcome(big) is None
    with pytest.raises(FieldMistakes) as refused:
        undo(year, ELI, shift, 10 * K + 1)
    assert refused.value.errors == {"amount_minor": "At most €10,000 can go back now."}


def test_two_requests_at_once_do_not_pass_the_limit_of_the_year_together(year):
    year.ask(ELI, 100 * K)
    assert year.consider(ELI, 60 * K).band is Band.APPROVED
    assert year.consider(ELI, 60 * K + 1).band is Band.COUNCIL


def test_what_was_seen_is_asked_again_where_it_is_another_by_now(year):
    seen = year.consider(CLEO, 30 * K).mark
    year.ask(CLEO, 5 * K)
    with pytest.raises(ChangedSince):
        year.do(CLEO, shifting.ask, year.portfolio_id, year.form(30 * K), seen)
    assert year.has(year.onboarding).available == 1_595 * K


def test_who_became_the_owner_meanwhile_is_who_decides(year):
    shift = year.ask(ELI, 80 * K)
    with year.database.write() as session:
        session.get_one(ValueStream, year.onboarding).owner_user_id = FAY
    with pytest.raises(NotAsked):
        year.approve(CLEO, shift)
    year.approve(FAY, shift)


def loses(year, role, who):
    with year.database.write() as session:
        held = select(RoleGrant).where(RoleGrant.role == role, RoleGrant.user_id == who)
        session.delete(session.scalars(held).one())


@pytest.mark.parametrize("answer", ["approve", "decline"])
def test_who_lost_the_role_a_second_ago_answers_nothing_whatever_they_saw(year, answer):
    grant(year, Role.FINANCE, FAY)
    shift = year.ask(ELI, 80 * K)
    assert told(year) == ["C0SHOP", CLEO, DANA, FAY]
    loses(year, Role.FINANCE, FAY)
    with pytest.raises(NotAsked) as refused:
        getattr(year, answer)(FAY, shift, MONDAY + SECOND)
    assert list(refused.value.ask) == [CLEO, DANA]
    assert year.outcome(shift) is None


def test_without_money_there_is_nothing_to_shift(database):
    year = a_year(database, onboarding=0, platform=0)
    with pytest.raises(NoMoney) as refused:
        year.consider(ELI, 1)
    assert refused.value.sentence.startswith("No value stream has money for 2026 yet.")


def test_a_request_of_another_workspace_is_not_there(year):
    shift = year.ask(ELI, 80 * K)
    year.workspace_id += 1
    for deed in (year.approve, year.decline, year.take_back):
        with pytest.raises(Gone):
            deed(CLEO, shift)


@pytest.mark.on_both_databases
@pytest.mark.parametrize("table", ["ledger_entries", "ledger_transfers"])
@pytest.mark.parametrize("change", ["UPDATE {} SET workspace_id = workspace_id", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_the_ledger(year, table, change):
    with (
        pytest.raises(DBAPIError, match="only appended to"),
        year.database.engine.begin() as connection,
    ):
        connection.execute(text(change.format(table)))


@pytest.mark.parametrize("minor", [0, -1])
def test_the_database_itself_takes_no_transfer_of_nothing(year, minor):
    with pytest.raises(DBAPIError), year.database.write() as session:
        session.add(
            Transfer(
                workspace_id=year.workspace_id,
                entry_id=1,
                from_kind="source",
                to_kind="free",
                to_stream_id=year.platform,
                amount_minor=minor,
            )
        )


@pytest.mark.parametrize(
    "kind", [EntryKind.FUNDING, EntryKind.COMMIT, EntryKind.HOLD, EntryKind.SHIFT]
)
def test_nothing_but_a_fact_is_written_that_takes_what_is_available_below_0(year, kind):
    here = year.platform
    moves = {
        EntryKind.FUNDING: funding_moves(here, -(900 * K + 1)),
        EntryKind.COMMIT: [
            Move(free(here), committed(here), 900 * K + 1, Purpose(month=date(2026, 5, 1)))
        ],
        EntryKind.HOLD: [Move(free(here), set_aside(here), 900 * K + 1)],
        EntryKind.SHIFT: [Move(free(here), free(year.onboarding), 900 * K + 1)],
    }[kind]

    def write(act):
        portfolio = act.session.get_one(Portfolio, year.portfolio_id)
        period = ledger.period_at(act.session, portfolio, act.at)
        ledger.lock(act.session, period)
        ledger.append(act.session, portfolio, period, kind, moves, act.actor, act.at)

    with pytest.raises(Overdrawn):
        year.do(DANA, write)
    assert year.has(here) == Balance(available=900 * K)
