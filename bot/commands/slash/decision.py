"""`/decision`: what is decided, by typing."""

from collections.abc import Callable

from bot.commands.decisions import decisions
from bot.commands.readiness import check_is_set_up
from bot.slack import help
from bot.slack.hearing import Call
from models.errors import Mistake

USAGES = (
    help.Usage(
        "open",
        "open KEY",
        "put an epic to whoever decides; a question of your own can follow",
    ),
    help.Usage("list", "list", "list decisions, as in `list open payments mine refunds`"),
    help.Usage("show", "show D-1", "show a decision: its ballot, or how it ended"),
    help.Usage(
        "delegate [D-1]",
        "delegate",
        "have someone vote for you, on that decision or on all until a day",
    ),
    help.Usage("record", "record KEY", "record what was decided about an epic in the room"),
    help.Usage("help", "help", "show what you can type"),
)


class KeyMissing(Mistake):
    """A command that needs a key, without one."""

    def __init__(self, word: str) -> None:
        super().__init__(
            f"Which epic? Type it like /decision {word} PAY-12. /epic list shows their keys."
            if word in ("open", "record")
            else "Which decision? Type it like /decision show D-1. /decision list shows them."
        )


FORMS: dict[str, Callable[[Call, str], None]] = {
    "open": decisions.open_typed,
    "delegate": decisions.delegate_typed,
    "record": decisions.record_typed,
    "show": decisions.show_typed,
    "list": decisions.list_typed,
}

WITHOUT_KEY = frozenset({"list", "delegate"})


def hear(call: Call) -> None:
    word, _, rest = call.typed.partition(" ")
    doing, key = FORMS.get(word.casefold()), rest.strip()
    if doing is None:
        asked = "" if word.casefold() in {"", "help"} else call.typed
        call.reply(help.usage(call.body["command"], USAGES, asked))
        return
    check_is_set_up(call)
    if not key and word.casefold() not in WITHOUT_KEY:
        raise KeyMissing(word.casefold())
    doing(call, key)
