from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.workflows import seeing
from bot.workflows.board import home as looking
from bot.workflows.board.board import board, place_in_state
from bot.workflows.board.home import Chosen
from bot.workflows.epics import finding
from bot.workflows.epics.moving import move
from bot.workflows.epics.proposing import similar_open_epics
from bot.workflows.people import workspaces as joining
from bot.workflows.portfolio.setting_up import set_up
from models.epics.epic import Transition
from models.epics.listing import UnknownEpic
from models.errors import AlreadyThere, DatabaseAway, FieldMistakes, MovedMeanwhile
from models.message import Message
from models.people.workspace import Workspace
from models.portfolio.board import UnknownState
from models.portfolio.portfolio import Portfolio, UnknownStream, ValueStream
from models.portfolio.setup import Setup, StreamSetup
from models.work import Work, cancel, put
from tests.workflows.builders import ANA, BEN, MONDAY, PAYMENTS, a_portfolio, an_epic


@pytest.fixture
def shop(database):
    """Payments (PAY, with a channel) and Onboarding (ONB, without one)."""
    return a_portfolio(database)


def stream_id(session, prefix):
    return session.scalars(select(ValueStream.id).where(ValueStream.key_prefix == prefix)).one()


def state(session, name):
    return session.scalars(select(Portfolio)).one().state(name)


def work_keys(session):
    return sorted(session.scalars(select(Work.key)))


# Setting up


def test_a_portfolio_starts_with_seven_states_and_its_streams(database, shop):
    with database.read() as session:
        portfolio = seeing.portfolios(session, shop[0])[0]
        assert [s.name for s in portfolio.states][0::6] == ["funnel", "stopped"]
        assert [(s.key_prefix, s.owner_user_id) for s in portfolio.value_streams] == [
            ("ONB", ANA),
            ("PAY", BEN),
        ]


def test_what_is_wrong_with_a_setup_is_said_at_its_field(database, shop):
    twice = StreamSetup(name="Payments", key_prefix="PAY")
    setup = Setup(name="", currency="euro", time_zone="Berlin", streams=[twice, twice])
    with database.write() as session, pytest.raises(FieldMistakes) as found:
        set_up(session, shop[0], ANA, setup, MONDAY)
    assert set(found.value.errors) == {
        "name",
        "currency",
        "time_zone",
        "streams.0.key_prefix",
        "streams.1.name",
        "streams.1.key_prefix",
    }


def test_a_prefix_is_derived_and_avoids_those_taken(database, shop):
    setup = Setup(
        name="Bank", currency="EUR", time_zone="UTC", streams=[StreamSetup(name="Payouts")]
    )
    with database.write() as session:
        portfolio = set_up(session, shop[0], ANA, setup, MONDAY)
        assert portfolio.value_streams[0].key_prefix == "PAY2"


def test_the_first_slack_workspace_adopts_what_was_made_without_slack(database):
    with database.write() as session:
        session.add(Workspace(team_id="LOCAL"))
    with database.write() as session:
        first, again = (joining.workspace_of(session, "T1") for _ in range(2))
        other = joining.workspace_of(session, "T2")
        assert first is again
        assert (first.id, first.team_id) == (1, "T1")
        assert other.id != first.id


def test_an_admin_is_granted_once(database, shop):
    with database.write() as session:
        joining.grant_admin(session, shop[0], ANA, None, MONDAY)
        joining.grant_admin(session, shop[0], ANA, None, MONDAY)
        assert joining.admin_ids(session, shop[0]) == [ANA]


# Proposing


def test_a_proposal_stands_in_the_funnel_with_a_key_a_transition_and_a_card(database, shop):
    with database.write() as session:
        epic = an_epic(session, shop[0], stream_id(session, "PAY"))
    with database.read() as session:
        epic = finding.epic_by_key(session, shop[0], "pay-1", ANA)
        assert (epic.state.name, epic.state_entered_at) == ("funnel", MONDAY)
        assert (epic.committed_at, epic.owner_user_id) == (None, ANA)
        moved = session.scalars(select(Transition)).one()
        assert (moved.from_state, moved.to_state.name, moved.actor_user_id) == (None, "funnel", ANA)
        card = session.scalars(select(Message)).one()
        assert (card.channel_id, card.subject_id) == (PAYMENTS.channel_id, epic.id)
        work = session.scalars(select(Work)).one()
        assert (work.key, work.lane, work.due_at) == (card.work_key, "C0PAY", MONDAY)


