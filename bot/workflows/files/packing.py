"""Packing an export: its tables as files in a folder or in a zip, row by row."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy.orm import Session

from bot.workflows.files.exporting import Scope, sheets
from bot.workflows.files.exporting_decisions import document, past_sheets
from bot.workflows.files.exporting_epics import import_sheets, mapping
from models.files.export import ExportFormat
from models.files.sheet import Sheet, as_cell, json_line

BYTE_ORDER_MARK = "\ufeff"
"""By which spreadsheets know that a file is UTF-8."""

Opened = Callable[[str], AbstractContextManager[TextIO]]
"""Opens a file of the export by its name, to be written."""


@dataclass(frozen=True, slots=True)
class About:
    """What an export is of, written into it."""

    portfolio: str
    exported_at: datetime
    restricted: bool
    """Whether epics that only their circle sees are in it."""
    audit_head: str | None
    """How the audit log ended, as COUNT:HASH; None where it is not in it."""

    @property
    def value(self) -> Mapping[str, Any]:
        return {
            "portfolio": self.portfolio,
            "exported_at": self.exported_at,
            "restricted_epics": self.restricted,
            "audit_head": self.audit_head,
        }


def pack(session: Session, scope: Scope, about: About, form: ExportFormat, to: Path) -> None:
    """Write the export to a folder, or to a file that ends in .zip.

    The session is a snapshot, so that every table is of one moment.
    """
    with _zipped(to) if to.suffix == ".zip" else _folder(to) as opened:
        WRITES[form](opened, session, scope, about)


def _tables(session: Session, scope: Scope) -> Iterator[Sheet]:
    return chain(sheets(session, scope), past_sheets(session, scope))


def _write_markdown(opened: Opened, session: Session, scope: Scope, about: About) -> None:
    """The decisions, to be read."""
    with opened("decisions.md") as file:
        file.writelines(document(session, scope))
        at = about.exported_at.astimezone(UTC)
        file.write(f"\nExported {at:%Y-%m-%d %H:%M} UTC.\n")


def _write_csv(opened: Opened, session: Session, scope: Scope, about: About) -> None:
    for sheet in _tables(session, scope):
        _write_sheet(opened, f"{sheet.name}.csv", sheet)
    for sheet in import_sheets(session, scope):
        _write_sheet(opened, f"import/{sheet.name}.csv", sheet)
    for name, value in (("import/mapping", mapping(session, scope)), ("about", about.value)):
        with opened(f"{name}.json") as file:
            file.write(json_line(value))


def _write_sheet(opened: Opened, name: str, sheet: Sheet) -> None:
    with opened(name) as file:
        file.write(BYTE_ORDER_MARK)
        writer = csv.writer(file)
        writer.writerow(sheet.types)
        writer.writerows(map(as_cell, row) for row in sheet.rows)


def _write_json(opened: Opened, session: Session, scope: Scope, about: About) -> None:
    """One document: what it is of, and for each table its types and its rows."""
    with opened("tack.json") as file:
        file.write('{"about": ' + json_line(about.value) + ',\n"tables": {')
        for number, sheet in enumerate(_tables(session, scope)):
            file.write(",\n" if number else "\n")
            file.write(json_line(sheet.name) + ': {"types": ' + json_line(dict(sheet.types)))
            file.write(', "rows": [')
            for place, row in enumerate(sheet.rows):
                value = dict(zip(sheet.types, row, strict=True))
                file.write((",\n" if place else "\n") + json_line(value))
            file.write("\n]}")
        file.write("\n}}\n")


WRITES = {
    ExportFormat.CSV: _write_csv,
    ExportFormat.JSON: _write_json,
    ExportFormat.MARKDOWN: _write_markdown,
}


@contextmanager
def _zipped(to: Path) -> Iterator[Opened]:
    """A zip that appears under its name when all of it is there."""
    part = to.with_name(f".{to.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:

            @contextmanager
            def opened(name: str) -> Iterator[TextIO]:
                with (
                    archive.open(name, "w", force_zip64=True) as raw,
                    io.TextIOWrapper(raw, encoding="utf-8", newline="") as file,
                ):
                    yield file

            yield opened
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _folder(to: Path) -> Iterator[Opened]:
    @contextmanager
    def opened(name: str) -> Iterator[TextIO]:
        path = to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file

    yield opened
