"""Who sees an epic: asked by a form, and stored."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from bot.commands.epics.opening import epic_of
from bot.commands.routes import routes, show
from bot.slack.answers import Answer
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.views.epics import restrict_form
from bot.views.epics.buttons import RestrictEpic
from bot.workflows.epics import finding, restricting
from bot.workflows.permitting import Place, check
from models.epics.belonging import RestrictForm
from models.errors import FieldMistakes
from models.people.role import Right


def open_typed(call: Call, key: str) -> None:
    """Open the form of the epic whose key was typed."""
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
    show(call, RestrictEpic.of(epic), f"/epic restrict {epic.key}")


@routes.opens
def ask_who_sees_it(call: Call, session: Session, it: RestrictEpic) -> Open:
    epic = epic_of(session, call, it.id)
    check(session, call.actor, Right.RESTRICT, Place.of_epic(epic))
    return restrict_form.restrict_form(epic, restricting.circle_of(session, epic.id))


@routes.saves
def restrict(call: Call, session: Session, form: RestrictForm, about: RestrictEpic) -> Answer:
    who = session, *call.who, about.id, form.circle, call.at
    is_restricted, version = form.restricted, about.version
    epic = restricting.restrict(*who, restricted=is_restricted, version=version)
    return restrict_form.restricted(epic, len(restricting.circle_of(session, epic.id)))


def check_named(call: Call, people: Iterable[str]) -> None:
    """Raise FieldMistakes where someone of them cannot be in a circle: a guest, or a bot."""
    if why := call.unfit(sorted(people)):
        raise FieldMistakes({restrict_form.CIRCLE: why})
