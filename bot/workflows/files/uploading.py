"""Bringing a file in: kept, matched, agreed to, taken in once, and its bad rows given back."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session, undefer

from bot.workflows import seeing
from bot.workflows.files.giving_back import spell_bad_rows
from bot.workflows.files.importing import actuals, budgets
from bot.workflows.files.importing.epics import load_epics, staged_epics
from bot.workflows.files.importing.projects import load_projects, parts_of, staged_projects
from bot.workflows.files.previewing import (
    KINDS,
    REASONS_KEPT,
    Foreseen,
    Outlook,
    kind_of,
    notes_of,
    plan_of_money,
)
from bot.workflows.permitting import Place, check, may
from bot.workflows.portfolio.readiness import check_begun
from bot.workflows.redrawing import post, redraw_homes
from models.database import Database
from models.fields import UNSTORABLE
from models.files.matching import check_matching, guessed, likeliest
from models.files.plans.budgets import BudgetPlan
from models.files.plans.epics import EpicPlan
from models.files.plans.projects import ProjectPlan
from models.files.table import Table, TooManyUploaded
from models.files.upload import KEPT_FOR, UNDONE_WITHIN, Loaded, Upload, UploadKind, of_person
from models.message import MessageKind
from models.money import format_amount
from models.people.role import Right
from models.portfolio.portfolio import Portfolio
from models.portfolio.readiness import open_to_you
from models.work import put

NAMES_KEPT = 20

MOST_MONEY_ROWS = 1_000
"""Each is an entry of the ledger, and on SQLite others wait meanwhile."""

NOT_BOOKED = (
    "Some of its rows cannot be booked, and a file of amounts is imported whole or not at all."
)

RIGHTS: Mapping[UploadKind, Right] = {
    UploadKind.EPICS: Right.IMPORT,
    UploadKind.PROJECTS: Right.IMPORT,
    UploadKind.BUDGETS: Right.FUND,
    UploadKind.ACTUALS: Right.BOOK,
}
"""What it takes to bring rows of each kind in."""

RIGHTS_USED = tuple(dict.fromkeys(RIGHTS.values()))


def open_to(session: Session, workspace_id: int, user_id: str) -> Sequence[Portfolio]:
    """The portfolios the person may bring data in to. Raises NotAllowed where there is none."""
    check_begun(session, workspace_id, user_id)
    seen = seeing.portfolios(session, workspace_id, user_id)
    places = [Place.of_portfolio(portfolio) for portfolio in seen]
    allowed = [
        each for each in places if any(may(session, user_id, right, each) for right in RIGHTS_USED)
    ]
    if not allowed:
        check(session, user_id, Right.IMPORT, places[0])
    return [each.portfolio for each in allowed if each.portfolio is not None]


def portfolio_to_fill(
    session: Session,
    workspace_id: int,
    user_id: str,
    portfolio_id: int,
    kind: UploadKind | None = None,
) -> Portfolio:
    """The portfolio a file is for; of whatever kind, where none is said.

    Raises NotOpenToYou and NotAllowed.
    """
    portfolio = open_to_you(seeing.portfolios(session, workspace_id, user_id), portfolio_id)
    if kind is not None or not kinds_open_to(session, portfolio, user_id):
        right = RIGHTS[kind] if kind is not None else Right.IMPORT
        check(session, user_id, right, Place.of_portfolio(portfolio))
    return portfolio


def kinds_open_to(session: Session, portfolio: Portfolio, user_id: str) -> Sequence[UploadKind]:
    """What the person may bring in to it."""
    place = Place.of_portfolio(portfolio)
    return [kind for kind, right in RIGHTS.items() if may(session, user_id, right, place)]


@dataclass(frozen=True, slots=True)
class File:
    """A file as it came from Slack, and the encoding that was chosen for it, if one was."""

    name: str
    content: bytes
    encoding: str | None = None


def keep(
    session: Session,
    workspace_id: int,
    user_id: str,
    portfolio_id: int,
    kind: UploadKind | None,
    file: File,
    table: Table,
    at: datetime,
) -> Upload:
    """Keep the file for a day, its columns matched by their names. Raises NoRows, NotAllowed
    and TooManyUploaded.

    Where no kind is said, it is the likeliest of those that the person may bring in.
    """
    table.check_has_rows()
    portfolio = portfolio_to_fill(session, workspace_id, user_id, portfolio_id, kind)
    if kind is None:
        allowed = kinds_open_to(session, portfolio, user_id)
        kind = likeliest(table.columns, {each: KINDS[each] for each in allowed})
    if kind.is_money and len(table.rows) > MOST_MONEY_ROWS:
        raise TooManyUploaded(MOST_MONEY_ROWS)
    upload = Upload(
        workspace_id=workspace_id,
        portfolio_id=portfolio.id,
        user_id=user_id,
        kind=kind,
        file_name=UNSTORABLE.sub("", file.name)[:255] or "file",
        content=file.content,
        sha256=sha256(file.content).hexdigest(),
        encoding=file.encoding,
        columns=list(table.columns),
        matching=guessed(table.columns, KINDS[kind]),
        uploaded_at=at,
    )
    session.add(upload)
    session.flush()
    put(session, workspace_id, upload.work_key, at + KEPT_FOR)
    return upload


def upload_of(
    session: Session, workspace_id: int, user_id: str, upload_id: int, *, whole: bool = False
) -> Upload:
    """The person's file, with its content where the whole is wanted.

    Raises UploadGone, and ConfirmedBefore once it was agreed to.
    """
    parts = [undefer(Upload.content)] if whole else []
    upload = of_person(session.get(Upload, upload_id, options=parts), workspace_id, user_id)
    upload.check_waits()
    return upload


def check_columns(upload: Upload, portfolio: Portfolio, matching: Mapping[str, str]) -> None:
    """Raise ColumnMissing or OtherCurrency where the rows cannot be read so."""
    check_matching(upload.columns, matching, kind_of(upload), portfolio.currency)


def match(
    session: Session, workspace_id: int, user_id: str, upload_id: int, matching: Mapping[str, str]
) -> Upload:
    """Keep which column is which field. Raises UploadGone, ConfirmedBefore, NotAllowed."""
    upload = upload_of(session, workspace_id, user_id, upload_id)
    portfolio = portfolio_to_fill(session, workspace_id, user_id, upload.portfolio_id, upload.kind)
    check_columns(upload, portfolio, matching)
    upload.matching = dict(matching)
    return upload


def read_again(
    session: Session,
    workspace_id: int,
    user_id: str,
    upload_id: int,
    encoding: str,
    matching: Mapping[str, str],
) -> Table:
    """Read the file by another encoding; its columns are matched again where their names changed.

    Raises UploadGone, ConfirmedBefore, NotATable and TooManyRows.
    """
    upload = upload_of(session, workspace_id, user_id, upload_id, whole=True)
    upload.encoding = encoding
    table = upload.read()
    table.check_has_rows()
    same = list(table.columns) == upload.columns
    upload.columns = list(table.columns)
    upload.matching = dict(matching) if same else dict(guessed(table.columns, kind_of(upload)))
    return table


def confirm(
    session: Session, workspace_id: int, user_id: str, upload_id: int, at: datetime
) -> Upload:
    """Have the file brought in now; once more changes nothing. Raises UploadGone, NotAllowed."""
    upload = of_person(locked(session, upload_id), workspace_id, user_id)
    portfolio_to_fill(session, workspace_id, user_id, upload.portfolio_id, upload.kind)
    if upload.confirm(at):
        session.flush()
        put(session, workspace_id, upload.work_key, at, lane=upload.work_key)
    return upload


def loaded_before(session: Session, upload: Upload) -> datetime | None:
    """When the same file came in to the same portfolio last."""
    return session.scalars(
        select(Upload.loaded_at)
        .where(
            Upload.portfolio_id == upload.portfolio_id,
            Upload.kind == upload.kind,
            Upload.sha256 == upload.sha256,
            Upload.loaded_at.is_not(None),
        )
        .order_by(Upload.loaded_at.desc())
    ).first()


def drop(session: Session, upload_id: int) -> None:
    """Forget a file that nobody agreed to."""
    upload = locked(session, upload_id)
    if upload is not None and upload.confirmed_at is None:
        session.delete(upload)


def may_found(session: Session, portfolio: Portfolio, user_id: str) -> bool:
    """Whether value streams that the file names and nobody knows are to be made."""
    return may(session, user_id, Right.SET_UP, Place.of_portfolio(portfolio))


@contextmanager
def staged(database: Database, foreseen: Foreseen, at: datetime) -> Iterator[Connection]:
    """A connection that holds the good rows, to take them in by: outside the write lock."""
    plan = foreseen.plan
    if isinstance(plan, EpicPlan):
        rows = staged_epics(database, plan, at)
    elif isinstance(plan, ProjectPlan):
        rows = staged_projects(database, plan)
    else:
        rows = database.staging()  # it is written row by row
    with rows as connection:
        yield connection


def take_in(
    session: Session, upload_id: int, table: Table, foreseen: Foreseen, at: datetime
) -> Upload | None:
    """Bring the good rows in, keep the bad ones to be given back, and forget the content.

    None where that was done before. What it puts, it puts last.
    """
    upload = locked(session, upload_id)
    if upload is None or upload.loaded_at is not None:
        return None
    rows = select(Portfolio).where(Portfolio.id == upload.portfolio_id).with_for_update()
    portfolio = session.scalars(rows).one()
    outlook = foreseen.outlook
    about = MappingProxyType(
        {
            "file": upload.file_name,
            "sha256": upload.sha256,
            "rows known before": outlook.known,
            "rows given back": outlook.bad,
        }
    )
    if upload.kind.is_money:
        return _take_money(session, portfolio, upload, foreseen, at, about)
    if isinstance(foreseen.plan, EpicPlan):
        report = load_epics(session, portfolio, foreseen.plan, at, about)
        added, known = report.added, report.known
    else:
        assert isinstance(foreseen.plan, ProjectPlan)
        [whole] = parts_of(foreseen.plan, most=sys.maxsize)
        brought = load_projects(session, portfolio, foreseen.plan, whole, at, about)
        added = brought.added["projects"]
        known = outlook.known + outlook.comes_in - added
    upload.loaded_at = at
    upload.forget(replace(_came(portfolio, outlook), added=added, known=known))
    if foreseen.bad:
        upload.bad_rows = spell_bad_rows(table, foreseen.bad)
    _notify(session, upload, at)
    return upload


def _take_money(
    session: Session,
    portfolio: Portfolio,
    upload: Upload,
    foreseen: Foreseen,
    at: datetime,
    about: Mapping[str, Any],
) -> Upload:
    """Book all of it, or nothing where a row cannot be: then it is said which, and why."""
    found, kind = may_found(session, portfolio, upload.user_id), upload.kind
    plan = plan_of_money(session, portfolio, kind, foreseen.good, at, may_found=found)
    bad = [f"Line {row.line}: {row.reason}" for row in foreseen.bad]
    bad += [f"Line {n}: {why}" for n, why in sorted(plan.against.items())]
    if reasons := list(dict.fromkeys(bad)):
        upload.forget(Loaded(failed=NOT_BOOKED, bad=len(reasons), reasons=reasons[:REASONS_KEPT]))
        _notify(session, upload, at)
        return upload
    notes, new, by = list(notes_of(plan, portfolio)), list[str](), upload.user_id
    if isinstance(plan, BudgetPlan):
        file = upload.file_name
        [rows] = budgets.parts_of(plan, foreseen.good, most=sys.maxsize)
        came = budgets.import_budgets(session, portfolio, rows, at, file, about, by)
        added, new = len(came.plan.lines), list(came.new_streams[:NAMES_KEPT])
    else:
        [facts] = actuals.parts_of(foreseen.good, most=sys.maxsize)
        booked = actuals.import_actuals(session, portfolio, facts, at, about, by).booked
        added = len(booked.actuals)
        names = {stream.id: stream.name for stream in portfolio.value_streams}
        for stream_id, minor in booked.overspent.items():
            over = format_amount(minor, portfolio.currency)
            notes.append(f"{names[stream_id]} is overspent by {over}")
    upload.loaded_at = at
    line = foreseen.outlook.sum_line
    upload.forget(
        Loaded(added=added, known=plan.known, new_streams=new, sum_line=line, notes=notes)
    )
    _notify(session, upload, at)
    return upload


def give_up(session: Session, upload_id: int, why: str, at: datetime) -> None:
    """Forget a file that cannot be brought in after all, and say why."""
    upload = locked(session, upload_id)
    if upload is not None and upload.loaded_at is None:
        upload.forget(Loaded(failed=why))
        _notify(session, upload, at)


def locked(session: Session, upload_id: int) -> Upload | None:
    """The file as it is now, held until the end."""
    row = select(Upload).where(Upload.id == upload_id).with_for_update()
    return session.scalars(row.execution_options(populate_existing=True)).first()


def _came(portfolio: Portfolio, outlook: Outlook) -> Loaded:
    names = {stream.name: stream.id for stream in portfolio.value_streams}
    return Loaded(
        bad=outlook.bad,
        reasons=list(outlook.reasons),
        new_streams=list(outlook.new_streams[:NAMES_KEPT]),
        new_themes=list(outlook.new_themes[:NAMES_KEPT]),
        unknown_people=list(outlook.unknown_people[:NAMES_KEPT]),
        restricted=outlook.restricted,
        sum_line=outlook.sum_line,
        stream_id=names.get(outlook.main_stream or ""),
    )


def _notify(session: Session, upload: Upload, at: datetime) -> None:
    here = upload.workspace_id
    post(session, here, MessageKind.IMPORTED, upload.id, upload.user_id, at)
    if upload.bad_rows is not None:
        put(session, here, upload.bad_rows_key, at)
    if upload.can_be_undone(at):
        put(session, here, upload.undo_key, at + UNDONE_WITHIN)
    redraw_homes(session, here, at)
