"""The audit log writes itself: every change once, none that was undone, on both databases alike."""

import json
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import EnumMeta

import pytest
from sqlalchemy import delete, func, insert, inspect, select, text, update
from sqlalchemy.orm import load_only

from bot.workflows.audit import verifying
from bot.workflows.portfolio.setting_up import set_up
from migrations.changing import METADATA
from models.audit.audit import FIRST_HASH, Act, AuditEvent, AuditHead
from models.audit.trail import UnrecordedChange, acting, insert_new, note
from models.base import Base
from models.budgets.ledger import AccountKind, Entry, Transfer
from models.budgets.shift import Shift
from models.decisions.decision import Decision
from models.decisions.votes import BallotBox
from models.epics.epic import Epic
from models.evidence.items import Observation, Reading
from models.people.workspace import Workspace
from models.portfolio.portfolio import ValueStream
from models.portfolio.setup import Setup, StreamSetup
from models.projects.project import Project, ProjectShare
from models.themes.theme import Theme
from models.work import Work
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

pytestmark = pytest.mark.on_both_databases

BY_BEN = Act(BEN, "/epic move", MONDAY)


def events(database, since=0):
    with database.read() as session:
        return session.scalars(
            select(AuditEvent).where(AuditEvent.id > since).order_by(AuditEvent.id)
        ).all()


def last_event(database):
    with database.read() as session:
        return session.scalar(select(func.max(AuditEvent.id))) or 0


def told(database, since):
    return [
        (e.verb, e.noun, json.loads(e.before), json.loads(e.after)) for e in events(database, since)
    ]


# every noun, whichever there are


def audited_nouns():
    classes = [m.class_ for m in Base.registry.mappers if m.class_.audited]
    return sorted(classes, key=lambda c: METADATA.sorted_tables.index(c.__table__))


def value_for(column, number, ids):
    """Something the column takes: a row there is, or a value that no other row has."""
    if column.foreign_keys:
        table = next(iter(column.foreign_keys)).column.table.name
        return ids.get(table)
    kind = column.type
    if enums := getattr(kind, "enum_class", None):
        assert isinstance(enums, EnumMeta)
        members = list(enums)
        return members[number % len(members)]
    python_type = {"JSON": list, "DecimalText": Decimal, "UtcDateTime": datetime}.get(
        type(kind).__name__
    ) or kind.python_type
    return {
        str: lambda: f"{column.name}{number}"[-(getattr(kind, "length", None) or 80) :],
        int: lambda: number,
        bool: lambda: number % 2 == 0,
        bytes: lambda: b"%d" % number,
        datetime: lambda: MONDAY + timedelta(days=number),
        date: lambda: date(2026, 1, 1) + timedelta(days=number),
        Decimal: lambda: Decimal(number),
        list: lambda: [str(number)],
        dict: lambda: {str(number): number},
    }[python_type]()


def a_row(noun, number, ids):
    mapper = inspect(noun)
    values = {}
    for column in mapper.columns:
        name = mapper.get_property_by_column(column).key
        if column.primary_key and name == "id":
            continue
        values[name] = value_for(column, number, ids)
    return noun(**(values | FITTING.get(noun, lambda ids: {})(ids)))


FITTING = {
    Shift: lambda ids: {"to_stream_id": ids["another stream"]},
    Entry: lambda ids: {"shift_id": None},
    Transfer: lambda ids: {
        "from_kind": AccountKind.FREE,
        "to_kind": AccountKind.FREE,
        "to_stream_id": ids["another stream"],
    },
}
"""What a noun's own constraints ask of its row beside the types of its columns."""

ONLY_APPENDED = frozenset({Entry, Transfer, Reading, Observation})
"""The database itself refuses to change or remove them."""


def changeable(noun):
    """A column of the noun that is told and points to nothing."""
    mapper = inspect(noun)
    return next(
        (mapper.get_property_by_column(c).key, c)
        for c in mapper.columns
        if not c.primary_key
        and not c.foreign_keys
        and c.key not in noun.unaudited_columns | {"version", "workspace_id", "portfolio_id"}
        and getattr(c.type, "enum_class", None) is None
        and c.type.python_type is not bool
    )


