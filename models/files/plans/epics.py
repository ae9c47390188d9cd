"""What a table of epics comes to in a portfolio: the epics to be, and what speaks against a row."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from models.epics.epic import EpicType
from models.errors import Mistake
from models.fields import folded
from models.files.matching import GoodRow
from models.files.names import NOBODY, NoSuchProject, People, StreamNames
from models.portfolio.portfolio import FIRST_STATE, PHASE_LABELS, Phase, Portfolio, State

KEY = re.compile(r"([A-Z][A-Z0-9]{1,9})-([1-9]\d{0,8})")
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


Name = tuple[str, str]
"""What an epic is known by: its key, or its source and its id there."""


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

    @property
    def numbers(self) -> Mapping[str, int]:
        """The highest number of the keys that come in, by their letters."""
        highest: dict[str, int] = {}
        for epic in self.epics:
            if epic["key"]:
                letters, _, number = epic["key"].partition("-")
                highest[letters] = max(highest.get(letters, 0), int(number))
        return highest


@dataclass(frozen=True, slots=True)
class KnownEpics:
    """What is there already: projects by code, themes, and what the epics are known by."""

    projects: Mapping[str, int]
    themes: Collection[str]
    epics: Set[Name]


def plan_of_epics(
    portfolio: Portfolio,
    known: KnownEpics,
    rows: Sequence[GoodRow],
    *,
    may_found: bool = True,
    people: Mapping[str, str] = NOBODY,
) -> EpicPlan:
    """Work out what the rows come to in the portfolio.

    Value streams that are not there are made, or else speak against their row; themes are made.
    `people` are ids of members by their names in lower case.
    """
    planning = _Planning(portfolio, known, may_found, people)
    for row in rows:
        try:
            planning.take(row.values)
        except Mistake as mistake:
            planning.now.against[row.line] = mistake.sentence.removesuffix(".")
    return planning.done()


class _Planning:
    """The names that are known while a plan is made."""

    def __init__(
        self, portfolio: Portfolio, known: KnownEpics, may_found: bool, people: Mapping[str, str]
    ) -> None:
        self.portfolio, self.people = portfolio, People(people)
        self.streams = StreamNames(portfolio, may_found)
        self.projects = {folded(code): id_ for code, id_ in known.projects.items()}
        self.themes = {folded(name): name for name in known.themes}
        self.there = known.epics
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
        if not _names_of(epic).isdisjoint(self.there):
            self.now.known += 1
            return
        if key is not None:
            self.begin[stream][key.partition("-")[0]] += 1
        self.now.epics.append(epic)

    def _state(self, named: str | None) -> tuple[State, Phase | None]:
        word = folded(named or FIRST_STATE)
        for state in self.portfolio.states:
            if word in (state.name.casefold(), folded(state.label)):
                return state, Phase.TESTING if state.phased else None
            if state.phased:
                for phase, label in PHASE_LABELS.items():
                    if word in (phase.value, folded(label)):
                        return state, phase
        raise NoSuchState(named or FIRST_STATE, self.portfolio)

    def _project(self, named: str | None) -> int | None:
        if named is None:
            return None
        if folded(named) not in self.projects:
            raise NoSuchProject(named)
        return self.projects[folded(named)]

    def _theme(self, named: str | None) -> str | None:
        if named is None:
            return None
        if folded(named) not in self.themes:
            self.themes[folded(named)] = named
            self.now.new_themes.append(named)
        return self.themes[folded(named)]


def _names_of(epic: Mapping[str, Any]) -> set[Name]:
    names = {("", epic["key"])} if epic["key"] else set()
    return names | ({(epic["source"], epic["source_id"])} if epic["source"] else set())


def _tidy_key(key: str | None) -> str | None:
    if key is not None and KEY.fullmatch(key.upper()) is None:
        raise NotAKey(key)
    return key and key.upper()
