"""What the sample tells of one epic."""

from dataclasses import dataclass
from typing import NamedTuple

from models.evidence.items import Stance


@dataclass(frozen=True, slots=True)
class Numbers:
    """What an idea says of its effect and its cost; the target is reached so many days later."""

    indicator: str
    baseline: str
    target: str
    in_days: int
    kill_threshold: str | None
    mvp_cost: str | None
    full_cost: str | None = None
    horizon: str | None = None
    for_whom: str | None = None


class Read(NamedTuple):
    """What its figure was."""

    value: str


class Heard(NamedTuple):
    """What someone saw or heard."""

    stance: Stance
    words: str


@dataclass(frozen=True, slots=True)
class SampleEpic:
    """An idea, how many days ago it came, and the columns it entered after so many days.

    Its first step is the yes of its stream's owner; `theme` goes with it, or why there is none.
    """

    stream: str
    days_ago: int
    by: str
    title: str
    hypothesis: str
    way: tuple[tuple[int, str], ...] = ()
    numbers: Numbers | None = None
    theme: str | None = None
    no_theme: str | None = None
    project: str | None = None
    went_on: str | None = None
    """What its MVP had shown when it went on to delivering."""
    stopped: tuple[str, str | None] | None = None
    """Why it was stopped, and what was learned."""
    overridden: tuple[str, str] | None = None
    """The state it was moved to past what was missing, and why."""
    answer: tuple[int, str, str] | None = None
    """After so many days an answer other than yes: its kind and its words."""
    blocked: tuple[int, str] | None = None
    """How many days ago it was blocked, and by what."""
    evidence: tuple[tuple[int, Read | Heard], ...] = ()
    """What was known of it after so many days."""


PAY, ONB, PLA = "Payments", "Onboarding", "Platform"
R, A, Y, IM, D, S = "reviewing", "analyzing", "ready", "implementing", "done", "stopped"
DL = "delivering"

FOR, AGAINST = Stance.FOR, Stance.AGAINST

BUY, PAPER, CALM = "Fewer abandoned purchases", "A first day without paper", "Quiet nights"
