"""What comes of a decision: a function of its subject, found by the subject's kind."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.epics.moving import apply_move, redraw_moved, states_of, taken
from bot.workflows.epics.stopping import apply_stop
from bot.workflows.pointing import hold
from bot.workflows.redrawing import redraw_facts
from models.decisions.decision import Decision, Way
from models.decisions.opening import asked_there
from models.decisions.question import Choice, Question, Subject
from models.epics.column import ENDED, Column, next_column
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
    come_true = COME_TRUE.get((decision.question, decision.outcome or ""))
    if come_true is None:
        return NOTHING
    if epic.state.kind in ENDED or not asked_there(epic, decision.question):
        return f"{NOTHING}: {epic.key} was in {epic.column_label} by then"
    return come_true(session, decision, epic, at)


def _go(session: Session, decision: Decision, epic: Epic, at: datetime) -> str:
    epic.go_at = at
    to = next_column(epic)
    return NOTHING if to is None else _move(session, decision, epic, to, at)


def _persevere(session: Session, decision: Decision, epic: Epic, at: datetime) -> str:
    epic.persevere_at, to = at, Column(epic.state, Phase.DELIVERING)
    if epic.phase is Phase.DELIVERING:
        return f"{NOTHING}: {epic.key} is in {to.label}, and stays there"
    return _move(session, decision, epic, to, at)


def _not_yet(session: Session, decision: Decision, epic: Epic, at: datetime) -> str:
    epic.go_at = None
    return f"{NOTHING}: {epic.key} stays in {epic.column_label}"


def _stop(session: Session, decision: Decision, epic: Epic, at: datetime) -> str:
    try:
        apply_stop(session, epic, Stop(_reason(decision)), decision.decided_by, at)
    except NoStop:
        return f"{NOTHING}: the board has no state for what is stopped"
    return "ended as a pivot" if decision.outcome == Choice.PIVOT else "stopped"


def _move(session: Session, decision: Decision, epic: Epic, to: Column, at: datetime) -> str:
    states, _ = states_of(session, epic.portfolio_id)
    by, reason = decision.decided_by, _reason(decision)
    redraw_moved(session, epic, apply_move(session, epic, to, by, reason, at), states, at)
    return f"moved to {to.label}"


def _reason(decision: Decision) -> str:
    """Why, as the history of the epic says it."""
    if decision.way is Way.VOTE:
        return f"Decided by vote: {decision.decided}, {decision.score} ({decision.key})"
    return f"{decision.why} ({decision.key})"


COME_TRUE: Mapping[tuple[Question, str], Callable[[Session, Decision, Epic, datetime], str]] = {
    (Question.GO, Choice.YES): _go,
    (Question.GO, Choice.NO): _not_yet,
    (Question.MVP, Choice.PERSEVERE): _persevere,
    (Question.MVP, Choice.PIVOT): _stop,
    (Question.MVP, Choice.STOP): _stop,
}
"""What an answer does to the epic; any other moves nothing."""
