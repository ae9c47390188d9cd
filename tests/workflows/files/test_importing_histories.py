import json
from datetime import UTC, datetime
from itertools import islice

import pytest
from sqlalchemy import func, select, text

from bot.workflows.files.importing.histories import import_part, parts_of, staged_items
from models.audit.audit import AuditEvent
from models.epics.epic import Epic, Transition
from models.files.histories import read_items
from models.people.workspace import Workspace
from models.portfolio.portfolio import ValueStream
from tests.models.files.test_histories import files

NOW = datetime(2026, 5, 18, 9, tzinfo=UTC)


@pytest.fixture
def workspace_id(database):
    with database.write() as session:
        workspace = Workspace(team_id="T1")
        session.add(workspace)
        session.flush()
        return workspace.id


def test_an_epic_comes_in_with_its_clocks_key_and_state(database, workspace_id, tmp_path):
    moves = ["A,Idea,2026-01-01", "A,Draft,2026-01-02", "A,Final,2026-01-09", "A,Draft,2026-02-01"]
    found = read_items(*files(tmp_path, ["s,A,Pay by bank,Payments"], moves))
    with staged_items(database, found) as staged, database.write(by=staged) as session:
        report = import_part(session, workspace_id, "P", *parts_of(found), NOW)
    assert (report.items_added, report.transitions_added) == (1, 4)
    assert report.oddities == {"left done": 1, "skipped a state": 2}
    with database.read() as session:
        epic = session.scalars(select(Epic)).one()
        assert (epic.key, epic.state.name, epic.value_stream.name) == (
            "PAY-1",
            "analyzing",
            "Payments",
        )
        assert epic.committed_at == datetime(2026, 1, 2, tzinfo=UTC)
        assert epic.done_at == datetime(2026, 1, 9, tzinfo=UTC)


def test_a_grown_file_adds_only_what_is_new(database, workspace_id, tmp_path):
    first, second = "A,Idea,2026-01-01", "A,Draft,2026-01-02"
    for moves in ([first], [first, second]):
        found = read_items(*files(tmp_path, ["s,A,Pay by bank,Payments"], moves))
        with staged_items(database, found) as staged, database.write(by=staged) as session:
            report = import_part(session, workspace_id, "P", *parts_of(found), NOW)
    assert (report.items_added, report.transitions_added) == (0, 1)
    with database.read() as session:
        assert session.scalars(select(Epic)).one().state.name == "analyzing"


def test_a_history_of_a_stream_that_was_merged_away_comes_in_to_its_successor(
    database, workspace_id, tmp_path
):
    items, moves = ["s,A,Pay,Payments", "s,B,Greet,Onboarding"], ["A,Idea,2026-01-01"]
    for more in ([], ["s,C,Wallet,Payments"]):
        every = [*moves, "B,Idea,2026-01-01", *(["C,Idea,2026-01-02"] if more else [])]
        found = read_items(*files(tmp_path, [*items, *more], every))
        with staged_items(database, found) as staged, database.write(by=staged) as session:
            import_part(session, workspace_id, "P", *parts_of(found), NOW)
            named = {stream.name: stream for stream in session.scalars(select(ValueStream))}
            named["Payments"].ended_at = NOW
            named["Payments"].merged_into_id = named["Onboarding"].id
    with database.read() as session:
        wallet = session.scalars(select(Epic).where(Epic.title == "Wallet")).one()
        assert (wallet.value_stream.name, wallet.key) == ("Onboarding", "ONB-2")


def test_an_import_that_is_interrupted_leaves_nothing(database, workspace_id, tmp_path):
    found = read_items(*files(tmp_path, ["s,A,x,P"], ["A,Idea,2026-01-01"]))

    def interrupted():
        with staged_items(database, found) as staged, database.write(by=staged) as session:
            import_part(session, workspace_id, "P", *parts_of(found), NOW)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Transition)) == 0
        assert session.scalar(select(func.count()).select_from(Epic)) == 0


def many(folder):
    """Seven epics of two streams with three moves each, as files."""
    items = [f"s,E{n},Idea {n},{('Payments', 'Onboarding')[n % 2]}" for n in range(7)]
    days = ((1, "Idea"), (2, "Draft"), (3, "Final"))
    moves = [f"E{n},{status},2026-01-{day:02}" for n in range(7) for day, status in days]
    return read_items(*files(folder, items, moves))


