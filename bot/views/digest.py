"""The weekly digest: first what changed, then what needs someone, then how work flows."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bot.views.answers import Answer
from bot.views.blocks import (
    TEXT_LIMIT,
    Block,
    button,
    context,
    header,
    option,
    overflow,
    section,
    shorten,
)
from bot.views.epic_card import open_button
from bot.views.mrkdwn import bare_words, words
from bot.views.values import EpicRef, SubscriptionRef
from models.calendar import spell_span
from models.digest import WEEK, Telling
from models.epic import Epic

STILL_RIGHT = "still_right"
MENU = "digest_menu"
NEEDS_SHOWN = 3
ALSO_NAMED = 6


def digest(telling: Telling) -> Answer:
    """The digest, or its one line where nothing changed and nothing waits."""
    facts = _facts(telling)
    if telling.is_quiet:
        said = words("digest", "quiet", **facts)
        return Answer(said, [section(said)])
    needs = list(_needs(telling))
    facts["asks"] = [ask for _, ask in needs]
    blocks: list[Block] = [
        header(bare_words("digest", "title", **facts)),
        section(words("digest", "changed", **facts)),
    ]
    if telling.first:
        blocks.append(context(words("digest", "first", **facts)))
    elif telling.weeks > 1:
        blocks.append(context(words("digest", "gap", **facts)))
    if needs:
        blocks += [section("*Needs you*"), *(block for block, _ in needs)]
    menu = None if telling.preview else _menu(telling)
    blocks.append(section(words("digest", "figures", **facts), menu))
    if also := words("digest", "more", **_also(telling), **facts):
        blocks.append(context(also))
    blocks.append(context(words("digest", "rule", **facts)))
    return Answer(shorten(words("digest", "summary", **facts), TEXT_LIMIT - 1_000), blocks)


def _facts(telling: Telling) -> dict[str, Any]:
    subscription = telling.subscription
    facts: dict[str, Any] = {
        "portfolio": telling.portfolio,
        "stream": telling.value_stream,
        "changes": telling.changes,
        "total": telling.in_flight_total,
        "before": telling.in_flight_before,
        "per_state": list(telling.in_flight.items()),
        "per_stream": sorted(telling.in_flight_of_streams.items()),
        "lately": telling.finished_13_weeks,
        "earlier": telling.finished_13_weeks_before,
        "waiting": telling.waiting,
        "weeks": telling.weeks,
        "when": subscription.told_when,
        "by": subscription.subscribed_by,
        "preview": telling.preview,
        "asks": (),
    }
    facts["period"], facts["days"] = _period(telling)
    return facts


def _period(telling: Telling) -> tuple[str, str]:
    """The weeks it tells of, and their days; days alone where it is not of whole weeks."""
    first, last = telling.first_day, telling.last_day
    days = spell_span(first, last)
    if not telling.whole_weeks:
        return days, ""
    weeks = _week(first) if telling.weeks == 1 else f"{_week(first)}–{_week(last)}"
    return f"{'Week' if telling.weeks == 1 else 'Weeks'} {weeks}", days


def _week(day: date) -> str:
    return str(day.isocalendar().week)


def _needs(telling: Telling) -> Iterator[tuple[Block, str]]:
    """What needs someone, most pressing first, with the same in a few words to be read aloud."""
    late, pressing = telling.waiting.late, _pressing(telling)
    for place, epic in enumerate(pressing):
        yield _answer(telling, epic, late=place < late)
    for epic, news in telling.quiet.longest[: NEEDS_SHOWN - len(pressing)]:
        yield _still(telling, epic, news)


def _pressing(telling: Telling) -> Sequence[Epic]:
    """The ideas whose first answer is late or due within a week, the longest waiting first."""
    soon = telling.at + WEEK
    return [e for e in telling.waiting.longest if _due_at(telling, e) <= soon][:NEEDS_SHOWN]


def _answer(telling: Telling, epic: Epic, *, late: bool) -> tuple[Block, str]:
    due_at = _due_at(telling, epic)
    zone = telling.portfolio.time_zone
    said = words("digest", "answer", epic=epic, due_at=due_at, late=late, zone=zone)
    ask = f"a first answer to {epic.key}"
    return section(said, open_button(epic)), ask


def _still(telling: Telling, epic: Epic, news: datetime) -> tuple[Block, str]:
    days = (telling.now - news) // timedelta(days=1)
    said = words("digest", "still", epic=epic, days=days)
    again = button(
        "Still right",
        STILL_RIGHT,
        EpicRef(epic=epic.id).value,
        accessibility_label=f"{epic.key} is still right",
    )
    return section(said, again), f"whether {epic.key} is still right"


def _also(telling: Telling) -> dict[str, Any]:
    """The quiet epics that found no place among what needs someone."""
    shown = NEEDS_SHOWN - len(_pressing(telling))
    others = [epic.key for epic, _ in telling.quiet.longest[shown:]][:ALSO_NAMED]
    beyond = telling.quiet.count - min(shown, len(telling.quiet.longest)) - len(others)
    return {"also": others, "also_more": beyond}


def _due_at(telling: Telling, epic: Epic) -> datetime:
    return telling.portfolio.calendar.answer_due_at(epic.state_entered_at, telling.zone)


def _menu(telling: Telling) -> dict[str, Any]:
    ref = SubscriptionRef(subscription=telling.subscription.id)
    choices = (("Preview the next one", "preview"), ("Change day or time", "change"))
    options = [option(text, ref.model_copy(update={"do": do}).value) for text, do in choices]
    options.append(option("Pause", ref.model_copy(update={"do": "pause"}).value))
    return overflow(MENU, options)
