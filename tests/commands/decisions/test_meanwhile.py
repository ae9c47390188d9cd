"""What becomes of a vote when its channel, its owner, its council or a year has gone meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.people.role import RoleGrant
from tests.commands.conftest import card
from tests.commands.decisions.conftest import (
    CLOSES_AT,
    ballot,
    ballot_of_others,
    dm,
    opens,
    presses,
)

HOUR = timedelta(hours=1)


def ends(slack, who, begins, at):
    """Let the clock run to then, and wait for how it ended as they have it."""
    slack.clock.set(at)
    return slack.wait_for(lambda: dm(slack, who).text.startswith(f"PAY-1 · {begins}"))


@pytest.fixture
def refused(slack):
    """What Slack may refuse, which fails no test; asked for before Tack runs."""
    may_be = set()
    yield may_be
    assert {finding.error for finding in slack.findings} <= may_be
    slack.findings.clear()


def test_without_its_channel_a_vote_goes_on_in_direct_messages(slack, refused, mvp):
    refused.add("channel_not_found")
    opens(slack)
    slack.delete_channel("portfolio")
    for each in ("ana", "ben", "cleo"):
        presses(slack, each, "Persevere", dm(slack, each))
    assert ends(slack, "ben", "Decided: persevere", slack.clock.now() + HOUR)
    slack.wait_for(lambda: "Delivering" in card(slack, "PAY-1").text)


def test_without_its_owner_a_stop_is_done_all_the_same(slack, refused, mvp):
    """Given that who owns the epic and opened the vote left Slack while it ran."""
    refused.add("user_disabled")
    opens(slack)
    slack.deactivate("ana")
    presses(slack, "ben", "Stop", dm(slack, "ben"))
    presses(slack, "cleo", "Stop", dm(slack, "cleo"))
    slack.clock.set(CLOSES_AT + HOUR)
    slack.wait_for(lambda: "the result comes" in dm(slack, "ben").text)
    assert ends(slack, "ben", "Decided: stop", CLOSES_AT + 2 * HOUR)
    slack.wait_for(lambda: "Stopped" in card(slack, "PAY-1").text)


def test_a_council_that_is_an_emptied_user_group_is_nobody_and_those_vote_who_are_named(slack, mvp):
    group = slack.add_user_group("council", [])
    with mvp.database.write() as session:
        council = select(RoleGrant).where(RoleGrant.role == "council")
        first, *others = session.scalars(council)
        first.user_id, first.user_group_id = None, group.id
        for each in others:
            session.delete(each)
    ben = slack.as_user("ben")
    ben.types("/decision open PAY-1", channel="payments")
    form = ben.form(title="Open a decision")
    none = "Nobody is on the council of Shop, so nobody can vote."
    assert form.shows(f"{none} An admin gives the council role with /portfolio roles. Or name")
    assert not form.submit().closed
    assert form.errors["Who votes?"].startswith(none)
    form.choose("Who votes?", "dana", "cleo")
    assert form.submit().closed, form.errors
    assert ballot_of_others(slack).shows("At least 2 of 2 must vote.")


def test_a_user_group_that_is_emptied_while_its_form_is_filled_in_is_nobody(slack, mvp):
    slack.add_user_group("checkout", ["ben", "cleo"])
    ana = slack.as_user("ana")
    ana.types("/decision open PAY-1", channel="payments")
    ana.form(title="Open a decision").click("More choices")
    form = ana.form(title="Open a decision")
    form.choose("… and user groups", "@checkout")
    slack.change_user_group("checkout", [])
    slack.clock.set(slack.clock.now() + timedelta(minutes=2))
    assert not form.submit().closed
    assert "Nobody is in it now" in str(form.errors)
    slack.change_user_group("checkout", ["cleo"])
    slack.clock.set(slack.clock.now() + timedelta(minutes=2))
    assert form.submit().closed, form.errors
    assert dm(slack, "cleo").text.startswith("PAY-1 · Persevere, pivot or stop?")


def test_who_left_slack_while_tack_was_not_connected_is_not_waited_for(slack, mvp):
    opens(slack)
    assert dm(slack, "cleo")
    slack.clock.set(slack.clock.now() + timedelta(hours=2))
    slack.workspace.deactivate(slack.workspace.user_named("cleo"))  # without a word to Tack
    slack.drop_connections()
    cleo = slack.workspace.user_named("cleo").id
    slack.wait_for(lambda: f"Left Slack: <@{cleo}>" in ballot(slack).text)
