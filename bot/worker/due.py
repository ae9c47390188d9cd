"""The worker does what is due: it claims, and hands each kind of work to who does it."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Condition, Thread

import structlog
from slack_sdk import WebClient

from bot.worker.claims import Claim, LeaseLost, claim_due, fail, is_due
from bot.worker.courier import Courier, Draw, backoff
from models.clock import Clock
from models.database import Database
from models.errors import DatabaseAway
from models.workspace import Workspace

HANDS = 4
"""How many things are done at once."""

LOOK_EVERY_SECONDS = 0.2

log = structlog.get_logger(__name__)

Handler = Callable[[Claim], None]
"""Does one kind of work and ends it, in the transaction of its effect."""


class Worker:
    """Runs beside the listeners; any number of replicas may run at once."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        slack_client_for: Callable[[Workspace], WebClient],
        draw: Mapping[str, Draw],
        handlers: Mapping[str, Handler] | None = None,
    ) -> None:
        courier = Courier(database, clock, slack_client_for, draw)
        self._handlers: dict[str, Handler] = {
            "message": courier.show_message,
            "home": courier.show_home,
            **(handlers or {}),
        }
        self._database = database
        self._clock = clock
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="worker")
        self._thread = Thread(target=self._run, name="worker", daemon=True)
        self._changed = Condition()
        self._woken = self._stopping = False
        self._busy = 0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in hand, and claim nothing more."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join()
        self._hands.shutdown(wait=True)

    def wake(self) -> None:
        """Look at once: something was put."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def _run(self) -> None:
        while not self._stopping:
            for claim in self._claim():
                with self._changed:
                    self._busy += 1
                self._hands.submit(self._do, claim)
            with self._changed:
                self._changed.wait_for(
                    lambda: self._stopping or (self._woken and self._busy < HANDS),
                    LOOK_EVERY_SECONDS,
                )
                self._woken = False

    def _claim(self) -> list[Claim]:
        now, free = self._clock.now(), HANDS - self._busy
        if free <= 0:
            return []
        try:
            with self._database.read() as session:
                if not is_due(session, now):
                    return []
            with self._database.write() as session:
                return claim_due(session, now, free)
        except DatabaseAway:
            log.warning("database away")
            return []

    def _do(self, claim: Claim) -> None:
        try:
            self._handlers[claim.kind](claim)
        except LeaseLost:
            log.warning("taken over", key=claim.key)
        except DatabaseAway:
            log.warning("database away", key=claim.key)
        except Exception as error:
            log.exception("work failed", key=claim.key)
            self._fail(claim, error)
        finally:
            with self._changed:
                self._busy -= 1
            self.wake()

    def _fail(self, claim: Claim, error: Exception) -> None:
        try:
            with self._database.write() as session:
                said = f"{type(error).__name__}: {error}"
                fail(session, claim, said, self._clock.now(), backoff(claim.attempts))
        except (DatabaseAway, LeaseLost):
            log.warning("its lease will lapse", key=claim.key)
