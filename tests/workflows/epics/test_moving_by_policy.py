"""Moves that ask what an epic has, and whether there is room for it; on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, event, func, select

from bot.workflows.epics.moving import move
from models.epics.epic import Epic, Transition
from models.epics.obstacles import NotYet, Override
from models.errors import ReasonMissing
from models.message import Message, MessageKind
from models.people.role import NotAllowed
from models.portfolio.board import Board
from models.portfolio.policy import DECISIONS
from models.portfolio.portfolio import Phase, Portfolio, ValueStream, WipLimit
from models.portfolio.preset import USUAL_BOARD
from models.work import Work
from tests.workflows.builders import ANA, BEN, MONDAY, ONBOARDING, PAYMENTS, a_portfolio, an_epic

ANSWERS = {
    "accepted_at": MONDAY,
    "theme_none_because": "the law asks for it",
    "indicator": "Completion",
    "baseline": Decimal(61),
    "target": Decimal(68),
    "target_on": date(2026, 9, 30),
    "kill_threshold": "below 63 %",
    "mvp_cost_minor": 6_000_000,
    "full_cost_minor": 42_000_000,
    "horizon": 1,
    "evidence_on": MONDAY.date(),
}


@pytest.fixture
def shop(database):
    """Payments of Ben and Onboarding, live, with the usual policies but for those that ask for a
    decision; gives the workspace's id."""
    workspace_id, portfolio_id = a_portfolio(database, PAYMENTS, ONBOARDING)
    with database.write() as session:
        portfolio = session.get_one(Portfolio, portfolio_id)
        usual = Portfolio(workspace_id=workspace_id)
        Board(usual).use_preset(USUAL_BOARD)
        for state, asks in zip(portfolio.states, usual.states, strict=True):
            state.exit_requires = [e for e in asks.exit_requires if e not in DECISIONS]
    return workspace_id


def put(database, shop, state="funnel", title="Pay by bank transfer", prefix="PAY", phase=None):
    """An epic of the stream that stands there, with every answer; gives its id."""
    with database.write() as session:
        stream = session.scalars(select(ValueStream).where(ValueStream.key_prefix == prefix)).one()
        epic = an_epic(session, shop, stream.id, title)
        for name, value in ANSWERS.items():
            setattr(epic, name, value)
        if state != "funnel":
            session.add(epic.move(stream.portfolio.state(state), BEN, None, MONDAY, phase))
        return epic.id


def change(database, epic_id, **answers):
    with database.write() as session:
        epic = session.get_one(Epic, epic_id)
        for name, value in answers.items():
            setattr(epic, name, value)


def go(database, shop, epic_id, to, *, by=BEN, reason=None, phase=None, override=False, days=1):
    """Move it; gives the label of where it stands then."""
    with database.write() as session:
        epic = session.get_one(Epic, epic_id)
        state = epic.portfolio.state(to)
        at = MONDAY + timedelta(days=days)
        moved = move(
            session, shop, by, epic_id, state.id, None, reason, at, phase=phase, override=override
        )
        return moved.column_label


def limit(database, most, *, prefix=None, state=None, phase=None):
    with database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        stream = next((s for s in portfolio.value_streams if s.key_prefix == prefix), None)
        session.add(
            WipLimit(
                workspace_id=portfolio.workspace_id,
                portfolio_id=portfolio.id,
                value_stream_id=stream and stream.id,
                state_id=portfolio.state(state).id if state else None,
                phase=phase,
                most=most,
            )
        )


# Policies


def test_forward_past_a_policy_is_refused_with_what_is_missing(database, shop):
    epic = put(database, shop, "reviewing")
    change(database, epic, kill_threshold=None, mvp_cost_minor=None)
    with pytest.raises(NotYet) as refused:
        go(database, shop, epic, "analyzing")
    assert refused.value.sentence == (
        "PAY-1 stays in Reviewing. "
        "2 answers open before analysis: the stop line, the cost of the MVP."
    )
    assert (refused.value.fields_open, refused.value.may_override) == (2, True)
    with database.read() as session:
        assert session.get_one(Epic, epic).state.name == "reviewing"


def test_with_every_answer_it_moves(database, shop):
    epic = put(database, shop)
    assert go(database, shop, epic, "reviewing") == "Reviewing"
    assert go(database, shop, epic, "ready") == "Ready"
    assert go(database, shop, epic, "implementing") == "Testing the MVP"


def test_skipping_asks_the_policy_of_every_state_passed_over(database, shop):
    epic = put(database, shop)
    change(database, epic, kill_threshold=None, horizon=None, accepted_at=None)
    with pytest.raises(NotYet) as refused:
        go(database, shop, epic, "ready")
    assert refused.value.missing == [
        "The idea is not accepted yet",
        "2 answers open before it is ready: the stop line, the horizon",
    ]


