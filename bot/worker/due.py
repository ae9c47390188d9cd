"""The worker does what is due: it claims, and has each kind of work done by its job."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from threading import Condition, Thread

import structlog
from slack_sdk import WebClient

from bot.worker.claims import LEASE, Claim, LeaseLost, bring_back, claim_due, hold, is_due
from bot.worker.jobs import Job, Later, Task, perform, settle
from models.clock import Clock
from models.database import Database
from models.errors import DatabaseAway

HANDS = 4
"""How many things are done at once."""

LOOK_EVERY_SECONDS = 0.2

LOOK_APART_SECONDS = 0.05
"""However many commits wake it: what is put within this time is looked for once."""
LOOK_AGAIN_SECONDS = 2.0
"""After a look that failed."""

RENEW_AFTER = LEASE / 3
RENEWED_FOR = 15 * LEASE
"""A job that is busy for longer hangs: its lease may lapse, so that another tries."""

log = structlog.get_logger(__name__)


class Worker:
    """Runs beside the listeners; any number of replicas may run at once.

    It does the work of the one workspace whose Slack the client speaks to.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        client: WebClient,
        jobs: Mapping[str, Job],
    ) -> None:
        self._client, self._jobs = client, jobs
        self._database = database
        self._clock = clock
        self._workspace_id = 0
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="worker")
        self._thread = Thread(target=self._run, name="worker", daemon=True)
        self._changed = Condition()
        self._woken = self._stopping = False
        self._in_hand: dict[Claim, Lease] = {}
        self._looked_at: datetime | None = None

    def start(self, workspace_id: int) -> None:
        """Begin with what is due in the workspace."""
        self._workspace_id = workspace_id
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
        """Look at once: something was put; nobody is woken who is about to look."""
        if self._woken:
            return
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def _run(self) -> None:
        while not self._is_done():
            patience, looked_at = LOOK_EVERY_SECONDS, time.monotonic()
            try:
                self._renew_leases()
                for claim in self._claim():
                    self._take(claim)
            except DatabaseAway:
                log.warning("database away")
                patience = LOOK_AGAIN_SECONDS
            except Exception:
                log.exception("nothing claimed")  # whatever it was, the next look may do better
                patience = LOOK_AGAIN_SECONDS
            with self._changed:
                self._changed.wait_for(self._should_look, patience)
                pause = looked_at + LOOK_APART_SECONDS - time.monotonic()
                self._changed.wait_for(lambda: self._stopping, max(0.0, pause))
                self._woken = False

    def _is_done(self) -> bool:
        with self._changed:
            return self._stopping and not self._in_hand

    def _should_look(self) -> bool:
        if self._stopping:
            return not self._in_hand
        return self._woken and len(self._in_hand) < HANDS

    def _claim(self) -> list[Claim]:
        now, free = self._clock.now(), HANDS - len(self._in_hand)
        if free <= 0 or self._stopping:
            return []
        if self._looked_at is None or now < self._looked_at:
            with self._database.write() as session:
                bring_back(session, self._workspace_id, now)
        self._looked_at = now
        with self._database.read() as session:
            if not is_due(session, self._workspace_id, now):
                return []
        with self._database.write() as session:
            claims = claim_due(session, self._workspace_id, now, free)
        if not claims:
            self._woken = False  # by our own commit: what was due is in another's hands
        return claims

    def _take(self, claim: Claim) -> None:
        now = self._clock.now()
        with self._changed:
            self._in_hand[claim] = Lease(began_at=now, renewed_at=now)
        self._hands.submit(self._do, claim)

    def _renew_leases(self) -> None:
        """Keep what is in hand ours: one row a transaction, so that no two wait for each other."""
        now = self._clock.now()
        with self._changed:
            ours = [(claim, lease) for claim, lease in self._in_hand.items() if lease.wanes(now)]
        for claim, lease in ours:
            lease.renewed_at = now
            try:
                with self._database.write() as session:
                    hold(session, claim, now)
            except LeaseLost:
                log.info("ended or taken over meanwhile", key=claim.key)

    def _do(self, claim: Claim) -> None:
        task = Task(claim, self._database, self._clock, self._client)
        try:
            perform(self._jobs[claim.kind], task)
        except LeaseLost:
            log.warning("taken over", key=claim.key)
        except DatabaseAway:
            log.warning("database away", key=claim.key)
        except Exception as error:
            log.exception("work failed", key=claim.key)
            self._fail(task, error)
        finally:
            with self._changed:
                del self._in_hand[claim]
            self.wake()

    def _fail(self, task: Task, error: Exception) -> None:
        try:
            settle(task, Later(f"{type(error).__name__}: {error}"))
        except (DatabaseAway, LeaseLost):
            log.warning("its lease will lapse", key=task.claim.key)


@dataclass(slots=True)
class Lease:
    """Since when a claim is in hand, and when its lease was renewed last."""

    began_at: datetime
    renewed_at: datetime

    def wanes(self, now: datetime) -> bool:
        """Whether it is time to renew it."""
        return now - self.renewed_at >= RENEW_AFTER and now - self.began_at < RENEWED_FOR
