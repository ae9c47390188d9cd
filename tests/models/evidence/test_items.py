"""Readings and observations: of which epic and day, and what strikes them out."""

from datetime import date
from decimal import Decimal

import pytest

from models.errors import FieldMistakes, ReasonMissing
from models.evidence.form import EvidenceForm
from models.evidence.items import Observation, Reading, Stance, StruckAlready
from tests.views.builders import ANA, BEN, MONDAY, an_epic

TODAY = MONDAY.date()
FACTS = {"today": TODAY, "reads": True, "figure": "Checkout completion"}


def an_idea(**more):
    return an_epic("analyzing", indicator="Checkout completion, %", created_at=MONDAY, **more)


def a_reading(epic, day=TODAY, *, value="64.2", link=None):
    return Reading.of(epic, Decimal(value), day, by=ANA, at=MONDAY, link=link)


def read(**typed):
    answers = {"observed_on": TODAY.isoformat(), **typed}
    return EvidenceForm.read(answers, FACTS, {"epic_id": 12})


def errors_of(act, *args, **more):
    with pytest.raises(FieldMistakes) as refused:
        act(*args, **more)
    return refused.value.errors


def test_a_reading_is_a_figure_of_a_day():
    reading = a_reading(an_idea(), link="https://example.com/board?a=1&b=2")

    assert (reading.value, reading.observed_on, reading.by_user_id) == (
        Decimal("64.2"),
        TODAY,
        ANA,
    )


def test_an_epic_that_names_no_figure_has_none_to_read_and_says_what_mends_it():
    epic = an_idea()
    epic.indicator = None

    assert errors_of(a_reading, epic) == {
        "value": "PAY-12 names no figure that will move, so there is no reading to add yet. "
        "/epic edit PAY-12 adds one; an observation can be added right away."
    }


def test_nobody_has_seen_tomorrow_or_what_was_before_the_epic():
    epic = an_idea()

    assert errors_of(a_reading, epic, date(2026, 5, 19)) == {
        "observed_on": "19 May 2026 is in the future. On which day was it seen?"
    }
    assert errors_of(a_reading, epic, date(2026, 5, 17)) == {
        "observed_on": "PAY-12 was proposed on 18 May 2026, after 17 May 2026. On which day was it?"
    }


@pytest.mark.parametrize("link", ["ask Ben", "javascript:alert(1)", "https://", "https://a b"])
def test_a_link_is_the_address_of_a_page(link):
    said = {"link": "Paste a whole address, such as https://example.com/report."}

    assert errors_of(a_reading, an_idea(), link=link) == said
    assert errors_of(read, value="64", link=link) == said


def test_one_form_takes_a_figure_or_words_or_both():
    assert read(value="64,2 %").value == Decimal("64.2")
    assert read(words=" 11 of 14 would ", stance="for").stance is Stance.FOR
    both = read(value="64", words="Spain is flat", stance="against")
    assert (both.value, both.words, both.stance) == (64, "Spain is flat", Stance.AGAINST)


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({}, {"words": "Give a number or a sentence."}),
        (
            {"words": "Spain is flat"},
            {"stance": "Does what was seen or heard speak for it, or against it?"},
        ),
        ({"value": "sixty"}, {"value": "Write a number: 61, 61.5 or 61,5."}),
        (
            {"value": "64", "observed_on": "2026-05-19"},
            {"observed_on": "19 May 2026 is in the future. On which day was it seen?"},
        ),
        ({"value": "64", "observed_on": ""}, {"observed_on": "On which day?"}),
        (
            {"words": "x" * 501, "stance": "for"},
            {"words": "Up to 500 characters, please; this has 501."},
        ),
    ],
)
def test_what_is_missing_stands_at_its_field(typed, errors):
    assert errors_of(read, **typed) == errors


def test_a_wrong_one_is_struck_out_with_a_reason_once_and_stays():
    item = Observation.of(
        an_idea(), "Spain is flat", Stance.AGAINST, TODAY, by=ANA, at=MONDAY, link=None
    )
    with pytest.raises(ReasonMissing, match="Say what is wrong with it"):
        item.strike_out("  ", BEN, MONDAY)
    item.strike_out(" it was Portugal ", BEN, MONDAY)

    assert (item.struck_because, item.struck_by, item.struck_at) == (
        "it was Portugal",
        BEN,
        MONDAY,
    )
    assert item.words == "Spain is flat"
    with pytest.raises(StruckAlready, match="already struck out: it was Portugal"):
        item.strike_out("no", ANA, MONDAY)
