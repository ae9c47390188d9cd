"""How far the setting up of a portfolio has come."""

from dataclasses import dataclass

from models.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class Progress:
    """What there is of it so far: how many of each."""

    portfolio: Portfolio
    began_by: str | None
    streams: int
    limits: int
    council: int
    finance: int
    stand_ins: int
    """Those for finance."""
    epics: int
    projects: int
