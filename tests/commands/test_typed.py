"""Commands as phones write them: other white space, other hyphens, and signs nobody sees."""

from bot.views.board import subscription
from tests.commands.conftest import card, proposes

SPACES = {"Bank": "\u00a0", "Wallet": "\n", "Gift": " \u2003\t"}


def test_white_space_of_any_kind_separates_the_words_of_every_command(slack, shop):
    ben = slack.as_user("ben")
    for number, (title, space) in enumerate(SPACES.items(), 1):
        proposes(slack, title)
        key = f"PAY-{number}"
        card(slack, key)

        def says(*words, space=space):
            return ben.types(space.join(words), channel="payments").text

        assert says("/epic show", key).startswith(f"{key} · {title}")
        assert says(f"/epic {key}", "").startswith(f"{key} · {title}")
        assert says("/epic list", "payments", title).startswith("1 epic")
        assert "is now in Reviewing" in says("/epic move", key, "reviewing", "why", "not")
        assert key in says("/epic block", key, "a", "contract")
        assert key in says("/epic unblock", key)
        assert "Onboarding" in says("/epic give", key, "Onboarding", "why", "not")
        assert "D-7" in says("/decision show", "D-7")
        assert key in says("/portfolio audit", key)
        ben.types(f"/flow digest{space}subscribe", channel="payments")
        form = slack.wait_for(ben.form)
        assert form.view["callback_id"] == subscription.CALLBACK
        form.close()


def test_keys_are_known_with_whichever_hyphen(slack, shop):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ana = slack.as_user("ana")
    for hyphen in "\u2011\u2013\u2014\u2212":
        key = f"PAY{hyphen}1"
        for typed in (f"show {key}", key, f"list {key}"):
            assert "PAY-1 · Pay by bank transfer" in str(ana.types(f"/epic {typed}").message), typed
        assert "There is no decision D-7" in ana.types(f"/decision show D{hyphen}7").text
        assert "PAY-1" in ana.types(f"/portfolio audit {key}").text
