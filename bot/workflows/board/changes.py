"""DigestContent of a stretch of time: what changed, what is in flight, what was finished."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from bot.workflows.evidence.known import Movement, movements
from bot.workflows.flow.clocks import stream_at
from bot.workflows.flow.governance import count_outcomes
from bot.workflows.flow.scope import Scope
from bot.workflows.paging import Top
from bot.workflows.projects.slips import Slip, plan_of, running
from models.board.content import (
    Changes,
    FrozenDecision,
    FrozenOutcomes,
    FrozenReading,
    FrozenSlip,
    FrozenStop,
    InFlight,
    OnTheirDates,
    Standing,
)
from models.decisions.decision import Decision
from models.decisions.question import Choice
from models.epics.column import Column, columns
from models.epics.epic import Epic, Transition
from models.epics.hypothesis import named
from models.flow.flow import Load
from models.flow.frozen import FrozenEpic, Several
from models.portfolio.portfolio import Phase, Portfolio, State, StateKind, WipLimit
from models.themes.theme import Theme

MOST_READ = 2
"""So many readings of the week stand beside the outcomes."""

FEW = 7
"""How many of a kind are kept by name; of the others the number is."""


def changes_between(session: Session, scope: Scope, since: datetime, until: datetime) -> Changes:
    """What became of the epics that moved within `(since, until]`."""
    moved = select(Transition.epic_id).where(Transition.at > since, Transition.at <= until)
    rows = session.execute(
        select(Transition.epic_id, Transition.to_state_id, Transition.at, Transition.id)
        .join(Epic, Epic.id == Transition.epic_id)
        .where(scope.epics_at(until), Transition.at <= until, Transition.epic_id.in_(moved))
        .order_by(Transition.epic_id, Transition.at, Transition.id)
    ).all()
    states = scope.states
    found: dict[str, list[int]] = {}
    last: dict[int, int] = {}
    for epic_id, steps in groupby(rows, key=lambda row: row.epic_id):
        ways = [(states[step.to_state_id], step.at, step.id) for step in steps]
        before = [state for state, at, _ in ways if at <= since]
        last[epic_id] = ways[-1][2]
        passed = [state for state, at, _ in ways if at > since]
        for became in _became(before[-1] if before else None, passed):
            found.setdefault(became, []).append(epic_id)
    epics = _epics(session, [id_ for ids in found.values() for id_ in ids[:FEW]])

    def several(became: str) -> Several[FrozenEpic]:
        ids = found.get(became, [])
        named = tuple(FrozenEpic.of(epics[id_]) for id_ in ids[:FEW])
        return Several(count=len(ids), named=named)

    def stop(id_: int) -> FrozenStop:
        step = session.get_one(Transition, last[id_])
        return FrozenStop(
            **FrozenEpic.of(epics[id_]).model_dump(),
            value_stream=epics[id_].value_stream.name,
            reason=step.reason,
            came_back=step.came_back or None,
            in_flight_days=step.in_flight_days,
        )

    stopped = found.get("stopped", [])
    return Changes(
        new_ideas=len(found.get("new idea", ())),
        came_in=several("came in"),
        reopened=several("reopened"),
        finished=several("finished"),
        stopped=Several(count=len(stopped), named=tuple(map(stop, stopped[:FEW]))),
        back=several("back"),
        stopped_ideas=len(found.get("stopped idea", ())),
        decided=_decided(session, scope, since, until),
    )


def _decided(
    session: Session, scope: Scope, since: datetime, until: datetime
) -> Several[FrozenDecision]:
    """What was decided within `(since, until]` and ended no epic, in that order.

    Whatever ended otherwise has no outcome.
    """
    found = session.scalars(
        select(Decision)
        .join(Decision.epic)
        .where(
            scope.epics_at(until),
            Decision.closed_at > since,
            Decision.closed_at <= until,
            Decision.outcome.not_in([Choice.PIVOT, Choice.STOP]),
        )
        .options(contains_eager(Decision.epic))
        .order_by(Decision.closed_at, Decision.id)
    ).all()
    named = [
        FrozenDecision(
            **FrozenEpic.of(each.epic).model_dump(),
            decision=each.key,
            outcome=each.decided or "",
        )
        for each in found[:FEW]
        if each.epic
    ]
    return Several(count=len(found), named=tuple(named))


def _became(before: State | None, passed: Sequence[State]) -> list[str]:
    """What an epic became, from where it stood before through the states it entered since.

    What was stopped or finished has come in before, where it was in flight meanwhile.
    """
    was, is_ = _stands(before), _stands(passed[-1])
    flew = any(_stands(each) == "in flight" for each in passed)
    if was == is_:
        return []
    if was in {"unknown", "outside"}:
        new = ["new idea"] if was == "unknown" else []
        return {
            "outside": new,
            "in flight": ["came in"],
            "done": ["came in", "finished"],
            "stopped": ["came in", "stopped"] if flew else [*new, "stopped idea"],
        }[is_]
    if was == "in flight":
        return {"outside": ["back"], "done": ["finished"], "stopped": ["stopped"]}[is_]
    if is_ == "in flight" or not flew:
        return ["reopened"] if flew else []
    return ["reopened", {"outside": "back", "done": "finished", "stopped": "stopped"}[is_]]


def _stands(state: State | None) -> str:
    if state is None:
        return "unknown"
    if state.kind in (StateKind.DONE, StateKind.STOPPED):
        return state.kind.value
    return "in flight" if state.committed else "outside"


def in_flight(
    session: Session, scope: Scope, moment: datetime, since: datetime | None = None
) -> InFlight:
    """What stood between commitment and done at the moment, by column, stream and theme.

    Beside it how much did `since`, where that is asked.
    """
    standing = _standing_at(session, scope, moment)
    states = scope.states
    per_column = Counter({each: 0 for each in columns(scope.portfolio) if each.state.committed})
    per_stream: Counter[int] = Counter()
    per_theme: Counter[int | None] = Counter()
    for state_id, phase, stream_id, theme_id, count in standing:
        per_column[Column.entered(states[state_id], phase)] += count
        per_stream[stream_id] += count
        per_theme[theme_id] += count
    most = limits_of(session, scope.portfolio)
    of_scope = scope.stream_id
    without = per_theme.pop(None, 0)
    return InFlight(
        whole=Load(sum(per_stream.values()), most.get((of_scope, None, None))),
        columns=tuple(
            Standing(
                id=each.state.id,
                name=each.label,
                load=Load(count, most.get((of_scope, each.state.id, each.phase))),
            )
            for each, count in per_column.items()
        ),
        streams=tuple(
            Standing(
                id=stream.id,
                name=stream.name,
                load=Load(per_stream[stream.id], most.get((stream.id, None, None))),
            )
            for stream in scope.streams
            if per_stream[stream.id] or (stream.id, None, None) in most
        ),
        themes=_named(session, per_theme),
        without_theme=without,
        before=sum(each[-1] for each in _standing_at(session, scope, since)) if since else None,
    )


Place = tuple[int | None, int | None, Phase | None]
"""Where a limit holds: a value stream, a state and a column of it; None stands for all."""


def limits_of(session: Session, portfolio: Portfolio) -> Mapping[Place, int]:
    """How many epics may stand at once, by the place."""
    rows = select(WipLimit).where(WipLimit.portfolio_id == portfolio.id).order_by(WipLimit.id)
    return {
        (limit.value_stream_id, limit.state_id, limit.phase): limit.most
        for limit in session.scalars(rows)
    }


Counted = tuple[int, Phase | None, int, int | None, int]
"""A state, a column of it, a stream, a theme, and how many epics stood there."""


def _standing_at(session: Session, scope: Scope, moment: datetime) -> Sequence[Counted]:
    """How many epics stood in each committed state, column, stream and theme at the moment."""
    newest = func.row_number().over(
        partition_by=Transition.epic_id, order_by=(Transition.at.desc(), Transition.id.desc())
    )
    standing = (
        select(
            Transition.to_state_id.label("state_id"),
            Transition.phase.label("phase"),
            stream_at(moment).label("stream_id"),
            Epic.theme_id.label("theme_id"),
            newest.label("place"),
        )
        .join(Epic, Epic.id == Transition.epic_id)
        .where(scope.epics_at(moment), Transition.at <= moment, Epic.committed_at <= moment)
        .subquery()
    )
    committed = [id_ for id_, state in scope.states.items() if state.committed]
    per = (standing.c.state_id, standing.c.phase, standing.c.stream_id, standing.c.theme_id)
    rows = session.execute(
        select(*per, func.count())
        .where(standing.c.place == 1, standing.c.state_id.in_(committed))
        .group_by(*per)
    )
    return [(state, phase, stream, theme, count) for state, phase, stream, theme, count in rows]


def _named(session: Session, counts: Mapping[int | None, int]) -> tuple[Standing, ...]:
    rows = select(Theme.id, Theme.name).where(Theme.id.in_(list(counts)))
    named = [
        Standing(id=id_, name=name, load=Load(counts[id_])) for id_, name in session.execute(rows)
    ]
    return tuple(sorted(named, key=lambda each: (-each.load.count, each.name)))


def beginning(session: Session, scope: Scope, moment: datetime) -> tuple[int, int]:
    """How many epics are open, and how many finished since the portfolio went live."""
    open_ = [state.id for state in scope.portfolio.states if state.is_open]
    live_at = scope.portfolio.live_at or moment
    finished = and_(Epic.done_at > live_at, Epic.done_at <= moment)
    counted = select(
        func.count(Epic.id).filter(Epic.state_id.in_(open_)), func.count(Epic.id).filter(finished)
    ).where(scope.epics)
    total, done = session.execute(counted).one()
    return total, done


def on_their_dates(session: Session, scope: Scope, at: datetime, slips: Top[Slip]) -> OnTheirDates:
    """Of the milestones of running projects, how many came or are to come when agreed."""
    projects = running(scope.portfolio.id, scope.stream_id)
    plan = plan_of(session, projects, scope.portfolio.day_of(at))
    slip = _slip(slips.some[0]) if slips.some else None
    return OnTheirDates(on_date=plan.on_their_date, agreed=plan.agreed, slip=slip)


def outcomes(session: Session, scope: Scope, since: datetime, until: datetime) -> FrozenOutcomes:
    """What became of its epics by then, and beside it what was read since the moment."""
    read = movements(session, scope.epics, since, until, MOST_READ)
    known = count_outcomes(session, until, scope.epics_at(until))
    return known.model_copy(update={"read": tuple(_reading(each) for each in read)})


def _reading(moved: Movement) -> FrozenReading:
    figure, unit = named(moved.epic.indicator or "Reading")
    change = moved.value - moved.before if moved.before is not None else None
    return FrozenReading(
        id=moved.epic.id,
        key=moved.epic.key,
        figure=figure,
        unit=unit,
        value=moved.value,
        change=change,
    )


def _slip(slip: Slip) -> FrozenSlip:
    return FrozenSlip(
        project_id=slip.project.id,
        project=slip.project.code,
        milestone=slip.milestone.code,
        days=slip.days,
        epics=Several(count=len(slip.epics), named=tuple(slip.epics[:FEW])),
    )


def _with_streams(session: Session, rows: Select[Epic]) -> Sequence[Epic]:
    return session.scalars(rows.options(joinedload(Epic.value_stream))).all()


def _epics(session: Session, ids: Sequence[int]) -> dict[int, Epic]:
    rows = select(Epic).where(Epic.id.in_(set(ids)))
    return {epic.id: epic for epic in _with_streams(session, rows)}
