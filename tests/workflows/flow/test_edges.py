"""Figures at the edges: nothing, next to nothing, and histories that go an unusual way."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bot.workflows.board.changes import in_flight
from bot.workflows.flow.as_of import board_as_of
from bot.workflows.flow.figures import flow_figures
from bot.workflows.flow.forecasting import ahead_of
from bot.workflows.flow.metrics import metrics_at
from bot.workflows.flow.scope import scope_of
from bot.workflows.portfolio import merging, states
from models.epics.epic import Epic
from models.flow.choice import BeforeAll, NotYet
from models.people.role import Role, RoleGrant
from models.portfolio.board import StateShape
from models.portfolio.portfolio import Portfolio, StateKind, ValueStream
from models.portfolio.setup import StreamSetup
from tests.workflows.builders import ANA, MONDAY, a_portfolio
from tests.workflows.flow.builders import DAY, Pages, an_epic, finishes

WEEK = 7 * DAY


@pytest.fixture
def shop(database):
    """Ana is the admin."""
    shop = a_portfolio(database)
    with database.write() as session:
        session.add(RoleGrant(workspace_id=shop[0], role=Role.ADMIN, user_id=ANA))
    return shop


def stream(database, name):
    with database.read() as session:
        found = session.scalars(select(ValueStream).where(ValueStream.name == name)).one()
        return found.id, found.version


def counts(database, portfolio_id, moment=MONDAY):
    """In flight and finished in 13 weeks, of all and by stream."""
    with database.read() as session:
        portfolio = session.get_one(Portfolio, portfolio_id)
        found = {}
        for each in (None, *portfolio.value_streams):
            scope = scope_of(session, portfolio_id, each.id if each else None)
            figures = flow_figures(session, scope, moment - WEEK, moment)
            standing = in_flight(session, scope, moment)
            now = int(figures.clocks.in_flight.sum())
            assert standing.whole.count == now
            assert sum(column.load.count for column in standing.columns) == now
            found[each.name if each else None] = (now, figures.finished.lately.total)
            if each is None:
                by_stream = {one.name: one.load.count for one in standing.streams}
        board = board_as_of(session, portfolio, moment)
        per_stream = {name: n for name, (n, _) in found.items() if name and n}
        assert by_stream == per_stream
        assert (board.wip_total, board.wip_per_value_stream) == (found[None][0], per_stream)
        told = metrics_at(session, portfolio, moment)
        assert (told.wip_total, told.wip_per_value_stream) == (found[None][0], per_stream)
    return found


def test_of_no_epic_each_page_says_that_there_is_none(database, shop):
    pages = Pages(database, shop)
    assert "*In flight* 0, 13 weeks ago 0" in pages.metrics
    assert "*Time to finish:* needs 8 finished epics, there are 0" in pages.metrics
    assert "*Age:* nothing is in flight" in pages.metrics
    assert "none yet, needs 8 finished epics in 26 weeks, there are 0" in pages.forecast
    assert "Nothing is in flight." in pages.ageing
    assert pages.sketch is None
    assert "*Ageing* no line yet" in pages.explained
    with pytest.raises(BeforeAll, match=r"No epic was known on 1 May 2026\. None has come in yet"):
        Pages(database, shop, on=date(2026, 5, 1))


def test_of_a_day_before_the_first_epic_it_says_when_that_came_in(database, shop):
    an_epic(database, shop[1], ("ready", 3))
    for on in (date(2026, 5, 14), date(1, 1, 1)):
        with pytest.raises(BeforeAll, match=r"No epic was known .* came in on 15 May 2026"):
            Pages(database, shop, on=on)
    assert "*In flight* 1" in Pages(database, shop, on=date(2026, 5, 15)).metrics


def test_of_one_epic_nothing_is_derived_that_one_cannot_bear(database, shop):
    an_epic(database, shop[1], ("ready", 3))
    pages = Pages(database, shop)
    assert "*In flight* 1, 13 weeks ago 0" in pages.metrics
    assert "*1 in flight*, the oldest first. No line yet: it needs 8 finished epics" in pages.ageing
    assert "*ONB-1* Refunds · ready, day 3" in pages.explained
    assert pages.sketch is not None


@pytest.mark.parametrize(("count", "has_line"), [(7, False), (8, True)])
def test_the_eighth_finished_epic_brings_the_line(database, shop, count, has_line):
    finishes(database, shop[1], count)
    told = Pages(database, shop).metrics
    assert ("85 of 100 within 10, the line (8 finished in 26 weeks)" in told) is has_line
    assert ("needs 8 finished epics, there are 7" in told) is not has_line


def test_where_everything_finished_on_one_day_that_week_is_named_and_nothing_is_forecast(
    database, shop
):
    finishes(database, shop[1], 12, took=0)
    pages = Pages(database, shop)
    assert "12 in 13 weeks, all of them in the week of 27 April" in pages.metrics
    assert "85 of 100 within 0, the line" in pages.metrics
    needs = "needs 5 weeks in which an epic finished, there are 1 of 26"
    assert f"*Forecast:* none yet, {needs}" in pages.forecast
    assert "*Flow efficiency:* none yet" in pages.metrics


def test_what_was_done_before_it_was_committed_is_finished_and_has_no_flow_time(database, shop):
    an_epic(database, shop[1], ("funnel", 30), ("done", 20), ("ready", 10))
    pages = Pages(database, shop)
    assert "*Finished* 1 in 13 weeks" in pages.metrics
    assert "needs 8 finished epics, there are 0" in pages.metrics
    assert "*ONB-1* Refunds · ready, day 10" in pages.explained
    with database.read() as session:
        told = metrics_at(session, session.get_one(Portfolio, shop[1]), MONDAY)
    assert (told.done_total, told.done_without_commitment) == (1, 1)


def test_reopened_restarted_and_moved_back_the_first_commitment_and_the_first_end_count(
    database, shop
):
    an_epic(database, shop[1], ("ready", 60), ("done", 50), ("ready", 40))  # reopened
    an_epic(database, shop[1], ("ready", 55), ("stopped", 45), ("funnel", 30), ("ready", 20))
    an_epic(database, shop[1], ("implementing", 50), ("funnel", 5))  # moved back
    finishes(database, shop[1], 8, took=30)
    pages = Pages(database, shop)
    assert "*In flight* 2, 13 weeks ago 0" in pages.metrics
    assert "*Finished* 9 in 13 weeks" in pages.metrics
    assert "*ONB-1* Refunds · ready, day 60" in pages.ageing
    assert "*ONB-2* Refunds · ready, day 55" in pages.ageing
    assert "ONB-3" not in pages.ageing
    assert "*Net flow* in 13 weeks: 11 came in, 9 finished" in pages.metrics


def test_a_stream_that_was_merged_keeps_what_it_had_and_the_other_has_it_from_then_on(
    database, shop
):
    an_epic(database, shop[1], ("ready", 30), stream=1)
    an_epic(database, shop[1], ("ready", 30), ("done", 10), stream=1)
    an_epic(database, shop[1], ("ready", 30), stream=0)
    before = {None: (2, 1), "Payments": (1, 1), "Onboarding": (1, 0)}
    assert counts(database, shop[1], MONDAY + DAY) == before
    (source, version), (target, _) = (stream(database, each) for each in ("Payments", "Onboarding"))
    with database.write() as session:
        merging.merge(session, shop[0], ANA, source, target, version, MONDAY + 2 * DAY)
    assert counts(database, shop[1], MONDAY + DAY) == before
    after = counts(database, shop[1], MONDAY + 3 * DAY)
    assert (after[None], after["Onboarding"][0], after["Payments"][0]) == ((2, 1), 2, 0)
    then = Pages(database, shop, MONDAY + 9 * DAY, stream_id=source, on=date(2026, 5, 19))
    assert "*Shop* · Payments · as of the end of 19 May 2026" in then.metrics
    assert "*In flight* 1, 13 weeks ago 0" in then.metrics
    now = Pages(database, shop, MONDAY + 9 * DAY, stream_id=source)
    assert "*In flight* 0" in now.metrics


def test_a_stream_that_was_split_leaves_to_the_new_one_what_went_from_then_on(database, shop):
    goes = an_epic(database, shop[1], ("ready", 30), stream=1)
    an_epic(database, shop[1], ("ready", 30), stream=1)
    source, version = stream(database, "Payments")
    with database.write() as session:
        setup = StreamSetup(name="Refunds", key_prefix="REF")
        merging.split(session, shop[0], ANA, source, version, setup, [goes], MONDAY + 2 * DAY)
    nothing = {"Onboarding": (0, 0)}
    then = {None: (2, 0), "Payments": (2, 0), "Refunds": (0, 0)} | nothing
    now = {None: (2, 0), "Payments": (1, 0), "Refunds": (1, 0)} | nothing
    assert counts(database, shop[1], MONDAY + DAY) == then
    assert counts(database, shop[1], MONDAY + 3 * DAY) == now


def change(database, shop, name, do, *more):
    with database.write() as session:
        portfolio = session.get_one(Portfolio, shop[1])
        state = portfolio.state(name)
        do(session, shop[0], ANA, shop[1], portfolio.version, state.id, *more, MONDAY)


def test_a_state_that_is_renamed_changes_its_name_and_no_figure(database, shop):
    an_epic(database, shop[1], ("analyzing", 20))
    finishes(database, shop[1], 8)
    told = counts(database, shop[1])
    shape = StateShape(label="Studying", kind=StateKind.ACTIVE)
    change(database, shop, "analyzing", states.change_state, shape)
    assert counts(database, shop[1]) == told
    assert "*ONB-1* Refunds · studying, day 20" in Pages(database, shop).ageing


def test_a_state_that_was_dropped_still_counts_for_what_once_stood_in_it(database, shop):
    an_epic(database, shop[1], ("analyzing", 40), ("implementing", 10))
    an_epic(database, shop[1], ("analyzing", 40), ("done", 10))
    then = MONDAY - 20 * DAY
    told = counts(database, shop[1], then)
    assert told[None] == (2, 0)
    change(database, shop, "analyzing", states.remove_state)
    assert counts(database, shop[1], then) == told
    pages = Pages(database, shop, on=date(2026, 4, 28))
    assert "*ONB-1* Refunds · analyzing, day 20" in pages.ageing
    assert "day 40" in Pages(database, shop).ageing


def test_another_commitment_point_leaves_those_that_were_committed_before_as_they_were(
    database, shop
):
    epic = an_epic(database, shop[1], ("reviewing", 40), ("ready", 10))
    finishes(database, shop[1], 8, took=30)
    an_epic(database, shop[1], ("reviewing", 50), ("ready", 40), ("done", 10))
    before = Pages(database, shop)
    change(database, shop, "analyzing", states.set_commitment_point)
    after = Pages(database, shop)
    assert "*ONB-1* Refunds · ready, day 40" in after.ageing
    assert after.ageing == before.ageing
    assert after.forecast == before.forecast
    with database.read() as session:
        found = ahead_of(session, session.get_one(Epic, epic), MONDAY)
        told = flow_figures(session, scope_of(session, shop[1], None), MONDAY - WEEK, MONDAY)
    assert (found.line.n, found.line.days) == (told.time.line.n, told.time.line.days)


@pytest.mark.parametrize(
    ("zone", "today", "tomorrow"),
    [
        ("Pacific/Kiritimati", date(2026, 5, 19), date(2026, 5, 20)),  # 14 hours ahead
        ("Pacific/Pago_Pago", date(2026, 5, 18), date(2026, 5, 19)),  # 11 behind
    ],
)
def test_days_are_those_of_the_portfolios_zone(database, shop, zone, today, tomorrow):
    noon = datetime(2026, 5, 18, 12, tzinfo=UTC)
    with database.write() as session:
        session.get_one(Portfolio, shop[1]).time_zone = zone
    an_epic(database, shop[1], ("ready", 0))
    pages = Pages(database, shop, noon, on=today)
    assert f"as of the end of {today.day} May 2026" in pages.metrics
    assert "*ONB-1* Refunds · ready, day 1" in pages.ageing  # three hours, and a midnight there
    with pytest.raises(NotYet, match=f"The latest day is today, {today.day} May 2026"):
        Pages(database, shop, noon, on=tomorrow)