def test_backwards_and_to_stopped_nothing_is_asked(database, shop):
    epic = put(database, shop, "ready")
    change(database, epic, indicator=None, theme_none_because=None)
    limit(database, 0, prefix="PAY", state="reviewing")
    for to in ("reviewing", "funnel", "stopped"):
        assert go(database, shop, epic, to) == to.capitalize()


def test_what_begins_anew_is_not_asked_for_its_answers_but_for_a_place(database, shop):
    epic = put(database, shop, "stopped")
    change(database, epic, indicator=None)
    limit(database, 0, prefix="PAY")
    with pytest.raises(NotYet, match="Payments has 0 of 0 in flight"):
        go(database, shop, epic, "ready")
    no_limits(database)
    assert go(database, shop, epic, "ready", reason="the bank can now") == "Ready"


def no_limits(database):
    with database.write() as session:
        for row in session.scalars(select(WipLimit)):
            session.delete(row)


# Overriding


def test_an_override_is_kept_with_what_it_passed_its_role_and_its_reason(database, shop):
    epic = put(database, shop, "reviewing")
    change(database, epic, mvp_cost_minor=None)
    limit(database, 0, prefix="PAY", state="analyzing")
    why = "the law changes in July"
    assert go(database, shop, epic, "analyzing", reason=why, override=True) == "Analyzing"
    with database.read() as session:
        kept = session.scalars(select(Override)).one()
        step = session.get_one(Transition, kept.transition_id)
        assert (kept.role, kept.reason, kept.by_user_id) == ("value-stream owner", why, BEN)
        assert kept.passed == [
            "1 answer open before analysis: the cost of the MVP",
            "Analyzing is full (0 of 0 in Payments); a place opens when one of them moves on or is "
            "stopped",
        ]
        assert (step.reason, step.to_state.name, step.epic_id) == (why, "analyzing", epic)


def test_an_override_needs_the_role_and_leaves_nothing_without_a_reason(database, shop):
    epic = put(database, shop, "reviewing")
    change(database, epic, mvp_cost_minor=None)
    with pytest.raises(NotYet) as refused:
        go(database, shop, epic, "analyzing", by=ANA)
    assert refused.value.may_override is False
    with pytest.raises(NotAllowed, match="Only the owner of Payments, the council or an admin"):
        go(database, shop, epic, "analyzing", by=ANA, reason="now", override=True)
    with pytest.raises(ReasonMissing):
        go(database, shop, epic, "analyzing", override=True)
    with database.read() as session:
        assert session.scalar(select(func.count(Override.id))) == 0
        assert session.get_one(Epic, epic).state.name == "reviewing"


def test_with_nothing_in_the_way_nothing_is_overridden(database, shop):
    epic = put(database, shop, "reviewing")
    go(database, shop, epic, "analyzing", reason="now", override=True)
    with database.read() as session:
        assert session.scalar(select(func.count(Override.id))) == 0


# Testing the MVP and delivering


def test_it_goes_on_to_delivering_by_a_word_of_the_streams_owner(database, shop):
    epic = put(database, shop, "implementing")
    with pytest.raises(NotAllowed, match="can approve persevering after an MVP"):
        go(database, shop, epic, "implementing", by=ANA, reason="good", phase=Phase.DELIVERING)
    label = go(
        database, shop, epic, "implementing", reason="64.2 %, above 63", phase=Phase.DELIVERING
    )
    assert label == "Delivering"
    with database.read() as session:
        step = session.scalars(select(Transition).order_by(Transition.id.desc())).first()
        assert (step.phase, step.reason) == (Phase.DELIVERING, "64.2 %, above 63")
        found = session.get_one(Epic, epic)
        assert (found.state_entered_at, found.committed_at) == (MONDAY, MONDAY)


# Limits


def test_a_full_place_names_the_epic_that_is_likely_to_leave_first(database, shop):
    for state, title in (("analyzing", "A"), ("implementing", "B"), ("ready", "C")):
        put(database, shop, state, title)
    epic = put(database, shop, "funnel", "D")
    limit(database, 3, prefix="PAY")
    with pytest.raises(NotYet) as refused:
        go(database, shop, epic, "reviewing")
    assert refused.value.missing == [
        "Payments has 3 of 3 in flight; a place opens when PAY-2 is done or stopped"
    ]


def test_a_restricted_epic_takes_a_place_and_is_not_named(database, shop):
    taken = put(database, shop, "implementing", "A")
    change(database, taken, restricted=True)
    epic = put(database, shop, "funnel", "B")
    limit(database, 1, prefix="PAY")
    with pytest.raises(NotYet, match="a place opens when one of them is done or stopped"):
        go(database, shop, epic, "reviewing")


