"""A project's checkpoint is put to the council, and its plan says what was decided."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.workflows.decisions import changing
from bot.workflows.decisions.follow_up import again
from bot.workflows.decisions.opening.opening import channel_of
from bot.workflows.decisions.subjects import checkpoints
from bot.workflows.keeping import Act
from models.audit import audit
from models.decisions.decision import Ending, HasAPart, NotTheirsToOpen
from models.decisions.form import DecideForm, DecisionForm, WordsForm
from models.decisions.opening import OpenAlready
from models.epics.epic import Epic
from models.errors import ChangedSince, Gone
from models.people.role import NotAllowed, Role, RoleGrant
from models.projects.project import Concluded, Milestone, MilestoneKind, NotACheckpoint, Project
from tests.workflows.decisions.builders import (
    ANA,
    BEN,
    CLEO,
    CLOSES_AT,
    COUNCIL,
    DANA,
    ELI,
    MONDAY,
    NEXT_MONDAY,
    an_mvp,
    closes,
    ends,
    stored,
    votes,
)

LATER = MONDAY + timedelta(days=1)


@pytest.fixture
def plan(database):
    """PRJ-204 of Ana's, to which PAY-1 points, has a checkpoint M3 and a milestone M4."""
    an_mvp(database)
    with database.write() as session:
        here = {"workspace_id": 1, "portfolio_id": 1}
        session.add(RoleGrant(role=Role.FINANCE, user_id=ANA, granted_at=MONDAY, **here))
        project = Project(code="PRJ-204", name="Checkout renewal", created_at=MONDAY, **here)
        session.add(project)
        session.flush()
        session.get_one(Epic, 1).project_id = project.id
        for code, kind in (("M3", MilestoneKind.CHECKPOINT), ("M4", MilestoneKind.MILESTONE)):
            milestone = project.new_milestone()
            milestone.code, milestone.name, milestone.kind = code, "Spain", kind
            milestone.baseline_on = date(2026, 5, 11)
            session.add(milestone)
            session.flush()
    return database


def opens(database, milestone_id=1, who=ANA, at=MONDAY, version=1, **more):
    with database.write(audit.Act(who, "form open_checkpoint", at)) as session:
        act, form = Act(session, 1, who, at), DecisionForm(closes_on=NEXT_MONDAY, **more)
        return checkpoints.open_for(act, milestone_id, version, form).id


def decided(database, choice, decision_id=1):
    """All of the council press the same, and ten minutes go by; gives the checkpoint then."""
    for each in COUNCIL:
        votes(database, decision_id, each, choice)
    closes(database, decision_id, LATER)
    with database.read() as session:
        return session.get_one(Milestone, 1)


def test_its_outcome_and_its_day_are_what_was_decided_with_the_epics_as_the_case(plan):
    opens(plan)
    assert stored(plan).case.lines == (
        "Agreed for 11 May 2026.",
        "PAY-1 Pay by bank transfer: testing the MVP.",
    )
    came = decided(plan, "conditions")
    assert (came.outcome, came.actual_on) == ("Pass with conditions (D-1)", LATER.date())
    assert stored(plan).effect == "the plan of PRJ-204 says so"
    with pytest.raises(Concluded, match=r"M3 already has its outcome: Pass with conditions \(D-1"):
        opens(plan, version=2)


def test_one_that_does_not_pass_yet_has_not_come_and_can_be_asked_about_again(plan):
    opens(plan)
    still = decided(plan, "not yet")
    assert (still.outcome, still.actual_on) == ("Not yet, 19 May 2026 (D-1)", None)
    with pytest.raises(ChangedSince):
        opens(plan)
    assert opens(plan, version=2, at=LATER) == 2


def test_who_may_not_change_the_project_puts_nothing_to_the_council_nor_what_is_no_checkpoint(plan):
    with pytest.raises(NotAllowed):
        opens(plan, who=DANA)
    with pytest.raises(NotACheckpoint):
        opens(plan, 2)


def shares(database, owner=None, **percents):
    """The project is shared so between Payments, which is Ben's, and Onboarding."""
    streams = {"payments": 1, "onboarding": 2}
    with database.write() as session:
        project = session.get_one(Project, 1)
        project.owner = owner
        project.shared = tuple((streams[name], Decimal(n)) for name, n in percents.items())


