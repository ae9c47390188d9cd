"""Undoing an import, from the message that told of it."""

from sqlalchemy.orm import Session

from bot.commands.routes import routes
from bot.slack.answers import Answer
from bot.slack.hearing import Call
from bot.views.files import import_result
from bot.views.files.actions import UndoImport
from bot.workflows.files import undoing
from models.portfolio.portfolio import Portfolio


@routes.does
def undo_import(call: Call, session: Session, it: UndoImport) -> Answer:
    """Take back what came in, and say so."""
    upload = undoing.undo(call.act(session), it.upload)
    return import_result.undone(upload, session.get_one(Portfolio, upload.portfolio_id))
