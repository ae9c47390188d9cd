"""A file someone uploaded to bring in, while it is matched, looked at and loaded."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, stored_by_value
from models.errors import Mistake
from models.files.table import Table, read_uploaded

KEPT_FOR = timedelta(days=1)
"""How long a file waits for approval; then it is forgotten."""


UNDONE_WITHIN = timedelta(hours=1)
"""How long after an import it can be taken back."""


class UndoneBefore(Mistake):
    """Undoing an import a second time."""

    def __init__(self) -> None:
        super().__init__("That import was already undone.")


STOP_OR_CLOSE = "Stop or close what should not be there."
IMPORT_THE_REST = "Import the difference, below 0 if it was too much."


class TooLateToUndo(Mistake):
    """Undoing an import that people have had time to build on."""

    def __init__(self, instead: str = STOP_OR_CLOSE) -> None:
        super().__init__(
            f"That was imported more than an hour ago and can no longer be undone. {instead}"
        )


class BuiltOn(Mistake):
    """Undoing an import of which something was used since."""

    def __init__(self, names: Sequence[str], instead: str = STOP_OR_CLOSE) -> None:
        first = ", ".join(names[:BUILT_ON_NAMED])
        more = len(names) - BUILT_ON_NAMED
        named = f"{first} and {more:,} more" if more > 0 else first
        was = "was" if len(names) == 1 else "were"
        super().__init__(f"The import stays: {named} {was} changed or used since. {instead}")


BUILT_ON_NAMED = 5


class UploadGone(Mistake):
    """A form about a file that was forgotten, or is somebody else's."""

    def __init__(self) -> None:
        super().__init__(
            "Tack no longer has that file: it keeps a file for one day. Type /portfolio import "
            "and choose it again."
        )


class ConfirmedBefore(Mistake):
    """A form about a file that is being brought in, or was."""

    def __init__(self) -> None:
        super().__init__("That file was already imported. You get a direct message about it.")


class UploadKind(StrEnum):
    """What the rows of a file are."""

    EPICS = "epics"
    PROJECTS = "projects"
    BUDGETS = "budgets"
    ACTUALS = "actuals"

    @property
    def is_money(self) -> bool:
        """Whether it is for the ledger: all of a file or nothing."""
        return self in (UploadKind.BUDGETS, UploadKind.ACTUALS)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of bringing a file in; `failed` says why nothing did."""

    added: int = 0
    known: int = 0
    bad: int = 0
    reasons: Sequence[str] = ()
    """Of the first rows that could not be taken, each with its line."""
    new_streams: Sequence[str] = ()
    new_themes: Sequence[str] = ()
    unknown_people: Sequence[str] = ()
    restricted: int = 0
    stream_id: int | None = None
    """The value stream that most of it belongs to."""
    failed: str | None = None
    sum_line: int | None = None
    """The line that was only the sum of those above."""
    notes: Sequence[str] = ()
    """What else is to be said of it, a line each: what money adds up to."""


class Upload(Base):
    """One file on its way in; its content is forgotten once it is loaded.

    `matching` says which column of the file is which field; `result` what came of loading it.
    """

    audited = False
    __tablename__ = "uploads"
    __table_args__ = (Index(None, "portfolio_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    user_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[UploadKind] = mapped_column(stored_by_value(UploadKind))
    file_name: Mapped[str] = mapped_column(String(255))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    encoding: Mapped[str | None] = mapped_column(String(20))
    """The encoding that was chosen, as Python names it; None has it found out."""
    columns: Mapped[list[str]] = mapped_column(JSON, default=list)
    matching: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    uploaded_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    loaded_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    bad_rows: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """A table of the rows that could not be taken, until it is given back."""
    file_id: Mapped[str | None] = mapped_column(String(32))
    """The file in Slack that gives them back."""
    file_refusal: Mapped[str | None] = mapped_column(String(80))
    """Why Slack did not take it."""

    @property
    def work_key(self) -> str:
        """The key of the work that loads it, or forgets it after a day without a yes."""
        return f"upload:{self.id}"

    @property
    def undo_key(self) -> str:
        """The key of the work that ends the offer to undo it."""
        return f"undo:{self.id}"

    @property
    def bad_rows_key(self) -> str:
        """The key of the work that gives bad rows back."""
        return f"bad_rows:{self.id}"

    @property
    def loaded(self) -> Loaded | None:
        """What came of it; None before."""
        return None if self.result is None else Loaded(**self.result)

    def read(self) -> Table:
        """Its content as a table. Raises UploadGone where it was forgotten, and NotATable."""
        if self.content is None:
            raise UploadGone
        return read_uploaded(self.content, self.encoding)

    def check_waits(self) -> None:
        """Raise ConfirmedBefore where someone agreed to it."""
        if self.confirmed_at is not None:
            raise ConfirmedBefore

    def confirm(self, at: datetime) -> bool:
        """Agree to it; whether nobody had before."""
        is_first = self.confirmed_at is None
        if is_first:
            self.confirmed_at = at
        return is_first

    def can_be_undone(self, at: datetime) -> bool:
        """Whether something came in within the last hour that is there yet."""
        came = self.loaded
        if self.loaded_at is None or self.undone_at is not None or came is None:
            return False
        return came.added > 0 and at < self.loaded_at + UNDONE_WITHIN

    def undo(self, built_on: Sequence[str], at: datetime) -> None:
        """Take it back, where none of what came in is named as built on.

        Raises UndoneBefore, TooLateToUndo and BuiltOn.
        """
        instead = IMPORT_THE_REST if self.kind.is_money else STOP_OR_CLOSE
        if self.undone_at is not None:
            raise UndoneBefore
        if not self.can_be_undone(at):
            raise TooLateToUndo(instead)
        if built_on:
            raise BuiltOn(built_on, instead)
        self.undone_at = at

    def forget(self, came: Loaded) -> None:
        """Keep what came of it in place of the content."""
        self.result = {name: value for name, value in asdict(came).items() if value}
        self.content = None


def of_person(found: Upload | None, workspace_id: int, user_id: str) -> Upload:
    """The file that was found. Raises UploadGone where it is not the person's."""
    if found is None or (found.workspace_id, found.user_id) != (workspace_id, user_id):
        raise UploadGone
    return found
