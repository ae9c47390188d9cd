"""What a move asks for, what refuses it, and where the way ends."""

from decimal import Decimal

import pytest

from models.epics.column import (
    Column,
    NotTesting,
    UnknownStateName,
    column_and_reason,
    persevering_column,
)
from models.epics.limit import FullPlace
from models.epics.obstacles import Move, NotYet, Obstacles, Override
from models.epics.stop import LONGEST, CannotStop, NoStop, Stop, stopped_state
from models.errors import AlreadyThere, FieldMistakes, ReasonMissing
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import Phase
from models.themes.theme import Theme
from tests.views.builders import BEN, MONDAY, a_portfolio, an_epic

NOTHING = Obstacles()
LACKS = Obstacles([Requirement.KILL_THRESHOLD, Requirement.MVP_COST])
FULL = Obstacles(full=[FullPlace("Payments", None, 5, 5, "PAY-9")])


def a_move(state, to, *, phase=None, reason=None, obstacles=NOTHING, stands=None):
    epic = an_epic(state, phase=stands)
    return Move(epic, Column.entered(epic.portfolio.state(to), phase), reason, obstacles)


@pytest.mark.parametrize("phase", [None, Phase.DELIVERING])
def test_an_epic_does_not_move_to_where_it_is(phase):
    epic = an_epic("implementing", phase=Phase.DELIVERING)
    with pytest.raises(AlreadyThere, match="PAY-12 is already in Delivering"):
        epic.move(epic.state, BEN, None, MONDAY, phase)
    assert epic.version == 1


def test_it_moves_between_the_columns_of_one_state():
    epic = an_epic("implementing", phase=Phase.DELIVERING)
    epic.move(epic.state, BEN, None, MONDAY, Phase.TESTING)
    assert epic.column_label == "Testing the MVP"


@pytest.mark.parametrize(
    ("typed", "label", "reason"),
    [
        ("ready", "Ready", None),
        ("Ready it is clear", "Ready", "it is clear"),
        ("implementing", "Implementing", None),
        ("testing the mvp  we agreed", "Testing the MVP", "we agreed"),
        ("delivering", "Delivering", None),
        ("Due Diligence", "Due diligence", None),
        ("analyzing now", "Due diligence", "now"),
    ],
)
def test_a_state_is_named_first_by_its_name_or_its_label(typed, label, reason):
    portfolio = a_portfolio()
    portfolio.state("analyzing").label = "Due diligence"
    column, said = column_and_reason(portfolio, typed)
    assert (column.label, said) == (label, reason)


def test_another_word_is_answered_with_the_states_there_are():
    with pytest.raises(UnknownStateName) as refused:
        column_and_reason(a_portfolio(), "soon")
    assert refused.value.sentence == (
        "There is no state “soon”. The states are Funnel, Reviewing, Analyzing, Ready, "
        "Testing the MVP, Delivering, Done, Stopped."
    )


def test_a_state_that_is_mistyped_is_asked_about():
    with pytest.raises(UnknownStateName, match=r"“revewing it”\. Did you mean Reviewing\? The"):
        column_and_reason(a_portfolio(), "revewing it")


def test_what_was_stopped_says_why_it_goes_on():
    with pytest.raises(ReasonMissing, match="why it is taken up again"):
        a_move("stopped", "ready", reason=" ").check_reason()
    a_move("stopped", "ready", reason="the law has changed").check_reason()
    a_move("done", "ready").check_reason()


def test_only_what_tests_its_mvp_perseveres():
    epic = an_epic("implementing", phase=Phase.TESTING)
    assert persevering_column(epic).label == "Delivering"
    for state, phase in (("ready", None), ("implementing", Phase.DELIVERING), ("done", None)):
        epic = an_epic(state, phase=phase)
        with pytest.raises(NotTesting) as refused:
            persevering_column(epic)
        assert refused.value.sentence == (
            f"PAY-12 is now in {epic.column_label}, so its MVP is not being tested."
        )


# Obstacles and overrides


def test_a_move_that_is_refused_says_what_is_missing_and_what_mends_it():
    refused = NotYet(a_move("reviewing", "analyzing", obstacles=LACKS), may_override=False)
    assert refused.sentence == (
        "PAY-12 stays in Reviewing. "
        "2 answers open before analysis: the stop line, the cost of the MVP."
    )
    assert (refused.fields_open, refused.needs_answer, refused.may_override) == (2, False, False)
    answer = Obstacles([Requirement.ANSWER, Requirement.OWNER])
    idea = NotYet(a_move("funnel", "reviewing", obstacles=answer), may_override=True)
    assert (idea.fields_open, idea.needs_answer, idea.may_override) == (1, True, True)


