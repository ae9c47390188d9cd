"""Saying what blocks an epic, and that it is unblocked: by button, form and typing."""

from bot.commands.epics.opening import epic_of, open_form
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import EpicRef, EpicVersion
from bot.views.epics import block_form
from bot.workflows.epics import blocking, finding
from models.fields import reason_typed


def open_block(call: Call, epic_id: int) -> None:
    """Open the form, for who may say it."""
    with call.database.read() as session:
        epic = epic_of(session, call, epic_id)
        blocking.check_may_block(session, call.actor, epic)
        view = block_form.block_form(epic, call.channel_id)
    open_form(call, view)


def block_by_form(call: Call) -> None:
    """Note why it cannot go on."""
    memory = EpicVersion.read(call.view["private_metadata"])
    reason = answers_of(call.view).get(block_form.REASON) or ""
    with call.write() as session:
        epic = blocking.block(session, call.workspace_id, call.actor, memory.epic, reason, call.at)
        told = block_form.blocked(epic)
    call.ack(response_action="clear")
    call.tell(told, memory.channel)


def unblock_by_button(call: Call) -> None:
    """Note that it can go on; the cards and questions about it are redrawn."""
    ref = EpicRef.read(call.action["value"])
    with call.write() as session:
        epic = blocking.unblock(session, call.workspace_id, call.actor, ref.epic, call.at)
        told = block_form.unblocked(epic)
    call.reply(told, replace=call.is_ephemeral)


def block_typed(call: Call, key: str, reason: str) -> None:
    """Note the reason that was typed; without one, open the form."""
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
    if not (reason := reason_typed(reason)):
        open_block(call, epic.id)
        return
    with call.write() as session:
        epic = blocking.block(session, call.workspace_id, call.actor, epic.id, reason, call.at)
        told = block_form.blocked(epic)
    call.reply(told)


def unblock_typed(call: Call, key: str) -> None:
    """Note that it can go on."""
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
    with call.write() as session:
        epic = blocking.unblock(session, call.workspace_id, call.actor, epic.id, call.at)
        told = block_form.unblocked(epic)
    call.reply(told)
