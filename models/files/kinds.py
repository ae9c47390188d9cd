"""The kinds of tables that come in: their fields, and how people call their columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from models.errors import Mistake
from models.portfolio.portfolio import Phase


class Sort(Enum):
    """What the cells of a field are."""

    TEXT = auto()
    AMOUNT = auto()
    """Whole minor units; the column's name may say the unit and the currency."""
    CURRENCY = auto()
    """That of the row's amounts: the portfolio's, or the row cannot be taken."""
    FIGURE = auto()
    DAY = auto()
    MOMENT = auto()
    SHARES = auto()
    YES_NO = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """A field, the words its column may be called by, the likeliest first, and its cells' sort."""

    name: str
    called: tuple[str, ...] = ()
    sort: Sort = Sort.TEXT
    longest: int = 200
    needed: bool = False
    one_of: tuple[str, ...] = ()
    """The only words it takes, where that is so."""
    has_been: bool = False
    """Whether it is a day that no file can know before it came."""

    @property
    def names(self) -> tuple[str, ...]:
        """Its own name and the words it may be called by."""
        return (self.name.replace("_", " "), *self.called)


@dataclass(frozen=True, slots=True)
class Kind:
    """What the rows of a table are: their fields, and which of them tell one row from another."""

    one: str
    fields: tuple[Field, ...]
    known_by: tuple[tuple[str, ...], ...]

    def field(self, name: str) -> Field:
        """The field of that name. KeyError where there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


class ColumnMissing(Mistake):
    """A table without a column that is needed."""

    def __init__(self, kind: Kind, field: Field, columns: Iterable[str]) -> None:
        names = ", ".join(list(columns)[:12])
        super().__init__(
            f"Which column holds the {field.names[0]} of {kind.one}? Call it “{field.name}”; "
            f"the columns are: {names}."
        )


class ColumnMistake(Mistake):
    """A column of amounts that cannot be read as it is called."""

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column = column


class OtherCurrency(ColumnMistake):
    """A column of amounts in another currency than the portfolio's."""

    def __init__(self, column: str, found: str, currency: str) -> None:
        super().__init__(
            column,
            f"The column “{column[:60]}” is in {found}, and the currency of the portfolio is "
            f"{currency}.",
        )


class UnitUnclear(ColumnMistake):
    """A column of amounts whose name says a unit that may be one thing or another."""

    def __init__(self, column: str) -> None:
        called = f"“{column[:60]}”"
        super().__init__(
            column,
            f"What is the unit of the column {called}? Put thousands or millions in its name.",
        )


CODE_LENGTH = 120
OWNER = Field(
    "owner",
    (
        "lead",
        "manager",
        "project manager",
        "program manager",
        "responsible",
        "sro",
        "owned by",
        "owner user id",
    ),
    longest=120,
)
STREAMS = ("value streams", "stream", "streams", "department", "departments", "shares", "share")
STARTS = ("start", "start date", "starts on", "begins", "begin", "from")
ENDS = ("end", "end date", "ends on", "finish", "finish date", "due", "until", "to")
SOURCE = Field("source", ("origin", "system"), longest=80)
SOURCE_ID = Field("source_id", ("external id", "id"), longest=200)
CURRENCY = Field("currency", ("currency code",), Sort.CURRENCY, longest=8)
COST_CENTRE = Field("cost_centre", ("cost center", "costcentre", "costcenter"), longest=40)
OF_STREAM = Field(
    "value_stream", ("value streams", "stream", "department"), longest=80, needed=True
)
OF_PROJECT = Field(
    "project", ("project code", "project id", "code", "id"), longest=CODE_LENGTH, needed=True
)

PROGRAMS = Kind(
    "a program",
    (
        Field("code", ("program", "programme", "id", "key"), longest=80, needed=True),
        Field("name", ("title",)),
        OWNER,
    ),
    (("code",),),
)

