"""What the audit log's columns, nouns and ways are called in a sentence."""

LABELS = {
    "key": "the key",
    "title": "the title",
    "name": "the name",
    "label": "the name",
    "code": "the code",
    "value_stream_id": "the value stream",
    "state_id": "the state",
    "phase": "the column",
    "owner_user_id": "the owner",
    "proposed_by": "who proposed it",
    "type": "the type",
    "hypothesis": "the hypothesis",
    "for_whom": "for whom it is",
    "indicator": "the figure that will move",
    "baseline": "the baseline",
    "target": "the target",
    "target_on": "the day it is to be reached",
    "kill_threshold": "the stop line",
    "mvp_cost_minor": "the cost of the MVP",
    "full_cost_minor": "the full cost",
    "horizon": "the horizon",
    "theme_id": "the theme",
    "theme_none_because": "why it has no theme",
    "objective_id": "the objective",
    "project_id": "the project",
    "program_id": "the program",
    "restricted": "whether only its circle sees it",
    "committed_at": "when it was committed",
    "done_at": "when it was done",
    "answered_at": "when it was answered",
    "accepted_at": "when it was accepted",
    "channel_id": "the channel",
    "key_prefix": "the letters of its keys",
    "stage": "the stage",
    "merged_into_id": "where it was merged into",
    "currency": "the currency",
    "time_zone": "the time zone",
    "locale": "how figures and days are written",
    "fiscal_year_starts_in": "the month the fiscal year starts in",
    "working_days": "the working days",
    "holidays": "the holidays",
    "decision_days_before": "how long a decision took before",
    "open_to_all": "whether everyone sees it",
    "live_at": "when it went live",
    "stale_after_days": "after how many days it is asked about",
    "exit_requires": "what is asked to leave it",
    "committed": "whether it counts as committed",
    "phased": "whether it has two columns",
    "position": "the place in the order",
    "kind": "the kind",
    "most": "the limit",
    "percent": "the share",
    "budget_minor": "the budget",
    "cost_centre": "the cost centre",
    "category": "the category",
    "starts_on": "the start",
    "ends_on": "the end",
    "baseline_on": "the day agreed",
    "forecast_on": "the day expected",
    "actual_on": "the day it came",
    "outcome": "the outcome",
    "current": "the figure now",
    "current_on": "the day of the figure",
    "unit": "the unit",
    "due_on": "the day it is due",
    "description": "the description",
    "closed_at": "when it was closed",
    "ended_at": "when it ended",
    "weekday": "the weekday",
    "minute_of_day": "the time of day",
    "paused_at": "since when it is paused",
    "paused_by": "who paused it",
    "from_stream_id": "the stream it comes from",
    "to_stream_id": "the stream it goes to",
    "from_kind": "the account it comes from",
    "to_kind": "the account it goes to",
    "amount_minor": "the amount",
    "reason": "the reason",
    "seat": "in whose place",
    "user_id": "who said yes",
    "asked_by": "who asked",
    "lapses_at": "when it lapses",
    "ended_by": "who ended it",
    "ended_because": "why it ended",
    "closes_at": "when it closes at the latest",
}
"""What a column is called, in the order in which changes are told."""

NOUNS = {
    "portfolios": "portfolio",
    "states": "state",
    "value_streams": "value stream",
    "wip_limits": "limit",
    "themes": "theme",
    "objectives": "objective",
    "key_results": "key result",
    "programs": "program",
    "projects": "project",
    "project_shares": "share",
    "project_snapshots": "snapshot",
    "milestones": "milestone",
    "subscriptions": "digest",
    "decisions": "vote",
    "workspaces": "workspace",
    "role_grants": "role",
    "funding_periods": "funding period",
    "shifts": "budget shift",
    "shift_approvals": "approval",
    "ledger_entries": "ledger entry",
    "ledger_transfers": "transfer",
}
"""What a row of a table is called."""

CUSTOM = frozenset(
    {
        "epics_created",
        "transitions_created",
        "answers_created",
        "blockings_created",
        "blockings_changed",
        "overrides_created",
        "stream_moves_created",
        "circle_members_created",
        "circle_members_removed",
        "confirmations_created",
        "role_grants_created",
        "role_grants_removed",
        "wip_limits_created",
        "wip_limits_changed",
        "wip_limits_removed",
        "columns_created",
        "commitment_points_created",
        "subscriptions_created",
        "departures_created",
        "departures_changed",
        "handovers_created",
        "imports_created",
        "exports_created",
        "decisions_created",
        "decisions_changed",
        "epics_changed",
    }
)
"""What has a sentence of its own, by noun and verb; all else is created, changed or removed."""

DERIVED = {
    ("transitions", "created", "epics"): ("state_id", "phase", "committed_at", "done_at"),
    ("answers", "created", "epics"): ("answered_at", "accepted_at"),
    ("stream_moves", "created", "epics"): ("value_stream_id",),
}
"""By what was told and of which noun: columns that only follow from it."""

FOLLOWS = frozenset({"project_shares"})
"""What an import counts that only follows from the rest."""

BUTTONS = {"move_epic": "by its card"}
COMMANDS = "with"


def ways(source: str) -> str:
    """Where it came from, as the end of a sentence; empty where that says nothing."""
    kind, _, rest = source.partition(" ")
    if source.startswith(("/", "tack ")):
        return f"{COMMANDS} {source}"
    if kind == "button":
        return BUTTONS.get(rest, "by a button")
    return "by a form" if kind == "form" else ""
