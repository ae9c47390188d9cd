from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from bot.workflows.files.importing.histories import import_items, staged_items
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
        report = import_items(session, workspace_id, "P", found, NOW)
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
            report = import_items(session, workspace_id, "P", found, NOW)
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
            import_items(session, workspace_id, "P", found, NOW)
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
            import_items(session, workspace_id, "P", found, NOW)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Transition)) == 0
        assert session.scalar(select(func.count()).select_from(Epic)) == 0
