"""What comes of a decision: a function of its subject, found by the subject's kind."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.epics.moving import apply_move, redraw_moved, states_of, taken
from bot.workflows.epics.stopping import apply_stop
from bot.workflows.pointing import hold
from bot.workflows.redrawing import redraw_facts
from models.decisions.decision import Decision, Outcome, Subject
from models.epics.column import ENDED, Column
from models.epics.epic import Epic
from models.epics.stop import NoStop, Stop
from models.portfolio.portfolio import Phase, State

Effect = Callable[[Session, Decision, datetime], str]
"""Has a closed decision's outcome come true; gives what came of it as the end of a sentence."""

EFFECTS: dict[Subject, Effect] = {}
"""What comes of a decision, filled by `effect_of`."""

NOTHING = "nothing moved"


def effect_of(subject: Subject) -> Callable[[Effect], Effect]:
    """Have decisions about such a subject come true by the function, and by no other."""

    def keep(effect: Effect) -> Effect:
        if subject in EFFECTS:
            raise ValueError(f"decisions about {subject} have an effect already")
        EFFECTS[subject] = effect
        return effect

    return keep


@effect_of(Subject.EPIC)
def conclude_epic(session: Session, decision: Decision, at: datetime) -> str:
    """The epic goes on, or ends; it stays where it is where nothing was decided.

    What became of it while they voted stands: one that has moved on since is not moved back.
    """
    states = select(State.id).where(State.portfolio_id == decision.portfolio_id)
    hold(session, State, session.scalars(states))
    epic = taken(session, decision.workspace_id, decision.subject_id)
    assert epic is not None, "a decision about no epic"
    came = _conclude(session, decision, epic, at)
    redraw_facts(session, epic, at)
    return came


def _conclude(session: Session, decision: Decision, epic: Epic, at: datetime) -> str:
    if decision.outcome not in (Outcome.PERSEVERE, Outcome.PIVOT, Outcome.STOP):
        return NOTHING
    if epic.state.kind in ENDED or epic.phase is not Phase.TESTING:
        return f"{NOTHING}: {epic.key} was in {epic.column_label} by then"
    reason = f"The council decided to {decision.outcome}, {decision.score} ({decision.key})"
    if decision.outcome is Outcome.PERSEVERE:
        states, _ = states_of(session, epic.portfolio_id)
        to = Column(epic.state, Phase.DELIVERING)
        redraw_moved(session, epic, apply_move(session, epic, to, None, reason, at), states, at)
        return f"moved to {to.label}"
    try:
        apply_stop(session, epic, Stop(reason), None, at)
    except NoStop:
        return f"{NOTHING}: the board has no state for what is stopped"
    return "ended as a pivot" if decision.outcome is Outcome.PIVOT else "stopped"
