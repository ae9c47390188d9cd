"""What files of decisions of before come to: the rows to be, and which outcomes agree."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from models.decisions.register.past import (
    ABSTAIN,
    AGAINST,
    FOR,
    NOT_VOTED,
    Agreement,
    agreement,
    tally_of,
    votes_of,
)
from models.epics.listing import is_key, read_key
from models.errors import Mistake
from models.files.matching import GoodRow

LARGEST_COUNT = 1_000_000
"""Of votes for a decision."""

CHOICES: Mapping[str, str] = {
    **dict.fromkeys(("for", "yes", "y", "+1", "1", "accept", "approve", "in favour"), FOR),
    **dict.fromkeys(("in favor", "go", "pro", "no objection"), FOR),
    **dict.fromkeys(("against", "no", "n", "-1", "reject", "no go", "contra"), AGAINST),
    **dict.fromkeys(("object", "objects", "veto"), AGAINST),
    **dict.fromkeys(("abstain", "abstained", "abstention", "0", "+0", "-0"), ABSTAIN),
    **dict.fromkeys(("not voted", "absent", "none", "did not vote", "no vote", ""), NOT_VOTED),
}
"""How people write what someone chose."""


class NotACount(Mistake):
    """Something else where a number of votes was expected."""

    def __init__(self, name: str, figure: Decimal) -> None:
        super().__init__(f"{name}: {figure:f} is not a number of people")


class MoreThanCould(Mistake):
    """More votes than there were people who could vote."""

    def __init__(self, cast: int, eligible: int) -> None:
        super().__init__(f"it has {cast:,} votes, but only {eligible:,} could vote")


class ClosedBefore(Mistake):
    """A decision that closed before it was opened."""

    def __init__(self) -> None:
        super().__init__("it closed before it was opened")


class Untitled(Mistake):
    """A decision that says nothing of what it was about."""

    def __init__(self) -> None:
        super().__init__("title is empty, and there is no item or question to call it by")


class There(Mistake):
    """A decision that stands in the same file twice."""

    def __init__(self, id_: str, line: int) -> None:
        super().__init__(f"{id_[:60]} is in the file twice, first in line {line}")


class NoSuchDecision(Mistake):
    """A vote of a decision that is not in the file."""

    def __init__(self, id_: str) -> None:
        super().__init__(f"there is no decision {id_[:60]} in the file of decisions")


class NoSuchChoice(Mistake):
    """A vote that says none of what a vote can say."""

    def __init__(self, typed: str) -> None:
        super().__init__(f"choice: “{typed[:40]}” is not one of for, against, abstain, not voted")


class KnownEpic(NamedTuple):
    """What an epic is known by."""

    id: int
    key: str
    source: str | None
    source_id: str | None


@dataclass(slots=True)
class DecisionPlan:
    """What an import comes to: the rows to be added, and what became of each outcome."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    known: int = 0
    links: dict[tuple[str, str], int] = field(default_factory=dict)
    """The epics of those that are there already without one, by source and id."""
    agree: list[str] = field(default_factory=list)
    disagree: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """Those whose outcome cannot be computed again, by their ids."""
    unlinked: list[str] = field(default_factory=list)
    """Items that are no epic here."""
    against: dict[str, dict[int, str]] = field(
        default_factory=lambda: {"decisions": {}, "votes": {}}
    )
    """Reasons by part and line."""


def plan_of_decisions(
    decisions: Sequence[GoodRow],
    votes: Sequence[GoodRow] = (),
    known: Mapping[tuple[str, str], int | None] = MappingProxyType({}),
    epics: Iterable[KnownEpic] = (),
) -> DecisionPlan:
    """Work out what the rows come to; `known` are those that are there, each with its epic.

    Where a row has no numbers, the votes of the other file are counted.
    """
    now, names = DecisionPlan(), _EpicNames(epics)
    there = {row.values["id"] for row in decisions}
    chosen = _chosen(votes, there, now)
    lines: dict[tuple[str, str], int] = {}
    for row in decisions:
        name = (row.values["source"] or "", row.values["id"])
        try:
            if name in lines:
                raise There(name[1], lines[name])
            lines[name] = row.line
            planned = _row(row.values, chosen.get(row.values["id"]))
        except Mistake as mistake:
            now.against["decisions"][row.line] = mistake.sentence.removesuffix(".")
            continue
        tally = tally_of(*(planned[each] for each in COUNTED))
        found = agreement(tally, planned["threshold_percent"], planned["outcome"])
        _LISTS[found](now).append(name[1])
        epic_id = names.epic(name[0], planned["item"])
        if planned["item"] and epic_id is None:
            now.unlinked.append(planned["item"])
        if name not in known:
            now.rows.append({**planned, "epic_id": epic_id})
            continue
        now.known += 1
        if epic_id is not None and known[name] is None:
            now.links[name] = epic_id
    return now


