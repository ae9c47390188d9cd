"""`/epic list` with words that narrow it."""

import pytest

from tests.commands.conftest import proposes

TITLES = ("Bank transfer", "Wallet payments", "Refunds by bank")


@pytest.fixture
def epics_there(slack, shop):
    for title in TITLES:
        assert proposes(slack, title).closed
    slack.as_user("ben").types("/epic move PAY-2 ready", channel="payments")


NARROWED = {
    "": ["PAY-1", "PAY-3", "PAY-2"],
    "payments": ["PAY-1", "PAY-3", "PAY-2"],
    "ready": ["PAY-2"],
    "bank": ["PAY-1", "PAY-3"],
    "mine funnel refunds": ["PAY-3"],
    "theme:none": ["PAY-1", "PAY-3", "PAY-2"],
    '"refunds by"': ["PAY-3"],
    "100%": [],
}


def test_words_narrow_the_list_and_it_says_how_each_was_read(slack, epics_there):
    ana = slack.as_user("ana")
    for typed, keys in NARROWED.items():
        ana.types(f"/epic list {typed}", channel="payments")
        shown = [block["accessory"] for block in ana.last_private().blocks if "accessory" in block]
        assert [each["accessibility_label"] for each in shown] == [f"Open {key}" for key in keys]
    said = ana.types("/epic list payments mine bank", channel="payments").text
    assert said.startswith("2 epics, page 1 of 1 · in Payments · owned by you · with “bank” ·")
    said = ana.types("/epic list theme:zebra", channel="payments").text
    assert said == "There is no theme “zebra”. There are none yet."


def test_of_an_empty_list_one_part_can_be_left_out_at_once(slack, epics_there):
    ben = slack.as_user("ben")
    ben.types("/epic list bank mine", channel="payments")
    empty = ben.last_private()
    assert empty.text.startswith("No epic matches this filter: owned by you, with “bank”.")
    ben.click("Without “mine”: 2", in_message=empty)
    slack.wait_for(lambda: ben.private_messages()[-1].text.startswith("2 epics, page 1 of 1"))


def test_a_list_is_narrowed_by_those_who_own_the_epics(slack, epics_there):
    ben = slack.as_user("ben")
    ana_id, ben_id, cleo_id = (slack.workspace.user_named(n).id for n in ("ana", "ben", "cleo"))
    said = ben.types("/epic list @ana bank", channel="payments").text
    assert said.startswith(f"2 epics, page 1 of 1 · owned by <@{ana_id}> · with “bank” ·"), said
    ben.types("/epic list @ben @cleo bank", channel="payments")
    empty = ben.last_private()
    assert empty.text.startswith(
        f"No epic matches this filter: owned by <@{ben_id}> or <@{cleo_id}>, with “bank”."
    ), empty.text
    ben.click("Without the person: 2", in_message=empty)
    slack.wait_for(lambda: ben.private_messages()[-1].text.startswith("2 epics, page 1 of 1"))