def spoken(value):
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return (
        value.isoformat()
        if isinstance(value, date)
        else str(value)
        if isinstance(value, Decimal)
        else value
    )


def all_there(database, nouns):
    """One row of every noun that others point to; their ids by table."""
    ids = {}
    pointed_to = {key.column.table.name for noun in nouns for key in noun.__table__.foreign_keys}
    with database.write() as session:
        for number, noun in enumerate(nouns, 1):
            if noun.__tablename__ in pointed_to:
                row = a_row(noun, number, ids)
                session.add(row)
                session.flush()
                ids[noun.__tablename__] = row.id
                if noun is Decision:
                    box = {"electors": 1, "waiting": 1, "hash": FIRST_HASH}
                    session.add(BallotBox(decision_id=row.id, workspace_id=1, **box))
                if noun is ValueStream:
                    session.add(another := a_row(noun, 90, ids))
                    session.flush()
                    ids["another stream"] = another.id
    return ids


def test_creating_changing_and_removing_any_audited_row_is_one_event_each(database):
    nouns = audited_nouns()
    assert len(nouns) > 20
    ids = all_there(database, nouns)
    for number, noun in enumerate(nouns, 101):
        with database.write(BY_BEN) as session:
            row = a_row(noun, number, ids)
            session.add(row)
        key = inspect(row).identity
        name, column = changeable(noun)
        was, becomes = getattr(row, name), value_for(column, number + 50, ids)
        at = last_event(database)
        (made,) = events(database, at - 1)
        assert (made.verb, made.noun, made.before) == ("created", noun.__tablename__, "{}")
        assert (made.actor, made.source, made.at) == (BEN, "/epic move", MONDAY)
        assert made.subject_id == ":".join(map(str, key))
        assert json.loads(made.after)[name] == spoken(was)
        if noun in ONLY_APPENDED:
            continue
        with database.write(BY_BEN) as session:
            setattr(session.get_one(noun, key), name, becomes)
        changed = ("changed", noun.__tablename__, {name: spoken(was)}, {name: spoken(becomes)})
        assert told(database, at) == [changed]
        with database.write(BY_BEN) as session:
            session.delete(session.get_one(noun, key))
        ((verb, which, before, after),) = told(database, at + 1)
        assert (verb, which, after) == ("removed", noun.__tablename__, {})
        assert before[name] == spoken(becomes)
    with database.read() as session:
        assert verifying.verify(session, 1).broken is None


def test_a_transaction_that_is_undone_tells_nothing(database):
    nouns = audited_nouns()
    ids = all_there(database, nouns)
    before = last_event(database)

    def breaks(row):
        with database.write(BY_BEN) as session:
            session.add(row)
            session.flush()
            raise KeyError

    for number, noun in enumerate(nouns, 101):
        with pytest.raises(KeyError):
            breaks(a_row(noun, number, ids))
    assert last_event(database) == before


# one row, one event


@pytest.fixture
def shop(database):
    """The ids of the workspace, the portfolio and an epic."""
    workspace_id, portfolio_id = a_portfolio(database)
    with database.write() as session:
        epic_id = an_epic(session, workspace_id, 1).id
    return workspace_id, portfolio_id, epic_id


def test_a_row_changed_again_and_again_in_one_transaction_is_told_once(database, shop):
    since = last_event(database)
    with database.write(BY_BEN) as session:
        epic = session.get_one(Epic, shop[2])
        for target in ("65", "66", "68"):
            epic.target = Decimal(target)
            session.flush()
    assert told(database, since) == [("changed", "epics", {"target": None}, {"target": "68"})]


def test_a_change_taken_back_in_the_same_transaction_is_none(database, shop):
    since = last_event(database)
    with database.write(BY_BEN) as session:
        epic = session.get_one(Epic, shop[2])
        title, epic.title = epic.title, "Another"
        session.flush()
        epic.title, epic.version = title, epic.version + 1
    assert told(database, since) == []


