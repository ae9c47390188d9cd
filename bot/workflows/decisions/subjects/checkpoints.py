"""A project's checkpoint, decided by the council; outcome and day are written to it."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from bot.workflows.decisions.effects import NOTHING, effect_of
from bot.workflows.decisions.opening.cases import knows_now
from bot.workflows.decisions.opening.opening import open_about
from bot.workflows.evidence.known import case_evidence
from bot.workflows.keeping import LOCK, Act
from bot.workflows.permitting import Place, departed, holders, lock_roles
from bot.workflows.projects.keeping import MILESTONES
from bot.workflows.projects.projects import COMMAND
from bot.workflows.redrawing import redraw_digests, redraw_homes
from bot.workflows.seeing import EVERYBODY, visible_to
from models.calendar import spell_day
from models.decisions.case import Case
from models.decisions.days import end_of
from models.decisions.decision import About, Decision, HasAPart, Terms
from models.decisions.form import DecisionForm
from models.decisions.opening import NoElectors, check_can_post, check_live
from models.decisions.question import Asked, Option, Question, Subject
from models.epics.epic import Epic
from models.epics.hypothesis import named
from models.errors import there
from models.people.role import Role
from models.portfolio.portfolio import Portfolio
from models.projects.project import PASSING, Milestone, Passing, Project

OPTIONS = tuple(Option(value.value, label) for value, label in PASSING.items())
EPICS_NAMED = 8
"""So many linked epics are named in its case."""
LONGEST_KEY = 40


def look(act: Act, milestone_id: int, unfit: Collection[str] = ()) -> tuple[Milestone, Portfolio]:
    """A checkpoint that the person may put to the council.

    Raises Concluded, Gone, NoElectors, NotACheckpoint, NotAllowed, NotLive and NowhereToPost.
    """
    milestone = MILESTONES.look(act, milestone_id)
    milestone.check_can_be_decided()
    portfolio = act.session.get_one(Portfolio, milestone.project.portfolio_id)
    check_live(portfolio, act.at)
    check_can_post(portfolio, portfolio.channel_id)
    electors(act, portfolio, unfit)
    return milestone, portfolio


def electors(act: Act, portfolio: Portfolio, unfit: Collection[str] = ()) -> Sequence[str]:
    """The council. Raises NoElectors."""
    place = Place.of_portfolio(portfolio)
    council = holders(act.session, [Role.COUNCIL], place, stand_ins=False)
    if not (here := [each for each in council if each not in unfit]):
        raise NoElectors(portfolio.name, holders(act.session, [Role.ADMIN], place))
    return here


def usual_tie_breaker(session: Session, project: Project) -> str | None:
    """The owner of the value stream with the largest share in the project, unless they own the
    project as well, or have left Slack."""
    stream = project.main_stream
    owner = stream.owner_user_id if stream is not None else None
    if owner is None or owner == project.owner_user_id:
        return None
    return None if departed(session, project.workspace_id, [owner]) else owner


def open_for(
    act: Act, milestone_id: int, version: int, form: DecisionForm, unfit: Collection[str] = ()
) -> Decision:
    """Put it to the council, with the linked epics as its case.

    Raises what `look` does, ChangedSince, HasAPart and OpenAlready.
    """
    lock_roles(act.session, act.workspace_id)
    MILESTONES.take(act, milestone_id, version)
    milestone, portfolio = look(act, milestone_id, unfit)
    project = milestone.project
    if form.tie_breaker is not None and form.tie_breaker == project.owner_user_id:
        raise HasAPart(project.code)
    decision = open_about(
        act,
        _about(act, milestone, portfolio),
        Asked(Question.FREE, "Does it pass?", OPTIONS),
        Terms(
            electors=electors(act, portfolio, unfit),
            closes_at=end_of(form.closes_on, portfolio),
            tie_breaker=form.tie_breaker or usual_tie_breaker(act.session, project),
        ),
        channel_id=portfolio.channel_id,
        advice=form.advice,
    )
    redraw(act.session, decision, act.at)
    return decision


def check_again(act: Act, before: Decision) -> None:
    """Have the checkpoint of a decision that lapsed be asked about again, and stay until then.

    Raises Concluded, Gone and NotACheckpoint.
    """
    found = act.session.get(
        Milestone, before.subject_id, with_for_update=LOCK, populate_existing=True
    )
    there(found, COMMAND).check_can_be_decided()


@knows_now(Subject.CHECKPOINT)
def about_now(act: Act, before: Decision) -> About | None:
    """The checkpoint with its dates and its epics as they are now."""
    milestone = act.session.get(Milestone, before.subject_id)
    return _about(act, milestone, before.portfolio) if milestone is not None else None


def redraw(session: Session, decision: Decision, at: datetime) -> None:
    """Have digests and Homes say that it is asked, or how it ended."""
    redraw_digests(session, decision.workspace_id, decision.portfolio_id, at)
    redraw_homes(session, decision.workspace_id, at)


@effect_of(Subject.CHECKPOINT)
def conclude_checkpoint(session: Session, decision: Decision, at: datetime) -> str:
    """Its outcome and its day are what was decided; one that was removed stays so."""
    milestone = session.get(
        Milestone, decision.subject_id, with_for_update=LOCK, populate_existing=True
    )
    if milestone is None:
        return f"{NOTHING}: it is not in the plan any more"
    if decision.outcome is None:
        return f"{NOTHING}: {milestone.code} stays as it was"
    milestone.conclude(Passing(decision.outcome), decision.key, decision.portfolio.day_of(at))
    session.flush()
    redraw(session, decision, at)
    return f"the plan of {milestone.project.code} says so"


def _about(act: Act, milestone: Milestone, portfolio: Portfolio) -> About:
    here = (act.workspace_id, portfolio.id, Subject.CHECKPOINT, milestone.id)
    return About(*here, _case(act, milestone, portfolio))


def _case(act: Act, milestone: Milestone, portfolio: Portfolio) -> Case:
    project = milestone.project
    key = f"{project.code} {milestone.code}"
    return Case(
        key=key if len(key) <= LONGEST_KEY else milestone.code,
        title=f"{milestone.name}, of {project.name}",
        currency=portfolio.currency,
        lines=(_days(milestone), *_epics(act, milestone)),
        owner_user_id=project.owner_user_id,
    )


def _days(milestone: Milestone) -> str:
    agreed, expected = milestone.baseline_on, milestone.expected_on
    said = f"Agreed for {spell_day(agreed)}" if agreed else "No day was agreed"
    if expected and expected != agreed:
        came = "came" if milestone.actual_on else "expected"
        said += f", {came} {spell_day(expected)}"
    return f"{said}."


def _epics(act: Act, milestone: Milestone) -> Iterator[str]:
    """How the epics stand that point to the project; restricted ones are counted alone."""
    linked = select(Epic).where(Epic.project_id == milestone.project_id)
    seen = linked.where(visible_to(EVERYBODY)).options(joinedload(Epic.state)).order_by(Epic.id)
    epics = act.session.scalars(seen.limit(EPICS_NAMED)).all()
    for epic in epics:
        yield _line(act, epic)
    counted = select(func.count()).select_from(linked.subquery())
    more = (act.session.scalar(counted) or 0) - len(epics)
    if not epics and not more:
        yield "No epic is linked to the project."
    elif more:
        yield f"{more:,} more {'epic is' if more == 1 else 'epics are'} linked."


def _line(act: Act, epic: Epic) -> str:
    column = epic.column_label[0].lower() + epic.column_label[1:]
    said = f"{epic.key} {epic.title[:60]}: {column}"
    last = case_evidence(act.session, epic, act.at).last
    if last is None or not epic.indicator:
        return f"{said}."
    figure, unit = named(epic.indicator)
    target = f", target {epic.target:f}{unit}" if epic.target is not None else ""
    return f"{said}, {figure[:40]} {last.value:f}{unit}{target}."
