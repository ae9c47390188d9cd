"""What a job is: it does one kind of work between transactions, and says what is to come of it.

What comes of it is stored, and the work ended, put off or given up, in one transaction: here, once
for all kinds of work.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from typing import TypeAlias

import structlog
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from bot.worker.calls import CallFailed, Calls
from bot.worker.claims import (
    Claim,
    LeaseLost,
    end,
    fail,
    hold,
    note_outage,
    postpone,
    put_back,
    rest,
)
from models.clock import Clock
from models.database import Database
from models.work import put

LONGEST_DELAY_SECONDS = 300.0

log = structlog.get_logger(__name__)

Then = Callable[[Session, datetime], object]
"""Stores something as of the moment; what it puts, it puts last."""


def _nothing(session: Session, now: datetime) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work in hand, with what it takes to do it."""

    claim: Claim
    database: Database
    clock: Clock
    client: WebClient

    @property
    def subject_id(self) -> int:
        return self.claim.subject_id

    @property
    def calls(self) -> Calls:
        """The Slack of its workspace."""
        return Calls(self.client, self.claim.workspace_id, self.database, self.clock)

    def keep(self, then: Then) -> None:
        """Store how far it came, with a whole lease from then on. Raises LeaseLost."""
        with self.database.write() as session:
            now = self.clock.now()
            then(session, now)
            session.flush()
            hold(session, self.claim, now)


@dataclass(frozen=True, slots=True)
class Done:
    """It is done."""

    then: Then = _nothing
    next: Then = _nothing
    """Puts the same work for its next time, once it has ended."""
    shown: bool = False
    """Slack shows something of it now. Where another took it over meanwhile, that drawing may be
    older than theirs and have come last, so it is drawn once more."""
    within: Callable[[], AbstractContextManager[Session]] | None = None
    """The transaction, where it is not a usual one."""


@dataclass(frozen=True, slots=True)
class Later:
    """It is to be tried again: at the moment; else after a while, as long as attempts are left."""

    error: str
    at: datetime | None = None
    method: str | None = None
    """Slack takes no such call before the moment, of whatever work."""
    is_away: bool = False
    """Slack is away, as that call has shown: it is waited for, and no attempt is spent."""
    then: Then = _nothing
    given_up: Then = _nothing
    """Stored as well where this was the last attempt."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It is no use, however often it is tried."""

    error: str
    then: Then = _nothing


Outcome: TypeAlias = Done | Later | GiveUp
Job = Callable[[Task], Outcome]
"""Does one kind of work. It may raise CallFailed, which `after` turns into what comes of it."""


def after(failed: CallFailed, then: Then = _nothing, given_up: Then = _nothing) -> Later | GiveUp:
    """What comes of work that Slack did not do: given up where Slack never will, else later."""
    if failed.reply.is_final:
        return GiveUp(failed.reply.error, then)
    reply, again_at, method = failed.reply, failed.again_at, failed.method
    return Later(reply.error, again_at, method, reply.is_away, then, given_up)


def perform(job: Job, task: Task) -> None:
    """Do the work and settle what comes of it. Raises LeaseLost where another took it over."""
    try:
        outcome = job(task)
    except CallFailed as failed:
        outcome = after(failed)
    try:
        settle(task, outcome)
    except LeaseLost:
        if isinstance(outcome, Done) and outcome.shown:
            _put_again(task)
        raise


def settle(task: Task, outcome: Outcome) -> None:
    """Store what came of it and end the work, put it off or give it up. Raises LeaseLost."""
    within = outcome.within if isinstance(outcome, Done) else None
    with (within or task.database.write)() as session:
        now = task.clock.now()
        outcome.then(session, now)
        session.flush()
        if isinstance(outcome, Later):
            _put_off(session, task.claim, outcome, now)
            return
        if isinstance(outcome, GiveUp):
            log.warning("refused", key=task.claim.key, error=outcome.error)
        end(session, task.claim)
        if isinstance(outcome, Done):
            outcome.next(session, now)


def backoff(attempts: int) -> timedelta:
    """Two seconds, then twice as long each time, up to five minutes, give or take a quarter."""
    seconds = min(2.0 * 2**attempts, LONGEST_DELAY_SECONDS)
    return timedelta(seconds=seconds * uniform(0.75, 1.25))


def _put_off(session: Session, claim: Claim, later: Later, now: datetime) -> None:
    """Until Slack is back, or by its moment; without one an attempt is spent."""
    if later.is_away and later.method is not None:
        next_at = note_outage(session, claim.workspace_id, later.method, later.error, now)
        log.warning("slack is away", key=claim.key, error=later.error)
        postpone(session, claim, next_at, later.error)
    elif later.at is None:
        if not fail(session, claim, later.error, now, backoff(claim.attempts)):
            later.given_up(session, now)
    elif later.method is None:
        postpone(session, claim, later.at)
    else:
        rest(session, claim.workspace_id, later.method, later.at)
        put_back(session, claim, later.at)


def _put_again(task: Task) -> None:
    claim = task.claim
    with task.database.write() as session:
        put(session, claim.workspace_id, claim.key, task.clock.now(), lane=claim.lane)
