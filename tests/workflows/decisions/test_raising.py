"""Decisions that signals raise: the stop line, a target's day, spend, and the line."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.slack.answers import Answer
from bot.views.decisions import ballot
from bot.views.decisions.actions import DecisionShown
from bot.views.decisions.list import decision_page
from bot.workflows.board.home import Reader
from bot.workflows.board.needs import what_waits
from bot.workflows.board.renewing import renew_due
from bot.workflows.budgets import booking
from bot.workflows.decisions import register
from bot.workflows.decisions.signals import asking
from bot.workflows.decisions.signals.asking import SIGNALLED
from bot.workflows.evidence import recording
from bot.workflows.keeping import Act
from models.audit import audit
from models.budgets.spend import Fact
from models.decisions.decision import Decision
from models.decisions.signal import NotYetForm, SignalCheck
from models.epics.epic import Epic
from models.evidence.form import EvidenceForm
from models.evidence.items import Stance
from models.message import BALLOT_KINDS, Message, MessageKind
from models.people.role import NotAllowed, RoleGrant
from models.portfolio.portfolio import Portfolio
from models.work import Work
from tests.views import reading
from tests.workflows.builders import an_epic
from tests.workflows.decisions.builders import ANA, BEN, HOUR, MONDAY, an_mvp, closes, opens, votes

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
HOLDS = MONDAY + 6 * WEEK
"""Six weeks after testing began."""


@pytest.fixture
def mvp(database):
    """PAY-1 tests its MVP since Monday: from 61 to 68 %, and we stop below 63 % after six weeks."""
    an_mvp(database)
    with database.write() as session:
        epic = session.get_one(Epic, 1)
        epic.indicator, epic.kill_threshold = "Completion, %", "below 63 % after 6 weeks of the MVP"
        epic.baseline, epic.target = Decimal(61), Decimal(68)
        epic.target_on = (MONDAY + 10 * WEEK).date()
    return database


def reads(database, value, at, who=ANA, day=None):
    with database.write(audit.Act(who, "form add_evidence", at)) as session:
        day = day or at.date()
        form = EvidenceForm(epic_id=1, value=Decimal(value), observed_on=day)
        return recording.add(Act(session, 1, who, at), form).raised


def asked(database):
    with database.read() as session:
        return session.scalars(select(Decision).order_by(Decision.id)).all()


def shown(database, kinds=BALLOT_KINDS):
    with database.read() as session:
        found = select(Message.channel_id).where(Message.kind.in_(kinds)).order_by(Message.id)
        return session.scalars(found).all()


# A reading past the stop line


def test_a_reading_past_the_stop_line_opens_a_ballot_at_once_with_what_was_read(mvp):
    said = reads(mvp, "62.1", HOLDS)

    [decision] = asked(mvp)
    assert decision.question == "mvp"
    assert decision.because == "62.1 % on 29 Jun 2026 is past the stop line, below 63 %."
    assert decision.case.evidence.last.value == Decimal("62.1")
    assert decision.tie_breaker == BEN, "who owns the value stream"
    assert shown(mvp)[0] == "C0PORT"
    assert said == "That is past the stop line, below 63 %: D-1 asks what to do."


@pytest.mark.parametrize(
    ("value", "at", "said"),
    [
        ("63", HOLDS, None),
        ("66", HOLDS, None),
        (
            "62.1",
            HOLDS - DAY,
            "That is past the stop line, below 63 %, which counts from 29 Jun 2026.",
        ),
    ],
)
def test_nothing_is_asked_on_the_line_on_its_other_side_or_before_its_day(mvp, value, at, said):
    assert reads(mvp, value, at) == said
    assert asked(mvp) == []


def test_a_reading_that_comes_in_late_is_not_held_against_it_where_a_newer_one_is_known(mvp):
    reads(mvp, "66", HOLDS + 5 * DAY)
    assert reads(mvp, "62.1", HOLDS + 6 * DAY, day=HOLDS.date()) is None
    assert asked(mvp) == []


def test_it_is_not_asked_again_while_it_is_open_or_within_four_weeks(mvp):
    reads(mvp, "62.1", HOLDS)
    said = reads(mvp, "61.9", HOLDS + DAY)
    assert said == "That is past the stop line, below 63 %; a decision was opened recently."
    for each in ("U0BEN", "U0CLEO", "U0ELI"):
        votes(mvp, 1, each, "persevere", at=HOLDS + DAY)
    closes(mvp, 1, HOLDS + 10 * DAY)
    reads(mvp, "61.8", HOLDS + 27 * DAY)
    assert len(asked(mvp)) == 1
    reads(mvp, "61.7", HOLDS + 29 * DAY)
    assert [each.key for each in asked(mvp)] == ["D-1", "D-2"]


def test_below_the_councils_line_the_one_who_decides_is_asked_alone(mvp):
    with mvp.write() as session:
        session.get_one(Epic, 1).full_cost_minor = 10_000_000
    reads(mvp, "62.1", HOLDS)

    [decision] = asked(mvp)
    assert (decision.electorate, decision.way) == ([BEN], "alone")
    assert shown(mvp) == [BEN]


def test_where_nobody_can_be_asked_the_reading_is_kept_and_says_why(mvp):
    with mvp.write() as session:
        for grant in session.scalars(select(RoleGrant)):
            session.delete(grant)
    said = reads(mvp, "62.1", HOLDS)
    assert said.startswith(
        "That is past the stop line, below 63 %, and nobody can be asked: Nobody is on the council"
    )
    with mvp.read() as session:
        assert session.get_one(Epic, 1).evidence_on == HOLDS.date()


# The target's day gone by short of it


def nightly(database, at):
    with database.write(audit.Act(None, "tack", at)) as session:
        renew_due(session, 1, at)


def the_check(database):
    with database.read() as session:
        return session.scalars(select(SignalCheck)).one_or_none()


def waits(database, who, at):
    with database.read() as session:
        portfolio = session.get_one(Portfolio, 1)
        found = what_waits(session, portfolio, Reader(user_id=who), at)
        return [check.epic.key for check in found.of(SIGNALLED).some]


@pytest.fixture
def short(mvp):
    """It was read at 64.2 % a week before its target's day, and that day has gone by."""
    reads(mvp, "64.2", MONDAY + 9 * WEEK)
    nightly(mvp, MONDAY + 10 * WEEK)
    assert the_check(mvp) is None
    nightly(mvp, MONDAY + 10 * WEEK + DAY)
    return mvp


