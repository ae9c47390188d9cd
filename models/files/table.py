"""A table out of a file as people save them: whatever the encoding and the delimiter."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from models.errors import Mistake
from models.files.sheet import unguarded

T = TypeVar("T")

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 200_000
MOST_UPLOADED_ROWS = 20_000
"""So many come in within one transaction, for which nobody waits longer than a second."""

MOST_COLUMNS = 200
BAD_ROWS_SAID = 20
DELIMITERS = (",", ";", "\t")
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
TWO_BYTES = ("utf-16", "utf-16-le", "utf-16-be")
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows Latin",
    "iso8859-1": "Latin-1",
    "cp1250": "Windows Central European",
    "cp1251": "Windows Cyrillic",
    "mac-roman": "Mac Roman",
    "cp850": "DOS Latin",
    "shift_jis": "Shift JIS",
    "gb18030": "GB 18030",
}
"""The encodings that are read, as Python names them, and what people call them."""

LOOKED_AT = 4_096
"""So many bytes say whether a file is UTF-16 without saying so."""
BEGINNING = 65_536
"""So many characters hold the first row."""

QUOTED = re.compile(r'"(?:[^"]|"")*"?')
CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
STRAY = re.compile("[\udc80-\udcff]")
"""A byte that could not be decoded."""

BROKEN = "it has a character that is not in the encoding of the file; � is in its place"
AS_CSV = "In a spreadsheet: Save as, then CSV (UTF-8)."


class NotATable(Mistake):
    """A file that holds no table one can read."""


class NoSuchEncoding(Mistake):
    """An encoding that is not read."""

    def __init__(self, named: str) -> None:
        super().__init__(
            f"“{named[:40]}” is not an encoding that Tack reads. Choose from "
            f"{', '.join(ENCODINGS)}."
        )


class NoRows(Mistake):
    """A file of columns without a row."""

    def __init__(self) -> None:
        super().__init__("The file has a header but no rows.")


class FileMistake(Mistake):
    """A file that cannot be taken as a whole, where there are several."""

    def __init__(self, name: str, mistake: Mistake) -> None:
        super().__init__(f"{name}: {mistake.sentence} Nothing was imported.")


class BadRows(Mistake):
    """Rows that cannot be taken, each by its file, its line and the reason."""

    def __init__(self, rows: Sequence[tuple[str, int, str]]) -> None:
        named = [f"{name}, line {line}: {reason}" for name, line, reason in rows]
        lines = [f"{named[0]}. Nothing was imported."]
        if len(named) > 1:
            lines = [f"{len(named)} rows cannot be taken, so nothing was imported."]
            lines += [f"  {each}" for each in named[:BAD_ROWS_SAID]]
        if len(named) > BAD_ROWS_SAID:
            lines.append(f"  and {len(named) - BAD_ROWS_SAID:,} more")
        super().__init__("\n".join(lines))


class TooLarge(Mistake):
    """A file of more than is taken at once."""

    def __init__(self, size: int) -> None:
        super().__init__(
            f"The file is {size / 1024 / 1024:.1f} MB; Tack takes up to 10 MB at once. Split it: "
            f"what is already in Tack is never imported twice."
        )


class TooManyRows(Mistake):
    """A file of more rows than are taken at once, however small they are."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"The file has more than {most:,} rows, the most that Tack takes at once. Split it: "
            f"what is already in Tack is never imported twice."
        )


