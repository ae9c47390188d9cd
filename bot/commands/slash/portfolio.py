"""`/portfolio`: what shapes the portfolio, each word in a module of its own."""

from collections.abc import Callable

from bot.commands.audit import audit
from bot.commands.files import exports as export
from bot.commands.files import imports
from bot.commands.people import people, roles
from bot.commands.portfolio import settings, setup, streams
from bot.commands.projects import projects
from bot.commands.readiness import check_is_set_up
from bot.commands.themes import themes
from bot.slack import help
from bot.slack.hearing import Call

USAGES = (
    help.Usage(
        "setup", "setup", "set up a portfolio, step by step; it continues where you left off"
    ),
    help.Usage("streams", "streams", "list the value streams; add, change, merge and split them"),
    help.Usage("settings", "settings", "change the settings: basics, board, limits, who sees it"),
    help.Usage("roles", "roles", "show who has which role; admins give and take them"),
    help.Usage("people", "people @PERSON", "show what someone owns, and hand it over"),
    help.Usage("themes", "themes", "show its themes and objectives, and the work for each"),
    help.Usage("projects", "projects", "list the projects and their plans; words can follow"),
    help.Usage("import", "import", "import epics or projects from a CSV file"),
    help.Usage("export", "export", "export all you may see, as CSV or JSON"),
    help.Usage(
        "audit",
        "audit",
        "show who changed what: a key, a project's code, @person or a word can follow",
    ),
    help.Usage("help", "help", "show what you can type"),
)

FORMS: dict[str, Callable[[Call, str], None]] = {
    "audit": audit.hear,
    "export": export.hear,
    "import": imports.hear,
    "projects": projects.hear,
    "setup": setup.hear,
    "streams": streams.hear,
    "settings": settings.hear,
    "roles": roles.hear,
    "themes": themes.hear,
    "people": people.hear,
}
"""What follows `/portfolio`: each hears the rest of what was typed."""

BEFORE = frozenset({"roles", "audit"})
"""What admins can use before there is a portfolio."""


def hear(call: Call) -> None:
    word, _, rest = call.typed.partition(" ")
    doing = FORMS.get(word.casefold())
    if doing is None:
        asked = "" if word.casefold() in {"", "help"} else call.typed
        call.reply(help.usage(call.body["command"], USAGES, asked))
        return
    if doing is not setup.hear:
        check_is_set_up(call, except_admins=word.casefold() in BEFORE)
    doing(call, rest.strip())
