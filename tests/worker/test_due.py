import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from structlog.testing import capture_logs

from bot.worker.claims import LEASE
from bot.worker.due import Worker
from bot.worker.jobs import Done
from models.database import Database
from models.epics.epic import Epic
from models.message import Message
from models.work import Work, cancel, put

pytestmark = pytest.mark.on_both_databases


@pytest.fixture
def run(shop):
    """Start a worker, woken by every commit; the end stops it and closes a database of its own."""
    started, own = [], []

    def start(database=shop.database, **more):
        if database is not shop.database:
            own.append(database)
        worker = Worker(database, shop.slack.clock, shop.client, {**shop.jobs, **more})
        database.on_work.append(worker.wake)
        worker.start(shop.workspace_id)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.stop()
    for database in own:
        database.close()


@pytest.fixture
def real_time(shop):
    """Let the sandbox's clock run."""
    shop.slack.clock.resume()


def no_work_is_left(shop):
    with shop.database.read() as session:
        return session.scalar(select(func.count(Work.key))) == 0


@pytest.mark.usefixtures("real_time")
def test_a_commit_wakes_the_worker_which_shows_it(shop, run):
    run()
    shop.propose()
    shop.slack.wait_for(lambda: shop.texts == ["PAY-1 is in funnel"])
    shop.slack.wait_for(lambda: no_work_is_left(shop))


@pytest.mark.usefixtures("real_time")
def test_two_replicas_post_each_card_once(shop, run, database_url):
    run()
    run(Database(database_url))
    with ThreadPoolExecutor(4) as threads:
        epics = list(threads.map(shop.propose, ["One", "Two"]))
    for state in ("reviewing", "analyzing", "ready"):
        shop.move(epics[0], state)
    shop.slack.wait_for(lambda: no_work_is_left(shop), timeout=15)
    assert sorted(shop.texts) == ["PAY-1 is in ready", "PAY-2 is in funnel"] or sorted(
        shop.texts
    ) == ["PAY-1 is in funnel", "PAY-2 is in ready"]


def test_other_kinds_of_work_go_to_their_job(shop, run):
    done = threading.Event()

    def remind(task):
        if task.subject_id == 7:
            done.set()
        return Done()

    run(remind=remind)
    with shop.database.write() as session:
        put(session, shop.workspace_id, "remind:7", shop.slack.clock.now())
    assert done.wait(5)
    shop.slack.wait_for(lambda: no_work_is_left(shop))


def test_work_that_takes_long_keeps_its_lease_and_is_done_once(shop, run, database_url):
    begun, may_end, done = [], threading.Event(), threading.Event()

    def takes_long(task):
        begun.append(task)
        may_end.wait(20)
        done.set()
        return Done()

    run(remind=takes_long)
    run(Database(database_url), remind=takes_long)
    with shop.database.write() as session:
        put(session, shop.workspace_id, "remind:7", shop.slack.clock.now())
    shop.slack.wait_for(lambda: begun)
    for _ in range(5):
        shop.slack.clock.advance(LEASE / 2)
        whole = shop.slack.clock.now() + LEASE
        shop.slack.wait_for(lambda whole=whole: lease(shop) == whole)
    may_end.set()
    assert done.wait(5)
    shop.slack.wait_for(lambda: no_work_is_left(shop))
    assert len(begun) == 1


def lease(shop):
    """Until when the one work row is somebody's."""
    with shop.database.read() as session:
        return session.scalars(select(Work.lease_until)).one()


def test_a_worker_asked_to_stop_ends_what_it_has_in_hand(shop, run):
    begun = threading.Event()

    def takes_a_while(task):
        begun.set()
        time.sleep(0.3)
        return Done()

    worker = run(remind=takes_a_while)
    with shop.database.write() as session:
        put(session, shop.workspace_id, "remind:7", shop.slack.clock.now())
    assert begun.wait(5)
    worker.stop()
    assert no_work_is_left(shop)


def test_a_worker_outlives_whatever_keeps_it_from_looking(shop, run):
    with shop.database.write() as session:
        session.execute(text("ALTER TABLE works RENAME TO works_away"))
    with capture_logs() as logs:
        run()
        shop.slack.wait_for(lambda: logs)
    with shop.database.write() as session:
        session.execute(text("ALTER TABLE works_away RENAME TO works"))
    shop.propose()
    shop.slack.wait_for(lambda: shop.texts == ["PAY-1 is in funnel"])


def test_cancelled_work_is_forgotten(shop):
    with shop.database.write() as session:
        put(session, shop.workspace_id, "remind:7", shop.slack.clock.now())
        cancel(session, shop.workspace_id, "remind:7")
    assert shop.claim() == []


def test_work_that_raises_is_kept_with_its_error(shop, run):
    def remind(task):
        raise ValueError("no such thing")

    run(remind=remind)
    with shop.database.write() as session:
        put(session, shop.workspace_id, "remind:7", shop.slack.clock.now())

    def error():
        with shop.database.read() as session:
            return session.scalars(select(Work.last_error)).one()

    assert shop.slack.wait_for(error) == "ValueError: no such thing"


def test_work_given_up_is_logged_as_such(shop):
    shop.slack.fail_next("chat.postMessage", error="msg_too_long", times=12)
    shop.propose()
    with capture_logs() as logs:
        for _ in range(12):
            shop.do_what_is_due()
            shop.slack.clock.advance(400)
    given_up = [entry for entry in logs if entry["log_level"] == "error"]
    assert [(entry["event"], entry["key"]) for entry in given_up] == [("given up", "message:1")]


def test_each_thing_due_is_claimed_by_one_of_many_claimers(shop):
    with shop.database.write() as session:
        for number in range(40):
            put(session, shop.workspace_id, f"remind:{number}", shop.slack.clock.now())
    claimed = []
    with ThreadPoolExecutor(8) as threads:
        for claims in threads.map(lambda _: shop.claim(), range(24)):
            claimed += [claim.key for claim in claims]
    assert sorted(claimed) == sorted(f"remind:{number}" for number in range(40))


def test_what_was_rolled_back_is_never_shown(shop):
    class Broken(Exception):
        pass

    def propose_and_break():
        with shop.database.write() as session:
            session.add(
                Message(
                    workspace_id=shop.workspace_id,
                    channel_id=shop.channel_id,
                    kind="epic_card",
                    subject_id=1,
                )
            )
            session.flush()
            put(session, shop.workspace_id, "message:1", shop.slack.clock.now(), "C1")
            raise Broken

    with pytest.raises(Broken):
        propose_and_break()
    shop.do_for(2)
    assert shop.texts == []
    with shop.database.read() as session:
        assert session.scalar(select(func.count(Epic.id))) == 0
