from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calendar import WorkCalendar, same_day_from
from models.epics.hypothesis import reads_as
from models.epics.proposal import (
    MAX_LENGTHS,
    ChangedMeanwhile,
    as_it_would_be,
    parse_changes,
    parse_proposal,
    project_comes_first,
)
from models.errors import FieldMistakes, Mistake
from models.fields import parse_decimal, spell_decimal
from models.money import LARGEST_MINOR, format_amount, parse_amount
from models.portfolio.portfolio import Portfolio, Stage, ValueStream
from tests.views.builders import BEN, an_epic

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
    more = {"theme": "none"} if field == "theme_none_because" else {}
    sentence = mistakes(**{field: "x" * 3_001}, **more)[field]
    assert sentence == f"Up to {MAX_LENGTHS[field]:,} characters, please; this has 3,001."


def test_a_title_is_kept_composed_in_one_line_and_without_what_nobody_sees():
    typed = "\u202e Zu\u0308rich\u00a0\u200b now\u200d "
    assert parse_proposal(ENOUGH | {"title": typed}, TODAY, "EUR").title == "Z\u00fcrich now"


def test_what_was_typed_is_kept_as_it_was():
    hostile = "<!channel> & <https://evil.example|x> *b*"
    proposal = parse_proposal(ENOUGH | {"title": hostile, "for_whom": hostile}, TODAY, "EUR")
    assert proposal.title == hostile
    assert proposal.for_whom == hostile


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
    assert WorkCalendar().days_after(date(2026, 5, 15), 1) == date(2026, 5, 18)
    assert WorkCalendar().days_after(date(2026, 2, 9), 10) == date(2026, 2, 23)


def test_a_leap_day_that_has_passed_is_meant_for_28_february():
    assert same_day_from(date(2024, 2, 29), TODAY) == date(2027, 2, 28)


# What is chosen of a list


def test_what_is_chosen_of_a_list_is_an_id():
    chosen = {"theme": "3", "project": "2147483647", "objective": "5", "owner": "U0BEN"}
    proposal = parse_proposal(ENOUGH | chosen, TODAY, "EUR")
    assert (proposal.theme_id, proposal.project_id) == (3, 2_147_483_647)
    assert (proposal.objective_id, proposal.owner_user_id) == (5, "U0BEN")


@pytest.mark.parametrize("field", ["value_stream", "theme", "project", "objective"])
@pytest.mark.parametrize("value", ["x", "-1", "1.5", "٣", "2147483648", "9" * 30])
def test_an_id_edited_by_hand_is_refused(field, value):
    assert mistakes(**{field: value}) == {field: "Choose one from the list."}


@pytest.mark.parametrize("owner", ["ben", "C0PAY", "<@U0BEN>", "U0'BEN"])
def test_an_owner_is_a_member(owner):
    assert mistakes(owner=owner) == {"owner": "Choose one from the list."}


def test_nothing_of_a_list_is_nothing():
    proposal = parse_proposal(ENOUGH | {"project": "none", "objective": "none"}, TODAY, "EUR")
    assert (proposal.project_id, proposal.objective_id) == (None, None)


def test_no_theme_asks_why():
    assert mistakes(theme="none") == {"theme": "Say in a few words why it has no theme."}
    asked = mistakes(theme="none", theme_none_because="  ")
    assert asked == {"theme_none_because": "Say in a few words why it has no theme."}
    answers = {"theme": "none", "theme_none_because": "The law asks for it"}
    proposal = parse_proposal(ENOUGH | answers, TODAY, "EUR")
    assert (proposal.theme_id, proposal.theme_none_because) == (None, "The law asks for it")


def test_a_theme_needs_no_reason_and_keeps_none():
    answers = {"theme": "3", "theme_none_because": "left from before"}
    assert parse_proposal(ENOUGH | answers, TODAY, "EUR").theme_none_because is None


# Changing an epic


def changes(epic, **answers):
    """What becomes of the epic where these fields hold something else than was shown."""
    shown = dict.fromkeys(answers, "as it was shown")
    return parse_changes(epic, answers, shown, TODAY)


