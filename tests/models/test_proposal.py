from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calendar import same_day_from, working_days_after
from models.errors import FieldMistakes, Mistake
from models.hypothesis import reads_as
from models.money import LARGEST_MINOR, format_amount, parse_amount
from models.proposal import MAX_LENGTHS, parse_decimal, parse_proposal

TODAY = date(2026, 5, 18)
ENOUGH = {"title": "Pay by bank transfer", "value_stream": "7", "hypothesis": "It helps."}


def mistakes(**answers):
    with pytest.raises(FieldMistakes) as found:
        parse_proposal(ENOUGH | answers, TODAY, "EUR")
    return found.value.errors


def test_a_title_a_stream_and_a_sentence_are_enough():
    proposal = parse_proposal(ENOUGH, TODAY, "EUR")
    assert (proposal.title, proposal.value_stream_id) == ("Pay by bank transfer", 7)
    assert proposal.target is None


@pytest.mark.parametrize("title", ["", "   ", None, "🚀🚀", "?!", "\x00"])
def test_a_title_needs_words(title):
    assert mistakes(title=title) == {
        "title": 'Give it a few words, for example "Pay by bank transfer".'
    }


@pytest.mark.parametrize("field", sorted(MAX_LENGTHS))
def test_a_field_that_is_too_long_says_how_much_it_takes(field):
    sentence = mistakes(**{field: "x" * 3_001})[field]
    assert sentence == f"Up to {MAX_LENGTHS[field]:,} characters, please; this has 3,001."


def test_what_was_typed_is_kept_as_it_was():
    hostile = "<!channel> & <https://evil.example|x> *b*"
    proposal = parse_proposal(ENOUGH | {"title": hostile, "theme": hostile}, TODAY, "EUR")
    assert proposal.title == hostile
    assert proposal.theme == hostile


def test_a_target_differs_from_where_it_is_now():
    assert mistakes(baseline="61", target="61")["target"] == (
        "Now 61, target 61: which change would you call a success?"
    )


def test_a_target_date_lies_ahead():
    assert mistakes(target_on="2025-09-30")["target_on"] == (
        "30 Sep 2025 has passed. Did you mean 30 Sep 2026?"
    )


def test_a_cost_is_an_amount():
    assert mistakes(mvp_cost="60k-ish")["mvp_cost"] == "Write an amount: 60k, 60,000 or 60.000."


def test_the_full_cost_includes_the_mvp():
    assert "full_cost" in mistakes(mvp_cost="60k", full_cost="59k")


def test_every_wrong_field_is_named_at_once():
    found = mistakes(title="", target_on="soon", baseline="many", horizon="4", value_stream="x")
    assert set(found) == {"title", "target_on", "baseline", "horizon", "value_stream"}


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("60k", 6_000_000),
        ("60K", 6_000_000),
        ("60,000", 6_000_000),
        ("60.000", 6_000_000),
        ("60 000", 6_000_000),
        ("€60,000", 6_000_000),
        ("60000 EUR", 6_000_000),
        ("1.2m", 120_000_000),
        ("1,2m", 120_000_000),
        ("1,234,567.89", 123_456_789),
        ("1.234.567,89", 123_456_789),
        ("0", 0),
        ("12.5", 1_250),
    ],
)
def test_amounts_are_read_as_people_write_them(text, minor):
    assert parse_amount(text, "EUR") == minor


@pytest.mark.parametrize(
    "text", ["60k-ish", "", "-5", "1.2.3", "1,23,456", "12.345,6,7", "٣", "9" * 20]
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(Mistake):
        parse_amount(text, "EUR")


@given(st.integers(0, LARGEST_MINOR), st.sampled_from(["EUR", "USD", "CHF", "JPY"]))
def test_an_amount_written_out_reads_back_the_same(minor, currency):
    assert parse_amount(format_amount(minor, currency), currency) == minor


def test_short_amounts_fit_a_card():
    assert format_amount(4_100_000, "EUR", short=True) == "€41k"
    assert format_amount(120_000_000, "EUR", short=True) == "€1.2m"
    assert format_amount(95_000, "CHF", short=True) == "CHF 950"


@pytest.mark.parametrize(("text", "value"), [("61", "61"), ("61,5", "61.5"), ("−2.25 %", "-2.25")])
def test_figures_are_read_with_comma_or_point(text, value):
    assert parse_decimal(text) == Decimal(value)


@pytest.mark.parametrize("text", ["many", "1.2.3", "1,000", "NaN", "1e5", "٣"])
def test_a_figure_that_could_mean_two_things_or_none_is_asked_again(text):
    with pytest.raises(Mistake):
        parse_decimal(text)


def test_the_answers_read_as_one_sentence():
    proposal = parse_proposal(
        ENOUGH
        | {
            "for_whom": "Returning customers in the EU",
            "indicator": "Checkout completion, % of started checkouts",
            "baseline": "61",
            "target": "68",
            "target_on": "2026-09-30",
            "kill_threshold": "below 63 % after 6 weeks of the MVP",
        },
        TODAY,
        "EUR",
    )
    assert reads_as(proposal) == (
        "We believe “Pay by bank transfer” for returning customers in the EU will move checkout "
        "completion from 61 % to 68 % by 30 Sep 2026. We stop if it is below 63 % after 6 weeks "
        "of the MVP."
    )


def test_without_a_figure_there_is_no_sentence_yet():
    assert reads_as(parse_proposal(ENOUGH, TODAY, "EUR")) is None


def test_working_days_leave_out_the_weekend():
    assert working_days_after(date(2026, 5, 15), 1) == date(2026, 5, 18)
    assert working_days_after(date(2026, 2, 9), 10) == date(2026, 2, 23)


def test_a_leap_day_that_has_passed_is_meant_for_28_february():
    assert same_day_from(date(2024, 2, 29), TODAY) == date(2027, 2, 28)
