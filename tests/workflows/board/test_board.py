"""The board: columns, limits, what narrows it, and how many statements it takes."""

from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select

from bot.workflows import seeing
from bot.workflows.board import home as looking
from bot.workflows.board.board import board
from bot.workflows.board.home import Chosen
from bot.workflows.board.needs import what_waits
from bot.workflows.epics.waiting import ANSWER
from models.audit.trail import note
from models.epics.epic import Epic, EpicType
from models.portfolio.portfolio import Phase, Portfolio, ValueStream, WipLimit
from models.themes.theme import Theme
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio

pytestmark = pytest.mark.on_both_databases

CLEO = "U0CLEO"


@pytest.fixture
def shop(database):
    return a_portfolio(database)


def fills(database, portfolio_id, count, **more):
    """So many epics in bulk, spread over the columns and the streams; Ana owns every tenth."""
    with database.write() as session:
        portfolio = session.get_one(Portfolio, portfolio_id)
        streams, states = portfolio.value_streams, portfolio.states
        first = session.scalar(select(Epic.id).order_by(Epic.id.desc()).limit(1)) or 0
        rows = []
        for number in range(first + 1, first + 1 + count):
            stream, state = streams[number % len(streams)], states[number % len(states)]
            facts = {
                "workspace_id": portfolio.workspace_id,
                "portfolio_id": portfolio.id,
                "value_stream_id": stream.id,
                "state_id": state.id,
                "phase": Phase.TESTING if state.phased else None,
                "key": f"B-{number}",
                "title": f"Idea number {number}",
                "type": EpicType.BUSINESS,
                "owner_user_id": ANA if number % 10 == 0 else None,
                "restricted": False,
                "created_at": MONDAY,
                "state_entered_at": MONDAY + timedelta(minutes=number),
                "version": 1,
            }
            rows.append(facts | more)
        session.execute(insert(Epic), rows)
        note(session, portfolio.workspace_id, "imports", portfolio.id, {"epics": count})


def a_theme(database, portfolio_id, name):
    with database.write() as session:
        portfolio = session.get_one(Portfolio, portfolio_id)
        theme = Theme(workspace_id=portfolio.workspace_id, portfolio_id=portfolio_id, name=name)
        session.add(theme)
        session.flush()
        return theme.id


def limits(database, portfolio_id, most, stream=None, state=None, phase=None):
    with database.write() as session:
        portfolio = session.get_one(Portfolio, portfolio_id)
        streams = {each.name: each.id for each in portfolio.value_streams}
        session.add(
            WipLimit(
                workspace_id=portfolio.workspace_id,
                portfolio_id=portfolio_id,
                value_stream_id=streams[stream] if stream else None,
                state_id=portfolio.state(state).id if state else None,
                phase=phase,
                most=most,
            )
        )


def counted(seen):
    return {column.name: count for column, count in seen.counts.items() if count}


def said(seen):
    return {column.name: load.said for column, load in seen.loads.items() if load.count}


def test_testing_and_delivering_are_counted_apart_each_against_its_limit(database, shop):
    state = {"state_id": state_id(database, "implementing")}
    fills(database, shop[1], 3, **state, phase=Phase.TESTING)
    fills(database, shop[1], 2, **state, phase=Phase.DELIVERING)
    fills(database, shop[1], 1, **state, phase=None)
    limits(database, shop[1], 3, state="implementing", phase=Phase.TESTING)
    limits(database, shop[1], 6, state="implementing")
    limits(database, shop[1], 5)
    with database.read() as session:
        seen = board(session, shop[1], BEN)
    assert said(seen) == {"testing": "4 of 3, over by 1", "delivering": "2"}
    assert seen.phases_together.said == "6 of 6, full"
    assert seen.in_flight.said == "6 of 5, over by 1"


def test_a_stream_is_counted_against_its_own_limits_alone(database, shop):
    fills(database, shop[1], 4, state_id=state_id(database, "ready"))
    limits(database, shop[1], 9, state="ready")
    limits(database, shop[1], 1, stream="Payments", state="ready")
    with database.read() as session:
        payments = stream_id(session, "Payments")
        assert said(board(session, shop[1], BEN)) == {"ready": "4 of 9"}
        seen = board(session, shop[1], BEN, Chosen(value_stream_id=payments))
        assert said(seen) == {"ready": "2 of 1, over by 1"}


def test_what_is_chosen_narrows_the_counts_and_never_the_limits(database, shop):
    trust = a_theme(database, shop[1], "Trust")
    ready = {"state_id": state_id(database, "ready")}
    fills(database, shop[1], 2, **ready, theme_id=trust, title="Bank transfer", owner_user_id=ANA)
    gifts = {"title": "Gift 100% cards", "hypothesis": "More presents"}
    fills(database, shop[1], 3, **ready, **gifts, owner_user_id=BEN)
    limits(database, shop[1], 4, state="ready")
    with database.read() as session:
        for chosen, count in (
            (Chosen(theme_id=trust), 2),
            (Chosen(no_theme=True), 3),
            (Chosen(mine=True), 2),
            (Chosen(text="TRANSFER bank"), 2),
            (Chosen(text="100%"), 3),
            (Chosen(text="b-1"), 1),
            (Chosen(text="gift presents"), 3),
            (Chosen(text="bank", no_theme=True), 0),
            (Chosen(theme_id=999), 5),
        ):
            seen = board(session, shop[1], ANA, chosen)
            assert (chosen, seen.total) == (chosen, count)
            assert said(seen) == {"ready": "5 of 4, over by 1"}
        seen = board(session, shop[1], ANA)
        assert seen.in_flight_of_themes == [("Trust", 2)]
        assert seen.in_flight_without_theme == 3


