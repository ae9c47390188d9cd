"""What files of projects come to in a portfolio: the rows to be, and what speaks against one."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from models.errors import Mistake
from models.fields import folded
from models.files.matching import GoodRow
from models.files.names import NOBODY, NoSuchProject, People, StreamNames
from models.portfolio.portfolio import Portfolio
from models.projects.shares import WHOLE, Share

PARTS = ("programs", "projects", "milestones", "snapshots")
"""The files an import of projects can have, and what they are called everywhere."""

STAGES = ("programs", "projects", "shares", "milestones", "snapshots")
"""What is stored of them, in this order."""


class CodeTaken(Mistake):
    """A project of a source under the code of another one."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(f"{code[:60]} is already the code of another project, “{name[:60]}”")


@dataclass(frozen=True, slots=True)
class Rows:
    """The good rows of each file."""

    projects: Sequence[GoodRow]
    programs: Sequence[GoodRow] = ()
    milestones: Sequence[GoodRow] = ()
    snapshots: Sequence[GoodRow] = ()

    def of(self, part: str) -> Sequence[GoodRow]:
        rows: Sequence[GoodRow] = getattr(self, part)
        return rows


@dataclass(slots=True)
class ProjectPlan:
    """What an import comes to: the rows to be staged, and what speaks against which line."""

    rows: dict[str, list[dict[str, Any]]]
    """By stage."""
    new_streams: list[str] = field(default_factory=list)
    known: Counter[str] = field(default_factory=Counter)
    against: dict[str, dict[int, str]] = field(default_factory=dict)
    """Reasons by part and line."""
    named_owners: set[str] = field(default_factory=set)
    """Owners who are no members here: their names are kept."""


class KnownProject(NamedTuple):
    """What a project is known by, and its name."""

    code: str
    source: str | None
    source_id: str | None
    name: str


@dataclass(frozen=True, slots=True)
class KnownProjects:
    """What is there already: programs by their codes, and projects."""

    programs: Collection[str] = ()
    projects: Collection[KnownProject] = ()


def plan_of_projects(
    portfolio: Portfolio | None,
    known: KnownProjects,
    rows: Rows,
    *,
    may_found: bool = True,
    people: Mapping[str, str] = NOBODY,
) -> ProjectPlan:
    """Work out what the rows come to in the portfolio, None where it is yet to be made.

    Value streams that are not there are made, or else speak against their row. `people` are ids
    of members by their names in lower case.
    """
    return _Planning(portfolio, known, may_found, people).plan(rows)


