"""What buttons and forms carry back: ids, versions, what was typed; no amounts and no rights."""

from dataclasses import asdict
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.epics.listing import Filter
from models.errors import Mistake
from models.portfolio.portfolio import Phase

LARGEST = 2**31 - 1
Whole = Annotated[int, Field(ge=0, le=LARGEST)]
"""An id, a version or a number of a page: what the databases keep."""


UserId = Annotated[str, Field(max_length=32)]

NULL = "\\u0000"
"""As JSON spells the one character that is never stored."""


class OldButton(Mistake):
    """A value this version of Tack does not write, or that was edited by hand."""

    def __init__(self) -> None:
        super().__init__(
            "That button is out of date. Open the card or the form again and try once more."
        )


class OldForm(Mistake):
    """A form this version of Tack does not draw, or whose memory was edited by hand."""

    def __init__(self) -> None:
        super().__init__(
            "This form is out of date. Copy what you typed, then close it and open it again."
        )


def whole(text: str | None) -> int:
    """The id that was chosen. Raises OldButton."""
    digits = text or ""
    if not (digits.isascii() and digits.isdigit() and int(digits[:11]) <= LARGEST):
        raise OldButton
    return int(digits)


class Value(BaseModel):
    """Something to be carried by a button, an option or a form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def value(self) -> str:
        return self.model_dump_json(exclude_defaults=True)

    @classmethod
    def read(cls, value: str) -> Self:
        """What was carried. Raises OldButton."""
        try:
            return cls.model_validate_json(value.replace(NULL, ""))
        except ValidationError as error:
            raise OldButton from error


class EpicRef(Value):
    """An epic, and what to do with it."""

    epic: Whole
    do: Literal["open", "answer", "edit", "move", "persevere", "block", "stop", "history"] = "open"


class MoveTo(Value):
    """A move of an epic whose card showed that version."""

    epic: Whole
    version: Whole
    to: Whole
    phase: Phase | None = None


class EpicVersion(Value):
    """An epic as a form showed it, and where the form was opened."""

    epic: Whole
    version: Whole
    channel: str | None = None


class ListPage(Value):
    """A page of the list of epics, and what narrows it: the fields of a filter."""

    page: Whole
    streams: tuple[Whole, ...] = ()
    states: tuple[Whole, ...] = ()
    phases: tuple[Phase, ...] = ()
    themes: tuple[Whole, ...] = ()
    no_theme: bool = False
    mine: bool = False
    people: tuple[UserId, ...] = ()
    blocked: bool = False
    late: bool = False
    texts: tuple[str, ...] = ()

    @classmethod
    def of(cls, chosen: Filter, page: int) -> "ListPage":
        return cls(page=page, **asdict(chosen))

    @property
    def filter(self) -> Filter:
        return Filter(**self.model_dump(exclude={"page"}))


class HomeChoice(Value):
    """What to see in App Home; None stands for all, or for the first portfolio."""

    portfolio: Whole | None = None
    stream: Whole | None = None
    state: Whole | None = None
    phase: Phase | None = None
    theme: Whole | None = None
    no_theme: bool = False
    mine: bool = False
    page: Whole = 1


class BoardRef(Value):
    """A value stream's board, to be looked at where a message was read."""

    portfolio: Whole
    stream: Whole


class ProposalForm(Value):
    """What the form remembers: where it was opened, what it shows, and which ideas were alike."""

    portfolio: Whole
    channel: str | None = None
    numbers: bool = False
    similar: tuple[Whole, ...] = ()
    origin: str | None = None


class SubscriptionRef(Value):
    """A channel's digest, and what to do with it."""

    subscription: Whole
    do: Literal["preview", "change", "pause"] = "preview"


class SubscribeForm(Value):
    """What the form remembers: the channel it is about."""

    channel: str


class DigestScope(Value):
    """What a digest tells of: a whole portfolio, or one of its streams."""

    portfolio: Whole
    stream: Whole | None = None


class FactCheckRef(Value):
    """A question to an owner about all their epics."""

    check: Whole


class PlaceRef(Value):
    """Where a role holds: a stream, a portfolio, or without either everywhere."""

    portfolio: Whole | None = None
    stream: Whole | None = None


class RolesPage(Value):
    """A page of the list of roles."""

    page: Whole = 1


class GrantRef(Value):
    """A role that was given, and the page of the list it is on."""

    grant: Whole
    page: Whole = 1


class PersonRef(Value):
    """Someone whose things are meant."""

    person: str


class HandoverForm(PersonRef):
    """What the form remembers: whose things it showed, and a stamp of them as they were."""

    stamp: str


class AuditRef(Value):
    """A page of the audit log: of an epic, or of all with a person or a word; `before` a number."""

    epic: Whole | None = None
    person: str | None = Field(default=None, max_length=32)
    word: str | None = Field(default=None, max_length=80)
    before: Whole | None = None


class UploadRef(Value):
    """A file that someone brought."""

    upload: Whole


class ExportForm(Value):
    """What the form remembers: the portfolio where there is one only, and where it was opened."""

    portfolio: Whole
    channel: str | None = None


class ExportRef(Value):
    """An export that did not go well."""

    export: Whole


class MessageRef(Value):
    """A message that Slack refused."""

    message: Whole
