"""The figures of flow from the database: of whom, as of when, and in how many statements."""

import random

import numpy as np
import pytest
from sqlalchemy import event, select, true

from bot.workflows.flow.clocks import flow_at, flow_recorded
from bot.workflows.flow.figures import flow_figures
from bot.workflows.flow.forecasting import ahead_of
from bot.workflows.flow.metrics import metrics_at
from bot.workflows.flow.scope import scope_of
from bot.workflows.flow.summary import aging, summary
from bot.workflows.keeping import Act
from models.decisions.follow_up.outcome_review import (
    Became,
    Occasion,
    OutcomeForm,
    OutcomeReview,
)
from models.epics.belonging import StreamMove
from models.epics.blocking import Blocking
from models.epics.epic import Epic
from models.flow.choice import FlowChoice
from models.flow.line import TooThin
from models.portfolio.portfolio import Portfolio
from tests.workflows.builders import ANA, MONDAY, a_portfolio
from tests.workflows.flow.builders import DAY, Pages, an_epic, finishes

pytestmark = pytest.mark.on_both_databases


@pytest.fixture
def shop(database):
    return a_portfolio(database)


def figures(database, portfolio_id, until=MONDAY, since=None, stream=None):
    with database.read() as session:
        portfolio = session.get_one(Portfolio, portfolio_id)
        streams = sorted(portfolio.value_streams, key=lambda each: -each.id)
        stream_id = streams[stream].id if stream is not None else None
        scope = scope_of(session, portfolio_id, stream_id)
        return flow_figures(session, scope, since or until - 7 * DAY, until)


def test_the_line_is_the_streams_where_it_finished_eight_else_the_portfolios(database, shop):
    finishes(database, shop[1], 8, took=10, stream=0)
    finishes(database, shop[1], 7, took=30, stream=1)
    own, others = (figures(database, shop[1], stream=n).time.line for n in (0, 1))
    assert (own.of_stream, own.day, own.n) == (True, 10, 8)
    assert (others.of_stream, others.day, others.n, others.weeks) == (False, 30, 15, 26)


def test_with_too_few_finished_there_is_no_line_and_nothing_ages(database, shop):
    finishes(database, shop[1], 3)
    an_epic(database, shop[1], ("ready", 400))
    found = figures(database, shop[1])
    assert (found.time.line, found.ageing) == (TooThin(3), None)


def test_what_is_past_the_line_is_named_and_what_crossed_it_in_the_stretch_is_told(database, shop):
    finishes(database, shop[1], 8, took=30)
    old = an_epic(database, shop[1], ("ready", 90))
    crossed = an_epic(database, shop[1], ("ready", 33))
    an_epic(database, shop[1], ("ready", 30))
    found = figures(database, shop[1])
    assert found.ageing.past.some() == [(old, 90), (crossed, 33)]
    assert found.ageing.is_new.tolist() == [False, True]
    assert set(found.named) == {old, crossed}


def test_restricted_epics_are_in_no_figure_of_a_channel(database, shop):
    finishes(database, shop[1], 8, took=30)
    finishes(database, shop[1], 4, took=90, restricted=True)
    an_epic(database, shop[1], ("ready", 400), restricted=True)
    found = figures(database, shop[1])
    assert (found.finished.lately.total, found.time.line.n) == (8, 8)
    assert found.ageing.past.some() == []
    with database.read() as session:
        told = metrics_at(session, session.get_one(Portfolio, shop[1]), MONDAY)
    assert (told.done_total, told.wip_total) == (12, 1)


def test_what_a_digest_told_stays_whatever_happens_later(database, shop):
    finishes(database, shop[1], 8, took=30, ago=40)
    epic = an_epic(database, shop[1], ("ready", 90))
    told = figures(database, shop[1], until=MONDAY)
    with database.write() as session:
        portfolio = session.get_one(Portfolio, shop[1])
        done = portfolio.state("done")
        session.add(session.get_one(Epic, epic).move(done, None, None, MONDAY + DAY))
    again = figures(database, shop[1], until=MONDAY)
    assert again.ageing.past.some() == told.ageing.past.some() == [(epic, 90)]
    assert again.finished == told.finished
    assert figures(database, shop[1], until=MONDAY + 7 * DAY).finished.lately.total == 9


