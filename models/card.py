"""What an epic's card is drawn from."""

from dataclasses import dataclass
from datetime import datetime

from models.epic import Epic, Transition


@dataclass(frozen=True, slots=True)
class Card:
    """An epic, its last change, and the moment it is looked at."""

    epic: Epic
    last: Transition
    now: datetime