FULL = [
    ({"prefix": "PAY", "state": "implementing"}, r"Implementing is full \(1 of 1 in Payments\)"),
    (
        {"prefix": "PAY", "state": "implementing", "phase": Phase.TESTING},
        r"Testing the MVP is full \(1 of 1 in Payments\); a place opens when PAY-1 moves on",
    ),
    ({"state": "implementing"}, r"Implementing is full \(1 of 1 in Shop\)"),
]
FREE = [
    {"state": "implementing", "phase": Phase.DELIVERING},
    {"prefix": "ONB", "state": "implementing"},
    {"prefix": "PAY", "state": "ready"},
    {"prefix": "PAY"},  # it is in flight already
]


def test_a_limit_is_asked_where_the_epic_newly_stands(database, shop):
    put(database, shop, "implementing", "A")
    epic = put(database, shop, "ready", "B")
    for limited, full in FULL:
        limit(database, 1, **limited)
        with pytest.raises(NotYet, match=full):
            go(database, shop, epic, "implementing")
        no_limits(database)
    for limited in FREE:
        limit(database, 1, **limited)
        assert go(database, shop, epic, "implementing") == "Testing the MVP"
        assert go(database, shop, epic, "ready") == "Ready"
        no_limits(database)


def test_delivering_has_a_limit_of_its_own(database, shop):
    put(database, shop, "implementing", "A", phase=Phase.DELIVERING)
    epic = put(database, shop, "implementing", "B")
    limit(database, 1, prefix="PAY", state="implementing", phase=Phase.DELIVERING)
    with pytest.raises(NotYet, match=r"Delivering is full \(1 of 1 in Payments\)"):
        go(database, shop, epic, "implementing", reason="good", phase=Phase.DELIVERING)


@pytest.mark.on_both_databases
def test_two_at_once_cannot_both_take_the_last_place(database, shop):
    epics = [put(database, shop, "funnel", title) for title in "ABCDEF"]
    limit(database, 2, prefix="PAY")
    limit(database, 5)

    def click(epic):
        try:
            return go(database, shop, epic, "reviewing")
        except NotYet:
            return None

    with ThreadPoolExecutor(6) as threads:
        moved = [label for label in threads.map(click, epics) if label]
    assert moved == ["Reviewing", "Reviewing"]


def test_a_move_asks_few_questions_where_there_are_no_limits(database, shop):
    epic = put(database, shop, "ready")
    asked = []
    listen = lambda *arguments: asked.append(arguments[2])  # noqa: E731 - a one-line listener
    event.listen(database.engine, "before_cursor_execute", listen)
    go(database, shop, epic, "implementing")
    event.remove(database.engine, "before_cursor_execute", listen)
    assert not any("wip_limits" in statement and "FOR UPDATE" in statement for statement in asked)
    before_change = [s for s in asked if s.startswith("SELECT")]
    before_change = before_change[: next(i for i, s in enumerate(asked) if "UPDATE epics" in s)]
    assert len(before_change) <= 8


def drawn_anew(database, act):
    """The epics whose cards the act has drawn anew."""
    with database.write() as session:
        session.execute(delete(Work))
    act()
    with database.read() as session:
        keys = set(session.scalars(select(Work.key)))
        cards = session.scalars(select(Message).where(Message.kind == MessageKind.EPIC_CARD))
        return {card.subject_id for card in cards if card.work_key in keys}


@pytest.mark.parametrize("prefix", [None, "PAY"])
def test_who_waits_for_a_place_is_shown_that_one_is_free(database, shop, prefix):
    limit(database, 1, prefix=prefix, state="implementing", phase=Phase.TESTING)
    with database.write() as session:
        session.scalars(select(ValueStream).filter_by(key_prefix="ONB")).one().channel_id = "C0ONB"
    testing = put(database, shop, "implementing", phase=Phase.TESTING)
    same = put(database, shop, "ready", "Two")
    other = put(database, shop, "ready", "Three", "ONB")

    def moves():
        go(database, shop, testing, "implementing", phase=Phase.DELIVERING, reason="It sells.")

    waits = {same, other} if prefix is None else {same}
    assert drawn_anew(database, moves) == {testing, *waits}


def test_each_step_says_which_column_of_a_state_in_two_it_left(database, shop):
    epic_id = put(database, shop, "implementing")
    go(database, shop, epic_id, "ready", days=1)
    go(database, shop, epic_id, "implementing", days=2)
    go(database, shop, epic_id, "implementing", reason="Rising", phase=Phase.DELIVERING, days=3)
    go(database, shop, epic_id, "stopped", reason="Nobody pays with it", days=4)
    steps = select(Transition).where(Transition.epic_id == epic_id).order_by(Transition.id.desc())
    with database.read() as session:
        last = session.scalars(steps.limit(4)).all()
        assert [(step.from_label, step.to_label) for step in last] == [
            ("Delivering", "Stopped"),
            ("Testing the MVP", "Delivering"),
            ("Ready", "Testing the MVP"),
            ("Testing the MVP", "Ready"),
        ]