def test_an_epic_counts_in_the_stream_it_was_in_at_the_moment(database, shop):
    finishes(database, shop[1], 8, ago=40)
    epic = an_epic(database, shop[1], ("ready", 20), ("done", 4), stream=1)
    with database.write() as session:
        moved = session.get_one(Epic, epic)
        streams = sorted(moved.portfolio.value_streams, key=lambda each: -each.id)
        moved.value_stream = streams[0]
        session.add(
            StreamMove(
                workspace_id=shop[0],
                epic_id=epic,
                from_stream=streams[1],
                to_stream=streams[0],
                at=MONDAY + DAY,
            )
        )
    counts = [figures(database, shop[1], stream=n).finished.lately.total for n in (0, 1)]
    assert counts == [8, 1]
    later = MONDAY + 7 * DAY
    counts = [figures(database, shop[1], later, stream=n).finished.lately.total for n in (0, 1)]
    assert counts == [9, 0]


def test_the_week_that_is_not_over_is_left_out(database, shop):
    finishes(database, shop[1], 1, ago=0.2)  # on that Monday before nine
    finishes(database, shop[1], 1, ago=1)
    assert figures(database, shop[1]).finished.lately.total == 1


def test_blocked_time_is_waiting(database, shop):
    epic = an_epic(database, shop[1], ("analyzing", 20), ("ready", 12), ("done", 10))
    with database.write() as session:
        blocked = {"reason": "waits", "by_user_id": "U0BEN", "workspace_id": shop[0]}
        began, ended = MONDAY - 18 * DAY, MONDAY - 15 * DAY
        session.add(Blocking(epic_id=epic, at=began, ended_at=ended, **blocked))
    with database.read() as session:
        told = metrics_at(session, session.get_one(Portfolio, shop[1]), MONDAY)
    assert (told.efficient_items, told.efficiency) == (1, 0.5)


def test_it_takes_as_many_statements_for_many_epics_as_for_one(database, shop):
    def statements():
        heard = []
        event.listen(database.engine, "before_cursor_execute", lambda *a: heard.append(a[2]))
        figures(database, shop[1])
        with database.read() as session:
            metrics_at(session, session.get_one(Portfolio, shop[1]), MONDAY)
        return len(heard)

    finishes(database, shop[1], 8, took=5)
    an_epic(database, shop[1], ("ready", 50))
    first = statements()
    for _ in range(25):
        an_epic(database, shop[1], ("ready", 60))
    assert statements() == first
    with database.read() as session:
        assert len(session.scalars(select(Epic)).all()) == 34


def test_a_card_has_the_line_and_the_forecast_that_the_figures_have(database, shop):
    finishes(database, shop[1], 8, took=30, ago=20, stream=1)
    finishes(database, shop[1], 4, took=90, ago=200, stream=0)
    finishes(database, shop[1], 1, took=300, restricted=True)
    own = an_epic(database, shop[1], ("ready", 12), stream=1)
    other = an_epic(database, shop[1], ("ready", 12), stream=0)
    idea = an_epic(database, shop[1], ("funnel", 12))
    with database.read() as session:
        at = [ahead_of(session, session.get_one(Epic, each), MONDAY) for each in (own, other, idea)]
    assert (at[0].line.day, at[0].line.of_stream, at[0].finish.n) == (30, True, 8)
    assert (at[1].line.day, at[1].line.of_stream) == (30, False)
    assert at[2] is None


