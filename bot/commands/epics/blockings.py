"""Saying what blocks an epic, and that it is unblocked: by button, form and typing."""

from sqlalchemy.orm import Session

from bot.commands.epics.opening import epic_of
from bot.commands.routes import routes, show
from bot.slack.answers import Answer
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.views.epics import block_form
from bot.views.epics.buttons import BlockEpic, EpicRef
from bot.workflows.epics import blocking, finding
from models.epics.blocking import BlockForm
from models.fields import reason_typed


@routes.opens
def ask_what_blocks(call: Call, session: Session, it: BlockEpic) -> Open:
    epic = epic_of(session, call, it.id)
    blocking.check_may_block(session, call.actor, epic)
    return block_form.block_form(epic)


@routes.saves
def block(call: Call, session: Session, form: BlockForm, about: BlockEpic) -> Answer:
    who = session, *call.who, about.id
    epic = blocking.block(*who, form.reason, call.at, version=about.version)
    return block_form.blocked(epic)


def unblock_by_button(call: Call) -> None:
    """Note that it can go on; the cards and questions about it are redrawn."""
    ref = EpicRef.read(call.action["value"])
    with call.write() as session:
        epic = blocking.unblock(session, call.workspace_id, call.actor, ref.epic, call.at)
        answer = block_form.unblocked(epic)
    call.reply(answer, replace=call.is_ephemeral)


def block_typed(call: Call, key: str, reason: str) -> None:
    """Note the reason that was typed; without one, open the form."""
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
    if not (reason := reason_typed(reason)):
        show(call, BlockEpic.of(epic), f"/epic block {epic.key}")
        return
    with call.write() as session:
        epic = blocking.block(session, call.workspace_id, call.actor, epic.id, reason, call.at)
        answer = block_form.blocked(epic)
    call.reply(answer)


def unblock_typed(call: Call, key: str) -> None:
    """Note that it can go on."""
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
    with call.write() as session:
        epic = blocking.unblock(session, call.workspace_id, call.actor, epic.id, call.at)
        answer = block_form.unblocked(epic)
    call.reply(answer)
