"""Who changed what: a line for each change, the newest first."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from bot.slack.answers import Answer
from bot.slack.blocks import Block, actions, button, context, section
from bot.slack.mrkdwn import escape, moment, person, words
from bot.slack.values import Value, Whole
from bot.views.audit.spelling import name_of, spelled
from bot.workflows.audit.labels import column_of, label_of, noun_of, place_of
from bot.workflows.audit.log import Change, Event, LogPage
from models.base import UtcDateTime


class AuditRef(Value):
    """A page of the audit log: of an epic, or of all with a person or a word; `before` a number."""

    epic: Whole | None = None
    person: str | None = Field(default=None, max_length=32)
    word: str | None = Field(default=None, max_length=80)
    before: Whole | None = None


TURN = "audit_page"
LINE_LIMIT = 1_400


def audit_log(page: LogPage) -> Answer:
    """A page of the log, for one person."""
    facts = {"epic": page.epic, "query": page.query, "first": page.query.before is None}
    if not page.changes:
        said = words("audit/log", "nothing", **facts)
        return Answer([section(said), *_turns(page)])
    lead = words("audit/log", "lead", **facts)
    lines = [line(page, change) for change in page.changes]
    blocks: list[Block] = [context(lead), *(section(each) for each in lines), *_turns(page)]
    return Answer(blocks)


def line(page: LogPage, change: Change) -> str:
    """One change: who, when, of what, and each value before and after."""
    said = [_who(change), moment(change.at, page.time_zone)]
    if change.epic_id is not None and page.epic is None:
        said.append(f"*{name_of(page, 'epics', change.epic_id)}*")
    parts = [part for event in change.events for part in _parts(page, event)]
    return " · ".join([*said, *_until(LINE_LIMIT, list(dict.fromkeys(parts)) or ["changed"])])


def _until(limit: int, texts: Sequence[str]) -> list[str]:
    """As many as fit, the first in any case, and a sign where there are more."""
    found: list[str] = []
    for text in texts:
        limit -= len(text) + 3
        if found and limit < 0:
            return [*found, "…"]
        found.append(text)
    return found


def _who(change: Change) -> str:
    if change.actor is not None:
        return person(change.actor)
    typed = change.source.startswith("tack ")
    return f"command line ({escape(change.source)})" if typed else "Tack"


def _parts(page: LogPage, event: Event) -> list[str]:
    """What became of one row: which it is, unless the line says it, and its values."""
    noun, is_epic = noun_of(event.noun), event.noun == "epics"
    label = "" if is_epic else noun.label
    name = name_of(page, *event.subject) if label else ""
    verb = {"created": noun.added, "removed": "removed", "undone": "undone"}.get(event.verb, "")
    which = " ".join(filter(None, [label, name and f"*{name}*", verb]))
    values = [
        f"{escape(label_of(event.noun, column))}: {_sides(page, event, column, sides)}"
        for column, sides in _columns(event, is_named=page.epic is None if is_epic else bool(name))
    ]
    return [which, *values] if which else values


def _columns(event: Event, *, is_named: bool) -> list[tuple[str, list[Any]]]:
    """Each column that is said, with what it held and holds, or one of both."""
    before, after = dict(event.before), dict(event.after)
    for column in event.after:
        if column.startswith("from_"):
            before[column.replace("from_", "to_", 1)] = after.pop(column)
    if event.noun == "transitions" and before == {"to_state_id": after["to_state_id"]}:
        del before["to_state_id"], after["to_state_id"]  # the epic's column says it
    own = noun_of(event.noun).name if is_named and event.verb != "changed" else ()
    return [
        (column, [each[column] for each in (before, after) if column in each])
        for column in sorted({**before, **after}, key=lambda each: place_of(event.noun, each))
        if label_of(event.noun, column)
        and column not in own
        and (event.verb == "changed" or _is_worth_saying(event, column))
    ]


def _is_worth_saying(event: Event, column: str) -> bool:
    """Not what is empty or no in a row that was added or removed, nor a count of none."""
    value = event.after.get(column, event.before.get(column))
    if value is False:
        return not noun_of(event.noun).added
    if value == 0 and column_of(event.noun, column) is None:
        return False
    return value not in ("", [], {}, None)


def _sides(page: LogPage, event: Event, column: str, sides: list[Any]) -> str:
    """Before and after; a moment that came says by itself that there was none."""
    found = column_of(event.noun, column)
    if sides[0] is None and found is not None and isinstance(found.type, UtcDateTime):
        sides = sides[1:]
    said = [spelled(page, event, column, value) for value in sides]
    return " → ".join(dict.fromkeys(said))


def _turns(page: LogPage) -> list[Block]:
    query = page.query
    ref = AuditRef(epic=query.epic_id, person=query.person, word=query.word)
    turns = []
    if query.before is not None:
        turns.append(button("Newest", f"{TURN}_newest", ref.value))
    if page.older is not None:
        older = ref.model_copy(update={"before": page.older})
        turns.append(button("Older", f"{TURN}_older", older.value))
    return [actions("turn", turns)] if turns else []
