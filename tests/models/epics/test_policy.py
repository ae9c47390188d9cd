"""What an epic must have to go on, where it stands, and when a place is full. No database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from models.epics.column import Column, columns, next_column
from models.epics.limit import FullPlace, covers
from models.epics.obstacles import Move, NotYet, Obstacles
from models.epics.policy import lacks_before, passed_over, phrases
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import Phase, WipLimit
from tests.views.builders import MONDAY, a_portfolio, an_epic

REVIEW = (
    Requirement.INDICATOR,
    Requirement.BASELINE,
    Requirement.TARGET,
    Requirement.TARGET_ON,
    Requirement.KILL_THRESHOLD,
    Requirement.MVP_COST,
)
REVIEWED = {
    "indicator": "Completion",
    "baseline": Decimal(0),
    "target": Decimal(68),
    "target_on": date(2026, 9, 30),
    "kill_threshold": "below 63 %",
    "mvp_cost_minor": 0,
}


def lacks(epic, to, *, scales=False):
    portfolio = epic.portfolio
    return tuple(lacks_before(epic, portfolio.states, portfolio.state(to), MONDAY, scales=scales))


@pytest.mark.parametrize(
    ("left", "to", "asked"),
    [
        ("funnel", "reviewing", ["funnel"]),
        ("funnel", "ready", ["funnel", "reviewing", "analyzing"]),
        ("reviewing", "done", ["reviewing", "analyzing", "ready", "implementing"]),
        ("ready", "funnel", []),
        ("ready", "stopped", []),
        ("stopped", "ready", []),
        ("done", "implementing", []),
    ],
)
def test_forward_every_state_passed_over_is_asked_and_else_none(left, to, asked):
    portfolio = a_portfolio()
    states = passed_over(portfolio.states, portfolio.state(left), portfolio.state(to))
    assert [state.name for state in states] == asked


def test_the_funnel_asks_for_a_yes_an_owner_and_a_theme_or_why_there_is_none():
    idea = an_epic(owner_user_id=None)
    assert lacks(idea, "reviewing") == (Requirement.ANSWER, Requirement.OWNER, Requirement.THEME)
    idea.answered_at = MONDAY
    assert Requirement.ANSWER in lacks(idea, "reviewing")  # answered, not yet with a yes
    idea.accepted_at, idea.owner_user_id = MONDAY, "U0ANA"
    idea.theme_none_because = "the law asks for it"
    assert lacks(idea, "reviewing") == ()


def test_zero_is_an_answer_and_nothing_is_not():
    epic = an_epic("reviewing")
    assert lacks(epic, "analyzing") == REVIEW
    for name, value in REVIEWED.items():
        setattr(epic, name, value)
    assert lacks(epic, "analyzing") == ()
    epic.indicator = ""
    assert lacks(epic, "analyzing") == (Requirement.INDICATOR,)


def test_skipping_states_asks_each_thing_once_in_their_order():
    portfolio = a_portfolio()
    portfolio.state("analyzing").exit_requires = ["mvp_cost", "full_cost"]
    epic = an_epic("reviewing", portfolio=portfolio)
    assert lacks(epic, "ready") == (*REVIEW, Requirement.FULL_COST)


def test_nothing_is_scaled_before_its_mvp_is_judged():
    ready = an_epic("ready")
    assert lacks(ready, "implementing") == ()
    both = (Requirement.MVP_JUDGED, Requirement.PERSEVERE)
    assert lacks(ready, "implementing", scales=True) == both
    assert lacks(ready, "done") == both
    testing = an_epic("implementing", phase=Phase.TESTING)
    assert lacks(testing, "done") == both
    assert lacks(testing, "implementing", scales=True) == (Requirement.PERSEVERE,)
    testing.persevere_at = MONDAY
    assert lacks(testing, "implementing", scales=True) == ()  # the judgement itself
    assert lacks(an_epic("implementing", phase=Phase.DELIVERING), "done") == ()


def test_where_no_decision_is_asked_for_persevering_is_a_move():
    portfolio = a_portfolio()
    portfolio.state("implementing").exit_requires = ["mvp_judged"]
    testing = an_epic("implementing", phase=Phase.TESTING, portfolio=portfolio)
    assert lacks(testing, "implementing", scales=True) == ()


def test_analyzing_is_left_by_a_decision_to_go_which_a_stop_takes_back():
    known = {"full_cost_minor": 1, "horizon": 1, "evidence_on": MONDAY.date()}
    epic = an_epic("analyzing", **known)
    assert lacks(epic, "ready") == (Requirement.GO,)
    epic.go_at = MONDAY
    assert lacks(epic, "ready") == ()
    epic.move(epic.portfolio.state("stopped"), None, None, MONDAY)
    assert epic.go_at is None


@pytest.mark.parametrize(("days_old", "lacking"), [(0, False), (60, False), (61, True)])
def test_analysis_asks_for_an_item_of_evidence_that_is_not_old(days_old, lacking):
    known = {"full_cost_minor": 1, "horizon": 1, "go_at": MONDAY}
    epic = an_epic("analyzing", evidence_on=MONDAY.date() - timedelta(days=days_old), **known)
    assert lacks(epic, "ready") == ((Requirement.EVIDENCE,) if lacking else ())
    assert lacks(an_epic("analyzing", **known), "ready") == (Requirement.EVIDENCE,)
    assert phrases([Requirement.EVIDENCE], epic.portfolio.state("ready")) == [
        "No evidence yet that is younger than 60 days"
    ]


def test_a_move_refused_for_want_of_evidence_says_what_adds_it():
    epic = an_epic("analyzing")
    to = Column(epic.portfolio.state("ready"))
    move = Move(epic, to, None, Obstacles([Requirement.EVIDENCE]))
    assert NotYet(move, may_override=False).sentence == (
        "PAY-12 stays in Analyzing. No evidence yet that is younger than 60 days. "
        "/epic evidence PAY-12 adds it."
    )


def test_what_is_missing_is_told_by_its_kind():
    portfolio = a_portfolio()
    everything = (Requirement.ANSWER, Requirement.THEME, Requirement.MVP_JUDGED)
    assert phrases(everything, portfolio.state("done")) == [
        "The idea is not accepted yet",
        "1 answer open before it is done: a theme or why there is none",
        "Persevere is not approved yet: Delivering comes first",
    ]
    two = (Requirement.KILL_THRESHOLD, Requirement.MVP_COST)
    analyzing = portfolio.state("analyzing")
    assert phrases(two, analyzing) == [
        "2 answers open before analysis: the stop line, the cost of the MVP"
    ]
    analyzing.label = "Due diligence"
    assert phrases(two[:1], analyzing) == ["1 answer open before Due diligence: the stop line"]


# Columns


def test_a_state_in_two_is_two_columns_and_testing_comes_first():
    portfolio = a_portfolio()
    assert [column.label for column in columns(portfolio)] == [
        "Funnel",
        "Reviewing",
        "Analyzing",
        "Ready",
        "Testing the MVP",
        "Delivering",
        "Done",
        "Stopped",
    ]
    testing, delivering = columns(portfolio)[4:6]
    assert testing.is_before(delivering)
    assert not delivering.is_before(testing)
    assert Column.entered(portfolio.state("implementing")) == testing


def test_the_way_leads_through_every_column_to_done():
    epic, way = an_epic(), []
    while (column := next_column(epic)) is not None:
        way.append(column.label)
        epic.state, epic.phase = column.state, column.phase
    assert way[-3:] == ["Testing the MVP", "Delivering", "Done"]
    assert len(way) == 6


def test_from_one_column_to_the_other_is_one_stay():
    epic = an_epic("ready", since=MONDAY, committed_at=MONDAY)
    implementing = epic.portfolio.state("implementing")
    later, last = MONDAY.replace(day=20), MONDAY.replace(day=25)
    assert epic.move(implementing, "U0BEN", None, later).to_label == "Testing the MVP"
    step = epic.move(implementing, "U0BEN", "they came back", last, Phase.DELIVERING)
    assert (step.from_label, step.to_label) == ("Testing the MVP", "Delivering")
    assert (epic.state_entered_at, step.phase) == (later, Phase.DELIVERING)
    assert epic.move(epic.portfolio.state("done"), "U0BEN", None, last).phase is None


# Limits


@pytest.mark.parametrize(
    ("limit", "counted"),
    [
        ({}, ["reviewing", "analyzing", "ready", "testing", "delivering"]),
        ({"state": "ready"}, ["ready"]),
        ({"state": "implementing"}, ["testing", "delivering"]),
        ({"state": "implementing", "phase": Phase.TESTING}, ["testing"]),
        ({"value_stream_id": 2}, []),
    ],
)
def test_a_limit_counts_what_stands_in_its_place(limit, counted):
    portfolio = a_portfolio()
    state = limit.pop("state", None)
    row = WipLimit(state_id=state and portfolio.state(state).id, most=1, **limit)
    found = [column for column in columns(portfolio) if covers(row, 1, column)]
    assert [column.phase or column.state.name for column in found] == counted


def test_a_full_place_says_how_full_it_is_and_what_opens_it():
    assert FullPlace("Payments", None, 5, 5, "PAY-9").phrase == (
        "Payments has 5 of 5 in flight; a place opens when PAY-9 is done or stopped"
    )
    assert FullPlace("Shop", "Testing the MVP", 7, 5, is_last=False).phrase == (
        "Testing the MVP is full (7 of 5 in Shop); a place opens when one of them "
        "moves on or is stopped"
    )
