"""Stopping an epic: by the form that asks why, and by typing."""

from bot.commands.epics.opening import epic_of, open_form
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import EpicVersion
from bot.views.epics import stop_form
from bot.workflows.epics import finding, stopping
from models.fields import reason_typed


def open_stop(call: Call, epic_id: int) -> None:
    """Open the form, for who may stop it."""
    with call.database.read() as session:
        epic = epic_of(session, call, epic_id)
        stopping.check_may_stop(session, call.actor, epic)
        view = stop_form.stop_form(epic, call.channel_id)
    open_form(call, view)


def stop_by_form(call: Call) -> None:
    memory = EpicVersion.read(call.view["private_metadata"])
    typed = answers_of(call.view)
    reason = typed.get(stop_form.REASON) or ""
    learned = typed.get(stop_form.LEARNED) or ""
    with call.write() as session:
        epic = stopping.stop(
            session,
            call.workspace_id,
            call.actor,
            memory.epic,
            memory.version,
            reason,
            learned,
            call.at,
        )
        told = stop_form.stopped(epic)
    call.ack(response_action="clear")
    call.tell(told, memory.channel)


def stop_typed(call: Call, key: str, reason: str) -> None:
    """Stop it for the reason that was typed; without one, open the form that asks for it."""
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
    if not (reason := reason_typed(reason)):
        open_stop(call, epic.id)
        return
    with call.write() as session:
        epic = stopping.stop(
            session, call.workspace_id, call.actor, epic.id, None, reason, None, call.at
        )
        told = stop_form.stopped(epic)
    call.reply(told)
