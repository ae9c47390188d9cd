"""What became of an epic, from its card to what the card says then."""

from decimal import Decimal

from sqlalchemy import select

from models.epics.epic import Epic
from tests.commands.conftest import card


def shows(slack, words):
    """The card, once it says so."""
    slack.wait_for(lambda: words in card(slack, "PAY-1").text)
    return card(slack, "PAY-1")


def measured(tack):
    """The epic names its indicator."""
    with tack.database.write() as session:
        epic = session.scalars(select(Epic)).one()
        epic.indicator, epic.baseline, epic.target = "Completion", Decimal(61), Decimal(68)


def test_an_owner_is_asked_for_the_outcome_once_it_is_done_whoever_says_so(slack, mvp):
    measured(mvp)
    slack.as_user("ben").types("/epic move PAY-1 done it is in use", channel="payments")
    told = slack.wait_for(
        lambda: [m for m in slack.dm("ana").messages if "reach 68?" in m.text][-1:]
    )[0]
    assert (
        "moved PAY-1 · Pay by bank transfer from Testing the MVP to Done: it is in use."
        in told.text
    )
    ana = slack.as_user("ana")
    ana.types("/epic move PAY-1 implementing", channel="payments")
    said = ana.types("/epic move PAY-1 done", channel="payments")
    assert "is now in Done." in said.text
    assert "Did completion reach 68?" in said.text
    ana.click("Record the outcome", in_message=told)
    form = ana.form(title="PAY-1: the outcome")
    form.choose("Did completion reach 68?", "Reached")
    assert form.submit().closed
    slack.wait_for(lambda: any("Outcome: reached" in m.text for m in slack.dm("ana").messages))


def test_the_outcome_of_a_done_epic_is_recorded_from_its_card(slack, mvp):
    measured(mvp)
    ben = slack.as_user("ben")
    ben.types("/epic move PAY-1 done because it is in use", channel="payments")
    asked = shows(slack, "Did completion reach 68?")
    ben.click("Record the outcome", in_message=asked)
    form = ben.form(title="PAY-1: the outcome")
    form.fill("What was learned?", "Spain was flat")
    assert form.submit().errors
    form.choose("Did completion reach 68?", "Partly")
    assert form.submit().closed
    shown = shows(slack, "Outcome: partly")
    assert "Spain was flat." in shown.text
    cleo = slack.as_user("cleo")
    cleo.click("Record the outcome", in_message=shown)
    slack.wait_for(
        lambda: any("Only the owner of PAY-1" in each.text for each in cleo.private_messages())
    )
