"""A chart that Slack does not take: what it shows is in the words, and those are shown."""

from dataclasses import replace

import pytest

from bot.slack.answers import Answer
from bot.slack.blocks import bar_chart
from bot.views.notices import Notice
from models.epics.epic import Epic
from models.message import MessageKind
from tests.worker.conftest import draw_card


def draw_with_chart(session, epic, now):
    words = draw_card(session, epic, now)
    series = {"In flight": [2, 5], "Limit": [4, 4]}
    chart = bar_chart("In flight", ["Data", "Claims"], series, x_label="Stream", y_label="Epics")
    return Answer([chart, *words.blocks])


WITH_CHARTS = {MessageKind.EPIC_CARD: Notice(Epic, draw_with_chart)}


def show(shop):
    """One round of the worker, with a chart on each card."""
    shop.courier = replace(shop.courier, notices=WITH_CHARTS)
    shop.do_what_is_due()
    shop.slack.clock.advance(2)


def kinds(shop):
    (message,) = shop.slack.channel("payments").messages
    return [block["type"] for block in message.blocks]


def test_a_chart_is_posted_with_its_message(shop):
    shop.propose()
    show(shop)
    assert kinds(shop) == ["data_visualization", "section"]
    assert shop.slack.findings == []


@pytest.mark.parametrize("error", ["invalid_blocks", "invalid_blocks_format"])
def test_a_refused_chart_loses_nothing_and_is_posted_once_in_words(shop, error):
    shop.slack.fail_next("chat.postMessage", error=error)
    epic = shop.propose()
    show(shop)
    assert kinds(shop) == ["context", "section"]
    shop.slack.fail_next("chat.update", error=error)
    shop.move(epic, "reviewing")
    show(shop)
    assert kinds(shop) == ["context", "section"]
    numbers = "In flight\nIn flight: Data 2, Claims 5\nLimit: Data 4, Claims 4"
    assert shop.texts == [f"{numbers}\nPAY-1 is in reviewing"]
    assert shop.claim() == []


def test_words_that_are_refused_are_not_sent_a_second_time_at_once(shop):
    shop.slack.fail_next("chat.postMessage", error="invalid_blocks", times=2)
    shop.propose()
    show(shop)
    assert len(shop.calls("chat.postMessage")) == 2
    assert shop.texts == []
