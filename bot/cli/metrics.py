"""`tack metrics`: the figures of a portfolio's flow as of a day."""

import json
from datetime import UTC, datetime
from typing import Any

from bot.cli.data import (
    AsOfOption,
    JsonOption,
    PortfolioOption,
    WorkspaceOption,
    end_of_day,
    portfolio_named,
    ready_database,
)
from bot.clocks import DatabaseClock
from bot.workflows.flow.metrics import Metrics, metrics_at
from bot.workflows.people.workspaces import workspace_id
from models.board.governance import Governance, Taken
from models.calendar import spell_day
from models.counting import counted
from models.flow.line import Line, TooThin
from models.flow.percentiles import Spread

SPLIT = "B"
"""Active are the states of that kind: by default reviewing, analyzing and implementing."""


def metrics(
    portfolio: PortfolioOption,
    as_of: AsOfOption,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Print how work flowed up to the end of a day: times, ages, throughput, efficiency."""
    with ready_database() as database, database.snapshot() as session:
        found = portfolio_named(session, workspace_id(session, workspace), portfolio)
        flow = metrics_at(session, found, end_of_day(found, as_of, DatabaseClock(database).now()))
    print(json.dumps(_as_data(flow), indent=2) if as_json else _as_text(portfolio, flow))


def _as_data(flow: Metrics) -> dict[str, Any]:
    return {
        "as_of": stamp(flow.as_of),
        "items_known": flow.items_known,
        "count_per_state": flow.count_per_state,
        "wip_total": flow.wip_total,
        "wip_per_value_stream": flow.wip_per_value_stream,
        "done_items_total": flow.done_total,
        "done_without_commitment_before_done": flow.done_without_commitment,
        "flow_time_days_all": _spread(flow.flow_times),
        "flow_time_days_last_365d": _spread(flow.flow_times_last_year),
        "throughput_26_iso_weeks": [
            {"week_start": f"{monday:%Y-%m-%d}", "done": done} for monday, done in flow.weeks
        ],
        "throughput_26_weeks_total": flow.throughput,
        "work_item_age_days": _spread(flow.ages),
        "ten_oldest_in_wip": [
            {
                "id": each.id,
                "state": each.state,
                "committed_at": stamp(each.committed_at),
                "age_days": round(each.age_days, 6),
            }
            for each in flow.oldest
        ],
        "flow_efficiency": {
            SPLIT: {"items": flow.efficient_items, "ratio_of_sums": _rounded(flow.efficiency)}
        },
        "line": line_as_data(flow.line),
        "decisions": _decisions(flow.governance),
    }


def _decisions(found: Governance) -> dict[str, Any]:
    """Of the last 13 whole weeks."""
    return {
        "votes": _taken(found.votes),
        "one_person_or_room": _taken(found.others),
        "open": found.open,
        "oldest_open_days": found.oldest_days if found.open else None,
        "cases": found.cases,
        "cases_with_an_item_younger_than_60_days": found.fresh,
        "decided": found.decided,
        "stopped": found.stopped,
        "shifts": found.shifts,
        "shifts_that_asked_nobody": found.silent,
    }


def _taken(found: Taken) -> dict[str, Any]:
    return {
        "closed": found.count,
        "closed_in_the_13_weeks_before": found.before,
        "median_working_days": found.half_days,
        "median_working_days_before": found.half_days_before,
    }


def _spread(spread: Spread) -> dict[str, Any]:
    ranks = {str(percent): round(days, 6) for percent, days in spread.nearest_rank.items()}
    return {
        "n": spread.n,
        "nearest_rank": ranks,
        "mean": _rounded(spread.mean),
        "min": _rounded(spread.shortest),
        "max": _rounded(spread.longest),
    }


def line_as_data(line: Line | TooThin) -> dict[str, Any] | None:
    if isinstance(line, TooThin):
        return None
    if line.by_hand:
        return {"days": line.days, "scope": "set by hand", "weeks": None, "n": 0}
    scope = "value stream" if line.of_stream else "portfolio"
    return {"days": round(line.days, 6), "scope": scope, "weeks": line.weeks, "n": line.n}


def line_as_text(line: Line | TooThin) -> str:
    if isinstance(line, TooThin):
        return f"no line yet, it needs {line.needed} finished epics and there are {line.there}"
    if line.by_hand:
        return f"85 of 100 epics finish by day {line.day:,}, set by hand"
    sample = f"from {line.n:,} that finished in {line.weeks} weeks"
    return f"85 of 100 epics finish by day {line.day:,}, {sample}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _as_text(portfolio: str, flow: Metrics) -> str:
    lines = [
        f"{portfolio}, {spell_day(flow.as_of.date())}: {counted(flow.items_known, 'epic')} known"
    ]
    lines += [f"  {state:<24}{count:>7,}" for state, count in flow.count_per_state.items()]
    lines.append(f"In flight: {flow.wip_total:,}")
    lines += [f"  {stream:<24}{n:>7,}" for stream, n in flow.wip_per_value_stream.items()]
    lines.append(f"Age in days: {_line(flow.ages)}")
    lines += [
        f"  {each.id:<24}{each.age_days:>9,.1f}  {each.state}, since "
        f"{spell_day(each.committed_at.astimezone(flow.as_of.tzinfo).date())}"
        for each in flow.oldest
    ]
    lines.append(
        f"Finished: {flow.done_total:,}, {flow.done_without_commitment:,} of them never in flight"
    )
    lines.append(f"Flow time in days: {_line(flow.flow_times)}")
    lines.append(f"  in the last 365 days: {_line(flow.flow_times_last_year)}")
    lines.append(f"The line: {line_as_text(flow.line)}")
    weeks = " ".join(str(done) for _, done in flow.weeks)
    lines.append(f"Finished in 26 whole weeks: {flow.throughput:,}")
    lines.append(f"  from {spell_day(flow.weeks[0][0])} on, week by week: {weeks}")
    if flow.efficiency is None:
        lines.append("Flow efficiency: none yet, nothing has gone from commitment to done")
    else:
        share = f"{100 * flow.efficiency:.1f} % of the time in active states"
        lines.append(f"Flow efficiency: {share}, over {flow.efficient_items:,} epics")
    return "\n".join([*lines, *_decisions_as_text(flow.governance)])


def _decisions_as_text(found: Governance) -> list[str]:
    def said(taken: Taken) -> str:
        half = (
            "too few to say how long"
            if taken.half_days is None
            else (f"half within {taken.half_days:,} working days")
        )
        return f"{taken.count:,} in 13 weeks, {taken.before:,} in the 13 before; {half}"

    since = f", the oldest for {found.oldest_days:,} days" if found.open else ""
    return [
        f"Votes: {said(found.votes)}; {found.open:,} open{since}",
        f"Decided by one person or in the room: {said(found.others)}",
        f"  {found.fresh:,} of {found.cases:,} cases had an item younger than 60 days; "
        f"{found.stopped:,} of {found.decided:,} stopped an epic",
        f"Shifts of money: {found.silent:,} of {found.shifts:,} asked nobody",
    ]


def _line(spread: Spread) -> str:
    if spread.n == 0 or spread.mean is None:
        return "none yet"
    ranks = [f"{percent} of 100 within {d:,.1f}" for percent, d in spread.nearest_rank.items()]
    return f"{', '.join(ranks)}; mean {spread.mean:,.1f}, n = {spread.n:,}"
