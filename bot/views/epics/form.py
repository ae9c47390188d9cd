"""The form for an epic: three answers to propose one, and all of them to change it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from bot.slack.answers import Answer, sentence
from bot.slack.blocks import Block, actions, button, context, modal, plain, section, shorten
from bot.slack.mrkdwn import words
from bot.slack.values import Value, Whole
from bot.views.epics.buttons import open_button
from bot.views.epics.fields import (
    NUMBERS,
    REASON,
    STREAM,
    TITLE,
    Filled,
    fields_of,
    heard,
    reason_field,
)
from bot.views.epics.restrict_form import circle_field, sees_field
from bot.workflows.epics.finding import Choices
from models.calendar import ANSWER_WORKING_DAYS
from models.epics.epic import Epic
from models.epics.policy import fields_of as asked_on_the_form
from models.epics.policy import spelled
from models.epics.proposal import CALLED, NONE, project_comes_first


class EpicVersion(Value):
    """An epic as a form showed it, and where the form was opened."""

    epic: Whole
    version: Whole
    channel: str | None = None


class ProposalForm(Value):
    """What the form remembers: where it was opened, what it shows, and which ideas were alike."""

    portfolio: Whole
    channel: str | None = None
    numbers: bool = False
    similar: tuple[Whole, ...] = ()
    origin: str | None = None


CALLBACK = "propose_epic"
EDIT_CALLBACK = "edit_epic"
REOPEN = "reopen_proposal"
GROW = "add_numbers"
NOTE = "note"


def epic_form(
    choices: Choices,
    memory: ProposalForm,
    filled: Filled | None = None,
    *,
    similar: Sequence[Epic] = (),
    theme: str | None = None,
    note: str | None = None,
) -> dict[str, Any]:
    """The form to propose; what was typed in it stays where Slack keeps it, by block and action.

    `theme` is what is chosen there now. Where projects pay, the project is asked for first.
    """
    filled = filled or Filled()
    fields = fields_of(choices, filled, theme, is_new=True)
    blocks: list[Block] = []
    if memory.origin:
        blocks.append(context(words("epics/form", "origin", url=memory.origin)))
    blocks.append(fields[TITLE])
    if similar:
        blocks.append(context(words("epics/form", "similar", epics=similar, count=len(similar))))
    blocks += [fields[STREAM], fields["hypothesis"]]
    first = project_comes_first(filled.stream)
    if first:
        blocks.append(fields["project"])
    if memory.numbers:
        blocks += [fields[name] for name in NUMBERS if name in fields]
    if memory.numbers and not first:
        blocks.append(fields["project"])
    blocks += _sentence(note) if memory.numbers else [_grow("Add numbers now")]
    promised = {"stream": filled.stream, "days": ANSWER_WORKING_DAYS}
    blocks.append(context(words("epics/form", "promise", **promised)))
    return modal(
        CALLBACK, "Propose an epic", blocks, submit="Propose", private_metadata=memory.value
    )


def edit_form(
    epic: Epic, choices: Choices, circle: Collection[str], channel_id: str | None
) -> dict[str, Any]:
    """The form to change an epic, with all its answers; what its state still asks comes first."""
    filled = Filled.of(epic)
    theme = NONE if epic.theme_none_because else None
    fields = fields_of(choices, filled, theme, is_new=False)
    if not epic.hypothesis:
        fields["hypothesis"] |= {"optional": True}
    lacks = epic.missing(asked_on_the_form(epic.state.requirements))
    first = [str(each) for each in lacks]
    order = [TITLE, "hypothesis", *NUMBERS]
    order.insert(2 if project_comes_first(epic.value_stream) else len(order), "project")
    order = [*first, *(name for name in order if name not in first)]
    blocks = [context(words("epics/form", "about", epic=epic, first=spelled(lacks)))]
    blocks += [fields[name] for name in order if name in fields]
    blocks.append(heard(sees_field(restricted=epic.restricted)))
    if epic.restricted:
        blocks.append(circle_field(circle))
    memory = EpicVersion(epic=epic.id, version=epic.version, channel=channel_id)
    return modal(
        EDIT_CALLBACK,
        f"Edit {epic.key}",
        [*blocks, *_sentence(None)],
        submit="Save",
        private_metadata=memory.value,
    )


def redrawn(
    view: Mapping[str, Any],
    answers: Mapping[str, str | None],
    circle: Collection[str],
    note: str | None,
) -> dict[str, Any]:
    """The form to change an epic as it is on the screen, with what its choices ask for besides.

    Its fields keep what they showed at first, so that what was changed in them can be told.
    """
    kept = {block["block_id"]: block for block in view["blocks"]}
    for name in (REASON, "circle", NOTE):
        kept.pop(name, None)
    blocks = list(kept.values())
    if answers.get("theme") == NONE:
        held = next((b for b in view["blocks"] if b["block_id"] == REASON), None)
        _put_after(blocks, "theme", held or reason_field())
    if answers.get("sees") == "circle":
        held = next((b for b in view["blocks"] if b["block_id"] == "circle"), None)
        _put_after(blocks, "sees", held or circle_field(circle))
    if note:
        blocks.append(_note(note))
    return modal(
        view["callback_id"],
        view["title"]["text"],
        blocks,
        submit=view["submit"]["text"],
        private_metadata=view["private_metadata"],
    )


def reopen(typed: str) -> Answer:
    """Shown when Slack would not open the form in time; the button carries what was typed."""
    said = "Slack did not open the form in time. Nothing is lost: open it with this button."
    again = button("Open the form", REOPEN, shorten(typed, 1_900) or "-", primary=True)
    return Answer([section(said, again)])


def use_again() -> Answer:
    """Shown when the form of a message did not open in time: the message is still there."""
    return sentence("Slack did not open the form in time. Choose it from the message again.")


def stored(epic: Epic, place: int, count: int, answer_on: date | None) -> Answer:
    """For the person who proposed it."""
    said = words("epics/form", "stored", epic=epic, place=place, count=count, answer_on=answer_on)
    return Answer([section(said, open_button(epic))])


def saved(epic: Epic, columns: Iterable[str]) -> Answer:
    """For the person who changed it, with the answers that are others now."""
    changed = [CALLED[column] for column in columns if column in CALLED]
    said = words("epics/form", "saved", epic=epic, changed=list(dict.fromkeys(changed)))
    return Answer([section(said, open_button(epic))])


def _grow(text: str) -> Block:
    return actions("numbers", [button(text, GROW)])


def _sentence(note: str | None) -> list[Block]:
    return [_grow("Read it as a sentence"), *([_note(note)] if note else [])]


def _note(note: str) -> Block:
    return {"type": "context", "block_id": NOTE, "elements": [plain(note)]}


def _put_after(blocks: list[Block], block_id: str, block: Block) -> None:
    place = next(n for n, each in enumerate(blocks) if each["block_id"] == block_id)
    blocks.insert(place + 1, block)
