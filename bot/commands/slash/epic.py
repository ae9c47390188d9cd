"""`/epic`: proposing, finding and moving epics by typing."""

import re
from collections.abc import Callable

from bot.commands.epics import (
    blockings,
    editing,
    handing,
    idea_answers,
    listing,
    moves,
    proposal,
    restricting,
    stops,
)
from bot.commands.evidence import evidence
from bot.commands.readiness import check_is_set_up
from bot.slack import help
from bot.slack.hearing import Call
from bot.views.board import card as epic_card
from bot.workflows.board import card as looking_up
from bot.workflows.epics import finding
from models.errors import Mistake
from models.fields import plain_key

USAGES = (
    help.Usage("propose", "propose", "propose an epic; a title can follow"),
    help.Usage("show", "show KEY", "show an epic's card, as in `show PAY-12`"),
    help.Usage("list", "list", "list epics, as in `list payments ready mine theme:checkout`"),
    help.Usage("edit", "edit KEY", "change an epic's answers"),
    help.Usage("answer", "answer KEY yes", "answer an idea: yes, not now because …, question …"),
    help.Usage("move", "move KEY STATE", "move an epic; a reason can follow"),
    help.Usage("block", "block KEY REASON", "mark an epic as blocked, and say why"),
    help.Usage("unblock", "unblock KEY", "unblock an epic"),
    help.Usage("stop", "stop KEY REASON", "stop an epic, and say why"),
    help.Usage("evidence", "evidence KEY", "add a reading, or what was seen or heard"),
    help.Usage(
        "give", "give KEY STREAM", "move an epic to another value stream; a reason can follow"
    ),
    help.Usage("owner", "owner KEY @PERSON", "make someone else its owner"),
    help.Usage("restrict", "restrict KEY", "choose who sees an epic: everybody, or its circle"),
    help.Usage("help", "help", "show what you can type"),
)

KEY_ALONE = re.compile(r"[A-Za-z][A-Za-z0-9]*-\d{1,9}")
"""Typed without a word it is asked to be shown."""


class KeyMissing(Mistake):
    """A command that needs a key, without one."""

    def __init__(self, word: str) -> None:
        form = next(use.form for use in USAGES if use.word == word)
        super().__init__(f"Which epic? Type it like /epic {form}. /epic list shows their keys.")


def hear(call: Call) -> None:
    word, _, rest = call.typed.partition(" ")
    doing = FORMS.get(word.casefold())
    if doing is None and KEY_ALONE.fullmatch(plain_key(call.typed)):
        doing, rest = show, call.typed
    if doing is None:
        asked = "" if word.casefold() in {"", "help"} else call.typed
        call.reply(help.usage(call.body["command"], USAGES, asked))
        return
    check_is_set_up(call)
    doing(call, rest.strip())


def propose(call: Call, title: str) -> None:
    """Open the form, with the title where one was typed."""
    proposal.open_proposal(call, title)


def show(call: Call, key: str) -> None:
    """Show an epic's card to who asked."""
    if not key:
        raise KeyMissing("show")
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
        card = looking_up.card(session, epic, call.at)
    call.reply(epic_card.epic_card(card))


def edit(call: Call, key: str) -> None:
    """Open the form to change an epic."""
    editing.open_typed(call, _key(key, "edit"))


def restrict(call: Call, key: str) -> None:
    """Open the form that says who sees an epic."""
    restricting.open_typed(call, _key(key, "restrict"))


def give(call: Call, words: str) -> None:
    """Move an epic to another value stream."""
    key, _, rest = words.partition(" ")
    handing.give(call, _key(key, "give"), rest.strip())


def own(call: Call, words: str) -> None:
    """Make someone else an epic's owner."""
    key, _, rest = words.partition(" ")
    handing.own(call, _key(key, "owner"), rest.strip())


def move(call: Call, words: str) -> None:
    """Move an epic to the state that was named; to stop it is a word of its own."""
    key, _, rest = words.partition(" ")
    moves.move_typed(call, _key(key, "move"), rest.strip())


def answer(call: Call, words: str) -> None:
    key, _, rest = words.partition(" ")
    idea_answers.answer_typed(call, _key(key, "answer"), rest.strip())


def block(call: Call, words: str) -> None:
    """Say what blocks an epic."""
    key, _, rest = words.partition(" ")
    blockings.block_typed(call, _key(key, "block"), rest.strip())


def unblock(call: Call, words: str) -> None:
    """Say that an epic can go on."""
    key, _, _ = words.partition(" ")
    blockings.unblock_typed(call, _key(key, "unblock"))


def add_evidence(call: Call, words: str) -> None:
    """Open the form that adds a reading or an observation."""
    key, _, _ = words.partition(" ")
    evidence.add_typed(call, _key(key, "evidence"))


def stop(call: Call, words: str) -> None:
    key, _, rest = words.partition(" ")
    stops.stop_typed(call, _key(key, "stop"), rest.strip())


FORMS: dict[str, Callable[[Call, str], None]] = {
    "propose": propose,
    "show": show,
    "list": listing.list_typed,
    "edit": edit,
    "give": give,
    "owner": own,
    "restrict": restrict,
    "move": move,
    "answer": answer,
    "block": block,
    "unblock": unblock,
    "stop": stop,
    "evidence": add_evidence,
}


def _key(key: str, word: str) -> str:
    """The key that was typed. Raises KeyMissing."""
    if not key:
        raise KeyMissing(word)
    return key