def change_mistakes(epic, **answers):
    with pytest.raises(FieldMistakes) as found:
        changes(epic, **answers)
    return found.value.errors


def test_only_what_was_touched_is_changed():
    epic = an_epic(for_whom="Everybody")
    shown = {"title": epic.title, "for_whom": "Everybody", "indicator": None}
    answers = shown | {"indicator": "Completion, %", "for_whom": "Everybody\r\n"}
    assert parse_changes(epic, answers, shown, TODAY) == {"indicator": "Completion, %"}


def test_what_was_there_before_may_stay_though_nobody_could_type_it_now():
    epic = an_epic(title="x" * 500, target_on=date(2020, 1, 1), hypothesis=None)
    shown = {"title": epic.title, "target_on": "2020-01-01", "hypothesis": None}
    assert parse_changes(epic, shown | {"target": "5"}, shown, TODAY) == {"target": Decimal(5)}


def test_a_touched_day_that_has_passed_is_asked_again():
    assert "has passed" in change_mistakes(an_epic(), target_on="2020-01-02")["target_on"]


def test_a_touched_figure_is_held_against_the_one_that_was_not():
    epic = an_epic(baseline=Decimal(61), mvp_cost_minor=6_000_000)
    assert "which change" in change_mistakes(epic, target="61")["target"]
    assert "full_cost" in change_mistakes(epic, full_cost="59k")
    odd = an_epic(mvp_cost_minor=2, full_cost_minor=1)
    assert changes(odd, target="5") == {"target": Decimal(5)}


@pytest.mark.parametrize("field", ["title", "hypothesis", "owner"])
def test_what_an_epic_cannot_do_without_is_not_emptied(field):
    assert set(change_mistakes(an_epic(), **{field: None})) == {field}


def test_a_field_emptied_is_no_answer_any_more():
    assert changes(an_epic(for_whom="Everybody"), for_whom=None) == {"for_whom": None}


def test_a_theme_takes_the_place_of_why_there_was_none():
    epic = an_epic(theme_none_because="The law asks for it")
    assert changes(epic, theme="3") == {"theme_id": 3, "theme_none_because": None}
    assert change_mistakes(epic, theme="none", theme_none_because=" ").keys() == {
        "theme_none_because"
    }


def test_the_same_written_otherwise_is_no_change():
    epic = an_epic(mvp_cost_minor=6_000_000)
    assert changes(epic, mvp_cost="60k") == {}


def test_the_epic_as_it_would_be_reads_as_a_sentence():
    epic = an_epic(indicator="Completion, %", target=Decimal(68))
    would_be = as_it_would_be(epic, {"target": Decimal(70)})
    assert "to 70 %" in reads_as(would_be)


@pytest.mark.parametrize(
    ("stage", "first"),
    [(Stage.PROJECT_FUNDED, True), (Stage.HYBRID, True), (Stage.CAPACITY_FUNDED, False)],
)
def test_where_projects_pay_the_project_is_asked_for_first(stage, first):
    stream = ValueStream(portfolio=Portfolio(), name="Payments", stage=stage)
    assert project_comes_first(stream) is first
    assert project_comes_first(None)


@given(st.decimals(-(10**9), 10**9, places=3))
def test_a_figure_reads_as_it_is_spelled(figure):
    assert parse_decimal(spell_decimal(figure)) == figure
    assert parse_decimal(spell_decimal(figure.normalize())) == figure


# Someone else was faster


def test_who_changed_an_epic_meanwhile_is_named_with_what_and_the_machine_is_not():
    changed = ChangedMeanwhile(an_epic(version=3), BEN, ["theme_id", "theme_none_because", "id"])
    assert (changed.version, changed.by) == (3, BEN)
    assert changed.sentence == (
        "Someone changed this epic while you were writing: the theme. "
        "What you typed is still here. Save once more to store it anyway."
    )
    assert changed.say("Ben").startswith("Ben changed this epic while you were writing: the theme.")


def test_of_an_epic_that_was_moved_meanwhile_it_says_where_it_is():
    assert ChangedMeanwhile(an_epic("stopped"), None, ["state_id"]).what == "it is now in Stopped"
