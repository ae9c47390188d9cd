"""How fast an app may call: per method and minute, and per channel for chat.postMessage."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
"""Calls a minute that each of Slack's tiers allows at least."""

BURST = 4
POSTS_A_MINUTE = 300  # "several hundred"


@dataclass
class _Bucket:
    """Fills at a steady rate up to what it holds; every call takes one out."""

    holds: float
    a_second: float
    left: float
    seen: datetime

    def wait_s(self, now: datetime) -> int:
        """Fill up; return 0 if a call may be made now, else after how many whole seconds."""
        passed = (now - self.seen).total_seconds()
        self.left, self.seen = min(self.holds, self.left + passed * self.a_second), now
        return 0 if self.left >= 1 else math.ceil((1 - self.left) / self.a_second)


class Pace:
    """Counts the calls of one app in one workspace."""

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}

    def wait_s(self, method: str, tier: int | None, args: dict[str, Any], now: datetime) -> int:
        """Count a call and return 0, or after how many seconds it may be made."""
        limits = []
        if method == "chat.postMessage":
            limits = [
                self._bucket(f"to {args.get('channel')}", BURST, 1, now),
                self._bucket(method, POSTS_A_MINUTE, POSTS_A_MINUTE / 60, now),
            ]
        elif tier:
            limits = [self._bucket(method, PER_MINUTE[tier], PER_MINUTE[tier] / 60, now)]
        wait_s = max((bucket.wait_s(now) for bucket in limits), default=0)
        if not wait_s:
            for bucket in limits:
                bucket.left -= 1
        return wait_s

    def _bucket(self, name: str, holds: float, a_second: float, now: datetime) -> _Bucket:
        return self._buckets.setdefault(name, _Bucket(holds, a_second, holds, now))
