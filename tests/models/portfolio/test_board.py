"""States of a board come, change and go, and something stays in flight. No database."""

from datetime import timedelta

import pytest
from sqlalchemy.orm.attributes import set_committed_value

from models.errors import FieldMistakes
from models.portfolio.board import (
    MOST_STATES,
    Board,
    BoardInUse,
    NeededState,
    NothingInFlight,
    StateInUse,
    StateShape,
    UnknownState,
)
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import State, StateKind
from models.portfolio.preset import LEAN_BOARD, PRESETS, USUAL_BOARD, preset_of
from tests.views.builders import MONDAY, a_portfolio

LATER = MONDAY + timedelta(days=3)


def a_board(preset=USUAL_BOARD, *given_up):
    """A board of those states, and those given up before."""
    portfolio = a_portfolio()
    set_committed_value(portfolio, "states", [])
    board = Board(portfolio)
    board.use_preset(preset)
    for number, state in enumerate(portfolio.states):
        state.id = number
    set_committed_value(portfolio, "all_states", [*portfolio.states, *given_up])
    return board


def named(board, name):
    return board.portfolio.state(name)


def names(board):
    return [each.name for each in sorted(board.portfolio.states, key=lambda s: s.position)]


def add(board, after, label, **shape):
    return board.add_state(named(board, after).id, StateShape(label=label, **shape))


def remove(board, name, **epics):
    epics = {"has_epics": False, "had_epics": False, **epics}
    return board.remove_state(named(board, name).id, LATER, **epics)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_every_preset_has_a_first_state_and_ends_and_commits_in_between(preset):
    board = a_board(preset)
    states = board.portfolio.states
    assert preset_of(states) is preset
    assert states[0].name == "funnel"
    assert not states[0].committed
    assert [s.name for s in states if s.kind is StateKind.DONE] == ["done"]
    assert board.portfolio.commitment_point is states[0]
    assert named(board, "implementing").committed


def test_another_preset_keeps_what_both_have_and_says_what_goes():
    board = a_board()
    kept = named(board, "implementing")
    gone = board.use_preset(LEAN_BOARD)
    assert [state.name for state in gone] == ["reviewing", "analyzing", "ready"]
    assert (kept.label, kept.position, kept.phased) == ("Doing", 1, False)


def test_a_preset_is_not_for_a_board_on_which_epics_stand():
    with pytest.raises(BoardInUse):
        a_board().use_preset(LEAN_BOARD, in_use=True)


def test_a_state_comes_behind_another_one_and_moves_the_rest_along():
    board = a_board()
    new = add(board, "funnel", "Sketching")
    assert names(board)[:3] == ["funnel", "sketching", "reviewing"]
    assert new.committed, "what follows is"
    assert not add(board, "funnel", "Waiting").phased


def test_before_the_commitment_point_a_new_state_commits_nobody():
    board = a_board()
    board.commit_on_leaving(named(board, "analyzing").id)
    assert not add(board, "funnel", "Sketching").committed


def test_a_new_state_has_a_name_of_its_own_to_be_typed():
    board = a_board()
    assert add(board, "ready", "Legal & risk").name == "legal-risk"
    set_committed_value(board.portfolio, "all_states", list(board.portfolio.states))
    assert add(board, "ready", "Legal risk").name == "legal-risk-2"
    assert add(board, "ready", "???").name == "state"


def test_a_state_that_was_given_up_comes_back_by_its_label():
    old = State(name="legal", label="Legal", kind=StateKind.ACTIVE, position=3, retired_at=MONDAY)
    board = a_board(USUAL_BOARD, old)
    again = add(board, "ready", "legal", kind=StateKind.WAIT)
    assert again is old
    assert (again.name, again.label, again.kind) == ("legal", "legal", StateKind.WAIT)
    assert (again.retired_at, again.position) == (None, 4)


@pytest.mark.parametrize(
    ("after", "label", "errors"),
    [
        ("ready", "READY", {"label": "There is already a state READY."}),
        ("ready", " ", {"label": "Give it a name of up to 40 characters."}),
        ("ready", "x" * 41, {"label": "Give it a name of up to 40 characters."}),
        ("done", "Later", {"after_id": "No state can come after Done."}),
    ],
)
def test_what_does_not_fit_on_the_board_is_said_at_its_field(after, label, errors):
    with pytest.raises(FieldMistakes) as refused:
        add(a_board(), after, label)
    assert refused.value.errors == errors


def test_a_board_has_an_end():
    board = a_board()
    for number in range(MOST_STATES - len(board.portfolio.states)):
        add(board, "ready", f"Step {number}")
    with pytest.raises(FieldMistakes):
        add(board, "ready", "One more")


def test_where_epics_end_a_state_stays_of_its_kind_and_takes_another_label():
    board = a_board()
    done = board.change_state(named(board, "done").id, StateShape(label="Closed"))
    assert (done.label, done.kind) == ("Closed", StateKind.DONE)
    ready = board.change_state(named(board, "ready").id, StateShape(label="Ready"))
    assert ready.kind is StateKind.ACTIVE


def test_the_judgement_of_an_mvp_is_asked_only_where_it_shows():
    board = a_board()
    asks = {"label": "Doing", "requires": [Requirement.MVP_JUDGED]}
    state = board.change_state(named(board, "implementing").id, StateShape(**asks, phased=True))
    assert state.requirements == [Requirement.MVP_JUDGED]
    assert board.change_state(state.id, StateShape(**asks)).requirements == []


def test_a_state_goes_for_good_unless_history_is_in_it():
    assert remove(a_board(), "ready").retired_at is None
    assert remove(a_board(), "ready", had_epics=True).retired_at == LATER


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("funnel", "Funnel stays: every idea begins there. You can give it another name."),
        ("done", "Done stays: epics are done there. You can give it another name."),
        (
            "stopped",
            "Stopped stays: stopped epics go there. You can give it another name.",
        ),
    ],
)
def test_where_ideas_begin_and_epics_end_stays(name, why):
    with pytest.raises(NeededState) as refused:
        remove(a_board(), name)
    assert refused.value.sentence == why


def test_a_state_in_which_epics_stand_stays():
    with pytest.raises(StateInUse) as refused:
        remove(a_board(), "ready", has_epics=True)
    assert refused.value.sentence == (
        "There are still epics in Ready. Move them on first; /epic list ready shows them."
    )


def test_something_stays_in_flight():
    board = a_board(LEAN_BOARD)
    with pytest.raises(NothingInFlight):
        remove(board, "implementing")
    with pytest.raises(NothingInFlight):
        board.commit_on_leaving(named(board, "implementing").id)


def test_leaving_the_commitment_point_commits_up_to_done():
    board = a_board()
    board.commit_on_leaving(named(board, "analyzing").id)
    committed = [state.name for state in board.portfolio.states if state.committed]
    assert committed == ["ready", "implementing"]


def test_a_state_that_is_gone_is_said_to_be():
    with pytest.raises(UnknownState):
        a_board().state(404)
