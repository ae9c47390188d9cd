"""Reads what a view shows as the mock-ups write it, once Slack would take it without a word."""

import re

from bot.slack.actions import Shown
from bot.slack.blocks import modal
from bot.slack.forms import Open, form_view
from sandbox.blockkit import check_message, check_view
from sandbox.elements import interactive
from sandbox.words import words_in
from tests.views.builders import NAMES

DATE = re.compile(r"<!date\^\d+\^[^|]+\|([^>]+)>")
PERSON = re.compile(r"<@(\w+)>")


def shown(answer):
    """The texts of a message, in reading order."""
    blocks = list(answer.blocks)
    assert answer.text, "nothing is read aloud"
    assert [str(p) for p in check_message({"text": answer.text, "blocks": blocks})] == []
    return _read(blocks)


def shown_form(view):
    """The texts of a form, in reading order."""
    view = view_of(view)
    assert [str(p) for p in check_view(view)] == []
    return [view["title"]["text"], *_read(view["blocks"])]


def view_of(drawn):
    """A form or a page that is declared, as Slack has it."""
    if isinstance(drawn, Open):
        return form_view(drawn, "")
    if isinstance(drawn, Shown):
        return modal(drawn.page.kind, drawn.title, drawn.blocks, close="Close")
    return drawn


def shown_home(answer):
    """The texts of App Home, in reading order."""
    view = {"type": "home", "blocks": list(answer.blocks)}
    assert [str(p) for p in check_view(view)] == []
    return _read(view["blocks"])


def read_aloud(answer):
    """What a screen reader is given."""
    return written(answer.text)


def written(text):
    """The text with dates as {Mon 18 May} and people as @Ana."""
    return PERSON.sub(lambda found: f"@{NAMES[found[1]]}", DATE.sub(r"{\1}", text))


def buttons(blocks):
    """What each button is called when it is read aloud."""
    elements = [placed.element for placed in interactive(list(blocks))]
    return [
        each.get("accessibility_label", each["text"]["text"])
        for each in elements
        if each["type"] == "button"
    ]


def element(blocks, action_id):
    """The element of that name."""
    found = (placed.element for placed in interactive(list(blocks)))
    return next(each for each in found if each["action_id"] == action_id)


def options(menu):
    """What a menu offers, those in groups included."""
    groups = menu.get("option_groups") or [menu]
    return [option["text"]["text"] for group in groups for option in group["options"]]


def _read(blocks):
    return [written(text) for text in words_in(blocks)]