def test_a_row_made_and_changed_in_one_transaction_is_told_as_it_ended(database, shop):
    since = last_event(database)
    with database.write(BY_BEN) as session:
        theme = Theme(workspace_id=shop[0], portfolio_id=shop[1], name="Speed")
        session.add(theme)
        session.flush()
        theme.name = "Trust"
    ((verb, _, _, after),) = told(database, since)
    assert (verb, after["name"]) == ("created", "Trust")


def test_what_a_column_held_is_told_also_where_it_was_not_read(database, shop):
    with database.write() as session:
        session.get_one(Epic, shop[2]).target = Decimal("65")
    since = last_event(database)
    with database.write(BY_BEN) as session:
        epic = session.scalars(select(Epic).options(load_only(Epic.key))).one()
        epic.target = Decimal("68")
    assert told(database, since) == [("changed", "epics", {"target": "65"}, {"target": "68"})]


def test_a_part_taken_out_of_what_it_belongs_to_is_told_as_removed(database, shop):
    with database.write() as session:
        project = Project(
            workspace_id=shop[0],
            portfolio_id=shop[1],
            code="PRJ-1",
            name="Checkout",
            created_at=MONDAY,
        )
        session.add(project)
        project.shares.append(
            ProjectShare(workspace_id=shop[0], value_stream_id=1, percent=Decimal(100))
        )
    since = last_event(database)
    assert [e.portfolio_id for e in events(database, since - 2)] == [shop[1], shop[1]]
    with database.write(BY_BEN) as session:
        project = session.get_one(Project, project.id)
        project.shares.clear()
    ((verb, noun, before, _),) = told(database, since)
    assert (verb, noun, before["percent"]) == ("removed", "project_shares", "100")


def test_what_is_undone_up_to_a_savepoint_is_not_told(database, shop):
    since = last_event(database)

    def breaks(session, epic):
        with session.begin_nested():
            epic.hypothesis = "Never"
            session.flush()
            raise KeyError

    with database.write(BY_BEN) as session:
        epic = session.get_one(Epic, shop[2])
        epic.title = "Before"
        session.flush()
        with pytest.raises(KeyError):
            breaks(session, epic)
        with session.begin_nested():
            epic.title = "After"
    (what,) = told(database, since)
    assert what[3] == {"title": "After"}


def test_a_change_of_what_only_serves_the_machine_is_not_told(database, shop):
    since = last_event(database)
    with database.write(BY_BEN) as session:
        epic = session.get_one(Epic, shop[2])
        epic.version += 1
        epic.portfolio.version += 1
        session.add(Work(workspace_id=shop[0], key="home:1", due_at=MONDAY))
    assert told(database, since) == []


def test_what_nobody_did_is_told_as_tacks_own(database, shop):
    since = last_event(database)
    with database.write() as session:
        session.get_one(Epic, shop[2]).title = "By itself"
    (event,) = events(database, since)
    assert (event.actor, event.source) == (None, "tack")


# statements that pass the session by


def in_bulk(session):
    session.execute(update(Epic).values(horizon=2))


def by_table(session):
    session.execute(
        insert(Theme.__table__), [{"workspace_id": 1, "portfolio_id": 1, "name": "S", "version": 1}]
    )


def by_its_connection(session):
    session.connection().execute(delete(Theme))


def by_hand(session):
    session.execute(text("UPDATE epics SET horizon = 3"))


@pytest.mark.parametrize("change", [in_bulk, by_table, by_its_connection, by_hand])
def test_a_change_in_bulk_that_is_not_told_is_undone(database, shop, change):
    since = last_event(database)
    with pytest.raises(UnrecordedChange), database.write(BY_BEN) as session:
        change(session)
    with database.read() as session:
        assert session.get_one(Epic, shop[2]).horizon is None
    assert last_event(database) == since
    with database.write(BY_BEN) as session:
        change(session)
        note(session, shop[0], "imports", 1, {"rows": 1}, portfolio_id=shop[1])
    (event,) = events(database, since)
    assert (event.noun, event.after, event.portfolio_id) == ("imports", '{"rows": 1}', shop[1])


