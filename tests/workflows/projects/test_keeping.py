"""Projects changed and linked to epics: by who may, within one portfolio, for those who see."""

from dataclasses import astuple
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest
from sqlalchemy import event, select

from bot.workflows.board.changes import on_their_dates
from bot.workflows.epics.linking import link, suggest_epics, unlink
from bot.workflows.files.importing.creating import found_portfolio
from bot.workflows.flow.scope import scope_of
from bot.workflows.keeping import Act
from bot.workflows.paging import NONE
from bot.workflows.people.workspaces import workspace_of
from bot.workflows.projects.keeping import (
    MILESTONES,
    PROGRAMS,
    PROJECTS,
    new_milestone,
    new_program,
    new_project,
)
from bot.workflows.projects.projects import (
    ProjectChoice,
    project_sheet,
    projects_page,
)
from models.errors import ChangedSince, FieldMistakes, Gone, Taken
from models.people.role import NotAllowed, Role, RoleGrant
from models.portfolio.portfolio import Portfolio, ValueStream
from models.projects.forms import MilestoneForm, ProgramForm, ProjectForm
from models.projects.project import Plan, ProjectSnapshot
from models.projects.shares import of_streams, parse_shares
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

CLEO, DANA = "U0CLEO", "U0DANA"
TODAY = date(2026, 5, 18)


@pytest.fixture
def shop(database):
    """Ben owns Payments, Dana is finance; the workspace's and the portfolio's ids."""
    here, portfolio_id = a_portfolio(database)
    with database.write() as session:
        session.add(
            RoleGrant(workspace_id=here, portfolio_id=portfolio_id, role=Role.FINANCE, user_id=DANA)
        )
    return here, portfolio_id


def act(session, shop, actor=DANA):
    return Act(session, shop[0], actor, MONDAY)


def adds(session, shop, code="PRJ-204", shares="Payments", actor=DANA, **more):
    does = act(session, shop, actor)
    streams = session.get_one(Portfolio, shop[1]).open_streams
    form = ProjectForm(code=code, shared=of_streams(parse_shares(shares), streams), **more)
    return PROJECTS.add(does, new_project(does, shop[1]), form)


def plans(session, shop, project, code, baseline, **more):
    form = MilestoneForm(code=code, baseline_on=baseline, **more)
    does = act(session, shop)
    return MILESTONES.add(does, new_milestone(does, project.id), form)


def sheet(session, shop, project, viewer):
    does = act(session, shop, viewer)
    return project_sheet(does, PROJECTS.seen(does, project.id), 1)


def proposes(session, shop, title="Pay by bank transfer", stream="Payments", **columns):
    found = select(ValueStream).where(ValueStream.name == stream)
    epic = an_epic(session, shop[0], session.scalars(found).one().id, title)
    for name, value in columns.items():
        setattr(epic, name, value)
    return epic


def page(session, shop, viewer=CLEO, number=1, **choice):
    choice = ProjectChoice(**choice)
    return projects_page(act(session, shop, viewer), shop[1], choice, number)


def codes(found):
    return [project.code for project in found.projects]


@pytest.mark.parametrize(
    ("actor", "shares", "may"),
    [
        (BEN, "Payments:10; Onboarding:90", True),
        (DANA, "Onboarding", True),
        (BEN, "Onboarding", False),
        (CLEO, "Payments", False),
    ],
)
def test_owners_of_its_streams_and_finance_keep_a_project(database, shop, actor, shares, may):
    with database.write() as session:
        if may:
            assert adds(session, shop, shares=shares, actor=actor).id
            return
        with pytest.raises(NotAllowed) as refused:
            adds(session, shop, shares=shares, actor=actor)
    assert DANA in refused.value.ask
    assert "finance or an admin can change this project" in refused.value.sentence


def test_a_project_changed_since_it_was_seen_is_not_overwritten(database, shop):
    with database.write() as session:
        project = adds(session, shop)
        seen = (project.id, project.version)
        plans(session, shop, project, "M1", TODAY)
        with pytest.raises(ChangedSince, match="Someone has changed PRJ-204"):
            PROJECTS.change(act(session, shop), *seen, ProjectForm(code="PRJ-204", name="Mine"))


def test_a_code_is_there_once_in_its_portfolio_or_plan_however_it_is_written(database, shop):
    with database.write() as session:
        one, two = adds(session, shop, "P1"), adds(session, shop, "P2")
        plans(session, shop, one, "M1", TODAY)
        plans(session, shop, two, "M1", TODAY)
        with pytest.raises(Taken, match="There is already a milestone m1"), session.begin_nested():
            plans(session, shop, one, "m1", TODAY)
        with pytest.raises(Taken, match="There is already a project p1"):
            adds(session, shop, "p1")
        does = act(session, shop)
        PROGRAMS.add(does, new_program(does, shop[1]), ProgramForm(code="Core"))
        with pytest.raises(Taken, match="There is already a program CORE"):
            PROGRAMS.add(does, new_program(does, shop[1]), ProgramForm(code="CORE"))


