import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from bot.workflows.files.importing.histories import BadRow, import_items, read_items, staged_items
from models.epics.epic import Epic, Transition
from models.errors import Mistake
from models.people.workspace import Workspace
from models.portfolio.portfolio import ValueStream

NOW = datetime(2026, 5, 18, 9, tzinfo=UTC)
MAPPING = {"Draft": "analyzing", "Idea": "funnel", "Final": "done", "Dropped": "stopped"}


@pytest.fixture
def workspace_id(database):
    with database.write() as session:
        workspace = Workspace(team_id="T1")
        session.add(workspace)
        session.flush()
        return workspace.id


def files(folder, items, transitions):
    """Three files as a source would write them."""
    (folder / "items.csv").write_text("source,id,title,value_stream\n" + "\n".join(items))
    (folder / "transitions.csv").write_text("id,to_status,at\n" + "\n".join(transitions))
    states = {status: {"state": state} for status, state in MAPPING.items()}
    (folder / "mapping.json").write_text(json.dumps({"status_to_state": states}))
    return [folder / name for name in ("items.csv", "transitions.csv", "mapping.json")]


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


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_are_read_as_spreadsheets_save_them(tmp_path, encoding, delimiter):
    paths = files(tmp_path, ["s,A,Größe wählen,Payments", ""], ["A,Idea,2026-01-01"])
    for path in paths[:2]:
        path.write_bytes(path.read_text().replace(",", delimiter).encode(encoding))
    (found,) = read_items(*paths)
    assert (found.title, len(found.moves)) == ("Größe wählen", 1)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "items.csv: The file is empty."),
        (b"PK\x03\x04zip", "items.csv: This is a spreadsheet itself, not a CSV file."),
        (
            b"id,name\nA,x\n",
            "items.csv, line 1: the column source is missing; there are: id, name.",
        ),
    ],
)
def test_a_file_that_is_no_such_table_is_one_sentence(tmp_path, content, sentence):
    paths = files(tmp_path, [], ["A,Idea,2026-01-01"])
    paths[0].write_bytes(content)
    with pytest.raises(Mistake) as told:
        read_items(*paths)
    assert told.value.sentence.startswith(sentence)
    assert told.value.sentence.endswith("Nothing was imported.")


@pytest.mark.parametrize("content", [b"\xff\xfe{", b"[]", b'{"status_to_state": ["Draft"]}'])
def test_a_mapping_that_is_none_says_what_it_should_be(tmp_path, content):
    paths = files(tmp_path, ["s,A,x,P"], ["A,Idea,2026-01-01"])
    paths[2].write_bytes(content)
    with pytest.raises(Mistake, match=r"mapping\.json should say status_to_state"):
        read_items(*paths)


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


@pytest.mark.parametrize(
    ("items", "moves", "sentence"),
    [
        (["s,A,x,P"], ["A,Lost,2026-01-01"], 'transitions.csv, line 2: status "Lost" is not in'),
        (["s,A,x,P"], ["A,Idea,soon"], 'transitions.csv, line 2: "soon" is not a moment'),
        (["s,A,x,P", "s,A,x,P"], ["A,Idea,2026-01-01"], "items.csv, line 3: A is in the file twi"),
        (["s,A,x,P"], ["A,Idea,2026-01-01", "B,Idea,2026-01-01"], "line 3: B is not in items.csv"),
        (["s,A,,P"], ["A,Idea,2026-01-01"], "items.csv, line 2: title is empty"),
        (["s,A,x,P"], [], "items.csv, line 2: A has no row in transitions.csv"),
    ],
)
def test_a_bad_row_is_named_by_file_line_and_reason(tmp_path, items, moves, sentence):
    with pytest.raises(BadRow, match="Nothing was imported") as refused:
        read_items(*files(tmp_path, items, moves))
    assert sentence in refused.value.sentence


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
