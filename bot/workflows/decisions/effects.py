"""What comes of a decision: a function of its subject, found by the subject's kind."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.epics.limits import full_places
from bot.workflows.epics.moving import apply_move, redraw_moved, states_of, taken
from bot.workflows.epics.proposing import succeed
from bot.workflows.epics.stopping import apply_stop
from bot.workflows.pointing import hold
from bot.workflows.redrawing import redraw_facts
from models.decisions.decision import Decision, Way
from models.decisions.opening import asked_there
from models.decisions.question import Choice, Question, Subject
from models.epics.column import ENDED, Column, next_column
from models.epics.epic import Epic, Transition
from models.epics.policy import lacks_before
from models.epics.stop import NoStop, Stop, stopped_state
from models.portfolio.policy import NAMES, Requirement
from models.portfolio.portfolio import Phase, State, ValueStream

Effect = Callable[[Session, Decision, datetime], str]
"""Has a closed decision's outcome come true; gives what came of it as the end of a sentence.

Raises NotNow, before it writes anything."""

EFFECTS: dict[Subject, Effect] = {}
"""What comes of a decision, filled by `effect_of`."""

Check = Callable[[Session, Decision, Epic, Column, datetime], Sequence[str]]
"""What an epic waits for before it goes to a column, or ends, by a decision; each in words."""

CHECKS: list[Check] = []
"""What is asked before a decision moves an epic, filled by `waits_until`."""

Deed = Callable[[Session, Decision, Epic, datetime], str | None]
"""What else comes of a decision on an epic, in the same transaction; in words, where it is said."""

DEEDS: list[Deed] = []
"""What is done once a decision has come true, filled by `comes_with`."""

NOTHING = "nothing moved"

DECIDED_BY_IT = frozenset({Requirement.MVP_JUDGED})
"""What a state asks for and the decision itself gives."""


class NotNow(Exception):
    """What was decided cannot be done now, and nothing of it is; says what it waits for."""

    def __init__(self, waits: Sequence[str]) -> None:
        super().__init__("; ".join(waits))


def effect_of(subject: Subject) -> Callable[[Effect], Effect]:
    """Have decisions about such a subject come true by the function, and by no other."""

    def keep(effect: Effect) -> Effect:
        if subject in EFFECTS:
            raise ValueError(f"decisions about {subject} have an effect already")
        EFFECTS[subject] = effect
        return effect

    return keep


KeepUp = Callable[[Session, Decision], None]
"""Has what a decision is about last as long: the decision was asked again, or extended."""

KEEP_UP: dict[Subject, KeepUp] = {}
"""What lasts as long, filled by `keeps_up`."""


def keeps_up(subject: Subject) -> Callable[[KeepUp], KeepUp]:
    """Have such a subject keep up with its open decision by the function."""

    def keep(follow: KeepUp) -> KeepUp:
        KEEP_UP[subject] = follow
        return follow

    return keep


def keep_up(session: Session, decision: Decision) -> None:
    """Have what it is about wait for it."""
    if (follow := KEEP_UP.get(decision.subject)) is not None:
        follow(session, decision)


def waits_until(check: Check) -> Check:
    """Have decisions that move an epic wait for what the function names; a room may add its own.

    It is asked while the epic is locked, and what it reads must not change before the end.
    """
    CHECKS.append(check)
    return check


def comes_with(deed: Deed) -> Deed:
    """Have something done with each decision on an epic that comes true; a room may add its own.

    Nothing may be in its way: that is for `waits_until`.
    """
    DEEDS.append(deed)
    return deed


def take_effect(session: Session, decision: Decision, at: datetime) -> None:
    """Have what was decided come true, or keep what it waits for: all of it or nothing."""
    try:
        decision.come_true(EFFECTS[decision.subject](session, decision, at))
    except NotNow as waits:
        decision.wait_for(str(waits))
    session.flush()


@effect_of(Subject.EPIC)
def conclude_epic(session: Session, decision: Decision, at: datetime) -> str:
    """The epic goes on, or ends; it stays where it is where nothing was decided.

    What became of it while they voted stands: one that has moved on since is not moved back.
    """
    hold_board(session, decision.subject_id, decision.outcome)
    epic = taken(session, decision.workspace_id, decision.subject_id)
    assert epic is not None, "a decision about no epic"
    try:
        return _conclude(session, decision, epic, at)
    finally:
        redraw_facts(session, epic, at)


def hold_board(session: Session, epic_id: int, outcome: str | None) -> None:
    """Have nobody change the states of an epic's portfolio, before the epic itself is locked.

    With a pivot nobody merges its value stream away either, as its successor is given a key.
    """
    of_it = select(Epic).where(Epic.id == epic_id)
    if outcome == Choice.PIVOT:
        stream = of_it.with_only_columns(Epic.value_stream_id)
        session.scalars(
            select(ValueStream).where(ValueStream.id.in_(stream)).with_for_update()
        ).all()
    here = State.portfolio_id.in_(of_it.with_only_columns(Epic.portfolio_id))
    hold(session, State, session.scalars(select(State.id).where(here)))


def _conclude(session: Session, decision: Decision, epic: Epic, at: datetime) -> str:
    come_true = COME_TRUE.get((decision.question, decision.outcome or ""))
    if come_true is None:
        return NOTHING
    if epic.state.kind in ENDED or not asked_there(epic, decision.question):
        return f"{NOTHING}: {epic.key} was in {epic.column_label} by then"
    came = come_true(session, decision, epic, at)
    return ", ".join([came, *filter(None, (deed(session, decision, epic, at) for deed in DEEDS))])


def _go(session: Session, decision: Decision, epic: Epic, at: datetime) -> str:
    epic.go_at = at
    to = next_column(epic)
    if to is None:
        _check(session, decision, epic, Column.of(epic), at)
        return NOTHING
    return _move(session, decision, epic, to, at)


def _persevere(session: Session, decision: Decision, epic: Epic, at: datetime) -> str:
    epic.persevere_at, to = at, Column(epic.state, Phase.DELIVERING)
    if epic.phase is Phase.DELIVERING:
        _check(session, decision, epic, to, at)
        return f"{NOTHING}: {epic.key} is in {to.label}, and stays there"
    return _move(session, decision, epic, to, at)


def _not_yet(session: Session, decision: Decision, epic: Epic, at: datetime) -> str:
    epic.go_at = None
    return f"{NOTHING}: {epic.key} stays in {epic.column_label}"


def _stop(session: Session, decision: Decision, epic: Epic, at: datetime) -> str:
    _check(session, decision, epic, _stopped(session, epic), at)
    step = _apply_stop(session, decision, epic, at)
    return f"stopped {step.ended}".rstrip()


def _pivot(session: Session, decision: Decision, epic: Epic, at: datetime) -> str:
    _check(session, decision, epic, _stopped(session, epic), at)
    by = decision.decided_by or decision.opened_by
    yes = f"{decision.key} decided to pivot {epic.key}"
    successor = succeed(session, epic, by, yes, at)
    step = _apply_stop(session, decision, epic, at)
    ended = f"stopped as a pivot {step.ended}".rstrip()
    return f"{ended}, and {successor.key} continues it in the funnel"


def _stopped(session: Session, epic: Epic) -> Column:
    """Where it ends. Raises NotNow."""
    try:
        return Column(stopped_state(states_of(session, epic.portfolio_id)[0].values()))
    except NoStop:
        raise NotNow(["a state for stopped epics, which an admin adds to the board"]) from None


def _apply_stop(session: Session, decision: Decision, epic: Epic, at: datetime) -> Transition:
    why = Stop(reason=_reason(decision), learned=decision.learned)
    by, told_first = decision.decided_by, decision.told_first
    return apply_stop(session, epic, why, by, at, notified=told_first)


def _move(session: Session, decision: Decision, epic: Epic, to: Column, at: datetime) -> str:
    _check(session, decision, epic, to, at)
    states, _ = states_of(session, epic.portfolio_id)
    by, reason = decision.decided_by, _reason(decision)
    redraw_moved(session, epic, apply_move(session, epic, to, by, reason, at), states, at)
    return f"moved to {to.label}"


def _check(session: Session, decision: Decision, epic: Epic, to: Column, at: datetime) -> None:
    """Raise NotNow where anything is in its way."""
    waits = [each for check in CHECKS for each in check(session, decision, epic, to, at)]
    if waits:
        raise NotNow(waits)


@waits_until
def _obstacles(
    session: Session, decision: Decision, epic: Epic, to: Column, at: datetime
) -> Sequence[str]:
    """What a policy still asks for, and a place where it is full."""
    states, limited = states_of(session, epic.portfolio_id)
    lacks = lacks_before(epic, states.values(), to.state, at, scales=to.scales)
    asked = [NAMES[each] for each in lacks if each not in DECIDED_BY_IT]
    stream = epic.value_stream
    full = full_places(session, epic, to, states, stream, lock=True) if limited else ()
    return [*asked, *(f"a place: {each.phrase}" for each in full)]


def _reason(decision: Decision) -> str:
    """Why, as the history of the epic says it."""
    if decision.way is Way.VOTE:
        return f"Decided by vote: {decision.decided}, {decision.score} ({decision.key})"
    return f"{decision.why} ({decision.key})"


COME_TRUE: Mapping[tuple[Question, str], Callable[[Session, Decision, Epic, datetime], str]] = {
    (Question.GO, Choice.YES): _go,
    (Question.GO, Choice.NO): _not_yet,
    (Question.MVP, Choice.PERSEVERE): _persevere,
    (Question.MVP, Choice.PIVOT): _pivot,
    (Question.MVP, Choice.STOP): _stop,
}
"""What an answer does to the epic; any other moves nothing."""
