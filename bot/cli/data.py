"""The way of the commands to the database, and to the workspace that is meant."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import takewhile
from time import perf_counter, sleep
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

import migrations
from bot.clocks import DatabaseClock
from bot.settings import Settings
from bot.workflows.files.importing.parts import Part, Parts
from models.audit.audit import Act
from models.counting import counted
from models.database import Database
from models.errors import DatabaseAway, Mistake
from models.fields import tidy
from models.files.table import parse_encoding
from models.flow.choice import NotYet
from models.portfolio.portfolio import NoPortfolioCalled, Portfolio, called
from models.portfolio.setup import LONGEST_NAME

EARLIEST = date(1970, 1, 1)
"""No history begins before."""

WorkspaceOption = Annotated[
    str | None,
    typer.Option("--workspace", help="The Slack team's id, if there are several."),
]


class PortfolioUnnamed(Mistake):
    """A portfolio's name that none can have."""

    def __init__(self) -> None:
        super().__init__(
            f"Name the portfolio after --portfolio, in up to {LONGEST_NAME} characters."
        )


def _named(name: str) -> str:
    """The name as it is stored. Raises PortfolioUnnamed."""
    tidied = tidy(name)
    if not tidied or len(tidied) > LONGEST_NAME:
        raise PortfolioUnnamed
    return tidied


PortfolioOption = Annotated[
    str, typer.Option("--portfolio", help="The portfolio's name.", callback=_named)
]

AsOfOption = Annotated[
    str, typer.Option("--as-of", help="A day, YYYY-MM-DD; the end of it counts.")
]

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def file_option(what: str) -> Any:
    """A file that is there, and what it holds."""
    return typer.Option(help=what, exists=True, dir_okay=False, readable=True)


CreateOption = Annotated[
    bool, typer.Option("--create", help="Create the portfolio if there is none of that name.")
]


def _encoding(named: str | None) -> str | None:
    """As Python names it. Raises NoSuchEncoding."""
    return None if named is None else parse_encoding(named)


EncodingOption = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        help="The encoding of the files, such as cp1252; recognised if left out.",
        callback=_encoding,
    ),
]


@contextmanager
def open_database() -> Iterator[Database]:
    """The database that DATABASE_URL names, given back at the end."""
    database = Database(Settings.from_environment().database_url)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def ready_database() -> Iterator[Database]:
    """A database whose schema is current: SQLite is brought up to date, PostgreSQL is asked for."""
    with open_database() as database:
        if not migrations.is_current(database.engine):
            if database.engine.dialect.name != "sqlite":
                raise Mistake("The schema is not up to date. Run: tack db upgrade")
            migrations.upgrade(database.engine)
        yield database


def by_command(database: Database) -> Act:
    """The act of who typed the command: the audit log knows the way, not the person."""
    words = takewhile(str.isalpha, sys.argv[1:4])
    return Act(None, f"tack {' '.join(words)}".strip(), DatabaseClock(database).now())


class CutShort(Mistake):
    """An import of which a part came in before something stopped it."""

    def __init__(self, why: Mistake, came: str) -> None:
        away = isinstance(why, DatabaseAway)
        said = "The database did not answer in time." if away else why.sentence
        super().__init__(
            f"{said} Before that, {came} were imported; "
            "type the same command again for the rest. Nothing is imported twice."
        )


OTHERS_TURN_S = 0.1
"""Between parts of an import: as long as SQLite has another process wait until it asks again."""

Item = TypeVar("Item")


def in_parts(
    database: Database,
    act: Act,
    parts: Parts[Item],
    bring: Callable[[Session, Part[Item]], None],
    connection: Connection | None = None,
) -> Iterator[Part[Item]]:
    """Bring each part in by a transaction of its own, and give it when it is stored.

    Raises CutShort where something came in before what stopped it.
    """
    for part in parts:
        began = perf_counter()
        try:
            with database.write(act, connection) as session:
                bring(session, part)
        except Mistake as mistake:
            if not part.begins:
                raise
            raise CutShort(mistake, counted(part.begins, part.noun)) from mistake
        parts.took(perf_counter() - began)
        yield part
        if not part.is_last:
            sleep(OTHERS_TURN_S)


def portfolio_named(session: Session, workspace_id: int, name: str) -> Portfolio:
    """The workspace's portfolio of that name. Raises NoPortfolioCalled."""
    there = _portfolios(session, workspace_id)
    if (found := called(name, there)) is None:
        raise NoPortfolioCalled(name, [each.name for each in there])
    return found


def portfolio_to_fill(
    session: Session, workspace_id: int, name: str, *, create: bool
) -> Portfolio | None:
    """The one that an import is for; None where it is to be made. Raises NoPortfolioCalled."""
    there = _portfolios(session, workspace_id)
    if (found := called(name, there)) is None and not create:
        raise NoPortfolioCalled(name, [each.name for each in there], may_create=True)
    return found


def _portfolios(session: Session, workspace_id: int) -> Sequence[Portfolio]:
    here = select(Portfolio).where(Portfolio.workspace_id == workspace_id)
    return session.scalars(here.order_by(Portfolio.name)).all()


def end_of_day(portfolio: Portfolio, text: str, now: datetime) -> datetime:
    """The last second of a day that was typed, in the portfolio's zone.

    Raises Mistake, and NotYet of a day to come.
    """
    day = parse_day(text, text, "a day", "2026-05-18")
    zone = ZoneInfo(portfolio.time_zone)
    if day > (today := now.astimezone(zone).date()):
        raise NotYet(day, today)
    return datetime.combine(day, time(23, 59, 59), zone)


def parse_day(text: str, typed: str, what: str, example: str) -> date:
    """The day, from 1970 on. Raises Mistake, which says what was typed and gives an example."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Mistake(f'"{typed[:20]}" is not {what}. Write it like {example}.') from error
    if day < EARLIEST:
        raise Mistake(f'"{typed[:20]}" is before 1970. Write it like {example}.')
    return day