class _Planning:
    """The names that are known while a plan is made."""

    def __init__(
        self,
        portfolio: Portfolio | None,
        known: KnownProjects,
        may_found: bool,
        people: Mapping[str, str],
    ) -> None:
        self.streams, self.people = StreamNames(portfolio, may_found), People(people)
        self.programs = {folded(code) for code in known.programs}
        self.codes = {folded(each.code): each for each in known.projects}
        self.by_id = {
            (each.source, each.source_id): each.code
            for each in known.projects
            if each.source is not None and each.source_id is not None
        }
        self.now = ProjectPlan(
            {stage: [] for stage in STAGES}, against={part: {} for part in PARTS}
        )

    def plan(self, rows: Rows) -> ProjectPlan:
        newest = _newest_streams(rows.snapshots)
        for row in rows.programs:
            self._program(row.values["code"], row.values["name"], row.values["owner"])
        for row in rows.projects:
            with self._refusing("projects", row):
                self._project(row.values, newest)
        places: Counter[str] = Counter()
        for row in rows.milestones:
            with self._refusing("milestones", row):
                self._milestone(row.values, places)
        for row in rows.snapshots:
            with self._refusing("snapshots", row):
                self._snapshot(row.values)
        self.now.new_streams, self.now.named_owners = self.streams.new, self.people.unknown
        return self.now

    @contextmanager
    def _refusing(self, part: str, row: GoodRow) -> Iterator[None]:
        try:
            yield
        except Mistake as mistake:
            self.now.against[part][row.line] = mistake.sentence.removesuffix(".")

    def _program(self, code: str, name: str | None = None, owner: str | None = None) -> None:
        if folded(code) in self.programs:
            return
        self.programs.add(folded(code))
        row = {"code": code, "name": name or code, **self._owner(owner)}
        self.now.rows["programs"].append(row)

    def _project(self, values: Mapping[str, Any], newest: Mapping[tuple[str, str], str]) -> None:
        code, source, id_ = values["code"], values["source"], values["source_id"]
        if source is None or id_ is None:
            source, id_ = None, None
        if self._is_known(code, source, id_):
            self.now.known["projects"] += 1
            return
        shares = values["value_stream"] or _only(newest, source, code, id_)
        percents: dict[str, Decimal] = defaultdict(Decimal)
        for share in shares:
            percents[self.streams.today(share.stream)] += share.percent
        if values["program"]:
            self._program(values["program"])
        self.codes[folded(code)] = KnownProject(code, source, id_, values["name"] or code)
        if source is not None:
            self.by_id[source, id_] = code
        self.now.rows["projects"].append(
            {
                "code": code,
                "name": values["name"] or code,
                "program_code": values["program"],
                "category": values["category"],
                **self._owner(values["owner"]),
                "budget_minor": values["budget"],
                "cost_centre": values["cost_centre"],
                "starts_on": values["starts"],
                "ends_on": values["ends"],
                "source": source,
                "source_id": id_,
                "created_at": values["created_at"],
                "closed_at": values["closed_at"],
            }
        )
        self.now.rows["shares"] += [
            {"project_code": code, "stream_name": stream, "percent": percent}
            for stream, percent in percents.items()
        ]

    def _milestone(self, values: Mapping[str, Any], places: Counter[str]) -> None:
        project = self._code_of(values)
        places[project] += 1
        self.now.rows["milestones"].append(
            {
                "project_code": project,
                "code": values["code"],
                "name": values["name"] or values["code"],
                "kind": values["kind"] or "milestone",
                "position": places[project],
                "baseline_on": values["baseline"],
                "forecast_on": values["forecast"],
                "actual_on": values["actual"],
                "outcome": values["outcome"],
            }
        )

    def _snapshot(self, values: Mapping[str, Any]) -> None:
        stream = values["value_stream"]
        self.now.rows["snapshots"].append(
            {
                "project_code": self._code_of(values),
                "stream_name": self.streams.named(stream) if stream else None,
                "period": values["period"] or values["as_of"].isoformat(),
                "as_of": values["as_of"],
                "confidence": values["confidence"],
                "starts_on": values["starts"],
                "ends_on": values["ends"],
                "budget_minor": values["budget"],
                "forecast_minor": values["forecast"],
                "whole_life_cost_minor": values["whole_life_cost"],
            }
        )

    def _is_known(self, code: str, source: str | None, id_: str | None) -> bool:
        """Whether the project is there. Raises CodeTaken where its code is another one's."""
        if source is not None and (source, id_ or "") in self.by_id:
            return True
        if folded(code) not in self.codes:
            return False
        other = self.codes[folded(code)]
        if source is not None and other.source is not None:
            raise CodeTaken(code, other.name)
        return True

    def _code_of(self, values: Mapping[str, Any]) -> str:
        named, source = values["project"], values["source"]
        found = self.by_id.get((source, named)) if source else None
        if found is None and folded(named) in self.codes:
            found = self.codes[folded(named)].code
        if found is None:
            raise NoSuchProject(named)
        return found

    def _owner(self, named: str | None) -> dict[str, str | None]:
        """A member's id, else the name as the source has it."""
        user_id = self.people.member(named)
        return {"owner_user_id": user_id, "owner_name": None if user_id else named}


def _newest_streams(snapshots: Sequence[GoodRow]) -> Mapping[tuple[str, str], str]:
    """The value stream that each project was reported under last, by source and project."""
    ordered = sorted(snapshots, key=lambda row: row.values["as_of"])
    return {
        (row.values["source"] or "", row.values["project"]): row.values["value_stream"]
        for row in ordered
        if row.values["value_stream"]
    }


def _only(
    newest: Mapping[tuple[str, str], str], source: str | None, code: str, id_: str | None
) -> Sequence[Share]:
    """All of it to the value stream it was reported under last, where it was under any."""
    stream = newest.get((source or "", id_ or code)) or newest.get(("", code))
    return [Share(stream, WHOLE)] if stream else []
