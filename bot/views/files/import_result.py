"""What is told to who brought a file in: what came in, what did not, and why."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import Block, Element, actions, button, context, section
from bot.slack.mrkdwn import words
from bot.views.epics.next_step import BOARD, BoardRef
from bot.views.files.actions import UndoImport
from bot.views.notices import notice
from models.files.upload import Loaded, Upload, UploadKind
from models.message import MessageKind
from models.portfolio.portfolio import Portfolio, ValueStream


@notice(MessageKind.IMPORTED, Upload)
def imported(session: Session, upload: Upload, now: datetime) -> Answer:
    """The message once it is in, or failed; with the board of the stream most of it belongs to."""
    portfolio = session.get_one(Portfolio, upload.portfolio_id)
    came = upload.loaded or Loaded()
    stream = session.get(ValueStream, came.stream_id) if came.stream_id is not None else None
    facts = {"upload": upload, "portfolio": portfolio, "came": came}
    if upload.undone_at is not None:
        return Answer([section(words("files/import_form", "undone", **facts))])
    lead = words("files/import_form", "result", **facts)
    is_epics = upload.kind is UploadKind.EPICS
    see = _board_button(portfolio, stream) if stream and came.added and is_epics else None
    blocks: list[Block] = [section(lead, see)]
    if came.bad:
        blocks.append(section(words("files/import_form", "result_bad", **facts)))
    if made := words("files/import_form", "result_made", **facts):
        blocks.append(section(made))
    if came.added and upload.kind.is_money:
        blocks.append(context(words("files/import_form", "money_next")))
    elif came.added and not is_epics:
        blocks.append(context(words("files/import_form", "projects_next")))
    if upload.can_be_undone(now):
        question = words("files/import_form", "undo_question", **facts)
        undo = UndoImport(upload=upload.id)
        blocks.append(
            actions(
                "undo", [undo.confirmed("Undo the import", "Undo the import?", question, "Undo it")]
            )
        )
    return Answer(blocks)


def undone(upload: Upload, portfolio: Portfolio) -> Answer:
    """Said to who undid it."""
    facts = {"upload": upload, "portfolio": portfolio, "came": upload.loaded or Loaded()}
    return Answer([section(words("files/import_form", "undone", **facts))])


def bad_rows_name(upload: Upload) -> str:
    """What the file with the rows that could not come in is called."""
    stem = upload.file_name.rpartition(".")[0] or upload.file_name
    return f"{stem[:200]} - not imported.csv"


def bad_rows_said(upload: Upload) -> str:
    return words("files/import_form", "given_back", upload=upload, came=upload.loaded or Loaded())


def _board_button(portfolio: Portfolio, stream: ValueStream) -> Element:
    ref = BoardRef(portfolio=portfolio.id, stream=stream.id)
    return button(f"See {stream.name} board", BOARD, ref.value)
