"""Tack in processes of its own, to be killed: each is made ready in a fifth of a second."""

import signal
import time
from datetime import UTC, datetime, timedelta

from bot.app import Tack
from bot.serving import log_to_stderr
from sandbox import SandboxClock
from tests.forks import FORKS

FASTER = 10
"""How much faster time goes here: a lease of 20 s lapses in two."""


class FastClock(SandboxClock):
    """A fast clock that shows every process of this machine the same moment."""

    def __init__(self, started_s: float) -> None:
        super().__init__()
        self.started_s = started_s

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        passed_s = (time.time() - self.started_s) * FASTER
        return datetime.fromtimestamp(self.started_s, UTC) + timedelta(seconds=passed_s)


class Replicas:
    """So many processes of Tack over Socket Mode, on one database and one Slack."""

    def __init__(self, settings, started_s, number):
        self._settings = settings
        self._started_s = started_s
        self.alive = [self._start() for _ in range(number)]
        for replica in self.alive:
            replica.wait_until_ready()

    def kill(self, place=0):
        """SIGKILL one of them; the others go on."""
        self.alive.pop(place).kill()

    def start(self, number=1):
        """Start more, and wait until they hear Slack."""
        fresh = [self._start() for _ in range(number)]
        for replica in fresh:
            replica.wait_until_ready()
        self.alive += fresh

    def kill_all(self):
        """Leave none."""
        while self.alive:
            self.kill()

    def _start(self):
        return Replica(self._settings, self._started_s)


class Replica:
    """One process."""

    def __init__(self, settings, started_s):
        self._ready, says_ready = FORKS.Pipe(duplex=False)
        self._process = FORKS.Process(
            target=run, args=(settings, started_s, says_ready), daemon=True
        )
        self._process.start()
        says_ready.close()

    def wait_until_ready(self):
        """Wait until it is connected."""
        assert self._ready.poll(20), "a replica did not start"
        self._ready.recv()

    def kill(self):
        """SIGKILL; returns once it is gone."""
        self._process.kill()
        self._process.join()
        self._ready.close()


def run(settings, started_s, says_ready):
    """What the process does, until it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log_to_stderr("error")
    Tack(settings, "socket", FastClock(started_s)).start()
    says_ready.send("ready")
    signal.pause()