def test_a_stream_without_a_channel_gets_no_card(database, shop):
    with database.write() as session:
        an_epic(session, shop[0], stream_id(session, "ONB"))
        assert session.scalar(select(func.count(Message.id))) == 0


def once_more_if_away(act):
    """What someone does who is told that the database is busy, on however slow a machine."""

    def acts(number):
        while True:
            with suppress(DatabaseAway):
                return act(number)

    return acts


@pytest.mark.on_both_databases
def test_a_proposal_sent_twice_at_once_is_one_epic(database, shop):
    with database.read() as session:
        payments = stream_id(session, "PAY")

    def send(_):
        with database.write() as session:
            return an_epic(session, shop[0], payments, request="V1").key

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(once_more_if_away(send), range(16))) == {"PAY-1"}


@pytest.mark.on_both_databases
def test_keys_are_gapless_and_unique_when_many_propose_at_once(database, shop):
    with database.read() as session:
        payments = stream_id(session, "PAY")

    def send(number):
        with database.write() as session:
            return an_epic(session, shop[0], payments, request=f"V{number}").key

    def send_and_fail(number):
        with suppress(ZeroDivisionError), database.write() as session:
            an_epic(session, shop[0], payments, request=f"F{number}")
            raise ZeroDivisionError

    with ThreadPoolExecutor(16) as threads:
        fails = once_more_if_away(send_and_fail)
        failing = [threads.submit(fails, number) for number in range(10)]
        keys = list(threads.map(once_more_if_away(send), range(40)))
        for each in failing:
            each.result()
    assert sorted(keys) == sorted(f"PAY-{number}" for number in range(1, 41))


def test_a_stream_of_another_workspace_is_unknown(database, shop):
    with database.write() as session:
        other = joining.workspace_of(session, "T2")
        with pytest.raises(UnknownStream):
            an_epic(session, other.id, stream_id(session, "PAY"))


def test_similar_open_epics_come_likest_first_and_leave_out_what_ended(database, shop):
    with database.write() as session:
        payments = stream_id(session, "PAY")
        for title in ("Pay by bank transfer", "Bank transfer for refunds", "Nicer receipts"):
            an_epic(session, shop[0], payments, title)
        ended = an_epic(session, shop[0], payments, "Instant bank transfer")
        move(session, shop[0], ANA, ended.id, state(session, "stopped").id, None, None, MONDAY)
        found = similar_open_epics(session, shop[1], "Pay by bank transfer at checkout, 100%", ANA)
        assert [epic.key for epic in found] == ["PAY-1", "PAY-2"]
        assert similar_open_epics(session, shop[1], "🚀", ANA) == []


# Moving


def test_a_move_is_appended_and_starts_the_clocks_once(database, shop):
    with database.write() as session:
        epic = an_epic(session, shop[0], stream_id(session, "PAY"))
        for hours, to in enumerate(["reviewing", "done", "funnel", "done"], 1):
            at = MONDAY + timedelta(hours=hours)
            move(session, shop[0], BEN, epic.id, state(session, to).id, None, "because", at)
    with database.read() as session:
        epic = finding.epic_by_key(session, shop[0], "PAY-1", ANA)
        assert epic.committed_at == MONDAY + timedelta(hours=1)
        assert epic.done_at == MONDAY + timedelta(hours=2)
        assert epic.version == 5
        assert session.scalar(select(func.count(Transition.id))) == 5


def test_a_click_on_an_older_card_names_the_present_state(database, shop):
    with database.write() as session:
        epic = an_epic(session, shop[0], stream_id(session, "PAY"))
        reviewing, ready = state(session, "reviewing").id, state(session, "ready").id
        move(session, shop[0], BEN, epic.id, reviewing, 1, None, MONDAY)
        with pytest.raises(MovedMeanwhile, match="is now in Reviewing"):
            move(session, shop[0], BEN, epic.id, ready, 1, None, MONDAY)


