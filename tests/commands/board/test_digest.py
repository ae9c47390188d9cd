"""The weekly digest, from asking for it to answering what it asks."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.worker.claims import MOST_ATTEMPTS
from models.epics.epic import Epic
from models.portfolio.portfolio import Portfolio, ValueStream, WipLimit
from sandbox.call_faults import ANY
from tests.commands.conftest import card, furnish, proposes, running

TUESDAY = datetime(2026, 5, 19, 10, 0, tzinfo=UTC)
THURSDAY_AT_TEN = datetime(2026, 5, 21, 8, 0, tzinfo=UTC)
MONDAY_AT_NINE = datetime(2026, 5, 25, 7, 0, tzinfo=UTC)


@pytest.fixture
def shop(slack, database_url):
    """The shop on a Tuesday, with a channel for everyone."""
    slack.clock.set(TUESDAY)
    slack.add_channel("portfolio", members=["ana", "ben", "cleo", "dana"])
    with running(slack, database_url) as tack:
        furnish(slack, tack)
        live_since(tack, TUESDAY - timedelta(days=100))
        yield tack


def live_since(tack, at):
    with tack.database.write() as session:
        session.scalars(select(Portfolio)).one().live_at = at


def subscribes(slack, who="ana", channel="portfolio", day=None):
    person = slack.as_user(who)
    person.types("/flow digest subscribe", channel=channel)
    form = person.form()
    if day:
        form.choose("On which day?", day)
    assert form.submit().closed
    return person


def digests(slack, channel="portfolio"):
    return [
        m
        for m in slack.channel(channel).messages
        if not m.thread_ts and ("in flight" in m.text or "First" in m.text)
    ]


def the_digest(slack, channel="portfolio"):
    return slack.wait_for(lambda: digests(slack, channel))[-1]


def test_it_is_asked_for_once_and_comes_every_monday(slack, shop):
    ana = subscribes(slack)
    told = slack.wait_for(lambda: ana.private_messages("portfolio"))[-1].text
    assert told.startswith(
        "Done: every Monday at 9:00 (Europe/Berlin) this channel gets the digest"
    )
    proposes(slack, "Pay by bank transfer")
    slack.clock.set(MONDAY_AT_NINE)
    first = "Week 21 · 0 epics in flight\n1 new idea."
    assert the_digest(slack).text.startswith(first)
    slack.clock.advance(timedelta(days=7))
    slack.wait_for(lambda: len(digests(slack)) == 2)
    assert digests(slack)[-1].text.startswith(
        "Week 22 · 0 epics in flight\nNothing changed.\nNeeds you\nPAY-1 · Pay by bank transfer"
    )


def test_what_was_due_while_tack_was_down_comes_once_it_is_back(slack, database_url):
    slack.clock.set(TUESDAY)
    slack.add_channel("portfolio", members=["ana"])
    with running(slack, database_url) as tack:
        furnish(slack, tack)
        subscribes(slack)
    slack.clock.set(MONDAY_AT_NINE + timedelta(days=2))
    with running(slack, database_url):
        assert the_digest(slack).text.startswith("First Wednesday · nothing is in yet")
    with running(slack, database_url):
        slack.clock.advance(timedelta(days=1))
    assert len(digests(slack)) == 1


def tries(slack):
    """How often a post was tried, or whether one of before is there after all."""
    asked = [each.method for each in slack.requests]
    return asked.count("chat.postMessage") + asked.count("conversations.history")


def test_one_that_slack_takes_two_hours_late_says_so_and_came_only_then(slack, shop):
    ana = subscribes(slack)
    slack.wait_for(lambda: ana.private_messages("portfolio"))
    slack.break_next(ANY, times=100_000)
    slack.clock.set(MONDAY_AT_NINE)
    slack.wait_for(lambda: tries(slack))
    for _ in range(MOST_ATTEMPTS):
        tried = tries(slack)
        slack.clock.advance(timedelta(minutes=10))
        slack.wait_for(lambda tried=tried: tries(slack) > tried)
        said = ana.types("/flow digest send", channel="portfolio").text
        assert said.startswith("This week's digest is on its way: it appears as soon as")
    slack.clear_faults()
    late = the_digest(slack).text
    assert late.startswith("Week 21 · 0 epics in flight")
    assert (
        "This digest is late: it was due Mon 25 May, 9:00, and Slack did not accept it before."
        in late
    )
    came = "This week's digest was posted on Monday, 25 May at 11:0"
    slack.wait_for(
        lambda: ana.types("/flow digest send", channel="portfolio").text.startswith(came)
    )


def test_the_form_shows_what_holds_when_it_is_changed(slack, shop):
    ana = subscribes(slack, day="Friday")
    ana.types("/flow digest subscribe", channel="portfolio")
    assert ana.form().value("On which day?")["text"]["text"] == "Friday"


def test_preview_shows_it_to_one_person_and_sends_nothing(slack, shop):
    ana = subscribes(slack)
    proposes(slack, "Pay by bank transfer")
    shown = ana.types("/flow digest preview", channel="portfolio")
    assert shown.text.startswith("12–19 May · 0 epics in flight\n1 new idea.")
    assert "a preview only you can see" in str(shown.blocks)
    assert digests(slack) == []


def test_sent_now_it_comes_at_once_and_a_second_time_is_refused(slack, shop):
    ana = subscribes(slack)
    assert ana.types("/flow digest send", channel="portfolio").text.startswith("It is on its way.")
    the_digest(slack)
    came = "This week's digest was posted on Tuesday, 19 May at 12:00"
    slack.wait_for(
        lambda: ana.types("/flow digest send", channel="portfolio").text.startswith(came)
    )
    assert len(digests(slack)) == 1


def test_paused_from_its_menu_it_stays_silent_until_resumed(slack, shop):
    ana = subscribes(slack)
    ana.types("/flow digest send", channel="portfolio")
    ben = slack.as_user("ben")
    ben.chooses_overflow("Pause", in_message=the_digest(slack))
    slack.wait_for(lambda: ben.private_messages("portfolio"))
    in_channel = f"<@{ben.user.id}> paused the weekly digest of Shop in this channel."
    slack.wait_for(
        lambda: any(m.text.startswith(in_channel) for m in slack.channel("portfolio").messages)
    )
    said = ana.types("/flow digest", channel="portfolio").text
    assert said.startswith("The digest of Shop has been paused in this channel since")
    slack.clock.set(MONDAY_AT_NINE)
    ana.types("/flow digest resume", channel="portfolio")
    slack.clock.advance(timedelta(days=7))
    slack.wait_for(lambda: len(digests(slack)) == 2)


def test_who_has_no_role_does_not_pause_what_others_read(slack, shop):
    subscribes(slack)
    dana = slack.as_user("dana")
    said = dana.types("/flow digest pause", channel="portfolio").text
    assert "pause the digest of this channel" in said
    said = dana.types("/flow digest", channel="portfolio").text
    assert said.startswith("The digest of Shop comes to this channel")


def test_a_channel_without_one_is_offered_the_form(slack, shop):
    ana = slack.as_user("ana")
    said = ana.types("/flow digest", channel="portfolio").text
    assert said.startswith("No digest comes to this channel yet.")
    ana.click("Subscribe", in_message=ana.private_messages("portfolio")[-1])
    assert ana.form().submit().closed


def test_where_the_bot_is_not_a_member_it_says_so_at_once_and_tells_again_when_due(slack, shop):
    slack.as_user("ana").types("/flow digest subscribe", channel="lobby")
    assert slack.as_user("ana").form().submit().closed
    told = slack.wait_for(lambda: slack.dm("ana").messages)[-1].text
    assert "Tack is not in" in told
    assert "Invite" in told
    slack.clock.set(MONDAY_AT_NINE)
    refused = slack.wait_for(lambda: heard(slack, "ana", "Tack cannot show the weekly digest"))
    slack.channel("lobby").members.add(slack.bot_user_id)
    slack.as_user("ana").click("Try again", in_message=refused[-1])
    the_digest(slack, "lobby")
    slack.findings.clear()


def asked_on_thursday(slack):
    """Ana with two epics in flight, and the question that she gets about them."""
    subscribes(slack)
    for title in ("Pay by bank transfer", "Gift cards"):
        proposes(slack, title)
    ana = slack.as_user("ana")
    for key in ("PAY-1", "PAY-2"):
        card(slack, key)
        ana.types(f"/epic move {key} implementing", channel="payments")
    slack.clock.set(THURSDAY_AT_TEN)
    asked = slack.wait_for(lambda: heard(slack, "ana", "still right"))[-1]
    return ana, asked


def heard(slack, who, words):
    return [message for message in slack.dm(who).messages if words in message.text]


def test_owners_are_asked_on_thursday_and_their_answers_change_the_question(slack, shop):
    ana, asked = asked_on_thursday(slack)
    lead, *lines = asked.text.split("\n")
    assert lead == "2 epics of yours for the next digest: are these still right?"
    assert [line.split(" ·")[0] for line in lines] == [
        "PAY-1",
        "testing the MVP, not blocked",
        "PAY-2",
        "testing the MVP, not blocked",
    ]
    ana.click("Still right", in_message=asked)
    slack.wait_for(lambda: "confirmed" in asked.text)
    ana.click("Something changed", in_message=asked)
    assert "PAY-2 · Gift cards" in "\n".join(ana.form().texts)
    ana.form().close()
    ana.types("/epic move PAY-2 done", channel="payments")
    slack.wait_for(lambda: asked.text.startswith("Thank you"))
    assert heard(slack, "ben", "still right") == []


def test_not_these_takes_an_epic_out_of_the_question_and_a_press_brings_it_back(slack, shop):
    ana, asked = asked_on_thursday(slack)
    ana.click("Not these", in_message=asked)
    ana.form().choose("Which ones?", "PAY-2 Gift cards")
    assert ana.form().submit().closed
    slack.wait_for(lambda: asked.text.startswith("One epic of yours"))
    assert "You are not asked about PAY-2 (until Thu 16 Jul)" in asked.text
    ana.click("Ask about them again", in_message=asked)
    slack.wait_for(lambda: asked.text.startswith("2 epics of yours"))


def test_all_still_right_answers_in_one_click(slack, shop):
    ana, asked = asked_on_thursday(slack)
    ana.click("All still right", in_message=asked)
    slack.wait_for(lambda: asked.text.startswith("Thank you: both of your epics are confirmed"))
    assert "Still right" not in asked.buttons


def test_someone_else_is_told_who_can_say_that_an_epic_is_still_right(slack, shop):
    subscribes(slack)
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    slack.as_user("ana").types("/epic move PAY-1 implementing", channel="payments")
    slack.clock.advance(timedelta(days=20))
    reply = in_thread(slack, "Stuck ·")
    cleo = slack.as_user("cleo")
    cleo.click("Still right", in_message=reply)
    said = slack.wait_for(lambda: cleo.private_messages("portfolio"))[-1].text
    assert said.startswith(
        "Only the owner of PAY-1, the owner of Payments or an admin can confirm that"
    )
    slack.as_user("ben").click("Still right", in_message=reply)
    slack.wait_for(lambda: "Still right" not in reply.buttons)


# The thread


def in_thread(slack, words, channel="portfolio"):
    """The reply in the digest's thread that says the words, once it is there."""
    return slack.wait_for(
        lambda: next(
            (m for m in slack.channel(channel).messages if m.thread_ts and words in m.text), None
        )
    )