def test_what_serves_the_machine_may_be_changed_in_bulk(database, shop):
    with database.write(BY_BEN) as session:
        session.execute(delete(Work))


def test_a_row_inserted_where_there_was_none_is_told_once(database, shop):
    since = last_event(database)
    for _ in range(2):
        with database.write(BY_BEN) as session:
            insert_new(session, Workspace, team_id="T2")
    (event,) = events(database, since)
    assert (event.verb, event.noun, event.number) == ("created", "workspaces", 1)


def test_a_history_is_told_by_the_acts_it_is_made_of(database, shop):
    since, earlier = last_event(database), MONDAY - timedelta(days=30)
    with database.write(BY_BEN) as session:
        epic = session.get_one(Epic, shop[2])
        epic.title = "First"
        with acting(session, Act(ANA, "/epic edit", earlier)):
            epic.title = "Second"
        epic.title = "Third"
    assert [(e.actor, e.source, e.at, json.loads(e.after)) for e in events(database, since)] == [
        (BEN, "/epic move", MONDAY, {"title": "First"}),
        (ANA, "/epic edit", earlier, {"title": "Second"}),
        (BEN, "/epic move", MONDAY, {"title": "Third"}),
    ]
    with database.read() as session:
        assert verifying.verify(session, shop[0]).broken is None


# both databases


def test_both_databases_hold_the_same_log(database):
    """Given the same changes, when they are read back, then every hash is the one pinned here."""
    at = datetime(2026, 10, 25, 1, 30, 0, 123456, tzinfo=UTC)
    with database.write(Act("U0ÄNA", "/epic \0propose 🎉", at)) as session:
        session.add(Workspace(team_id="T1"))
        told = {
            "name": "Ωmega “Shop” \\ 🎉\0",
            "share": Decimal("33.30"),
            "on": at.date(),
            "at": at,
        }
        note(session, 1, "imports", 7, told)
    with database.write(Act(None, "tack", at + timedelta(microseconds=1))) as session:
        session.get_one(Workspace, 1).team_id = "T2"
    with database.read() as session:
        assert verifying.verify(session, 1).broken is None
        head = verifying.head(session, 1)
    assert str(head) == "3:25fced47c9c150cdfdd0cb0898b3edefbedeb9003199b20c2a4ac755bd74a98e"


def test_writers_side_by_side_wait_for_each_other_and_never_for_ever(database, shop):
    """Given moves, proposals and set-ups at once, then all are done and the chain holds."""
    failed = []
    workspace_id, _, epic_id = shop

    def edits(n):
        with database.write(BY_BEN) as session:
            session.get_one(Epic, epic_id, with_for_update=True).title = f"Title {n}"

    def proposes(n):
        with database.write(BY_BEN) as session:
            an_epic(session, workspace_id, 1 + n % 2, request=f"r{n}")

    def sets_up(n):
        with database.write(BY_BEN) as session:
            stream = StreamSetup(name=f"S{n}", key_prefix=f"S{n}")
            setup = Setup(name=f"P{n}", currency="EUR", time_zone="UTC", streams=[stream])
            set_up(session, workspace_id, ANA, setup, MONDAY)

    def work(which):
        for n in range(which, 40, 8):
            try:
                (edits, proposes, sets_up)[n % 3](n)
            except Exception as error:
                failed.append(error)

    writers = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failed == []
    with database.read() as session:
        assert verifying.verify(session, workspace_id).broken is None
        head = session.scalars(select(AuditHead)).one()
        assert head.count == session.scalar(select(func.count(AuditEvent.id)))


@pytest.mark.only_on("postgresql")
def test_an_edit_does_not_wait_for_who_holds_the_workspace(database, shop):
    """Given someone who locks the workspace, as set-up does, then appending needs no lock of it."""
    _, _, epic_id = shop
    with database.write() as holder:
        holder.scalars(select(Workspace).with_for_update()).one()
        with database.write(BY_BEN) as session:
            session.get_one(Epic, epic_id).title = "Meanwhile"
    with database.read() as session:
        assert session.get_one(Epic, epic_id).title == "Meanwhile"
