"""What a screen reader and a notification are given: what the blocks say, in plain words."""

from hypothesis import given
from hypothesis import strategies as st

from bot.slack.answers import LONGEST_ALOUD as LONGEST
from bot.slack.answers import aloud
from bot.slack.blocks import (
    actions,
    bar_chart,
    button,
    context,
    divider,
    fields,
    header,
    plain,
    section,
)
from bot.slack.mrkdwn import escape, moment, person
from tests.views.builders import ANA, HOSTILE, MONDAY


def test_all_that_stands_there_is_read_in_its_order_and_no_button():
    open_ = button("Open", "open")
    blocks = [
        header("PAY-12 · Decided: persevere"),
        section("*6 persevere*, 1 pivot", open_),
        divider(),
        fields(["*Money*\n€60k", "*Time*\nday 74"]),
        {"type": "section", "text": plain("A guess is fine.")},
        actions("row", [open_]),
        context("Decision D-1 · `/decision show D-1`"),
    ]
    assert aloud(blocks).splitlines() == [
        "PAY-12 · Decided: persevere",
        "6 persevere, 1 pivot",
        "Money",
        "€60k",
        "Time",
        "day 74",
        "A guess is fine.",
        "Decision D-1 · /decision show D-1",
    ]


def test_a_chart_is_read_with_its_numbers():
    series = {"In flight": [5, 1_200], "Limit": [4, 5]}
    chart = bar_chart("In flight", ["Claims", "A&B"], series, x_label="Stream", y_label="Epics")
    assert aloud([chart]).splitlines() == [
        "In flight",
        "In flight: Claims 5, A&amp;B 1,200",
        "Limit: Claims 4, A&amp;B 5",
    ]


def test_a_day_is_read_as_it_is_spelled_and_people_by_their_names():
    said = f"Closes {moment(MONDAY, 'Europe/Berlin')}, {person(ANA)}. <https://a.example|Read it>"
    assert aloud([section(said)]) == f"Closes Mon 18 May, 11:00, <@{ANA}>. Read it"


def test_what_people_typed_keeps_its_signs_and_pings_nobody():
    assert aloud([section(f"*{escape(HOSTILE)}*")]) == escape(HOSTILE)
    assert aloud([header(HOSTILE)]) == escape(HOSTILE)


@given(st.text("&<>*_~a \n", max_size=40))
def test_only_the_marks_of_a_template_are_taken_away(typed):
    assert aloud([section(f"*Reason* _of_ {escape(typed)}.")]) == f"Reason of {escape(typed)}."


def test_it_ends_where_it_gets_long_and_cuts_no_sign_in_two():
    said = aloud([section("&amp;" * 500) for _ in range(3)])
    assert len(said) <= LONGEST
    assert said.endswith("&amp;…")


def test_in_narrow_columns_a_number_and_its_percent_stay_on_one_line_and_are_read_as_ever():
    block = fields(["*Completion ▁▅ 20.4 %*\nfrom 18 %, in percent: %"])
    assert block["fields"][0]["text"] == (
        "*Completion ▁▅ 20.4\u00a0%*\nfrom 18\u00a0%, in percent: %"
    )
    assert aloud([block]).splitlines() == ["Completion ▁▅ 20.4 %", "from 18 %, in percent: %"]