def test_what_a_digest_asks_for_is_answered_in_its_thread_and_gone(slack, shop):
    subscribes(slack)
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ana = slack.as_user("ana")
    ana.types("/epic move PAY-1 implementing", channel="payments")
    slack.clock.advance(timedelta(days=20))
    reply = in_thread(slack, "Stuck ·")
    assert reply.thread_ts == the_digest(slack).ts
    assert "1 stuck" in str(the_digest(slack).blocks)
    ana.click("Still right", in_message=reply)
    slack.wait_for(lambda: reply.text == "Stuck · all solved. Thank you.")
    slack.wait_for(lambda: "stuck" not in str(the_digest(slack).blocks))
    assert (
        len([m for m in slack.channel("portfolio").messages if m.thread_ts == reply.thread_ts]) == 1
    )


def a_limit(tack, most):
    with tack.database.write() as session:
        stream = session.scalars(select(ValueStream).where(ValueStream.name == "Payments")).one()
        session.add(
            WipLimit(
                workspace_id=stream.workspace_id,
                portfolio_id=stream.portfolio_id,
                value_stream_id=stream.id,
                most=most,
            )
        )


def test_a_stream_over_its_limit_leads_to_its_board(slack, shop):
    subscribes(slack)
    for title in ("Pay by bank transfer", "Gift cards"):
        proposes(slack, title)
    ana = slack.as_user("ana")
    for key in ("PAY-1", "PAY-2"):
        card(slack, key)
        ana.types(f"/epic move {key} ready", channel="payments")
    a_limit(shop, 1)
    ana.types("/flow digest send", channel="portfolio")
    assert "Payments over by 1" in str(the_digest(slack).blocks[0])
    cleo = slack.as_user("cleo")
    cleo.click("See Payments board", in_message=the_digest(slack))
    texts = cleo.form().texts
    assert "Shop · Payments" in texts
    assert any(text.startswith("*PAY-2* · Gift cards") for text in texts)
    cleo.form().close()
    ana.types("/epic move PAY-2 stopped too dear", channel="payments")
    slack.wait_for(lambda: "See Payments board" not in the_digest(slack).buttons)


def test_the_first_digest_offers_to_give_owners_to_epics_without_one(slack, shop):
    live_since(shop, TUESDAY)
    subscribes(slack)
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    with shop.database.write() as session:
        session.scalars(select(Epic)).one().owner_user_id = None
    slack.clock.set(MONDAY_AT_NINE)
    first = the_digest(slack)
    assert first.text.startswith("First Monday · 1 epic is in, as it is")
    ben = slack.as_user("ben")
    ben.click("Give them owners", in_message=first)
    assert ben.form().shows("*PAY-1* Pay by bank transfer")
    assert "Give it an owner" in ben.form().buttons
