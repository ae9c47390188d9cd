"""Beside a vote: a reason, a stake, a stand-in by name, a question, and what withdraws it."""

from tests.commands.decisions.conftest import ballot, dm, opens, presses


def test_a_reason_is_added_to_the_vote_and_read_by_nobody_before_the_close(slack, mvp):
    shown = opens(slack)
    presses(slack, "ben", "Stop")
    ben = slack.as_user("ben")
    ben.click("Add a reason", in_message=ben.private_messages()[-1])
    form = ben.form(title="Why?")
    form.fill("Why?", "Too late and too dear")
    assert form.submit().closed
    slack.wait_for(lambda: shown.shows("Voted (1):"))
    everything = [*slack.channel("portfolio").messages, *slack.dm("cleo").messages]
    assert not any("Too late" in message.text for message in everything)


def test_a_stake_is_said_from_the_menu_and_a_question_stands_in_the_thread(slack, mvp):
    shown = opens(slack)
    ana, cleo = slack.as_user("ana"), slack.as_user("cleo")
    cleo.chooses_overflow("I have a stake in this", in_message=shown)
    slack.wait_for(lambda: shown.shows("With a stake in it, and without a vote:"))
    cleo.click("Ask a question", in_message=shown)
    form = cleo.form(title="Ask a question")
    form.fill("What do you want to know?", "Why do refunds take longer?")
    assert form.submit().closed
    slack.wait_for(lambda: shown.shows("One question is open in the thread."))
    asked = slack.wait_for(
        lambda: next((m for m in slack.dm("ana").messages if "refunds" in m.text), None)
    )
    ana.click("Answer", in_message=asked)
    form = ana.form(title="Answer")
    form.fill("Your answer", "The bank needs two days")
    assert form.submit().closed
    slack.wait_for(lambda: not shown.shows("One question is open"))
    slack.wait_for(lambda: "The bank needs two days" in asked.text)


def test_a_stand_in_who_is_not_asked_votes_by_name(slack, mvp):
    shown = opens(slack)
    ben, dana = slack.as_user("ben"), slack.as_user("dana")
    ben.chooses_overflow("Stand in for me", in_message=shown)
    form = ben.form(title="Stand in for me")
    form.choose("Who votes for you?", "dana")
    assert form.submit().closed
    slack.wait_for(lambda: any("You vote for" in m.text for m in slack.dm("dana").messages))
    said = presses(slack, "dana", "Stop")
    assert said.startswith("You are not asked on PAY-1 yourself. For whom do you vote?")
    dana.click("Stop", in_message=dana.private_messages()[-1])
    slack.wait_for(lambda: shown.shows("Voted (1):"))
    assert dana.private_messages()[-1].text.startswith("Your vote for ")


def test_a_stand_in_until_a_day_is_sent_the_ballot_and_votes_on_it(slack, mvp):
    ben, dana = slack.as_user("ben"), slack.as_user("dana")
    ben.types("/decision delegate", channel="payments")
    form = ben.form(title="Stand in for me")
    assert form.shows("They get every ballot of Shop that asks you.")
    form.choose("Who votes for you?", "dana")
    assert not form.submit().closed
    form.fill("Until which day?", "2026-06-30")
    assert form.submit().closed, form.errors
    shown = opens(slack)
    sent = slack.wait_for(lambda: next((m for m in slack.dm("dana").messages if m.buttons), None))
    assert sent.shows("You vote for ")
    dana.click("Stop", in_message=sent)
    slack.wait_for(lambda: shown.shows("Voted (1):"))
    slack.wait_for(lambda: sent.shows("Voted (1):"))
    assert dana.private_messages()[-1].text.startswith("Your vote for ")
    ben.types("/decision delegate D-1", channel="payments")
    assert ben.form(title="Stand in for me").shows("Without a day this holds for PAY-1 only.")


def test_who_opened_it_withdraws_it_with_a_reason(slack, mvp):
    shown = opens(slack)
    presses(slack, "ben", "Stop")
    ana = slack.as_user("ana")
    ana.chooses_overflow("Read it all, change or withdraw", in_message=shown)
    page = ana.form(title="Decision D-1")
    page.click("Withdraw")
    form = ana.form(title="Withdraw")
    form.fill("Why is it withdrawn?", "We know enough")
    form.submit()
    slack.wait_for(lambda: ballot(slack).text.startswith("PAY-1 · Withdrawn"))
    assert ballot(slack).shows("withdrew it: We know enough.")
    slack.wait_for(lambda: "Stop" not in dm(slack, "ben").buttons)
