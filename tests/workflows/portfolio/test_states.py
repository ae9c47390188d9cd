"""The board of a portfolio: states come, change and go, and history stays."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.workflows.flow.as_of import board_as_of
from bot.workflows.portfolio import states as shaping
from models.epics.epic import Epic
from models.errors import ChangedSince
from models.people.role import NotAllowed, Role, RoleGrant
from models.portfolio.board import BoardInUse, StateShape
from models.portfolio.portfolio import (
    Phase,
    Portfolio,
    State,
    StateKind,
    WipLimit,
)
from models.portfolio.preset import GATES_BOARD, LEAN_BOARD, PRESETS
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

LATER = MONDAY + timedelta(days=3)


@pytest.fixture
def shop(database):
    ids = a_portfolio(database)
    with database.write() as session:
        session.add(RoleGrant(workspace_id=ids[0], role=Role.ADMIN, user_id=ANA))
    return ids


def portfolio(session):
    return session.scalars(select(Portfolio)).one()


def told(session):
    """Who changes which portfolio as it is now."""
    here = portfolio(session)
    return here.workspace_id, ANA, here.id, here.version


def names(session):
    return [state.name for state in portfolio(session).states]


def in_state(session, shop, name, title="Pay by bank transfer"):
    epic = an_epic(session, shop[0], portfolio(session).value_streams[0].id, title)
    session.add(epic.move(epic.portfolio.state(name), ANA, None, MONDAY))
    session.flush()
    return epic


def test_a_preset_is_not_for_a_board_on_which_epics_stand(database, shop):
    with database.write() as session:
        in_state(session, shop, "ready")
        with pytest.raises(BoardInUse):
            shaping.use_preset(session, *told(session), LEAN_BOARD, LATER)


def test_a_preset_and_back_again_is_the_usual_board(database, shop):
    with database.write() as session:
        for preset in (GATES_BOARD, LEAN_BOARD, PRESETS["usual"]):
            shaping.use_preset(session, *told(session), preset, LATER)
        assert names(session)[1:5] == ["reviewing", "analyzing", "ready", "implementing"]


def test_a_state_that_history_stands_in_is_retired_and_comes_back_by_its_name(database, shop):
    with database.write() as session:
        epic = in_state(session, shop, "analyzing")
        session.add(epic.move(portfolio(session).state("ready"), ANA, None, LATER))
        session.flush()
        state_id = portfolio(session).state("analyzing").id
        session.add(WipLimit(workspace_id=shop[0], portfolio_id=shop[1], state_id=state_id, most=3))
        dropped = shaping.remove_state(session, *told(session), state_id, LATER)
        assert dropped.retired_at == LATER
        assert "analyzing" not in names(session)
        assert session.scalar(select(func.count(WipLimit.id))) == 0
        now = board_as_of(session, portfolio(session), MONDAY)
        assert now.count_per_state["analyzing"] == 1
    with database.write() as session:
        after = portfolio(session).state("reviewing").id
        shape = StateShape(label="analyzing", kind=StateKind.WAIT)
        again = shaping.add_state(session, *told(session), after, shape, LATER)
        assert (again.id, again.kind, again.retired_at) == (state_id, StateKind.WAIT, None)
        assert names(session)[:4] == ["funnel", "reviewing", "analyzing", "ready"]


def test_a_state_without_history_goes_for_good(database, shop):
    with database.write() as session:
        state_id = portfolio(session).state("ready").id
        shaping.remove_state(session, *told(session), state_id, LATER)
    with database.read() as session:
        assert session.get(State, state_id) is None


def test_a_state_in_two_columns_lets_its_epics_test_and_in_one_again_neither(database, shop):
    with database.write() as session:
        epic = in_state(session, shop, "ready")
        state = portfolio(session).state("ready")
        shape = StateShape(label="Ready", kind=StateKind.WAIT, phased=True)
        shaping.change_state(session, *told(session), state.id, shape, LATER)
        session.add(
            WipLimit(
                workspace_id=shop[0],
                portfolio_id=shop[1],
                state_id=state.id,
                phase=Phase.DELIVERING,
                most=1,
            )
        )
    with database.write() as session:
        assert session.get_one(Epic, epic.id).phase is Phase.TESTING
        shape = StateShape(label="Ready", kind=StateKind.WAIT)
        shaping.change_state(session, *told(session), state.id, shape, LATER)
    with database.read() as session:
        assert session.get_one(Epic, epic.id).phase is None
        assert session.scalar(select(func.count(WipLimit.id))) == 0


def test_another_commitment_point_begins_clocks_and_moves_none(database, shop):
    with database.write() as session:
        early = in_state(session, shop, "reviewing")
        idea = an_epic(session, shop[0], early.value_stream_id, "Gift cards")
        point = portfolio(session).state("analyzing")
        shaping.set_commitment_point(session, *told(session), point.id, LATER)
    with database.write() as session:
        committed = [s.name for s in portfolio(session).states if s.committed]
        assert committed == ["ready", "implementing"]
        assert session.get_one(Epic, early.id).committed_at == MONDAY
        assert session.get_one(Epic, idea.id).committed_at is None


def test_those_in_flight_by_another_point_count_since_they_entered_their_state(database, shop):
    with database.write() as session:
        point = portfolio(session).state("analyzing").id
        shaping.set_commitment_point(session, *told(session), point, LATER)
        epic = in_state(session, shop, "analyzing")
        assert epic.committed_at is None
        first = portfolio(session).state("funnel").id
        shaping.set_commitment_point(session, *told(session), first, LATER)
    with database.read() as session:
        assert session.get_one(Epic, epic.id).committed_at == MONDAY


def test_only_an_admin_shapes_the_board_as_it_was_shown(database, shop):
    with database.write() as session:
        here, _, id_, version = told(session)
        with pytest.raises(NotAllowed):
            shaping.use_preset(session, here, BEN, id_, version, LEAN_BOARD, LATER)
        with pytest.raises(ChangedSince):
            shaping.use_preset(session, here, ANA, id_, version + 1, LEAN_BOARD, LATER)
