"""Work that is only a workflow: done and ended in one transaction, at its time."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from bot.worker.claims import Claim, end
from bot.worker.due import Handler
from bot.workflows.audit import anchoring
from bot.workflows.board import digesting, renewing
from bot.workflows.board import fact_check as asking
from bot.workflows.budgets import shifting
from bot.workflows.decisions import closing
from models.clock import Clock
from models.database import Database

Workflow = Callable[[Session, int, datetime], None]
"""Does what is due to the subject of that id; what it puts, it puts last."""

WORKFLOWS: Mapping[str, Workflow] = {
    "audit": anchoring.anchor_due,
    "close": closing.close_due,
    "days": renewing.renew_due,
    "digest": digesting.send_due,
    "facts": asking.ask_due,
    "shift": shifting.lapse_due,
}
"""Every kind of work that waits for its time."""


def timers(database: Database, clock: Clock) -> dict[str, Handler]:
    """The handlers of all of them."""
    return {kind: _timer(database, clock, workflow) for kind, workflow in WORKFLOWS.items()}


def _timer(database: Database, clock: Clock, workflow: Workflow) -> Handler:
    def handle(claim: Claim) -> None:
        with database.write() as session:
            workflow(session, claim.subject_id, clock.now())
            session.flush()
            end(session, claim)

    return handle