def test_a_stream_that_was_merged_meanwhile_takes_no_further_share(database, shop):
    with database.write() as session:
        project = adds(session, shop)
        onboarding = session.scalars(select(ValueStream).where(ValueStream.name == "Onboarding"))
        stream = onboarding.one()
        stream.ended_at = MONDAY
        form = ProjectForm(code="PRJ-204", shared=((stream.id, Decimal(100)),))
        with pytest.raises(FieldMistakes, match="There is no value stream Onboarding"):
            PROJECTS.change(act(session, shop), project.id, project.version, form)


def test_an_epic_is_linked_by_who_may_change_it_or_projects_in_its_stream(database, shop):
    with database.write() as session:
        project, epic = adds(session, shop), proposes(session, shop)
        for actor in (BEN, DANA, ANA):
            version = epic.version
            link(act(session, shop, actor), {"": (epic.id, project.id)})
            assert (epic.project, epic.version) == (project, version + 1)
            unlink(act(session, shop, actor), epic.id, project.id)
            assert epic.project is None
        with pytest.raises(NotAllowed, match="can change this epic"):
            link(act(session, shop, CLEO), {"": (epic.id, project.id)})


def test_what_cannot_be_linked_is_said_by_its_epic_and_nothing_is(database, shop):
    with database.write() as session:
        one, two = adds(session, shop, "P1"), adds(session, shop, "P2")
        free = proposes(session, shop, "Free")
        taken = proposes(session, shop, "Taken", project_id=one.id)
        hidden = proposes(session, shop, "Hidden", restricted=True)
        session.flush()
        ids = {"free": free.id, "taken": taken.id, "hidden": hidden.id, "none": 999_999}
        wishes = {name: (epic_id, two.id) for name, epic_id in ids.items()}
        with pytest.raises(FieldMistakes) as refused, session.begin_nested():
            link(act(session, shop), wishes)
        assert refused.value.errors == {
            "taken": f"{taken.key} is already linked to P1. Unlink it there first.",
            "hidden": "That epic is not there any more.",
            "none": "That epic is not there any more.",
        }
        session.expire_all()
        assert free.project_id is None


def test_an_epic_of_another_portfolio_or_workspace_is_not_linked(database, shop):
    with database.write() as session:
        project = adds(session, shop)
        other = found_portfolio(session, shop[0], "Other", MONDAY)
        stream = ValueStream(workspace_id=shop[0], name="Else", key_prefix="ELS")
        other.value_streams.append(stream)
        session.flush()
        elsewhere = an_epic(session, shop[0], stream.id, "Elsewhere")
        elsewhere.value_stream.owner_user_id = BEN
        with pytest.raises(FieldMistakes, match="ELS-1 is in a different portfolio"):
            link(act(session, shop, BEN), {"": (elsewhere.id, project.id)})
        foreign = (workspace_of(session, "T2").id, shop[1])
        with pytest.raises(Gone):
            link(act(session, foreign, BEN), {"": (elsewhere.id, project.id)})
        with pytest.raises(Gone):
            sheet(session, foreign, project, BEN)


def test_epics_are_offered_that_have_no_project_those_of_its_streams_first(database, shop):
    with database.write() as session:
        project = adds(session, shop)
        proposes(session, shop, "Other stream", "Onboarding")
        proposes(session, shop, "Old one")
        proposes(session, shop, "Linked", project_id=project.id)
        proposes(session, shop, "Hidden", restricted=True)
        stopped = proposes(session, shop, "Stopped one")
        stopped.state = stopped.portfolio.state("stopped")
        session.flush()

        def offered(viewer, typed="", limit=10):
            found = suggest_epics(act(session, shop, viewer), project.id, typed, limit)
            return [epic.title for epic in found]

        assert offered(CLEO) == ["Old one", "Stopped one", "Other stream"]
        assert offered(ANA) == ["Hidden", "Old one", "Stopped one", "Other stream"]
        assert offered(CLEO, "pay one") == ["Old one", "Stopped one"]
        assert offered(CLEO, "one", limit=1) == ["Old one"]
        assert offered(CLEO, "100%") == []


