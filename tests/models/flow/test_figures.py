from datetime import UTC, datetime, timedelta
from math import isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.flow.days import microseconds
from models.flow.figures import NEVER, Entries, Meaning, NotInFlight, Stays, clocks_at
from models.flow.flow import WIP_STATES, History, Move

STATES = ("funnel", "reviewing", "analyzing", "ready", "implementing", "done", "stopped")
IDS = {name: number for number, name in enumerate(STATES, 1)}
MEANING = Meaning(
    committed=frozenset(IDS[n] for n in ("reviewing", "analyzing", "ready", "implementing")),
    active=frozenset(IDS[n] for n in ("reviewing", "analyzing", "implementing")),
    done=frozenset({IDS["done"]}),
)
DAY_0 = datetime(2026, 3, 5, 9, tzinfo=UTC)


def day(number):
    return DAY_0 + timedelta(days=number)


def entries(*epics):
    """Of each epic the states it entered, with the day of each: ("funnel", 0), ("done", 3.5)."""
    return Entries.of(
        (number, IDS[state], day(at)) for number, epic in enumerate(epics, 1) for state, at in epic
    )


def clocks(*epics, at=100, blocked=()):
    rows = np.array(
        [
            (1, microseconds(day(b)), NEVER if e is None else microseconds(day(e)))
            for b, e in blocked
        ],
        dtype=np.int64,
    ).reshape(-1, 3)
    return clocks_at(day(at), entries(*epics), MEANING, Stays(*rows.T))


def flow_days(found):
    return found.flow_days[found.has_flow_time].tolist()


def test_flow_time_runs_from_the_first_commitment_to_the_first_done_whatever_comes_after():
    found = clocks(
        [("funnel", 0), ("reviewing", 1), ("funnel", 2), ("ready", 3), ("done", 5.5), ("ready", 6)],
        [("analyzing", 0), ("done", 1), ("analyzing", 2), ("done", 9)],
    )
    assert flow_days(found) == [4.5, 1.0]


@pytest.mark.parametrize("way", [[("done", 1)], [("funnel", 0), ("done", 1), ("ready", 2)]])
def test_what_is_done_without_a_commitment_before_has_no_flow_time(way):
    found = clocks(way)
    assert flow_days(found) == []
    assert (found.done_us < NEVER).tolist() == [True]


def test_only_what_had_happened_by_the_moment_counts():
    way = [("funnel", 0), ("ready", 2), ("done", 4)]
    assert len(clocks(way, at=-1).epic) == 0
    assert clocks(way, at=1).in_flight.tolist() == [False]
    assert clocks(way, at=3).age_days.tolist() == [1.0]
    assert flow_days(clocks(way, at=3)) == []
    assert flow_days(clocks(way, at=4)) == [2.0]


def test_an_epic_that_came_back_from_done_or_stopped_ages_from_its_first_commitment():
    found = clocks([("ready", 1), ("stopped", 3), ("funnel", 4), ("ready", 8)], at=11)
    assert (found.in_flight.tolist(), found.age_days.tolist()) == ([True], [10.0])


def test_efficiency_is_active_time_over_flow_time_and_all_else_is_waiting():
    half = [("reviewing", 0), ("ready", 2), ("funnel", 3), ("implementing", 6), ("done", 8)]
    whole = [("implementing", 0), ("done", 2)]
    assert clocks(half).efficiency() == (1, 0.5)
    assert clocks(half, whole).efficiency() == (2, 0.6)
    assert clocks([("implementing", 0)]).efficiency() == (0, None)


def test_consecutive_entries_into_one_state_are_one_stay():
    found = clocks([("reviewing", 0), ("reviewing", 1), ("ready", 2), ("ready", 3), ("done", 4)])
    assert found.efficiency() == (1, 0.5)


def test_blocked_time_is_waiting_and_that_of_waiting_states_is_not_taken_off_twice():
    way = [("reviewing", 0), ("ready", 4), ("implementing", 6), ("done", 10)]
    assert clocks(way).efficiency() == (1, 0.8)
    assert clocks(way, blocked=[(2, 5)]).efficiency() == (1, 0.6)
    assert clocks(way, blocked=[(1, 2), (2, 3), (9, None)]).efficiency() == (1, 0.5)
    other = [("implementing", 0), ("done", 10)]
    assert clocks(way, other, blocked=[(0, None)]).efficiency() == (2, 0.5)