@pytest.mark.parametrize(("ago", "weeks"), [(200, 52), (500, 104)])
def test_the_years_before_are_looked_at_where_the_last_weeks_hold_too_few(
    database, shop, ago, weeks
):
    finishes(database, shop[1], 4, took=30, ago=20)
    finishes(database, shop[1], 4, took=90, ago=ago)
    epic = an_epic(database, shop[1], ("ready", 12))
    with database.read() as session:
        line = ahead_of(session, session.get_one(Epic, epic), MONDAY).line
    for found in (line, figures(database, shop[1]).time.line):
        assert (found.weeks, found.n, found.day) == (weeks, 8, 90)


def test_what_finished_longer_than_104_weeks_ago_makes_no_line(database, shop):
    finishes(database, shop[1], 4, ago=20)
    finishes(database, shop[1], 4, ago=740)
    assert figures(database, shop[1]).time.line == TooThin(4)


STATES = ("funnel", "reviewing", "ready", "implementing", "done", "stopped")


def test_what_is_recorded_of_epics_gives_the_clocks_that_their_histories_give(database, shop):
    chance = random.Random(17)
    for _ in range(40):
        days = sorted((chance.uniform(-5, 400) for _ in range(chance.randint(1, 6))), reverse=True)
        way = [chance.choice(STATES)]
        while len(way) < len(days):
            way.append(chance.choice([each for each in STATES if each != way[-1]]))
        an_epic(database, shop[1], *zip(way, days, strict=True))
    with database.read() as session:
        portfolio = session.get_one(Portfolio, shop[1])
        for day in (-6, 0, 30, 200, 500):
            moment = MONDAY - day * DAY
            since = moment - 60 * DAY
            whole = flow_at(session, portfolio, moment, true())
            recorded = flow_recorded(session, portfolio, moment, true(), since)
            kept = np.isin(whole.clocks.epic, recorded.clocks.epic)
            assert not (whole.clocks.in_flight & ~kept).any()
            assert not (whole.clocks.finished_between(since, moment) & ~kept).any()
            assert recorded.known_since == whole.known_since
            same = whole.clocks.among(kept)
            assert recorded.stream.tolist() == whole.stream[kept].tolist()
            for name in ("epic", "state", "in_flight", "committed_us", "done_us", "has_flow_time"):
                assert getattr(recorded.clocks, name).tolist() == getattr(same, name).tolist()


def test_an_age_is_the_same_day_by_the_calendar_in_the_summary_and_in_the_list(database, shop):
    for days_ago in (10, 44.7, 3):
        an_epic(database, shop[1], ("ready", days_ago))
    with database.read() as session:
        act = Act(session, shop[0], ANA, MONDAY)
        ages = summary(act, shop[1], FlowChoice(), 1).ages
        listed = aging(act, shop[1], FlowChoice(), 1).epics
    assert [each.day for each in listed] == [45, 10, 3]
    assert (ages.nearest_rank(100), ages.nearest_rank(50)) == (45, 10)


def test_the_share_that_reached_its_target_heads_the_metrics_with_its_n_as_of_then(database, shop):
    ids = [an_epic(database, shop[1], ("ready", 90), ("done", 60), stream=n) for n in (0, 0, 1, 1)]
    assert "*Outcomes*" not in Pages(database, shop).metrics
    became = ("reached", "no", "reached", "not measured")
    with database.write() as session:
        for epic_id, said in zip(ids, became, strict=True):
            epic = session.get_one(Epic, epic_id)
            review = OutcomeReview.of(epic, Occasion.UNASKED, MONDAY.date())
            review.answer(OutcomeForm(became=Became(said)), ANA, MONDAY - epic_id * DAY)
            session.add(review)
        stream_id = session.get_one(Epic, ids[0]).value_stream_id
    _, first, *_ = [each for each in Pages(database, shop).metrics.splitlines() if each[:1] == "*"]
    assert first == "*Outcomes* 2 of 3 reached their target, 1 not measured"
    of_stream = Pages(database, shop, stream_id=stream_id).metrics
    assert "*Outcomes* 1 of 2 reached their target" in of_stream
    then = Pages(database, shop, on=(MONDAY - 3 * DAY).date()).metrics
    assert "*Outcomes* 1 of 1 reached its target, 1 not measured" in then
