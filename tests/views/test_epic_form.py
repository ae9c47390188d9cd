"""The form to propose an epic, and what its proposer is told."""

from datetime import date

import pytest

from bot.views import epic_form
from bot.views.values import ProposalForm
from tests.views.builders import CLEO, HOSTILE, a_portfolio, an_epic, many_streams
from tests.views.reading import buttons, element, options, shown, shown_form

MEMORY = ProposalForm(portfolio=1)
GROWN = ProposalForm(portfolio=1, numbers=True)
PROMISE = (
    "answers every new idea within 10 working days: yes, not now, or a question. "
    "You will hear it here."
)
FIRST = [
    "Propose an epic",
    "What should change?",
    "Something a customer or colleague would notice. Up to 80 characters.",
]
THREE = [
    "What do you believe, in a sentence?",
    "A guess is fine. Numbers are asked when the idea is reviewed.",
    "Is it linked to a project that already runs?",
    "Optional. The project keeps its plan and budget; the epic only points to it.",
]
SIMILAR = [
    an_epic("analyzing", number=7, title="Wallet payments"),
    an_epic("implementing", number=3, title="One-click checkout"),
]


def test_three_answers_are_enough():
    form = epic_form.epic_form(a_portfolio(), MEMORY)
    assert shown_form(form) == [
        *FIRST,
        "Value stream",
        "Choose one",
        *THREE,
        "Add numbers now",
        f"The owner of the value stream {PROMISE}",
    ]
    needed = [b["block_id"] for b in form["blocks"] if b["type"] == "input" and not b["optional"]]
    assert needed == ["title", "value_stream", "hypothesis"]
    assert (form["submit"]["text"], form["close"]["text"]) == ("Propose", "Cancel")


def test_the_stream_of_the_channel_is_chosen_and_its_owner_answers():
    portfolio = a_portfolio()
    form = epic_form.epic_form(portfolio, MEMORY, stream=portfolio.value_streams[0])
    texts = shown_form(form)
    assert texts[3:6] == ["Value stream", "Choose one", "Payments (PAY)"]
    assert texts[-1] == f"@Ben {PROMISE}"


def test_a_title_typed_before_stands_in_the_form():
    form = epic_form.epic_form(a_portfolio(), MEMORY, title=HOSTILE)
    shown_form(form)
    assert element(form["blocks"], "title")["initial_value"] == HOSTILE


@pytest.mark.parametrize(
    ("similar", "said"),
    [
        (
            SIMILAR,
            '2 similar epics are open: PAY-7 "Wallet payments" (analyzing) · '
            'PAY-3 "One-click checkout" (implementing).\n'
            "If yours is the same idea, open that one and add to it.",
        ),
        (
            SIMILAR[:1],
            '1 similar epic is open: PAY-7 "Wallet payments" (analyzing).\n'
            "If yours is the same idea, open that one and add to it.",
        ),
    ],
)
def test_ideas_alike_are_named_beneath_the_title(similar, said):
    form = epic_form.epic_form(a_portfolio(), MEMORY, similar=similar)
    assert shown_form(form)[3] == said


def test_a_hostile_title_alike_pings_nobody():
    form = epic_form.epic_form(a_portfolio(), MEMORY, similar=[an_epic(title=HOSTILE)])
    assert "<" not in shown_form(form)[3]


def test_a_long_title_alike_is_cut():
    form = epic_form.epic_form(a_portfolio(), MEMORY, similar=[an_epic(title="x" * 500)])
    assert f'PAY-12 "{"x" * 59}…" (funnel).' in shown_form(form)[3]


def test_the_form_grows_by_the_numbers():
    form = epic_form.epic_form(a_portfolio(), GROWN)
    assert shown_form(form)[9:-1] == [
        "For whom?",
        "Which figure will move?",
        "Checkout completion, % of started ones",
        "Where is it now?",
        "Where should it be?",
        "By when?",
        "We stop if …",
        "below 63 % after 6 weeks of the MVP",
        "Cost of the MVP, EUR",
        "60k, 60,000 or 60.000",
        "Full cost with the MVP, EUR",
        "Horizon",
        "1, 2 or 3",
        "Theme",
        "Read it as a sentence",
    ]
    assert options(element(form["blocks"], "horizon")) == [
        "1 · improve what earns today",
        "2 · grow what will earn next",
        "3 · explore what may earn one day",
    ]


