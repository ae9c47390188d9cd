"""Words in Slack's mark-up: templates that escape what people wrote, date tokens, mentions."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.slack.blocks import shorten
from models.calendar import MONTHS, spell_day, spell_days
from models.counting import counted, plural

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MARK = re.compile(r"(?<![^\W_])[*_~]|[*_~](?![^\W_])")
"""What Slack may take for the beginning or the end of bold, italic or struck."""

QUOTE = re.compile("^(?=&gt;)", re.MULTILINE)
"""Where Slack takes a line for a quotation."""

GUARD = "\u200b"
GRAVE = "\u02cb"
"""Stands for a backtick, which no guard keeps from marking code."""


class Marked(str):
    """Text that is mark-up already and must not be escaped once more."""

    __slots__ = ()


def escape(text: str) -> str:
    """Make `&`, `<` and `>` show as themselves, so that nothing pings and nothing links.

    Slack has no escape for `*`, `_`, `~`; a zero-width space on either side keeps them from marking
    and lets them be read.
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace("`", GRAVE)
    return QUOTE.sub(GUARD, MARK.sub(lambda mark: f"{GUARD}{mark[0]}{GUARD}", text))


def person(user_id: str | None) -> Marked:
    """A member, shown by Slack under their own name; in a card nobody is pinged by an update."""
    return Marked(f"<@{user_id}>") if user_id else Marked("nobody yet")


def channel(channel_id: str) -> Marked:
    """A channel, shown by its name."""
    return Marked(f"<#{channel_id}>")


def day(moment: datetime, time_zone: str) -> Marked:
    """A day in each reader's own zone; where Slack cannot, such as "Mon 18 May" in that zone."""
    fallback = weekday(moment.astimezone(ZoneInfo(time_zone)))
    return Marked(f"<!date^{int(moment.timestamp())}^{{date_short_pretty}}|{fallback}>")


def moment(at: datetime, time_zone: str) -> Marked:
    """A day and time in each reader's own zone; else such as "Mon 18 May, 9:00" in that zone."""
    local = at.astimezone(ZoneInfo(time_zone))
    fallback = f"{weekday(local)}, {local.hour}:{local.minute:02}"
    token = "{date_short_pretty} at {time}"
    return Marked(f"<!date^{int(at.timestamp())}^{token}|{fallback}>")


def weekday(on: date) -> str:
    """A day such as "Mon 18 May", the same for every reader."""
    return f"{DAYS[on.weekday()]} {on.day} {MONTHS[on.month - 1]}"


def ordinal(number: int) -> str:
    """ "1st", "2nd", "3rd", "4th", "11th", "1,001st"."""
    teen = number % 100 in (11, 12, 13)
    return f"{number:,}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def listed(several: Iterable[str], last: str = "and") -> Marked:
    """Several in a sentence: "a, b and c"."""
    shown = [each if isinstance(each, Marked) else escape(each) for each in several]
    return Marked(f" {last} ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]])))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def possessive(name: str) -> str:
    """ "Onboarding's", "Payments'"."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def in_sentence(label: str) -> str:
    """A label within a sentence: "testing the MVP"; one like "QA" stays as it is."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def closed(text: str) -> str:
    """The text as a sentence, with a full stop unless it ends in one already."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _finalize(value: Any) -> Any:
    """What a template prints: people's words escaped, mark-up and numbers as they are."""
    if isinstance(value, str) and not isinstance(value, Marked):
        return escape(value)
    return value


def _environment(finalize: Any) -> Environment:
    environment = Environment(
        loader=PackageLoader("bot.views", ""),
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        auto_reload=False,  # else each part that is shown asks the disk whether it has changed
    )
    environment.filters |= {"person": person, "day": day, "channel": channel}
    environment.filters |= {"marked": Marked, "moment": moment}
    environment.filters |= {"spelled": spell_day, "weekday": weekday}
    environment.filters |= {
        "ordinal": ordinal,
        "capital": capital,
        "closed": closed,
        "possessive": possessive,
        "in_sentence": in_sentence,
        "listed": listed,
        "cut": shorten,
        "in_days": spell_days,
        "thousands": "{:,}".format,
        "counted": counted,
        "nouns": lambda one, count: plural(count, one),
        "figure": "{:f}".format,
    }
    return environment


MARKUP = _environment(_finalize)
PLAIN = _environment(None)


def words(template: str, part: str, /, **facts: Any) -> str:
    """A part of a template as mark-up, with what people wrote escaped."""
    module = MARKUP.get_template(f"{template}.j2").make_module(facts)
    return str(getattr(module, part)()).strip()


def bare_words(template: str, part: str, /, **facts: Any) -> str:
    """A part of a template for plain text in blocks, where nothing needs to be escaped."""
    module = PLAIN.get_template(f"{template}.j2").make_module(facts)
    return str(getattr(module, part)()).strip()
