"""What is behind a figure: its items, made for one page alone, and which figures there are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.workflows.flow.figures import FlowFigures
from bot.workflows.flow.scope import Look, Scope
from models.board.content import Content


class Figure(StrEnum):
    """The figures, in the order of the digest and of what someone looks at alone."""

    IN_FLIGHT = "in_flight"
    NET_FLOW = "net_flow"
    FINISHED = "finished"
    TIME = "time"
    AGEING = "ageing"
    FLOW_TIME = "flow_time"
    EFFICIENCY = "efficiency"
    OUTCOMES = "outcomes"
    DECISIONS = "decisions"
    MONEY = "money"
    PROJECTS = "projects"


class Opens(StrEnum):
    """What the button of an item opens."""

    EPIC = "epic"
    DECISION = "decision"
    SHIFT = "shift"
    STREAM = "stream"
    """The money of a value stream."""
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing behind a figure, how it is called, and what of it counts there."""

    opens: Opens
    id: int
    key: str
    title: str
    fact: Any


@dataclass(frozen=True, slots=True)
class Behind:
    """How many are behind a figure, and those between two places, made only when shown."""

    n: int
    some: Callable[[int, int], Sequence[Item]]
    counts: Any = None
    """What is counted, of a figure that is not one of flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Of what the figures are: of a digest, or of what someone looks at."""

    session: Session
    scope: Scope
    figures: FlowFigures
    since: datetime
    until: datetime
    at: datetime
    """When the digest came, by whose day milestones are late."""
    look: Look | None
    """None of a digest, which tells of what everybody may see."""
    content: Content | None
    """What the digest told, where that was kept."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.scope.portfolio.time_zone)
