"""A project on paper: its shares, its plan, its owner, and what is asked of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from models.errors import FieldMistakes
from models.form import Facts
from models.projects.forms import Budget, LinksForm, MilestoneForm, ProjectForm
from models.projects.project import Milestone, Plan, Project
from models.projects.shares import Shares

TODAY = date(2026, 5, 18)
FACTS: Facts = {"today": TODAY, "currency": "EUR", "streams": [], "kinds": ()}
FACTS |= {f"epics_{row}": None for row in range(10)}


def a_project(**columns):
    return Project(workspace_id=1, code="PRJ-204", name="Checkout renewal", version=1, **columns)


def due(days, **columns):
    return Milestone(baseline_on=TODAY + timedelta(days=days), **columns)


def errors_of(form, **answers):
    with pytest.raises(FieldMistakes) as refused:
        form.read(answers, FACTS)
    return refused.value.errors


def test_a_share_that_stays_is_the_same_row():
    project = a_project()
    project.shared = ((1, Decimal(60)), (2, Decimal(40)))
    stays = project.shares[1]
    wanted: Shares = ((2, Decimal(100)),)
    project.shared = wanted
    assert (project.shares, stays.percent, project.shared) == ([stays], 100, wanted)


def test_who_owns_it_here_takes_the_place_of_who_owned_it_elsewhere():
    project = a_project(owner_name="Jürgen Groß")
    project.owner = None
    assert project.until_now == "Until now it is Jürgen Groß, who is not a member here."
    project.owner = "U0CLEO"
    assert (project.owner_user_id, project.owner_name, project.until_now) == ("U0CLEO", None, "")


def test_a_plan_counts_what_is_agreed_and_the_latest_is_the_one_furthest_behind():
    project = a_project()
    later = due(-14)
    came = due(-60, actual_on=TODAY - timedelta(days=30))
    project.milestones = [due(-7), later, came, due(3), Milestone(forecast_on=TODAY)]
    assert project.plan(TODAY) == Plan(on_their_date=1, agreed=4)
    assert project.latest_slip(TODAY) is later
    assert a_project().latest_slip(TODAY) is None


def test_a_milestone_comes_after_the_others_and_is_changed_with_its_project():
    project = a_project()
    project.milestones = [due(0, position=4)]
    milestone = project.new_milestone()
    assert milestone.position == 5
    milestone.version += 1
    assert project.version == 2


def test_without_a_name_it_is_called_by_its_code():
    assert ProjectForm.read({"code": "PRJ-204"}, FACTS).name == "PRJ-204"
    assert a_project().label == "PRJ-204 Checkout renewal"
    assert Project(code="PRJ-204", name="PRJ-204").label == "PRJ-204"


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
@pytest.mark.parametrize("minor", [0, 5, 120_000_050, -270, 1_250_000])
def test_a_budget_reads_as_it_is_spelled_also_one_of_income(currency, minor):
    budget, facts = Budget(label="Budget"), {"currency": currency}
    assert budget.parse(budget.spell(minor, facts), facts) == minor


def test_a_project_does_not_end_before_it_starts():
    said = errors_of(ProjectForm, code="P", starts_on="2026-03-01", ends_on="2026-02-01")
    assert said == {"ends_on": "It starts on 1 Mar 2026, so it must end after that."}


@pytest.mark.parametrize(
    ("answers", "field", "said"),
    [
        ({}, "baseline_on", "Give it a day: as it was agreed, as expected, or as it came."),
        (
            {"actual_on": "2026-05-19"},
            "actual_on",
            "19 May 2026 is in the future. Is that when it is expected?",
        ),
    ],
)
def test_a_milestone_has_a_day_and_has_not_come_before_today(answers, field, said):
    assert errors_of(MilestoneForm, code="M1", **answers) == {field: said}


def test_each_epic_is_chosen_for_one_project_and_one_at_least():
    said = "Choose an epic for at least one project, or close the form."
    assert errors_of(LinksForm) == {"epic_0": said}
    said = "This epic is already chosen above; it can point to only one project."
    assert errors_of(LinksForm, epic_0="1", epic_1="2", epic_3="1") == {"epic_3": said}
