"""What can be done with themes, objectives and key results, and the pages that show them."""

from bot.slack.actions import Action, Id, Page, Seen
from models.themes.theme import KeyResult, Objective, Theme


class ThemesList(Page):
    """The themes of a portfolio, of the first one seen where none is named."""

    portfolio: Id | None = None


class ThemeShown(Page):
    """A theme with its objectives, or the objectives of none."""

    portfolio: Id
    theme: Id | None = None


class AddTheme(Action):
    """A new theme of a portfolio."""

    portfolio: Id


class AddObjective(Action):
    """A new objective, of a theme or of none."""

    portfolio: Id
    theme: Id | None = None


class AddKeyResult(Action):
    """A new key result of an objective."""

    objective: Id


class EditTheme(Seen, noun=Theme):
    """Change a theme."""


class CloseTheme(Seen, noun=Theme):
    """Close a theme, or open it again."""


class EditObjective(Seen, noun=Objective):
    """Change an objective."""


class CloseObjective(Seen, noun=Objective):
    """Close an objective, or open it again."""


class EditKeyResult(Seen, noun=KeyResult):
    """Change a key result."""


class ReadKeyResult(Seen, noun=KeyResult):
    """Say where a key result stands."""


class RemoveKeyResult(Seen, noun=KeyResult):
    """Take a key result away."""
