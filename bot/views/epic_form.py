"""The form to propose an epic: three answers, and the numbers when someone has them already."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.views.answers import Answer
from bot.views.blocks import (
    OPTION_LIMIT,
    Block,
    Element,
    actions,
    button,
    context,
    field,
    modal,
    option,
    plain,
    section,
    select,
    shorten,
    text_input,
)
from bot.views.epic_card import open_button
from bot.views.mrkdwn import words
from bot.views.values import ProposalForm
from models.calendar import ANSWER_WORKING_DAYS
from models.epic import Epic
from models.portfolio import Portfolio, ValueStream
from models.proposal import MAX_LENGTHS

CALLBACK = "propose_epic"
REOPEN = "reopen_proposal"
NUMBERS = "add_numbers"
TITLE = "title"
STREAM = "value_stream"
MENU_LIMIT = 100

HORIZONS = (
    ("1", "1 · improve what earns today"),
    ("2", "2 · grow what will earn next"),
    ("3", "3 · explore what may earn one day"),
)


def epic_form(
    portfolio: Portfolio,
    memory: ProposalForm,
    *,
    title: str = "",
    stream: ValueStream | None = None,
    similar: Sequence[Epic] = (),
    note: str | None = None,
) -> dict[str, Any]:
    """The form; what was typed in it stays where Slack keeps it, by block and action."""
    blocks: list[Block] = [
        field(
            TITLE,
            "What should change?",
            text_input(TITLE, max_length=3_000, initial=title, heard_while_typing=True),
            hint=f"Something a customer or colleague would notice. "
            f"Up to {MAX_LENGTHS['title']} characters.",
        )
    ]
    if similar:
        blocks.append(context(words("epic_form", "similar", epics=similar, count=len(similar))))
    blocks += [
        field(STREAM, "Value stream", _streams(portfolio, stream)),
        field(
            "hypothesis",
            "What do you believe, in a sentence?",
            text_input("hypothesis", max_length=3_000, multiline=True),
            hint="A guess is fine. Numbers are asked when the idea is reviewed.",
        ),
        field(
            "project",
            "Is it linked to a project that already runs?",
            text_input("project", max_length=MAX_LENGTHS["project"]),
            hint="Optional. The project keeps its plan and budget; the epic only points to it.",
            optional=True,
        ),
    ]
    if memory.numbers:
        blocks += _numbers(portfolio)
        if note:
            blocks.append({"type": "context", "elements": [plain(note)]})
    else:
        blocks.append(actions("numbers", [button("Add numbers now", NUMBERS)]))
    owner = stream.owner_user_id if stream else None
    blocks.append(context(words("epic_form", "promise", owner=owner, days=ANSWER_WORKING_DAYS)))
    return modal(
        CALLBACK, "Propose an epic", blocks, submit="Propose", private_metadata=memory.value
    )


def stream_option(stream: ValueStream) -> dict[str, Any]:
    """A value stream as a choice."""
    prefix = f" ({stream.key_prefix})"
    return option(shorten(stream.name, OPTION_LIMIT - len(prefix)) + prefix, str(stream.id))


def reopen(typed: str) -> Answer:
    """Told when Slack would not open the form in time; the button carries what was typed."""
    said = "Slack did not open the form in time. Nothing is lost: open it with this button."
    again = button("Open the form", REOPEN, shorten(typed, 1_900) or "-", primary=True)
    return Answer(said, [section(said, again)])


def stored(epic: Epic, place: int, count: int, answer_on: date | None) -> Answer:
    """Told to who proposed it."""
    said = words("epic_form", "stored", epic=epic, place=place, count=count, answer_on=answer_on)
    return Answer(said, [section(said, open_button(epic))])


def _streams(portfolio: Portfolio, chosen: ValueStream | None) -> Element:
    """A menu, or beyond a hundred streams a menu that searches."""
    if len(portfolio.value_streams) <= MENU_LIMIT:
        options = [stream_option(stream) for stream in portfolio.value_streams]
        return select(STREAM, "Choose one", options, stream_option(chosen) if chosen else None)
    element: Element = {
        "type": "external_select",
        "action_id": STREAM,
        "placeholder": plain("Type a few letters"),
        "min_query_length": 0,
    }
    if chosen is not None:
        element["initial_option"] = stream_option(chosen)
    return element


def _numbers(portfolio: Portfolio) -> list[Block]:
    currency = portfolio.currency
    return [
        _line("for_whom", "For whom?"),
        _line("indicator", "Which figure will move?", "Checkout completion, % of started ones"),
        _line("baseline", "Where is it now?"),
        _line("target", "Where should it be?"),
        field(
            "target_on",
            "By when?",
            {"type": "datepicker", "action_id": "target_on"},
            optional=True,
        ),
        _line("kill_threshold", "We stop if …", "below 63 % after 6 weeks of the MVP"),
        _line("mvp_cost", f"Cost of the MVP, {currency}", "60k, 60,000 or 60.000"),
        _line("full_cost", f"Full cost with the MVP, {currency}"),
        field(
            "horizon",
            "Horizon",
            select("horizon", "1, 2 or 3", [option(text, value) for value, text in HORIZONS]),
            optional=True,
        ),
        _line("theme", "Theme"),
        actions("numbers", [button("Read it as a sentence", NUMBERS)]),
    ]


def _line(name: str, label: str, placeholder: str | None = None) -> Block:
    element = text_input(name, max_length=MAX_LENGTHS[name], placeholder=placeholder)
    return field(name, label, element, optional=True)
