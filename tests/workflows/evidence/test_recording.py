"""Evidence as it stood at a moment, as a case freezes it; who may add it and strike it out."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from bot.views.board.fact_check import in_person
from bot.workflows.board.fact_check import TO_CONFIRM
from bot.workflows.decisions.opening.cases import about_epic
from bot.workflows.evidence import recording
from bot.workflows.evidence.known import case_evidence, movements
from bot.workflows.keeping import Act
from bot.workflows.needs import Asked
from bot.workflows.portfolio.setting_up import set_up
from models.audit import audit
from models.board.confirmation import FactCheck
from models.decisions.case import CaseNews
from models.decisions.decision import Decision, Ending
from models.decisions.question import Question
from models.epics.epic import Epic
from models.errors import FieldMistakes, Gone
from models.evidence.form import EvidenceForm
from models.evidence.items import Reading, Stance
from models.people.role import NotAllowed, Role, RoleGrant
from models.portfolio.portfolio import Portfolio
from models.portfolio.setup import Setup, StreamSetup
from models.projects.project import Project
from tests.shops import at_work
from tests.views.reading import shown
from tests.workflows.decisions.builders import (
    ANA,
    BEN,
    CLEO,
    COUNCIL,
    MONDAY,
    an_mvp,
    ends,
    opens,
    stored,
    votes,
)
from tests.workflows.flow.builders import finishes

DAY = timedelta(days=1)
VIEWER = "U0VIEWER"


@pytest.fixture
def mvp(database):
    """PAY-1 tests its MVP since Monday, and names a figure."""
    an_mvp(database)
    with database.write() as session:
        epic = session.get_one(Epic, 1)
        epic.indicator, epic.kill_threshold = "Completion, %", "below 63 % after 6 weeks"
        epic.baseline, epic.target = Decimal(61), Decimal(68)
    return database


def adds(database, who=ANA, *, at, days_ago=0, **said):
    """Add evidence of so many days before."""
    day = (at - days_ago * DAY).date()
    with database.write(audit.Act(who, "form add_evidence", at)) as session:
        form = EvidenceForm(epic_id=1, observed_on=day, **said)
        return recording.add(Act(session, 1, who, at), form)


def strikes(database, who, item, *, at, because="wrong market"):
    with database.write(audit.Act(who, "form strike", at)) as session:
        recording.strike_out(Act(session, 1, who, at), type(item), item.id, because)


def known(database, at):
    with database.read() as session:
        return case_evidence(session, session.get_one(Epic, 1), at)


def test_what_is_known_at_a_moment_is_what_was_added_and_not_struck_out_by_then(mvp):
    first = adds(mvp, at=MONDAY + 7 * DAY, value=Decimal("61.6")).reading
    adds(mvp, at=MONDAY + 14 * DAY, value=Decimal("62.8"), words="Spain is flat", stance="against")
    adds(mvp, at=MONDAY + 15 * DAY, days_ago=10, words="11 of 14 would", stance="for")
    strikes(mvp, BEN, first, at=MONDAY + 16 * DAY)

    before = known(mvp, MONDAY + 14 * DAY)
    assert [each.value for each in before.readings] == [Decimal("61.6"), Decimal("62.8")]
    assert (before.speaks_for, before.speaks_against, before.tested_on) == (0, 1, MONDAY.date())
    now = known(mvp, MONDAY + 80 * DAY)
    assert [each.value for each in now.readings] == [Decimal("62.8")]
    assert [each.words for each in now.said] == ["Spain is flat", "11 of 14 would"]
    assert (now.speaks_for, now.speaks_against, now.old) == (1, 1, 2)
    assert now.newest_on == (MONDAY + 14 * DAY).date()


def test_a_sparkline_has_the_last_twelve_by_their_day_and_a_case_the_last_five_words(mvp):
    at = MONDAY + 40 * DAY
    for number in range(14):
        adds(mvp, at=at, days_ago=number, value=Decimal(100 - number))
    for number in range(7):
        adds(mvp, at=at, days_ago=number, words=f"word {number}", stance=Stance.FOR)
    found = known(mvp, at)
    assert [each.value for each in found.readings] == [Decimal(n) for n in range(89, 101)]
    assert [each.words for each in found.said] == [f"word {n}" for n in range(5)]
    assert found.speaks_for == 7


def test_a_case_keeps_what_was_known_when_it_was_opened(mvp):
    adds(mvp, at=MONDAY + DAY, value=Decimal("61.6"))
    opens(mvp, at=MONDAY + 2 * DAY)
    adds(mvp, at=MONDAY + 3 * DAY, value=Decimal("65.0"))
    frozen = stored(mvp).case.evidence
    assert frozen == known(mvp, MONDAY + 2 * DAY)
    assert frozen.last.value == Decimal("61.6")


def news(database, at, slips=False):
    """What the case of a decision opened then says of it."""
    with database.write() as session:
        epic = session.get_one(Epic, 1)
        if slips:
            here = {"workspace_id": 1, "portfolio_id": 1, "created_at": MONDAY}
            epic.project = Project(code="PRJ-204", name="Checkout renewal", **here)
            milestone = epic.project.new_milestone()
            milestone.code, milestone.name = "M3", "Spain"
            milestone.workspace_id, milestone.baseline_on = 1, (at - 14 * DAY).date()
            session.add(milestone)
            session.flush()
        return about_epic(Act(session, 1, ANA, at), epic, Question.MVP).case.news


def test_a_case_says_what_is_new_since_the_decision_by_which_it_went_on(mvp):
    at = MONDAY + 20 * DAY
    adds(mvp, at=MONDAY + DAY, value=Decimal("61.6"))
    assert news(mvp, at) is None
    opens(mvp, at=MONDAY + 2 * DAY)
    for who in COUNCIL:
        votes(mvp, 1, who, "persevere", MONDAY + 3 * DAY)
    ends(mvp, 1, MONDAY + 4 * DAY)
    assert news(mvp, at) is None
    adds(mvp, at=MONDAY + 10 * DAY, value=Decimal("64.8"))
    since = {"decided": "persevere", "on": (MONDAY + 3 * DAY).date()}
    assert news(mvp, at) == CaseNews(**since, change=Decimal("3.2"))
    late = {"milestone": "M3", "late_days": 14}
    assert news(mvp, at, slips=True) == CaseNews(**since, change=Decimal("3.2"), **late)
    opens(mvp, at=at, closes_on=(at + 7 * DAY).date())
    assert stored(mvp, 2).case.news.change == Decimal("3.2")


def test_an_epic_knows_how_new_its_evidence_is_also_where_the_newest_is_struck_out(mvp):
    def newest():
        with mvp.read() as session:
            return session.get_one(Epic, 1).evidence_on

    adds(mvp, at=MONDAY + 5 * DAY, value=Decimal(62))
    last = adds(mvp, at=MONDAY + 6 * DAY, words="A rumour", stance=Stance.AGAINST).observation
    adds(mvp, at=MONDAY + 7 * DAY, days_ago=6, value=Decimal(61))
    assert newest() == (MONDAY + 6 * DAY).date()
    strikes(mvp, ANA, last, at=MONDAY + 8 * DAY)
    assert newest() == (MONDAY + 5 * DAY).date()


def test_who_may_only_look_on_adds_nothing_and_others_words_are_struck_out_by_who_answers(mvp):
    with mvp.write() as session:
        portfolio = session.get_one(Portfolio, 1)
        portfolio.open_to_all = False
        for user_id, role in ((VIEWER, Role.VIEWER), ("U0SALES", Role.PROPOSER)):
            here = {"workspace_id": 1, "portfolio_id": 1}
            session.add(RoleGrant(role=role, user_id=user_id, granted_at=MONDAY, **here))
    with pytest.raises(NotAllowed, match="can add evidence to this epic"):
        adds(mvp, VIEWER, at=MONDAY + DAY, value=Decimal(62))
    reading = adds(mvp, "U0SALES", at=MONDAY + DAY, value=Decimal(62)).reading
    with pytest.raises(NotAllowed, match="can strike out what someone else added"):
        strikes(mvp, VIEWER, reading, at=MONDAY + DAY)
    strikes(mvp, CLEO, reading, at=MONDAY + DAY)
    with mvp.read() as session:
        assert session.get_one(Reading, reading.id).struck_by == CLEO


def test_evidence_is_never_changed_or_removed_and_is_struck_out_once(mvp):
    adds(mvp, at=MONDAY + DAY, value=Decimal(62), words="Liked", stance=Stance.FOR)
    wrong = adds(mvp, at=MONDAY + 2 * DAY, value=Decimal(642)).reading
    strikes(mvp, ANA, wrong, at=MONDAY + 3 * DAY)
    tampered = (
        "UPDATE readings SET value = '69' WHERE id = 1",
        "UPDATE observations SET words = 'Loved'",
        "UPDATE readings SET struck_at = NULL WHERE id = 2",
        "DELETE FROM readings",
        "DELETE FROM observations",
    )
    for statement in tampered:
        refused = pytest.raises(DatabaseError, match="never changed but for being struck out once")
        with refused, mvp.engine.begin() as connection:
            connection.execute(text(statement))
    assert known(mvp, MONDAY + 4 * DAY).last.value == Decimal(62)


def test_what_cannot_be_read_is_said_at_its_field_and_nothing_is_kept(mvp):
    with mvp.write() as session:
        session.get_one(Epic, 1).indicator = None
    with pytest.raises(FieldMistakes, match="names no figure that will move"):
        adds(mvp, at=MONDAY + DAY, value=Decimal(62), words="Liked", stance=Stance.FOR)
    assert not known(mvp, MONDAY + DAY)


def test_nobody_strikes_out_what_they_do_not_see(mvp):
    reading = adds(mvp, at=MONDAY + DAY, value=Decimal(62)).reading
    with mvp.write() as session:
        session.get_one(Epic, 1).restricted = True
    with pytest.raises(Gone):
        strikes(mvp, VIEWER, reading, at=MONDAY + DAY)


def test_what_was_read_in_a_week_is_told_with_what_was_read_before(mvp):
    def moved(since, until):
        with mvp.read() as session:
            found = movements(session, Epic.restricted.is_(False), since, until, 2)
            return [(each.epic.key, each.value, each.before) for each in found]

    adds(mvp, at=MONDAY + DAY, value=Decimal("61.6"))
    adds(mvp, at=MONDAY + 8 * DAY, value=Decimal("63.1"))
    wrong = adds(mvp, at=MONDAY + 9 * DAY, value=Decimal(642)).reading
    strikes(mvp, ANA, wrong, at=MONDAY + 9 * DAY)
    adds(mvp, at=MONDAY + 10 * DAY, value=Decimal("64.2"))
    assert moved(MONDAY, MONDAY + 7 * DAY) == [("PAY-1", Decimal("61.6"), None)]
    assert moved(MONDAY + 7 * DAY, MONDAY + 14 * DAY) == [
        ("PAY-1", Decimal("64.2"), Decimal("61.6"))
    ]
    assert moved(MONDAY + 14 * DAY, MONDAY + 21 * DAY) == []


def thursdays(database, at):
    """What its owner is asked on a Thursday: whether a reading, and when they answered."""
    with database.read() as session:
        portfolio = session.get_one(Portfolio, 1)
        asked = Asked(
            session=session,
            portfolio=portfolio,
            viewer=ANA,
            whose=ANA,
            at=at,
            now=at,
            since=at,
            few=5,
        )
        (found,) = TO_CONFIRM.find(asked).some
        return found.unread, found.confirmed_at


def test_after_eight_weeks_without_a_reading_or_a_decision_one_is_asked_for(mvp):
    eighth = MONDAY + 56 * DAY
    assert thursdays(mvp, eighth - DAY) == (False, None)
    assert thursdays(mvp, eighth) == (True, None)
    added = eighth + timedelta(hours=1)
    adds(mvp, at=added, value=Decimal(66))
    assert thursdays(mvp, eighth) == (False, added)
    assert thursdays(mvp, eighth + 55 * DAY) == (False, None)
    with mvp.read() as session:
        read = session.scalars(select(Reading)).one()
    strikes(mvp, ANA, read, at=added)
    assert thursdays(mvp, eighth + 55 * DAY) == (True, None)
    adds(mvp, at=added, value=Decimal(66))
    assert thursdays(mvp, eighth + 57 * DAY) == (True, None)
    opens(mvp, at=eighth + 56 * DAY, closes_on=(eighth + 63 * DAY).date())
    assert thursdays(mvp, eighth + 57 * DAY) == (False, None)


@pytest.mark.parametrize("ending", [Ending.WITHDRAWN, Ending.REPLACED, Ending.NO_QUORUM])
def test_what_was_taken_back_or_lapsed_is_no_decision_of_those_eight_weeks(mvp, ending):
    eighth = MONDAY + 56 * DAY
    opens(mvp, at=eighth - 7 * DAY, closes_on=eighth.date())
    with mvp.write() as session:
        decision = session.get_one(Decision, 1)
        decision.ending, decision.closed_at = Ending.NO_MAJORITY, eighth - DAY
    assert thursdays(mvp, eighth) == (False, None)
    with mvp.write() as session:
        session.get_one(Decision, 1).ending = ending
    assert thursdays(mvp, eighth) == (True, None)


def test_thursdays_lines_have_the_last_reading_and_by_when_85_of_100_such_epics_are_done(mvp):
    asked_at = MONDAY + 3 * DAY

    def stands():
        with mvp.read() as session:
            check = FactCheck(id=1, workspace_id=1, user_id=ANA, at=asked_at)
            _, line, *_ = shown(in_person(session, check, asked_at))
            return line.split("\n")[1].split(" · ")[0]

    assert stands() == "testing the MVP, not blocked"
    adds(mvp, at=MONDAY, value=Decimal("61.6"))
    adds(mvp, at=MONDAY + DAY, value=Decimal("64.2"))
    assert stands() == "testing the MVP, completion 64.2 %, not blocked"
    finishes(mvp, 1, 6, took=30)
    finishes(mvp, 1, 2, took=40)
    by = "completion 64.2 %, done by about {Sat 27 Jun}"
    assert stands() == f"testing the MVP, {by}, not blocked"


@pytest.mark.parametrize(("channel", "day"), [("C0TRUCKS", 2), ("C0LOBBY", 1), (None, 1)])
def test_the_day_of_what_was_said_is_that_of_the_channels_portfolio_else_of_the_first(
    mvp, channel, day
):
    trucks = StreamSetup(name="Trucks", key_prefix="TRU", owner_user_id=ANA, channel_id="C0TRUCKS")
    depot = Setup(name="Depot", currency="NZD", time_zone="Pacific/Auckland", streams=[trucks])
    at = datetime(2026, 6, 1, 15, tzinfo=UTC)  # five in Berlin, three at night in Auckland
    with mvp.write() as session:
        here = session.get_one(Epic, 1).workspace_id
        at_work(session, set_up(session, here, ANA, depot, MONDAY), MONDAY)
        assert recording.day_said(Act(session, here, ANA, at), channel, at) == date(2026, 6, day)
