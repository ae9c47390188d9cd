"""A file someone uploaded to bring in, while it is matched, looked at and loaded."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, stored_by_value


class UploadKind(StrEnum):
    """What the rows of a file are."""

    EPICS = "epics"
    PROJECTS = "projects"


class Upload(Base):
    """One file on its way in; its content is forgotten once it is loaded.

    `matching` says which column of the file is which field; `result` what came of loading it.
    """

    audited = False
    __tablename__ = "uploads"

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"))
    user_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[UploadKind] = mapped_column(stored_by_value(UploadKind))
    file_name: Mapped[str] = mapped_column(String(255))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    matching: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    uploaded_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    loaded_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(Text)
