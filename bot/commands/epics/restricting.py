"""Who sees an epic: asked by a form, and stored."""

from collections.abc import Iterable

from bot.commands.epics.opening import open_form
from bot.slack.hearing import Call
from bot.slack.typed import answers_of, lists_of, people_first_shown
from bot.slack.values import EpicVersion
from bot.views.epics import restrict_form
from bot.workflows.epics import finding, restricting
from bot.workflows.permitting import Place, check
from models.errors import FieldMistakes
from models.people.role import Right


def open_typed(call: Call, key: str) -> None:
    """Open the form of the epic whose key was typed, for who may say who sees it."""
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
        check(session, call.actor, Right.RESTRICT, Place.of_epic(epic))
        circle = restricting.circle_of(session, epic.id)
    open_form(call, restrict_form.restrict_form(epic, circle, call.channel_id))


def save(call: Call) -> None:
    """Store who sees the epic."""
    memory = EpicVersion.read(call.view["private_metadata"])
    named = lists_of(call.view).get(restrict_form.CIRCLE, ())
    check_named(call, {*named} - {*people_first_shown(call.view, restrict_form.CIRCLE)})
    with call.write() as session:
        epic = restricting.restrict(
            session,
            call.workspace_id,
            call.actor,
            memory.epic,
            named,
            call.at,
            restricted=answers_of(call.view).get("sees") == restrict_form.ITS_CIRCLE["value"],
        )
        circle = restricting.circle_of(session, epic.id)
    call.ack()
    call.tell(restrict_form.restricted(epic, len(circle)), memory.channel)


def check_named(call: Call, people: Iterable[str]) -> None:
    """Raise FieldMistakes where someone of them cannot be in a circle: a guest, or a bot."""
    if why := call.unfit(sorted(people)):
        raise FieldMistakes({restrict_form.CIRCLE: why})
