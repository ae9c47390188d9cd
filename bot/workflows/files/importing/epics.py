"""Bringing epics in from a table: each begins in its state, and none comes in twice.

Epics with a history of moves come in by `importing`; here each has one entry, into its state.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, exists, insert, literal, select
from sqlalchemy.orm import Session

from bot.workflows.files.importing import staging_epics as staging
from bot.workflows.files.importing.creating import found_streams
from models.audit.trail import note
from models.database import Database
from models.epics.epic import Epic, EpicType, Transition
from models.errors import Mistake
from models.files.matching import GoodRow
from models.files.names import NOBODY, NoSuchProject, People, StreamNames
from models.portfolio.portfolio import (
    FIRST_STATE,
    PHASE_LABELS,
    Phase,
    Portfolio,
    State,
    StateKind,
    ValueStream,
)
from models.projects.project import Project
from models.themes.theme import Theme

KEY = re.compile(r"([A-Z][A-Z0-9]{1,9})-([1-9]\d{0,8})")
TRANSITIONS = Transition.metadata.tables[Transition.__tablename__]
PLAIN = (
    "title",
    "hypothesis",
    "for_whom",
    "indicator",
    "baseline",
    "target",
    "target_on",
    "kill_threshold",
    "theme_none_because",
)
"""Fields that are stored as they are, under their own names."""


class NotAKey(Mistake):
    """A key unlike any that Tack gives."""

    def __init__(self, key: str) -> None:
        super().__init__(f"“{key[:24]}” is not a key like PAY-12; leave it out and one is given")


class NoSuchState(Mistake):
    """A state the portfolio does not have."""

    def __init__(self, named: str, portfolio: Portfolio) -> None:
        names = ", ".join(state.label for state in portfolio.states)
        super().__init__(f"there is no state “{named[:40]}”; the states are {names}")


@dataclass(slots=True)
class EpicPlan:
    """What an import comes to: the epics to be, and what speaks against which line."""

    epics: list[dict[str, Any]] = field(default_factory=list)
    """The columns of each; `stream` and `theme` by their names."""
    new_streams: list[str] = field(default_factory=list)
    new_themes: list[str] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)
    """How the keys of a new value stream begin, where its epics have some."""
    known: int = 0
    against: dict[int, str] = field(default_factory=dict)
    """Reasons by line."""
    named_owners: set[str] = field(default_factory=set)
    """People who are no members here: their epics have no owner yet."""


@dataclass(frozen=True, slots=True)
class EpicReport:
    """How many came in, and how many were known before."""

    added: int
    known: int
    new_streams: Sequence[str]
    new_themes: Sequence[str]
    named_owners: Sequence[str]


def plan_epics(
    session: Session,
    portfolio: Portfolio,
    rows: Sequence[GoodRow],
    *,
    may_found: bool = True,
    people: Mapping[str, str] = NOBODY,
) -> EpicPlan:
    """Work out what the rows come to in the portfolio.

    Value streams that are not there are founded, or else speak against their row; themes are
    founded. `people` are ids of members by their names in lower case.
    """
    planning = _Planning(session, portfolio, may_found, people)
    for row in rows:
        try:
            planning.take(row.values)
        except Mistake as mistake:
            planning.now.against[row.line] = mistake.sentence.removesuffix(".")
    return planning.done()


@contextmanager
def staged_epics(database: Database, plan: EpicPlan, at: datetime) -> Iterator[Connection]:
    """A connection that holds the plan's epics, to write them by with `load_epics`.

    They begin at the moment the row says, else then.
    """
    rows = [_row(planned, at) for planned in plan.epics]
    with database.staging() as connection, staging.staged(connection, rows):
        yield connection


def load_epics(
    session: Session,
    portfolio: Portfolio,
    plan: EpicPlan,
    at: datetime,
    about: Mapping[str, Any] = MappingProxyType({}),
) -> EpicReport:
    """Add the epics that are not there yet, each with one entry into its state.

    The session is of the connection that holds the plan staged. The audit log tells of it as one
    event, with `about`, such as the hash of the file.
    """
    _lock(session, portfolio)
    streams = found_streams(session, portfolio, _streams_of(plan), at, plan.prefixes)
    _found_themes(session, portfolio, plan, at)
    numbers = _numbers(plan)
    for stream in streams.values():
        stream.next_number = max(stream.next_number, numbers.get(stream.key_prefix, 0) + 1)
    staging.name_successors(session, streams)
    added = staging.take_over(session, portfolio, streams)
    if added:
        portfolio.imported_at = at
    _enter(session, portfolio)
    told = {"epics": added, **about}
    here = portfolio.workspace_id
    note(session, here, "imports", portfolio.id, told, portfolio_id=portfolio.id)
    known = plan.known + len(plan.epics) - added
    return EpicReport(added, known, plan.new_streams, plan.new_themes, sorted(plan.named_owners))


class _Planning:
    """The names that are known while a plan is made."""

    def __init__(
        self, session: Session, portfolio: Portfolio, may_found: bool, people: Mapping[str, str]
    ) -> None:
        self.portfolio, self.people = portfolio, People(people)
        self.streams = StreamNames(portfolio, may_found)
        here = Project.portfolio_id == portfolio.id
        projects = session.execute(select(Project.code, Project.id).where(here))
        self.projects = {code.casefold(): id_ for code, id_ in projects}
        names = select(Theme.name).where(Theme.portfolio_id == portfolio.id)
        self.themes = {name.casefold(): name for name in session.scalars(names)}
        self.there = _there(session, portfolio)
        self.begin: dict[str, Counter[str]] = defaultdict(Counter)
        self.now = EpicPlan()

    def done(self) -> EpicPlan:
        """The plan, once every row is taken."""
        self.now.new_streams, self.now.named_owners = self.streams.new, self.people.unknown
        for name in self.now.new_streams:
            if self.begin[name]:
                self.now.prefixes[name] = self.begin[name].most_common(1)[0][0]
        return self.now

    def take(self, values: Mapping[str, Any]) -> None:
        """Plan the epic of a row. Raises what speaks against it."""
        key = _tidy_key(values["key"])
        state, phase = self._state(values["state"])
        if state.phased and values["phase"]:
            phase = Phase(values["phase"])
        stream = self.streams.today(values["value_stream"])
        project_id = self._project(values["project"])
        source, source_id = values["source"], values["source_id"]
        if source is None or source_id is None:
            source, source_id = None, None
        epic = {
            "workspace_id": self.portfolio.workspace_id,
            "portfolio_id": self.portfolio.id,
            "key": key,
            "stream": stream,
            "theme": self._theme(values["theme"]),
            "state": state,
            "phase": phase,
            "type": EpicType(values["type"] or EpicType.BUSINESS),
            **{name: values[name] for name in PLAIN},
            "mvp_cost_minor": values["mvp_cost"],
            "full_cost_minor": values["full_cost"],
            "horizon": int(values["horizon"]) if values["horizon"] else None,
            "project_id": project_id,
            "restricted": bool(values["restricted"]),
            "owner_user_id": self.people.member(values["owner"]),
            "proposed_by": self.people.member(values["proposed_by"]),
            "created_at": values["created_at"],
            "source": source,
            "source_id": source_id,
            "version": 1,
        }
        if not self.there.isdisjoint(_names_of(epic)):
            self.now.known += 1
            return
        if key is not None:
            self.begin[stream][key.partition("-")[0]] += 1
        self.now.epics.append(epic)

    def _state(self, named: str | None) -> tuple[State, Phase | None]:
        word = (named or FIRST_STATE).casefold()
        for state in self.portfolio.states:
            if word in (state.name.casefold(), state.label.casefold()):
                return state, Phase.TESTING if state.phased else None
            if state.phased:
                for phase, label in PHASE_LABELS.items():
                    if word in (phase.value, label.casefold()):
                        return state, phase
        raise NoSuchState(named or FIRST_STATE, self.portfolio)

    def _project(self, named: str | None) -> int | None:
        if named is None:
            return None
        if named.casefold() not in self.projects:
            raise NoSuchProject(named)
        return self.projects[named.casefold()]

    def _theme(self, named: str | None) -> str | None:
        if named is None:
            return None
        if named.casefold() not in self.themes:
            self.themes[named.casefold()] = named
            self.now.new_themes.append(named)
        return self.themes[named.casefold()]


Name = tuple[str, str]
"""What an epic is known by: its key, or its source and its id there."""


def _there(session: Session, portfolio: Portfolio) -> set[Name]:
    """What the workspace's epics are known by: keys in all of it, sources in the portfolio."""
    query = select(Epic.key, Epic.portfolio_id, Epic.source, Epic.source_id)
    there: set[Name] = set()
    for key, portfolio_id, source, source_id in session.execute(
        query.where(Epic.workspace_id == portfolio.workspace_id)
    ):
        there.add(("", key))
        if portfolio_id == portfolio.id and source and source_id:
            there.add((source, source_id))
    return there


