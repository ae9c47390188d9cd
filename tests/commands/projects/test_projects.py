"""`/portfolio projects`: listed, looked at, changed and linked by who may, and by nobody else."""

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.workflows.keeping import Act
from bot.workflows.people.workspaces import workspace_of
from bot.workflows.projects.keeping import (
    MILESTONES,
    PROGRAMS,
    PROJECTS,
    new_milestone,
    new_program,
    new_project,
)
from models.audit.audit import AuditEvent
from models.epics.epic import Epic
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio
from models.projects.forms import MilestoneForm, ProgramForm, ProjectForm
from models.projects.project import Milestone, Program, Project
from models.projects.shares import of_streams, parse_shares
from tests.commands.conftest import card, proposes


def ana_acts(slack, session):
    """What Ana does, and the portfolio she does it in."""
    here, ana = workspace_of(session, slack.team_id).id, slack.workspace.user_named("ana").id
    return Act(session, here, ana, slack.clock.now()), session.scalars(select(Portfolio)).first()


def adds(slack, tack, code, name="Checkout renewal", shares="Payments", **more):
    """A project as a form would have added it; its id."""
    with tack.database.write() as session:
        act, shop = ana_acts(slack, session)
        shared = of_streams(parse_shares(shares), shop.open_streams)
        form = ProjectForm(code=code, name=name, shared=shared, **more)
        return PROJECTS.add(act, new_project(act, shop.id), form).id


def plans(slack, tack, project_id, code, baseline, **more):
    form = MilestoneForm(code=code, baseline_on=baseline, **more)
    with tack.database.write() as session:
        act, _ = ana_acts(slack, session)
        MILESTONES.add(act, new_milestone(act, project_id), form)


def steers(slack, tack, code):
    """A program as a form would have added it."""
    with tack.database.write() as session:
        act, shop = ana_acts(slack, session)
        PROGRAMS.add(act, new_program(act, shop.id), ProgramForm(code=code))


def projects(slack, who="ben", words=""):
    person = slack.as_user(who)
    person.types(f"/portfolio projects {words}", channel="payments")
    return person.form(title="Projects")


def opens(slack, who="ben"):
    projects(slack, who).click("Open")
    return slack.as_user(who).form(title="A project")


def stored(tack, query):
    with tack.database.read() as session:
        return session.scalars(query).all()


def the_project(tack):
    with tack.database.read() as session:
        project = session.scalars(select(Project)).one()
        return project, list(project.shares), list(project.milestones)


def today_of(slack):
    return slack.clock.now().astimezone(ZoneInfo("Europe/Berlin")).date()


def test_before_there_is_one_the_list_says_what_to_do(slack, shop):
    assert projects(slack).shows("There are no projects yet. Add one; an admin can import many")
    dana = projects(slack, "dana")
    assert dana.shows("There are no projects yet. Finance, owners of value streams and admins")
    assert not dana.shows("Add a project")
    adds(slack, shop, "PRJ-204")
    projects(slack, "dana").click("Open")
    assert not slack.as_user("dana").form(title="A project").shows("Add a milestone")


def test_a_project_is_added_by_form_with_shares_money_and_dates(slack, shop):
    listed = projects(slack)
    listed.click("Add a project")
    form = slack.as_user("ben").form(title="Add a project")
    form.fill("Its code", "PRJ-204")
    form.fill("What is it called?", "Checkout renewal")
    form.fill("Which value streams share it, in percent?", "Payments:60; ONB:39")
    form.fill("Budget, EUR", "1.2m-ish")
    form.choose("Owner", "cleo")
    form.choose("Starts", "2026-03-01")
    assert form.submit().errors == {
        "Which value streams share it, in percent?": "The shares add up to 99, not 100.",
        "Budget, EUR": "Write an amount: 60k, 60,000 or 60.000.",
    }
    form.fill("Which value streams share it, in percent?", "Payments:60; ONB:40")
    form.fill("Budget, EUR", "1.2m")
    form.choose("Ends", "2026-09-30")
    assert form.submit().closed
    slack.wait_for(lambda: listed.shows("budget €1.2m · Payments 60 %, Onboarding 40 %"))
    project, shares, _ = the_project(shop)
    assert (project.budget_minor, project.ends_on) == (120_000_000, date(2026, 9, 30))
    assert sum(share.percent for share in shares) == Decimal(100)
    told = stored(shop, select(AuditEvent).where(AuditEvent.noun == "projects"))
    assert [event.actor for event in told] == [slack.workspace.user_named("ben").id]


