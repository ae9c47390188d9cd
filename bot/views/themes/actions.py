"""What can be done with themes, objectives and key results, and the pages that show them."""

from typing import ClassVar

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


class EditTheme(Seen):
    """Change a theme."""

    noun: ClassVar = Theme


class CloseTheme(Seen):
    """Close a theme, or open it again."""

    noun: ClassVar = Theme


class EditObjective(Seen):
    """Change an objective."""

    noun: ClassVar = Objective


class CloseObjective(Seen):
    """Close an objective, or open it again."""

    noun: ClassVar = Objective


class EditKeyResult(Seen):
    """Change a key result."""

    noun: ClassVar = KeyResult


class ReadKeyResult(Seen):
    """Say where a key result stands."""

    noun: ClassVar = KeyResult


class RemoveKeyResult(Seen):
    """Take a key result away."""

    noun: ClassVar = KeyResult
