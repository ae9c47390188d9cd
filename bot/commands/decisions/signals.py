"""Answering whether an epic is to be decided on because of what was measured."""

from sqlalchemy.orm import Session

from bot.commands.routes import routes
from bot.slack.answers import Answer
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.views.decisions import signal
from bot.views.decisions.signal import NotYet, OpenForSignal
from bot.workflows.decisions.signals import asking
from models.decisions.signal import NotYetForm


@routes.does
def open_it(call: Call, session: Session, it: OpenForSignal) -> Answer:
    """Put it to a decision at once."""
    return signal.opened(*asking.open_it(call.act(session), it.id))


@routes.opens
def ask_why_not(call: Call, session: Session, it: NotYet) -> Open:
    check = asking.look(call.act(session), it.id)
    return Open(NotYetForm, "Not yet", NotYet.of(check), lead=signal.question(check))


@routes.saves
def wait(call: Call, session: Session, form: NotYetForm, about: NotYet) -> Answer:
    return signal.postponed(asking.not_yet(call.act(session), about.id, about.version, form))
