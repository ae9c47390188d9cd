import csv
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.flow import History, Move, board_at

DAY_0 = datetime(2026, 3, 5, 9, tzinfo=UTC)


def a_history(*states: str) -> History:
    """One move a day, from day 0."""
    return History("Payments", [Move(s, DAY_0 + timedelta(days=i)) for i, s in enumerate(states)])


def test_an_epic_is_unknown_before_its_first_move():
    assert a_history("funnel").state_at(DAY_0 - timedelta(seconds=1)) is None


def test_a_move_counts_from_its_very_moment():
    assert a_history("funnel", "reviewing").state_at(DAY_0 + timedelta(days=1)) == "reviewing"


def test_age_runs_from_the_first_commitment_also_after_a_move_back():
    epic = a_history("funnel", "reviewing", "funnel", "analyzing")
    assert epic.age_days(DAY_0 + timedelta(days=11)) == 10.0


@pytest.mark.parametrize("ends_in", ["funnel", "done", "stopped"])
def test_what_is_not_in_progress_has_no_age(ends_in):
    assert a_history("reviewing", ends_in).age_days(DAY_0 + timedelta(days=9)) is None


def test_reopening_moves_neither_commitment_nor_done():
    epic = a_history("analyzing", "done", "analyzing", "done")
    assert (epic.committed_at(), epic.done_at()) == (DAY_0, DAY_0 + timedelta(days=1))


@pytest.mark.parametrize("source", ["python-peps", "kubernetes-keps"])
def test_the_board_of_a_real_portfolio_equals_its_reference(source, real_data):
    folder = real_data / source
    reference = json.loads((folder / "reference.json").read_text())
    histories = real_histories(folder)
    assert len(reference["as_of"]) == 3
    for expected in reference["as_of"]:
        board = board_at(histories, datetime.fromisoformat(expected["as_of"]))
        assert board.items_known == expected["items_known"]
        assert board.count_per_state == expected["count_per_state"]
        assert board.wip_total == expected["wip_total"]
        assert board.wip_per_value_stream == expected["wip_per_value_stream"]


def real_histories(folder: Path) -> list[History]:
    state_of = json.loads((folder / "mapping.json").read_text())["status_to_state"]
    moves = defaultdict(list)
    with (folder / "transitions.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["at"])
            moves[row["id"]].append(Move(state_of[row["to_status"]]["state"], at))
    with (folder / "items.csv").open(newline="") as file:
        return [
            History(row["value_stream"], sorted(moves[row["id"]], key=lambda move: move.at))
            for row in csv.DictReader(file)
        ]