def test_the_list_is_narrowed_and_its_plan_is_of_all_that_are_left(database, shop):
    with database.write() as session:
        late = adds(session, shop, "P1")
        plans(session, shop, late, "M1", TODAY - timedelta(days=3))
        plans(session, shop, late, "M2", TODAY, actual_on=TODAY)
        calm = adds(session, shop, "P2", "Onboarding", budget_minor=100)
        plans(session, shop, calm, "M1", TODAY + timedelta(days=3))
        proposes(session, shop, project_id=calm.id)
        session.flush()
        everything = page(session, shop)
        assert codes(everything) == ["P1", "P2"]
        assert (everything.plan.on_their_date, everything.plan.agreed) == (2, 3)
        assert everything.linked == {calm.id: 1}
        assert codes(page(session, shop, which="late")) == ["P1"]
        assert codes(page(session, shop, which="unlinked")) == ["P1"]
        assert codes(page(session, shop, which="closed")) == []
        assert codes(page(session, shop, text="p2")) == ["P2"]
        onboarding = calm.shares[0].value_stream_id
        narrowed = page(session, shop, stream_id=onboarding)
        assert codes(narrowed) == ["P2"]
        assert (narrowed.plan.on_their_date, narrowed.plan.agreed) == (1, 1)


def test_a_link_one_may_not_see_leaves_a_project_unlinked_for_them(database, shop):
    with database.write() as session:
        project = adds(session, shop)
        proposes(session, shop, restricted=True, project_id=project.id)
        session.flush()
        assert page(session, shop, CLEO).linked == {}
        assert codes(page(session, shop, CLEO, which="unlinked")) == ["PRJ-204"]
        assert codes(page(session, shop, BEN, which="unlinked")) == []
        assert sheet(session, shop, project, CLEO).epics == []
        assert sheet(session, shop, project, BEN).epics_in_all == 1


def test_a_portfolio_one_does_not_see_shows_no_projects(database, shop):
    with database.write() as session:
        project = adds(session, shop)
        session.get_one(Portfolio, shop[1]).open_to_all = False
        session.flush()
        assert codes(page(session, shop, DANA)) == ["PRJ-204"]
        for looks in (
            lambda: page(session, shop, CLEO),
            lambda: sheet(session, shop, project, CLEO),
        ):
            with pytest.raises(Gone):
                looks()


def test_the_newest_snapshot_is_the_last_told(database, shop):
    with database.write() as session:
        project = adds(session, shop)
        for period, as_of in (("a", date(2024, 1, 1)), ("c", TODAY), ("b", TODAY)):
            session.add(
                ProjectSnapshot(
                    workspace_id=shop[0], project_id=project.id, period=period, as_of=as_of
                )
            )
        session.flush()
        assert page(session, shop).newest[project.id].period == "c"
        found = sheet(session, shop, project, CLEO)
        assert [snapshot.period for snapshot in found.snapshots] == ["c", "b", "a"]


def test_a_page_of_projects_asks_as_many_questions_for_one_as_for_ten(database, shop, queries):
    with database.write() as session:
        adds(session, shop, "P0")
    with database.read() as session:
        few = queries(lambda: page(session, shop))
    with database.write() as session:
        for number in range(1, 10):
            plans(session, shop, adds(session, shop, f"P{number}"), "M1", TODAY)
    with database.read() as session:
        assert queries(lambda: page(session, shop)) == few


@pytest.fixture
def queries(database):
    """Counts the statements that something says to the database."""

    def counted(do):
        said = []

        def hear(_connection, _cursor, statement, *_more):
            said.append(statement)

        event.listen(database.engine, "before_cursor_execute", hear)
        do()
        event.remove(database.engine, "before_cursor_execute", hear)
        return len(said)

    return counted


def test_the_list_the_sheets_and_the_digest_count_milestones_on_their_date_alike(database, shop):
    days = [None, *(TODAY + timedelta(days=n) for n in (-1, 0, 1))]
    with database.write() as session:
        payments = adds(session, shop, shares="Payments")
        greeting = adds(session, shop, code="PRJ-205", shares="Onboarding")
        closed = adds(session, shop, code="PRJ-206", shares="Payments")
        for number, (baseline, forecast, actual) in enumerate(product(days, days, days[:3])):
            project = (payments, greeting)[number % 2]
            more = {"forecast_on": forecast, "actual_on": actual}
            plans(session, shop, project, f"M{number}", baseline, **more)
        plans(session, shop, closed, "M1", TODAY - timedelta(days=9))
        closed.closed_at = MONDAY
    with database.read() as session:
        listed = projects_page(act(session, shop), shop[1], ProjectChoice(), 1)
        sheets = [project.plan(TODAY) for project in listed.projects]
        added = Plan(*(sum(each) for each in zip(*map(astuple, sheets), strict=True)))
        assert listed.plan == added == Plan(27, 36)
        whole = on_their_dates(session, scope_of(session, shop[1], None), MONDAY, NONE)
        assert (whole.on_date, whole.agreed) == astuple(added)
        narrowed = ProjectChoice(stream_id=payments.shares[0].value_stream_id)
        mine = projects_page(act(session, shop), shop[1], narrowed, 1).plan
        scope = scope_of(session, shop[1], narrowed.stream_id)
        told = on_their_dates(session, scope, MONDAY, NONE)
        assert (told.on_date, told.agreed) == astuple(mine) == astuple(sheets[0])