def test_milestones_on_and_off_their_date_are_told_in_the_list_and_on_the_page(slack, shop):
    today = today_of(slack)
    project = adds(slack, shop, "PRJ-204")
    plans(slack, shop, project, "M1", today - timedelta(days=60), actual_on=today - timedelta(60))
    plans(slack, shop, project, "M3", today - timedelta(days=14))
    listed = projects(slack)
    assert listed.shows("*M3 14 days late* · 1 of 2 milestones on their date · no epic linked")
    assert listed.shows("1 of 2 milestones on their date")
    shown = opens(slack)
    assert shown.shows("14 days late, agreed")
    assert shown.shows("on its date, agreed")


def test_a_milestone_is_added_changed_and_removed(slack, shop):
    adds(slack, shop, "PRJ-204")
    shown = opens(slack)
    shown.click("Add a milestone")
    form = slack.as_user("ben").form(title="Add a milestone")
    form.fill("Its code", "G1")
    form.choose("What is it?", "Checkpoint · with an outcome")
    form.choose("The day that was agreed", "2026-06-01")
    form.choose("The day it came", "2026-01-01")
    assert form.submit().closed
    slack.wait_for(lambda: shown.shows("No outcome recorded yet"))
    shown.chooses_overflow("Change it")
    form = slack.as_user("ben").form(title="Edit the milestone")
    form.fill("What came of it?", "Go on, with <two> conditions")
    assert form.submit().closed
    slack.wait_for(lambda: shown.shows("Outcome: Go on, with &lt;two&gt; conditions"))
    shown.chooses_overflow("Remove it")
    slack.wait_for(lambda: shown.shows("No milestones yet."))
    assert stored(shop, select(Milestone)) == []


def hand_over_payments(slack, tack, to):
    with tack.database.write() as session:
        for stream in session.scalars(select(Portfolio)).first().value_streams:
            stream.owner_user_id = slack.workspace.user_named(to).id


def test_the_list_is_narrowed_by_what_is_chosen_and_searched(slack, shop):
    late = adds(slack, shop, "PRJ-1", "Wallet")
    adds(slack, shop, "PRJ-2", "Address check", "Onboarding")
    plans(slack, shop, late, "M1", today_of(slack) - timedelta(days=1))
    listed = projects(slack)
    assert listed.shows("2 open projects")
    listed.choose("narrow_stream", "Onboarding (ONB)")
    slack.wait_for(lambda: listed.shows("1 open project"))
    assert not listed.shows("Wallet")
    listed.choose("narrow_stream", "Every value stream")
    slack.wait_for(lambda: listed.shows("Wallet"))
    listed.choose("narrow_which", "Off their date")
    slack.wait_for(lambda: listed.shows("1 project off its date"))
    assert not listed.shows("Address check")
    listed.fill("Words in the code or name", "nothing like it")
    listed.submit()
    slack.wait_for(lambda: listed.shows("No project matches."))
    assert projects(slack, words="address").shows("Address check")
    assert not projects(slack, words="address").shows("Wallet")


def test_an_epic_is_linked_and_unlinked_on_the_projects_page_and_its_card_says_so(slack, shop):
    adds(slack, shop, "PRJ-204")
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    shown = opens(slack)
    shown.choose("Link an epic", "PAY-1 Pay by bank transfer")
    slack.wait_for(lambda: shown.shows("*1 linked epic*"))
    slack.wait_for(lambda: "project PRJ-204 Checkout renewal" in str(card(slack, "PAY-1").blocks))
    shown.click("Unlink")
    slack.wait_for(lambda: shown.shows("*No epic is linked yet.*"))
    slack.wait_for(lambda: "PRJ-204" not in str(card(slack, "PAY-1").blocks))


def test_several_projects_are_linked_in_one_form_all_or_none(slack, shop):
    first, second = adds(slack, shop, "PRJ-1", "One"), adds(slack, shop, "PRJ-2", "Two")
    for title in ("Pay by bank transfer", "Wallet in shops"):
        proposes(slack, title)
    listed = projects(slack)
    listed.click("Link these to epics")
    form = slack.as_user("ben").form(title="Link to epics")
    form.choose("PRJ-1 One", "PAY-1 Pay by bank transfer")
    form.choose("PRJ-2 Two", "PAY-2 Wallet in shops")
    link_behind(shop, "PAY-2", first)
    assert form.submit().errors == {
        "PRJ-2 Two": "PAY-2 is already linked to PRJ-1. Unlink it there first."
    }
    assert linked(shop) == {"PAY-2": first}
    link_behind(shop, "PAY-2", None)
    assert form.submit().closed
    assert linked(shop) == {"PAY-1": first, "PAY-2": second}
    slack.wait_for(lambda: listed.shows("1 epic linked"))
    told = slack.wait_for(lambda: slack.as_user("ben").private_messages())[-1].text
    assert "PAY-1 Pay by bank transfer is now linked to PRJ-1." in told


