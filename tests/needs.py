"""What waits, by the names of the needs."""

from types import SimpleNamespace

from bot.workflows.board.needs import NEEDS
from bot.workflows.needs import Waits

BY_NAME = {need.name: need for need in NEEDS}


def waiting(**tops):
    """So many of the kinds of those names wait, and nothing else does."""
    return Waits({BY_NAME[name]: top for name, top in tops.items()})


def by_name(waits):
    """The same as something to look into."""
    return SimpleNamespace(
        **{name: waits.of(need) for name, need in BY_NAME.items()}, count=waits.count
    )
