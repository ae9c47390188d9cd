"""Histories of epics as a source tells them: read from three files, and checked.

What real histories do is taken as it is: skipped states, moves back, leaving done or stopped,
starting in the middle. Nothing is invented.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from models.errors import Mistake
from models.files.table import BadRows, of_file, read_table
from models.flow.flow import History, Move
from models.portfolio.preset import USUAL_BOARD

COLUMNS_TOLD = 12
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
            row["title"],
            row["value_stream"],
            ordered,
            entered_at,
            history.committed_at(),
            history.done_at(),
            _oddities(ordered),
        )


def read_items(
    items: Path, transitions: Path, mapping: Path, tick: Callable[[int], None] = lambda rows: None
) -> list[Item]:
    """Read and check all three files; `tick` hears of every row.

    Raises BadRows, FileMistake and Mistake.
    """
    state_of = _states(mapping)
    moves: dict[str, list[Move]] = defaultdict(list)
    lines: dict[str, int] = {}
    for line, row in _rows(transitions, ("id", "to_status", "at")):
        tick(1)
        if row["to_status"] not in state_of:
            raise _bad(transitions, line, f'status "{row["to_status"]}" is not in {mapping.name}')
        at = _moment(transitions, line, row["at"])
        moves[row["id"]].append(Move(state_of[row["to_status"]], at))
        lines.setdefault(row["id"], line)
    found: dict[str, Item] = {}
    for line, row in _rows(items, ("source", "id", "title", "value_stream")):
        tick(1)
        if row["id"] in found:
            raise _bad(items, line, f"{row['id']} is in the file twice")
        if not moves[row["id"]]:
            raise _bad(items, line, f"{row['id']} has no row in {transitions.name}")
        found[row["id"]] = Item.of(row, moves[row["id"]])
    for id_, line in lines.items():
        if id_ not in found:
            raise _bad(transitions, line, f"{id_} is not in {items.name}")
    return list(found.values())


def _states(mapping: Path) -> Mapping[str, str]:
    try:
        statuses = json.loads(mapping.read_text(encoding="utf-8-sig"))["status_to_state"]
        state_of = {status: entry["state"] for status, entry in statuses.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Mistake(
            f"{mapping.name} should say status_to_state: which state each status means."
        ) from error
    for status, state in state_of.items():
        if state not in ORDER:
            raise Mistake(
                f'{mapping.name} maps "{status}" to "{state}"; known: {", ".join(ORDER)}.'
            )
    return state_of


def _rows(file: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    table = of_file(file.name, lambda: read_table(file.read_bytes(), None, MOST_MOVES))
    places = {name.casefold(): place for place, name in enumerate(table.columns)}
    if missing := next((name for name in needed if name not in places), None):
        there = ", ".join(table.columns[:COLUMNS_TOLD])
        raise _bad(file, 1, f"the column {missing} is missing; there are: {there}")
    for row in table.rows:
        told = {name: row.cells[places[name]] for name in needed}
        if empty := next((name for name in needed if not told[name]), None):
            raise _bad(file, row.line, f"{empty} is empty")
        yield row.line, told


def _bad(file: Path, line: int, reason: str) -> BadRows:
    return BadRows([(file.name, line, reason)])


def _moment(file: Path, line: int, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _bad(file, line, f'"{text}" is not a moment like 2026-05-18T09:00:00Z') from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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
