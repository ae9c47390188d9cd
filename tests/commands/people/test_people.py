"""`/portfolio people`: what is someone's, handing it over, and who leaves Slack."""

import pytest
from sqlalchemy import select

from models.epics.epic import Epic
from tests.commands.conftest import card, proposes

TITLE = "Who owns what"


def people(slack, words="", who="ana"):
    person = slack.as_user(who)
    person.types(f"/portfolio people {words}".strip(), channel="payments")
    return person.form(title=TITLE)


@pytest.fixture
def bens(slack, shop):
    """PAY-1 is Ben's, in the funnel of Payments, whose owner he is."""
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    with shop.database.write() as session:
        epic = session.scalars(select(Epic)).one()
        epic.owner_user_id = slack.as_user("ben").id
    return shop


def told(slack, name, begins):
    """The direct messages to someone that begin so."""
    return [m for m in slack.dm(name).messages if m.text.startswith(begins)]


def test_an_admin_hands_over_and_card_and_both_people_show_it(slack, bens):
    form = people(slack, "@ben")
    assert form.shows("PAY-1 · Pay by bank transfer (Funnel)")
    assert form.shows("*2 value streams*")
    form.choose("Hand it over to whom?", "cleo")
    assert form.submit().closed
    ana, ben, cleo = (slack.as_user(name).id for name in ("ana", "ben", "cleo"))
    said = (
        f"<@{ana}> handed over what was <@{ben}>'s: PAY-1, Payments and Onboarding "
        f"now belong to <@{cleo}>."
    )
    assert slack.wait_for(lambda: told(slack, "ben", f"<@{ana}>"))[0].text == said
    assert slack.wait_for(lambda: told(slack, "cleo", f"<@{ana}>"))[0].text == said
    assert told(slack, "ana", f"<@{ana}>")[0].text == said
    slack.wait_for(lambda: card(slack, "PAY-1").shows(f"<@{cleo}>"))
    assert people(slack, "@ben").shows("owns nothing in Tack that you may see")


def test_everyone_looks_at_their_own_and_hands_over_a_part_of_it(slack, bens):
    form = people(slack, who="ben")
    form.choose("Hand it over to whom?", "dana")
    form.choose("What?", "2 value streams")
    assert form.submit().closed
    ben = slack.as_user("ben").id
    heard = slack.wait_for(lambda: told(slack, "dana", f"<@{ben}>"))[0].text
    assert heard.startswith(f"<@{ben}> handed over what was theirs: ")
    left = people(slack, who="ben")
    assert left.shows("*1 idea*")
    assert not left.shows("value stream")


def test_who_may_not_hand_over_sees_it_without_a_form_and_a_word_that_is_nobody_how_to_ask(
    slack, bens
):
    form = people(slack, "@ben", who="dana")
    assert form.shows("PAY-1")
    assert form.labels == []
    said = slack.as_user("ana").types("/portfolio people benjamin", channel="payments").text
    assert said.startswith("Whose things? Type /portfolio people @ben")


def test_who_cannot_take_it_over_and_what_has_changed_hands_is_said_at_the_field(slack, bens):
    slack.add_user("gil", guest=True)
    form = people(slack, "@ben")
    whom = "Hand it over to whom?"
    refused = {
        "gil": "Gil is a guest. Choose members of this workspace.",
        "ben": "It is already theirs",
    }
    for name, said in refused.items():
        form.choose(whom, name)
        assert form.submit().errors[whom].startswith(said)
        assert form.value(whom) == slack.workspace.user_named(name).id
    form.choose(whom, "dana")
    with bens.database.write() as session:
        session.scalars(select(Epic)).one().owner_user_id = slack.as_user("cleo").id
    assert form.submit().errors["What?"].startswith("Some of it has changed hands")


def test_admins_hear_once_who_has_left_with_a_button_to_hand_it_over(slack, bens):
    slack.deactivate("ben")
    ben = slack.workspace.user_named("ben").id
    note = slack.wait_for(lambda: told(slack, "ana", f"<@{ben}> has left"))[0]
    assert note.text == (
        f"<@{ben}> has left Slack and still has 1 idea, Payments and Onboarding here. "
        "Who takes it over?"
    )
    event = [d for d in slack.deliveries if d.payload.get("event", {}).get("type") == "user_change"]
    slack.deliver_again(event[-1])
    assert len(told(slack, "ana", f"<@{ben}> has left")) == 1
    ana = slack.as_user("ana")
    ana.types("/portfolio roles", channel="payments")
    listed = ana.form(title="Who has which role")
    line = f"Value-stream owner · <@{ben}>, who has left Slack · by owning it"
    assert listed.shows(line)
    listed.close()
    ana.click("Hand it over", in_message=note)
    form = ana.form(title=TITLE)
    form.choose("Hand it over to whom?", "cleo")
    assert form.submit().closed
    slack.wait_for(
        lambda: told(slack, "ana", f"<@{ben}> has left")[0].text.endswith("nothing is left to do.")
    )
