"""Bringing a file in: chosen, its columns matched, looked at, and then a yes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.slack.blocks import (
    Block,
    Element,
    Option,
    actions,
    button,
    context,
    divider,
    field,
    modal,
    option,
    plain,
    section,
    select,
    shorten,
)
from bot.slack.mrkdwn import words
from bot.slack.values import Value, Whole
from bot.workflows.files.previewing import FieldName, FirstRow, Outlook, Preview
from models.counting import counted, plural
from models.fields import folded
from models.files.table import ENCODINGS
from models.files.upload import Upload, UploadKind
from models.money import format_amount, minor_digits
from models.portfolio.portfolio import PHASE_LABELS, Portfolio


class UploadRef(Value):
    """A file that someone brought."""

    upload: Whole


FILE_FORM, WAITING, MATCH_FORM = "import_file", "import_waiting", "import_match"
CHECK_PAGE, DONE_PAGE = "import_check", "import_done"
FILE, COLUMN, BACK, AGAIN = "import_file", "import_column", "import_back", "import_again"
PORTFOLIO, KIND = "portfolio", "kind"
MATCH = "match_"
"""What the name of a field that matches a column begins with."""

LEAVE_OUT, LEAVE_IT_OUT = "-", "Leave it out"
FILE_TYPES = ("csv", "txt", "tsv")
NAMES_SHOWN, COLUMNS_SHOWN = 8, 12
STREAMS_A_BLOCK, MOST_STREAM_BLOCKS = 20, 80
REASON_SEEN = 300

KINDS: Mapping[UploadKind, Option] = {
    UploadKind.EPICS: option("Epics", UploadKind.EPICS.value),
    UploadKind.PROJECTS: option("Projects", UploadKind.PROJECTS.value),
    UploadKind.BUDGETS: option("Budgets of value streams", UploadKind.BUDGETS.value),
    UploadKind.ACTUALS: option("Actuals: what was spent", UploadKind.ACTUALS.value),
}
FIND_KIND = option("Recognise by the columns", "found_out")
LABELS = {
    "mvp_cost": "Cost of the MVP",
    "full_cost": "Full cost with the MVP",
    "indicator": "Which figure will move",
    "baseline": "Where it is now",
    "target": "Where it should be",
    "target_on": "By when",
    "kill_threshold": "We stop if",
    "for_whom": "For whom",
    "theme_none_because": "No theme, because",
    "created_at": "When it was proposed",
    "restricted": "Only its circle sees it",
    "source": "Where it comes from",
    "source_id": "Its id there",
    "closed_at": "When it was closed",
}
"""What a field is called, where its name alone would not say it."""

ENCODING, FOUND_OUT = "encoding", "found_out"
FIND_OUT = option("Recognise automatically", FOUND_OUT)
CHOICES = {
    said: option(said, next(name for name, each in ENCODINGS.items() if each == said))
    for said in dict.fromkeys(ENCODINGS.values())
}
"""The encodings by what people call them, of those called alike the first."""

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}


def file_form(
    portfolios: Sequence[Portfolio],
    portfolio_id: int | None = None,
    kind: UploadKind | None = None,
    encoding: str | None = None,
    *,
    mistake: str | None = None,
) -> dict[str, Any]:
    """Which file, and what its rows are; once more with what was wrong, where something was."""
    choices = [option(each.name, str(each.id)) for each in portfolios]
    chosen = next((c for c in choices if c["value"] == str(portfolio_id)), choices[0])
    kinds = {
        "type": "radio_buttons",
        "action_id": KIND,
        "options": [FIND_KIND, *KINDS.values()],
        "initial_option": FIND_KIND if kind is None else KINDS[kind],
    }
    file = {
        "type": "file_input",
        "action_id": FILE,
        "filetypes": list(FILE_TYPES),
        "max_files": 1,
    }
    blocks = [
        section(words("files/import_form", "lead", mistake=mistake)),
        field(PORTFOLIO, "Which portfolio?", select(PORTFOLIO, "Choose one", choices, chosen)),
        field(KIND, "What are its rows?", kinds),
        field(FILE, "The file", file, hint="CSV, up to 10 MB. Its first row names the columns."),
        field(
            ENCODING,
            "Character encoding",
            select(
                ENCODING,
                "Choose one",
                [FIND_OUT, *CHOICES.values()],
                FIND_OUT if encoding is None else _encoding_option(encoding),
            ),
            hint="Change it only if letters come out wrong.",
        ),
        context(words("files/import_form", "how_to_save")),
    ]
    return modal(FILE_FORM, "Import a file", blocks, submit="Read the file")


def reading(file_name: str) -> dict[str, Any]:
    """While the file is fetched."""
    return _waiting("reading", file_name)


def looking(file_name: str) -> dict[str, Any]:
    """While every row is looked at."""
    return _waiting("looking", file_name)


def match_form(
    upload: Upload,
    portfolio: Portfolio,
    preview: Preview,
    before: datetime | None,
    matching: Mapping[str, str],
    unread: str | None = None,
) -> dict[str, Any]:
    """Which column is which field, and what the first rows become; those needed come first.

    `before` is when the same file came in last; `unread` why another encoding could not read it.
    """
    facts = {
        "upload": upload,
        "portfolio": portfolio,
        "rows": preview.rows,
        "columns": preview.columns,
        "read_as": read_as(preview),
        "before": before,
    }
    rows = _first_rows(preview, portfolio, upload)
    blocks = [
        section(words("files/import_form", "match_lead", **facts)),
        *(_column_field(upload, each, matching.get(each.name)) for each in preview.fields),
        divider(),
        section(
            words("files/import_form", "first_rows", missing=_missing(preview, matching), **rows)
        ),
        context(words("files/import_form", "left_out", **_left_out(preview.left_out))),
        _reads_as(preview.encoding),
        *([context(words("files/import_form", "unread", mistake=unread))] if unread else []),
    ]
    return modal(
        MATCH_FORM,
        "Match the columns",
        blocks,
        submit="Check first",
        private_metadata=UploadRef(upload=upload.id).value,
    )


def check_page(
    upload: Upload,
    portfolio: Portfolio,
    outlook: Outlook,
    before: datetime | None,
) -> dict[str, Any]:
    """What bringing it in comes to; where nothing would come in there is no yes to be said."""
    facts = {
        "upload": upload,
        "portfolio": portfolio,
        "outlook": outlook,
        "before": before,
        "reasons": [shorten(reason, REASON_SEEN) for reason in outlook.reasons],
        "themes": _some(outlook.new_themes),
        "people": _some(outlook.unknown_people),
    }
    blocks = [section(words("files/import_form", "check", **facts))]
    if outlook.bad:
        blocks.append(section(words("files/import_form", "bad_rows", **facts)))
    blocks += _new_streams(outlook.new_streams)
    if made := words("files/import_form", "made", **facts):
        blocks.append(section(made))
    blocks.append(context(words("files/import_form", "not_late", **facts)))
    blocks.append(
        actions(BACK, [button("Match the columns again", BACK, UploadRef(upload=upload.id).value)])
    )
    return modal(
        CHECK_PAGE,
        "Check before importing",
        blocks,
        submit=_yes(upload.kind, outlook),
        private_metadata=UploadRef(upload=upload.id).value,
    )


def _new_streams(names: Sequence[str]) -> list[Block]:
    """All value streams that it would make, so many to a block; of a crowd the first."""
    shown = names[: STREAMS_A_BLOCK * MOST_STREAM_BLOCKS]
    parts = [shown[n : n + STREAMS_A_BLOCK] for n in range(0, len(shown), STREAMS_A_BLOCK)]
    return [
        section(
            words(
                "files/import_form",
                "new_streams",
                new=0 if number else len(names),
                names=[shorten(name, 60) for name in part],
                more=len(names) - len(shown) if part is parts[-1] else 0,
            )
        )
        for number, part in enumerate(parts)
    ]


def on_its_way(upload: Upload) -> dict[str, Any]:
    """Said at once after the yes."""
    said = section(words("files/import_form", "on_its_way", upload=upload))
    return modal(DONE_PAGE, "Importing", [said], close="Close")


def stopped(mistake: str) -> dict[str, Any]:
    """Says in place of a page why it ends here, and begins again."""
    begin = actions(AGAIN, [button("Choose a file", AGAIN)])
    said = {"type": "section", "text": plain(mistake)}
    return modal(DONE_PAGE, "Import a file", [said, begin], close="Close")


def column_options(columns: Sequence[str], typed: str, *, needed: bool) -> list[Option]:
    """The columns with what was typed in their names; first the choice of none."""
    wanted = folded(typed)
    found = [
        column_option(place, name) for place, name in enumerate(columns) if wanted in folded(name)
    ]
    none = [] if needed or wanted not in LEAVE_IT_OUT.casefold() else [NO_COLUMN]
    return [*none, *found][:100]


def column_option(place: int, name: str) -> Option:
    """A column as a choice; its value is its place, since names may be long."""
    return option(name, str(place))


def noun(kind: UploadKind, count: int) -> str:
    """ "epic", "epics", "project" or "projects"."""
    return plural(count, kind.value.removesuffix("s"))


def read_as(preview: Preview) -> str:
    """ "Windows Latin, separated by semicolons, decimal comma"."""
    parts = [ENCODINGS[preview.encoding], f"separated by {DELIMITERS[preview.delimiter]}"]
    return ", ".join([*parts, "decimal comma"] if preview.decimal_comma else parts)


NO_COLUMN = option(LEAVE_IT_OUT, LEAVE_OUT)


def _reads_as(encoding: str) -> Block:
    """The encoding it was read by, to be changed; another one reads it again at once."""
    menu = select(
        f"{ENCODING}_again", "Choose one", list(CHOICES.values()), _encoding_option(encoding)
    )
    label = "Letters look wrong? Read them as"
    return {**field(ENCODING, label, menu), "dispatch_action": True}


def _encoding_option(encoding: str) -> Option:
    return CHOICES[ENCODINGS[encoding]]


def _yes(kind: UploadKind, outlook: Outlook) -> str | None:
    """What is agreed to; None where nothing would be done."""
    if kind.is_money and outlook.bad:
        return None
    if outlook.comes_in:
        return f"Import {outlook.comes_in:,} {noun(kind, outlook.comes_in)}"
    if outlook.bad:
        return f"Return {counted(outlook.bad, 'row')}"
    return None


def _waiting(part: str, file_name: str) -> dict[str, Any]:
    said = section(words("files/import_form", part, file_name=file_name))
    return modal(WAITING, "Import a file", [said], close="Close")


def _column_field(upload: Upload, each: FieldName, column: str | None) -> Block:
    element: Element = {
        "type": "external_select",
        "action_id": COLUMN,
        "placeholder": plain("Choose a column" if each.needed else "None"),
        "min_query_length": 0,
    }
    if column in upload.columns:
        element["initial_option"] = column_option(upload.columns.index(column), column)
    block = field(f"{MATCH}{each.name}", _label(each), element, optional=not each.needed)
    return {**block, "dispatch_action": True}


def _label(each: FieldName) -> str:
    return LABELS.get(each.name, each.name.replace("_", " ").capitalize())


def _missing(preview: Preview, matching: Mapping[str, str]) -> list[str]:
    """What is needed and no column is chosen for."""
    return [
        _label(each).lower() for each in preview.fields if each.needed and each.name not in matching
    ]


def _first_rows(preview: Preview, portfolio: Portfolio, upload: Upload) -> dict[str, Any]:
    currency = portfolio.currency
    lines = [
        {
            "line": row.line,
            "becomes": " · ".join(_becomes(row, portfolio, upload.kind)),
            "against": shorten(row.against, REASON_SEEN) if row.against else None,
        }
        for row in preview.first
    ]
    units = {
        shorten(name, 60): format_amount(scale * 10 ** minor_digits(currency), currency)
        for name, scale in preview.units.items()
    }
    return {"lines": lines, "mistake": preview.mistake, "rows": preview.rows, "units": units}


def _becomes(row: FirstRow, portfolio: Portfolio, kind: UploadKind) -> list[str]:
    """The parts of what a row becomes; none where it becomes nothing new."""
    if not row.becomes:
        return []
    held = row.becomes
    if kind.is_money:
        return [shorten(part, 120) for part in _money_becomes(held, portfolio) if part]
    if kind is UploadKind.EPICS:
        phase, state = held["phase"], held["state"]
        label = PHASE_LABELS[phase] if phase else state.label
        parts = [held["key"], held["title"], held["stream"], label]
    else:
        budget = held["budget_minor"]
        amount = None if budget is None else format_amount(budget, portfolio.currency)
        parts = [held["code"], held["name"], ", ".join(held["streams"]), amount]
    return [shorten(part, 120) for part in parts if part]


def _money_becomes(held: Mapping[str, Any], portfolio: Portfolio) -> list[str | None]:
    """When, whose, how much, on which cost centre and by which reference."""
    amount, forecast = (
        None if (minor := held.get(name)) is None else format_amount(minor, portfolio.currency)
        for name in ("amount", "forecast")
    )
    return [
        held.get("period") or held.get("month"),
        held["value_stream"],
        held.get("epic"),
        amount or "not known",
        forecast and f"forecast {forecast}",
        held["cost_centre"] and f"cost centre {held['cost_centre']}",
        held.get("reference"),
    ]


def _left_out(names: Sequence[str]) -> dict[str, Any]:
    more = max(0, len(names) - COLUMNS_SHOWN)
    return {"names": [shorten(name, 60) for name in names[:COLUMNS_SHOWN]], "more": more}


def _some(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    named = ", ".join(shorten(name, 60) for name in names[:NAMES_SHOWN])
    more = len(names) - NAMES_SHOWN
    return f"{named} and {more:,} more" if more > 0 else named