def test_a_tie_goes_to_the_owner_of_the_stream_with_the_largest_share(plan):
    shares(plan, onboarding=40, payments=60)
    decision_id = opens(plan)
    for choices in (("pass", "not yet", "conditions"), ("pass", "not yet", "abstain")):
        later = MONDAY + timedelta(hours=stored(plan).round)
        for who, choice in zip(COUNCIL, choices, strict=True):
            votes(plan, decision_id, who, choice, later)
        closes(plan, decision_id, later + timedelta(minutes=10))
    assert stored(plan).tied_at is not None
    form = DecideForm(outcome="not yet", why="Spain is open")
    with plan.write(audit.Act(BEN, "form break_tie", LATER)) as session:
        changing.break_tie(Act(session, 1, BEN, LATER), decision_id, form)
    assert (stored(plan).outcome, stored(plan).decided_by) == ("not yet", BEN)


@pytest.mark.parametrize(
    "shared",
    [{}, {"onboarding": 60, "payments": 40}, {"payments": 100, "owner": BEN}],
    ids=["no stream", "a stream of nobody's", "a project of theirs"],
)
def test_else_the_form_asks_who_breaks_it_who_does_not_own_the_project(plan, shared):
    shares(plan, **{"owner": ANA} | shared)
    with plan.read() as session:
        assert checkpoints.usual_tie_breaker(session, session.get_one(Project, 1)) is None
    with pytest.raises(HasAPart, match="They own or proposed PRJ-204"):
        opens(plan, tie_breaker=shared.get("owner", ANA))
    opens(plan, tie_breaker=CLEO)
    assert stored(plan).tie_breaker == CLEO


def test_what_is_decided_on_a_checkpoint_that_was_removed_moves_nothing(plan):
    opens(plan)
    with plan.write() as session:
        session.delete(session.get_one(Milestone, 1))
    assert decided_effect(plan) == "nothing moved: it is not in the plan any more"


def decided_effect(database):
    for each in COUNCIL:
        votes(database, 1, each, "pass")
    return closes(database, 1, LATER).effect


def opens_again(database, who, decision_id=1, at=MONDAY + timedelta(days=10)):
    with database.write(audit.Act(who, "button open_again", at)) as session:
        act = Act(session, 1, who, at)
        found = again.open_again(act, decision_id)
        return found.id, channel_of(session, found)


def lapses(database):
    """Too few vote on it, twice; meanwhile Spain is expected later."""
    opens(database, tie_breaker=CLEO)
    assert ends(database, 1, CLOSES_AT).ending is Ending.NO_QUORUM
    with database.write() as session:
        session.get_one(Milestone, 1).forecast_on = date(2026, 6, 15)


def test_one_that_lapsed_is_opened_again_by_who_opened_it_or_breaks_its_ties_as_it_is_now(plan):
    lapses(plan)
    with pytest.raises(NotTheirsToOpen) as refused:
        opens_again(plan, ELI)
    assert refused.value.ask == (ANA, CLEO)
    assert opens_again(plan, CLEO) == (2, "C0PORT")
    asked = stored(plan, 2)
    assert asked.case.lines[0] == "Agreed for 11 May 2026, expected 15 Jun 2026."
    assert (asked.electorate, asked.tie_breaker) == (list(COUNCIL), CLEO)
    with pytest.raises(OpenAlready, match="D-2 already asks about PRJ-204 M3"):
        opens_again(plan, ANA)
    later = MONDAY + timedelta(days=11)
    for each in COUNCIL:
        votes(plan, 2, each, "pass", later)
    closes(plan, 2, later + timedelta(hours=1))
    with plan.read() as session:
        assert session.get_one(Milestone, 1).outcome == "Pass (D-2)"


def test_one_that_was_changed_is_asked_again_with_its_dates_and_epics_as_they_are_now(plan):
    opens(plan, tie_breaker=CLEO)
    with plan.write() as session:
        session.get_one(Milestone, 1).forecast_on = date(2026, 6, 15)
        act, form = Act(session, 1, ANA, LATER), WordsForm(because="New", closes_on=NEXT_MONDAY)
        changing.ask_again(act, 1, 1, form)
    assert "expected 15 Jun 2026" in stored(plan, 2).case.lines[0]


@pytest.mark.parametrize("what", ["removed", "concluded"])
def test_what_has_its_outcome_or_left_the_plan_meanwhile_is_not_opened_again(plan, what):
    lapses(plan)
    with plan.write() as session:
        milestone = session.get_one(Milestone, 1)
        if what == "removed":
            session.delete(milestone)
        else:
            milestone.actual_on, milestone.outcome = LATER.date(), "Passed in the room"
    with pytest.raises(Gone if what == "removed" else Concluded):
        opens_again(plan, ANA)


def test_who_votes_is_told_of_the_checkpoint_by_its_code(plan):
    opens(plan)
    assert votes(plan, 1, BEN, "pass").key == "PRJ-204 M3"