def link_behind(tack, key, project_id):
    with tack.database.write() as session:
        session.scalars(select(Epic).where(Epic.key == key)).one().project_id = project_id


def linked(tack):
    epics = stored(tack, select(Epic).where(Epic.project_id.is_not(None)))
    return {epic.key: epic.project_id for epic in epics}


def test_a_restricted_epic_is_neither_counted_nor_named_nor_offered_to_others(slack, shop):
    project = adds(slack, shop, "PRJ-204")
    proposes(slack, "Buy the other shop")
    with shop.database.write() as session:
        epic = session.scalars(select(Epic)).one()
        epic.restricted, epic.project_id = True, project
    assert opens(slack, "dana").shows("*No epic is linked yet.*")
    assert projects(slack, "dana").shows("no epic linked")
    assert opens(slack, "ana").shows("Buy the other shop")
    link_behind(shop, "PAY-1", None)
    hand_over_payments(slack, shop, "cleo")
    make_finance(slack, shop, "dana")
    shown = opens(slack, "dana")
    with pytest.raises(AssertionError, match="Buy the other shop"):
        shown.choose("Link an epic", "PAY-1 Buy the other shop")


def make_finance(slack, tack, who):
    with tack.database.write() as session:
        shop = session.scalars(select(Portfolio)).first()
        session.add(
            RoleGrant(
                workspace_id=shop.workspace_id,
                portfolio_id=shop.id,
                role=Role.FINANCE,
                user_id=slack.workspace.user_named(who).id,
            )
        )


def test_a_program_is_added_and_a_project_put_into_it(slack, shop):
    listed = projects(slack, "ana")
    listed.click("Add a program")
    form = slack.as_user("ana").form(title="Add a program")
    form.fill("Its code", "CORE")
    form.fill("What is it called?", "Core systems")
    assert form.submit().closed
    listed.click("Add a project")
    form = slack.as_user("ana").form(title="Add a project")
    form.fill("Its code", "PRJ-1")
    form.choose("Program", "CORE Core systems")
    assert form.submit().closed
    slack.wait_for(lambda: listed.shows("CORE · no owner yet · no budget known"))


def test_a_program_is_changed_from_the_list_of_its_projects(slack, shop):
    ana = slack.as_user("ana")
    steers(slack, shop, "CORE")
    listed = projects(slack, "ana")
    assert not listed.shows("Edit this program")
    listed.choose("Program", "CORE")
    listed = slack.wait_for(
        lambda: ana.form().shows("Program *CORE* · no owner yet") and ana.form()
    )
    listed.click("Edit this program")
    edit = ana.form(title="Edit the program")
    edit.fill("What is it called?", "Core systems")
    edit.choose("Owner", "cleo")
    assert edit.submit().closed
    cleo = slack.workspace.user_named("cleo").id
    slack.wait_for(lambda: ana.form().shows(f"Program *CORE* Core systems · <@{cleo}>"))
    (program,) = stored(shop, select(Program))
    assert (program.name, program.owner_user_id, program.version) == ("Core systems", cleo, 2)


def test_a_closed_project_leaves_the_list_and_can_be_opened_again(slack, shop):
    adds(slack, shop, "PRJ-204")
    listed = projects(slack)
    listed.click("Open")
    shown = slack.as_user("ben").form(title="A project")
    shown.click("Close it")
    slack.wait_for(lambda: shown.shows("closed") and listed.shows("0 open projects"))
    listed = projects(slack)
    assert listed.shows("0 open projects")
    listed.choose("narrow_which", "Closed")
    slack.wait_for(lambda: listed.shows("Checkout renewal"))
    listed.click("Open")
    shown = slack.as_user("ben").form(title="A project")
    shown.click("Open it again")
    slack.wait_for(lambda: shown.shows("Close it"))
    assert stored(shop, select(Project))[0].closed_at is None
