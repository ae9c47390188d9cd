"""What happens at a later moment of the sandbox's clock."""

import heapq
import threading
from collections.abc import Callable
from datetime import datetime
from itertools import count

from sandbox.clock import SandboxClock

WAIT_MOST_S = 60.0


class Timetable:
    """Does things in a thread of its own once the clock, running or moved, has reached them."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._waiting: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="sandbox-timetable", daemon=True)
        clock.watchers.append(self._look)

    def start(self) -> None:
        """Begin to do what is due."""
        self._thread.start()

    def stop(self) -> None:
        """Do nothing more; returns once what was being done has ended."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def put(self, at: datetime, act: Callable[[], None]) -> None:
        """Do this at that moment; at once where it has passed."""
        with self._changed:
            heapq.heappush(self._waiting, (at, next(self._numbers), act))
            self._changed.notify()

    def settle(self) -> None:
        """Return once all that was due at the call has been done, or raise TimeoutError."""
        done = threading.Event()
        self.put(self._clock.now(), done.set)
        if not done.wait(WAIT_MOST_S):
            raise TimeoutError(f"What was due is not done after {WAIT_MOST_S:g} s.")

    def _look(self) -> None:
        with self._changed:
            self._changed.notify()

    def _run(self) -> None:
        while (act := self._next_due()) is not None:
            act()

    def _next_due(self) -> Callable[[], None] | None:
        """Wait for what is due next; None once it is over."""
        with self._changed:
            while not self._ended:
                if self._waiting and self._waiting[0][0] <= self._clock.now():
                    return heapq.heappop(self._waiting)[2]
                self._changed.wait(self._wait_s())
            return None

    def _wait_s(self) -> float | None:
        if not self._waiting or self._clock.frozen:
            return None
        until = (self._waiting[0][0] - self._clock.now()).total_seconds()
        return min(max(until, 0.0), WAIT_MOST_S)
