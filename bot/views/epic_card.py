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
from bot.views.values import EpicRef, MoveTo
from models.card import Card
from models.epic import Epic, Transition
from models.money import format_amount
from models.portfolio import FIRST_STATE, State, StateKind

MOVE = "move_epic"
MORE = "epic_menu"
OPEN = "open_epic"
HYPOTHESIS_SEEN = 600

WHEN = {
    "funnel": "the idea has its first answer",
    "reviewing": "the review says it is worth a closer look",
    "analyzing": "the case is clear enough to decide on",
    "ready": "there is a place in flight",
    "implementing": "its outcome is in use",
}
"""What leads out of each of the usual states."""

ENDED = (StateKind.DONE, StateKind.STOPPED)


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
        section(words("epic_card", "next", **facts), _next_button(card)),
        context(words("epic_card", "last_change", **facts)),
        actions("epic_actions", [_menu(epic)]),
    ]
    return Answer(shorten_marked(words("epic_card", "text", **facts), TEXT_LIMIT), blocks)


def history(card: Card, steps: Sequence[Transition], total: int) -> dict[str, object]:
    """The epic's way so far as a form to read, the newest step first."""
    facts = {"zone": card.epic.portfolio.time_zone}
    blocks = [section(words("epic_card", "history_line", step=step, **facts)) for step in steps]
    if total > len(steps):
        blocks.append(context(f"The newest {len(steps)} of {total:,} steps."))
    blocks = blocks or [section("No steps yet.")]
    return modal("note", f"{card.epic.key} · History", blocks, close="Close")


def moved(epic: Epic) -> Answer:
    """Told to who moved it."""
    said = words("epic_card", "moved", epic=epic)
    return Answer(said, [section(said, open_button(epic))])


def open_button(epic: Epic, text: str | None = None) -> Element:
    """A button that shows the card; a short text is read aloud with the key."""
    whole = f"Open {epic.key}"
    label = whole if text else None
    return button(text or whole, OPEN, EpicRef(epic=epic.id).value, accessibility_label=label)


def next_state(epic: Epic) -> State | None:
    """The state that usually follows, None at the end of the way."""
    if epic.state.kind in ENDED:
        return None
    later = [state for state in epic.portfolio.states if state.position > epic.state.position]
    return next((state for state in later if state.kind is not StateKind.STOPPED), None)


def _facts(card: Card) -> dict[str, object]:
    epic, now = card.epic, card.now
    zone = ZoneInfo(epic.portfolio.time_zone)
    answer_at = _answer_at(epic, zone)
    committed = epic.committed_at if epic.state.kind not in ENDED else None
    took = epic.done_at and epic.committed_at and (epic.done_at - epic.committed_at).days
    return {
        "epic": epic,
        "zone": epic.portfolio.time_zone,
        "last": card.last,
        "reason": (card.last.reason or "").strip(),
        "entered_on": epic.state_entered_at.astimezone(zone),
        "age_days": _days(epic.state_entered_at, now, zone),
        "committed_days": _days(committed, now, zone) if committed else None,
        "took_days": took,
        "ended": epic.state.kind in ENDED,
        "answerer": epic.value_stream.owner_user_id,
        "answer_at": answer_at,
        "late": answer_at is not None and answer_at < now,
        "to": next_state(epic),
        "when": WHEN.get(epic.state.name, "this state is behind it"),
        "mvp_cost": _money(epic.mvp_cost_minor, epic),
        "full_cost": _money(epic.full_cost_minor, epic),
    }


def _days(since: datetime, now: datetime, zone: ZoneInfo) -> int:
    """The day of the stay, the first being 1, by the portfolio's calendar."""
    return (now.astimezone(zone).date() - since.astimezone(zone).date()).days + 1


def _answer_at(epic: Epic, zone: ZoneInfo) -> datetime | None:
    """When an idea has its first answer at the latest; None where none is waited for."""
    if epic.state.name != FIRST_STATE or epic.value_stream.owner_user_id is None:
        return None
    if epic.answered_at is not None:
        return None
    return epic.portfolio.calendar.answer_due_at(epic.state_entered_at, zone)


def _money(minor: int | None, epic: Epic) -> str | None:
    return None if minor is None else format_amount(minor, epic.portfolio.currency, short=True)


def _figures(card: Card, facts: dict[str, object]) -> list[str]:
    figures = []
    if card.epic.indicator:
        figures.append(words("epic_card", "figure", **facts))
    if card.epic.mvp_cost_minor is not None or card.epic.full_cost_minor is not None:
        figures.append(words("epic_card", "cost", **facts))
    return figures


def _next_button(card: Card) -> Element | None:
    to = next_state(card.epic)
    if to is None:
        return None
    value = MoveTo(epic=card.epic.id, version=card.epic.version, to=to.id)
    return button(f"Move to {to.label}", MOVE, value.value)


def _menu(epic: Epic) -> Element:
    return overflow(
        MORE,
        [
            option("Move to another state", EpicRef(epic=epic.id, do="move").value),
            option("History", EpicRef(epic=epic.id, do="history").value),
        ],
    )
