"""`tack forecast`: what past weeks say about the next ones, as of a day."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer

from bot.cli.data import (
    AsOfOption,
    JsonOption,
    PortfolioOption,
    WorkspaceOption,
    end_of_day,
    portfolio_named,
    ready_database,
)
from bot.cli.metrics import line_as_data, line_as_text, stamp
from bot.clocks import DatabaseClock
from bot.workflows.flow.forecasting import (
    EpicOutlook,
    Outlook,
    backtest_at,
    outlook_at,
    outlook_of,
)
from bot.workflows.people.workspaces import workspace_id
from models.calendar import spell_day
from models.counting import counted
from models.flow.forecast import BACK_PERCENTS, BACK_WEEKS, Backtest, NoForecast, Pace
from models.flow.line import TooThin

IN_WEEKS = (4, 12, 26)
TO_FINISH = (5, 10, 20)
COUNT_PERCENTS = (50, 70, 85, 95)
WEEK_PERCENTS = (50, 85, 95)


def forecast(
    portfolio: PortfolioOption,
    as_of: AsOfOption,
    epic: Annotated[str | None, typer.Option(help="Forecast one epic, by its key.")] = None,
    look_back: Annotated[
        bool,
        typer.Option(
            "--backtest",
            help="Compare the forecast at the end of each past month with what finished.",
        ),
    ] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Print how many epics will finish in the next weeks, and by when a number of them will."""
    with ready_database() as database, database.snapshot() as session:
        found = portfolio_named(session, workspace_id(session, workspace), portfolio)
        moment = end_of_day(found, as_of, DatabaseClock(database).now())
        if look_back:
            looked = backtest_at(session, found, moment)
            print(_held_as_data(moment, looked) if as_json else _held_as_text(portfolio, looked))
            return
        outlook = outlook_at(session, found, moment)
        one = outlook_of(session, found, outlook, epic) if epic else None
    if as_json:
        data = _as_data(outlook) | ({"epic": _epic_as_data(epic, one)} if epic and one else {})
        print(json.dumps(data, indent=2))
    else:
        lines = _as_text(portfolio, outlook)
        print("\n".join([*lines, _epic_as_text(epic, one)] if epic and one else lines))


def _held_as_data(moment: datetime, looked: Backtest) -> str:
    months = [
        {"month": f"{trial.on:%Y-%m}"}
        | ({"reason": trial.thin} if trial.thin else {})
        | {
            f"in_{weeks}_weeks": {
                "at_least_with_confidence": {
                    str(p): trial.forecast[weeks, p] for p in BACK_PERCENTS if trial.forecast
                },
                "came": came,
            }
            for weeks, came in trial.came.items()
        }
        for trial in looked.trials
    ]
    held = {
        f"in_{weeks}_weeks": {
            str(p): dict(zip(("held", "of"), looked.held(weeks, p), strict=True))
            for p in BACK_PERCENTS
        }
        for weeks in BACK_WEEKS
    }
    return json.dumps({"as_of": stamp(moment), "months": months, "held": held}, indent=2)


def _held_as_text(portfolio: str, looked: Backtest) -> str:
    shown = [trial for trial in looked.trials if trial.thin is None]
    months, thin = len(shown), len(looked.trials) - len(shown)
    lines = [
        f"{portfolio}: {months:,} months with a forecast at their end, {thin:,} in which too few "
        "had finished"
    ]
    for trial in shown:
        said = (
            f"in {weeks} weeks {trial.forecast[weeks, 50]:,} or more at 50 %, "
            f"{trial.forecast[weeks, 85]:,} at 85 %, {came:,} came"
            for weeks, came in trial.came.items()
        )
        lines.append(f"  {trial.on:%Y-%m}: {'; '.join(said)}")
    for weeks in BACK_WEEKS:
        held = [(p, *looked.held(weeks, p)) for p in BACK_PERCENTS]
        said = (
            f"{p} % held {count:,} times of {of:,} ({100 * count / of:.0f} %)"
            if of
            else f"{p} % was never forecast"
            for p, count, of in held
        )
        lines.append(f"In {weeks} weeks: {', '.join(said)}")
    return "\n".join(lines)


def _as_data(outlook: Outlook) -> dict[str, Any]:
    pace = outlook.pace
    data: dict[str, Any] = {"as_of": stamp(outlook.as_of), "line": line_as_data(outlook.line)}
    if not pace.total:
        reason = f"nothing finished in the last {len(pace.counts)} whole weeks"
        return data | {"forecast_exact": {}, "reason": reason}
    return data | {"forecast_exact": _exact(pace)}


def _exact(pace: Pace) -> Mapping[str, Any]:
    counts = {
        f"items_in_{weeks}_weeks": {
            "at_least_with_confidence": {str(p): pace.at_least(weeks, p) for p in COUNT_PERCENTS},
            "mean": round(pace.mean(weeks), 6),
        }
        for weeks in IN_WEEKS
    }
    spans = {
        f"weeks_to_finish_{items}_items": {str(p): pace.weeks_for(items, p) for p in WEEK_PERCENTS}
        for items in TO_FINISH
    }
    return counts | spans


def _epic_as_data(name: str, one: EpicOutlook) -> dict[str, Any]:
    data: dict[str, Any] = {"id": name, "committed_at": stamp(one.committed_at)}
    match one.found:
        case TooThin() as thin:
            return data | {"days": None, "reason": _why_no_line(thin)}
        case NoForecast() as none:
            return data | {"days": None, "n": none.n, "of": none.of, "reason": none.why}
        case found:
            days = {"50": round(found.half_days, 6), "85": round(found.most_days, 6)}
            by = {"50": stamp(found.half_at), "85": stamp(found.most_at)}
            return data | {"days": days, "by": by, "n": found.n, "of": found.of}


def _as_text(portfolio: str, outlook: Outlook) -> list[str]:
    pace = outlook.pace
    lines = [f"{portfolio}, {spell_day(outlook.as_of.date())}: {line_as_text(outlook.line)}"]
    if (thin := pace.too_thin) is not None:
        return [*lines, f"Forecast: none yet, {thin}"]
    sample = f"{pace.total:,} finished in the last {len(pace.counts)} weeks"
    lines.append(f"Forecast, from {sample}:")
    for weeks in IN_WEEKS:
        said = ", ".join(f"{pace.at_least(weeks, p):,} or more at {p} %" for p in COUNT_PERCENTS)
        lines.append(f"  in {weeks} weeks: {said}")
    for items in TO_FINISH:
        found = [(pace.weeks_for(items, p), p) for p in WEEK_PERCENTS]
        said = ", ".join(
            f"{counted(weeks, 'week')} at {p} %" for weeks, p in found if weeks is not None
        )
        lines.append(f"  {items} more: {said or 'not within a thousand weeks'}")
    return lines


def _epic_as_text(name: str, one: EpicOutlook) -> str:
    match one.found:
        case TooThin() as thin:
            return f"{name}: none yet, {_why_no_line(thin)}"
        case NoForecast() as none:
            return f"{name}: none, {none.why}"
        case found:
            half, most = spell_day(found.half_at.date()), spell_day(found.most_at.date())
            return f"{name}: half by {half}, 85 % by {most}, from the {found.n} that took longer"


def _why_no_line(thin: TooThin) -> str:
    return f"needs {thin.needed} finished epics, there are {thin.there}"
