"""The one next step on an epic's card: a line, and the one button that does it."""

from bot.slack.blocks import Element, button, shorten
from bot.slack.mrkdwn import in_sentence, words
from bot.slack.values import Value, Whole
from bot.views.epics.buttons import EpicRef, reply_button, still_right_button
from bot.workflows.board.card import Card, NextStep
from models.decisions.decision import Decision
from models.decisions.question import Choice, Question
from models.epics.column import Column
from models.epics.epic import Epic
from models.epics.hypothesis import named
from models.epics.policy import fields_of, phrases
from models.flow.days import days_taken
from models.money import format_amount
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import FIRST_STATE, Phase, Portfolio, ValueStream


class MoveTo(Value):
    """A move of an epic whose card showed that version."""

    epic: Whole
    version: Whole
    to: Whole
    phase: Phase | None = None


class BoardRef(Value):
    """A value stream's board, to be looked at where a message was read."""

    portfolio: Whole
    stream: Whole


MOVE = "move_epic"
UNBLOCK = "unblock_epic"
BOARD = "see_board"
DO = "do"
"""Begins the name of every button that opens something about an epic."""

WHEN = {
    "funnel": "the idea has its first answer",
    "reviewing": "the review says it is worth a closer look",
    "analyzing": "the case is clear enough to decide on",
    "ready": "it is its turn",
    "implementing": "its outcome is in use",
}
"""What leads out of each of the usual states."""


OPENS = {
    NextStep.OUTCOME: ("history", "Read its history"),
    NextStep.STOPPED: ("history", "Read its history"),
    NextStep.ANSWER: ("answer", "Answer this idea"),
    NextStep.PERSEVERE: ("persevere", "Persevere: move to Delivering"),
}
"""What is opened by the button of a step, and what it is called."""


def next_line(card: Card) -> str:
    """What it waits for, as mark-up."""
    return words("epics/next_step", f"{card.next}_line", **_facts(card))


def next_button(card: Card) -> Element | None:
    """What does it; None where the way ends without one."""
    epic, step = card.epic, card.next
    if step is NextStep.UNBLOCK:
        return button("Unblock", UNBLOCK, EpicRef(epic=epic.id).value)
    if step is NextStep.REPLY:
        return reply_button(epic.id, epic.key)
    if step is NextStep.STALE:
        return still_right_button(epic)
    if step is NextStep.FILL:
        return fill_button(epic.id, epic.key, len(fields_of(card.lacks)))
    asks_no_answer = Requirement.ANSWER not in epic.state.requirements
    if step is NextStep.MOVE or (step is NextStep.ANSWER and asks_no_answer):
        return _move_button(epic, card.to)
    if step is NextStep.PLACE:
        return board_button(epic.portfolio, epic.value_stream)
    opens = OPENS.get(step)
    return do_button(epic.id, epic.key, *opens) if opens else None


def do_button(epic_id: int, key: str, do: str, text: str) -> Element:
    """A button that opens something about the epic; read aloud it names the key."""
    value = EpicRef.model_validate({"epic": epic_id, "do": do}).value
    return button(text, f"{DO}_{do}", value, accessibility_label=f"{text}: {key}")


def board_button(portfolio: Portfolio, stream: ValueStream) -> Element:
    return button(
        f"See {shorten(stream.name, 19)} board",
        BOARD,
        BoardRef(portfolio=portfolio.id, stream=stream.id).value,
        accessibility_label=f"See the board of {stream.name}",
    )


def fill_button(epic_id: int, key: str, fields_open: int) -> Element | None:
    """Opens the form of the epic, where it asks for something that is missing."""
    if not fields_open:
        return None
    text = f"Add {fields_open} {'answer' if fields_open == 1 else 'answers'}"
    return do_button(epic_id, key, "edit", text)


def _move_button(epic: Epic, to: Column | None) -> Element | None:
    if to is None:
        return None
    value = MoveTo(epic=epic.id, version=epic.version, to=to.state.id, phase=to.phase)
    return button(f"Move to {to.label}", MOVE, value.value)


def _against(decision: Decision | None) -> str | None:
    """What stood against a go that was not given last."""
    if decision is None or decision.is_open or decision.question is not Question.GO:
        return None
    return None if decision.outcome == Choice.YES else decision.against


def _facts(card: Card) -> dict[str, object]:
    epic = card.epic
    to = card.to
    lacks = card.lacks
    return {
        "epic": epic,
        "zone": epic.portfolio.time_zone,
        "last": card.last,
        "lacks_minor": format_amount(card.lacks_minor, epic.portfolio.currency),
        "short_minor": card.short_minor
        and format_amount(card.short_minor, epic.portfolio.currency),
        "asked": card.asked,
        "asked_minor": card.asked
        and format_amount(card.asked.amount_minor, epic.portfolio.currency),
        "reason": (card.last.reason or "").strip(),
        "learned": (card.last.learned or "").strip(),
        "took_days": days_taken(epic.committed_at, epic.done_at),
        "answerer": epic.value_stream.owner_user_id,
        "answer_at": card.answer_at,
        "late": card.is_late,
        "passed": card.answer_at is not None and card.answer_at < card.now,
        "answer": card.answer,
        "decision": card.decision,
        "review": card.review,
        "reading": card.reading,
        "named": named(epic.indicator or ""),
        "against": _against(card.decision),
        "blocking": epic.blocking,
        "blocked_days": card.blocked_days,
        "missing": phrases(lacks, to.state) if to is not None else (),
        "full": card.full,
        "place_in_line": card.place,
        "stale_days": card.stale_days,
        "to_label": in_sentence(to.label) if to is not None else "",
        "when": WHEN.get(epic.state.name, "this state is done"),
        "said_yes": epic.state.name == FIRST_STATE and Requirement.ANSWER not in lacks,
    }