def test_throughput_counts_first_entries_into_done_from_each_bound_to_the_next():
    found = clocks(*([("ready", 0), ("done", at)] for at in (1, 7, 7.5, 13.9, 14, 30)))
    assert found.throughput([day(0), day(7), day(14), day(21)]) == [1, 3, 1]


def test_nobody_known_is_no_mistake():
    found = clocks()
    assert (found.throughput([day(0), day(7)]), found.efficiency()) == ([0], (0, None))


WAYS = st.lists(
    st.lists(st.tuples(st.sampled_from(STATES), st.integers(0, 30)), min_size=1, max_size=8),
    min_size=1,
    max_size=6,
)


@given(WAYS, st.integers(0, 31), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9))))
def test_in_arrays_it_is_what_it_is_for_one_epic_after_the_other(ways, at, blocked):
    ways = [sorted(way, key=lambda step: step[1]) for way in ways]
    stays = sorted({began: began + lasted for began, lasted in blocked}.items())
    found = clocks(*ways, at=at, blocked=[] if len(stays) > 1 else stays)
    histories = [History("Payments", [Move(s, day(n)) for s, n in way]) for way in ways]
    known = [h for h in histories if h.state_at(day(at)) is not None]
    assert len(found.epic) == len(known)
    in_flight = [h for h in known if h.state_at(day(at)) in WIP_STATES]
    assert int(found.in_flight.sum()) == len(in_flight)
    for place, history in enumerate(known):
        assert found.state[place] == IDS[history.state_at(day(at))]
        committed_at, done_at = history.committed_at(), history.done_at()
        for us, moment in ((found.committed_us, committed_at), (found.done_us, done_at)):
            expected = NEVER if moment is None or moment > day(at) else microseconds(moment)
            assert us[place] == expected
        if found.in_flight[place]:
            assert isclose(found.age_days[place], history.age_days(day(at)))
        if found.has_flow_time[place]:
            assert committed_at <= done_at <= day(at)
            flow_us = found.done_us[place] - found.committed_us[place]
            assert 0 <= found.active_us[place] <= flow_us


def in_order(ways):
    return [sorted(way, key=lambda step: step[1]) for way in ways]


@given(WAYS, st.integers(1, 31))
def test_what_is_in_flight_is_what_was_the_day_before_with_what_came_and_without_what_left(
    ways, at
):
    change = 0
    for way in in_order(ways):
        went = [False, *(state in WIP_STATES for state, day_ in way if day_ <= at)]
        days = [0, *(day_ for _, day_ in way if day_ <= at)]
        steps = zip(went, went[1:], days[1:], strict=False)
        change += sum(now - before for before, now, day_ in steps if day_ == at)
    before, now = (int(clocks(*in_order(ways), at=n).in_flight.sum()) for n in (at - 1, at))
    assert now == before + change


def same(one, other):
    return all(np.array_equal(getattr(one, n), getattr(other, n)) for n in one.__slots__)


@given(WAYS, WAYS, st.integers(0, 20))
def test_figures_as_of_a_day_stay_when_later_events_are_added(ways, later, at):
    more = [[(state, at + 1 + day_) for state, day_ in way] for way in in_order(later)]
    longer = [way + more[n] if n < len(more) else way for n, way in enumerate(in_order(ways))]
    known = [[step for step in way if step[1] <= at] for way in in_order(ways)]
    assert same(clocks(*longer, *more[len(ways) :], at=at), clocks(*known, at=at))


@given(WAYS, st.randoms(use_true_random=False))
def test_the_order_in_which_events_of_several_epics_are_read_never_matters(ways, chance):
    found = entries(*in_order(ways))
    order = chance.sample(range(len(found.epic)), len(found.epic))
    mixed = Entries(*(getattr(found, name)[order] for name in ("epic", "state", "at_us", "rank")))
    assert same(*(clocks_at(day(15), each, MEANING) for each in (found, mixed)))


def test_a_forecast_is_of_an_epic_that_is_in_flight():
    found = clocks([("funnel", 0)], [("reviewing", 1), ("done", 2)], [("funnel", 0), ("ready", 3)])
    assert found.place_in_flight(3, "PAY-3") == 2
    for epic_id in (1, 2, 4):
        with pytest.raises(NotInFlight, match=r"^PAY-9 was not in flight on that day"):
            found.place_in_flight(epic_id, "PAY-9")
