"""What the commands take, said when someone asks or mistypes."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.answers import Answer
from bot.slack.blocks import context, section
from bot.slack.mrkdwn import escape


@dataclass(frozen=True, slots=True)
class Usage:
    """One form of a command: its first word, how it is typed, and what it does."""

    word: str
    form: str
    does: str


def usage(command: str, usages: Sequence[Usage], typed: str = "") -> Answer:
    """Every form of a command; what was typed comes back with the form nearest to it."""
    lines = "\n".join(f"`{command} {escape(use.form)}` · {use.does}" for use in usages)
    if not typed:
        return Answer([section(lines)])
    near = nearest(usages, typed)
    lead = f"{command} does not understand “{escape(typed[:200])}”."
    guess = f" Did you mean `{command} {escape(near.form)}`?" if near else ""
    return Answer([section(lead + guess), context(f"It takes:\n{lines}")])


def nearest(usages: Sequence[Usage], typed: str) -> Usage | None:
    """The form whose first word is most like the first word typed, or None."""
    first = typed.split()[0].casefold()
    found = difflib.get_close_matches(first, [use.word for use in usages], 1, cutoff=0.5)
    return next((use for use in usages if use.word in found), None)
