"""A project in words: whose it is, its money, its shares, its plan and what was reported of it."""

from collections.abc import Sequence
from datetime import date

from bot.slack.mrkdwn import Marked, words
from models.calendar import spell_days
from models.money import format_amount
from models.projects.project import Milestone, Project, ProjectSnapshot
from models.projects.shares import WHOLE, spell_percent

TEMPLATE = "projects/project"


def project_facts(project: Project, newest: ProjectSnapshot | None, currency: str) -> Marked:
    """ "CORE · @Cleo · €1.2m · Payments 60 %, Onboarding 40 %"."""
    money, shares = _money(project, newest, currency), _shares(project)
    return Marked(words(TEMPLATE, "facts_line", project=project, money=money, shares=shares))


def plan_facts(project: Project, today: date) -> Marked:
    """ "M3 14 days late · 2 of 3 milestones on their date"."""
    late = project.latest_slip(today)
    days = late.slip_days(today) if late else None
    plan = project.plan(today)
    return Marked(words(TEMPLATE, "plan_line", late=late, late_days=days, plan=plan))


def already_linked(count: int) -> str:
    """ "2 epics point to it already."; nothing where none does."""
    return f"{count} {'epic points' if count == 1 else 'epics point'} to it already." * bool(count)


def milestone_words(each: Milestone, today: date) -> str:
    """A milestone with its days, and how far off the agreed one it is."""
    slip = each.slip_days(today)
    expected_on = max(each.expected_on, today) if each.expected_on else None
    how = None if slip is None else _slip(slip)
    return words(TEMPLATE, "milestone_line", each=each, slip=slip, how=how, expected_on=expected_on)


def snapshot_words(snapshots: Sequence[ProjectSnapshot], currency: str) -> str:
    """What was reported last, compared with the report before; the newest comes first."""
    newest, before = snapshots[0], snapshots[1] if len(snapshots) > 1 else None
    now, then = _figures(newest, currency), _figures(before, currency) if before else {}
    lines = {
        name: _compared(name, figure, then.get(name), differs=bool(before))
        for name, figure in now.items()
        if figure or then.get(name) or name not in UNSAID
    }
    lines["End"] = _end(newest, before)
    return words(TEMPLATE, "snapshot_lines", newest=newest, before=before, lines=lines.values())


UNSAID = frozenset({"Confidence", "Reported by"})
"""What is left out where it is not known."""


def _figures(snapshot: ProjectSnapshot, currency: str) -> dict[str, str | None]:
    """What was reported, by its name; None for what was not."""
    amounts = {
        "Budget": snapshot.budget_minor,
        "Forecast": snapshot.forecast_minor,
        "Whole-life cost": snapshot.whole_life_cost_minor,
    }
    rows = {
        name: None if minor is None else format_amount(minor, currency, short=True)
        for name, minor in amounts.items()
    }
    stream = snapshot.value_stream
    reported_by = stream.name if stream else None
    return {**rows, "End": None, "Confidence": snapshot.confidence, "Reported by": reported_by}


def _compared(name: str, now: str | None, then: str | None, *, differs: bool) -> Marked:
    facts = {"name": name, "now": now, "before": then, "differs": differs and now != then}
    return Marked(words(TEMPLATE, "figure_line", **facts))


def _end(newest: ProjectSnapshot, before: ProjectSnapshot | None) -> Marked:
    now, then = newest.ends_on, before.ends_on if before else None
    moved = (now - then).days if now and then else None
    facts = {"now": now, "before": then, "moved": moved}
    return Marked(words(TEMPLATE, "end_line", **facts, differs=before is not None and now != then))


def _slip(days: int) -> str:
    if days == 0:
        return "on its date"
    count = spell_days(abs(days))
    return f"{count} late" if days > 0 else f"{count} early"


def _money(project: Project, newest: ProjectSnapshot | None, currency: str) -> str:
    """The project's budget, else that of the newest report."""
    if project.budget_minor is not None:
        return f"budget {format_amount(project.budget_minor, currency, short=True)}"
    if newest is not None and newest.budget_minor is not None:
        amount = format_amount(newest.budget_minor, currency, short=True)
        return f"{amount} in {newest.period}"
    return "no budget known"


def _shares(project: Project) -> str:
    if not project.shares:
        return "in no value stream yet"
    if len(project.shares) == 1 and project.shares[0].percent == WHOLE:
        return project.shares[0].value_stream.name
    return ", ".join(
        f"{share.value_stream.name} {spell_percent(share.percent)} %" for share in project.shares
    )
