"""`/portfolio`: what shapes the portfolio, each word in a module of its own."""

from collections.abc import Callable

from bot.commands import setup
from bot.commands.hearing import Call
from bot.views import help

USAGES = (
    help.Usage("setup", "setup", "set up a portfolio and its value streams"),
    help.Usage("help", "help", "say what can be typed"),
)

FORMS: dict[str, Callable[[Call, str], None]] = {
    "setup": setup.hear,
}
"""What follows `/portfolio`: each hears the rest of what was typed."""


def hear(call: Call) -> None:
    """Hear `/portfolio`."""
    word, _, rest = call.typed.partition(" ")
    doing = FORMS.get(word.casefold())
    if doing is None:
        asked = "" if word.casefold() in {"", "help"} else call.typed
        call.reply(help.usage("/portfolio", USAGES, asked))
        return
    doing(call, rest.strip())
