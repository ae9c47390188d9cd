"""One row written at once: in the database, the audit log and the session as a flush leaves it."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import load_only, selectinload

from bot.workflows.audit import verifying
from models.audit import rows
from models.audit.audit import Act, AuditEvent
from models.audit.trail import execute_recorded
from models.epics.epic import Epic, Transition
from models.portfolio.portfolio import Portfolio
from tests.workflows.builders import BEN, MONDAY, a_portfolio, an_epic

LATER = MONDAY + timedelta(days=1)
BY_BEN = Act(BEN, "/epic move", LATER)


def flush_both(session, epic, transition):
    session.add(transition)
    session.flush()


def write_both(session, epic, transition):
    rows.save(session, epic)
    rows.append(session, transition)


@pytest.fixture
def epic_ids(database):
    """Two epics alike."""
    workspace_id, _ = a_portfolio(database)
    with database.write() as session:
        return [an_epic(session, workspace_id, 1, title).id for title in ("One", "Another")]


@pytest.fixture
def statements(database):
    """What changes something in the database, as soon as it is said."""
    said = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def listen(_connection, _cursor, statement, *_):
        if statement.startswith(("INSERT INTO epics", "UPDATE epics", "INSERT INTO transitions")):
            said.append(statement)

    return said


def moved(session, epic_id, state="reviewing"):
    epic = session.get_one(Epic, epic_id)
    return epic, epic.move(epic.portfolio.state(state), BEN, "Ready for it", LATER)


def stored(session, noun, row_id):
    row = session.get_one(noun, row_id)
    own = {"id", "epic_id", "title", "key", "source_id"}
    return {name: getattr(row, name) for name in set(noun.__table__.columns.keys()) - own}


def test_what_is_written_at_once_is_stored_and_told_as_what_is_flushed(database, epic_ids):
    step_ids = []
    for epic_id, write in zip(epic_ids, (flush_both, write_both), strict=True):
        with database.write(BY_BEN) as session:
            epic, transition = moved(session, epic_id)
            write(session, epic, transition)
            step_ids.append(transition.id)
    with database.read() as session:
        for noun, ids in ((Epic, epic_ids), (Transition, step_ids)):
            flushed, written = (stored(session, noun, each) for each in ids)
            assert written == flushed
        late = select(AuditEvent).where(AuditEvent.at == LATER).order_by(AuditEvent.number)
        told = session.scalars(late).all()
        subjects = [(each.epic_id, each.noun, each.subject_id) for each in told]
        said = [
            (each.verb, each.portfolio_id, each.before, json.loads(each.after) | {"epic_id": None})
            for each in told
        ]
        assert said[2:] == said[:2]
        assert subjects == [
            (epic_id, noun, str(subject_id))
            for epic_id, step_id in zip(epic_ids, step_ids, strict=True)
            for noun, subject_id in (("epics", epic_id), ("transitions", step_id))
        ]
        assert verifying.verify(session, 1).broken is None


def test_nothing_of_it_is_written_again(database, epic_ids, statements):
    with database.write(BY_BEN) as session:
        epic, transition = moved(session, epic_ids[0])
        write_both(session, epic, transition)
        assert len(statements) == 2
        assert session.get_one(Epic, epic.id) is epic
        assert session.get_one(Transition, transition.id) is transition
        rows.save(session, epic)
    assert len(statements) == 2


def test_what_is_changed_after_it_is_written_and_told_together_with_it(database, epic_ids):
    with database.write(BY_BEN) as session:
        epic, transition = moved(session, epic_ids[0])
        write_both(session, epic, transition)
        epic.title, transition.learned = "Renamed", "It helps"
    with database.read() as session:
        assert session.get_one(Epic, epic_ids[0]).title == "Renamed"
        assert session.scalars(select(Transition.learned).order_by(Transition.id.desc())).first()
        last = select(AuditEvent).order_by(AuditEvent.number.desc()).limit(2)
        of_step, of_epic = session.scalars(last).all()
    assert json.loads(of_epic.before) == {"state_id": 1, "committed_at": None, "title": "One"}
    assert (of_step.verb, json.loads(of_step.after)["learned"]) == ("created", "It helps")


def test_what_was_not_changed_is_not_written(database, epic_ids):
    """Given an epic that was renamed after it was read, its move leaves the name alone."""
    with database.write() as session:
        epic, transition = moved(session, epic_ids[0])
        renamed = update(Epic.__table__).values(title="Renamed")
        execute_recorded(session, renamed, {})
        write_both(session, epic, transition)
    with database.read() as session:
        assert session.get_one(Epic, epic_ids[0]).title == "Renamed"


def test_what_a_column_held_is_told_also_where_it_was_not_read(database, epic_ids):
    with database.write(BY_BEN) as session:
        epic = session.scalars(
            select(Epic).where(Epic.id == epic_ids[0]).options(load_only(Epic.key))
        ).one()
        epic.title = "Renamed"
        rows.save(session, epic)
    with database.read() as session:
        last = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    assert (json.loads(last.before), json.loads(last.after)) == (
        {"title": "One"},
        {"title": "Renamed"},
    )


def test_what_was_loaded_with_it_stays_loaded(database, epic_ids, statements):
    with database.write(BY_BEN) as session:
        portfolio = session.scalars(select(Portfolio).options(selectinload(Portfolio.states))).one()
        epic, transition = moved(session, epic_ids[0])
        write_both(session, epic, transition)
        loaded = epic.__dict__
        assert loaded["portfolio"] is portfolio
        assert loaded["state"] is portfolio.state("reviewing")
        assert transition.__dict__["epic"] is epic


def test_an_undone_transaction_leaves_nothing_of_it(database, epic_ids):
    def breaks():
        with database.write(BY_BEN) as session:
            write_both(session, *moved(session, epic_ids[0]))
            raise KeyError

    with pytest.raises(KeyError):
        breaks()
    with database.read() as session:
        assert session.get_one(Epic, epic_ids[0]).state.name == "funnel"
        assert session.scalars(select(AuditEvent).where(AuditEvent.at == LATER)).all() == []
