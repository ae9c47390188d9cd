"""Opening a vote again that has lapsed: by who opened it, or its tie-breaker."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.workflows.decisions.beside import seen_decision, tie_breakers
from bot.workflows.decisions.opening.deciders import check_see
from bot.workflows.decisions.opening.opening import reopen
from bot.workflows.decisions.subjects import checkpoints
from bot.workflows.epics.moving import locked
from bot.workflows.keeping import Act
from bot.workflows.permitting import Place, holders, lock_roles
from bot.workflows.redrawing import redraw_facts
from models.decisions.days import usual_close_at
from models.decisions.decision import Decision
from models.decisions.opening import check_can_ask, check_live
from models.people.role import Role


def open_again(act: Act, decision_id: int) -> Decision:
    """Ask its electors once more, with the case as it is now and as long as usual.

    Raises AskedForAnew, CannotSee, Concluded, Gone, NoElectors, NotAnalyzing, NotLapsed, NotLive,
    NotTesting, NotTheirsToOpen and OpenAlready.
    """
    session = act.session
    lock_roles(session, act.workspace_id)
    before = seen_decision(act, decision_id)
    epic = before.epic
    if epic is not None:
        epic = locked(session, act.workspace_id, act.actor, epic.id)
    before.check_opens_again(act.actor, may_open_again(session, before))
    if epic is not None:
        check_can_ask(epic, before.question)
        check_see(session, epic, before.electorate)
    else:
        checkpoints.check_again(act, before)
    check_live(before.portfolio, act.at)
    closes_at = usual_close_at(before.portfolio, act.at)
    again = reopen(act, before, before.advice_of(act.actor), closes_at)
    session.flush()
    if epic is not None:
        redraw_facts(session, epic, act.at)
    else:
        checkpoints.redraw(session, again, act.at)
    return again


def may_open_again(session: Session, decision: Decision) -> Sequence[str]:
    """Who opened it, and its tie-breaker; where none is named, who owns the value stream."""
    others = tie_breakers(session, decision)
    if not others and decision.epic is not None:
        others = holders(session, [Role.STREAM_OWNER], Place.of_epic(decision.epic))
    return list(dict.fromkeys([decision.opened_by, *others]))
