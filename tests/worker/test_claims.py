"""Leases, fences and lanes, with a clock that only moves when it is told to."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, text

from bot.worker.claims import (
    LEASE,
    LONGEST_REST,
    PACE,
    LeaseLost,
    bring_back,
    claim_due,
    end,
    fail,
    hold,
    is_due,
    note_outage,
    put_back,
    rest,
    rests_until,
)
from bot.worker.due import Worker
from bot.worker.jobs import Done, backoff
from models.database import Database
from models.people.workspace import Workspace
from models.work import Lane, Work, cancel, put

pytestmark = pytest.mark.on_both_databases

DAY = timedelta(days=1)


def puts(shop, key, at=None, lane=None):
    with shop.database.write() as session:
        put(session, shop.workspace_id, key, at or shop.slack.clock.now(), lane)


def ends(shop, claim):
    with shop.database.write() as session:
        end(session, claim)


def work(shop, key):
    with shop.database.read() as session:
        return session.get(Work, (shop.workspace_id, key))


def test_fifty_due_in_one_lane_do_not_hold_up_another_lane_or_work_without_one(shop):
    for number in range(50):
        puts(shop, f"message:{number}", lane="C-busy")
    shop.slack.clock.advance(1)
    for number in range(3):
        puts(shop, f"message:9{number}", lane=f"C-other-{number}")
    puts(shop, "remind:1")
    with shop.database.write() as session:
        claimed = claim_due(session, shop.workspace_id, shop.slack.clock.now(), 5)
    assert [claim.lane for claim in claimed] == [
        "C-busy",
        "C-other-0",
        "C-other-1",
        "C-other-2",
        None,
    ]


def test_the_longest_due_in_a_lane_comes_first(shop):
    puts(shop, "message:2", lane="C1")
    shop.slack.clock.advance(1)
    puts(shop, "message:1", lane="C1")
    assert [claim.key for claim in shop.claim()] == ["message:2"]


def test_a_lane_begins_one_thing_a_second_over_all_replicas(shop, database_url):
    other = Database(database_url)
    for number in range(20):
        puts(shop, f"message:{number}", lane="C1")

    def look(database):
        with database.write() as session:
            return claim_due(session, shop.workspace_id, shop.slack.clock.now(), 4)

    for _ in range(3):
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(look, [shop.database, other] * 4))
        assert sum(map(len, found)) == 1
        shop.slack.clock.advance(1)
    other.close()


def test_a_claimer_whose_lease_lapsed_ends_nothing_even_if_the_work_was_done_and_put_again(shop):
    puts(shop, "remind:7")
    late = shop.claim()[0]
    shop.slack.clock.advance(LEASE)
    ends(shop, shop.claim()[0])
    puts(shop, "remind:7")
    anew = shop.claim()[0]
    with pytest.raises(LeaseLost):
        ends(shop, late)
    ends(shop, anew)
    assert work(shop, "remind:7") is None


def test_a_late_claimer_holds_nothing_and_puts_nothing_back(shop):
    puts(shop, "remind:7")
    late = shop.claim()[0]
    shop.slack.clock.advance(LEASE)
    anew = shop.claim()[0]
    now = shop.slack.clock.now()
    for do in (
        lambda session: hold(session, late, now),
        lambda session: hold(session, late),
        lambda session: put_back(session, late, now),
        lambda session: fail(session, late, "late", now, timedelta(0)),
    ):
        with pytest.raises(LeaseLost), shop.database.write() as session:
            do(session)
    ends(shop, anew)


def test_a_lease_that_is_held_does_not_lapse(shop):
    puts(shop, "remind:7")
    claim = shop.claim()[0]
    shop.slack.clock.advance(LEASE - timedelta(seconds=1))
    with shop.database.write() as session:
        hold(session, claim, shop.slack.clock.now())
    shop.slack.clock.advance(LEASE - timedelta(seconds=1))
    assert shop.claim() == []
    shop.slack.clock.advance(1)
    assert [taken.key for taken in shop.claim()] == ["remind:7"]


def test_work_put_again_while_it_runs_stays_due(shop):
    puts(shop, "remind:7")
    claim = shop.claim()[0]
    puts(shop, "remind:7")
    ends(shop, claim)
    assert [again.key for again in shop.claim()] == ["remind:7"]


def test_work_cancelled_while_it_runs_cannot_be_ended(shop):
    puts(shop, "remind:7")
    claim = shop.claim()[0]
    with shop.database.write() as session:
        cancel(session, shop.workspace_id, "remind:7")
    with pytest.raises(LeaseLost):
        ends(shop, claim)


def test_putting_makes_the_row_of_the_lane(shop):
    puts(shop, "message:1", lane="C1")
    with shop.database.read() as session:
        assert session.get_one(Lane, (shop.workspace_id, "C1")).next_at is not None


def test_a_lane_rests_no_longer_than_it_was_told_even_when_the_clock_is_set_back(shop):
    now = shop.slack.clock.now()
    with shop.database.write() as session:
        rest(session, shop.workspace_id, "chat.update", now + LONGEST_REST)
        resting = rests_until(session, shop.workspace_id, "chat.update", now)
        assert resting == now + LONGEST_REST
        assert rests_until(session, shop.workspace_id, "chat.update", resting) is None
        day_before = now - timedelta(days=1)
        assert rests_until(session, shop.workspace_id, "chat.update", day_before) is None


def test_after_the_clock_was_set_back_lanes_and_leases_are_free(shop):
    puts(shop, "message:1", lane="C1")
    shop.claim()
    shop.slack.clock.advance(-timedelta(days=1))
    puts(shop, "message:1", lane="C1")
    puts(shop, "message:2", lane="C1")
    assert [claim.key for claim in shop.claim()] == ["message:1"]
    shop.slack.clock.advance(1)
    assert [claim.key for claim in shop.claim()] == ["message:2"]


@pytest.fixture
def theirs(shop):
    """Another workspace of the same database, with work and lanes of the same names."""
    with shop.database.write() as session:
        other = Workspace(team_id="T0THERS")
        session.add(other)
        session.flush()
        for workspace_id in (other.id, shop.workspace_id):
            put(session, workspace_id, "message:1", shop.slack.clock.now(), "C1")
            put(session, workspace_id, "home:1", shop.slack.clock.now() + DAY)
        return other.id


def test_another_workspace_of_the_database_holds_nothing_up(shop, theirs):
    ours, now = shop.workspace_id, shop.slack.clock.now()
    with shop.database.write() as session:
        note_outage(session, theirs, "chat.update", "status 503", now)
        for lane in ("C1", "chat.update"):
            rest(session, theirs, lane, now + PACE)
        assert rests_until(session, ours, "chat.update", now) is None
    assert [claim.workspace_id for claim in shop.claim()] == [ours]
    puts(shop, "message:2", lane="C1")
    with shop.database.write() as session:
        rest(session, theirs, "C1", now)
        assert not is_due(session, ours, now)


def test_nothing_of_another_workspace_is_touched(shop, theirs):
    now = shop.slack.clock.now()
    (taken,) = shop.claim()
    with shop.database.write() as session:
        bring_back(session, shop.workspace_id, now - DAY)
        with pytest.raises(LeaseLost):
            end(session, replace(taken, workspace_id=theirs))
    ends(shop, taken)
    assert work(shop, "home:1").due_at == now - DAY
    with shop.database.read() as session:
        waiting = session.get_one(Work, (theirs, "message:1"))
        assert (waiting.fence, waiting.lease_until) == (0, None)
        assert session.get_one(Work, (theirs, "home:1")).due_at == now + DAY


def test_what_is_put_again_and_again_keeps_its_place_in_its_lane(shop):
    puts(shop, "message:1", lane="C1")
    puts(shop, "message:2", lane="C1")
    claimed = []
    for second in range(5):
        shop.slack.clock.advance(1)
        puts(shop, "message:2", lane="C1")
        for number in range(2):
            puts(shop, f"message:{10 * (second + 1) + number}", lane="C1")
        for claim in shop.claim():
            claimed.append(claim.key)
            ends(shop, claim)
    assert claimed[:3] == ["message:1", "message:2", "message:10"]


def test_what_is_put_again_while_it_runs_comes_after_what_waited_meanwhile(shop):
    puts(shop, "message:1", lane="C1")
    claim = shop.claim()[0]
    puts(shop, "message:2", lane="C1")
    shop.slack.clock.advance(1)
    puts(shop, "message:1", lane="C1")
    ends(shop, claim)
    assert [claim.key for claim in shop.claim()] == ["message:2"]


def test_what_waits_for_its_next_attempt_is_done_at_once_where_it_is_put_again(shop):
    puts(shop, "message:1", lane="C1")
    claim = shop.claim()[0]
    with shop.database.write() as session:
        fail(session, claim, "503", shop.slack.clock.now(), timedelta(minutes=5))
    shop.slack.clock.advance(1)
    puts(shop, "message:1", lane="C1")
    assert [claim.key for claim in shop.claim()] == ["message:1"]


def test_what_waits_for_its_time_is_put_off_and_brought_forward_as_it_is_said(shop):
    now = shop.slack.clock.now()
    for days in (7, 3, 9):
        puts(shop, "close:1", now + timedelta(days=days))
        assert work(shop, "close:1").due_at == now + timedelta(days=days)


def test_after_the_clock_was_set_back_what_was_put_before_is_due_and_no_timer_is(shop):
    day = timedelta(days=1)
    shop.slack.clock.advance(day)
    soon = ("home:1", "export:1", "bad_rows:1", "groups:1", "upload:1", "message:1")
    lanes = {"upload:1": "upload:1", "message:1": "C1"}
    for key in soon:
        puts(shop, key, lane=lanes.get(key))
    puts(shop, "upload:2", shop.slack.clock.now())
    puts(shop, "close:1", shop.slack.clock.now())
    shop.slack.clock.advance(-day)
    assert shop.claim() == []
    with shop.database.write() as session:
        bring_back(session, shop.workspace_id, shop.slack.clock.now())
    with shop.database.write() as session:
        claimed = claim_due(session, shop.workspace_id, shop.slack.clock.now(), 20)
    assert {claim.key for claim in claimed} == set(soon)


def test_a_worker_sees_that_the_clock_was_set_back(shop):
    puts(shop, "message:1", shop.slack.clock.now() + timedelta(days=1), lane="C1")
    done = []

    def job(task):
        done.append(task.claim.key)
        return Done()

    worker = Worker(shop.database, shop.slack.clock, shop.client, {"message": job})
    worker.start(shop.workspace_id)
    try:
        shop.slack.wait_for(lambda: done == ["message:1"])
        shop.slack.clock.advance(timedelta(days=1))
        puts(shop, "message:2", lane="C2")
        shop.slack.wait_for(lambda: done == ["message:1", "message:2"])
        puts(shop, "message:3", shop.slack.clock.now() + timedelta(days=1), lane="C3")
        shop.slack.clock.advance(-timedelta(hours=1))
        shop.slack.wait_for(lambda: done == ["message:1", "message:2", "message:3"])
    finally:
        worker.stop()


def test_clocks_a_little_apart_take_no_lease_and_no_rest_from_each_other(shop):
    puts(shop, "message:1", lane="C1")
    puts(shop, "message:2", lane="C1")
    shop.claim()
    shop.slack.clock.advance(-timedelta(seconds=10))
    assert shop.claim() == []


def test_delays_double_up_to_five_minutes_and_no_two_are_alike():
    for attempts, middle_s in enumerate((2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300)):
        delays = [backoff(attempts).total_seconds() for _ in range(50)]
        assert middle_s * 0.75 <= min(delays) < max(delays) <= middle_s * 1.25


def test_looking_for_what_is_due_reads_an_index_and_not_what_waits_for_later(shop):
    at = shop.slack.clock.now() + timedelta(days=3)
    deadlines = [
        {"workspace_id": shop.workspace_id, "key": f"deadline:{number}", "due_at": at}
        for number in range(3_000)
    ]
    with shop.database.write() as session:
        session.execute(insert(Work), deadlines)
    with shop.database.write() as session:
        session.execute(text("ANALYZE"))
    explained = plan_of(
        shop, lambda session: is_due(session, shop.workspace_id, shop.slack.clock.now())
    )
    assert "ix_works_due_at" in explained
    explained = plan_of(
        shop, lambda session: claim_due(session, shop.workspace_id, shop.slack.clock.now(), 4)
    )
    assert "ix_works_due_at" in explained
    assert "SCAN works\n" not in explained
    assert "Seq Scan on works" not in explained


def plan_of(shop, query):
    """How the database goes about the first statement of a query."""
    statements = []

    def note(connection, cursor, statement, parameters, *_):
        statements.append((statement, parameters))

    postgresql = shop.database.engine.dialect.name == "postgresql"
    event.listen(shop.database.engine, "before_cursor_execute", note)
    with shop.database.read() as session:
        query(session)
        event.remove(shop.database.engine, "before_cursor_execute", note)
        statement, parameters = next(s for s in statements if s[0].startswith("SELECT"))
        explain = "EXPLAIN" if postgresql else "EXPLAIN QUERY PLAN"
        connection = session.connection()
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
        return "\n".join(str(row[-1]) for row in rows) + "\n"
