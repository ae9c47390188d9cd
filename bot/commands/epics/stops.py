"""Stopping an epic: by the form that asks why, and by typing."""

from sqlalchemy.orm import Session

from bot.commands.epics.opening import epic_of
from bot.commands.routes import routes, show
from bot.slack.answers import Answer
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.views.epics import stop_form
from bot.views.epics.buttons import StopEpic
from bot.workflows.epics import finding, stopping
from models.epics.stop import Stop
from models.fields import reason_typed


@routes.opens
def ask_why(call: Call, session: Session, it: StopEpic) -> Open:
    epic = epic_of(session, call, it.id)
    stopping.check_may_stop(session, call.actor, epic)
    return stop_form.stop_form(epic)


@routes.saves
def stop(call: Call, session: Session, form: Stop, about: StopEpic) -> Answer:
    who = session, *call.who, about.id, about.version
    return stop_form.stopped(stopping.stop(*who, form.reason, form.learned, call.at))


def stop_typed(call: Call, key: str, reason: str) -> None:
    """Stop it for the reason that was typed; without one, open the form that asks for it."""
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
    if not (reason := reason_typed(reason)):
        show(call, StopEpic.of(epic), f"/epic stop {epic.key}")
        return
    with call.write() as session:
        epic = stopping.stop(session, *call.who, epic.id, None, reason, None, call.at)
        answer = stop_form.stopped(epic)
    call.reply(answer)
