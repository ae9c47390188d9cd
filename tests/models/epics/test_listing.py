"""How a key, and the words after `/epic list`, are read."""

import pytest

from models.epics.listing import (
    Filter,
    Names,
    TooMuch,
    UnknownEpic,
    UnknownKey,
    UnknownName,
    found,
    is_key,
    read_filter,
    read_key,
)
from models.portfolio.portfolio import Phase
from models.themes.theme import Theme
from tests.views.builders import CLEO, a_portfolio, an_epic

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
        ("<@U0BEN|ben> <@W0CLEO> mine", Filter(mine=True, people=("U0BEN", "W0CLEO"))),
        ("<@U0BEN", Filter(texts=("<@U0BEN",))),
        ("mine blocked late", Filter(mine=True, blocked=True, late=True)),
        ("theme:paper", Filter(themes=(8,))),
        ("theme:Fewer abandoned purchases", Filter(themes=(7,))),
        ('theme:"fewer abandoned" refunds', Filter(themes=(7,), texts=("refunds",))),
        ("theme: e", Filter(themes=(7, 8))),
        ("theme:none", Filter(no_theme=True)),
        ("bank transfer", Filter(texts=("bank", "transfer"))),
        ("“bank transfer”", Filter(texts=("bank transfer",))),
        ("text:mine", Filter(texts=("mine",))),
        ("cu\u200bstomer\u00a0\u2066service\u2069", Filter(streams=(SERVICE,))),
        ("theme:Fewer abandoned\u202fpurchases\u200d", Filter(themes=(7,))),
        ("Zu\u0308rich\u200b", Filter(texts=("Z\u00fcrich",))),
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
    with pytest.raises(UnknownName, match=r"“Custmer”\. Did you mean Customer Service\? There"):
        read("stream:Custmer Servce")
    with pytest.raises(UnknownName, match=r"“implmenting”\. Did you mean Implementing\? There"):
        read("state:implmenting")
    with pytest.raises(UnknownName, match=r"Did you mean Fewer abandoned purchases\? There"):
        read('theme:"Fewer abandonned purchase"')
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
    whose = read("<@U0BEN> <@U0ANA> bank")
    assert NAMES.read(whose)["person"] == "owned by U0BEN or U0ANA"
    assert whose.without("person") == read("bank")


# Keys


@pytest.mark.parametrize("typed", ["PAY-1", " pay-1 ", "pay1", "pay 1", "PAY-01"])
def test_a_key_is_read_however_it_is_written(typed):
    assert read_key(typed) == "PAY-1"


@pytest.mark.parametrize("typed", ["", "PAY", "12", "PAY-1234567890", "' or 1=1 --", "ＰＡＹ-1"])
def test_what_is_no_key_says_how_keys_look(typed):
    assert not is_key(typed)
    with pytest.raises(UnknownKey) as refused:
        read_key(typed)
    assert refused.value.sentence == (
        f"There is no epic {typed}. "
        "Keys look like PAY-12; /epic list finds epics by words of their titles."
    )


def test_an_unknown_key_names_the_nearest():
    others = ["PAY-1", "PAY-2", "PAY-12", "ONB-4"]
    assert UnknownKey("PYA-12", others).sentence == (
        "There is no epic PYA-12. Did you mean PAY-12 or PAY-1 or PAY-2?"
    )
    assert UnknownKey("QQQ-1", ["XY-22"]).sentence == "There is no epic QQQ-1."


def test_an_epic_that_is_gone_is_unknown():
    epic = an_epic()
    assert found(epic) is epic
    with pytest.raises(UnknownEpic, match="That epic is not there any more"):
        found(None)
