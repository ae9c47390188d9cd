"""The sample's frame: who has which role, themes, projects and limits, by the very workflows."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from bot.demo.epic import BUY, CALM, IM, PAPER
from bot.workflows.keeping import Act
from bot.workflows.people import granting
from bot.workflows.permitting import Place
from bot.workflows.portfolio import limits as setting_limits
from bot.workflows.portfolio.limits import ALL
from bot.workflows.projects import keeping as projecting
from bot.workflows.themes import keeping as theming
from models.people.role import Role
from models.portfolio.policy import DECISIONS, USUAL
from models.portfolio.portfolio import Phase, Portfolio
from models.projects.forms import MilestoneForm, ProjectForm
from models.projects.project import MilestoneKind
from models.projects.shares import of_streams, parse_shares
from models.themes.aim import KeyResultForm, ObjectiveForm, ReadingForm, ThemeForm

THEMES = (
    (BUY, "Who wants to pay can pay, whatever they pay with."),
    (PAPER, "A new customer is in on the first day, from wherever they are."),
    (CALM, "Nobody is woken for what can wait until the morning."),
)
PROJECTS = (
    (
        ProjectForm(
            code="PRJ-204",
            name="Checkout renewal",
            budget_minor=90_000_000,
            cost_centre="4310",
        ),
        "Payments",
        (("M1", "Design agreed", -120, -120), ("M2", "New pages live", -40, -34)),
        ("M3", "Old pages gone", 20, 34),
    ),
    (
        ProjectForm(
            code="PRJ-187",
            name="One ledger for all countries",
            budget_minor=140_000_000,
            cost_centre="4380",
        ),
        "Platform:60; Payments:40",
        (("M1", "Supplier chosen", -90, -95), ("M2", "First country on it", -10, -10)),
        ("M3", "All countries on it", 160, 160),
    ),
)
"""Each with its shares, its milestones that came and the checkpoint to come: code, name, days from
now as agreed and as they came or are expected."""

MOST_IN_FLIGHT = {"Payments": 7, "Onboarding": 4, "Platform": 3}
MOST_TESTING = 4


def give_roles(
    session: Session, portfolio: Portfolio, people: Mapping[str, str], at: datetime
) -> None:
    """Let three be the council, and Dana hold the money."""
    for role, names in ((Role.COUNCIL, ("ben", "cleo", "eli")), (Role.FINANCE, ("dana",))):
        granting.grant(
            session,
            portfolio.workspace_id,
            people["ana"],
            role,
            Place.of_portfolio(portfolio),
            [people[name] for name in names],
            [],
            False,
            at,
        )


def keep_themes(
    session: Session, portfolio: Portfolio, people: Mapping[str, str], at: datetime
) -> dict[str, int]:
    """The themes by their names, the first with an objective and the figure that shows it."""
    act = Act(session, portfolio.workspace_id, people["ana"], at)
    found = {
        name: theming.THEMES.add(
            act, theming.new_theme(act, portfolio.id), ThemeForm(name=name, description=about)
        ).id
        for name, about in THEMES
    }
    aim = ObjectiveForm(
        title="Seven in ten who begin to pay finish",
        due_on=(at + timedelta(days=330)).date(),
        owner_user_id=people["ben"],
        theme_id=found[BUY],
    )
    objective = theming.OBJECTIVES.add(act, theming.new_objective(act, portfolio.id), aim)
    figure = KeyResultForm(
        title="Checkout completion", unit="%", baseline=Decimal(61), target=Decimal(70)
    )
    result = theming.add_key_result(act, objective.id, figure)
    on = (at + timedelta(days=170)).date()
    read = ReadingForm(current=Decimal("64.2"), current_on=on)
    theming.read_key_result(act, result.id, result.version, read)
    return found


def keep_projects(
    session: Session, portfolio: Portfolio, people: Mapping[str, str], at: datetime, now: datetime
) -> dict[str, int]:
    """The projects by their codes, with their milestones as they stand today."""
    act, found = Act(session, portfolio.workspace_id, people["ana"], at), {}
    for form, shares, came, coming in PROJECTS:
        shared = of_streams(parse_shares(shares), portfolio.open_streams)
        begun = projecting.new_project(act, portfolio.id)
        project = projecting.PROJECTS.add(act, begun, form.model_copy(update={"shared": shared}))
        plan = [(*each, "actual_on") for each in came] + [(*coming, "forecast_on")]
        for code, name, agreed, then, as_of in plan:
            days = {"baseline_on": _day(now, agreed), as_of: _day(now, then)}
            kind = MilestoneKind.CHECKPOINT if code == coming[0] else MilestoneKind.MILESTONE
            milestone = MilestoneForm(code=code, name=name, kind=kind, **days)
            projecting.MILESTONES.add(act, projecting.new_milestone(act, project.id), milestone)
        found[form.code] = project.id
    return found


def set_limits(session: Session, portfolio: Portfolio, ana: str, at: datetime) -> None:
    """How many may be in flight in each stream, and test their MVP at once: one stream is over."""
    here = portfolio.workspace_id
    for stream in portfolio.open_streams:
        wanted = {ALL: MOST_IN_FLIGHT[stream.name]}
        setting_limits.set_limits(
            session, here, ana, portfolio.id, stream.id, stream.version, wanted, at
        )
    testing = f"{portfolio.state(IM).id}.{Phase.TESTING}"
    setting_limits.set_limits(
        session, here, ana, portfolio.id, None, portfolio.version, {testing: MOST_TESTING}, at
    )


def _day(now: datetime, days: int) -> date:
    return (now + timedelta(days=days)).date()


def ask_for_decisions(portfolio: Portfolio, *, asked: bool) -> None:
    """Have states ask for decisions on the way out, or not: the sample began without."""
    for state in portfolio.states:
        usual = [each.value for each in USUAL.get(state.name, ())]
        state.exit_requires = [each for each in usual if asked or each not in DECISIONS]
