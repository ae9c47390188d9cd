"""Changing an epic by its form, from the command and the card's menu."""

from sqlalchemy import select

from models.epics.epic import Epic
from tests.commands.conftest import card, proposes

TITLE = "What should change?"


def the_epic(tack):
    with tack.database.read() as session:
        return session.scalars(select(Epic)).one()


def editing(slack, who="ana"):
    person = slack.as_user(who)
    person.types("/epic edit PAY-1", channel="payments")
    return person.form(title="Edit PAY-1")


def test_every_answer_can_be_changed_and_the_card_shows_it(slack, shop):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    form = editing(slack)
    assert form.value(TITLE) == "Pay by bank transfer"
    form.fill(TITLE, "Pay by transfer")
    form.fill("Which figure will move?", "Completion, %")
    form.fill("Where should it be?", "68")
    form.fill("By when?", "2099-09-30")
    form.fill("Cost of the MVP, EUR", "60k")
    form.choose("Horizon", "1 · improve what earns today")
    form.click("Read it as a sentence")
    form = slack.as_user("ana").form()
    assert form.shows("will move completion to 68 % by 30 Sep 2099.")
    assert form.submit().closed
    told = slack.as_user("ana").last_private().text
    assert "the title, the figure that will move, the target" in told
    slack.wait_for(lambda: "Pay by transfer" in card(slack, "PAY-1").text)
    epic = the_epic(shop)
    assert (epic.mvp_cost_minor, epic.horizon, epic.version) == (6_000_000, 1, 2)
    ana = slack.as_user("ana")
    ana.chooses_overflow("Edit", channel="payments")
    assert ana.form().title == "Edit PAY-1"
    assert ana.form().submit().closed
    assert "nothing changed" in ana.last_private().text


def test_wrong_answers_are_said_at_their_fields_and_stay(slack, shop):
    proposes(slack, "Pay by bank transfer")
    form = editing(slack)
    form.fill("Where is it now?", "many")
    form.fill("By when?", "2020-01-01")
    form.fill("Cost of the MVP, EUR", "60k-ish")
    errors = form.submit().errors
    assert set(errors) == {"Where is it now?", "By when?", "Cost of the MVP, EUR"}
    assert form.value("Where is it now?") == "many"
    assert the_epic(shop).version == 1


def test_someone_else_was_faster_and_is_named_and_nothing_typed_is_lost(slack, shop):
    proposes(slack, "Pay by bank transfer")
    mine, theirs = editing(slack), editing(slack, "ben")
    theirs.fill("Where should it be?", "70")
    assert theirs.submit().closed
    mine.fill("For whom?", "Everybody")
    errors = mine.submit().errors
    [said] = errors.values()
    assert list(errors) == ["For whom?"]
    assert said.startswith("Ben changed this epic while you were writing: the target.")
    assert mine.value("For whom?") == "Everybody"
    assert mine.submit().closed
    epic = the_epic(shop)
    assert (str(epic.target), epic.for_whom) == ("70", "Everybody")


def test_who_may_not_change_it_gets_no_form_and_a_right_lost_while_writing_is_lost(slack, shop):
    proposes(slack, "Pay by bank transfer", who="cleo")
    said = slack.as_user("dana").types("/epic edit PAY-1", channel="payments").text
    assert said.startswith("Only the owner of PAY-1, the owner of Payments or an admin can change")
    form = editing(slack, "cleo")
    slack.as_user("ben").types("/epic owner PAY-1 @ben", channel="payments")
    with shop.database.write() as session:
        session.scalars(select(Epic)).one().proposed_by = None
    form.fill("For whom?", "Everybody")
    assert "can change this epic" in str(form.submit().errors)


def test_the_circle_is_chosen_in_the_form(slack, shop):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    form = editing(slack)
    form.choose("Who sees this epic?", "Its circle")
    form = slack.as_user("ana").form()
    form.choose("Who else is in its circle?", "cleo")
    assert form.submit().closed
    slack.wait_for(
        lambda: all("bank transfer" not in m.text for m in slack.channel("payments").messages)
    )
    assert "bank transfer" in slack.as_user("cleo").types("/epic show PAY-1", "payments").text
    said = slack.as_user("dana").types("/epic show PAY-1", channel="payments").text
    assert said == "There is no epic PAY-1."