def test_the_numbers_read_as_a_sentence_in_plain_words():
    form = epic_form.epic_form(a_portfolio(), GROWN, note=f"Reads as: {HOSTILE}")
    assert f"Reads as: {HOSTILE}" in shown_form(form)
    note = next(block for block in form["blocks"] if HOSTILE in str(block))
    assert note["elements"][0]["type"] == "plain_text"


@pytest.mark.parametrize("count", [1, 100])
def test_up_to_a_hundred_streams_stand_in_a_menu(count):
    portfolio = a_portfolio(many_streams(count))
    form = epic_form.epic_form(portfolio, MEMORY, stream=portfolio.value_streams[-1])
    shown_form(form)
    menu = element(form["blocks"], epic_form.STREAM)
    assert len(options(menu)) == count
    assert menu["initial_option"]["text"]["text"] == f"Stream {count - 1:03} (S{count - 1})"


def test_beyond_a_hundred_streams_the_menu_searches():
    portfolio = a_portfolio(many_streams(101))
    form = epic_form.epic_form(portfolio, MEMORY, stream=portfolio.value_streams[100])
    shown_form(form)
    menu = element(form["blocks"], epic_form.STREAM)
    assert menu["type"] == "external_select"
    assert menu["initial_option"]["text"]["text"] == "Stream 100 (S100)"


def test_two_streams_with_the_longest_names_are_told_apart_by_their_keys():
    streams = [("x" * 80, "ABCDEFGHIJ", CLEO, None), ("x" * 79, "KLM", CLEO, None)]
    form = epic_form.epic_form(a_portfolio(streams), MEMORY)
    shown_form(form)
    long, short = options(element(form["blocks"], epic_form.STREAM))
    assert long.endswith("x… (ABCDEFGHIJ)")
    assert short.endswith("x… (KLM)")


def test_the_form_at_its_fullest_fits():
    portfolio = a_portfolio([(f"{n:03}" + "🚀" * 77, f"S{n}", CLEO, None) for n in range(100)])
    similar = [an_epic(number=n, title="&" * 500) for n in (1, 2)]
    form = epic_form.epic_form(
        portfolio,
        ProposalForm(portfolio=2**31, channel="C" * 20, numbers=True, similar=(2**31, 2**31)),
        title="🚀" * 4_000,
        stream=portfolio.value_streams[0],
        similar=similar,
        note="🚀" * 4_000,
    )
    shown_form(form)


def test_once_stored_it_says_where_it_is_and_who_answers_by_when():
    answer = epic_form.stored(an_epic(), 4, 6, date(2026, 6, 1))
    said = (
        "*PAY-12 · Pay by bank transfer at checkout* is in the Payments funnel, 4th of 6 ideas.\n"
        "@Ben answers by Mon 1 Jun."
    )
    assert shown(answer) == [said, "Open PAY-12"]


def test_the_answer_reads_aloud_what_it_shows():
    answer = epic_form.stored(an_epic(title=HOSTILE), 1_001, 1_234, date(2026, 6, 1))
    assert answer.text == answer.blocks[0]["text"]["text"]
    assert "1,001st of 1,234 ideas" in answer.text
    assert "<!" not in answer.text


def test_a_stream_without_a_channel_is_said_to_have_none():
    answer = epic_form.stored(an_epic(stream=1), 1, 1, date(2026, 6, 1))
    assert shown(answer)[0].splitlines()[1:] == [
        "@Cleo answers by Mon 1 Jun.",
        "Onboarding has no channel yet, so its card is shown here and in App Home only.",
    ]


def test_without_an_owner_no_answer_is_promised():
    portfolio = a_portfolio([("Payments", "PAY", None, "C0PAY")])
    answer = epic_form.stored(an_epic(portfolio=portfolio), 1, 1, date(2026, 6, 1))
    assert shown(answer)[0].endswith("is in the Payments funnel, 1st of 1 idea.")


@pytest.mark.parametrize("typed", ["", "Pay by bank transfer", HOSTILE * 100])
def test_a_form_that_did_not_open_is_opened_by_a_button_that_keeps_the_words(typed):
    answer = epic_form.reopen(typed)
    said = "Slack did not open the form in time. Nothing is lost: open it with this button."
    assert shown(answer) == [said, "Open the form"]
    assert answer.text == said
    kept = element(answer.blocks, epic_form.REOPEN)["value"]
    assert kept.rstrip("…-").startswith(typed[:1_800])


def test_every_button_of_the_form_makes_sense_alone():
    assert buttons(epic_form.epic_form(a_portfolio(), MEMORY)["blocks"]) == ["Add numbers now"]
    assert buttons(epic_form.epic_form(a_portfolio(), GROWN)["blocks"]) == ["Read it as a sentence"]
