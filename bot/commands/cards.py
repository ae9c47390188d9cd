"""Buttons on cards and in lists: open, move, look back, turn the page."""

from sqlalchemy.orm import Session

from bot.commands.answering import TriggerExpired
from bot.commands.hearing import Call
from bot.commands.typed import answers_of
from bot.views import answers, epic_card, epic_list, move_form
from bot.views.values import EpicRef, EpicVersion, ListPage, MessageRef, MoveTo, OldButton
from bot.workflows import finding, looking_up, moving, showing_again
from bot.workflows.moving import UnknownEpic
from models.epic import Epic


def open_epic(call: Call) -> None:
    """Show the card to who asked."""
    ref = EpicRef.read(call.action["value"])
    call.reply(_card(call, ref.epic))


def move_epic(call: Call) -> None:
    """Move the epic to the state on the button; a posted card is redrawn by the courier."""
    to = MoveTo.read(call.action["value"])
    with call.write() as session:
        moving.move(
            session, call.workspace_id, call.actor, to.epic, to.to, to.version, None, call.at
        )
    if call.is_modal:
        call.ack()
        call.update_form(answers.note(_card(call, to.epic)))
    elif call.is_ephemeral:
        call.reply(_card(call, to.epic), replace=True)
    else:
        call.ack()


def choose_from_menu(call: Call) -> None:
    """Open the form to move the epic, or its history."""
    ref = EpicRef.read(call.action["selected_option"]["value"])
    with call.database.read() as session:
        epic = _epic(session, call, ref.epic)
        if ref.do == "history":
            card = looking_up.card(session, epic, call.at)
            view = epic_card.history(card, *looking_up.history(session, epic))
        else:
            view = move_form.move_form(epic, call.channel_id)
    try:
        call.open_form(view)
    except TriggerExpired:
        said = "Slack did not open it in time. Click once more, please."
        call.reply(answers.sentence(said))
        return
    call.ack()


def move_by_form(call: Call) -> None:
    """Move the epic as the form says."""
    shown = EpicVersion.read(call.view["private_metadata"])
    typed = answers_of(call.view)
    to_state = typed.get(move_form.STATE) or ""
    if not to_state.isdigit():
        raise OldButton
    with call.write() as session:
        epic = moving.move(
            session,
            call.workspace_id,
            call.actor,
            shown.epic,
            int(to_state),
            shown.version,
            typed.get(move_form.REASON),
            call.at,
        )
    call.ack(response_action="clear")
    if shown.channel is not None:
        call.tell(epic_card.moved(epic), shown.channel)


def turn_page(call: Call) -> None:
    """Show another page of the list in its place."""
    page = ListPage.read(call.action["value"]).page
    with call.database.read() as session:
        found = finding.list_epics(session, call.workspace_id, call.actor, page)
    call.reply(epic_list.epic_list(found), replace=True)


def show_again(call: Call) -> None:
    """Have a message posted that Slack refused before."""
    ref = MessageRef.read(call.action["value"])
    with call.write() as session:
        showing_again.show_again(session, call.workspace_id, ref.message, call.at)
    call.ack()


def from_earlier(call: Call) -> None:
    """Answer a button that an earlier Tack once showed."""
    raise OldButton


def _card(call: Call, epic_id: int) -> answers.Answer:
    with call.database.read() as session:
        epic = _epic(session, call, epic_id)
        return epic_card.epic_card(looking_up.card(session, epic, call.at))


def _epic(session: Session, call: Call, epic_id: int) -> Epic:
    epic = finding.epic_by_id(session, call.workspace_id, epic_id, call.actor)
    if epic is None:
        raise UnknownEpic
    return epic
