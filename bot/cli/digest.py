"""`tack digest`: what was told of a week, or would have been; nothing is sent."""

import json
import re
from datetime import UTC
from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.data import (
    PortfolioOption,
    WorkspaceOption,
    parse_day,
    portfolio_named,
    ready_database,
)
from bot.clocks import DatabaseClock
from bot.slack.answers import Answer
from bot.views.board.digest import digest as drawn
from bot.workflows.board.digest import OfWeek, of_week
from bot.workflows.people.workspaces import workspace_id
from models.errors import Mistake
from models.fields import did_you_mean
from models.portfolio.portfolio import Portfolio, stream_called

WEEK = re.compile(r"\d{4}-W\d\d")
UNSENT = "It was not sent: drawn from history as of the end of the week, with the limits of today."


class Format(StrEnum):
    """How it is printed."""

    TEXT = "text"
    JSON = "json"


def digest(
    portfolio: PortfolioOption,
    week: Annotated[str, typer.Option(help="The week, such as 2026-W20.")],
    stream: Annotated[str | None, typer.Option(help="One value stream, not the whole.")] = None,
    as_: Annotated[Format, typer.Option("--format", help="As text or as JSON.")] = Format.TEXT,
    workspace: WorkspaceOption = None,
) -> None:
    """Print the digest of a week as it was posted, or as it would have been; nothing is sent."""
    day = f"{week}-1" if WEEK.fullmatch(week) else ""
    parse_day(day, week, "a week", "2026-W20")
    with ready_database() as database, database.snapshot() as session:
        found = portfolio_named(session, workspace_id(session, workspace), portfolio)
        stream_id = _stream_named(found, stream) if stream else None
        shown = of_week(session, found, stream_id, week, DatabaseClock(database).now())
        print(_as_data(shown, week) if as_ is Format.JSON else _as_text(shown))


def _as_data(shown: OfWeek, week: str) -> str:
    sent = shown.sent_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if shown.sent_at else None
    note = {} if shown.sent_at else {"note": UNSENT}
    return json.dumps({"week": week, "sent_at": sent} | note | shown.source.content.kept, indent=2)


def _as_text(shown: OfWeek) -> str:
    answer = drawn(shown.source)
    if shown.sent_at:
        return answer.text
    figures = [block for block in answer.blocks if block["type"] != "context"]  # no channel's words
    return f"{Answer(figures).text}\n{UNSENT}"


def _stream_named(portfolio: Portfolio, name: str) -> int:
    found = stream_called(name, portfolio.value_streams)
    if found is not None:
        return found.id
    names = [each.name for each in portfolio.value_streams]
    there = f"Choose from {', '.join(names)}." if names else "There is none yet."
    guess = did_you_mean(name, names)
    raise Mistake(f'There is no value stream "{name[:60]}".{guess} {there}')
