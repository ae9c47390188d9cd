"""Histories out of files: read as they were saved, and refused by file, line and reason."""

import json
from datetime import UTC, datetime

import pytest

from models.errors import Mistake
from models.files.days import Today
from models.files.histories import MOST_MOVES, read_items
from models.files.table import BadRows
from models.flow.flow import Move

MAPPING = {"Draft": "analyzing", "Idea": "funnel", "Final": "done", "Dropped": "stopped"}


def files(folder, items, transitions, also=""):
    """Three files as a source would write them; `also` names more columns of items."""
    (folder / "items.csv").write_text(f"source,id,title,value_stream{also}\n" + "\n".join(items))
    (folder / "transitions.csv").write_text("id,to_status,at\n" + "\n".join(transitions))
    states = {status: {"state": state} for status, state in MAPPING.items()}
    (folder / "mapping.json").write_text(json.dumps({"status_to_state": states}))
    return [folder / name for name in ("items.csv", "transitions.csv", "mapping.json")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_are_read_as_spreadsheets_save_them(tmp_path, encoding, delimiter):
    paths = files(tmp_path, ["s,A,Größe wählen,Payments", ""], ["A,Idea,2026-01-01"])
    for path in paths[:2]:
        path.write_bytes(path.read_text().replace(",", delimiter).encode(encoding))
    (found,) = read_items(*paths)
    assert (found.title, len(found.moves)) == ("Größe wählen", 1)


@pytest.mark.parametrize("mapped", ["utf-8", "cp1250"])
def test_every_file_is_read_by_the_encoding_that_is_named_and_says_by_which(tmp_path, mapped):
    paths = files(tmp_path, ["s,A,Żółty,Płatności"], ["A,Gotowe ł,2026-01-01"])
    states = {"status_to_state": {"Gotowe ł": {"state": "done"}}}
    paths[2].write_text(json.dumps(states, ensure_ascii=False), encoding=mapped)
    for path in paths[:2]:
        path.write_bytes(path.read_text().encode("cp1250"))
    said = {}
    (found,) = read_items(*paths, encoding="cp1250", read_as=said.__setitem__)
    assert (found.title, found.moves[0].to_state) == ("Żółty", "done")
    polish = "Windows Central European"
    json_as = "UTF-8" if mapped == "utf-8" else polish
    assert said == {"items.csv": polish, "transitions.csv": polish, "mapping.json": json_as}


def test_names_and_statuses_are_the_same_however_they_are_composed(tmp_path):
    paths = files(
        tmp_path, ["s,A,Zu\u0308rich\u200b,Zu\u0308rich"], ["A,Entwu\u0308rfe,2026-01-01"]
    )
    states = {"status_to_state": {"Entw\u00fcrfe": {"state": "done"}}}
    paths[2].write_text(json.dumps(states))
    (found,) = read_items(*paths)
    assert (found.title, found.value_stream) == ("Z\u00fcrich", "Z\u00fcrich")
    assert found.moves[0].to_state == "done"


def test_a_history_of_more_rows_than_are_taken_is_one_sentence(tmp_path):
    paths = files(tmp_path, ["s,A,Wallet,Payments"], [])
    paths[1].write_bytes(b"id,to_status,at\n" + b"A,\n" * (MOST_MOVES + 1))
    with pytest.raises(Mistake) as told:
        read_items(*paths)
    assert told.value.sentence.startswith(
        "transitions.csv: The file has more than 1,000,000 rows, the most that Tack takes at once."
    )
    assert told.value.sentence.endswith("Nothing was imported.")


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
    with pytest.raises(BadRows, match="Nothing was imported") as refused:
        read_items(*files(tmp_path, items, moves))
    assert sentence in refused.value.sentence


@pytest.mark.parametrize(
    "moves",
    [
        ["A,Idea,2026-01-01", "A,Draft,2026-01-02", "A,Final,2026-01-02"],
        ["A,Final,2026-01-02", "A,Draft,2026-01-02", "A,Idea,2026-01-01"],
    ],
)
def test_moves_of_one_moment_are_read_in_the_direction_of_the_file(tmp_path, moves):
    (found,) = read_items(*files(tmp_path, ["s,A,x,P"], moves))
    assert [move.to_state for move in found.moves] == ["funnel", "analyzing", "done"]


def test_an_item_of_one_moment_takes_the_direction_of_the_others(tmp_path):
    moves = ["B,Final,2026-01-02", "B,Idea,2026-01-01", "A,Final,2026-01-01", "A,Idea,2026-01-01"]
    found = read_items(*files(tmp_path, ["s,A,x,P", "s,B,y,P"], moves))
    assert [[move.to_state for move in item.moves] for item in found] == [["funnel", "done"]] * 2


def test_an_item_without_a_transition_stands_where_it_does_since_it_was_made(tmp_path):
    items = ["s,A,x,P,2026-01-01,Draft", "s,B,y,P,2026-01-02T09:00:00+02:00,"]
    first, second = read_items(*files(tmp_path, items, [], ",created_at,current_status"))
    assert first.moves == [Move("analyzing", datetime(2026, 1, 1, tzinfo=UTC))]
    assert second.moves == [Move("funnel", datetime(2026, 1, 2, 7, tzinfo=UTC))]


@pytest.mark.parametrize(
    ("items", "moves", "sentence"),
    [
        (["s,A,x,P,2026-04-01,"], ["A,Idea,2026-04-02"], "transitions.csv, line 2: “2026-04-02” i"),
        (["s,A,x,P,2026-04-02,"], [], "items.csv, line 2: “2026-04-02” is in the future"),
        (["s,A,x,P,,"], [], "A has no row in transitions.csv, and no created_at"),
        (["s,A,x,P,2026-04-01,Lost"], [], 'items.csv, line 2: status "Lost" is not in the mapping'),
    ],
)
def test_what_cannot_have_been_is_named_by_its_row(tmp_path, items, moves, sentence):
    today = Today.of(datetime(2026, 3, 31, 22, tzinfo=UTC), "Europe/Berlin")
    paths = files(tmp_path, items, moves, ",created_at,current_status")
    with pytest.raises(BadRows) as refused:
        read_items(*paths, today=today)
    assert sentence in refused.value.sentence