def stored(database):
    """Each epic's key, where it stands, and its moves."""
    with database.read() as session:
        rows = session.execute(
            select(Epic.source_id, Epic.key, Epic.state_id, Transition.at, Transition.to_state_id)
            .join(Transition, Transition.epic_id == Epic.id)
            .order_by(Epic.id, Transition.id)
        )
        return [tuple(row) for row in rows]


def bring_in(database, workspace_id, found, parts):
    reports = []
    with staged_items(database, found) as staged:
        for part in parts:
            with database.write(by=staged) as session:
                reports.append(import_part(session, workspace_id, "P", part, NOW))
    return reports


@pytest.mark.parametrize("most", [1, 4, 7, 20, 21, 1_000])
def test_parts_are_all_items_in_their_order_with_the_places_of_their_moves(tmp_path, most):
    found = many(tmp_path)
    parts = list(parts_of(found, most))
    assert [item for part in parts for item in part.items] == found
    assert [part.number for part in parts] == [*range(1, len(parts) + 1)]
    last = 0
    for part in parts:
        count = sum(len(item.moves) for item in part.items)
        assert part.places == (last + 1, last + count)
        assert count < most + 3
        last = part.places[1]


def test_after_a_part_that_took_long_the_next_are_smaller(tmp_path):
    parts = parts_of(many(tmp_path), 2_000)
    parts.took(0.4)
    assert parts.most == 2_000
    for _ in range(9):
        parts.took(0.6)
    assert parts.most == 250
    small, sizes = parts_of(many(tmp_path), 12), []
    for part in small:
        sizes.append(len(part.items))
        small.most = 3
    assert sizes == [4, 1, 1, 1]


def test_a_history_in_parts_is_the_same_as_in_one_and_each_part_is_told(
    database, workspace_id, tmp_path
):
    found = many(tmp_path)
    reports = bring_in(database, workspace_id, found, parts_of(found, 7))
    assert [(r.items_added, r.transitions_added) for r in reports] == [
        (2, 6),
        (2, 6),
        (2, 6),
        (1, 3),
    ]
    whole = stored(database)
    assert [row[0] for row in whole[::3]] == [f"E{n}" for n in range(7)]
    assert whole[0][1:2] + whole[-1][1:2] == ("PAY-1", "PAY-4")
    with database.read() as session:
        events = select(AuditEvent.after).where(AuditEvent.noun == "imports")
        told = [json.loads(after) for after in session.scalars(events.order_by(AuditEvent.number))]
    assert [(each["part"], each["epics"]) for each in told] == [
        ("epics 1 to 2 of 7", 2),
        ("epics 3 to 4 of 7", 2),
        ("epics 5 to 6 of 7", 2),
        ("epics 7 to 7 of 7", 1),
    ]


def test_what_was_interrupted_between_parts_goes_on_when_it_is_done_again(
    database, workspace_id, tmp_path
):
    found = many(tmp_path)
    bring_in(database, workspace_id, found, islice(parts_of(found, 7), 2))
    begun = stored(database)
    reports = bring_in(database, workspace_id, found, parts_of(found))
    assert [(r.items_added, r.items_known_before) for r in reports] == [(3, 4)]
    assert stored(database)[: len(begun)] == begun
    assert [row[0] for row in stored(database)[::3]] == [f"E{n}" for n in range(7)]
    again = bring_in(database, workspace_id, found, parts_of(found, 7))
    assert sum(r.items_added + r.transitions_added for r in again) == 0


@pytest.mark.only_on("postgresql")
def test_postgresql_knows_how_much_there_is_after_an_import(database, workspace_id, tmp_path):
    found = many(tmp_path)
    bring_in(database, workspace_id, found, parts_of(found))
    counts = text(
        "SELECT relname, reltuples FROM pg_class"
        " WHERE oid IN ('epics'::regclass, 'transitions'::regclass)"
    )
    with database.read() as session:
        assert dict(session.execute(counts).all()) == {"epics": 7, "transitions": 21}
