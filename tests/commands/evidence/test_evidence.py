"""Evidence from a command, a card and a message to where it stands; struck out, and hidden."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.epics.epic import Epic
from models.evidence.items import Observation, Reading, Stance
from sandbox.forms import REQUIRED
from tests.commands.conftest import MONDAY_NOON, card, proposes
from tests.views.builders import HOSTILE

SAID = "What was seen or heard?"
SIDE = "Does that speak for it, or against it?"
FIGURE = "Reading of checkout completion"


@pytest.fixture
def epic(slack, shop):
    """PAY-1 of Ana is under review, and names the figure that will move."""
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    with shop.database.write() as session:
        epic = session.scalars(select(Epic)).one()
        epic.indicator, epic.baseline, epic.target = "Checkout completion, %", 61, 68
        epic.baseline, epic.target = Decimal(61), Decimal(68)
        epic.kill_threshold = "below 63 % after 6 weeks of the MVP"
    slack.as_user("ben").types("/epic move PAY-1 reviewing", channel="payments")
    slack.wait_for(lambda: "Add a reading" in str(card(slack, "PAY-1").blocks))
    return epic


def on_the_card(slack, words):
    return slack.wait_for(lambda: card(slack, "PAY-1").shows(words))


def items(shop, kind):
    with shop.database.read() as session:
        return session.scalars(select(kind).order_by(kind.id)).all()


def test_a_reading_stands_on_the_card_at_once(slack, shop, epic):
    dana = slack.as_user("dana")
    dana.click("Add a reading", channel="payments")
    form = dana.form(title="Add evidence")
    assert form.shows("Watched: a reading below 63 % from 6 weeks after testing begins")
    assert form.submit().errors == {SAID: "Give a number or a sentence."}
    form.fill(FIGURE, "64,2 %")
    assert form.submit().closed

    on_the_card(slack, "*64.2 %*")
    [reading] = items(shop, Reading)
    assert (reading.value, reading.by_user_id) == (Decimal("64.2"), dana.id)
    assert "Added to PAY-1: a reading of 64.2 % on " in dana.private_messages()[-1].text


def test_what_a_message_says_is_attached_with_its_link(slack, shop, epic):
    slack.as_user("ben").types("11 of 14 would use it & *again*", channel="payments")
    message = slack.channel("payments").messages[-1]
    cleo = slack.as_user("cleo")
    cleo.uses_shortcut("attach_evidence", on=message)
    form = cleo.form(title="Attach as evidence")
    assert form.value(SAID) == "11 of 14 would use it & again"
    form.choose(SIDE, "For it")
    assert form.submit().errors == {"For which epic?": REQUIRED}
    form.choose("For which epic?", "PAY-1 Pay by bank transfer")
    assert form.submit().closed

    on_the_card(slack, "1 for, 0 against")
    [observation] = items(shop, Observation)
    assert (observation.stance, observation.by_user_id) == (Stance.FOR, cleo.id)
    assert observation.link.startswith("https://")


@pytest.mark.parametrize("channel", ["payments", "lobby"])
def test_what_was_said_after_midnight_was_said_that_day_in_the_portfolio(
    slack, shop, epic, channel
):
    slack.clock.set(MONDAY_NOON.replace(hour=23, minute=30))
    slack.as_user("ben").types("11 of 14 would use it", channel=channel)
    ana = slack.as_user("ana")
    ana.uses_shortcut("attach_evidence", on=slack.channel(channel).messages[-1])
    assert ana.form(title="Attach as evidence").value("On which day?") == "2026-05-19"


def test_a_wrong_one_is_struck_out_by_who_added_it_and_stays_in_the_record(slack, shop, epic):
    ana, dana = slack.as_user("ana"), slack.as_user("dana")
    ana.types("/epic evidence PAY-1", channel="payments")
    form = ana.form(title="Add evidence")
    form.fill(FIGURE, "642")
    assert form.submit().closed
    on_the_card(slack, "*642 %*")

    dana.click("All evidence", channel="payments")
    dana.form(title="PAY-1 · Evidence").click("Strike out")
    slack.wait_for(lambda: dana.form(title="Tack").shows("Only "))

    ana.click("All evidence", channel="payments")
    ana.form(title="PAY-1 · Evidence").click("Strike out")
    form = ana.form(title="Strike it out")
    form.fill("What is wrong with it?", "A point was missing")
    form.submit()
    on_the_card(slack, "no reading yet")
    shown = ana.form(title="PAY-1 · Evidence")
    assert shown.shows("1 item of evidence, the newest first; 1 struck out and not counted.")
    assert shown.shows("A point was missing")
    [reading] = items(shop, Reading)
    assert (reading.value, reading.struck_by) == (Decimal(642), ana.id)


def test_evidence_of_a_restricted_epic_is_hidden_as_the_epic_is(slack, shop, epic):
    with shop.database.write() as session:
        session.get_one(Epic, epic.id).restricted = True
    dana = slack.as_user("dana")
    dana.types("/epic evidence PAY-1", channel="payments")
    slack.wait_for(lambda: "There is no epic PAY-1" in dana.private_messages()[-1].text)
    slack.as_user("ben").types("Spain is flat", channel="payments")
    dana.uses_shortcut("attach_evidence", on=slack.channel("payments").messages[-1])
    form = dana.form(title="Attach as evidence")
    assert form.options("For which epic?", "PAY") == []


def test_forty_hostile_items_are_paged_and_ping_nobody(slack, shop, epic):
    now = slack.clock.now()
    with shop.database.write() as session:
        for number in range(40):
            said = (f"{number} {HOSTILE} " * 20)[:500]
            stance = Stance.FOR if number % 2 else Stance.AGAINST
            day = (now - timedelta(days=number)).date()
            here = {"workspace_id": epic.workspace_id, "epic_id": epic.id}
            session.add(
                Observation(
                    words=said, stance=stance, observed_on=day, by_user_id="U0ANA", at=now, **here
                )
            )
        session.get_one(Epic, epic.id).evidence_at = now
    ana = slack.as_user("ana")
    ana.types("/epic show PAY-1", channel="payments")
    slack.wait_for(lambda: "20 for, 20 against" in ana.private_messages()[-1].text)
    ana.click("All evidence")
    form = ana.form(title="PAY-1 · Evidence")
    assert form.shows("40 items, page 1 of 5")
    assert "<!channel>" not in str(form.view["blocks"])
    form.click("Next page")
    assert ana.form(title="PAY-1 · Evidence").shows("40 items, page 2 of 5")
    assert slack.findings == []
