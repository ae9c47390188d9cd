"""What a bench reports: a line of the table, and percentiles of what it timed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Line:
    """One measured figure beside the bar it is held to; `holds` is None where no bar is set."""

    what: str
    database: str
    figure: str
    bar: str = ""
    holds: bool | None = None

    def __str__(self) -> str:
        verdict = {True: "yes", False: "**no**", None: ""}[self.holds]
        return f"| {self.what} | {self.database} | {self.figure} | {self.bar} | {verdict} |"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` (0..1) of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * share) - 1)]


def table(lines: Iterable[Line]) -> str:
    """The lines as a Markdown table."""
    head = "| what | database | figure | bar | holds |\n|---|---|---|---|---|"
    return "\n".join([head, *map(str, lines)])
