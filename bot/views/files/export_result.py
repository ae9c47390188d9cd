"""An export in Slack: what is said when it was asked for, with the file, and instead of it."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import button, section
from bot.slack.mrkdwn import words
from bot.slack.values import Value, Whole
from bot.views.notices import notice
from models.files.export import Export
from models.message import MessageKind


class ExportRef(Value):
    """An export that did not go well."""

    export: Whole


AGAIN = "export_again"
NOT_IN_A_NAME = re.compile(r"[^\w-]+")

MENDS = {
    "missing_scope": "permission",
    "not_allowed_token_type": "permission",
    "file_upload_size_restricted": "size",
    "messages_tab_disabled": "messages",
    "cannot_dm_bot": "messages",
    "not_open": "closed",
}


def asked(export: Export) -> Answer:
    said = words("files/export", "asked", export=export)
    return Answer([section(said)])


def file_name(export: Export) -> str:
    name = NOT_IN_A_NAME.sub("-", export.portfolio.name).strip("-").lower() or "portfolio"
    return f"tack-{name[:40]}-{export.asked_at:%Y-%m-%d}.zip"


def file_said(export: Export) -> str:
    return words("files/export", "file", export=export)


@notice(MessageKind.EXPORT, Export)
def not_given(session: Session, export: Export, now: datetime) -> Answer:
    """Why there is no file yet and what to do; mended, it says so."""
    if export.ready_at is not None:
        said = words("files/export", "mended", export=export)
        return Answer([section(said)])
    mend = MENDS.get(export.problem or "", "later")
    said = words("files/export", "not_given", export=export, mend=mend)
    again = button(
        "Try again",
        AGAIN,
        ExportRef(export=export.id).value,
        accessibility_label=f"Try again to export {export.portfolio.name}",
    )
    return Answer([section(said, None if mend == "closed" else again)])
