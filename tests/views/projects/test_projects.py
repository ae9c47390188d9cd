"""Projects word for word: the list, one of them, and the forms."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.slack.blocks import modal
from bot.slack.forms import form_view
from bot.views.projects.actions import LinkProjects, ProjectShown, ProjectsList
from bot.views.projects.list import project_list
from bot.views.projects.page import link_form, linked, project_page
from bot.workflows.projects.projects import ProjectSheet, ProjectsPage
from models.projects.project import (
    Milestone,
    MilestoneKind,
    Plan,
    Program,
    Project,
    ProjectShare,
    ProjectSnapshot,
)
from tests.views.builders import CLEO, HOSTILE, MONDAY, a_portfolio, an_epic, many_streams
from tests.views.reading import buttons, element, options, shown, shown_form

TODAY = MONDAY.date()
CORE = Program(id=1, code="CORE", name="Core systems")


def a_project(code="PRJ-204", *, portfolio=None, shares=((0, 60), (1, 40)), **columns):
    portfolio = portfolio or a_portfolio()
    project = Project(
        id=7, portfolio_id=1, code=code, name="Checkout renewal", created_at=MONDAY, version=3
    )
    for name, value in columns.items():
        setattr(project, name, value)
    project.shares = [
        ProjectShare(value_stream=portfolio.value_streams[place], percent=Decimal(percent))
        for place, percent in shares
    ]
    return project


def a_milestone(code="M3", baseline=TODAY, **columns):
    kind = MilestoneKind.MILESTONE
    columns = {"name": "Rollout", "kind": kind, "baseline_on": baseline} | columns
    return Milestone(id=30, code=code, position=1, **columns)


def a_snapshot(as_of, period, **columns):
    return ProjectSnapshot(as_of=as_of, period=period, **columns)


def a_list(projects, *, portfolio=None, total=None, number=1, newest=None, links=None, plan=None):
    pages = max(1, -(-(total or len(projects)) // 10))
    return ProjectsPage(
        portfolio or a_portfolio(),
        [CORE],
        projects,
        newest or {},
        links or {},
        plan or Plan(0, 0),
        TODAY,
        number,
        pages,
        total if total is not None else len(projects),
    )


def a_sheet(project, *, milestones=None, snapshots=(), epics=(), epics_in_all=None, pages=1):
    held = project.milestones if milestones is None else milestones
    in_all = len(epics) if epics_in_all is None else epics_in_all
    return ProjectSheet(a_portfolio(), project, held, 1, pages, snapshots, epics, in_all, TODAY)


def listed(found, page=None, *, portfolios=None, may_edit=True):
    """The list as Slack is given it."""
    page = page or ProjectsList()
    return view_of(project_list(found, page, portfolios or [found.portfolio], may_edit=may_edit))


def opened(sheet, *, may_edit=False):
    """The project as Slack is given it."""
    return view_of(project_page(sheet, ProjectShown(project=7), may_edit=may_edit))


def view_of(shown):
    return modal("page", shown.title, shown.blocks, submit="Search")


def lines(view):
    return [text for text in shown_form(view) if text.startswith("*PRJ")]


def test_a_project_in_the_list_says_whose_it_is_its_money_its_plan_and_its_epics():
    project = a_project(program=CORE, owner_user_id=CLEO, budget_minor=120_000_000)
    project.milestones = [
        a_milestone("M1", TODAY - timedelta(days=60), actual_on=TODAY - timedelta(days=60)),
        a_milestone("M3", TODAY - timedelta(days=14), forecast_on=TODAY),
    ]
    page = a_list([project], links={7: 2}, plan=Plan(11, 14))
    view = listed(page)
    texts = shown_form(view)
    assert texts[1] == "*Projects of Shop* · 1 open project\n11 of 14 milestones on their date"
    assert lines(view) == [
        "*PRJ-204* · Checkout renewal\n"
        "CORE · @Cleo · budget €1.2m · Payments 60 %, Onboarding 40 %\n"
        "*M3 14 days late* · 1 of 2 milestones on their date · 2 epics linked"
    ]
    called = ["Add a project", "Link these to epics", "Add a program", "Open PRJ-204"]
    assert buttons(view["blocks"]) == called


def test_what_is_not_known_of_a_project_is_said_and_never_a_zero():
    view = listed(a_list([a_project(shares=())]), may_edit=False)
    assert lines(view) == [
        "*PRJ-204* · Checkout renewal\n"
        "no owner yet · no budget known · in no value stream yet\n"
        "no milestone has an agreed date · no epic linked"
    ]
    assert shown_form(view)[1].endswith("No milestone has an agreed date yet")
    assert buttons(view["blocks"]) == ["Open PRJ-204"]


def test_without_a_budget_of_its_own_the_years_that_was_told_last_is_said():
    newest = {7: a_snapshot(TODAY, "2023", budget_minor=378_500_000)}
    project = a_project(owner_name="Jürgen Groß")
    view = listed(a_list([project], newest=newest))
    assert "Jürgen Groß · €3.8m in 2023 · " in lines(view)[0]


@pytest.mark.parametrize(
    ("page", "may_edit", "said"),
    [
        (ProjectsList(), True, "There are no projects yet. Add one; an admin can import"),
        (ProjectsList(), False, "There are no projects yet. Finance, owners of value streams"),
        (ProjectsList(which="late"), True, "No project matches. Remove a filter"),
        (ProjectsList(text="wallet"), True, "No project matches."),
    ],
)
def test_an_empty_list_says_what_to_do(page, may_edit, said):
    view = listed(a_list([]), page, may_edit=may_edit)
    assert any(text.startswith(said) for text in shown_form(view))
    assert "Link these to epics" not in buttons(view["blocks"])


@pytest.mark.parametrize("text", [HOSTILE, "&" * 300, "*" * 300])
def test_a_full_page_of_hostile_words_among_many_streams_fits_and_pings_nobody(text):
    portfolio = a_portfolio(many_streams(130), name=text[:80])
    project = a_project(
        text[:120],
        portfolio=portfolio,
        name=text,
        owner_name=text[:120],
        program=Program(id=1, code=text[:80], name=text[:200]),
        shares=[(place, 1) for place in range(100)],
    )
    project.milestones = [a_milestone(text[:40], TODAY - timedelta(days=9), name=text[:200])]
    found = a_list([project] * 10, portfolio=portfolio, total=6_670, number=2)
    page = ProjectsList(stream=1_001, text=text[:80], number=2)
    several = [portfolio, a_portfolio(id=2, name="Other")]
    view = listed(found, page, portfolios=several)
    view["blocks"] = distinct(view["blocks"])
    assert len(shown_form(view)) > 10
    marked = [block["text"] for block in view["blocks"] if block["type"] == "section"]
    assert len(marked) == 11
    assert not any("<!channel>" in said["text"] for said in marked)
    assert len(options(element(view["blocks"], "narrow_stream"))) == 131
    assert options(element(view["blocks"], "narrow_portfolio"))[1] == "Other"
    links = link_form(LinkProjects(projects=(7,)), [project] * 10, {7: 2})
    said = shown_form(form_view(links, ""))
    assert said.count("2 epics point to it already.") == 10


def distinct(blocks):
    """The same project ten times stands for ten of them."""
    return [block | {"block_id": f"b{number}"} for number, block in enumerate(blocks)]


def test_a_project_tells_its_plan_milestone_by_milestone():
    project = a_project(
        starts_on=date(2025, 3, 1), ends_on=date(2026, 9, 30), cost_centre="4310", program=CORE
    )
    gate = MilestoneKind.CHECKPOINT
    project.milestones = [
        a_milestone("M1", date(2026, 3, 2), actual_on=date(2026, 3, 1)),
        a_milestone("G1", date(2026, 4, 1), actual_on=date(2026, 4, 1), kind=gate, name="G1"),
        a_milestone("G2", date(2026, 4, 1), actual_on=date(2026, 4, 1), kind=gate, outcome="Go"),
        a_milestone("M3", TODAY - timedelta(days=14)),
        a_milestone("M4", None, forecast_on=date(2026, 12, 1), name="Spain"),
    ]
    on_its_date = "reached 1 Apr 2026 · on its date, agreed 1 Apr 2026"
    assert shown_form(opened(a_sheet(project))) == [
        "A project",
        "*PRJ-204 · Checkout renewal*\n"
        "CORE · no owner yet · no budget known · Payments 60 %, Onboarding 40 %\n"
        "1 Mar 2025 to 30 Sep 2026 · cost centre 4310 · program Core systems",
        "*M3 14 days late* · 3 of 4 milestones on their date",
        "*M1* Rollout\nreached 1 Mar 2026 · 1 day early, agreed 2 Mar 2026",
        f"*G1* · checkpoint\n{on_its_date}\nNo outcome recorded yet",
        f"*G2* Rollout · checkpoint\n{on_its_date}\nOutcome: Go",
        "*M3* Rollout\nexpected 18 May 2026 · 14 days late, agreed 4 May 2026",
        "*M4* Spain\nexpected 1 Dec 2026 · no agreed date",
        "*No epic is linked yet.*",
    ]


def test_what_was_told_last_is_compared_with_what_was_told_before():
    streams = a_portfolio().value_streams
    newest = a_snapshot(
        date(2025, 12, 31),
        "2025",
        budget_minor=120_000_000,
        forecast_minor=None,
        whole_life_cost_minor=500_000_000,
        ends_on=date(2026, 9, 30),
        confidence="Amber",
        value_stream=streams[0],
    )
    before = a_snapshot(
        date(2024, 12, 31),
        "2024",
        budget_minor=100_000_000,
        forecast_minor=90_000_000,
        whole_life_cost_minor=500_000_000,
        ends_on=date(2026, 6, 30),
        confidence="Green",
        value_stream=streams[1],
    )
    sheet = a_sheet(a_project(), snapshots=[newest, before])
    texts = shown_form(opened(sheet))
    told = next(text for text in texts if text.startswith("*Last reported"))
    assert told.splitlines() == [
        "*Last reported 31 Dec 2025* (2025), compared with 31 Dec 2024",
        "Budget €1.2m, before €1m",
        "Forecast not known, before €900k",
        "Whole-life cost €5m",
        "Ends 30 Sep 2026, 92 days later than reported before",
        "Confidence Amber, before Green",
        "Reported by Payments, before Onboarding",
    ]
    assert "Before that: 2024 Onboarding green" in texts


def test_a_project_without_days_of_its_own_has_those_that_were_told_last():
    told = [a_snapshot(TODAY, "2026", starts_on=date(2025, 3, 1), ends_on=None)]
    sheet = a_sheet(a_project(), snapshots=told)
    texts = shown_form(opened(sheet, may_edit=True))
    assert texts[1].endswith("1 Mar 2025 to end not known")
    assert "No milestones yet. Add one with its agreed date." in texts
    assert "no milestone has an agreed date" not in texts


def test_a_first_snapshot_is_compared_with_nothing():
    sheet = a_sheet(a_project(), snapshots=[a_snapshot(TODAY, TODAY.isoformat())])
    texts = shown_form(opened(sheet))
    assert (
        "*Last reported 18 May 2026*\nBudget not known\nForecast not known\n"
        "Whole-life cost not known\nEnd not known"
    ) in texts


def test_who_may_change_a_project_gets_the_buttons_and_a_search_for_epics():
    project = a_project()
    project.milestones = [a_milestone()]
    sheet = a_sheet(project, epics=[an_epic()])
    view = opened(sheet, may_edit=True)
    assert buttons(view["blocks"]) == ["Edit", "Add a milestone", "Close it", "Unlink PAY-12"]
    texts = shown_form(view)
    assert "*1 linked epic*" in texts
    assert "*PAY-12* Pay by bank transfer at checkout · funnel · Payments" in texts
    assert element(view["blocks"], 'link_epic {"project":7}')["type"] == "external_select"


@pytest.mark.parametrize("text", [HOSTILE, "&" * 300, "*" * 300])
def test_a_project_of_many_hostile_milestones_and_epics_fits(text):
    project = a_project(text[:120], name=text, category=text[:120], closed_at=MONDAY)
    slip = {"outcome": text * 6, "name": text[:200]}
    project.milestones = [a_milestone(text[:40], **slip) for _ in range(200)]
    for number, milestone in enumerate(project.milestones):
        milestone.id = number + 1
    told = [a_snapshot(TODAY, text[:16], confidence=text[:40]) for _ in range(12)]
    epics = [an_epic(number=number, title=text) for number in range(1, 16)]
    sheet = a_sheet(
        project,
        milestones=project.milestones[:20],
        snapshots=told,
        epics=epics,
        epics_in_all=90,
        pages=10,
    )
    texts = shown_form(opened(sheet, may_edit=True))
    assert "*90 linked epics* · the first 15" in texts
    assert not any("<!channel>" in said for said in texts)


def test_linked_epics_are_told_with_their_projects():
    epic = an_epic(project=a_project(), title=HOSTILE)
    answer = linked([epic])
    assert "<!channel>" not in shown(answer)[0]