def _names_of(epic: Mapping[str, Any]) -> set[Name]:
    names = {("", epic["key"])} if epic["key"] else set()
    return names | ({(epic["source"], epic["source_id"])} if epic["source"] else set())


def _tidy_key(key: str | None) -> str | None:
    if key is not None and KEY.fullmatch(key.upper()) is None:
        raise NotAKey(key)
    return key and key.upper()


def _numbers(plan: EpicPlan) -> Mapping[str, int]:
    """The highest number of the keys that come in, by their letters."""
    highest: dict[str, int] = {}
    for epic in plan.epics:
        if epic["key"]:
            letters, _, number = epic["key"].partition("-")
            highest[letters] = max(highest.get(letters, 0), int(number))
    return highest


def _streams_of(plan: EpicPlan) -> Iterator[str]:
    return (epic["stream"] for epic in plan.epics)


def _found_themes(session: Session, portfolio: Portfolio, plan: EpicPlan, at: datetime) -> None:
    """Add the themes of the plan that are not there."""
    query = select(Theme.name).where(Theme.portfolio_id == portfolio.id)
    there = {name.casefold() for name in session.scalars(query)}
    here = {"workspace_id": portfolio.workspace_id, "portfolio_id": portfolio.id}
    for name in plan.new_themes:
        if name.casefold() not in there:
            session.add(Theme(**here, name=name, created_at=at))


