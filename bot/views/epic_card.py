"""The epic card: what it is, where it stands, and the one next step."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.views.answers import Answer
from bot.views.blocks import (
    TEXT_LIMIT,
    Block,
    Element,
    actions,
    button,
    context,
    divider,
    fields,
    header,
    modal,
    option,
    overflow,
    plain,
    section,
    shorten_marked,
)
from bot.views.mrkdwn import words
from bot.views.next_step import do_button, next_button, next_line, read_aloud
from bot.views.values import EpicRef
from models.calendar import days_between
from models.card import Card
from models.column import ENDED
from models.epic import Epic, StreamMove, Transition
from models.money import format_amount
from models.portfolio import FIRST_STATE

MORE = "epic_menu"
OPEN = "open_epic"
HYPOTHESIS_SEEN = 600


def epic_card(card: Card) -> Answer:
    """The card as it stands now."""
    epic = card.epic
    facts = _facts(card)
    blocks: list[Block] = [
        header(f"{epic.key} · {epic.title}"),
        context(words("epic_card", "where", **facts)),
    ]
    if epic.hypothesis:
        blocks.append({"type": "section", "text": plain(epic.hypothesis, HYPOTHESIS_SEEN)})
    blocks.append(section(words("epic_card", "state", **facts)))
    if figures := _figures(card, facts):
        blocks.append(fields(figures))
    blocks += [
        section(next_line(card), next_button(card)),
        context(words("epic_card", "last_change", **facts)),
        actions("epic_actions", _actions(epic)),
    ]
    return Answer(shorten_marked(words("epic_card", "text", **facts), TEXT_LIMIT), blocks)


def restricted(epic: Epic) -> Answer:
    """What a channel shows of an epic that only its circle sees."""
    said = words("epic_card", "restricted", epic=epic)
    return Answer(said, [section(said)])


def history(card: Card, steps: Sequence[Transition | StreamMove], total: int) -> dict[str, object]:
    """The epic's way so far as a form to read, the newest step first; and all it believes."""
    epic = card.epic
    facts = {"zone": epic.portfolio.time_zone}
    blocks: list[Block] = []
    if len(epic.hypothesis or "") > HYPOTHESIS_SEEN:
        blocks += [{"type": "section", "text": plain(str(epic.hypothesis))}, divider()]
    lines = [section(words("epic_card", _told_by(step), step=step, **facts)) for step in steps]
    blocks += lines or [section("No steps yet.")]
    if total > len(steps):
        blocks.append(context(f"The newest {len(steps)} of {total:,} steps."))
    return modal("note", f"{epic.key} · History", blocks, close="Close")


def _told_by(step: Transition | StreamMove) -> str:
    return "history_line" if isinstance(step, Transition) else "history_given"


def moved(epic: Epic) -> Answer:
    """Told to who moved it."""
    said = words("epic_card", "moved", epic=epic)
    return Answer(said, [section(said, open_button(epic))])


def open_button(epic: Epic, text: str | None = None) -> Element:
    """A button that shows the card; a short text is read aloud with the key."""
    whole = f"Open {epic.key}"
    label = whole if text else None
    return button(text or whole, OPEN, EpicRef(epic=epic.id).value, accessibility_label=label)


def _facts(card: Card) -> dict[str, object]:
    epic, now = card.epic, card.now
    zone = ZoneInfo(epic.portfolio.time_zone)
    ended = epic.state.kind in ENDED
    committed = epic.committed_at if not ended else None
    return {
        "epic": epic,
        "zone": epic.portfolio.time_zone,
        "last": card.last,
        "reason": (card.last.reason or "").strip(),
        "entered_on": epic.state_entered_at.astimezone(zone),
        "age_days": _days(epic.state_entered_at, now, zone),
        "committed_days": _days(committed, now, zone) if committed else None,
        "ended": ended,
        "next_aloud": read_aloud(card),
        "mvp_cost": _money(epic.mvp_cost_minor, epic),
        "full_cost": _money(epic.full_cost_minor, epic),
    }


def _days(since: datetime, now: datetime, zone: ZoneInfo) -> int:
    """The day of the stay, the first being 1, by the portfolio's calendar."""
    return days_between(since, now, zone) + 1


def _money(minor: int | None, epic: Epic) -> str | None:
    return None if minor is None else format_amount(minor, epic.portfolio.currency, short=True)


def _figures(card: Card, facts: dict[str, object]) -> list[str]:
    figures = []
    if card.epic.indicator:
        figures.append(words("epic_card", "figure", **facts))
    if card.epic.mvp_cost_minor is not None or card.epic.full_cost_minor is not None:
        figures.append(words("epic_card", "cost", **facts))
    return figures


def _actions(epic: Epic) -> list[Element]:
    """What else can be done with it; what is in flight can be blocked, once."""
    if not epic.state.committed or epic.blocking is not None:
        return [_menu(epic)]
    return [do_button(epic.id, epic.key, "block", "Say what blocks it"), _menu(epic)]


def _menu(epic: Epic) -> Element:
    ended = epic.state.kind in ENDED
    is_idea = epic.state.name == FIRST_STATE and epic.accepted_at is None
    choices = [
        *([("Answer", "answer")] if is_idea else []),
        ("Edit", "edit"),
        ("Move", "move"),
        *([] if ended else [("Stop", "stop")]),
        ("History", "history"),
    ]
    options = [
        option(text, EpicRef.model_validate({"epic": epic.id, "do": do}).value)
        for text, do in choices
    ]
    return overflow(MORE, options)
