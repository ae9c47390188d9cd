"""What the audit log calls each noun and column, and how a value is written where no type says it.

A new noun or column is a line here; a test says which one is missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column

from models.base import Base
from models.budgets.ledger import AccountKind
from models.calendar import MONTH_NAMES, WEEKDAYS
from models.counting import counted
from models.portfolio.policy import NAMES
from models.portfolio.portfolio import PHASE_LABELS


@dataclass(frozen=True, slots=True)
class Noun:
    """How the rows of a table are called: by a label, and the columns that name a row."""

    label: str = ""
    """Empty for a fact about an epic, whose columns say all of it."""
    name: tuple[str, ...] = ()
    between: str = " "
    """Stands between the columns of a name."""
    added: str = "added"
    """What happened when a row was created; empty where its columns say so."""
    of: str | None = None
    """The table that the subject is a row of, where the noun is none."""


NOUNS: Mapping[str, Noun] = {
    "actuals": Noun("spend", ("month",), added="booked"),
    "allocations": Noun("budget line"),
    "answers": Noun(added=""),
    "ballot_questions": Noun("question", added="asked"),
    "blockings": Noun(added=""),
    "circle_members": Noun("circle member", ("user_id",)),
    "columns": Noun("state", added="", of="states"),
    "commitment_points": Noun("portfolio", added="", of="portfolios"),
    "commitments": Noun("commitment"),
    "confirmations": Noun(added="confirmed: still right"),
    "decisions": Noun("decision", ("key",), added="opened"),
    "delegations": Noun("stand-in", added="named"),
    "departures": Noun("member", ("user_id",), added="left Slack"),
    "epics": Noun("epic", ("key", "title"), added="proposed"),
    "exports": Noun("export", added=""),
    "funding_periods": Noun("fiscal year", ("name",)),
    "handovers": Noun("handover", added=""),
    "imports": Noun("import into", added="", of="portfolios"),
    "key_results": Noun("key result", ("title",)),
    "ledger_entries": Noun("ledger entry", ("number",)),
    "ledger_transfers": Noun("transfer"),
    "left_out_epics": Noun(added="left out of Thursday's question"),
    "milestones": Noun("milestone", ("project_id", "code", "name"), ", "),
    "objections": Noun("objection", added="raised"),
    "observations": Noun(added="evidence added"),
    "objectives": Noun("objective", ("title",)),
    "outcome_reviews": Noun(added="asked for the outcome"),
    "overrides": Noun(added=""),
    "planned_openings": Noun("question", added="planned"),
    "portfolios": Noun("portfolio", ("name",)),
    "programs": Noun("program", ("code", "name")),
    "project_shares": Noun("share", ("project_id", "value_stream_id"), ", "),
    "project_snapshots": Noun("snapshot", ("project_id", "period"), ", "),
    "projects": Noun("project", ("code", "name")),
    "readings": Noun(added="evidence added"),
    "role_grants": Noun("role", ("role",), added="given"),
    "rules_changes": Noun("rules of shifts", added="asked for"),
    "signal_checks": Noun(added="asked whether to decide"),
    "shift_approvals": Noun("approval", ("shift_id", "seat"), ", ", added="requested"),
    "shift_questions": Noun("question", added="asked"),
    "shifts": Noun("budget shift", ("from_stream_id", "to_stream_id"), " → ", "requested"),
    "states": Noun("state", ("label",)),
    "stream_moves": Noun(added=""),
    "subscriptions": Noun("digest", ("channel_id",)),
    "themes": Noun("theme", ("name",)),
    "transitions": Noun(added=""),
    "value_streams": Noun("value stream", ("name",)),
    "wip_limits": Noun("limit", ("portfolio_id", "value_stream_id", "state_id", "phase"), ", "),
    "workspaces": Noun("workspace", ("team_id",)),
    "year_end_forecasts": Noun("year-end forecast", added="given"),
}

LABELS: Mapping[str, str] = {
    # what a thing is called
    "code": "code",
    "title": "title",
    "name": "name",
    "label": "name",
    "key_prefix": "key prefix",
    "team_id": "Slack workspace",
    # epics
    "answers.kind": "answer",
    "answers.words": "comment",
    "blockings.reason": "blocked",
    "blockings.ended_at": "unblocked",
    "overrides.passed": "override",
    "state_id": "state",
    "to_state_id": "state",
    "phase": "column",
    "value_stream_id": "value stream",
    "to_stream_id": "value stream",
    "proposed_by": "proposed by",
    "handovers.to_user_id": "owner",
    "owner_user_id": "owner",
    "owner_name": "owner as named in the file",
    "type": "type",
    "hypothesis": "hypothesis",
    "for_whom": "for whom",
    "indicator": "indicator",
    "unit": "unit",
    "baseline": "baseline",
    "target": "target",
    "target_on": "target date",
    "current": "current value",
    "current_on": "as of",
    "kill_threshold": "stop line",
    "mvp_cost_minor": "MVP cost",
    "full_cost_minor": "full cost",
    "horizon": "horizon",
    "theme_id": "theme",
    "theme_none_because": "reason for no theme",
    "objective_id": "objective",
    "project_id": "project",
    "program_id": "program",
    "restricted": "restricted",
    "source": "source",
    "source_id": "id in the source",
    # evidence
    "value": "reading",
    "observations.words": "observation",
    "stance": "speaks",
    "observed_on": "seen on",
    "struck_because": "struck out",
    "signal": "signal",
    "says": "measured",
    "signal_checks.value": "value",
    "signal_checks.because": "not yet",
    "signal_checks.answered_at": "answered",
    "needed_on": "waits for all from",
    # decisions
    "asks": "question",
    "way": "taken by",
    "method": "method",
    "reason_required": "reason required",
    "recommended": "recommended",
    "decisions.because": "because",
    "electorate": "electors",
    "electors_are": "electors are",
    "quorum": "quorum",
    "closes_at": "closes",
    "ending": "ended",
    "outcome": "outcome",
    "decided_by": "decided by",
    "why": "why",
    "present": "present",
    "link": "link",
    "votes": "votes",
    "round": "round",
    "tie_breaker": "tie-breaker",
    "tied_at": "tied",
    "put_off_at": "put off",
    "replaces_id": "replaces",
    "stand_in_user_id": "stand-in",
    "delegations.user_id": "votes for",
    "until_on": "until",
    "left_out_epics.until": "until",
    "left_out_epics.user_id": "not asked",
    "delegations.ended_at": "ended",
    "ballot_questions.words": "question",
    "ballot_questions.answer": "answer",
    "shift_questions.words": "question",
    "shift_questions.answer": "answer",
    "objections.user_id": "objects",
    "raised_by": "said by",
    "harm": "harm",
    "remedy": "would be removed by",
    "withdrawn_at": "withdrawn",
    "set_aside_at": "set aside",
    "set_aside_by": "set aside by",
    "failed": "because it is",
    "objections.because": "reason",
    "effect": "effect",
    "waiting_for": "waits for",
    "extended_at": "extended",
    "result_at": "result comes",
    "look_again_on": "looked at again",
    "predecessor_id": "continues",
    "successor_id": "continued as",
    "planned_openings.question": "question",
    "opens_at": "opens",
    "occasion": "occasion",
    "outcome_reviews.due_on": "asked from",
    "became": "outcome",
    "note": "learned",
    # roles and people
    "role": "role",
    "role_grants.user_id": "person",
    "user_group_id": "user group",
    "role_grants.portfolio_id": "portfolio",
    "stand_in": "stand-in",
    "returned_at": "back in Slack",
    "handed": "handed over",
    # portfolios, value streams, states and limits
    "channel_id": "channel",
    "stage": "funding",
    "merged_into_id": "merged into",
    "currency": "currency",
    "time_zone": "time zone",
    "locale": "number and date format",
    "fiscal_year_starts_in": "fiscal year starts in",
    "working_days": "working days",
    "holidays": "holidays",
    "council_line_minor": "council's line",
    "decision_days_before": "days to a decision before Tack",
    "line_days": "the line set by hand, in days",
    "open_to_all": "open to everyone",
    "books_closed_to": "books closed up to",
    "live_at": "live",
    "position": "position",
    "committed": "counts as committed",
    "phased": "two columns",
    "stale_after_days": "stale after",
    "exit_requires": "required to move on",
    "retired_at": "retired",
    "most": "most epics",
    "commitment_point": "commits on leaving",
    "epics_begun": "epics committed",
    # projects
    "kind": "kind",
    "category": "category",
    "budget_minor": "budget",
    "forecast_minor": "forecast",
    "whole_life_cost_minor": "whole-life cost",
    "cost_centre": "cost centre",
    "percent": "share",
    "period": "period",
    "as_of": "as of",
    "confidence": "confidence",
    "starts_on": "start",
    "ends_on": "end",
    "baseline_on": "agreed date",
    "forecast_on": "forecast date",
    "actual_on": "actual date",
    "due_on": "due date",
    "description": "description",
    # budgets
    "number": "number",
    "period_id": "fiscal year",
    "to_kind": "account",
    "amount_minor": "amount",
    "decided_minor": "decided",
    "promised_minor": "promised for the next period",
    "promised_period_id": "promised in",
    "uncovered_minor": "not covered",
    "released_minor": "released",
    "this_period_minor": "of the rest in this period",
    "month": "month",
    "booked_month": "booked in",
    "reference": "reference",
    "lasting": "also in the year after",
    "undoes_id": "takes back",
    "stand_ins_at": "stand-ins asked from",
    "stand_ins_asked": "stand-ins asked",
    "file": "file",
    "seat": "approves as",
    "free_percent": "by its owner alone",
    "most_percent": "without the council, at once",
    "moved_percent": "without the council, in the year",
    "request_days": "a request stays open for",
    "stand_in_days": "stand-ins asked after",
    "after_council_days": "after the council, stays open for",
    "undo_days": "finance alone undoes for",
    "since": "holds from",
    "rules_id": "by the rules",
    "shift_approvals.user_id": "approved by",
    "lapses_at": "expires",
    "ended_because": "reason",
    "entry_id": "ledger entry",
    # digests and files
    "weekday": "weekday",
    "minute_of_day": "time",
    "paused_at": "paused",
    "exports.portfolio_id": "portfolio",
    "format": "format",
    "exports.restricted": "restricted epics included",
    # how it ended, and why
    "reason": "reason",
    "learned": "learned",
    "ended_at": "ended",
    "closed_at": "closed",
}
"""What a column is called, in the order of a line; "table.column" where one table differs."""

WHO = {"actor_user_id", "by_user_id", "user_id", "added_by", "asked_by", "opened_by", "ended_by"}
WHO |= {"paused_by", "granted_by", "subscribed_by", "answered_by", "struck_by", "told_first"}
WHO |= {"given_by"}
WHEN = {"at", "created_at", "asked_at", "opened_at", "granted_at", "subscribed_at", "struck_at"}
WHEN |= {"given_at", "raised_at"}
OF_WHAT = {
    "portfolio_id",
    "epic_id",
    "decision_id",
    "transition_id",
    "shift_id",
    "key",
    "states.name",
}
FOLLOWS = {"answered_at", "accepted_at", "committed_at", "done_at", "transitions.phase"}
FOLLOWS |= {"go_at", "persevere_at"}
CARRIED = {"origin_url", "sha256", "mark", "frozen_case", "planned_openings.form", "is_vote"}
CARRIED |= {"ballots_end"}
CARRIED |= {
    "decisions.frozen_options",
    "offered",
    "decisions.question",
    "decisions.subject",
    "decisions.subject_id",
}
NOT_SAID = WHO | WHEN | OF_WHAT | FOLLOWS | CARRIED
"""Columns that a line says anyhow, that follow from others, or that are not read."""

SPELLED: Mapping[str, Callable[[Any], str]] = {
    "weekday": WEEKDAYS.__getitem__,
    "minute_of_day": lambda minute: f"{minute // 60}:{minute % 60:02}",
    "fiscal_year_starts_in": lambda month: MONTH_NAMES[month - 1],
    "working_days": lambda days: ", ".join(
        day for day, worked in zip(WEEKDAYS, days, strict=False) if worked == "1"
    ),
    "phase": lambda phase: PHASE_LABELS.get(phase, phase),
    "stale_after_days": lambda days: f"{days} days",
    "position": lambda position: f"{position + 1}",
    "percent": lambda percent: f"{percent}%",
    **dict.fromkeys(
        ("free_percent", "most_percent", "moved_percent"), lambda percent: f"{percent}%"
    ),
    **dict.fromkeys(
        ("request_days", "stand_in_days", "after_council_days", "undo_days"),
        lambda days: counted(days, "working day"),
    ),
    "exit_requires": lambda asked: ", ".join(NAMES.get(each, each) for each in asked) or "none",
    "votes": lambda votes: ", ".join(f"{choice} {n}" for choice, n in votes.items() if n) or "none",
    "to_kind": lambda kind: "available" if kind == AccountKind.FREE else kind.replace("_", " "),
    "role": str,
}
"""How a value is written, where the type of its column does not say it."""


def noun_of(noun: str) -> Noun:
    """How its rows are called, also where no table is called so any more."""
    return NOUNS.get(noun) or Noun(noun.removesuffix("s").replace("_", " "))


def label_of(noun: str, column: str) -> str:
    """What the column is called; empty where it is not said."""
    own = f"{noun}.{column}"
    if own in LABELS or own in NOT_SAID:
        return LABELS.get(own, "")
    if column in NOT_SAID or column.startswith("sha256 of "):
        return ""
    return LABELS.get(column) or column.replace("_", " ")


@cache
def place_of(noun: str, column: str) -> tuple[int, str]:
    """Where the column stands in a line."""
    order = list(LABELS)
    found = next((each for each in (f"{noun}.{column}", column) if each in LABELS), None)
    return (order.index(found) if found else len(order), column)


@cache
def column_of(noun: str, column: str) -> Column[Any] | None:
    """The column of the table; None for a figure of a note, or one that is gone."""
    table = Base.metadata.tables.get(noun)
    return None if table is None else table.columns.get(column)


def refers_to(noun: str, column: str) -> str | None:
    """The table that a column points to, None where it points to none."""
    found = column_of(noun, column)
    if column == "portfolio_id":
        return "portfolios"
    if found is None or not found.foreign_keys:
        return None
    return next(iter(found.foreign_keys)).column.table.name