def _row(planned: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """A planned epic as it is staged."""
    row = {**planned, **_clocks(planned["state"], planned["created_at"] or at)}
    row |= {"own_key": row.pop("key"), "stream_name": row.pop("stream")}
    row |= {"theme_name": row.pop("theme")}
    del row["state"]
    return row


def _clocks(state: State, at: datetime) -> dict[str, Any]:
    return {
        "state_id": state.id,
        "created_at": at,
        "state_entered_at": at,
        "committed_at": at if state.committed else None,
        "done_at": at if state.kind is StateKind.DONE else None,
    }


def _lock(session: Session, portfolio: Portfolio) -> None:
    """Hold the value streams, whose keys are given, until the end."""
    rows = select(ValueStream).where(ValueStream.portfolio_id == portfolio.id)
    rows = rows.order_by(ValueStream.id).with_for_update()
    session.scalars(rows.execution_options(populate_existing=True)).all()


def _enter(session: Session, portfolio: Portfolio) -> None:
    """Have every epic that has no entry yet enter its state."""
    entered = exists().where(Transition.epic_id == Epic.id)
    columns = {
        "workspace_id": literal(portfolio.workspace_id),
        "epic_id": Epic.id,
        "to_state_id": Epic.state_id,
        "at": Epic.state_entered_at,
        "actor_user_id": Epic.proposed_by,
        "phase": Epic.phase,
    }
    rows = select(*columns.values()).where(Epic.portfolio_id == portfolio.id, ~entered)
    session.flush()
    statement = insert(TRANSITIONS).inline().from_select(list(columns), rows.order_by(Epic.id))
    session.connection().execute(statement)
