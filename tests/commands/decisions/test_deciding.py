"""One person's decision, from the card to the record; and a stop as what it is."""

import pytest
from sqlalchemy import select

from models.decisions.decision import Decision
from models.epics.epic import Epic
from tests.commands.conftest import card
from tests.commands.decisions.conftest import dm

WHY = "64 % after six weeks"


def costs(shop, minor):
    with shop.database.write() as session:
        session.scalars(select(Epic).where(Epic.key == "PAY-1")).one().full_cost_minor = minor


@pytest.fixture
def small(mvp):
    """PAY-1 costs less than the council's line, and Ana proposed it: Ben, of Payments, decides."""
    costs(mvp, 8_000_000)
    return mvp


def opens(slack, who):
    """From the menu of the card."""
    person = slack.as_user(who)
    person.chooses_overflow("Open a decision", in_message=card(slack, "PAY-1"))
    return person


def decides(person, outcome, why=WHY):
    """Fill the form, look at what it does, and do it."""
    form = person.form(title="Decide")
    form.choose("What is your decision?", outcome)
    form.fill("Why, in a sentence?", why)
    assert not form.submit().closed
    look = person.form(title="Check your decision")
    shown = str(look.blocks)
    assert look.submit().closed
    return shown


def test_who_decides_alone_sees_the_case_says_why_and_it_comes_true(slack, small):
    ben = opens(slack, "ben")
    form = ben.form(title="Decide")
    assert form.shows("the full cost is below the council's line of €250k")
    assert form.shows("*Pay by bank transfer*")
    shown = decides(ben, "Persevere")
    assert "*PAY-1* moves from Testing the MVP to *Delivering* at once." in shown
    slack.wait_for(lambda: card(slack, "PAY-1").shows("*Delivering*"))
    assert card(slack, "PAY-1").shows("Decided: persevere")
    told = dm(slack, "ana")
    assert told.shows("*Persevere*, decided by")
    assert told.shows("64 % after six weeks.")
    ben.types("/decision show D-1", channel="payments")
    record = ben.form(title="Decision D-1")
    assert record.shows("Done with it: moved to Delivering.")
    assert record.shows("*What was known* when it was opened")


def test_anyone_else_asks_the_one_who_decides_who_answers_from_the_message(slack, small):
    ana = opens(slack, "ana")
    form = ana.form(title="Open a decision")
    assert form.shows("The owner of Payments decides, because the full cost is below")
    form.choose("What do you recommend?", "Stop")
    assert form.submit().closed
    asked = slack.wait_for(
        lambda: next((m for m in slack.dm("ben").messages if "pivot or stop?" in m.text), None)
    )
    assert asked.shows("The owner of Payments decides:")
    slack.wait_for(lambda: card(slack, "PAY-1").shows("The owner of Payments decides by"))
    assert not [m for m in slack.channel("portfolio").messages if "PAY-1" in m.text]
    ben = slack.as_user("ben")
    ben.click("Decide …", in_message=asked)
    shown = decides(ben, "Stop", "Spain stays flat")
    assert "*PAY-1* is stopped" in shown
    slack.wait_for(lambda: asked.text.startswith("PAY-1 · Decided: stop"))
    assert asked.buttons == ["Read the decision", "Case as voted"]
    slack.wait_for(lambda: "Decided: stop" in dm(slack, "ana").text)


def test_who_is_not_asked_reads_the_case_and_cannot_decide(slack, small):
    opens(slack, "ana").form(title="Open a decision").submit()
    slack.wait_for(lambda: [m for m in slack.dm("ben").messages if "pivot or stop?" in m.text])
    cleo = slack.as_user("cleo")
    cleo.types("/decision show D-1", channel="payments")
    page = cleo.form(title="Decision D-1")
    assert page.shows("The owner of Payments decides:")
    assert "Decide …" not in page.buttons
    asked = next(m for m in slack.dm("ben").messages if "pivot or stop?" in m.text)
    cleo.click("Decide …", in_message=asked)
    said = slack.wait_for(lambda: [m.text for m in cleo.private_messages()])
    assert said[-1].startswith("Only the people who were asked can decide D-1.")


def test_a_stop_is_kept_as_the_decision_of_who_stopped_it(slack, mvp):
    slack.as_user("ben").types("/epic stop PAY-1 Spain stays flat", channel="payments")
    slack.wait_for(lambda: card(slack, "PAY-1").shows("Spain stays flat"))
    with mvp.database.read() as session:
        kept = session.scalars(select(Decision)).one()
    ben = slack.workspace.user_named("ben").id
    assert (kept.decided, kept.decided_by, kept.why, kept.effect) == (
        "stop",
        ben,
        "Spain stays flat",
        "stopped",
    )
    assert kept.case.column == "Testing the MVP"


def test_the_line_is_set_on_the_settings_page(slack, shop):
    ana = slack.as_user("ana")
    ana.types("/portfolio settings", channel="payments")
    page = ana.form(title="Settings")
    assert page.shows("The council's line* · €250,000")
    page.click("Change the line")
    form = ana.form(title="The council's line")
    form.fill("At what full cost does the council decide?", "100k")
    form.submit()
    slack.wait_for(lambda: page.shows("The council decides from: €250,000 → €100,000"))


def records(slack, who, outcome=None, **answers):
    person = slack.as_user(who)
    person.types("/decision record PAY-1", channel="payments")
    form = person.form(title="Record a decision")
    if outcome:
        form.choose("What was decided?", outcome)
    form.fill("Why, in a sentence or two?", answers.get("why", WHY))
    form.choose("Who was there?", "ben", "cleo")
    for label, typed in answers.get("more", {}).items():
        form.fill(label, typed)
    return form


def test_what_was_decided_in_the_room_is_kept_with_who_was_there_and_comes_true(slack, mvp):
    form = records(slack, "ben", "Persevere", more={"Votes, if they were counted": "2, 1, 0"})
    assert form.submit().closed, form.errors
    slack.wait_for(lambda: card(slack, "PAY-1").shows("*Delivering*"))
    told = slack.wait_for(
        lambda: next((m for m in slack.channel("portfolio").messages if "PAY-1" in m.text), None)
    )
    ben, cleo = (slack.workspace.user_named(name).id for name in ("ben", "cleo"))
    assert told.shows(f"*Persevere*, decided in the room and recorded by <@{ben}>: {WHY}.")
    assert told.shows(f"Present: <@{ben}>, <@{cleo}>. Votes: 2 persevere, 1 pivot.")
