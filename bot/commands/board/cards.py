"""Buttons on cards: open, what they and the menu of an epic lead to, and what is out of date."""

from collections.abc import Callable, Mapping

from bot.commands.epics import blockings, editing, idea_answers, moves, stops
from bot.commands.epics.opening import epic_of, open_form
from bot.slack import answers
from bot.slack.hearing import Call
from bot.slack.values import EpicRef, MessageRef, OldButton
from bot.views.board import card as epic_card
from bot.workflows import showing_again
from bot.workflows.board import card as looking_up


def open_epic(call: Call) -> None:
    """Show the card to who asked."""
    call.reply(card(call, EpicRef.read(call.action["value"]).epic))


def choose_from_menu(call: Call) -> None:
    """Do what was chosen from the menu of an epic."""
    _do(call, EpicRef.read(call.action["selected_option"]["value"]))


def press(call: Call) -> None:
    """Do what the button of an epic says."""
    _do(call, EpicRef.read(call.action["value"]))


def show_history(call: Call, epic_id: int) -> None:
    """Show the epic's way so far."""
    with call.database.read() as session:
        epic = epic_of(session, call, epic_id)
        shown = looking_up.card(session, epic, call.at)
        view = epic_card.history(shown, *looking_up.history(session, epic))
    open_form(call, view)


def show_again(call: Call) -> None:
    """Have a message posted that Slack refused before."""
    ref = MessageRef.read(call.action["value"])
    with call.write() as session:
        showing_again.show_again(session, call.workspace_id, ref.message, call.at)
    call.ack()


def from_earlier(call: Call) -> None:
    """Answer a button that an earlier Tack once showed."""
    raise OldButton


def card(call: Call, epic_id: int) -> answers.Answer:
    """The epic's card as it stands now. Raises UnknownEpic."""
    with call.database.read() as session:
        return epic_card.epic_card(
            looking_up.card(session, epic_of(session, call, epic_id), call.at)
        )


DOINGS: Mapping[str, Callable[[Call, int], None]] = {
    "answer": idea_answers.open_answer,
    "block": blockings.open_block,
    "edit": editing.open_edit,
    "history": show_history,
    "move": moves.open_move,
    "persevere": moves.open_persevere,
    "stop": stops.open_stop,
}
"""What a button or the menu of an epic leads to, by what it carries."""


def _do(call: Call, ref: EpicRef) -> None:
    doing = DOINGS.get(ref.do)
    if doing is None:
        raise OldButton
    doing(call, ref.epic)
