"""What is asked of funding and of shifts."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from models.budgets.rules import NAMES, Rules, SameRules
from models.budgets.shift import Shift
from models.epics.epic import Epic
from models.errors import FieldMistakes, Mistake
from models.form import Amount, Choice, Facts, Form, Line, OneOf, Paragraph, Whole
from models.money import format_amount, parse_fact, parse_moved
from models.portfolio.portfolio import Portfolio, ValueStream

MOST_DAYS = 20
"""So many working days a rule of shifts may name."""


class FundingForm(Form):
    """Money for a value stream; `streams` are its choices."""

    value_stream_id: Annotated[int, Choice(label="Which value stream?", options="streams")]
    amount_minor: Annotated[
        int,
        Amount(
            label="How much, {currency}?",
            hint="Money that is taken back starts with a minus.",
            example="1.6m",
            any=True,
        ),
    ]
    reason: Annotated[
        str | None,
        Line(
            label="Why?",
            hint="Needed where the stream already has money for the year.",
            example="Budget 2026, decided 4 Dec",
            longest=200,
        ),
    ] = None
    cost_centre: Annotated[
        str | None, Line(label="Which cost centre?", example="4711", longest=40)
    ] = None

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """More or less money."""
        if self.amount_minor == 0:
            yield "amount_minor", "Write an amount other than 0."

    def check_fits(self, stream: ValueStream, funded: int, available: int) -> None:
        """Raise FieldMistakes for what changes a budget without a reason, and for what takes back
        more than is available; `funded` is what the stream was given before, in minor units.
        """
        if funded and not self.reason:
            said = f"{stream.name} already has money for the year: say why it is more or less now."
            raise FieldMistakes({"reason": said})
        if self.amount_minor < -max(0, available):
            has = format_amount(max(0, available), stream.portfolio.currency)
            raise FieldMistakes({"amount_minor": f"{stream.name} has only {has} available."})


class RollForm(Form):
    """A year that is given what the one before had; `years` are its choices."""

    year: Annotated[int, Choice(label="Which fiscal year?", options="years")]
    reason: Annotated[
        str | None, Line(label="Why?", example="Budget 2027, decided 3 Dec", longest=200)
    ] = None


class SpendForm(Form):
    """What an epic spent in a month."""

    amount_minor: Annotated[
        int,
        Amount(
            label="How much, {currency}?",
            hint="Spending is booked even if nothing is left. A credit note starts with a minus.",
            example="12,500",
            any=True,
        ),
    ]
    month: Annotated[str, Line(label="In which month?", example="2026-05", longest=20)]
    reference: Annotated[
        str | None,
        Line(
            label="Which reference?",
            hint="Each reference is booked only once.",
            example="INV-2026-0417",
            longest=120,
        ),
    ] = None


class CloseForm(Form):
    """Up to the end of which month the books are closed."""

    month: Annotated[
        str, Line(label="Up to the end of which month?", example="2026-05", longest=20)
    ]


class ForecastForm(Form):
    """What a stream expects to have spent by the end of the period; `streams` are its choices."""

    value_stream_id: Annotated[int, Choice(label="Which value stream?", options="streams")]
    amount_minor: Annotated[
        int,
        Amount(
            label="How much will it have spent by the end of the year, {currency}?",
            example="1.55m",
            any=True,
        ),
    ]


class ShiftForm(Form):
    """A shift; `givers` and `takers` are its streams, the asker's own first."""

    said: ClassVar[str] = (
        "The next step shows what it would do, which rules it meets and who decides. "
        "Nothing happens before that."
    )
    from_stream_id: Annotated[int, Choice(label="From which value stream?", options="givers")]
    to_stream_id: Annotated[int, Choice(label="To which?", options="takers")]
    amount_minor: Annotated[int, Amount(label="How much, {currency}?", example="80k")]
    reason: Annotated[
        str,
        Paragraph(
            label="Why?",
            example="A second test environment; three epics wait for the first one",
            missing="Say in a sentence what it is for: those asked decide by it.",
        ),
    ]

    lasting: Annotated[
        int,
        Choice(
            label="For how long?",
            among=(
                OneOf("This period only", 0),
                OneOf("Also when the year is rolled forward", 1),
            ),
        ),
    ] = 0

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """From one stream to another."""
        if self.from_stream_id == self.to_stream_id:
            yield "to_stream_id", "That is the stream it comes from. Choose another one."


def open_stream(portfolio: Portfolio, stream_id: int, field: str) -> ValueStream:
    """The stream that a field names, where it is in use. Raises FieldMistakes."""
    for stream in portfolio.open_streams:
        if stream.id == stream_id:
            return stream
    raise FieldMistakes({field: "That value stream has ended. Choose another one."})


