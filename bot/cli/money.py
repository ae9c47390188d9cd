"""`tack budget`, `tack import budgets` and `actuals`: what value streams have, and spent."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from sqlalchemy.orm import Session

from bot.cli.data import (
    CreateOption,
    EncodingOption,
    JsonOption,
    PortfolioOption,
    WorkspaceOption,
    by_command,
    file_option,
    in_parts,
    portfolio_named,
    portfolio_to_fill,
    ready_database,
)
from bot.workflows.budgets import ledger
from bot.workflows.budgets.surveying import StreamBudget, sum_of, survey
from bot.workflows.files.importing import creating
from bot.workflows.files.importing.actuals import import_actuals as book_part
from bot.workflows.files.importing.actuals import parts_of as parts_of_actuals
from bot.workflows.files.importing.actuals import plan_actuals
from bot.workflows.files.importing.budgets import Group, plan_budgets
from bot.workflows.files.importing.budgets import import_budgets as bring_in
from bot.workflows.files.importing.budgets import parts_of as parts_of_budgets
from bot.workflows.files.importing.parts import Part
from bot.workflows.people.workspaces import workspace_id
from models.budgets.period import parse_year
from models.counting import counted
from models.errors import Mistake
from models.files import kinds
from models.files.days import Today
from models.files.kinds import ColumnMissing, Kind
from models.files.matching import (
    BadRow,
    GoodRow,
    currency_in,
    guessed,
    matched,
    sum_row,
    units_of,
)
from models.files.plans.actuals import ActualsPlan
from models.files.plans.budgets import BudgetPlan
from models.files.table import Table, check_rows, of_file, read_table
from models.money import format_amount
from models.portfolio.portfolio import Portfolio

STREAMS_SAID = 8

say = Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as it was read, and its rows."""

    name: str
    digest: str
    table: Table
    kind: Kind
    matching: Mapping[str, str]

    @classmethod
    def of(cls, path: Path, kind: Kind, encoding: str | None) -> "ReadFile":
        """Raises what speaks against the file as a whole."""
        content = path.read_bytes()
        table = of_file(path.name, lambda: read_table(content, encoding=encoding))
        of_file(path.name, table.check_has_rows)
        matching = guessed(table.columns, kind)
        return cls(path.name, sha256(content).hexdigest(), table, kind, matching)

    def check_has(self, name: str) -> None:
        """Raise where there is no column of it, though its cells may be blank."""
        if name not in self.matching:
            missing = ColumnMissing(self.kind, self.kind.field(name), self.table.columns)
            raise missing

    def rows(self, currency: str, today: Today) -> list[GoodRow]:
        """Its rows. Raises BadRows."""

        def match() -> tuple[list[GoodRow], list[BadRow]]:
            return matched(self.table, self.matching, self.kind, currency, today=today)

        good, bad = of_file(self.name, match)
        check_rows([(self.name, row.line, row.reason) for row in bad])
        return good

    def said(self, currency: str) -> list[str]:
        """How it was read."""
        lines = [f"  {self.name} was read as {self.table.encoding_said}"]
        if (sums := sum_row(self.table, self.matching, self.kind, currency)) is not None:
            lines.append(f"  line {sums.line} is the sum of those above and was left out")
        for column, scale in units_of(self.matching, self.kind).items():
            lines.append(f"  1 in “{column}” is {scale:,} {currency}")
        unused = [each for each in self.table.columns if each not in self.matching.values()]
        if unused:
            lines.append(f"  not used: {', '.join(unused)}")
        return lines