@pytest.mark.on_both_databases
def test_a_double_click_moves_once(database, shop):
    with database.write() as session:
        epic = an_epic(session, shop[0], stream_id(session, "PAY"))
        reviewing = state(session, "reviewing").id

    def click(_):
        try:
            with database.write() as session:
                move(session, shop[0], BEN, epic.id, reviewing, 1, None, MONDAY)
        except AlreadyThere:
            return 0
        return 1

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(click, range(16))) == 1
    with database.read() as session:
        assert session.scalar(select(func.count(Transition.id))) == 2


def test_epics_and_states_of_others_are_unknown(database, shop):
    with database.write() as session:
        epic = an_epic(session, shop[0], stream_id(session, "PAY"))
        other = joining.workspace_of(session, "T2")
        with pytest.raises(UnknownEpic):
            move(session, other.id, ANA, epic.id, 1, None, None, MONDAY)
        with pytest.raises(UnknownState):
            move(session, shop[0], ANA, epic.id, 999, None, None, MONDAY)


def test_a_state_of_another_portfolio_is_unknown(database, shop):
    setup = Setup(
        name="Bank",
        currency="EUR",
        time_zone="UTC",
        streams=[StreamSetup(name="Loans", key_prefix="LOA")],
    )
    with database.write() as session:
        epic = an_epic(session, shop[0], stream_id(session, "PAY"))
        bank = set_up(session, shop[0], ANA, setup, MONDAY)
        with pytest.raises(UnknownState):
            move(session, shop[0], ANA, epic.id, bank.state("ready").id, None, None, MONDAY)


def test_moves_coalesce_into_one_drawing_of_card_and_home(database, shop):
    with database.write() as session:
        looking.look(session, shop[0], ANA, MONDAY)
        looking.look(session, shop[0], BEN, MONDAY - timedelta(minutes=6))
        epic = an_epic(session, shop[0], stream_id(session, "PAY"))
    for to in ("reviewing", "analyzing", "ready"):
        with database.write() as session:
            move(session, shop[0], ANA, epic.id, state(session, to).id, None, None, MONDAY)
    with database.read() as session:
        assert work_keys(session) == ["home:1", "home:2", "message:1"]
        versions = dict(session.execute(select(Work.key, Work.version)).all())
        assert versions == {"home:1": 4, "home:2": 1, "message:1": 4}


def test_what_is_put_twice_in_one_transaction_is_written_once(database, shop):
    with database.write() as session:
        put(session, shop[0], "home:7", MONDAY + timedelta(hours=1), lane="home:7")
        put(session, shop[0], "home:7", MONDAY, lane="home:7")
        put(session, shop[0], "home:8", MONDAY)
        cancel(session, shop[0], "home:8")
    with database.read() as session:
        home = session.scalars(select(Work)).one()
        assert (home.key, home.due_at, home.version) == ("home:7", MONDAY, 1)


# Finding and the board


def test_the_board_counts_every_state_and_shows_the_one_chosen(database, shop):
    with database.write() as session:
        payments, onboarding = stream_id(session, "PAY"), stream_id(session, "ONB")
        epics = [an_epic(session, shop[0], payments, request=str(n)) for n in range(3)]
        an_epic(session, shop[0], onboarding)
        ready = state(session, "ready")
        move(session, shop[0], ANA, epics[1].id, ready.id, None, None, MONDAY)
        whole = board(session, shop[1], ANA)
        assert {s.name: n for s, n in whole.counts.items() if n} == {"funnel": 3, "ready": 1}
        narrow = board(session, shop[1], ANA, Chosen(value_stream_id=payments, state_id=ready.id))
        assert [epic.key for epic in narrow.page.epics] == ["PAY-2"]
        assert (narrow.total, narrow.page.total) == (3, 1)
        assert place_in_state(session, epics[2]) == (2, 2)


def test_a_home_remembers_what_was_chosen(database, shop):
    with database.write() as session:
        looking.choose(session, shop[0], ANA, MONDAY, portfolio_id=shop[1], chosen=Chosen(page=3))
        home = looking.look(session, shop[0], ANA, MONDAY + timedelta(hours=1))
        assert (home.portfolio_id, home.page) == (shop[1], 3)
        assert home.opened_at == MONDAY + timedelta(hours=1)
