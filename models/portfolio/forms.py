"""What is asked of a board's states, of limits, and of streams that are merged or split."""

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import create_model

from models.form import Amount, Choice, Form, Groups, Line, OneOf, Paragraph, People, Several, Whole
from models.portfolio.policy import NAMES, Requirement
from models.portfolio.portfolio import StateKind
from models.portfolio.setup import LONGEST_NAME, MOST_STREAMS_AT_ONCE, StreamSetup

LONGEST_LABEL = 40

KINDS = (
    OneOf("Active", StateKind.ACTIVE, "Someone works on the epics there"),
    OneOf("Wait", StateKind.WAIT, "They wait there for their turn"),
)

IDEA = (
    Requirement.ANSWER,
    Requirement.OWNER,
    Requirement.THEME,
    Requirement.HYPOTHESIS,
    Requirement.FOR_WHOM,
    Requirement.HORIZON,
    Requirement.PROJECT,
    Requirement.MVP_JUDGED,
    Requirement.GO,
    Requirement.PERSEVERE,
)
"""What is asked about the epic; all else are its figures."""

TWO = OneOf("Two columns", "two", "Testing the MVP and Delivering, each with its own limit")


def _asked(several: Iterable[Requirement]) -> list[OneOf]:
    return [OneOf(NAMES[each][:1].upper() + NAMES[each][1:], each) for each in several]


class StateForm(Form):
    """A state of the board; of one where epics begin or end less is asked."""

    label: Annotated[
        str,
        Line(
            label="Name",
            example="Reviewing",
            longest=LONGEST_LABEL,
            missing=f"Give it a name of up to {LONGEST_LABEL} characters.",
        ),
    ]
    kind: Annotated[
        StateKind,
        Choice(label="What happens there?", among=KINDS, of=StateKind, only="is_in_the_middle"),
    ] = StateKind.ACTIVE
    columns: Annotated[
        tuple[str, ...], Several(label="Columns", among=[TWO], of=str, only="is_in_the_middle")
    ] = ()
    stale_after_days: Annotated[
        int | None,
        Whole(
            label="Stale after how many days without an update?",
            most=999,
            hint="If left empty, nobody is asked.",
            only="is_open",
        ),
    ] = None
    about: Annotated[
        tuple[Requirement, ...],
        Several(
            label="To move on, an epic needs",
            among=_asked(IDEA),
            of=Requirement,
            only="is_open",
        ),
    ] = ()
    figures: Annotated[
        tuple[Requirement, ...],
        Several(
            label="… and these figures",
            among=_asked(each for each in Requirement if each not in IDEA),
            of=Requirement,
            only="is_open",
        ),
    ] = ()


class NewStateForm(StateForm):
    """A state to be, behind one of the open `states`."""

    after_id: Annotated[int, Choice(label="After which state?", options="states")]


class LimitsForm(Form):
    """How many epics may stand somewhere at once; `at` adds the places on a board."""

    all: Annotated[int | None, Whole(label="All in flight")] = None

    @classmethod
    def at(cls, places: Iterable[tuple[str, str, int]]) -> type["LimitsForm"]:
        """The form that asks for places, each by its name, its label and how many stand there."""
        asked: dict[str, Any] = {
            name: (Annotated[int | None, Whole(label=label, hint=f"{now:,} now.")], None)
            for name, label, now in places
        }
        return create_model(cls.__name__, __base__=cls, **asked)


class SeveralStreamsForm(Form):
    """Value streams by their names; what else each of them needs is asked in its own form."""

    said: ClassVar[str] = (
        "Each is yours for now and has no channel yet; *Edit* in its menu gives it both."
    )
    names: Annotated[
        str,
        Paragraph(
            label="Their names, one per line",
            example="Payments, PAY",
            longest=min(3_000, MOST_STREAMS_AT_ONCE * (LONGEST_NAME + 20)),
            hint="Letters for the keys can follow after a comma; if left out, they come from the "
            f"name. Up to {MOST_STREAMS_AT_ONCE} at once.",
        ),
    ]


LOOKED_AT = "The next step shows what it does. Nothing happens before that."


class MergeForm(Form):
    """Where a value stream goes: one of the other `streams`."""

    said: ClassVar[str] = LOOKED_AT
    into_id: Annotated[
        int,
        Choice(
            label="Into which value stream?",
            options="streams",
            example="Type a part of its name",
            missing="Choose the one it goes into.",
        ),
    ]


class SplitForm(StreamSetup):
    """A value stream to be made of some of the open `epics` of another."""

    said: ClassVar[str] = LOOKED_AT
    epic_ids: Annotated[
        tuple[int, ...],
        Several(
            label="Which epics go there?",
            options="epics",
            example="Type a key or a word of the title",
            hint="Up to 100 at once. They keep their keys.",
            missing="Choose at least one epic for the new value stream.",
        ),
    ]


class BaselineForm(Form):
    """How long a steering decision took before Tack, and how long an epic takes."""

    decision_days_before: Annotated[
        int | None,
        Whole(
            label="How many working days does a steering decision take today?",
            most=2_000,
            hint="From the day it is asked for to the day it is known. A guess is fine.",
        ),
    ] = None
    line_days: Annotated[
        int | None,
        Whole(
            label="Within how many days do 85 of 100 epics finish?",
            hint="From commitment to done. Ages are compared with it until 8 epics have finished "
            "within two years. If left empty, there is no line until then.",
        ),
    ] = None


class LineForm(Form):
    """From which full cost on the council decides, in the `currency` of the facts."""

    council_line: Annotated[
        int,
        Amount(
            label="At what full cost does the council decide?",
            hint="At or above it, or if no full cost is known, the council votes on an epic. Below "
            "it, one person decides: the owner of its value stream.",
            missing="Write the amount: 250k, 250,000 or 250.000.",
        ),
    ]


class CouncilForm(Form):
    """Who is on the council and who is finance: people, or of the user `groups` some."""

    council: Annotated[
        tuple[str, ...], People(label="Council", hint="Who decides on the portfolio's epics.")
    ] = ()
    council_groups: Annotated[
        tuple[str, ...],
        Groups(label="Council, as user groups"),
    ] = ()
    finance: Annotated[
        tuple[str, ...], People(label="Finance", hint="Who looks after the money.")
    ] = ()
    finance_groups: Annotated[
        tuple[str, ...],
        Groups(label="Finance, as user groups"),
    ] = ()
    stand_ins: Annotated[
        tuple[str, ...],
        People(
            label="Stand-ins for finance",
            hint="Asked when finance cannot be reached. Stand-ins for others: /portfolio roles.",
        ),
    ] = ()