def import_budgets(
    file: Annotated[Path, file_option("The budgets.")],
    portfolio: PortfolioOption,
    create: CreateOption = False,
    encoding: EncodingOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Import budgets from a CSV file. All is checked first; nothing is imported twice."""
    with ready_database() as database, say.status("Reading") as status:
        read = ReadFile.of(file, kinds.BUDGETS, encoding)
        of_file(read.name, lambda: read.check_has("amount"))
        act = by_command(database)
        about = {f"sha256 of {read.name}": read.digest}
        said = currency_in(read.table, read.matching, kinds.BUDGETS)
        with database.read() as session:
            known = portfolio_to_fill(
                session, workspace_id(session, workspace), portfolio, create=create
            )
            currency = known.currency if known else said or creating.USUAL_CURRENCY
            today = Today.of(datetime.now(UTC), known.time_zone if known else "UTC")
            rows = read.rows(currency, today)
            plan = plan_budgets(session, known, rows, act.at)
        check_rows([(read.name, line, why) for line, why in sorted(plan.against.items())])
        new_streams: list[str] = []

        def bring(session: Session, part: Part[Group]) -> None:
            here = workspace_id(session, workspace)
            there = creating.found_portfolio(session, here, portfolio, act.at, currency)
            came = bring_in(session, there, part, act.at, read.name, about)
            check_still(read.name, came.plan.against)
            new_streams.extend(came.new_streams)

        status.update("Writing")
        for _ in in_parts(database, act, parts_of_budgets(plan, rows), bring):
            pass
    lines = _lines(portfolio, currency, plan, new_streams, is_new=known is None)
    say.print("\n".join(lines + read.said(currency)), markup=False, soft_wrap=True)


def import_actuals(
    file: Annotated[Path, file_option("What was spent.")],
    portfolio: PortfolioOption,
    encoding: EncodingOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Book what was spent from a CSV file. All is checked first; a reference is booked once."""
    with ready_database() as database, say.status("Reading") as status:
        read = ReadFile.of(file, kinds.ACTUALS, encoding)
        act = by_command(database)
        about = {f"sha256 of {read.name}": read.digest}
        with database.read() as session:
            found = portfolio_named(session, workspace_id(session, workspace), portfolio)
            rows = read.rows(found.currency, Today.of(datetime.now(UTC), found.time_zone))
            plan = plan_actuals(session, found, rows, act.at)
            names = {stream.id: stream.name for stream in found.value_streams}
        check_rows([(read.name, line, why) for line, why in sorted(plan.against.items())])
        overspent: dict[int, int] = {}

        def bring(session: Session, part: Part[GoodRow]) -> None:
            there = portfolio_named(session, workspace_id(session, workspace), portfolio)
            came = book_part(session, there, part, act.at, about)
            check_still(read.name, came.plan.against)
            came.booked.add_to(overspent)

        status.update("Writing")
        for _ in in_parts(database, act, parts_of_actuals(rows), bring):
            pass
    lines = _booked_lines(found, plan, overspent, names) + read.said(found.currency)
    say.print("\n".join(lines), markup=False, soft_wrap=True)


class Overtaken(Mistake):
    """A row that could come in when the file was looked at, and cannot any more."""

    def __init__(self, name: str, line: int, why: str) -> None:
        super().__init__(f"{name}, line {line}: {why}. It was changed during the import.")


def check_still(name: str, against: Mapping[int, str]) -> None:
    """Raise Overtaken where something speaks against a row of a part after all."""
    for line, why in sorted(against.items()):
        raise Overtaken(name, line, why)


def _booked_lines(
    portfolio: Portfolio, plan: ActualsPlan, overspent: Mapping[int, int], names: Mapping[int, str]
) -> list[str]:
    currency, known = portfolio.currency, plan.known
    lines = [
        f"{portfolio.name}: {counted(len(plan.facts), 'actual')} imported, "
        f"{format_amount(sum(fact.minor for fact in plan.facts), currency)} in all, "
        f"{counted(known, 'actual')} already known."
    ]
    lines += [f"  {said}" for said in plan.said(currency, portfolio.books_closed_to)]
    for stream_id, minor in overspent.items():
        lines.append(f"  {names[stream_id]} is overspent by {format_amount(minor, currency)}")
    return lines


def _lines(
    portfolio: str, currency: str, plan: BudgetPlan, new_streams: Sequence[str], *, is_new: bool
) -> list[str]:
    streams = len({line.stream for line in plan.lines})
    years = [year.name for year in plan.years]
    lines = [
        f"{portfolio}: {counted(len(plan.lines), 'budget')} imported, "
        f"{counted(plan.known, 'budget')} already known."
    ]
    if is_new:
        lines.append(f"  {portfolio} is a new portfolio, in {currency}")
    if years:
        span = years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"
        lines.append(f"  of {counted(streams, 'value stream')}, for {span}")
        amounts = sum(line.amount is not None for line in plan.lines)
        forecasts = sum(line.forecast is not None for line in plan.lines)
        count = len(plan.lines)
        if amounts < count:
            lines.append(f"  budgets: {amounts:,} of {count:,} known; a blank stays unknown")
        if forecasts:
            lines.append(f"  year-end forecasts: {forecasts:,} of {count:,} known")
    if new_streams:
        lines.append(f"  new value streams: {_some(new_streams)}")
    return lines


def _some(names: Sequence[str]) -> str:
    more = len(names) - STREAMS_SAID
    named = ", ".join(names[:STREAMS_SAID])
    return f"{named} and {more:,} more" if more > 0 else named


class NoSuchPeriod(Mistake):
    """A fiscal year without money."""

    def __init__(self, name: str, portfolio: str, there: Sequence[str]) -> None:
        years = f"It has one for {', '.join(there)}." if there else "It has none for any year."
        super().__init__(f"{portfolio} has no budget for {name} yet. {years}")


def budget(
    portfolio: PortfolioOption,
    period: Annotated[str, typer.Option(help="A fiscal year, such as 2026 or 2026/27.")],
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Print what each value stream has in a fiscal year: spent, committed, available."""
    with ready_database() as database, database.snapshot() as session:
        found = portfolio_named(session, workspace_id(session, workspace), portfolio)
        year = parse_year(period, found.fiscal_year_starts_in)
        there = ledger.period_of(session, found, year)
        if there is None:
            names = [each.name for each in ledger.periods_of(session, found)]
            raise NoSuchPeriod(year.name, found.name, names)
        at = datetime.now(UTC)
        streams = survey(session, found, there, at)
        total = ledger.books_of(session, found, there, at).total
        name, currency = there.name, found.currency
        if as_json:
            said = json.dumps(_as_data(found.name, name, currency, streams, total), indent=2)
        else:
            said = _as_text(found.name, name, currency, streams)
    print(said)


def _as_data(
    portfolio: str, period: str, currency: str, streams: Sequence[StreamBudget], total: int
) -> dict[str, Any]:
    return {
        "portfolio": portfolio,
        "period": period,
        "currency": currency,
        "streams": {each.stream.name: _figures(each) for each in streams},
        "sum_of_accounts": total,
    }


def _figures(each: StreamBudget) -> dict[str, int | None]:
    """In minor units; None where it is not known."""
    has, known = each.balance, each.is_known
    return {
        "base": each.funded if known else None,
        "allocated": has.allocated if known else None,
        "spent": has.spent,
        "committed": has.committed,
        "set_aside": has.set_aside,
        "available": has.available if known else None,
        "forecast": each.forecast.amount_minor if each.forecast else None,
    }


def _as_text(portfolio: str, period: str, currency: str, streams: Sequence[StreamBudget]) -> str:
    def money(minor: int) -> str:
        return format_amount(minor, currency)

    whole = sum_of(streams)
    lines = [
        f"{portfolio}, {period}: {money(whole.allocated)} allocated, {money(whole.spent)} spent, "
        f"{money(whole.committed)} committed, {money(whole.set_aside)} set aside, "
        f"{money(whole.available)} available"
    ]
    lines += [f"  {each.stream.name:<24} {_stream_line(each, money)}" for each in streams]
    return "\n".join(lines)


def _stream_line(each: StreamBudget, money: Any) -> str:
    has = each.balance
    parts = ["budget not known"]
    if each.is_known:
        parts = [f"{money(has.available)} available of {money(has.allocated)}"]
    if each.lines.said:
        parts[0] += f" ({each.lines.said})"
    if has.available < 0:
        parts.append(f"overspent by {money(-has.available)}")
    if each.forecast is None:
        parts.append("no forecast")
    else:
        parts.append(f"forecast {money(each.forecast.amount_minor)}")
        if each.over is not None and each.over > 0:
            parts[-1] += f", {money(each.over)} above its budget"
        if each.lines.forecasts_said:
            parts[-1] += f" ({each.lines.forecasts_said})"
    return ", ".join(parts)
