"""`/epic`: proposing, finding and moving epics by typing."""

from collections.abc import Callable

from bot.commands import proposal
from bot.commands.hearing import Call
from bot.commands.setup import check_is_set_up
from bot.views import epic_card, epic_list, help
from bot.workflows import finding, looking_up, moving
from models.errors import Mistake
from models.portfolio import Portfolio, State

USAGES = (
    help.Usage("propose", "propose", "propose an epic; a title can follow"),
    help.Usage("show", "show KEY", "show an epic's card, for example `/epic show PAY-12`"),
    help.Usage("list", "list", "list all epics; a page number can follow"),
    help.Usage("move", "move KEY STATE", "move an epic; a reason can follow"),
    help.Usage("help", "help", "say what can be typed"),
)


class KeyMissing(Mistake):
    """A command that needs a key, without one."""

    def __init__(self, word: str) -> None:
        form = next(use.form for use in USAGES if use.word == word)
        super().__init__(f"Which epic? Type it like /epic {form}. /epic list shows their keys.")


class UnknownStateName(Mistake):
    """A word that names no state of the portfolio."""

    def __init__(self, typed: str, portfolio: Portfolio) -> None:
        names = ", ".join(state.name for state in portfolio.states)
        lead = f"There is no state “{typed[:60]}”." if typed else "Where to?"
        super().__init__(f"{lead} The states are {names}.")


def hear(call: Call) -> None:
    """Hear `/epic`."""
    word, _, rest = call.typed.partition(" ")
    doing = FORMS.get(word.casefold())
    if doing is None:
        asked = "" if word.casefold() in {"", "help"} else call.typed
        call.reply(help.usage("/epic", USAGES, asked))
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


def list_(call: Call, page: str) -> None:
    """Show a page of all epics to who asked."""
    if page and not (page.isascii() and page.isdigit()):
        raise Mistake(f"“{page[:60]}” is not a page. Type /epic list, or /epic list 2.")
    with call.database.read() as session:
        found = finding.list_epics(session, call.workspace_id, call.actor, int(page[:9] or 1))
    call.reply(epic_list.epic_list(found))


def move(call: Call, words: str) -> None:
    """Move an epic to the state that was named."""
    key, _, rest = words.partition(" ")
    if not key:
        raise KeyMissing("move")
    with call.write() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
        to, reason = _state_and_reason(epic.portfolio, rest.strip())
        moved = moving.move(
            session, call.workspace_id, call.actor, epic.id, to.id, None, reason, call.at
        )
        said = epic_card.moved(moved)
    call.reply(said)


FORMS: dict[str, Callable[[Call, str], None]] = {
    "propose": propose,
    "show": show,
    "list": list_,
    "move": move,
}


def _state_and_reason(portfolio: Portfolio, words: str) -> tuple[State, str | None]:
    """The state named first, and what follows it; a label may be of several words."""
    told = words.casefold()
    names = [(name, s) for s in portfolio.states for name in (s.name, s.label.casefold())]
    for name, state in sorted(names, key=lambda named: -len(named[0])):
        if told == name or told.startswith(f"{name} "):
            return state, words[len(name) :].strip() or None
    raise UnknownStateName(words, portfolio)
