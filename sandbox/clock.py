"""The one clock of the sandbox, and of the bot under test."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class SandboxClock:
    """Runs at real speed from the real time, unless it is moved or frozen."""

    def __init__(self, start: datetime | None = None) -> None:
        self.watchers: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self._moment = start or datetime.now(UTC)
        self._since: float | None = time.monotonic()

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still until it is moved."""
        return self._since is None

    def now(self) -> datetime:
        """Return the moment it is, aware and in UTC."""
        with self._lock:
            return self._read()

    def advance(self, by: float | timedelta) -> None:
        """Move on by seconds or a timedelta; a frozen clock stays frozen."""
        step = by if isinstance(by, timedelta) else timedelta(seconds=by)
        with self._lock:
            self._put(self._read() + step)
        self._tell()

    def set(self, moment: datetime) -> None:
        """Jump to an aware moment."""
        if moment.tzinfo is None:
            raise ValueError("The sandbox's clock takes aware moments only.")
        with self._lock:
            self._put(moment.astimezone(UTC))
        self._tell()

    def freeze(self) -> None:
        """Stand still."""
        with self._lock:
            self._moment, self._since = self._read(), None

    def resume(self) -> None:
        """Run at real speed again."""
        with self._lock:
            if self._since is None:
                self._since = time.monotonic()
        self._tell()

    def _tell(self) -> None:
        """Tell whoever waits for a moment that the clock was moved or runs again."""
        for watcher in list(self.watchers):
            watcher()

    def _read(self) -> datetime:
        if self._since is None:
            return self._moment
        return self._moment + timedelta(seconds=time.monotonic() - self._since)

    def _put(self, moment: datetime) -> None:
        self._moment = moment
        self._since = None if self._since is None else time.monotonic()
