"""What buttons and forms carry back: ids and a version, never words, amounts or rights."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from models.errors import Mistake


class OldButton(Mistake):
    """A value this version of Tack does not write, or that was edited by hand."""

    def __init__(self) -> None:
        super().__init__(
            "That button is out of date. Open the card or the form again and try once more."
        )


class Value(BaseModel):
    """Something to be carried by a button, an option or a form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def value(self) -> str:
        """As it is carried."""
        return self.model_dump_json(exclude_defaults=True)

    @classmethod
    def read(cls, value: str) -> Self:
        """What was carried. Raises OldButton."""
        try:
            return cls.model_validate_json(value)
        except ValidationError as error:
            raise OldButton from error


class EpicRef(Value):
    """An epic, and what to do with it."""

    epic: int
    do: Literal["open", "move", "history"] = "open"


class MoveTo(Value):
    """A move of an epic whose card showed that version."""

    epic: int
    version: int
    to: int


class EpicVersion(Value):
    """An epic as a form showed it, and where the form was opened."""

    epic: int
    version: int
    channel: str | None = None


class ListPage(Value):
    """A page of the list of epics."""

    page: int


class HomeChoice(Value):
    """What to see in App Home; None stands for all, or for the first portfolio."""

    portfolio: int | None = None
    stream: int | None = None
    state: int | None = None
    page: int = 1


class ProposalForm(Value):
    """What the form remembers: where it was opened, what it shows, and which ideas were alike."""

    portfolio: int
    channel: str | None = None
    numbers: bool = False
    similar: tuple[int, ...] = ()


class SetupForm(Value):
    """What the form remembers: where it was opened, and how many streams it asks for."""

    channel: str | None = None
    streams: int = 1


class SubscriptionRef(Value):
    """A channel's digest, and what to do with it."""

    subscription: int
    do: Literal["preview", "change", "pause"] = "preview"


class SubscribeForm(Value):
    """What the form remembers: the channel it is about."""

    channel: str


class DigestScope(Value):
    """What a digest tells of: a whole portfolio, or one of its streams."""

    portfolio: int
    stream: int | None = None


class FactCheckRef(Value):
    """A question to an owner about all their epics."""

    check: int


class MessageRef(Value):
    """A message that Slack refused."""

    message: int
