"""Histories of epics as a source tells them: read from three files, and checked.

What real histories do is taken as it is: skipped states, moves back, leaving done or stopped,
starting in the middle. Nothing is invented.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

from models.errors import Mistake
from models.fields import folded, tidy
from models.files.days import ANY_DAY, InTheFuture, Today
from models.files.table import (
    BROKEN,
    ENCODINGS,
    TWO_BYTES,
    BadRows,
    NotATable,
    Table,
    of_file,
    read_table,
    read_text,
)
from models.flow.flow import History, Move
from models.portfolio.portfolio import FIRST_STATE
from models.portfolio.preset import USUAL_BOARD

ITEM_COLUMNS = ("source", "id", "title", "value_stream")
COLUMNS_NAMED = 12
MOST_MOVES = 1_000_000
"""So many rows of a history are taken at once: 100,000 epics with ten moves each."""

ORDER = {state.name: position for position, state in enumerate(USUAL_BOARD.states)}


@dataclass(frozen=True, slots=True)
class Item:
    """An epic as its source tells it, and what follows from its moves.

    That is worked out when it is read, so that the writing, which on SQLite holds everyone else up,
    has as little to do as can be.
    """

    source: str
    id: str
    title: str
    value_stream: str
    moves: Sequence[Move]
    entered_at: datetime
    committed_at: datetime | None
    done_at: datetime | None
    oddities: Counter[str]

    @classmethod
    def of(cls, row: Mapping[str, str], moves: Sequence[Move]) -> "Item":
        """The item of a row and its moves, which may be in any order."""
        ordered = sorted(moves, key=lambda move: move.at)
        history = History(row["value_stream"], ordered)
        entered_at = ordered[-1].at
        for move in reversed(ordered):
            if move.to_state != ordered[-1].to_state:
                break
            entered_at = move.at
        return cls(
            row["source"],
            row["id"],
            tidy(row["title"]),
            tidy(row["value_stream"]),
            ordered,
            entered_at,
            history.committed_at(),
            history.done_at(),
            _oddities(ordered),
        )


def read_items(
    items: Path,
    transitions: Path,
    mapping: Path,
    tick: Callable[[int], None] = lambda rows: None,
    today: Today = ANY_DAY,
    encoding: str | None = None,
    read_as: Callable[[str, str], None] = lambda name, encoding: None,
) -> list[Item]:
    """Read and check all three files; `tick` hears of every row, `read_as` of every file.

    One without a transition stands where it does since it was made. Raises BadRows, FileMistake
    and Mistake.
    """
    state_of = _states(mapping, encoding, read_as)
    compared = cache(folded)
    moves: dict[str, list[Move]] = defaultdict(list)
    lines: dict[str, int] = {}
    cells = _table(transitions, encoding, read_as)
    for line, row in _rows(transitions, cells, ("id", "to_status", "at")):
        tick(1)
        status = row["to_status"]
        if compared(status) not in state_of:
            raise _bad(transitions, line, f'status "{status}" is not in {mapping.name}')
        at = _moment(transitions, line, row["at"], today)
        moves[row["id"]].append(Move(state_of[compared(status)], at))
        lines.setdefault(row["id"], line)
    found: dict[str, Item] = {}
    is_backward = _steps_back(moves.values()) > 0
    cells = _table(items, encoding, read_as)
    for line, row in _rows(items, cells, ITEM_COLUMNS, ("created_at", "current_status")):
        tick(1)
        if row["id"] in found:
            raise _bad(items, line, f"{row['id']} is in the file twice")
        own = moves[row["id"]]
        back = _steps_back([own])
        if back > 0 or (back == 0 and is_backward):
            own.reverse()
        if not own:
            if not row["created_at"]:
                reason = f"{row['id']} has no row in {transitions.name}, and no created_at"
                raise _bad(items, line, reason)
            own.append(_made(items, line, row, state_of, today))
        found[row["id"]] = Item.of(row, own)
    for id_, line in lines.items():
        if id_ not in found:
            raise _bad(transitions, line, f"{id_} is not in {items.name}")
    return list(found.values())


def _states(
    mapping: Path, encoding: str | None, read_as: Callable[[str, str], None]
) -> Mapping[str, str]:
    """The state each status means, by the status as it is compared.

    JSON is mostly UTF-8, whatever encoding the tables have; else it has theirs.
    """
    content = mapping.read_bytes()
    try:
        text, found = read_text(content)
        if encoding and found not in ("utf-8", *TWO_BYTES):
            text, found = read_text(content, encoding)
        read_as(mapping.name, ENCODINGS[found])
        statuses = json.loads(text)["status_to_state"]
        state_of = {folded(status): entry["state"] for status, entry in statuses.items()}
    except (NotATable, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Mistake(
            f"{mapping.name} should say status_to_state: which state each status means."
        ) from error
    for status, state in state_of.items():
        if state not in ORDER:
            raise Mistake(
                f'{mapping.name} maps "{status}" to "{state}"; known: {", ".join(ORDER)}.'
            )
    return state_of


def _steps_back(ways: Iterable[Sequence[Move]]) -> int:
    """How many more steps of the ways go back in time than forth: above 0, the file runs back."""
    steps = (pair for moves in ways for pair in pairwise(moves))
    return sum((after.at < before.at) - (after.at > before.at) for before, after in steps)


def _made(
    file: Path, line: int, row: Mapping[str, str], state_of: Mapping[str, str], today: Today
) -> Move:
    """The only entry of an item that never moved: into the state it is in, else the first."""
    status = row["current_status"]
    if status and folded(status) not in state_of:
        raise _bad(file, line, f'status "{status}" is not in the mapping')
    state = state_of[folded(status)] if status else FIRST_STATE
    return Move(state, _moment(file, line, row["created_at"], today))


def _table(file: Path, encoding: str | None, read_as: Callable[[str, str], None]) -> Table:
    table = of_file(file.name, lambda: read_table(file.read_bytes(), None, MOST_MOVES, encoding))
    read_as(file.name, table.encoding_said)
    return table


def _rows(
    file: Path, table: Table, needed: Sequence[str], also: Sequence[str] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    places = {folded(name): place for place, name in enumerate(table.columns)}
    if missing := next((name for name in needed if name not in places), None):
        there = ", ".join(table.columns[:COLUMNS_NAMED])
        raise _bad(file, 1, f"the column {missing} is missing; there are: {there}")
    for row in table.rows:
        if row.is_broken:
            raise _bad(file, row.line, BROKEN)
        cells = {name: row.cells[places[name]] for name in needed}
        if empty := next((name for name in needed if not cells[name]), None):
            raise _bad(file, row.line, f"{empty} is empty")
        more = {name: row.cells[places[name]] if name in places else "" for name in also}
        yield row.line, {**cells, **more}


def _bad(file: Path, line: int, reason: str) -> BadRows:
    return BadRows([(file.name, line, reason)])


def _moment(file: Path, line: int, text: str, today: Today) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _bad(file, line, f'"{text}" is not a moment like 2026-05-18T09:00:00Z') from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        today.check(moment, text)
    except InTheFuture as mistake:
        raise _bad(file, line, mistake.sentence) from mistake
    return moment


def _oddities(moves: Sequence[Move]) -> Counter[str]:
    odd: Counter[str] = Counter()
    odd["started in the middle"] += moves[0].to_state != "funnel"
    for left, entered in pairwise(moves):
        step = ORDER[entered.to_state] - ORDER[left.to_state]
        odd["left done"] += left.to_state == "done" and step != 0
        odd["left stopped"] += left.to_state == "stopped" and step != 0
        odd["moved back"] += step < 0 and left.to_state not in ("done", "stopped")
        odd["skipped a state"] += step > 1 and entered.to_state != "stopped"
    return +odd
