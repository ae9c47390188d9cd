"""Proposing from a message, and from anywhere."""

import pytest
from sqlalchemy import select

from bot.commands.epics.shortcuts import plain_text
from models.epics.epic import Epic

TITLE, BELIEF = "What should change?", "What do you believe, in a sentence?"


@pytest.fixture
def said(slack, shop):
    def say(text, channel="payments", who="ben"):
        slack.as_user(who).types(text, channel=channel)
        return slack.channel(channel).messages[-1]

    return say


def the_epic(tack):
    with tack.database.read() as session:
        return session.scalars(select(Epic)).one()


def test_a_message_becomes_an_idea_that_leads_back_to_it(slack, shop, said):
    message = said("Bank transfer please\nEvery third caller asks for it & means it.")
    ana = slack.as_user("ana")
    ana.uses_shortcut("propose_from_message", on=message)
    form = ana.form()
    assert form.value(TITLE) == "Bank transfer please"
    assert form.value(BELIEF) == (
        "Bank transfer please\nEvery third caller asks for it & means it."
    )
    assert form.shows("|From this message>")
    assert form.value("Value stream")["text"]["text"] == "Payments (PAY)"
    assert form.submit().closed
    assert the_epic(shop).origin_url.startswith("https://")
    ana.types("/epic edit PAY-1", channel="payments")
    assert ana.form().shows("|From this message>")


def test_a_link_to_the_message_is_not_needed(slack, shop, said):
    message = said("Bank transfer please", channel="lobby")
    ana = slack.as_user("ana")
    slack.fail_next("chat.getPermalink", "channel_not_found")
    ana.uses_shortcut("propose_from_message", on=message)
    form = ana.form()
    assert not form.shows("From this message")
    form.choose("Value stream", "Payments (PAY)")
    assert form.submit().closed
    assert the_epic(shop).origin_url is None
    slack.wait_for(lambda: any("PAY-1" in word.text for word in slack.dm("ana").messages))
    slack.findings.clear()


def test_a_long_message_fills_what_it_can(slack, shop, said):
    message = said("word " * 500)
    ana = slack.as_user("ana")
    ana.uses_shortcut("propose_from_message", on=message)
    form = ana.form()
    assert form.value(TITLE) is None
    assert len(form.value(BELIEF)) == 1_000
    form.fill(TITLE, "Many words")
    assert form.submit().closed


def test_the_form_opens_from_anywhere(slack, shop):
    ana = slack.as_user("ana")
    ana.uses_shortcut("propose_from_anywhere")
    form = ana.form()
    form.fill(TITLE, "Pay by bank transfer")
    form.fill(BELIEF, "It helps.")
    form.choose("Value stream", "Payments (PAY)")
    assert form.submit().closed
    assert "PAY-1" in slack.wait_for(lambda: slack.dm("ana").messages)[-1].text


def test_before_it_is_set_up_a_shortcut_says_what_to_do(slack, tack):
    cleo = slack.as_user("cleo")
    cleo.uses_shortcut("propose_from_anywhere")
    assert cleo.form().shows("Tack is not set up here yet.")


@pytest.mark.parametrize(
    ("marked", "read"),
    [
        ("see <https://a.example/x?a=1&amp;b=2|the page>", "see the page"),
        ("see <https://a.example/x?a=1&amp;b=2>", "see https://a.example/x?a=1&b=2"),
        ("<@U0BEN> and <@U0BEN|ben>", "someone and @ben"),
        ("<#C0PAY|payments> <#C0PAY>", "#payments a channel"),
        ("<!here> <!subteam^S1|@owners> <!subteam^S1>", "@here @owners @subteam"),
        ("*bold* _it_ ~gone~ 2*3*4", "bold it gone 2*3*4"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("", ""),
    ],
)
def test_a_message_is_read_as_people_read_it(marked, read):
    assert plain_text(marked) == read
