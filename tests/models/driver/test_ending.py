"""The end of a transaction: all of it or nothing, in one round trip where that can be."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DataError

from bot.workflows.audit import verifying
from bot.workflows.people.workspaces import workspace_of
from models.audit.audit import Act, AuditEvent, AuditHead
from models.audit.chain import MANY
from models.epics.epic import Epic
from models.errors import DatabaseAway
from models.themes.theme import Theme
from models.work import Lane, Work, put
from tests.conftest import administered
from tests.workflows.builders import BEN, MONDAY, a_portfolio, an_epic

LATER = MONDAY + timedelta(days=1)
BY_BEN = Act(BEN, "/epic move", LATER)


@pytest.fixture
def shop(database):
    """The ids of the workspace, the portfolio and an epic."""
    workspace_id, portfolio_id = a_portfolio(database)
    with database.write() as session:
        epic_id = an_epic(session, workspace_id, 1).id
    return workspace_id, portfolio_id, epic_id


def rename(session, epic_id, title="Renamed"):
    session.get_one(Epic, epic_id).title = title
    session.flush()


def stored(database):
    """How much there is of what the end of a transaction writes, and the title of the epic."""
    with database.read() as session:
        counts = [
            session.scalar(select(func.count()).select_from(each))
            for each in (AuditEvent, Lane, Work)
        ]
        return *counts, session.scalars(select(Epic.title)).one()


def holds(database, workspace_id=1):
    with database.read() as session:
        return verifying.verify(session, workspace_id).broken is None


HANG_UP = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def hang_up(database):
    """Have the server end every connection to the database, as a restart does; how many."""
    with administered(database.engine.url.render_as_string(hide_password=False)) as other:
        return len(other.exec_driver_sql(HANG_UP).all())


@pytest.mark.only_on("postgresql")
def test_what_was_put_what_is_told_and_the_commit_are_one_trip(database, shop, tmp_path):
    with database.write(BY_BEN) as session, (tmp_path / "said").open("w+") as said:
        rename(session, shop[2])
        put(session, shop[0], "message:1", LATER, lane="C1")
        put(session, shop[0], "message:2", LATER, lane="C2")
        driver = session.connection().connection.driver_connection
        usual, driver.prepare_threshold = driver.prepare_threshold, None  # each says its words
        driver.pgconn.trace(said.fileno())
        session.commit()
        driver.pgconn.untrace()
        driver.prepare_threshold = usual
        said.seek(0)
        heard = said.read()
    assert heard.count("ReadyForQuery") == 1
    for each in ("INTO lanes", "INTO works", "INTO audit_events", "COMMIT"):
        assert each in heard


def test_a_statement_that_fails_there_leaves_nothing_and_the_next_one_works(database, shop):
    before, told = stored(database), []
    database.on_work.append(lambda: told.append("work"))

    def fails():
        with database.write(BY_BEN) as session:
            rename(session, shop[2])
            put(session, shop[0], "message:1", LATER, lane="C1")
            put(session, 999, "message:2", LATER, lane="C1")

    with pytest.raises(Exception, match=r"(?i)foreign key"):
        fails()
    assert (stored(database), told) == (before, [])
    with database.write(BY_BEN) as session:
        rename(session, shop[2])
        put(session, shop[0], "message:1", LATER, lane="C1")
    assert stored(database)[3] == "Renamed"
    assert told == ["work"]
    assert holds(database)


@pytest.mark.only_on("postgresql")
def test_its_errors_are_those_of_any_other_statement(database, shop):
    def fails():
        with database.write(BY_BEN) as session:
            put(session, shop[0], "message:1", LATER, lane="C" * 65)

    with pytest.raises(DataError):
        fails()


@pytest.mark.only_on("postgresql")
def test_who_waits_too_long_for_the_end_of_the_log_is_told_so_and_nothing_is_changed(
    database, shop
):
    before = stored(database)

    def waits():
        with database.write(BY_BEN) as session:
            rename(session, shop[2])
            put(session, shop[0], "message:1", LATER, lane="C1")

    with database.engine.connect() as holder:
        holder.execute(select(AuditHead).with_for_update())
        with pytest.raises(DatabaseAway):
            waits()
    assert stored(database) == before
    waits()
    assert stored(database)[3] == "Renamed"


@pytest.mark.only_on("postgresql")
def test_a_connection_lost_before_the_end_is_told_so_and_nothing_is_changed(database, shop):
    before, told = stored(database), []
    database.on_work.append(lambda: told.append("work"))

    def loses():
        with database.write(BY_BEN) as session:
            rename(session, shop[2])
            put(session, shop[0], "message:1", LATER, lane="C1")
            hang_up(database)

    with pytest.raises(DatabaseAway):
        loses()
    assert (stored(database), told) == (before, [])
    with database.write(BY_BEN) as session:
        rename(session, shop[2])
    assert stored(database)[3] == "Renamed"


NASTY = 'He said "no" \\ \\u0000 /  \t\n\x7f 🎉 é ￿'


def test_whatever_is_told_the_chain_holds(database, shop):
    with database.write(Act(BEN, f"/epic {NASTY}\0", LATER)) as session:
        rename(session, shop[2], NASTY)
        session.get_one(Epic, shop[2]).hypothesis = NASTY * 100
    with database.write(Act(None, "", LATER + timedelta(microseconds=7))) as session:
        rename(session, shop[2], "Renamed")
    assert holds(database)


@pytest.mark.parametrize("count", [1, 2, 7, MANY - 1, MANY, MANY + 1])
def test_however_much_is_told_the_chain_holds_and_keeps_the_order(database, shop, count):
    names = [f"Theme {number}" for number in range(count)]
    with database.write(BY_BEN) as session:
        for name in names:
            session.add(Theme(workspace_id=shop[0], portfolio_id=shop[1], name=name))
            session.flush()
    assert holds(database)
    with database.read() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [each.number for each in events] == [*range(1, len(events) + 1)]
    assert [each.noun for each in events[-count:]] == ["themes"] * count


def test_a_transaction_in_two_workspaces_is_told_in_both(database, shop):
    with database.write() as session:
        other = workspace_of(session, "T2").id
        rename(session, shop[2])
    assert holds(database)
    assert holds(database, other)


def test_of_transactions_that_end_at_the_same_moment_each_is_told(database, shop):
    failed = []

    def renames(number):
        try:
            for turn in range(10):
                with database.write(BY_BEN) as session:
                    theme = Theme(
                        workspace_id=shop[0], portfolio_id=shop[1], name=f"{number}.{turn}"
                    )
                    session.add(theme)
                    put(session, shop[0], "digest:1", LATER, lane="C1")
        except Exception as error:
            failed.append(error)

    writers = [threading.Thread(target=renames, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failed == []
    assert holds(database)
    with database.read() as session:
        assert session.scalar(select(func.count(Theme.id))) == 80
        assert session.get_one(Work, (shop[0], "digest:1")).version == 80


@pytest.mark.only_on("postgresql")
def test_a_database_that_hung_up_a_moment_ago_is_reached_by_whoever_comes_next(database, shop):
    """Given several connections in the pool, all of them lost as by a restart."""
    with database.read() as one, database.read() as another, database.read() as third:
        for each in (one, another, third):
            each.execute(select(1))
    assert hang_up(database) >= 3
    with database.write(BY_BEN) as session:
        rename(session, shop[2])
    assert stored(database)[3] == "Renamed"