PROJECTS = Kind(
    "a project",
    (
        Field(
            "code",
            ("project code", "project id", "id", "project", "key", "number", "no", "ref"),
            longest=CODE_LENGTH,
            needed=True,
        ),
        Field("name", ("title", "project name", "project title", "project"), longest=300),
        Field("program", ("programme", "program code", "programme code"), longest=80),
        OWNER,
        Field("value_stream", STREAMS, Sort.SHARES),
        Field("budget", ("total budget", "project budget", "approved budget", "bac"), Sort.AMOUNT),
        CURRENCY,
        COST_CENTRE,
        Field("category", ("type", "kind", "class"), longest=120),
        Field("starts", STARTS, Sort.DAY),
        Field("ends", ENDS, Sort.DAY),
        SOURCE,
        SOURCE_ID,
        Field("created_at", ("created",), Sort.MOMENT, has_been=True),
        Field("closed_at", ("closed", "closed on"), Sort.MOMENT, has_been=True),
    ),
    (("code",), ("source", "source_id")),
)

SNAPSHOTS = Kind(
    "a snapshot",
    (
        OF_PROJECT,
        Field("period", ("report year", "year", "quarter", "report", "month"), longest=16),
        Field(
            "as_of",
            ("data as of", "date", "on", "seen at", "day"),
            Sort.DAY,
            needed=True,
            has_been=True,
        ),
        Field("value_stream", STREAMS, longest=80),
        Field("confidence", ("delivery confidence", "rating", "rag", "status"), longest=40),
        Field("starts", STARTS, Sort.DAY),
        Field("ends", ENDS, Sort.DAY),
        Field("budget", ("year budget", "budget of the year"), Sort.AMOUNT),
        Field("forecast", ("year forecast", "forecast of the year", "outturn"), Sort.AMOUNT),
        Field("whole_life_cost", ("whole life", "life cost", "wlc"), Sort.AMOUNT),
        CURRENCY,
        SOURCE,
    ),
    (("source", "project", "as_of", "period"), ("project", "as_of", "period")),
)

MILESTONES = Kind(
    "a milestone",
    (
        Field("project", ("project code", "project id"), longest=CODE_LENGTH, needed=True),
        Field(
            "code",
            ("milestone code", "milestone id", "id", "milestone", "number", "no"),
            longest=40,
            needed=True,
        ),
        Field("name", ("title", "milestone name", "milestone", "description")),
        Field("kind", ("type",), one_of=("milestone", "checkpoint")),
        Field("baseline", ("baseline date", "planned", "plan", "agreed", "due", "date"), Sort.DAY),
        Field("forecast", ("forecast date", "expected", "expected date"), Sort.DAY),
        Field("actual", ("actual date", "done", "reached", "came"), Sort.DAY, has_been=True),
        Field("outcome", ("result", "decision"), longest=2_000),
        SOURCE,
    ),
    (("source", "project", "code"), ("project", "code")),
)

EPICS = Kind(
    "an epic",
    (
        Field("key", ("epic key",), longest=24),
        Field("title", ("name", "epic", "summary", "subject"), longest=300, needed=True),
        Field("value_stream", STREAMS, longest=80, needed=True),
        Field("state", ("status", "column"), longest=40),
        Field("phase", (), one_of=tuple(each.value for each in Phase)),
        Field("type", (), one_of=("business", "enabler")),
        Field("hypothesis", ("description", "belief", "idea"), longest=3_000),
        Field("for_whom", ("customer", "audience"), longest=200),
        Field("indicator", ("leading indicator", "figure", "metric", "kpi")),
        Field("baseline", (), Sort.FIGURE),
        Field("target", (), Sort.FIGURE),
        Field("target_on", ("target date", "by"), Sort.DAY),
        Field("kill_threshold", ("stop line", "we stop if"), longest=300),
        Field("mvp_cost", ("cost of the mvp", "mvp"), Sort.AMOUNT),
        Field("full_cost", ("cost", "total cost", "budget", "estimate"), Sort.AMOUNT),
        CURRENCY,
        Field("horizon", (), one_of=("1", "2", "3")),
        Field("theme", (), longest=100),
        Field("theme_none_because", (), longest=500),
        Field("project", ("project code",), longest=CODE_LENGTH),
        OWNER,
        Field("proposed_by", ("proposer", "author", "reporter", "created by"), longest=120),
        Field(
            "created_at",
            ("created", "created on", "date", "proposed on"),
            Sort.MOMENT,
            has_been=True,
        ),
        Field("restricted", (), Sort.YES_NO),
        SOURCE,
        SOURCE_ID,
    ),
    (("key",), ("source", "source_id")),
)