@pytest.mark.parametrize("obstacles", [LACKS, FULL])
@pytest.mark.parametrize("reason", [None, "", "  "])
def test_what_passes_an_obstacle_says_why(obstacles, reason):
    with pytest.raises(ReasonMissing) as refused:
        a_move("reviewing", "analyzing", obstacles=obstacles, reason=reason).check_reason()
    said = "Say why you override: the next digest shows it."
    assert refused.value.errors == {"reason": said}
    a_move("reviewing", "analyzing", obstacles=obstacles, reason="the law").check_reason()


def test_with_nothing_in_the_way_nothing_has_to_be_said():
    a_move("reviewing", "analyzing").check_reason()


@pytest.mark.parametrize(
    ("state", "stands", "perseveres"),
    [("implementing", Phase.TESTING, True), ("ready", None, True), ("done", None, False)],
)
def test_delivering_is_reached_by_persevering_but_for_what_was_done(state, stands, perseveres):
    move = a_move(state, "implementing", phase=Phase.DELIVERING, stands=stands)
    assert move.perseveres is perseveres
    if perseveres:
        with pytest.raises(
            ReasonMissing, match="Say in a sentence why it perseveres after its MVP"
        ):
            move.check_reason()
    else:
        move.check_reason()


def test_an_override_keeps_what_was_passed_in_whose_role_and_why():
    move = a_move("reviewing", "analyzing", obstacles=FULL, reason="the law changes in July")
    step = move.epic.move(move.to.state, BEN, move.reason, MONDAY)
    step.id = 3
    kept = Override.of(move, step, "council")
    assert (kept.epic_id, kept.transition_id, kept.role) == (12, 3, "council")
    assert (kept.by_user_id, kept.reason, kept.at) == (BEN, "the law changes in July", MONDAY)
    assert kept.passed == [
        "Payments has 5 of 5 in flight; a place opens when PAY-9 is done or stopped"
    ]


# Stopping


def test_a_stop_keeps_why_and_what_was_learned():
    epic = an_epic("reviewing")
    why = Stop.read({"reason": " too dear ", "learned": " the bank page is trusted "})
    step = epic.stop(stopped_state(epic.portfolio.states), why, BEN, MONDAY)
    assert (epic.column_label, step.reason, step.learned) == (
        "Stopped",
        "too dear",
        "the bank page is trusted",
    )
    assert Stop.read({"reason": "too dear", "learned": "  "}).learned is None


@pytest.mark.parametrize(
    ("reason", "learned", "errors"),
    [
        ("  ", None, {"reason": "Say in a sentence why it stops: everybody reads it."}),
        ("x" * (LONGEST + 1), None, {"reason": "Up to 500 characters, please; this has 501."}),
        ("x", "y" * (LONGEST + 1), {"learned": "Up to 500 characters, please; this has 501."}),
    ],
)
def test_a_stop_needs_a_reason_and_neither_text_is_a_novel(reason, learned, errors):
    with pytest.raises(FieldMistakes) as refused:
        Stop.read({"reason": reason, "learned": learned})
    assert refused.value.errors == errors


@pytest.mark.parametrize("state", ["done", "stopped"])
def test_what_has_ended_is_not_stopped(state):
    epic = an_epic(state)
    with pytest.raises(CannotStop) as refused:
        epic.stop(epic.portfolio.state("stopped"), Stop(reason="too dear"), BEN, MONDAY)
    assert refused.value.sentence == (
        f"PAY-12 is already in {state.capitalize()}, so there is nothing to stop."
    )


def test_a_board_without_a_state_for_it_stops_nothing():
    states = [each for each in a_portfolio().states if each.name != "stopped"]
    with pytest.raises(NoStop, match="This portfolio has no state for stopped epics"):
        stopped_state(states)


SAME = ("value_stream", "owner_user_id", "theme", "indicator", "baseline", "target", "for_whom")


def test_a_successor_has_the_stream_owner_theme_and_figure_of_what_it_goes_on_from():
    figures = {"indicator": "Completion, %", "baseline": Decimal(61), "target": Decimal(68)}
    epic = an_epic("implementing", for_whom="Returning customers", **figures)
    epic.owner_user_id, epic.theme = BEN, Theme(name="Fewer abandoned purchases")
    successor = epic.succeed("PAY-13", MONDAY)
    assert [getattr(successor, name) for name in SAME] == [getattr(epic, name) for name in SAME]
    assert None not in [getattr(successor, name) for name in SAME]
    assert (successor.restricted, successor.hypothesis) == (epic.restricted, None)