TUESDAY = MONDAY + 10 * WEEK + DAY


def test_its_owner_is_asked_once_in_the_morning_and_nothing_is_opened(short):
    nightly(short, TUESDAY + DAY)
    assert shown(short, [MessageKind.SIGNAL]) == [ANA]
    assert the_check(short).value == Decimal("64.2")
    assert asked(short) == []


def test_after_three_working_days_it_waits_where_everybody_sees_it(short):
    assert waits(short, ANA, TUESDAY + 2 * DAY) == []
    assert waits(short, ANA, TUESDAY + 3 * DAY) == ["PAY-1"]
    assert waits(short, BEN, TUESDAY + 3 * DAY) == []


def test_not_yet_keeps_the_reason_and_ends_it(short):
    check, at = the_check(short), TUESDAY + 4 * DAY
    form = NotYetForm(because="Two markets began late")
    with short.write() as session, pytest.raises(NotAllowed):
        asking.not_yet(Act(session, 1, "U0DANA", at), check.id, 1, form)
    with short.write() as session:
        asking.not_yet(Act(session, 1, ANA, at), check.id, 1, form)
    assert the_check(short).because == "Two markets began late"
    assert waits(short, ANA, at) == []


def test_open_it_asks_for_the_decision_with_what_it_is_short_of(short):
    with short.write() as session:
        asking.open_it(Act(session, 1, ANA, TUESDAY), the_check(short).id)
    [decision] = asked(short)
    assert decision.because == "Completion was to be at 68 % by 27 Jul 2026, and is at 64.2 %."
    assert the_check(short).answered_by == ANA


def test_a_reading_at_the_target_ends_the_question(short):
    reads(short, "68.1", TUESDAY + DAY)
    assert the_check(short).because == "it was read at 68.1 % since"


def test_nobody_is_asked_where_a_decision_was_asked_for_lately_or_nothing_was_read(mvp):
    nightly(mvp, TUESDAY)
    assert the_check(mvp) is None
    reads(mvp, "62.1", MONDAY + 9 * WEEK)
    assert len(asked(mvp)) == 1
    nightly(mvp, TUESDAY)
    assert the_check(mvp) is None


def test_it_is_told_at_nine_in_the_morning(short):
    with short.read() as session:
        message = session.scalars(select(Message).where(Message.kind == MessageKind.SIGNAL)).one()
        work = session.get_one(Work, (1, message.work_key))
        assert work.due_at == TUESDAY.replace(hour=9)


# As much spent as the MVP was to cost


def spends(database, euros, at):
    with database.write(audit.Act("U0DANA", "form spend", at)) as session:
        portfolio, epic = session.get_one(Portfolio, 1), session.get_one(Epic, 1)
        fact = Fact(at.date().replace(day=1), euros * 100, epic.value_stream_id, epic.id)
        booking.book(session, portfolio, [fact], "U0DANA", at)