def test_one_column_is_read_page_by_page(database, shop):
    state = {"state_id": state_id(database, "implementing")}
    fills(database, shop[1], 25, **state, phase=Phase.TESTING)
    fills(database, shop[1], 3, **state, phase=Phase.DELIVERING)
    chosen = Chosen(state_id=state["state_id"], phase=Phase.TESTING, page=2)
    with database.read() as session:
        seen = board(session, shop[1], BEN, chosen)
    assert (seen.column.name, seen.page.total, seen.page.pages) == ("testing", 25, 2)
    assert [epic.key for epic in seen.page.epics] == [f"B-{n}" for n in range(21, 26)]


def test_the_first_of_each_open_column_are_those_longest_in_it(database, shop):
    fills(database, shop[1], 70)
    with database.read() as session:
        first = board(session, shop[1], BEN).first
    assert [column.name for column in first] == [
        "funnel",
        "reviewing",
        "analyzing",
        "ready",
        "testing",
    ]
    funnel = next(iter(first.values()))
    assert [epic.key for epic in funnel] == ["B-7", "B-14", "B-21", "B-28", "B-35"]


def test_who_is_not_in_its_circle_neither_sees_nor_counts_a_restricted_epic(database, shop):
    ready = {"state_id": state_id(database, "ready")}
    trust = a_theme(database, shop[1], "Trust")
    fills(database, shop[1], 1, **ready, restricted=True, owner_user_id=ANA, theme_id=trust)
    with database.read() as session:
        assert counted(board(session, shop[1], ANA)) == {"ready": 1}
        seen = board(session, shop[1], CLEO)
        assert (seen.total, seen.in_flight.count, seen.in_flight_of_themes) == (0, 0, [])
        assert board(session, shop[1], CLEO, Chosen(text="idea")).total == 0


def drawn(database, shop, viewer):
    """How many statements a whole Home takes."""
    asked = []
    listen = lambda *arguments: asked.append(arguments[2])  # noqa: E731 - a one-line listener
    event.listen(database.engine, "before_cursor_execute", listen)
    with database.read() as session:
        portfolios = seeing.portfolios(session, shop[0], viewer)
        grants = looking.grants_of(session, shop[0], viewer)
        reader = looking.reader_of(portfolios[0], viewer, grants)
        seen = board(session, portfolios[0].id, viewer)
        waits = what_waits(session, portfolios[0], reader, MONDAY)
        for epics in seen.first.values():
            assert all(epic.value_stream.name and epic.column_label for epic in epics)
        for epic in waits.of(ANSWER).some:
            assert epic.value_stream.name
    event.remove(database.engine, "before_cursor_execute", listen)
    return len([statement for statement in asked if statement.startswith(("SELECT", "WITH"))])


@pytest.mark.parametrize("viewer", [ANA, BEN])
def test_home_takes_as_many_statements_for_a_thousand_epics_as_for_ten(database, shop, viewer):
    a_theme(database, shop[1], "Trust")
    taken = []
    for more in (10, 990):
        fills(database, shop[1], more)
        taken.append(drawn(database, shop, viewer))
    assert taken[0] == taken[1] <= 19


# Whose board it is


def test_an_owner_sees_their_stream_until_they_choose_another_board(database, shop):
    with database.write() as session:
        home = looking.look(session, shop[0], BEN, MONDAY)
        portfolio = seeing.portfolios(session, shop[0], BEN)[0]
        payments = stream_id(session, "Payments")
        seen = looking.chosen_of(home, portfolio, BEN, [])
        assert seen.value_stream_id == payments
        home = looking.choose(session, shop[0], BEN, MONDAY, portfolio_id=portfolio.id)
        assert looking.chosen_of(home, portfolio, BEN, []).value_stream_id is None


def test_who_owns_no_stream_sees_the_one_they_have_a_role_in_else_the_whole(database, shop):
    with database.read() as session:
        portfolio = seeing.portfolios(session, shop[0])[0]
        payments, onboarding = stream_id(session, "Payments"), stream_id(session, "Onboarding")
        in_onboarding, in_payments = (("finance", None, id_) for id_ in (onboarding, payments))

        def seen(*grants):
            return looking.chosen_of(None, portfolio, CLEO, grants).value_stream_id

        assert seen() is None
        assert seen(in_onboarding) == onboarding
        assert seen(in_onboarding, in_payments) is None  # of several none comes first


def state_id(database, name):
    with database.read() as session:
        return session.scalars(select(Portfolio)).one().state(name).id


def stream_id(session, name):
    return session.scalars(select(ValueStream.id).where(ValueStream.name == name)).one()
