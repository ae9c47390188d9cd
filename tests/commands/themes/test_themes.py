"""`/portfolio themes`: looked at by everybody, changed by the council and admins."""

from sqlalchemy import select

from models.epics.epic import Epic
from models.themes.theme import Theme
from tests.commands.conftest import card, proposes


def themes(slack, who="ana"):
    person = slack.as_user(who)
    person.types("/portfolio themes", channel="payments")
    return person.form(title="Themes")


def adds_theme(slack, name="Fewer abandoned purchases"):
    listed = themes(slack)
    listed.click("Add a theme")
    form = slack.as_user("ana").form(title="Add a theme")
    form.fill("What is it called?", name)
    assert form.submit().closed
    slack.wait_for(lambda: listed.shows(f"*{name}*"))
    return listed


def opens_theme(slack, listed, who="ana"):
    listed.click("Open")
    return slack.as_user(who).form(title="A theme")


def adds_objective(slack, shown, owner=None):
    shown.click("Add an objective")
    form = slack.as_user("ana").form(title="Add an objective")
    form.fill("What should be true?", "More first-time buyers finish")
    form.choose("By when?", "2026-12-31")
    if owner:
        form.choose("Who looks after it?", owner)
    assert form.submit().closed
    slack.wait_for(lambda: shown.shows("*More first-time buyers finish*"))


def adds_result(slack, shown, **figures):
    shown.chooses_overflow("Add a key result")
    form = slack.as_user("ana").form(title="Add a key result")
    form.fill("Which figure shows it?", "Checkout completion")
    form.fill("In which unit?", "%")
    for label, figure in figures.items():
        form.fill({"begin": "Where did it start?", "target": "Where should it be?"}[label], figure)
    assert form.submit().closed
    slack.wait_for(lambda: shown.shows("Checkout completion"))


def reads(slack, shown, figure, who="ana"):
    shown.chooses_overflow("Update its value")
    form = slack.as_user(who).form(title="Its value now")
    form.fill("Where is it now, %?", figure)
    return form


def test_an_empty_list_teaches_what_a_theme_is(slack, shop):
    assert themes(slack).shows("Start with *Add a theme*; three to six are usual.")
    listed = themes(slack, "cleo")
    assert listed.shows("The council or an admin adds the first one.")
    assert "Add a theme" not in listed.buttons


def test_from_a_theme_to_a_key_result_in_one_go_and_every_list_beneath_shows_it(slack, shop):
    listed = adds_theme(slack)
    shown = opens_theme(slack, listed)
    adds_objective(slack, shown)
    slack.wait_for(lambda: listed.shows("1 objective"))
    adds_result(slack, shown, begin="61", target="68")
    assert shown.shows("*not measured yet*")
    assert reads(slack, shown, "64,2").submit().closed
    slack.wait_for(lambda: shown.shows("*64.2 %*"))
    assert shown.shows("from 61 %, target 68 %, 46 % of the way")


def test_what_is_not_known_is_said_and_never_0(slack, shop):
    shown = opens_theme(slack, adds_theme(slack))
    adds_objective(slack, shown)
    adds_result(slack, shown)
    assert shown.shows("start not known, no target yet")


def test_who_looks_after_an_objective_reads_its_key_results_and_changes_nothing_else(slack, shop):
    shown = opens_theme(slack, adds_theme(slack))
    adds_objective(slack, shown, owner="cleo")
    adds_result(slack, shown, begin="61")
    seen = opens_theme(slack, themes(slack, "cleo"), "cleo")
    assert "Edit the theme" not in seen.buttons
    assert reads(slack, seen, "65", "cleo").submit().closed
    slack.wait_for(lambda: seen.shows("*65 %*"))


def test_the_work_of_each_theme_is_counted_and_the_work_without_one(slack, shop):
    listed = adds_theme(slack)
    proposes(slack, "Pay by bank transfer")
    proposes(slack, "Remember the card")
    card(slack, "PAY-2")
    with shop.database.write() as session:
        epic = session.scalars(select(Epic).where(Epic.key == "PAY-1")).one()
        epic.theme_id = session.scalars(select(Theme.id)).one()
    slack.as_user("ben").types("/epic move PAY-1 analyzing", channel="payments")
    slack.wait_for(lambda: "Analyzing" in card(slack, "PAY-1").text)
    listed = themes(slack)
    assert listed.shows("1 epic in flight · no objective yet")
    assert listed.shows("*Without a theme*\n0 epics in flight, 1 idea")


def test_a_theme_is_closed_after_a_question_and_opened_again(slack, shop):
    shown = opens_theme(slack, adds_theme(slack))
    shown.click("Close it", confirm=False)
    assert "Close it" in shown.buttons
    shown.click("Close it")
    slack.wait_for(lambda: "Open it again" in shown.buttons)
    assert shown.shows("*Fewer abandoned purchases* · closed")
    shown.click("Open it again")
    slack.wait_for(lambda: "Close it" in shown.buttons)


def test_what_someone_else_changed_meanwhile_is_shown_and_what_was_typed_is_kept(slack, shop):
    shown = opens_theme(slack, adds_theme(slack))
    shown.click("Edit the theme")
    form = slack.as_user("ana").form(title="Edit the theme")
    form.fill("What is it called?", "Buyers who finish")
    with shop.database.write() as session:
        theme = session.scalars(select(Theme)).one()
        theme.name, theme.version = "Buyers who come back", theme.version + 1
    assert not form.submit().closed
    assert form.shows("*Someone else changed this while it was open.*")
    assert form.shows("What is it called? It is now “Buyers who come back”.")
    assert form.value("What is it called?") == "Buyers who finish"
    with shop.database.write() as session:
        theme = session.scalars(select(Theme)).one()
        theme.name, theme.version = "Buyers who stay", theme.version + 1
    assert not form.submit().closed
    assert form.shows("What is it called? It is now “Buyers who stay”.")
    assert not form.shows("What is it about? It is")
    assert form.submit().closed
    slack.wait_for(lambda: shown.shows("*Buyers who finish*"))
