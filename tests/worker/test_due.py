import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from bot.worker.claims import end
from bot.worker.due import Worker
from models.database import Database
from models.epic import Epic
from models.message import Message
from models.work import Work, cancel, put
from tests.worker.conftest import DRAW


@pytest.fixture
def run(shop):
    """Start a worker, woken by every commit; stops it at the end."""
    started = []

    def start(database=shop.database, handlers=None):
        worker = Worker(database, shop.slack.clock, shop.client_for, DRAW, handlers)
        database.on_commit.append(worker.wake)
        worker.start()
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.stop()


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
    other = Database(database_url)
    run()
    run(other)
    with ThreadPoolExecutor(4) as threads:
        epics = list(threads.map(shop.propose, ["One", "Two"]))
    for state in ("reviewing", "analyzing", "ready"):
        shop.move(epics[0], state)
    shop.slack.wait_for(lambda: no_work_is_left(shop), timeout=15)
    assert sorted(shop.texts) == ["PAY-1 is in ready", "PAY-2 is in funnel"] or sorted(
        shop.texts
    ) == ["PAY-1 is in funnel", "PAY-2 is in ready"]
    other.close()


def test_other_kinds_of_work_go_to_their_handler(shop, run):
    done = threading.Event()

    def remind(claim):
        with shop.database.write() as session:
            end(session, claim)
        if claim.subject_id == 7:
            done.set()

    run(handlers={"remind": remind})
    with shop.database.write() as session:
        put(session, shop.workspace_id, "remind:7", shop.slack.clock.now())
    assert done.wait(5)
    shop.slack.wait_for(lambda: no_work_is_left(shop))


def test_cancelled_work_is_forgotten(shop):
    with shop.database.write() as session:
        put(session, shop.workspace_id, "remind:7", shop.slack.clock.now())
        cancel(session, shop.workspace_id, "remind:7")
    assert shop.claim() == []


def test_work_that_raises_is_kept_with_its_error(shop, run):
    def remind(claim):
        raise ValueError("no such thing")

    run(handlers={"remind": remind})
    with shop.database.write() as session:
        put(session, shop.workspace_id, "remind:7", shop.slack.clock.now())

    def error():
        with shop.database.read() as session:
            return session.scalars(select(Work.last_error)).one()

    assert shop.slack.wait_for(error) == "ValueError: no such thing"


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
