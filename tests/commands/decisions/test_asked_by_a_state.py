"""A state that asks for a decision on the way out: what was a move leads there."""

import pytest
from sqlalchemy import select

from models.epics.epic import Epic
from models.epics.obstacles import Override
from models.portfolio.portfolio import Portfolio
from tests.commands.conftest import card
from tests.commands.decisions.test_deciding import decides


@pytest.fixture
def asking(slack, mvp):
    """PAY-1, which Ana proposed, tests its MVP below the line; its states ask for decisions."""
    with mvp.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        portfolio.state("analyzing").exit_requires = ["go"]
        portfolio.state("implementing").exit_requires = ["mvp_judged", "persevere"]
        session.scalars(select(Epic)).one().full_cost_minor = 8_000_000
    slack.as_user("ben").types("/epic move PAY-1 analyzing", channel="payments")
    slack.wait_for(lambda: card(slack, "PAY-1").shows("go for the MVP, when the case is clear"))
    return mvp


def test_ready_takes_a_go_whichever_way_it_is_tried(slack, asking):
    ben = slack.as_user("ben")
    told = ben.types("/epic move PAY-1 ready", channel="payments")
    assert "Go for the MVP is not decided yet" in told.text
    ben.click("Open the decision", in_message=told.message)
    shown = decides(ben, "Go")
    assert "*PAY-1* moves from Analyzing to *Ready* at once." in shown
    slack.wait_for(lambda: card(slack, "PAY-1").shows("*Ready*"))


def test_not_yet_stays_with_what_stood_against_it(slack, asking):
    ben = slack.as_user("ben")
    ben.click("Open the decision", in_message=card(slack, "PAY-1"))
    decides(ben, "Not yet", "Nobody has talked to the bank")
    slack.wait_for(lambda: card(slack, "PAY-1").shows("Nobody has talked to the bank. *Next:* go"))
    assert "cannot move" in ben.types("/epic move PAY-1 ready", channel="payments").text


def test_delivering_takes_a_persevere_and_an_override_passes_it(slack, asking):
    ben = slack.as_user("ben")
    ben.click("Open the decision", in_message=card(slack, "PAY-1"))
    decides(ben, "Go")
    slack.wait_for(lambda: card(slack, "PAY-1").shows("*Ready*"))
    ben.types("/epic move PAY-1 implementing", channel="payments")
    slack.wait_for(lambda: "Open the decision" in card(slack, "PAY-1").buttons)
    told = ben.types("/epic move PAY-1 delivering It sells", channel="payments")
    assert "Persevere is not decided yet" in told.text
    ben.click("Override …", in_message=told.message)
    form = ben.form(title="Override: PAY-1")
    form.fill("Why?", "The council meets too late")
    form.submit()
    slack.wait_for(lambda: card(slack, "PAY-1").shows("*Delivering*"))
    with asking.database.read() as session:
        assert session.scalars(select(Override)).one().passed == ["Persevere is not decided yet"]
