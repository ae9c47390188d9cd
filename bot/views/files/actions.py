"""What can be done with an import that came in."""

from bot.slack.actions import Action, Id


class UndoImport(Action):
    """Take back what a file brought in."""

    upload: Id
