"""What jira-agile-metrics computes of the same items, run in an environment of its own.

`python their_figures.py items.csv transitions.csv DAY`: its issues are made ready before, so that
only its figures are timed; prints milliseconds of processor time as JSON, and how many it finished.
"""

import csv
import json
import sys
import time
from datetime import datetime, timedelta
from types import SimpleNamespace

from jira_agile_metrics.calculators.cfd import calculate_cfd_data
from jira_agile_metrics.calculators.cycletime import calculate_cycle_times
from jira_agile_metrics.calculators.forecast import (
    burnup_monte_carlo,
    calculate_daily_throughput,
    throughput_sampler,
)
from jira_agile_metrics.calculators.throughput import calculate_throughput

STATES = ("funnel", "reviewing", "analyzing", "ready", "implementing", "done")
TYPES = ("backlog", "accepted", "accepted", "accepted", "accepted", "complete")
CYCLE = [
    {"name": name, "statuses": [name], "type": type_}
    for name, type_ in zip(STATES, TYPES, strict=True)
]
MORE, TRIALS, DAYS = 20, 100, 26 * 7
AS_OF = datetime.fromisoformat(sys.argv[3])


class Issues:
    """In place of its query manager: the issues as they would come from Jira."""

    jira = SimpleNamespace(_options={"server": ""})

    def __init__(self, items, transitions):
        changes = {}
        with open(transitions, newline="") as rows:
            for row in csv.DictReader(rows):
                at = datetime.fromisoformat(row["at"].replace("Z", ""))
                if at <= AS_OF:
                    changes.setdefault(row["id"], []).append(
                        SimpleNamespace(
                            change="status",
                            from_string=row["from_status"],
                            to_string=row["to_status"],
                            date=at,
                        )
                    )
        with open(items, newline="") as rows:
            self._issues = [
                SimpleNamespace(
                    key=row["id"],
                    changes=changes[row["id"]],
                    fields=SimpleNamespace(
                        issuetype=SimpleNamespace(name=row["type"]),
                        summary=row["title"],
                        status=SimpleNamespace(name=row["current_status"]),
                        resolution=None,
                    ),
                )
                for row in csv.DictReader(rows)
                if row["id"] in changes
            ]

    def find_issues(self, _query):
        return self._issues

    def iter_changes(self, issue, _fields):
        return issue.changes


def main():
    """Time each of the four and print them."""
    issues = Issues(*sys.argv[1:3])
    times_ms, began = {}, time.process_time()

    def took(what):
        nonlocal began
        times_ms[what] = (time.process_time() - began) * 1000
        began = time.process_time()

    cycles = calculate_cycle_times(issues, CYCLE, {}, "funnel", "done", [{"jql": ""}], now=AS_OF)
    took("cycle time")
    calculate_cfd_data(cycles, list(STATES))
    took("CFD")
    calculate_throughput(cycles, "W-SUN", 26)
    took("throughput")
    ends = AS_OF.date()
    begins = ends - timedelta(days=DAYS)
    lately = cycles[cycles["done"].notna() & (cycles["done"] >= str(begins))]
    pace = calculate_daily_throughput(lately, "done", begins, ends)
    done = int(cycles["done"].notna().sum())
    sampler = throughput_sampler(pace, done, done + MORE)
    burnup_monte_carlo(done, done + MORE, pace.index.max(), pace.index.freq, sampler, TRIALS)
    took("forecast")
    print(json.dumps({"times_ms": times_ms, "done": done}))


main()
