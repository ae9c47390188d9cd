"""Short answers: refusals, help, and what Slack would not show."""

import re

import pytest

from bot.commands.slash import epic, portfolio
from bot.slack import answers, help
from bot.slack.asking.members import Guest, Stranger
from bot.slack.values import OldButton
from bot.views.board import refusal
from models.errors import DatabaseAway, FieldMistakes, Mistake
from models.message import Message, MessageKind, NothingToShow
from models.portfolio.board import UnknownState
from models.portfolio.portfolio import UnknownStream
from models.portfolio.readiness import NoAdminYet, SetUpFirst
from tests.views.builders import ANA, BEN, CLEO, DANA, HOSTILE, an_epic
from tests.views.reading import buttons, read_aloud, shown, shown_form

MISTAKES = [
    (
        DatabaseAway(),
        "Tack cannot reach its database right now, so nothing was changed. "
        "Please try again in a minute.",
    ),
    (FieldMistakes({"name": "Name it.", "currency": "Write EUR."}), "Name it. Write EUR."),
    (OldButton(), "That button is out of date. Open the card or the form again and try once more."),
    (UnknownState(), "This portfolio no longer has that state. Choose another one."),
    (UnknownStream(), "That value stream is not there any more. Choose another one."),
    (NothingToShow(), "There is nothing left to fix: it is shown."),
    (Stranger(), "Only members of this workspace can use Tack here. Ask one of them."),
    (
        Guest(),
        "Guests of this workspace cannot use Tack, which shows more than their channels. "
        "Ask a member to do it for you.",
    ),
    (
        epic.KeyMissing("show"),
        "Which epic? Type it like /epic show KEY. /epic list shows their keys.",
    ),
    (
        SetUpFirst(),
        "Tack is not set up here yet. An admin types /portfolio setup, which guides them through "
        "it.",
    ),
    (
        NoAdminYet("U0ANA"),
        "Tack has no admin yet. Whoever runs it sets TACK_ADMINS to a member id, "
        "or runs: tack admin grant USER. Your own member id is U0ANA.",
    ),
]


@pytest.mark.parametrize(("mistake", "sentence"), MISTAKES, ids=lambda each: type(each).__name__)
def test_a_refusal_is_the_sentence_of_the_rule(mistake, sentence):
    answer = answers.refusal(mistake)
    assert shown(answer) == [sentence]
    assert answer.text == sentence


def test_a_refusal_says_whom_to_ask_to_eye_and_ear():
    answer = answers.refusal(SetUpFirst([ANA, BEN, CLEO, DANA]))
    said = (
        "Tack is not set up here yet. An admin types /portfolio setup, which guides them through "
        "it. "
        "Ask @Ana, @Ben, @Cleo or one more."
    )
    assert shown(answer) == [said]
    assert read_aloud(answer) == said


@pytest.mark.parametrize("ask", [[], [ANA]])
def test_what_was_typed_pings_nobody_when_it_comes_back(ask):
    mistake = Mistake(f"There is no state “{HOSTILE}”.")
    mistake.ask = ask
    answer = answers.refusal(mistake)
    assert "<" not in re.sub("<@U0ANA>", "", answer.text)
    assert shown(answer)[0].startswith(
        "There is no state “&lt;!channel&gt;" if ask else f"There is no state “{HOSTILE}”."
    )


@pytest.mark.parametrize("ask", [[], [ANA, BEN, CLEO]])
@pytest.mark.parametrize("letter", ["x", "&", "*"])
def test_the_longest_sentence_fits_and_no_sign_is_cut_in_two(letter, ask):
    mistake = Mistake(letter * 5_000)
    mistake.ask = ask
    answer = answers.refusal(mistake)
    shown(answer)
    assert not re.search("&(?!amp;|lt;|gt;)", answer.text)


def test_where_there_is_no_channel_the_answer_is_a_small_form():
    note = answers.note(answers.sentence("Nothing was changed."))
    assert shown_form(note) == ["Tack", "Nothing was changed."]
    assert note["close"]["text"] == "Close"


USAGES = (
    help.Usage("setup", "setup", "set up a portfolio and its value streams"),
    help.Usage("audit", "audit KEY", "show who changed what"),
)


def test_help_says_every_form_and_what_it_does():
    answer = help.usage("/portfolio", USAGES)
    assert shown(answer) == [
        "`/portfolio setup` · set up a portfolio and its value streams\n"
        "`/portfolio audit KEY` · show who changed what"
    ]


@pytest.mark.parametrize("usages", [epic.USAGES, portfolio.USAGES])
def test_all_help_fits_and_has_each_form_once(usages):
    (said,) = shown(help.usage("/epic", usages))
    forms = [line.partition("` · ")[0] for line in said.splitlines()]
    assert len(forms) == len(set(forms)) == len(usages)


def test_a_mistyped_word_comes_back_with_the_nearest_form():
    answer = help.usage("/portfolio", USAGES, "setpu <!channel> `x`")
    typed = "“setpu &lt;!channel&gt; \u02cbx\u02cb”"
    assert shown(answer) == [
        f"/portfolio does not understand {typed}. Did you mean `/portfolio setup`?",
        "It takes:\n`/portfolio setup` · set up a portfolio and its value streams\n"
        "`/portfolio audit KEY` · show who changed what",
    ]


def test_a_word_like_no_other_is_answered_with_every_form():
    answer = help.usage("/portfolio", USAGES, "xyzzy")
    assert shown(answer)[0] == "/portfolio does not understand “xyzzy”."


def test_a_long_mistype_fits():
    shown(help.usage("/epic", epic.USAGES, "&" * 4_000))


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (
            "not_in_channel",
            "Tack cannot show *PAY-12 · Pay by bank transfer at checkout* in <#C0PAY>: it is not "
            "a member there. Invite Tack to the channel, then try again.",
        ),
        (
            "is_archived",
            "Tack cannot show *PAY-12 · Pay by bank transfer at checkout* in <#C0PAY>: the "
            "channel is archived. Restore it, then try again.",
        ),
        (
            "restricted_action",
            "Slack did not let Tack show *PAY-12 · Pay by bank transfer at checkout* in <#C0PAY> "
            "(restricted_action). Trying again posts it once more.",
        ),
        (
            "unknown: missing_scope",
            "Slack did not let Tack show *PAY-12 · Pay by bank transfer at checkout* in <#C0PAY> "
            "(missing_scope). Trying again posts it once more.",
        ),
    ],
)
def test_a_card_slack_refused_says_why_and_what_mends_it(why, said):
    answer = refusal.refusal(a_message(why), an_epic())
    assert shown(answer) == [said, "Try again"]
    assert buttons(answer.blocks) == ["Try again to show PAY-12"]


def test_once_it_is_shown_there_is_nothing_left_to_press():
    answer = refusal.refusal(a_message(None), an_epic(title=HOSTILE))
    assert buttons(answer.blocks) == []
    assert shown(answer)[0].endswith("* is now shown in <#C0PAY>. Thank you.")
    assert "<!" not in answer.text


def a_message(why):
    return Message(id=1, channel_id="C0PAY", kind=MessageKind.EPIC_CARD, subject_id=12, refusal=why)
