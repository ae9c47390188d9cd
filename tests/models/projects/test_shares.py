from decimal import Decimal

import pytest

from models.errors import Mistake
from models.portfolio.portfolio import ValueStream
from models.projects.shares import Share, of_streams, parse_shares, spell_shares


def share(stream, percent):
    return Share(stream, Decimal(percent))


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("PAY:60;ONB:40", [share("PAY", 60), share("ONB", 40)]),
        ("Payments 60 %, Onboarding 40 %", [share("Payments", 60), share("Onboarding", 40)]),
        ("A: 33,34; B: 33.33; C=33.33", [share("A", "33.34"), *(share(s, "33.33") for s in "BC")]),
        ("PAY", [share("PAY", 100)]),
        ("DEFRA & DFT", [share("DEFRA & DFT", 100)]),
        ("DEFRA, DFT", [share("DEFRA, DFT", 100)]),
        ("Health: Care", [share("Health: Care", 100)]),
        ("Area 51", [share("Area 51", 100)]),
    ],
)
def test_shares_are_read_as_people_write_them_and_one_name_has_all(text, shares):
    assert parse_shares(text) == shares


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("PAY:60;ONB:39", "The shares add up to 99, not 100."),
        ("PAY:99", "The shares add up to 99, not 100."),
        ("PAY:100;ONB:0", "ONB has a share of 0: leave it out"),
        ("PAY:50;pay:50", "pay is named twice: give it one share."),
        ("PAY;ONB", "“PAY” is not a share."),
    ],
)
def test_shares_that_are_not_the_whole_are_refused(text, sentence):
    with pytest.raises(Mistake) as refused:
        parse_shares(text)
    assert refused.value.sentence.startswith(sentence)


def test_shares_are_told_as_they_are_read():
    for text in ("PAY", "PAY:60;ONB:40", "A:33.34;B:66.66"):
        assert spell_shares(parse_shares(text)) == text


STREAMS = [
    ValueStream(id=1, name="Onboarding", key_prefix="ONB"),
    ValueStream(id=2, name="Payments", key_prefix="PAY"),
]


def test_streams_are_known_by_name_and_letters_however_they_are_written():
    shares = [share("payments", 60), share("Onb", 40)]
    assert of_streams(shares, STREAMS) == ((2, Decimal(60)), (1, Decimal(40)))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Claims", "There is no value stream Claims. Choose from Onboarding, Payments."),
        (
            "Paymints",
            "There is no value stream Paymints. Choose from Onboarding, Payments. "
            "Did you mean Payments?",
        ),
        ("Payments:50; PAY:50", "Payments is named twice: give it one share."),
    ],
)
def test_a_stream_that_is_not_there_or_there_twice_has_no_share(text, sentence):
    with pytest.raises(Mistake) as refused:
        of_streams(parse_shares(text), STREAMS)
    assert refused.value.sentence == sentence
