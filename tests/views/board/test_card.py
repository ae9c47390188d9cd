"""The epic card in each state, word for word and at its fullest."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from bot.slack.blocks import HEADER_LIMIT
from bot.slack.mrkdwn import escape
from bot.views.board import card as epic_card
from bot.workflows.board.card import Card
from bot.workflows.flow.forecasting import Ahead
from models.epics.blocking import Blocking
from models.evidence.known import Evidence, Point
from models.flow.forecast import finish_of
from models.flow.line import Line, Sample, line_of
from models.portfolio.portfolio import Phase
from models.projects.project import Project
from models.themes.theme import Theme
from tests.views.builders import (
    BEN,
    HOSTILE,
    MONDAY,
    a_card,
    a_decision,
    a_portfolio,
    a_step,
    an_epic,
    closed,
)
from tests.views.reading import buttons, element, options, shown

NUMBERS = {
    "theme": Theme(id=1, name="Fewer abandoned purchases"),
    "theme_id": 1,
    "project": Project(id=1, code="PRJ-204", name="Checkout renewal"),
    "indicator": "Checkout completion, % of started checkouts",
    "baseline": Decimal(61),
    "target": Decimal(68),
    "target_on": date(2026, 9, 30),
    "kill_threshold": "below 63 % after 6 weeks of the MVP",
    "mvp_cost_minor": 6_000_000,
    "full_cost_minor": 42_000_000,
}
TITLE = "PAY-12 · Pay by bank transfer at checkout"
WHERE = "Payments · owner @Ana"
BELIEF = "Paying from the bank gets more customers through checkout."
TOKEN = re.compile(r"<@U0\w+>|<!date\^\d+\^\{date_short_pretty\}\|\w{3} \d+ \w{3}>")


def test_a_new_idea_says_what_it_is_and_who_answers_by_when():
    card = epic_card.epic_card(a_card(an_epic()))
    assert shown(card) == [
        TITLE,
        WHERE,
        BELIEF,
        "*Funnel* · since today",
        "*Next:* @Ben answers by {Mon 1 Jun}.",
        "Answer this idea",
        "Last change: proposed by @Ana, {Mon 18 May}",
    ]


def test_the_numbers_there_are_stand_on_the_card():
    texts = shown(epic_card.epic_card(a_card(an_epic(**NUMBERS))))
    assert texts[1] == (
        "Payments · owner @Ana · theme: Fewer abandoned purchases"
        " · project PRJ-204 Checkout renewal"
    )
    assert texts[4:6] == [
        "*Checkout completion*\nfrom 61 %, target 68 % by 30 Sep 2026\n"
        "stop line: below 63 % from 6 weeks after testing begins",
        "*Cost*\nMVP €60k, in full €420k",
    ]


@pytest.mark.parametrize(
    ("spent", "phase", "said"),
    [
        (4_700_000, Phase.TESTING, "€47k spent, 78 % of the MVP"),
        (4_800_000, Phase.TESTING, "€48k spent, *80 % of the MVP, €12k left*"),
        (6_000_000, Phase.TESTING, "€60k spent, *all of the MVP*"),
        (6_600_000, Phase.TESTING, "€66k spent, *110 % of the MVP, €6k over*"),
        (6_600_000, Phase.DELIVERING, "€66k spent, 15 % of the full cost"),
        (4_700_000, None, "€47k spent, 78 % of the MVP"),
        (6_600_000, None, "€66k spent, 15 % of the full cost"),
    ],
)
def test_what_was_spent_stands_beside_what_the_mvp_was_to_cost(spent, phase, said):
    evidence = Evidence(today=MONDAY.date(), spent_minor=spent)
    epic = an_epic("implementing" if phase else "stopped", phase=phase, **NUMBERS)
    texts = shown(epic_card.epic_card(replace(a_card(epic), evidence=evidence)))
    assert f"*Cost*\nMVP €60k, in full €420k\n{said}" in texts


def test_a_number_that_is_missing_is_said_never_zero():
    epic = an_epic(indicator="Completion", target=Decimal(68), full_cost_minor=42_000_000)
    assert shown(epic_card.epic_card(a_card(epic)))[4:6] == [
        "*Completion*\nno baseline yet, target 68",
        "*Cost*\nMVP: not estimated yet, in full €420k",
    ]


def test_a_late_answer_says_when_it_was_due():
    card = epic_card.epic_card(a_card(an_epic(), day=16))
    assert shown(card)[3:5] == [
        "*Funnel* · day 16",
        "*Next:* waiting for @Ben's answer, due {Mon 1 Jun}.",
    ]


def test_an_answer_is_not_late_before_five_in_the_evening_of_its_day():
    on_the_day = a_card(an_epic(since=MONDAY + timedelta(hours=5, minutes=59)), day=14)
    assert "*Next:* @Ben answers by {Mon 1 Jun}." in shown(epic_card.epic_card(on_the_day))


def test_without_an_owner_nobody_is_said_to_answer():
    portfolio = a_portfolio([("Payments", "PAY", None, None)])
    card = epic_card.epic_card(a_card(an_epic(portfolio=portfolio, owner_user_id=None), by=None))
    assert shown(card) == [
        TITLE,
        "Payments · no owner yet",
        BELIEF,
        "*Funnel* · since today",
        "*Next:* the first answer; Payments has no owner yet.",
        "Answer this idea",
        "Last change: came into Funnel, {Mon 18 May}",
    ]


@pytest.mark.parametrize(
    ("state", "before", "label", "following", "button"),
    [
        (
            "reviewing",
            "funnel",
            "Reviewing",
            "analyzing, when the review says it is worth a closer look",
            "Move to Analyzing",
        ),
        (
            "analyzing",
            "reviewing",
            "Analyzing",
            "ready, when the case is clear enough to decide on",
            "Move to Ready",
        ),
        (
            "ready",
            "analyzing",
            "Ready",
            "testing the MVP, when it is its turn",
            "Move to Testing the MVP",
        ),
        (
            "delivering",
            "ready",
            "Delivering",
            "done, when its outcome is in use",
            "Move to Done",
        ),
    ],
)
def test_work_in_progress_says_its_age_and_what_follows(state, before, label, following, button):
    more = {"phase": Phase.DELIVERING} if state == "delivering" else {}
    name = "implementing" if more else state
    committed_at = MONDAY - timedelta(days=20)
    epic = an_epic(name, portfolio=asking_nothing(), committed_at=committed_at, **more)
    card = epic_card.epic_card(a_card(epic, before, day=3, by=BEN, reason="a good case"))
    stay = "of implementing" if more else "in this state"
    assert shown(card)[3:] == [
        f"*{label}* · day 23 since commitment, day 3 {stay}",
        "*Evidence*\nnone yet: *Add evidence*",
        f"*Next:* {following}.",
        button,
        f"Last change: moved from {before.capitalize()} to {label} by @Ben, {{Mon 18 May}}"
        " · a good case",
        "Add evidence",
        "Mark as blocked",
    ]


def test_the_first_state_after_commitment_has_one_age():
    epic = an_epic("reviewing", committed_at=MONDAY)
    assert shown(epic_card.epic_card(a_card(epic, "funnel", day=3)))[3] == (
        "*Reviewing* · day 3 since commitment"
    )


def test_done_before_it_was_committed_says_no_duration():
    epic = an_epic("done", committed_at=MONDAY + timedelta(days=31), done_at=MONDAY)
    assert shown(epic_card.epic_card(a_card(epic, "implementing")))[4] == "Done {Mon 18 May}."


@pytest.mark.parametrize(("days", "took"), [(0, "0 days"), (1, "1 day"), (74, "74 days")])
def test_done_says_how_long_it_took_and_asks_for_nothing_more(days, took):
    epic = an_epic("done", committed_at=MONDAY - timedelta(days=days), done_at=MONDAY)
    card = epic_card.epic_card(a_card(epic, "implementing"))
    assert shown(card)[3:] == [
        "*Done* · since {Mon 18 May}",
        f"Done {{Mon 18 May}}, {took} after commitment.",
        "Read its history",
        "Last change: moved from Implementing to Done by @Ana, {Mon 18 May}",
    ]


@pytest.mark.parametrize("reason", ["customers trust the bank page", "customers trust it.", " x "])
def test_stopped_says_why_and_thanks(reason):
    card = epic_card.epic_card(a_card(an_epic("stopped"), "implementing", reason=reason))
    why = reason.strip().rstrip(".")
    assert shown(card)[3:] == [
        "*Stopped* · since {Mon 18 May}",
        f"Stopped {{Mon 18 May}}: {why}. Thank you for finding it out.",
        "Read its history",
        "Last change: moved from Implementing to Stopped by @Ana, {Mon 18 May}",
    ]


def test_stopped_without_a_reason_thanks_all_the_same():
    card = epic_card.epic_card(a_card(an_epic("stopped"), "ready", reason="  "))
    assert "Stopped {Mon 18 May}. Thank you for finding it out." in shown(card)


@pytest.mark.parametrize(
    ("zone", "day", "age"),
    [("Europe/Berlin", "Mon 18 May", "since today"), ("America/New_York", "Sun 17 May", "day 1")],
)
def test_days_are_those_of_the_portfolio(zone, day, age):
    late_on_sunday, noon = MONDAY - timedelta(hours=9, minutes=30), MONDAY + timedelta(hours=9)
    portfolio = a_portfolio(time_zone=zone)
    idea = an_epic(since=late_on_sunday, portfolio=portfolio)
    texts = shown(epic_card.epic_card(Card(idea, a_step(idea), noon)))
    assert f"*Funnel* · {age}" in texts
    assert f"Last change: proposed by @Ana, {{{day}}}" in texts


def test_a_board_without_done_asks_where_it_goes_from_there():
    portfolio = a_portfolio()
    delivering = {"phase": Phase.DELIVERING, "committed_at": MONDAY}
    epic = an_epic("implementing", portfolio=portfolio, **delivering)
    portfolio.states.remove(portfolio.state("done"))
    card = epic_card.epic_card(a_card(epic, "ready"))
    assert "*Next:* decide where it goes from here." in shown(card)
    assert buttons(card.blocks) == ["Add evidence: PAY-12", "Mark as blocked: PAY-12"]


@pytest.mark.parametrize("state", ["funnel", "implementing", "stopped"])
def test_hostile_words_ping_nobody_link_nowhere_and_are_all_there(state):
    portfolio = a_portfolio([(HOSTILE, "PAY", BEN, None)])
    words = _all_of(HOSTILE) | {"title": HOSTILE, "hypothesis": HOSTILE}
    epic = an_epic(state, portfolio=portfolio, **words)
    card = epic_card.epic_card(a_card(epic, "ready", reason=HOSTILE))
    shown(card)
    marked = [text["text"] for text in _texts(card.blocks) if text["type"] == "mrkdwn"]
    plain = [text["text"] for text in _texts(card.blocks) if text["type"] == "plain_text"]
    for text in [card.text, *marked]:
        assert "<" not in TOKEN.sub("", text)
    said = sum(text.count(escape(HOSTILE)) for text in marked)
    assert said == 7  # the stream, theme, project's code and name, indicator, stop line, reason
    assert plain[:2] == [f"PAY-12 · {HOSTILE}", HOSTILE]
    assert escape(HOSTILE) in card.text


@pytest.mark.parametrize("letter", ["x", "&", "*", "<", "🚀"])
def test_the_fullest_card_fits_and_no_sign_is_cut_in_two(letter):
    portfolio = a_portfolio([(letter * 80, "ABCDEFGHIJ", BEN, None)])
    fields = _all_of(letter) | {"indicator": letter * 200, "kill_threshold": letter * 300}
    fields["theme"] = Theme(id=1, name=letter * 100)
    fields["project"] = Project(id=1, code=letter * 120, name=letter * 300)
    fields["blocking"] = Blocking(reason=letter * 500, by_user_id=BEN, at=MONDAY)
    long = {"hypothesis": letter * 3_000, "title": letter * 80}
    epic = an_epic(number=1_234_567, portfolio=portfolio, **fields, **long)
    card = epic_card.epic_card(a_card(epic, "ready", reason=letter * 3_000))
    shown(card)
    header, belief = card.blocks[0]["text"]["text"], card.blocks[2]["text"]["text"]
    assert header == f"ABCDEFGHIJ-1234567 · {letter * 80}"
    assert len(header) <= HEADER_LIMIT
    assert belief == letter * 599 + "…"
    for text in [card.text, *(text["text"] for text in _texts(card.blocks[3:]))]:
        assert not re.search("&(?!amp;|lt;|gt;)", text)


def test_a_title_or_a_reason_of_any_length_leaves_room_for_the_rest():
    epic = an_epic("stopped", title="&" * 5_000)
    shown(epic_card.epic_card(a_card(epic, "ready", reason="&" * 5_000)))
    idea = epic_card.epic_card(a_card(an_epic(title="x" * 5_000), "ready", reason="x" * 5_000))
    assert shown(idea)[-1].endswith(" · " + "x" * 299 + "…")
    told = epic_card.moved(epic)
    assert shown(told)[0].endswith("* is now in *Stopped*.")


def test_whoever_moved_it_is_told_where_it_is():
    told = epic_card.moved(an_epic("reviewing"))
    said = "*PAY-12 · Pay by bank transfer at checkout* is now in *Reviewing*."
    assert shown(told) == [said, "Open PAY-12"]


def test_the_menu_leads_to_all_that_can_be_done_with_it():
    card = epic_card.epic_card(a_card(an_epic("ready"), "analyzing"))
    menu = options(element(card.blocks, epic_card.MORE))
    assert menu == ["Edit", "Move", "Stop", "History", "Open a decision"]


def test_an_idea_can_be_answered_from_its_menu_and_moves_on_where_no_answer_is_asked_for():
    card = epic_card.epic_card(a_card(an_epic()))
    menu = options(element(card.blocks, epic_card.MORE))
    assert menu == ["Answer", "Edit", "Move", "Stop", "History"]
    card = epic_card.epic_card(a_card(an_epic(portfolio=asking_nothing())))
    assert buttons(card.blocks) == ["Move to Reviewing"]


def test_what_was_stopped_by_a_decision_leads_to_it_and_says_so_once():
    epic = an_epic("stopped")
    decision = closed(a_decision(epic), *["stop"] * 3)
    reason = f"Decided by vote: stop, 3 to 0 ({decision.key})"
    card = replace(a_card(epic, "implementing", reason=reason), decision=decision)
    drawn = epic_card.epic_card(card)
    assert buttons(drawn.blocks)[0] == "Read the decision: PAY-12"
    assert str(drawn.blocks).count("3 to 0") == 1


@pytest.mark.parametrize("state", ["done", "stopped"])
def test_what_has_ended_can_be_neither_stopped_nor_blocked(state):
    card = epic_card.epic_card(a_card(an_epic(state, done_at=MONDAY), "ready"))
    assert options(element(card.blocks, epic_card.MORE)) == ["Edit", "Move", "History"]
    assert buttons(card.blocks) == ["Read its history: PAY-12"]


def test_a_channel_shows_no_word_of_an_epic_that_is_restricted():
    card = epic_card.restricted(an_epic(restricted=True))
    said = "PAY-12 is restricted to its circle, who can see it with /epic show PAY-12."
    assert (shown(card), card.text) == ([said], said)


def test_the_last_change_names_the_column_that_was_left_and_entered():
    epic = an_epic("implementing", committed_at=MONDAY, phase=Phase.DELIVERING)
    card = a_card(epic, "implementing", reason="they came back")
    card.last.phase = Phase.DELIVERING
    assert shown(epic_card.epic_card(card))[-3] == (
        "Last change: moved from Testing the MVP to Delivering by @Ana, {Mon 18 May}"
        " · they came back"
    )


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Decided by vote: persevere, 2 to 1 (D-1)", ""),
        ("The supplier is ready", " · The supplier is ready"),
    ],
)
def test_how_a_decision_ended_is_said_once(reason, said):
    epic = an_epic("implementing", committed_at=MONDAY, phase=Phase.DELIVERING)
    card = a_card(epic, "implementing", reason=reason)
    card.last.phase = Phase.DELIVERING
    decision = a_decision(epic)
    decision.close(decision.tally(["persevere", "persevere", "pivot"]), MONDAY)
    card = replace(card, decision=decision)
    assert shown(epic_card.epic_card(card))[-3] == (
        "Decided: persevere, 2 to 1, {Mon 18 May} (D-1) · "
        f"Last change: moved from Testing the MVP to Delivering by @Ana, {{Mon 18 May}}{said}"
    )


def asking_nothing():
    """A portfolio without exit policies."""
    portfolio = a_portfolio()
    for state in portfolio.states:
        state.exit_requires = []
    return portfolio


def _all_of(words):
    """Every field that people write, with these words in it."""
    return {
        "theme": Theme(id=1, name=words),
        "project": Project(id=1, code=words, name=f"{words} "),
        "indicator": words,
        "kill_threshold": words,
    }


def _texts(part):
    """Every text object, in reading order."""
    if isinstance(part, dict):
        if part.get("type") in ("mrkdwn", "plain_text"):
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _texts(each)


def a_line(*days, of_stream=True):
    sample = Sample(of_stream, 26, np.array(days, dtype=np.float64))
    return line_of([sample])


def stands_in(day, line):
    """The card of an epic in flight for so many days, beside the line."""
    epic = an_epic("analyzing", committed_at=MONDAY)
    now = MONDAY + day * timedelta(days=1)
    finish = finish_of(MONDAY, now, line) if isinstance(line, Line) else None
    card = Card(epic, a_step(epic, "reviewing"), now, ahead=Ahead(line, finish))
    return "\n".join(shown(epic_card.epic_card(card)))


def test_in_flight_it_stands_beside_the_line_with_its_forecast_and_the_sample():
    text = stands_in(74, a_line(*range(20, 220, 10)))
    assert "85 of 100 epics finish by day 180 ({Sat 14 Nov})" in text
    assert (
        "*Forecast* half by {Mon 5 Oct}, 85 % by {Tue 24 Nov}\n"
        "from the 14 of 20 that took longer than 74 days"
    ) in text


def test_past_the_line_it_says_so_and_where_few_took_longer_nothing_is_forecast():
    text = stands_in(192, a_line(*range(20, 220, 10), of_stream=False))
    assert "past day 180, by which 85 of 100 epics of all streams finish" in text
    assert "*Forecast* none: 2 of the 20 took longer than it has" in text


def test_where_too_few_finished_there_is_no_line_and_it_says_what_it_needs():
    text = stands_in(12, a_line(5, 6, 7))
    assert "finish by day" not in text
    assert "*Forecast* none yet: needs 8 finished epics, there are 3" in text


def known_of_the_transfer():
    """Six readings of the MVP of paying by bank transfer, and seven observations."""
    readings = [
        Point(on=date(2026, 4, 10) + timedelta(days=7 * n), value=Decimal(each))
        for n, each in enumerate(["61", "61.6", "61.7", "62.8", "63.5", "64.2"])
    ]
    return Evidence(
        today=MONDAY.date(),
        readings=readings,
        speaks_for=5,
        speaks_against=2,
        old=1,
        newest_on=readings[-1].on,
        tested_on=date(2026, 4, 6),
    )


def test_what_is_known_stands_beside_what_it_is_compared_with():
    epic = an_epic("implementing", phase=Phase.TESTING, committed_at=MONDAY, **NUMBERS)
    card = replace(a_card(epic, "ready"), evidence=known_of_the_transfer())
    texts = shown(epic_card.epic_card(card))
    assert texts[4] == (
        "*Checkout completion* ▁▂▂▄▆█ *64.2 %*\nfrom 61 %, target 68 % by 30 Sep 2026\n"
        "stop line: below 63 % from 18 May 2026 on\nlast read 15 May 2026"
    )
    assert texts[6] == "*Evidence* 5 for, 2 against\nnewest 3 days old, 1 older than 60 days"
    assert buttons(epic_card.epic_card(card).blocks)[-3:] == [
        "Add a reading: PAY-12",
        "All evidence: PAY-12",
        "Mark as blocked: PAY-12",
    ]


def test_what_lacks_evidence_alone_asks_for_it():
    known = {"committed_at": MONDAY, "full_cost_minor": 1, "horizon": 1, "go_at": MONDAY}
    card = epic_card.epic_card(a_card(an_epic("analyzing", **NUMBERS | known), "reviewing"))
    assert "*Next:* No evidence yet that is younger than 60 days." in shown(card)
    assert buttons(card.blocks) == ["Add a reading: PAY-12", "Mark as blocked: PAY-12"]


def test_a_stop_line_that_stays_words_says_that_it_is_not_watched():
    epic = an_epic("ready", committed_at=MONDAY, **NUMBERS | {"kill_threshold": "nobody likes it"})
    assert shown(epic_card.epic_card(a_card(epic, "analyzing")))[4] == (
        "*Checkout completion*\nfrom 61 %, target 68 % by 30 Sep 2026\n"
        "we stop if nobody likes it (not watched)\nno reading yet"
    )


def test_a_reading_from_long_ago_is_called_old():
    epic = an_epic("ready", committed_at=MONDAY, indicator="Orders a day")
    point = Point(on=MONDAY.date() - timedelta(days=61), value=Decimal(3))
    known = Evidence(today=MONDAY.date(), readings=[point], newest_on=point.on)
    card = epic_card.epic_card(replace(a_card(epic, "analyzing"), evidence=known))
    assert shown(card)[4:6] == [
        "*Orders a day* *3*\nno baseline yet\nlast read 18 Mar 2026, 61 days ago: old",
        "*Evidence*\nnewest 61 days old",
    ]
