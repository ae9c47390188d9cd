"""What became of an epic, from its card to what the card says then."""

from decimal import Decimal

from sqlalchemy import select

from models.epics.epic import Epic
from tests.commands.conftest import card


def shows(slack, words):
    """The card, once it says so."""
    slack.wait_for(lambda: words in card(slack, "PAY-1").text)
    return card(slack, "PAY-1")


def test_the_outcome_of_a_done_epic_is_recorded_from_its_card(slack, mvp):
    with mvp.database.write() as session:
        epic = session.scalars(select(Epic)).one()
        epic.indicator, epic.baseline, epic.target = "Completion", Decimal(61), Decimal(68)
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
        lambda: any("Only who owns PAY-1" in each.text for each in cleo.private_messages())
    )
