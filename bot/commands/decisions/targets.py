"""Answering whether an epic that is short of its target is to be decided on."""

from sqlalchemy.orm import Session

from bot.commands.routes import routes
from bot.slack.answers import Answer
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.slack.mrkdwn import words
from bot.views.decisions import target
from bot.views.decisions.target import NotYet, OpenForTarget
from bot.workflows.decisions.signals import targets
from models.evidence.target import NotYetForm


@routes.does
def open_it(call: Call, session: Session, it: OpenForTarget) -> Answer:
    """Put it to a decision at once."""
    return target.opened(*targets.open_it(call.act(session), it.id))


@routes.opens
def ask_why_not(call: Call, session: Session, it: NotYet) -> Open:
    check = targets.look(call.act(session), it.id)
    because = target.short_because_then(check)
    return Open(
        NotYetForm,
        "Not yet",
        NotYet.of(check),
        lead=words(target.TEMPLATE, "asked", check=check, epic=check.epic, because=because),
    )


@routes.saves
def wait(call: Call, session: Session, form: NotYetForm, about: NotYet) -> Answer:
    return target.postponed(targets.not_yet(call.act(session), about.id, about.version, form))