def typed_spend(words: str, currency: str) -> dict[str, Any]:
    """What is to be booked begins with, from words such as "12,500 2026-05"."""
    first, _, rest = words.partition(" ")
    try:
        amount = parse_fact(first, currency)
    except Mistake:
        amount = None
    return {"amount_minor": amount, "month": rest.strip()[:20] or None}


def typed_shift(words: str, currency: str) -> dict[str, Any]:
    """What a shift begins with, from words such as "80k a second test environment".

    The amount stands there as it was typed.
    """
    first, _, rest = words.partition(" ")
    try:
        parse_moved(first, currency)
    except Mistake:
        first, rest = "", words
    reason = rest.strip()[:LONGEST_REASON] or None
    return {"amount_minor": first or None, "reason": reason, "lasting": 0}


def uncovered_shift(epic: Epic, short: int) -> dict[str, Any]:
    """What a shift begins with that is to cover an epic; a restricted one is not named in it."""
    what = "An epic" if epic.restricted else f"{epic.key} {epic.title}"
    reason = f"{what} is not covered in {epic.value_stream.name}"
    to = {"to_stream_id": epic.value_stream_id, "amount_minor": short or None}
    return {**to, "reason": reason[:LONGEST_REASON], "lasting": 0}


class UndoForm(Form):
    """A shift back; `at_most` is how much can go back now, in words."""

    said: ClassVar[str] = (
        "The next step shows what it would do and who decides. Nothing happens before that."
    )
    amount_minor: Annotated[int, Amount(label="How much, {currency}?", hint="At most {at_most}.")]
    reason: Annotated[
        str,
        Paragraph(
            label="Why?",
            example="The second test environment will not be bought after all",
            missing="Say in a sentence why: those asked decide by it.",
        ),
    ]

    def check_is_within(self, most: int, currency: str) -> None:
        """Raise FieldMistakes where it is more than can go back now."""
        if self.amount_minor > most:
            said = f"At most {format_amount(most, currency)} can go back now."
            raise FieldMistakes({"amount_minor": said})


def asked_before(shift: Shift) -> dict[str, Any]:
    """What a shift begins with that is asked for once more."""
    return {
        "from_stream_id": shift.from_stream_id,
        "to_stream_id": shift.to_stream_id,
        "amount_minor": shift.amount_minor,
        "reason": shift.reason,
        "lasting": int(shift.lasting),
    }


LONGEST_REASON = 500
"""In characters."""


class DeclineForm(Form):
    """Why a shift is declined."""

    reason: Annotated[
        str,
        Paragraph(
            label="Why not?",
            example="Onboarding needs it for the autumn release",
            missing="Say in a sentence why: the person who asked reads it.",
        ),
    ]


class RulesForm(Form):
    """What the rules of shifts are to be."""

    free_percent: Annotated[
        int,
        Whole(
            label="How much may the owner move without approval, in % per quarter?",
            least=0,
            most=100,
        ),
    ]
    most_percent: Annotated[
        int, Whole(label="How much can move at once without the council, in %?", most=100)
    ]
    moved_percent: Annotated[
        int, Whole(label="How much can move out in a year without the council, in %?", most=100)
    ]
    stand_in_days: Annotated[
        int, Whole(label="After how many working days are stand-ins asked?", most=MOST_DAYS)
    ]
    request_days: Annotated[
        int, Whole(label="For how many working days does a request stay open?", most=MOST_DAYS)
    ]
    after_council_days: Annotated[
        int, Whole(label="And for how many after the council's decision?", most=MOST_DAYS)
    ]
    undo_days: Annotated[
        int,
        Whole(
            label="For how long can finance alone undo what moved without approval?",
            hint="In working days.",
            least=0,
            most=MOST_DAYS,
        ),
    ]
    reason: Annotated[
        str,
        Paragraph(
            label="Why?",
            example="Four of five shifts above 2 % were approved within an hour",
            missing="Say in a sentence why: the council decides by it.",
        ),
    ]

    @property
    def rules(self) -> Rules:
        """The rules to be."""
        return Rules(**{name: getattr(self, name) for name in NAMES})

    def check(self, facts: Facts) -> Iterator[tuple[str, str]]:
        """What asks for less is no higher than what asks for more."""
        if self.free_percent > min(self.most_percent, self.moved_percent):
            yield "free_percent", "No more than either limit of the council."
        if self.stand_in_days > self.request_days:
            yield "stand_in_days", "No more days than a request stays open."

    def check_changes(self, now: Rules) -> None:
        """Raise FieldMistakes where they are as the rules of now."""
        if self.rules == now:
            raise FieldMistakes({"free_percent": SameRules().sentence})
