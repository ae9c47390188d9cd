"""How the words after `/epic list` are read."""

import pytest

from models.epics.listing import Filter, Names, TooMuch, UnknownName, read_filter
from models.portfolio.portfolio import Phase
from models.themes.theme import Theme
from tests.views.builders import CLEO, a_portfolio

STREAMS = (
    ("Payments", "PAY", CLEO, None),
    ("Customer Service", "SVC", CLEO, None),
    ("Ready", "RDY", CLEO, None),
)
PORTFOLIO = a_portfolio(STREAMS)
PAYMENTS, SERVICE, READY_STREAM = (stream.id for stream in PORTFOLIO.value_streams)
STATES = {state.name: state.id for state in PORTFOLIO.states}
CHECKOUT = Theme(id=7, name="Fewer abandoned purchases")
PAPER = Theme(id=8, name="A first day without paper")
NAMES = Names([PORTFOLIO], [CHECKOUT, PAPER])


def read(typed):
    return read_filter(typed, NAMES)[0]


def test_no_words_mean_all():
    assert read_filter("  ", NAMES) == (Filter(), 1)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("payments", Filter(streams=(PAYMENTS,))),
        ("PAY svc", Filter(streams=(PAYMENTS, SERVICE))),
        ("customer  service", Filter(streams=(SERVICE,))),
        ("Implementing", Filter(states=(STATES["implementing"],))),
        ("testing the mvp", Filter(phases=(Phase.TESTING,))),
        ("delivering", Filter(phases=(Phase.DELIVERING,))),
        ("mine blocked late", Filter(mine=True, blocked=True, late=True)),
        ("theme:paper", Filter(themes=(8,))),
        ("theme:Fewer abandoned purchases", Filter(themes=(7,))),
        ('theme:"fewer abandoned" refunds', Filter(themes=(7,), texts=("refunds",))),
        ("theme: e", Filter(themes=(7, 8))),
        ("theme:none", Filter(no_theme=True)),
        ("bank transfer", Filter(texts=("bank", "transfer"))),
        ("“bank transfer”", Filter(texts=("bank transfer",))),
        ("text:mine", Filter(texts=("mine",))),
        ("state:ready", Filter(states=(STATES["ready"],))),
        ("ready", Filter(streams=(READY_STREAM,))),
        ("100% <!channel>", Filter(texts=("100%", "<!channel>"))),
    ],
)
def test_names_are_read_as_what_they_name_and_the_rest_as_text(typed, meant):
    assert read(typed) == meant


def test_kinds_go_together_in_any_order():
    assert read("checkout payments theme:paper mine implementing") == Filter(
        streams=(PAYMENTS,),
        states=(STATES["implementing"],),
        themes=(8,),
        mine=True,
        texts=("checkout",),
    )


@pytest.mark.parametrize(
    ("typed", "page", "texts"),
    [("2", 2, ()), ("bank 2", 2, ("bank",)), ("2 bank", 1, ("2", "bank")), ('"2"', 1, ("2",))],
)
def test_a_number_at_the_end_is_the_page(typed, page, texts):
    assert read_filter(typed, NAMES) == (Filter(texts=texts), page)


def test_a_name_said_to_be_of_a_kind_and_unknown_is_answered_with_those_there_are():
    with pytest.raises(UnknownName) as found:
        read("theme:zebra")
    assert found.value.sentence == (
        "There is no theme “zebra”. There are Fewer abandoned purchases, A first day without paper."
    )
    with pytest.raises(UnknownName, match="There are Payments, Customer Service, Ready"):
        read("stream:zebra")
    with pytest.raises(UnknownName, match="There are none yet"):
        read_filter("theme:zebra", Names([], []))


@pytest.mark.parametrize("typed", ["word " * 21, "x" * 301])
def test_more_than_can_be_carried_is_refused(typed):
    with pytest.raises(TooMuch):
        read(typed)


def test_it_says_how_the_words_were_read():
    chosen = read("payments pay svc ready delivering mine theme:none <b>")
    assert NAMES.read(chosen) == {
        "stream": "in Payments or Customer Service or Ready",
        "state": "in Delivering",
        "theme": "without a theme",
        "mine": "owned by you",
        "text": "with “<b>”",
    }


def test_a_part_can_be_left_out():
    chosen = read("payments delivering implementing mine")
    assert chosen.parts == ["stream", "state", "mine"]
    assert chosen.without("state") == read("payments mine")
