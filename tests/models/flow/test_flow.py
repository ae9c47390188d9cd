from datetime import UTC, datetime, timedelta

import pytest

from models.flow.flow import Board, History, Load, Move, Standing, StreamChange, over_since

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


@pytest.mark.parametrize(
    ("count", "most", "said", "over"),
    [
        (3, None, "3", 0),
        (4, 5, "4 of 5", 0),
        (5, 5, "5 of 5, full", 0),
        (6, 5, "6 of 5, over by 1", 1),
        (0, 0, "0 of 0, full", 0),
    ],
)
def test_a_load_is_said_against_its_limit(count, most, said, over):
    assert (Load(count, most).said, Load(count, most).over) == (said, over)


def days(number: int) -> datetime:
    return DAY_0 + timedelta(days=number)


def stays(began: int, ended: int | None = None) -> History:
    """In progress in Payments from one day to another."""
    moves = [Move("ready", days(began))]
    return History("Payments", moves + ([Move("done", days(ended))] if ended is not None else []))


@pytest.mark.parametrize(
    ("histories", "since"),
    [
        ([stays(0), stays(3)], None),
        ([stays(0), stays(3), stays(5)], 5),
        ([stays(0), stays(3), stays(5, 6), stays(8)], 8),
        ([stays(0, 9), stays(3), stays(5)], None),
        ([stays(0), stays(3), stays(5), stays(7), stays(8, 9)], 5),
        ([stays(0), stays(3), stays(20)], None),
    ],
)
def test_a_stream_is_over_its_limit_since_it_last_went_past_it(histories, since):
    expected = days(since) if since is not None else None
    assert over_since(histories, "Payments", 2, days(10)) == expected


def test_an_epic_counts_in_a_stream_from_its_change_until_the_next():
    came = History(
        "Payments", [Move("ready", days(0))], [StreamChange("Search", "Payments", days(4))]
    )
    left = History(
        "Search", [Move("ready", days(0))], [StreamChange("Payments", "Search", days(6))]
    )
    assert over_since([came, left], "Payments", 1, days(5)) == days(4)
    assert over_since([came, left], "Payments", 1, days(7)) is None


def test_a_board_sums_what_stood_in_each_state_column_and_stream():
    board = Board.of(
        days(3),
        [
            Standing("implementing", "testing", "Payments", 2),
            Standing("implementing", "delivering", "Search", 1),
            Standing("ready", None, "Payments", 4),
            Standing("done", None, "Payments", 8),
        ],
    )
    assert (board.as_of, board.items_known, board.wip_total) == (days(3), 15, 7)
    assert (board.count_per_state["implementing"], board.count_per_state["funnel"]) == (3, 0)
    assert board.count_per_column == {"testing": 2, "delivering": 1}
    assert board.wip_per_value_stream == {"Payments": 6, "Search": 1}
