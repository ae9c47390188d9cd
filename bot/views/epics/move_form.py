"""The forms to move an epic, with a reason for those who read it later, and why not yet."""

from bot.slack.answers import Answer
from bot.slack.blocks import Block, Element, actions, context, section
from bot.slack.forms import Open
from bot.slack.mrkdwn import words
from bot.views.epics.buttons import ChooseColumn, OverrideMove, Persevere, decision_button
from bot.views.epics.next_step import do_button, fill_button
from models.epics.column import Column, columns
from models.epics.epic import Epic
from models.epics.obstacles import (
    LONGEST_REASON,
    MoveForm,
    NotYet,
    OverrideForm,
    PersevereForm,
)
from models.portfolio.portfolio import StateKind


def move_form(epic: Epic) -> Open:
    """Where to, for the epic as it stands now; to stop one has a form of its own."""
    here = Column.of(epic)
    to = [
        (column.label, column.name)
        for column in columns(epic.portfolio)
        if column != here and column.state.kind is not StateKind.STOPPED
    ]
    lead = words("epics/move_form", "now", epic=epic)
    about, facts = ChooseColumn.of(epic), {"columns": to}
    return Open(MoveForm, f"Move {epic.key}", about, facts=facts, lead=lead, submit="Move")


def persevere_form(epic: Epic) -> Open:
    """Asks why an epic goes on after its MVP."""
    above = [section(words("epics/move_form", "persevere", epic=epic))]
    title, submit = f"Persevere: {epic.key}", "Move to Delivering"
    return Open(PersevereForm, title, Persevere.of(epic), above=above, submit=submit)


def override_form(not_yet: NotYet, reason: str | None) -> Open:
    """Lists what is missing, and asks why it moves all the same."""
    above = [section(words("epics/move_form", "stays", not_yet=not_yet))]
    about, held = _override(not_yet, reason), {"reason": reason}
    title = f"Override: {not_yet.key}"
    return Open(OverrideForm, title, about, held=held, above=above, submit="Override")


def nothing_missing(epic: Epic, about: OverrideMove) -> Open:
    """The same where what was missing is there by now."""
    above = [section(words("epics/move_form", "nothing_missing", epic=epic))]
    held = {"reason": about.reason}
    return Open(OverrideForm, f"Move {epic.key}", about, held=held, above=above, submit="Move")


def not_yet(not_yet: NotYet, reason: str | None = None) -> Answer:
    """For the person who moved it: what is missing, with what mends it and what passes it."""
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
    if not_yet.may_override:
        label = f"Override: move {not_yet.key}, with a reason"
        found.append(_override(not_yet, reason).button("Override …", aloud=label))
    return found


def _override(not_yet: NotYet, reason: str | None) -> OverrideMove:
    return OverrideMove(
        id=not_yet.epic_id,
        version=not_yet.version,
        to=not_yet.to_name,
        reason=reason[:LONGEST_REASON] if reason else None,
    )