BUDGETS = Kind(
    "a budget",
    (
        Field(
            "period",
            ("report year", "fiscal year", "financial year", "year", "fy"),
            longest=16,
            needed=True,
        ),
        OF_STREAM,
        Field(
            "amount",
            ("year budget", "budget", "budget of the year", "allocation", "allocated", "funding"),
            Sort.AMOUNT,
        ),
        CURRENCY,
        COST_CENTRE,
        Field(
            "forecast",
            ("year forecast", "year end forecast", "forecast of the year", "outturn"),
            Sort.AMOUNT,
        ),
        SOURCE,
        SOURCE_ID,
    ),
    (("source", "source_id", "period"),),
)
"""What streams have for a fiscal year; several rows of one stream and year add up."""

ACTUALS = Kind(
    "an actual",
    (
        Field(
            "month",
            ("booking month", "period", "booked in", "date", "day"),
            longest=20,
            needed=True,
        ),
        Field(
            "amount",
            ("actual", "spend", "spent", "cost", "booked", "value"),
            Sort.AMOUNT,
            needed=True,
        ),
        CURRENCY,
        Field("value_stream", ("value streams", "stream", "department"), longest=80),
        Field("epic", ("epic key", "key"), longest=24),
        COST_CENTRE,
        Field(
            "reference",
            ("ref", "document", "document number", "invoice", "booking", "id"),
            longest=120,
            needed=True,
        ),
    ),
    (),
)
"""What was spent, month by month; by its reference a row comes in once."""

DECISIONS = Kind(
    "a decision",
    (
        Field("id", ("decision id", "decision", "number", "no", "ref"), longest=200, needed=True),
        Field("title", ("name", "subject", "summary", "motion", "text"), longest=1_000),
        Field("question", ("gate", "stage")),
        Field("item", ("item id", "epic", "epic id", "epic key")),
        Field("opened_at", ("opened", "opened on", "open from"), Sort.MOMENT, has_been=True),
        Field(
            "closed_at",
            ("closed", "closed on", "decided at", "decided", "decided on", "date", "day"),
            Sort.MOMENT,
            needed=True,
            has_been=True,
        ),
        Field("for", ("counted for", "votes for", "yes", "in favour", "declared for"), Sort.FIGURE),
        Field("against", ("counted against", "votes against", "declared against"), Sort.FIGURE),
        Field(
            "abstain",
            ("counted abstain", "abstained", "abstentions", "declared abstain"),
            Sort.FIGURE,
        ),
        Field("eligible", ("electors", "could vote", "voters"), Sort.FIGURE),
        Field(
            "threshold_percent",
            ("threshold", "threshold pct", "majority percent", "majority"),
            Sort.FIGURE,
        ),
        Field("outcome", ("result", "status"), longest=80, needed=True),
        SOURCE,
    ),
    (),
)
"""Decisions of before; one id can be of two sources."""

VOTES = Kind(
    "a vote",
    (
        Field("decision_id", ("decision",), longest=200, needed=True),
        Field("voter", ("who", "member", "person", "elector"), longest=120, needed=True),
        Field("choice", ("vote", "chosen"), longest=40),
        SOURCE,
    ),
    (("decision_id", "voter"),),
)
