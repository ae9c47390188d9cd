"""A stop is told to the owner first, and then to everybody, from press to press."""

from datetime import timedelta

from tests.commands.conftest import card
from tests.commands.decisions.conftest import ballot, dm, opens, presses

TEN_MINUTES = timedelta(minutes=10)


def first_word(slack):
    """What Ana alone hears."""
    return slack.wait_for(
        lambda: next(
            (m for m in slack.dm("ana").messages if "Thank you for finding" in m.text), None
        )
    )


def all_stop(slack):
    opens(slack)
    for who in ("ana", "ben", "cleo"):
        presses(slack, who, "Stop")
    slack.clock.advance(TEN_MINUTES)


def test_the_owner_hears_a_stop_first_adds_what_was_learned_and_has_it_told(slack, mvp):
    all_stop(slack)
    told = first_word(slack)
    slack.wait_for(lambda: "the result comes" in ballot(slack).text)
    slack.wait_for(lambda: "the result comes" in card(slack, "PAY-1").text)
    for seen in (ballot(slack), card(slack, "PAY-1"), dm(slack, "ben")):
        assert "3 to 0" not in seen.text
        assert "top PAY-1" not in seen.text
    ana = slack.as_user("ana")
    ana.click("Add what we learned", in_message=told)
    form = ana.form(title="What we learned")
    form.fill("What did you learn?", "Customers trust the bank page")
    assert form.submit().closed
    slack.wait_for(lambda: "Learned: Customers trust" in first_word(slack).text)
    ana.click("Tell it now", in_message=first_word(slack))
    slack.wait_for(lambda: ballot(slack).shows("Done with it: stopped."))
    slack.wait_for(lambda: "Learned: Customers trust" in card(slack, "PAY-1").text)
    slack.wait_for(lambda: "Tell it now" not in first_word(slack).buttons)
    thanks = [m for m in slack.dm("ana").messages if "Thank you for finding" in m.text]
    assert len(thanks) == 1
