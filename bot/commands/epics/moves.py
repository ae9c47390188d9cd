"""Moving an epic: by its card's button, by a form, by typing, and past what is missing."""

from bot.commands.epics import stops
from bot.commands.epics.opening import epic_of, open_form
from bot.slack import answers
from bot.slack.answers import Answer
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import ColumnRef, EpicVersion, MoveAnyway, MoveTo, MoveWithReason
from bot.views.board import card as epic_card
from bot.views.epics import move_form
from bot.workflows.board import card as looking_up
from bot.workflows.epics import finding, moving
from bot.workflows.permitting import Place, check
from models.epics.column import column_and_reason, persevering_column
from models.epics.epic import Epic
from models.epics.obstacles import NotYet
from models.fields import UNSTORABLE
from models.people.role import Right
from models.portfolio.portfolio import StateKind


def move_by_button(call: Call) -> None:
    """Move the epic to the column on the button; a posted card is redrawn by the courier."""
    to = MoveTo.read(call.action["value"])
    try:
        _move(call, to.epic, ColumnRef(state=to.to, phase=to.phase), to.version, None)
    except NotYet as not_yet:
        call.reply(move_form.not_yet(not_yet))
        return
    if not (call.is_modal or call.is_ephemeral):
        call.ack()
        return
    with call.database.read() as session:
        shown = epic_card.epic_card(
            looking_up.card(session, epic_of(session, call, to.epic), call.at)
        )
    if call.is_modal:
        call.ack()
        call.after_ack(lambda: call.update_form(answers.note(shown)))
    else:
        call.reply(shown, replace=True)


def open_move(call: Call, epic_id: int) -> None:
    """Open the form that asks where to."""
    with call.database.read() as session:
        view = move_form.move_form(epic_of(session, call, epic_id), call.channel_id)
    open_form(call, view)


def move_by_form(call: Call) -> None:
    """Move the epic as the form says; what is missing is told in its place."""
    shown = EpicVersion.read(call.view["private_metadata"])
    typed = answers_of(call.view)
    to = ColumnRef.read(typed.get(move_form.STATE) or "")
    reason = typed.get(move_form.REASON)
    try:
        epic = _move(call, shown.epic, to, shown.version, reason)
    except NotYet as not_yet:
        shows = move_form.anyway_form if not_yet.may_pass else move_form.not_yet_form
        call.ack(response_action="update", view=shows(not_yet, reason, shown.channel))
        return
    call.ack(response_action="clear")
    if shown.channel is not None:
        call.tell(_moved(call, epic), shown.channel)


def open_persevere(call: Call, epic_id: int) -> None:
    """Ask why the epic goes on after its MVP, who may say so."""
    with call.database.read() as session:
        epic = epic_of(session, call, epic_id)
        to = persevering_column(epic)
        check(session, call.actor, Right.PERSEVERE, Place.of_epic(epic))
        not_yet = moving.undecided(session, call.actor, epic, to, call.at)
        view = move_form.persevere_form(epic, to, call.channel_id)
    if not_yet is not None:
        call.reply(move_form.not_yet(not_yet))
        return
    open_form(call, view)


def open_anyway(call: Call) -> None:
    """Ask why the epic moves although something is missing; it moves at once if nothing is."""
    to = MoveAnyway.read(call.action["value"])
    try:
        epic = _move(call, to.epic, ColumnRef(state=to.to, phase=to.phase), to.version, to.reason)
    except NotYet as not_yet:
        if not_yet.may_pass:
            open_form(call, move_form.anyway_form(not_yet, to.reason, call.channel_id))
        else:
            call.reply(move_form.not_yet(not_yet, to.reason))
        return
    call.reply(_moved(call, epic), replace=True)


def move_with_reason(call: Call) -> None:
    """Move the epic for the reason that was given, past what is missing if it was asked to."""
    memory = MoveWithReason.read(call.view["private_metadata"])
    reason = answers_of(call.view).get(move_form.REASON)
    to = ColumnRef(state=memory.to, phase=memory.phase)
    try:
        epic = _move(call, memory.epic, to, memory.version, reason, anyway=memory.anyway)
    except NotYet as not_yet:
        shows = move_form.anyway_form if not_yet.may_pass else move_form.not_yet_form
        call.ack(response_action="update", view=shows(not_yet, reason, memory.channel))
        return
    call.ack(response_action="clear")
    if memory.channel is not None:
        call.tell(_moved(call, epic), memory.channel)


def move_typed(call: Call, key: str, words: str) -> None:
    """Move an epic to the state that was named, for the reason that follows; or stop it.

    Without a state, open the form.
    """
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
        if words:
            to, reason = column_and_reason(epic.portfolio, words)
    if not words:
        open_move(call, epic.id)
        return
    if to.state.kind is StateKind.STOPPED and epic.state is not to.state:
        stops.stop_typed(call, key, reason or "")
        return
    ref = ColumnRef(state=to.state.id, phase=to.phase)
    try:
        said = _moved(call, _move(call, epic.id, ref, None, reason))
    except NotYet as not_yet:
        said = move_form.not_yet(not_yet, reason)
    call.reply(said)


def _moved(call: Call, epic: Epic) -> Answer:
    """What who moved it reads; an owner who finished it is asked for the outcome."""
    if epic.state.kind is not StateKind.DONE or epic.owner_user_id != call.actor:
        return epic_card.moved(epic)
    with call.database.read() as session:
        return epic_card.finished(
            looking_up.card(session, epic_of(session, call, epic.id), call.at)
        )


def _move(
    call: Call,
    epic_id: int,
    to: ColumnRef,
    version: int | None,
    reason: str | None,
    *,
    anyway: bool = False,
) -> Epic:
    reason = UNSTORABLE.sub("", reason or "").strip() or None
    with call.write() as session:
        return moving.move(
            session,
            call.workspace_id,
            call.actor,
            epic_id,
            to.state,
            version,
            reason,
            call.at,
            phase=to.phase,
            anyway=anyway,
        )
