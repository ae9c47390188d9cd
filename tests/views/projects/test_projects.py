"""Projects word for word: the list, one of them, and the forms."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.slack.values import ProjectForm, ProjectRef, ProjectsRef
from bot.views.projects.forms import milestone_form, program_form, project_form
from bot.views.projects.link_form import epic_option, link_form, linked
from bot.views.projects.list import project_list
from bot.views.projects.page import project_page
from bot.workflows.projects.projects import Plan, ProjectSheet, ProjectsPage, Which
from models.projects.project import (
    Milestone,
    MilestoneKind,
    Program,
    Project,
    ProjectShare,
    ProjectSnapshot,
)
from models.projects.project_entry import parse_project
from tests.views.builders import CLEO, HOSTILE, MONDAY, a_portfolio, an_epic, many_streams
from tests.views.reading import buttons, element, options, read_aloud, shown, shown_form

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


def lines(view):
    return [text for text in shown_form(view) if text.startswith("*PRJ")]


def test_a_project_in_the_list_says_whose_it_is_its_money_its_plan_and_its_epics():
    project = a_project(program=CORE, owner_user_id=CLEO, budget_minor=120_000_000)
    project.milestones = [
        a_milestone("M1", TODAY - timedelta(days=60), actual_on=TODAY - timedelta(days=60)),
        a_milestone("M3", TODAY - timedelta(days=14), forecast_on=TODAY),
    ]
    page = a_list([project], links={7: 2}, plan=Plan(11, 14))
    view = project_list(page, [page.portfolio], ProjectsRef(), may_edit=True)
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
    view = project_list(
        a_list([a_project(shares=())]), [a_portfolio()], ProjectsRef(), may_edit=False
    )
    assert lines(view) == [
        "*PRJ-204* · Checkout renewal\n"
        "no owner yet · no budget known · in no value stream yet\n"
        "no milestone with an agreed date · no epic linked"
    ]
    assert shown_form(view)[1].endswith("No milestone has an agreed date yet")
    assert buttons(view["blocks"]) == ["Open PRJ-204"]


def test_without_a_budget_of_its_own_the_years_that_was_told_last_is_said():
    newest = {7: a_snapshot(TODAY, "2023", budget_minor=378_500_000)}
    project = a_project(owner_name="Jürgen Groß")
    view = project_list(
        a_list([project], newest=newest), [a_portfolio()], ProjectsRef(), may_edit=True
    )
    assert "Jürgen Groß · €3.8m in 2023 · " in lines(view)[0]


@pytest.mark.parametrize(
    ("memory", "may_edit", "said"),
    [
        (ProjectsRef(), True, "There are no projects yet. Add one, or bring them in: an admin can"),
        (ProjectsRef(), False, "There are no projects yet. Finance, owners of value streams"),
        (ProjectsRef(which=Which.LATE), True, "No project is like that. Take a filter away"),
        (ProjectsRef(text="wallet"), True, "No project is like that."),
    ],
)
def test_an_empty_list_says_what_to_do(memory, may_edit, said):
    view = project_list(a_list([]), [a_portfolio()], memory, may_edit=may_edit)
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
    page = a_list([project] * 10, portfolio=portfolio, total=6_670, number=2)
    memory = ProjectsRef(stream=1_001, text=text[:80], page=2)
    several = [portfolio, a_portfolio(id=2, name="Other")]
    view = project_list(page, several, memory, may_edit=True)
    view["blocks"] = distinct(view["blocks"])
    texts = shown_form(view)
    assert "Page 2 of 667" in texts
    marked = [block["text"] for block in view["blocks"] if block["type"] == "section"]
    assert len(marked) == 11
    assert not any("<!channel>" in said["text"] for said in marked)
    assert element(view["blocks"], "projects_by_stream")["type"] == "external_select"
    assert options(element(view["blocks"], "projects_by_portfolio"))[1] == "Other"
    links = link_form(page, memory)
    for number, block in enumerate(links["blocks"][1:]):
        block["block_id"] += f"_{number}"
    assert len(shown_form(links)) > 10


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
    texts = shown_form(project_page(a_sheet(project), ProjectRef(project=7), may_edit=False))
    assert texts == [
        "A project",
        "*PRJ-204 · Checkout renewal*\n"
        "CORE · no owner yet · no budget known · Payments 60 %, Onboarding 40 %\n"
        "1 Mar 2025 to 30 Sep 2026 · cost centre 4310 · program Core systems",
        "*M3 14 days late* · 3 of 4 milestones on their date",
        "*M1* Rollout\ncame 1 Mar 2026 · 1 day early, agreed 2 Mar 2026",
        "*G1* · checkpoint\ncame 1 Apr 2026 · on its date, agreed 1 Apr 2026\nNo outcome noted yet",
        "*G2* Rollout · checkpoint\ncame 1 Apr 2026 · on its date, agreed 1 Apr 2026\nOutcome: Go",
        "*M3* Rollout\nexpected 18 May 2026 · 14 days late, agreed 4 May 2026",
        "*M4* Spain\nexpected 1 Dec 2026 · no day was agreed",
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
    texts = shown_form(project_page(sheet, ProjectRef(project=7), may_edit=False))
    told = next(text for text in texts if text.startswith("*Last told"))
    assert told.splitlines() == [
        "*Last told 31 Dec 2025* (2025), compared with 31 Dec 2024",
        "Budget €1.2m, before €1m",
        "Forecast not known, before €900k",
        "Whole-life cost €5m",
        "Ends 30 Sep 2026, 92 days later than told before",
        "Confidence Amber, before Green",
        "Told by Payments, before Onboarding",
    ]
    assert "Before that: 2024 Onboarding green" in texts


def test_a_project_without_days_of_its_own_has_those_that_were_told_last():
    told = [a_snapshot(TODAY, "2026", starts_on=date(2025, 3, 1), ends_on=None)]
    sheet = a_sheet(a_project(), snapshots=told)
    texts = shown_form(project_page(sheet, ProjectRef(project=7), may_edit=True))
    assert texts[1].endswith("1 Mar 2025 to an end not known")
    assert "No milestones yet. Add one with the day that was agreed." in texts
    assert "no milestone with an agreed date" not in texts


def test_a_first_snapshot_is_compared_with_nothing():
    sheet = a_sheet(a_project(), snapshots=[a_snapshot(TODAY, TODAY.isoformat())])
    texts = shown_form(project_page(sheet, ProjectRef(project=7), may_edit=False))
    assert (
        "*Last told 18 May 2026*\nBudget not known\nForecast not known\n"
        "Whole-life cost not known\nEnds on a day not known"
    ) in texts


def test_who_may_change_a_project_gets_the_buttons_and_a_search_for_epics():
    project = a_project()
    project.milestones = [a_milestone()]
    sheet = a_sheet(project, epics=[an_epic()])
    view = project_page(sheet, ProjectRef(project=7), may_edit=True)
    assert buttons(view["blocks"]) == ["Edit", "Add a milestone", "Close it", "Unlink PAY-12"]
    texts = shown_form(view)
    assert "*1 linked epic*" in texts
    assert "*PAY-12* Pay by bank transfer at checkout · funnel · Payments" in texts
    assert element(view["blocks"], "link_epic")["type"] == "external_select"


@pytest.mark.parametrize("text", [HOSTILE, "&" * 300, "*" * 300])
def test_a_project_of_many_hostile_milestones_and_epics_fits(text):
    project = a_project(text[:120], name=text, category=text[:120], closed_at=MONDAY)
    slip = {"outcome": text * 6, "name": text[:200]}
    project.milestones = [a_milestone(text[:40], **slip) for _ in range(200)]
    for number, milestone in enumerate(project.milestones):
        milestone.id = number
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
    texts = shown_form(project_page(sheet, ProjectRef(project=7), may_edit=True))
    assert "*90 linked epics* · the first 15" in texts
    assert not any("<!channel>" in said for said in texts)


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
@pytest.mark.parametrize("minor", [None, 5, 120_000_050, -270, 1_250_000])
def test_a_form_saved_untouched_says_what_the_project_says(currency, minor):
    portfolio = a_portfolio()
    portfolio.currency = currency
    project = a_project(
        budget_minor=minor, starts_on=TODAY, ends_on=TODAY, program_id=1, owner_user_id=CLEO
    )
    view = project_form(ProjectForm(portfolio=1, version=3), portfolio, [CORE], project)
    assert shown_form(view)[0] == "Edit the project"
    entry = parse_project(begun(view), currency)
    assert (entry.code, entry.name) == (project.code, project.name)
    assert entry.budget_minor == minor
    assert (entry.starts_on, entry.ends_on, entry.program_id) == (TODAY, TODAY, 1)
    assert entry.owner_user_id == CLEO
    told = [(share.stream, share.percent) for share in entry.shares]
    assert told == [("Payments", Decimal(60)), ("Onboarding", Decimal(40))]


def begun(view):
    """What each field holds when the form opens."""
    held = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            it = block["element"]
            option = it.get("initial_option", {}).get("value")
            first = it.get("initial_value") or it.get("initial_date") or it.get("initial_user")
            held[block["block_id"]] = option or first
    return held


def test_an_owner_who_is_no_member_is_named_until_someone_is_chosen():
    project = a_project(owner_name="Jürgen Groß")
    form = project_form(ProjectForm(portfolio=1), a_portfolio(), [], project)
    assert "Until now it is Jürgen Groß, who is no member here." in shown_form(form)
    assert "Program" not in shown_form(form)


def test_the_other_forms_are_ones_slack_takes():
    memory = ProjectForm(portfolio=1)
    assert shown_form(program_form(memory))[0] == "Add a program"
    assert shown_form(milestone_form(memory))[0] == "Add a milestone"
    long = a_milestone(outcome="x" * 5_000, forecast_on=TODAY)
    assert shown_form(milestone_form(memory, long))[0] == "Edit the milestone"
    many = [Program(id=number, code=f"P{number}", name="x" * 200) for number in range(250)]
    assert shown_form(project_form(memory, a_portfolio(), many))[0] == "Add a project"


def test_linked_epics_are_told_with_their_projects():
    epic = an_epic(project=a_project(), title=HOSTILE)
    answer = linked([epic])
    assert "<!channel>" not in shown(answer)[0]
    assert read_aloud(answer).startswith("*PAY-12* ")
    assert read_aloud(answer).endswith("points to PRJ-204 now.")
    assert epic_option(an_epic(title="x" * 300))["text"]["text"].endswith("…")