class TooManyUploaded(Mistake):
    """A file brought into Slack of more rows than others can wait for."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"The file has more than {most:,} rows, the most that can be imported in Slack at "
            f"once. Split it: what is already in Tack is never imported twice. Or ask whoever "
            f"runs Tack to import it: tack import on the command line takes more."
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A row, with the line of the file it begins in, and as many cells as there are columns."""

    line: int
    cells: Sequence[str]
    surplus: int = 0
    """How many cells it has beyond the columns."""
    is_broken: bool = False
    """Whether it holds a byte that is none of the encoding; its cells have a � there."""


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file by their names, which differ from each other, and its rows.

    Also how it was read: the encoding as Python names it, and the sign between cells.
    """

    columns: Sequence[str]
    rows: Sequence[Row]
    encoding: str = "utf-8"
    delimiter: str = ","

    def cells(self, column: str) -> Iterator[str]:
        """What stands in a column, from the top."""
        place = self.columns.index(column)
        return (row.cells[place] for row in self.rows)

    @property
    def encoding_said(self) -> str:
        """What people call its encoding."""
        return ENCODINGS[self.encoding]

    def check_has_rows(self) -> None:
        """Raise NoRows where there is nothing beneath the names of its columns."""
        if not self.rows:
            raise NoRows


def of_file(name: str, do: Callable[[], T]) -> T:
    """What is done with a file of several. Raises FileMistake, which names it."""
    try:
        return do()
    except Mistake as mistake:
        raise FileMistake(name, mistake) from mistake


def check_rows(against: Sequence[tuple[str, int, str]]) -> None:
    """Raise BadRows where something speaks against a row, by its file, its line and the reason."""
    if against:
        raise BadRows(against)


def parse_encoding(named: str) -> str:
    """An encoding as Python names it. Raises NoSuchEncoding."""
    try:
        encoding = codecs.lookup(named.strip()).name.removesuffix("-sig")
    except (LookupError, ValueError) as error:
        raise NoSuchEncoding(named) from error
    if encoding not in ENCODINGS:
        raise NoSuchEncoding(named)
    return encoding


def read_table(
    content: bytes,
    most: int | None = MOST_BYTES,
    most_rows: int = MOST_ROWS,
    encoding: str | None = None,
) -> Table:
    """The table of a CSV file: comma, semicolon or tab; in the encoding, else the likeliest.

    That is UTF-8, also with a stray byte here and there, UTF-16 or else Latin-1. Blank rows are
    left out, and blanks around a cell. Raises NotATable, TooLarge beyond `most` bytes, and
    TooManyRows as soon as one more is read.
    """
    if most is not None and len(content) > most:
        raise TooLarge(len(content))
    text, encoding = read_text(content, encoding)
    delimiter = _delimiter(text)
    records = _records(text, delimiter)
    named = next(records, None)
    if named is None:
        raise NotATable("The file is empty. Its first line names the columns, the rows follow.")
    columns = _columns([STRAY.sub("�", cell) for cell in named[1]])
    rows = [_row(line, cells, len(columns)) for line, cells in islice(records, most_rows)]
    if next(records, None) is not None:
        raise TooManyRows(most_rows)
    return Table(columns, rows, encoding, delimiter)


def read_uploaded(content: bytes, encoding: str | None = None) -> Table:
    """The table of a file that someone brought into Slack. Raises as `read_table` does."""
    try:
        return read_table(content, most_rows=MOST_UPLOADED_ROWS, encoding=encoding)
    except TooManyRows as mistake:
        raise TooManyUploaded(MOST_UPLOADED_ROWS) from mistake


def read_text(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text of a file in the encoding, else in the likeliest, and which that is.

    What is none of it is left as halves of characters. Raises NotATable.
    """
    encoding = encoding or _encoding(content)
    return _decoded(content, encoding), encoding


def _decoded(content: bytes, encoding: str) -> str:
    if content.startswith(SPREADSHEETS):
        raise NotATable(f"This is a spreadsheet itself, not a CSV file. {AS_CSV}")
    try:
        text = content.decode(encoding, "strict" if encoding in TWO_BYTES else "surrogateescape")
    except UnicodeDecodeError as error:
        raise NotATable(f"This file's characters cannot be read. {AS_CSV}") from error
    if CONTROL.search(text):
        raise NotATable(f"This is not a text file. {AS_CSV}")
    return text.removeprefix("\ufeff")


def _encoding(content: bytes) -> str:
    if content.startswith(UTF_16_MARKS):
        return "utf-16"
    beginning = content[:LOOKED_AT]
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(beginning) > 3 and beginning[start::2].count(0) > len(beginning) // 4:
            return name
    if content.startswith(codecs.BOM_UTF8) or _is_mostly_utf_8(content):
        return "utf-8"
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return "iso8859-1"
    return "cp1252"


def _is_mostly_utf_8(content: bytes) -> bool:
    """Whether more lines beyond ASCII are UTF-8 than are not."""
    try:
        content.decode()
    except UnicodeDecodeError:
        strange = [line for line in content.split(b"\n") if not line.isascii()]
        return 2 * sum(map(_is_utf_8, strange)) > len(strange)
    return True


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every row that holds anything, with the line it begins in."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    began = 1
    try:
        for cells in reader:
            tidy = [unguarded(cell.strip()) for cell in cells]
            if any(tidy):
                yield began, tidy
            began = reader.line_num + 1
    except csv.Error as error:
        raise NotATable(
            f"Line {began}: a quotation mark is not closed, or text follows it, or a cell is "
            "far too long. "
            'Write a quotation mark within a cell twice: "".'
        ) from error


def _delimiter(text: str) -> str:
    """The one the first row has most of, outside quotation marks."""
    lines = QUOTED.sub("", text[:BEGINNING]).splitlines()
    first = next((line for line in lines if line.strip()), "")
    return max(DELIMITERS, key=first.count)


def _columns(cells: Sequence[str]) -> Sequence[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    names = [cell or f"column {place}" for place, cell in enumerate(cells, start=1)]
    if len(names) > MOST_COLUMNS:
        raise NotATable(f"The file has {len(names):,} columns; {MOST_COLUMNS} are taken at most.")
    folded = [name.casefold() for name in names]
    for place, name in enumerate(folded):
        if name in folded[:place]:
            raise NotATable(f"Two columns are called “{names[place][:60]}”. Rename one of them.")
    return names


def _row(line: int, cells: list[str], columns: int) -> Row:
    surplus = len(cells) - columns if any(cells[columns:]) else 0
    is_broken = any(STRAY.search(cell) for cell in cells)
    texts = [STRAY.sub("�", cell) for cell in cells] if is_broken else cells
    return Row(line, [*texts, *[""] * (columns - len(texts))][:columns], surplus, is_broken)
