"""People's words in Slack's mark-up, days, places and numbers."""

import html
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.blocks import mrkdwn, plain, shorten_marked
from bot.slack.mrkdwn import GRAVE, GUARD, closed, day, escape, listed, ordinal, person, weekday
from tests.views.builders import HOSTILE, MONDAY

STARTS_OR_ENDS_A_MARK = re.compile(rf"(?<![\w{GUARD}])[*_~]|[*_~](?![\w{GUARD}])|`")
MARKS = st.text("&<>*_~`!@#|a1 \n", max_size=60)


def test_what_people_write_shows_as_they_wrote_it():
    assert escape(HOSTILE) == (
        "&lt;!channel&gt; &amp; &lt;https://evil.example|x&gt; "
        "\u200b*\u200bb\u200b*\u200b \u200b_\u200bi\u200b_\u200b "
        "\u200b~\u200bs\u200b~\u200b \u02cbc\u02cb"
    )


@given(MARKS)
def test_nothing_people_write_pings_links_or_turns_bold_and_nothing_is_lost(text):
    escaped = escape(text)
    assert not re.search("[<>]|&(?!amp;|lt;|gt;)", escaped)
    assert not STARTS_OR_ENDS_A_MARK.search(escaped)
    assert html.unescape(escaped.replace(GUARD, "").replace(GRAVE, "`")) == text


def test_a_line_that_begins_with_an_arrow_is_no_quotation():
    assert escape("so far:\n> 3 of 5") == "so far:\n\u200b&gt; 3 of 5"


def test_words_within_a_word_stay_untouched():
    assert escape("snake_case and 2*3") == "snake_case and 2*3"


@given(MARKS, st.integers(2, 200))
def test_cut_text_ends_in_a_whole_sign(text, limit):
    told = f"<@U0BEN> {escape(text)}"
    cut = shorten_marked(told, limit)
    assert len(cut) <= limit
    if cut != told:
        assert cut.endswith("…")
        assert told.startswith(cut[:-1])
        assert not re.search("<[^>]*$|&(?!amp;|lt;|gt;)", cut)


def test_a_link_in_plain_words_stays_plain_words():
    assert mrkdwn("see https://evil.example #general")["verbatim"] is True


def test_a_name_between_colons_stays_as_it_was_typed_in_plain_words():
    assert plain("10:30:fire:")["emoji"] is False


def test_a_day_is_told_in_the_readers_zone_and_else_in_the_portfolios():
    late_on_sunday = datetime(2026, 5, 17, 23, 30, tzinfo=UTC)
    assert day(late_on_sunday, "Europe/Berlin") == (
        "<!date^1779060600^{date_short_pretty}|Mon 18 May>"
    )
    assert day(late_on_sunday, "America/New_York") == (
        "<!date^1779060600^{date_short_pretty}|Sun 17 May>"
    )


def test_a_day_that_is_the_same_for_everyone_is_written_out():
    assert weekday(date(2026, 5, 18)) == "Mon 18 May"
    assert weekday(MONDAY) == "Mon 18 May"


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (102, "102nd"),
        (111, "111th"),
        (1_001, "1,001st"),
    ],
)
def test_places_are_written_as_people_say_them(number, written):
    assert ordinal(number) == written


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("too dear", "too dear."), ("too dear.", "too dear."), ("why?", "why?"), ("so …", "so …")],
)
def test_a_sentence_ends_in_one_full_stop(text, sentence):
    assert closed(text) == sentence


def test_someone_missing_is_nobody_yet():
    assert person("U0BEN") == "<@U0BEN>"
    assert person(None) == "nobody yet"


@pytest.mark.parametrize(
    ("several", "said"),
    [
        ([], ""),
        (["<a>"], "&lt;a&gt;"),
        (["a", person("U1")], "a or <@U1>"),
        (["a", "b & b", "c"], "a, b &amp; b or c"),
    ],
)
def test_several_are_listed_as_in_a_sentence_and_escaped_unless_they_are_marked(several, said):
    assert listed(several, "or") == said
