"""`/budget`: seeing, funding and shifting the money of value streams."""

from collections.abc import Callable

from bot.commands.budgets import budgets, commitments
from bot.commands.readiness import check_is_set_up
from bot.slack import help
from bot.slack.hearing import Call

USAGES = (
    help.Usage("show [STREAM]", "show", "show what each stream has: spent, committed, available"),
    help.Usage("shift", "shift", "move money between streams; you see what it does before"),
    help.Usage("fund", "fund", "give a value stream money for the fiscal year (finance, admins)"),
    help.Usage("roll", "roll", "fund a fiscal year as the one before was (finance, admins)"),
    help.Usage("history", "history [stream]", "show this year's ledger entries, newest first"),
    help.Usage("rules", "rules", "show the limits of shifts, and who decides above them"),
    help.Usage(
        "spend KEY [AMOUNT MONTH]",
        "spend PAY-4 12,500 2026-05",
        "book what an epic spent (finance, admins)",
    ),
    help.Usage(
        "capacity", "capacity", "commit what a stream's capacity costs a month (finance, admins)"
    ),
    help.Usage("close", "close", "close the books up to the end of a month (finance, admins)"),
    help.Usage("forecast", "forecast", "say what a stream will have spent by the end of the year"),
    help.Usage("help", "help", "show what you can type"),
)

FORMS: dict[str, Callable[[Call], None]] = {
    "show": budgets.hear_show,
    "shift": budgets.hear_shift,
    "fund": budgets.hear_fund,
    "roll": budgets.hear_roll,
    "history": budgets.hear_history,
    "rules": budgets.hear_rules,
    "spend": budgets.hear_spend,
    "capacity": commitments.hear_capacity,
    "close": budgets.hear_close,
    "forecast": budgets.hear_forecast,
}


def hear(call: Call) -> None:
    word, _, _ = call.typed.partition(" ")
    doing = FORMS.get(word.casefold())
    if doing is None:
        asked = "" if word.casefold() in {"", "help"} else call.typed
        call.reply(help.usage(call.body["command"], USAGES, asked))
        return
    check_is_set_up(call)
    doing(call)
