"""The form for an epic: what it offers, what it asks for next, and what it does not take."""

import pytest
from sqlalchemy import select

from models.epics.epic import Epic
from models.portfolio.portfolio import Portfolio, Stage, ValueStream
from models.projects.project import Project
from models.themes.theme import Objective, Theme
from tests.commands.conftest import epics, proposes

TITLE, BELIEF = "What should change?", "What do you believe, in a sentence?"
PROJECT = "Is it linked to a project that already runs?"


def keep(tack, **nouns):
    """Give the portfolio themes, objectives and projects."""
    with tack.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        here = {"workspace_id": portfolio.workspace_id, "portfolio_id": portfolio.id}
        for name in nouns.get("themes", ()):
            session.add(Theme(name=name, **here))
        for title in nouns.get("objectives", ()):
            session.add(Objective(title=title, **here))
        for code, name in nouns.get("projects", ()):
            session.add(Project(code=code, name=name, created_at=portfolio.created_at, **here))


def change_stream(tack, prefix, **columns):
    with tack.database.write() as session:
        stream = session.scalars(select(ValueStream).where(ValueStream.key_prefix == prefix)).one()
        for name, value in columns.items():
            setattr(stream, name, value)


def the_epic(tack, key="PAY-1"):
    with tack.database.read() as session:
        return session.scalars(select(Epic).where(Epic.key == key)).one()


def opened(slack, who="ana", numbers=False):
    """The form, filled with what is enough."""
    person = slack.as_user(who)
    person.types("/epic propose", channel="payments")
    form = person.form()
    if numbers:
        form.click("Add numbers now")
    form = person.form()
    form.fill(TITLE, "Pay by bank transfer")
    form.fill(BELIEF, "It helps.")
    return form


def test_a_project_is_found_by_its_code_or_name_and_shown_on_the_card(slack, shop):
    keep(shop, projects=[("PRJ-204", "Checkout renewal"), ("PRJ-9", "New warehouse")])
    form = opened(slack)
    assert form.options(PROJECT) == [
        "No project",
        "PRJ-204 Checkout renewal",
        "PRJ-9 New warehouse",
    ]
    assert form.options(PROJECT, "renewal") == ["PRJ-204 Checkout renewal"]
    assert form.options(PROJECT, "zebra") == ["Nothing found for “zebra”: go on without"]
    form.choose(PROJECT, "PRJ-204 Checkout renewal")
    assert form.submit().closed
    slack.as_user("ana").types("/epic show PAY-1", channel="payments")
    shown = slack.as_user("ana").last_private()
    assert "project PRJ-204 Checkout renewal" in str(shown.blocks)


def test_where_there_are_no_projects_one_goes_on_without(slack, shop):
    form = opened(slack)
    assert form.options(PROJECT) == ["There are no projects yet: go on without"]
    keep(shop, projects=[("No project", "No project")])
    form.choose(PROJECT, "No project")
    form._view.typed["project"]["epic_project"]["selected_option"]["value"] = "none"
    assert form.submit().closed
    assert the_epic(shop).project_id is None


def test_no_theme_is_chosen_with_a_reason(slack, shop):
    keep(shop, themes=["Less paper"])
    form = opened(slack, numbers=True)
    assert form.options("Theme") == ["Less paper", "No theme, because …"]
    form.choose("Theme", "No theme, because …")
    form = slack.as_user("ana").form()
    assert form.value(TITLE) == "Pay by bank transfer"
    form.fill("Why has it no theme?", "   ")
    errors = form.submit().errors
    assert errors == {"Why has it no theme?": "Say in a few words why it has no theme."}
    form.fill("Why has it no theme?", "The law asks for it")
    assert form.submit().closed
    assert the_epic(shop).theme_none_because == "The law asks for it"


def test_a_theme_chosen_after_all_asks_for_no_reason(slack, shop):
    keep(shop, themes=["Less paper"], objectives=["Grow"])
    form = opened(slack, numbers=True)
    form.choose("Theme", "No theme, because …")
    form.choose("Theme", "Less paper")
    form = slack.as_user("ana").form()
    assert "Why has it no theme?" not in form.labels
    form.choose("Objective", "Grow")
    form.choose("Type", "Enabler · lets others go on or go faster")
    form.choose("Owner", "ben")
    assert form.submit().closed
    epic = the_epic(shop)
    assert (epic.theme_id, epic.objective_id, epic.type) == (1, 1, "enabler")
    assert epic.owner_user_id == slack.workspace.user_named("ben").id


def test_the_stream_chosen_says_when_the_project_is_asked_for(slack, shop):
    change_stream(shop, "ONB", stage=Stage.CAPACITY_FUNDED)
    form = opened(slack)
    assert PROJECT in form.labels
    form.choose("Value stream", "Onboarding (ONB)")
    ana = slack.as_user("ana")
    assert PROJECT not in ana.form().labels
    assert ana.form().value(TITLE) == "Pay by bank transfer"
    ana.form().click("Add numbers now")
    assert ana.form().labels[-1] == PROJECT


def test_a_stream_that_has_ended_is_not_offered_and_not_taken(slack, shop):
    form = opened(slack)
    form.choose("Value stream", "Onboarding (ONB)")
    change_stream(shop, "ONB", ended_at=slack.clock.now())
    errors = form.submit().errors
    assert "That value stream is not there any more. Choose another one." in errors.values()
    assert opened(slack).options("Value stream") == ["Payments (PAY)"]


@pytest.mark.parametrize("value", ["999", "x", "-1"])
def test_a_theme_edited_by_hand_is_refused_and_what_was_typed_stays(slack, shop, value):
    keep(shop, themes=["Less paper"])
    form = opened(slack, numbers=True)
    form.choose("Theme", "Less paper")
    held = form._view.typed["theme"]["epic_theme"]
    held["selected_option"] = {**held["selected_option"], "value": value}
    said = form.submit().errors["Theme"]
    assert said in (
        "That theme is not open any more. Choose another one.",
        "Choose one of the list.",
    )
    assert (form.value(TITLE), epics(shop)) == ("Pay by bank transfer", 0)


def test_a_guest_or_a_bot_cannot_own_an_epic(slack, shop):
    slack.add_user("gus", guest=True)
    form = opened(slack, numbers=True)
    form.choose("Owner", "gus")
    assert form.submit().errors == {"Owner": "Gus is a guest. Choose members of this workspace."}
    assert epics(shop) == 0


def test_before_the_portfolio_is_live_only_an_admin_proposes(slack, shop):
    with shop.database.write() as session:
        session.scalars(select(Portfolio)).one().live_at = None
    said = slack.as_user("cleo").types("/epic propose", channel="payments").text
    assert said.startswith("Shop is still being set up, and posts nothing until then.")
    assert f"Ask <@{slack.workspace.user_named('ana').id}>" in said
    assert proposes(slack, "Pay by bank transfer", who="ana").closed
