"""Commands as phones write them: other white space, other hyphens, and signs nobody sees."""

import pytest

from bot.views.board import subscription
from tests.commands.conftest import card, proposes

SPACES = ("\u00a0", "\u2003", "\t", "\n", " \u00a0 ")


@pytest.mark.parametrize("space", SPACES)
def test_white_space_of_any_kind_separates_the_words_of_every_command(slack, shop, space):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ben = slack.as_user("ben")

    def says(*words):
        return ben.types(space.join(words), channel="payments").text

    assert says("/epic show", "PAY-1").startswith("PAY-1 · Pay by bank transfer")
    assert says("/epic PAY-1", "").startswith("PAY-1 · Pay by bank transfer")
    assert says("/epic list", "payments", "bank").startswith("1 epic")
    assert "is now in Reviewing" in says("/epic move", "PAY-1", "reviewing", "why", "not")
    assert "PAY-1" in says("/epic block", "PAY-1", "a", "contract")
    assert "PAY-1" in says("/epic unblock", "PAY-1")
    assert "Onboarding" in says("/epic give", "PAY-1", "Onboarding", "why", "not")
    assert "D-7" in says("/decision show", "D-7")
    assert "PAY-1" in says("/portfolio audit", "PAY-1")
    ben.types(f"/flow digest{space}subscribe", channel="payments")
    assert slack.wait_for(ben.form).view["callback_id"] == subscription.CALLBACK


@pytest.mark.parametrize("hyphen", "\u2011\u2013\u2014\u2212")
def test_keys_are_known_with_whichever_hyphen(slack, shop, hyphen):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    key, ana = f"PAY{hyphen}1", slack.as_user("ana")
    for typed in (f"show {key}", key, f"list {key}"):
        assert "PAY-1 · Pay by bank transfer" in str(ana.types(f"/epic {typed}").message), typed
    assert "There is no decision D-7" in ana.types(f"/decision show D{hyphen}7").text
    assert "PAY-1" in ana.types(f"/portfolio audit {key}").text
    ana.opens_home()
