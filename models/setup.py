"""What a portfolio is set up with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import available_timezones

from models.errors import FieldMistakes
from models.portfolio import Stage, derive_prefix

CURRENCY = re.compile("[A-Z]{3}")
PREFIX = re.compile("[A-Z][A-Z0-9]{1,9}")
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSetup:
    """A value stream to begin with; an empty prefix is derived from the name."""

    name: str
    key_prefix: str = ""
    owner_user_id: str | None = None
    channel_id: str | None = None
    stage: Stage = Stage.PROJECT_FUNDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A portfolio to begin with."""

    name: str
    currency: str
    time_zone: str
    streams: Sequence[StreamSetup]

    def checked(self, taken_prefixes: Sequence[str] = ()) -> "Setup":
        """The same, tidied and with every prefix given.

        Raises FieldMistakes, keyed `name`, `currency`, `time_zone`, `streams`, and
        `streams.0.name`, `streams.0.key_prefix` by the stream's place.
        """
        errors = dict(self._mistakes())
        streams: list[StreamSetup] = []
        taken = list(taken_prefixes)
        for place, stream in enumerate(self.streams):
            name, prefix = " ".join(stream.name.split()), stream.key_prefix.strip().upper()
            if not 0 < len(name) <= LONGEST_NAME:
                errors[f"streams.{place}.name"] = (
                    f"Give it a name of up to {LONGEST_NAME} characters."
                )
            elif name.casefold() in (earlier.name.casefold() for earlier in streams):
                errors[f"streams.{place}.name"] = f"{name} is there twice."
            prefix = prefix or derive_prefix(name, taken)
            if PREFIX.fullmatch(prefix) is None:
                errors[f"streams.{place}.key_prefix"] = (
                    'Write 2 to 10 letters or digits, a letter first, for example "PAY".'
                )
            elif prefix in taken:
                errors[f"streams.{place}.key_prefix"] = f"{prefix} is taken by another stream."
            taken.append(prefix)
            streams.append(replace(stream, name=name, key_prefix=prefix))
        if errors:
            raise FieldMistakes(errors)
        return replace(
            self, name=" ".join(self.name.split()), currency=self._currency, streams=streams
        )

    @property
    def _currency(self) -> str:
        return self.currency.strip().upper()

    def _mistakes(self) -> list[tuple[str, str]]:
        mistakes = []
        if not 0 < len(" ".join(self.name.split())) <= LONGEST_NAME:
            mistakes.append(("name", f"Give it a name of up to {LONGEST_NAME} characters."))
        if CURRENCY.fullmatch(self._currency) is None:
            mistakes.append(("currency", "Write the three letters of a currency, such as EUR."))
        if self.time_zone not in available_timezones():
            mistakes.append(("time_zone", "Write a time zone such as Europe/Berlin."))
        if not self.streams:
            mistakes.append(("streams", "A portfolio begins with one value stream at least."))
        return mistakes
