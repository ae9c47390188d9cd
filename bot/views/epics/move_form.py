"""The forms to move an epic, with a reason for those who read it later, and why not yet."""

from typing import Any

from bot.slack.answers import Answer
from bot.slack.blocks import (
    Block,
    Element,
    actions,
    button,
    context,
    field,
    modal,
    option,
    section,
    select,
    text_input,
)
from bot.slack.mrkdwn import words
from bot.slack.values import REASON_LENGTH, ColumnRef, EpicVersion, MoveAnyway, MoveWithReason
from bot.views.epics.buttons import decision_button
from bot.views.epics.next_step import do_button, fill_button
from models.epics.column import Column, columns
from models.epics.epic import Epic
from models.epics.obstacles import NotYet
from models.portfolio.portfolio import StateKind

CALLBACK = "move_epic_form"
WITH_REASON = "move_epic_with_reason"
ANYWAY = "move_anyway"
STATE = "state"
REASON = "reason"


def move_form(epic: Epic, channel_id: str | None) -> dict[str, Any]:
    """The form, for the epic as it stands now, opened in a channel or in App Home.

    To stop one has a form of its own.
    """
    here = Column.of(epic)
    options = [
        option(column.label, ColumnRef(state=column.state.id, phase=column.phase).value)
        for column in columns(epic.portfolio)
        if column != here and column.state.kind is not StateKind.STOPPED
    ]
    return modal(
        CALLBACK,
        f"Move {epic.key}",
        [
            context(words("epics/move_form", "now", epic=epic)),
            field(STATE, "Where to?", select(STATE, "Choose one", options)),
            _reason("Optional. It stays with the epic's history.", optional=True),
        ],
        submit="Move",
        private_metadata=EpicVersion(epic=epic.id, version=epic.version, channel=channel_id).value,
    )


def persevere_form(epic: Epic, to: Column, channel_id: str | None) -> dict[str, Any]:
    """Asks why an epic goes on after its MVP."""
    memory = MoveWithReason(
        epic=epic.id,
        version=epic.version,
        to=to.state.id,
        phase=to.phase,
        channel=channel_id,
    )
    return modal(
        WITH_REASON,
        f"Persevere: {epic.key}",
        [
            section(words("epics/move_form", "persevere", epic=epic)),
            _reason("What did its MVP show? It stays with the epic's history."),
        ],
        submit="Move to Delivering",
        private_metadata=memory.value,
    )


def anyway_form(not_yet: NotYet, reason: str | None, channel_id: str | None) -> dict[str, Any]:
    """Lists what is missing, and asks why it moves all the same."""
    memory = MoveWithReason(
        epic=not_yet.epic_id,
        version=not_yet.version,
        to=not_yet.to_state_id,
        phase=not_yet.to_phase,
        anyway=True,
        channel=channel_id,
    )
    return modal(
        WITH_REASON,
        f"Override: {not_yet.key}",
        [
            section(words("epics/move_form", "stays", not_yet=not_yet)),
            _reason("The next digest shows it, with your name.", initial=reason),
        ],
        submit="Override",
        private_metadata=memory.value,
    )


def not_yet_form(not_yet: NotYet, reason: str | None, _channel: str | None) -> dict[str, Any]:
    """The same to someone who cannot pass it: what is missing, and what mends it."""
    return modal("note", f"Not yet: {not_yet.key}", _missing(not_yet, reason), close="Close")


def not_yet(not_yet: NotYet, reason: str | None = None) -> Answer:
    """Told to who moved it: what is missing, with what mends it and what passes it."""
    return Answer(_missing(not_yet, reason))


def _missing(not_yet: NotYet, reason: str | None) -> list[Block]:
    blocks: list[Block] = [section(words("epics/move_form", "stays", not_yet=not_yet))]
    if buttons := _buttons(not_yet, reason):
        blocks.append(actions("not_yet", buttons))
    if reason:
        blocks.append(context(words("epics/move_form", "typed", reason=reason)))
    return blocks


def _buttons(not_yet: NotYet, reason: str | None) -> list[Element]:
    """What mends it, and for those who may what passes it."""
    found: list[Element] = []
    if not_yet.needs_answer:
        found.append(do_button(not_yet.epic_id, not_yet.key, "answer", "Answer this idea"))
    elif fill := fill_button(not_yet.epic_id, not_yet.key, not_yet.fields_open):
        found.append(fill)
    elif not_yet.needs_decision:
        found.append(decision_button(not_yet.epic_id, not_yet.key))
    if not_yet.may_pass:
        value = MoveAnyway(
            epic=not_yet.epic_id,
            version=not_yet.version,
            to=not_yet.to_state_id,
            phase=not_yet.to_phase,
            reason=reason[:REASON_LENGTH] if reason else None,
        )
        text = "Override …"
        label = f"Override: move {not_yet.key}, with a reason"
        found.append(button(text, ANYWAY, value.value, accessibility_label=label))
    return found


def _reason(hint: str, *, initial: str | None = None, optional: bool = False) -> Block:
    element = text_input(REASON, max_length=REASON_LENGTH, initial=initial, multiline=True)
    return field(REASON, "Why?", element, hint=hint, optional=optional)
