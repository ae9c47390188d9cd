"""What goes wrong with calls of the Web API: planned one by one, or by chance from a seed."""

import random
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass

from sandbox.records import SlackError

ANY = "any method"
UPLOAD, DOWNLOAD = "upload_url", "url_private"
"""Addresses that are no methods, but can go wrong like them."""


class Planned(SlackError):
    """A refusal that somebody asked for: no fault of the app."""


@dataclass(frozen=True)
class Trouble:
    """What goes wrong with one call; without anything, it goes well."""

    error: str | None = None
    retry_after: int | None = None
    status: int | None = None  # of an answer without JSON; nothing was done
    lost: bool = False  # done, but the connection is cut before the answer
    late_s: float = 0.0

    def __str__(self) -> str:
        words = [f"refused with {self.error}"] if self.error else []
        words += [f"answered with HTTP {self.status}"] if self.status else []
        words += ["done, but the reply is lost"] if self.lost else []
        words += [f"done, but answered {self.late_s:g} s late"] if self.late_s else []
        return " and ".join(words)

    def refuse(self) -> None:
        """Raise what the call is refused with, if it is."""
        if self.error:
            extra = {} if self.retry_after is None else {"retry_after": self.retry_after}
            raise Planned(self.error, **extra)

    def and_also(self, other: "Trouble") -> "Trouble":
        """Return both together."""
        return Trouble(
            self.error or other.error,
            self.retry_after if self.error else other.retry_after,
            self.status or other.status,
            self.lost or other.lost,
            self.late_s or other.late_s,
        )


FINE = Trouble()
BY_CHANCE = (
    Trouble(error="ratelimited", retry_after=1),
    Trouble(error="internal_error"),
    Trouble(status=500),
    Trouble(status=503),
    Trouble(lost=True),
    Trouble(late_s=0.5),
)


@dataclass
class _Plan:
    kind: str
    trouble: Trouble
    times: int


class CallFaults:
    """What waits for which method. Plans of the same kind follow each other; others add up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._plans: dict[str, list[_Plan]] = defaultdict(list)
        self._calls: Counter[str] = Counter()
        self._seed = 0
        self._share = 0.0

    def plan(self, method: str, kind: str, trouble: Trouble, times: int = 1) -> None:
        """Let the next calls of a method, or of any, go wrong."""
        with self._lock:
            self._plans[method].append(_Plan(kind, trouble, times))

    def by_chance(self, seed: int, share: float) -> None:
        """Let this share of all calls go wrong: for one seed always the same calls of a method."""
        with self._lock:
            self._seed, self._share = seed, share
            self._calls.clear()

    def clear(self) -> None:
        """Let everything go well."""
        with self._lock:
            self._plans.clear()
            self._share = 0.0

    def meet(self, method: str) -> Trouble:
        """Return what goes wrong with this call, and cross it off."""
        with self._lock:
            trouble = self._planned(method).and_also(self._planned(ANY))
            return trouble if trouble != FINE else self._drawn(method)

    def _planned(self, method: str) -> Trouble:
        met: dict[str, _Plan] = {}
        for plan in self._plans[method]:
            met.setdefault(plan.kind, plan)
        trouble = FINE
        for plan in met.values():
            trouble = trouble.and_also(plan.trouble)
            plan.times -= 1
        self._plans[method] = [plan for plan in self._plans[method] if plan.times > 0]
        return trouble

    def _drawn(self, method: str) -> Trouble:
        if not self._share:
            return FINE
        self._calls[method] += 1
        chance = random.Random(f"{self._seed}/{method}/{self._calls[method]}")
        return chance.choice(BY_CHANCE) if chance.random() < self._share else FINE

    def words(self) -> list[str]:
        """Say what waits."""
        with self._lock:
            planned = [
                f"{method}: the next {plan.times} {plan.trouble}"
                for method, plans in self._plans.items()
                for plan in plans
            ]
            chance = f"{self._share:.0%} of all calls go wrong (seed {self._seed})"
            return planned + ([chance] if self._share else [])