COUNTED = ("votes_for", "votes_against", "abstained", "eligible")
_LISTS = {
    Agreement.AGREES: lambda plan: plan.agree,
    Agreement.DISAGREES: lambda plan: plan.disagree,
    Agreement.UNKNOWN: lambda plan: plan.unknown,
}


class _EpicNames:
    """The epics of the portfolio by what a file may call them."""

    def __init__(self, epics: Iterable[KnownEpic]) -> None:
        self.by_source: dict[tuple[str, str], int] = {}
        self.by_id: dict[str, set[int]] = defaultdict(set)
        self.by_key: dict[str, int] = {}
        for epic in epics:
            self.by_key[epic.key] = epic.id
            if epic.source_id:
                self.by_source[epic.source or "", epic.source_id] = epic.id
                self.by_id[epic.source_id].add(epic.id)

    def epic(self, source: str, item: str | None) -> int | None:
        """The epic of the same source and that id there; else the only one of that id; else of
        that key."""
        if item is None:
            return None
        if (source, item) in self.by_source:
            return self.by_source[source, item]
        if len(alike := self.by_id.get(item, set())) == 1:
            return next(iter(alike))
        return self.by_key.get(read_key(item)) if is_key(item) else None


def _chosen(
    votes: Sequence[GoodRow], there: Collection[str], now: DecisionPlan
) -> Mapping[str, dict[str, str]]:
    """Who chose what, by the ids of the decisions."""
    chosen: dict[str, dict[str, str]] = defaultdict(dict)
    for row in votes:
        decision, voter = row.values["decision_id"], row.values["voter"]
        said = row.values["choice"] or ""
        word = " ".join(said.casefold().replace("_", " ").split())
        if decision not in there:
            mistake: Mistake = NoSuchDecision(decision)
        elif word not in CHOICES:
            mistake = NoSuchChoice(said)
        else:
            chosen[decision][voter] = CHOICES[word]
            continue
        now.against["votes"][row.line] = mistake.sentence.removesuffix(".")
    return chosen


def _row(values: Mapping[str, Any], chosen: dict[str, str] | None) -> dict[str, Any]:
    """The columns of a decision. Raises what speaks against it."""
    title = values["title"] or " ".join(
        each for each in (values["item"], values["question"]) if each
    )
    if not title:
        raise Untitled
    opened_at = values["opened_at"] or values["closed_at"]
    if opened_at > values["closed_at"]:
        raise ClosedBefore
    numbers = [_whole(name, values[name]) for name in ("for", "against", "abstain", "eligible")]
    if numbers[:2] == [None, None] and chosen:
        *counted, named = votes_of(chosen)
        numbers = [*counted, named if numbers[3] is None else numbers[3]]
    *counts, eligible = numbers
    cast = sum(each or 0 for each in counts)
    if eligible is not None and cast > eligible:
        raise MoreThanCould(cast, eligible)
    return {
        "source": values["source"] or "",
        "source_id": values["id"],
        "title": title,
        "question": values["question"],
        "item": values["item"],
        "opened_at": opened_at,
        "closed_at": values["closed_at"],
        **dict(zip(COUNTED, numbers, strict=True)),
        "threshold_percent": values["threshold_percent"],
        "outcome": values["outcome"],
        "choices": chosen,
    }


def _whole(name: str, figure: Decimal | None) -> int | None:
    if figure is None:
        return None
    if figure != figure.to_integral_value() or not 0 <= figure <= LARGEST_COUNT:
        raise NotACount(name, figure)
    return int(figure)
