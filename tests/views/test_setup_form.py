"""The form to set a portfolio up, and what is said once it is."""

from bot.views import setup_form
from bot.views.values import SetupForm
from tests.views.builders import BEN, HOSTILE, a_portfolio
from tests.views.reading import element, shown, shown_form

STREAM = [
    "Payments",
    "Its keys begin with",
    "PAY",
    "Epics are called PAY-1, PAY-2 and so on. Left empty, the name gives the letters.",
    "Owner",
    "Who answers its ideas?",
    "Left empty, it is you for now.",
    "Channel",
    "Where do its epics appear?",
    "Invite Tack there, so that it can show them.",
]


def test_a_portfolio_begins_with_one_stream():
    form = setup_form.setup_form(SetupForm(channel="C0PAY"), "Europe/Berlin")
    assert shown_form(form) == [
        "Set up the portfolio",
        "A portfolio, and the value streams whose epics it holds. "
        "Nothing is posted before the first epic.",
        "What is the portfolio called?",
        "Shop",
        "Currency",
        "EUR",
        "The three-letter code of the currency.",
        "Time zone",
        "Type a city, for example Berlin",
        "Europe/Berlin",
        "Days begin and end by it.",
        "Value stream",
        *STREAM,
        "Add a value stream",
    ]
    needed = [b["block_id"] for b in form["blocks"] if b["type"] == "input" and not b["optional"]]
    assert needed == ["name", "currency", "time_zone", "streams.0.name"]


def test_a_form_asks_for_eight_streams_at_most():
    texts = shown_form(setup_form.setup_form(SetupForm(streams=8)))
    assert texts[-len(STREAM) - 2 :] == [
        "Value stream 8",
        *STREAM,
        "8 streams are enough to begin with.",
    ]
    assert "Add a value stream" not in texts


def test_names_take_eighty_characters():
    form = setup_form.setup_form(SetupForm())
    assert element(form["blocks"], "name")["max_length"] == 80
    assert element(form["blocks"], "streams.0.name")["max_length"] == 80


def test_once_set_up_it_says_what_there_is_and_the_one_thing_left_to_do():
    answer = setup_form.was_set_up(a_portfolio(), "U0TACK")
    assert shown(answer) == [
        "*Shop* is set up with 3 value streams: Payments (PAY), Onboarding (ONB), Platform (PLT).\n"
        "Invite @Tack to <#C0PAY>, so that epics appear there. "
        "Then anyone can type `/epic propose`."
    ]
    assert answer.text == answer.blocks[0]["text"]["text"]


def test_channels_are_named_once_each():
    names = ["C0PAY", "C0PAY", "C0ONB", "C0PLT"]
    streams = [(f"Stream {n}", f"S{n}", BEN, name) for n, name in enumerate(names)]
    texts = shown(setup_form.was_set_up(a_portfolio(streams), "U0TACK"))
    assert "Invite @Tack to <#C0PAY>, <#C0ONB> and <#C0PLT>, so that" in texts[0]


def test_without_a_channel_nobody_is_to_be_invited():
    portfolio = a_portfolio([("Payments", "PAY", BEN, None)])
    assert shown(setup_form.was_set_up(portfolio, "U0TACK")) == [
        "*Shop* is set up with 1 value stream: Payments (PAY).\n"
        "Then anyone can type `/epic propose`."
    ]


def test_eight_streams_with_hostile_names_ping_nobody():
    streams = [((HOSTILE * 2)[:80], f"ABCDEFGHI{n}", BEN, f"C0{n}") for n in range(8)]
    answer = setup_form.was_set_up(a_portfolio(streams, name=HOSTILE), "U0TACK")
    assert "<!" not in shown(answer)[0]
    assert shown(answer)[0].endswith("Then anyone can type `/epic propose`.")