@pytest.fixture
def costs(mvp):
    """Its MVP is to cost 60,000."""
    with mvp.write() as session:
        session.get_one(Epic, 1).mvp_cost_minor = 6_000_000
    return mvp


def test_who_owns_it_is_asked_once_when_as_much_is_spent_as_the_mvp_was_to_cost(costs):
    spends(costs, 59_999, MONDAY)
    assert the_check(costs) is None
    spends(costs, 1, MONDAY + DAY)
    spends(costs, 900, MONDAY + 2 * DAY)
    nightly(costs, MONDAY + 3 * DAY)
    assert shown(costs, [MessageKind.SIGNAL]) == [ANA]
    assert the_check(costs).says == "The MVP was to cost €60k, and all of it has been spent."
    assert waits(costs, ANA, MONDAY + 3 * DAY) == []
    assert waits(costs, ANA, MONDAY + 4 * DAY) == ["PAY-1"]
    with costs.write() as session:
        session.get_one(Epic, 1).mvp_cost_minor = 8_000_000
    assert waits(costs, ANA, MONDAY + 4 * DAY) == []


def test_a_credit_note_ends_the_question_about_spend_and_the_case_holds_what_was_spent(costs):
    spends(costs, 61_000, MONDAY)
    spends(costs, -4_000, MONDAY + DAY)
    assert the_check(costs).because == "with a credit note, €57k has been spent"
    assert the_check(costs).answered_by is None
    opens(costs, at=MONDAY + 2 * DAY)
    spends(costs, 500, MONDAY + 3 * DAY)
    assert asked(costs)[0].case.evidence.spent_minor == 5_700_000


# Past the line


@pytest.fixture
def line(mvp):
    """Eight epics took ten days each, so PAY-1 crosses the line on its eleventh day."""
    with mvp.write() as session:
        done = session.get_one(Portfolio, 1).state("done")
        for number in range(8):
            epic = an_epic(session, 1, 1, f"Done {number}")
            epic.committed_at = MONDAY - 14 * DAY
            session.add(epic.move(done, BEN, None, MONDAY - 4 * DAY))
    return mvp


def test_who_owns_it_is_asked_once_when_it_crosses_the_line(line):
    nightly(line, MONDAY + 10 * DAY)
    assert the_check(line) is None
    nightly(line, MONDAY + 11 * DAY)
    nightly(line, MONDAY + 12 * DAY)
    assert shown(line, [MessageKind.SIGNAL]) == [ANA]
    assert the_check(line).says == (
        "It is on day 11, and 85 of 100 epics finish by day 10 "
        "(drawn from the 8 that its value stream finished in 26 weeks)."
    )


@pytest.mark.parametrize(
    ("noun", "since"), [(Epic, "imported_at"), (Portfolio, "live_at")], ids=["came", "live"]
)
def test_what_was_past_the_line_when_it_came_in_or_all_went_live_is_not_asked_about(
    line, noun, since
):
    with line.write() as session:
        setattr(session.get_one(noun, 1), since, MONDAY + 11 * DAY)
    nightly(line, MONDAY + 12 * DAY)
    assert the_check(line) is None


def test_where_there_is_no_line_nobody_is_asked(mvp):
    nightly(mvp, MONDAY + 500 * DAY)
    assert the_check(mvp) is None


def test_of_forty_long_observations_each_surface_shows_what_fits_and_pings_nobody(mvp):
    hostile = f"<!channel> R&D says <https://evil.example|yes> {'w ' * 300}"[:500].strip()
    with mvp.write(audit.Act(ANA, "form add_evidence", MONDAY)) as session:
        for number in range(40):
            stance = Stance.AGAINST if number % 4 == 0 else Stance.FOR
            form = EvidenceForm(
                epic_id=1, words=hostile, stance=stance, observed_on=MONDAY.date(), link=None
            )
            recording.add(Act(session, 1, ANA, MONDAY), form)
    opens(mvp, at=MONDAY + HOUR)
    with mvp.read() as session:
        decision = session.get_one(Decision, 1)
        record = register.record(Act(session, 1, BEN, MONDAY + HOUR), 1, 1)
        drawn = [
            ballot.drawn(session, decision, MONDAY + HOUR),
            Answer(decision_page(record, DecisionShown(decision=1)).blocks),
            Answer(ballot.case_blocks(register.standing(session, decision))),
        ]
        texts = [reading.shown(each) for each in drawn]
    assert sum(map(len, texts[0])) <= 1_500
    for answer, text in zip(drawn, texts, strict=True):
        assert any("*For* (30) · &lt;!channel&gt; R&amp;D says" in each for each in text)
        assert any("*Against* (10) · " in each for each in text)
        assert "<!channel>" not in str(answer.blocks)
        assert "<https://evil" not in str(answer.blocks)
