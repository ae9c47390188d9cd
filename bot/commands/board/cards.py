"""Buttons on cards: open, what they and the menu of an epic lead to, and what is out of date.

Cards that were posted long ago have them too, so what they carry stays as it is: a value of
`bot/slack/values.py`, and the action that is opened by it.
"""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot.commands.epics import editing
from bot.commands.epics.opening import epic_of
from bot.commands.routes import open_action, routes
from bot.slack import answers
from bot.slack.actions import Seen, Shown
from bot.slack.hearing import Call
from bot.slack.values import OldButton
from bot.views.board import card as epic_card
from bot.views.board.refusal import MessageRef
from bot.views.epics.buttons import (
    AnswerIdea,
    BlockEpic,
    ChooseColumn,
    EpicHistory,
    EpicRef,
    Persevere,
    StopEpic,
)
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


@routes.page
def draw_history(call: Call, session: Session, page: EpicHistory) -> Shown:
    epic = epic_of(session, call, page.epic)
    shown = looking_up.card(session, epic, call.at)
    return epic_card.history(shown, *looking_up.history(session, epic), page)


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


DOINGS: Mapping[str, type[Seen]] = {
    "answer": AnswerIdea,
    "block": BlockEpic,
    "move": ChooseColumn,
    "persevere": Persevere,
    "stop": StopEpic,
}
"""What a button or the menu of an epic opens, by what it carries."""


def _do(call: Call, ref: EpicRef) -> None:
    if ref.do == "edit":
        editing.open_edit(call, ref.epic)
    elif ref.do == "history":
        open_action(call, EpicHistory(epic=ref.epic))
    elif ref.do in DOINGS:
        open_action(call, DOINGS[ref.do](id=ref.epic, version=1))  # what opens has the version
    else:
        raise OldButton
