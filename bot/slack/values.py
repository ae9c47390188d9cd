"""What is carried by the buttons and forms that are not declared: ids and versions, no rights.

What is declared is an `Action`, whose class is its route. The classes made from `Value` lie with
the views that draw them: buttons of cards posted long ago carry them, and forms that are another
one with each step.
"""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import Mistake

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
