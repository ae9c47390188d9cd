"""The form for an epic: what it offers, what it asks for next, and what it does not take."""

from sqlalchemy import select

from models.epics.epic import Epic
from models.portfolio.portfolio import Portfolio, Stage, ValueStream
from models.projects.project import Project
from models.themes.theme import Objective, Theme
from tests.commands.conftest import epics

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
    assert form.options(PROJECT, "zebra") == ["Nothing found for “zebra”: continue without"]
    form.choose(PROJECT, "PRJ-204 Checkout renewal")
    assert form.submit().closed
    slack.as_user("ana").types("/epic show PAY-1", channel="payments")
    shown = slack.as_user("ana").last_private()
    assert "project PRJ-204 Checkout renewal" in str(shown.blocks)


def test_no_theme_takes_a_reason_and_a_theme_chosen_after_all_none(slack, shop):
    keep(shop, themes=["Less paper"], objectives=["Grow"])
    form = opened(slack, numbers=True)
    assert form.options("Theme") == ["Less paper", "No theme, because …"]
    form.choose("Theme", "No theme, because …")
    form = slack.as_user("ana").form()
    assert form.value(TITLE) == "Pay by bank transfer"
    form.fill("Why has it no theme?", "   ")
    errors = form.submit().errors
    assert errors == {"Why has it no theme?": "Say in a few words why it has no theme."}
    form.choose("Theme", "Less paper")
    form = slack.as_user("ana").form()
    assert "Why has it no theme?" not in form.labels
    form.choose("Objective", "Grow")
    form.choose("Type", "Enabler · lets other epics go ahead or go faster")
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


def test_a_guest_or_a_bot_cannot_own_an_epic(slack, shop):
    slack.add_user("gus", guest=True)
    form = opened(slack, numbers=True)
    form.choose("Owner", "gus")
    assert form.submit().errors == {"Owner": "Gus is a guest. Choose members of this workspace."}
    assert epics(shop) == 0
