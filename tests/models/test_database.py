import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest
from sqlalchemy import select, text

from models.database import POOL_SIZE, Database
from models.errors import DatabaseAway, DatabaseBusy
from models.people.workspace import Workspace
from models.work import put
from tests.workflows.builders import MONDAY


def test_an_error_undoes_the_whole_transaction(database):
    def fails():
        with database.write() as session:
            session.add(Workspace(team_id="T1"))
            session.flush()
            raise KeyError("something broke")

    with pytest.raises(KeyError):
        fails()
    with database.read() as session:
        assert session.scalar(select(Workspace)) is None


@pytest.mark.only_on("postgresql")
def test_three_processes_stay_below_the_limit_that_postgresql_has_by_itself(database_url):
    one = Database(database_url)
    with ExitStack() as held:
        for _ in range(POOL_SIZE):
            held.enter_context(one.engine.connect())
        with pytest.raises(DatabaseAway), one.read() as session:
            session.execute(select(1))
    one.close()
    usual, kept, for_commands = 100, 3, 5
    assert usual - kept - for_commands >= 3 * POOL_SIZE


def test_work_that_was_put_is_told_of_after_the_commit_and_not_after_an_error(database):
    told = []
    database.on_work.append(lambda: told.append("work"))
    with database.write() as session:
        session.add(Workspace(id=1, team_id="T1"))
    assert told == []
    with suppress(ZeroDivisionError), database.write() as session:
        put(session, 1, "home:1", MONDAY)
        raise ZeroDivisionError
    assert told == []
    with database.write() as session:
        put(session, 1, "home:1", MONDAY)
        assert told == []
    assert told == ["work"]


def test_writers_take_turns_and_none_is_locked_out(database):
    with database.write() as session:
        session.add(Workspace(team_id="T0"))

    def write(number):
        with database.write() as session:
            session.add(Workspace(team_id=f"T{number}"))

    writers = [threading.Thread(target=write, args=(n,)) for n in range(1, 33)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with database.read() as session:
        assert len(session.scalars(select(Workspace)).all()) == 33


def test_a_lock_that_another_process_holds_is_told_as_such(tmp_path):
    url = f"sqlite:///{tmp_path}/tack.db"
    holder, clicker = Database(url), Database(url)
    with (
        holder.write() as first,
        first.execute(text("SELECT 1")),
        pytest.raises(DatabaseAway, match="nothing was changed"),
        clicker.write() as second,
    ):
        second.execute(text("SELECT 1"))
    holder.close()
    clicker.close()


def test_whose_turn_does_not_come_is_told_that_tack_is_busy(database):
    def asks():
        refused = pytest.raises(DatabaseBusy, match=r"^Tack is busy: .* please try once more\.$")
        with refused, database.in_turn():
            pass

    with database.in_turn(), ThreadPoolExecutor(1) as others:
        others.submit(asks).result()


def test_a_database_that_is_gone_is_told_as_such():
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(DatabaseAway), database.read() as session:
        session.execute(text("SELECT 1"))
    database.close()


def test_what_reads_much_is_read_one_after_the_other(database):
    inside, most, guard = 0, 0, threading.Lock()

    def look():
        nonlocal inside, most
        with database.in_turn():
            with guard:
                inside += 1
                most = max(most, inside)
            time.sleep(0.01)
            with guard:
                inside -= 1

    with ThreadPoolExecutor(8) as people:
        for each in [people.submit(look) for _ in range(16)]:
            each.result()
    assert most == 1
