"""Keeping: changing what someone else may change at the same moment."""

from models.errors import Mistake


class ChangedSince(Mistake):
    """A form about something that someone else has changed since it was opened."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Someone has changed {what} since this form was opened. Copy what you typed, "
            "close the form and open it again to see it as it is now."
        )
