"""Moving an epic: by its card's button, by a form, by typing, and past what is missing."""

from sqlalchemy.orm import Session

from bot.commands import windows
from bot.commands.epics import stops
from bot.commands.epics.opening import epic_of
from bot.commands.routes import routes, show
from bot.slack import answers
from bot.slack.answers import Answer
from bot.slack.forms import Instead, Open
from bot.slack.hearing import Call
from bot.views.board import card as epic_card
from bot.views.epics import move_form
from bot.views.epics.buttons import ChooseColumn, OverrideMove, Persevere
from bot.views.epics.next_step import MoveTo
from bot.workflows.board import card as looking_up
from bot.workflows.epics import finding, moving
from bot.workflows.permitting import Place, check
from models.epics.column import Column, column_and_reason, column_named, persevering_column
from models.epics.epic import Epic
from models.epics.obstacles import MoveForm, NotYet, OverrideForm, PersevereForm
from models.fields import UNSTORABLE
from models.people.role import Right
from models.portfolio.portfolio import StateKind


def move_by_button(call: Call) -> None:
    """Move the epic to the column on the button; a posted card is redrawn by the courier."""
    to = MoveTo.read(call.action["value"])
    try:
        with call.write() as session:
            who = session, *call.who, to.epic, to.to
            moving.move(*who, to.version, None, call.at, phase=to.phase)
    except NotYet as not_yet:
        call.reply(move_form.not_yet(not_yet))
        return
    if not (call.is_modal or call.is_ephemeral):
        call.ack()
        return
    with call.database.read() as session:
        shown = epic_card.epic_card(
            looking_up.card(session, epic_of(session, call, to.epic), call.at)
        )
    if call.is_modal:
        call.ack()
        call.after_ack(lambda: call.update_form(answers.note(shown)))
    else:
        call.reply(shown, replace=True)


@routes.opens
def ask_where(call: Call, session: Session, it: ChooseColumn) -> Open:
    return move_form.move_form(epic_of(session, call, it.id))


@routes.saves
def move(call: Call, session: Session, form: MoveForm, about: ChooseColumn) -> Answer | None:
    to = _column(call, session, about.id, form.to)
    return _moved_by_form(call, session, about, to, form.reason)


@routes.opens
def ask_why_it_goes_on(call: Call, session: Session, it: Persevere) -> Open | Answer:
    """For who may say so; where that takes a decision, what is missing."""
    epic = epic_of(session, call, it.id)
    to = persevering_column(epic)
    check(session, call.actor, Right.PERSEVERE, Place.of_epic(epic))
    not_yet = moving.undecided(session, call.actor, epic, to, call.at)
    return move_form.not_yet(not_yet) if not_yet else move_form.persevere_form(epic)


@routes.saves
def persevere(call: Call, session: Session, form: PersevereForm, about: Persevere) -> Answer | None:
    epic = epic_of(session, call, about.id)
    check(session, call.actor, Right.PERSEVERE, Place.of_epic(epic))
    to = persevering_column(epic)
    return _moved_by_form(call, session, about, to, form.reason)


@routes.opens
def ask_why_override(call: Call, session: Session, it: OverrideMove) -> Open | Answer:
    """With what is missing now; who may not pass it is shown what mends it."""
    epic = epic_of(session, call, it.id)
    to = column_named(epic.portfolio, it.to)
    not_yet = moving.not_yet(session, call.actor, epic, to, call.at)
    if not_yet is None:
        return move_form.nothing_missing(epic, OverrideMove.of(epic, **it.there))
    if not_yet.may_override:
        return move_form.override_form(not_yet, it.reason)
    return move_form.not_yet(not_yet, it.reason)


@routes.saves
def override(
    call: Call, session: Session, form: OverrideForm, about: OverrideMove
) -> Answer | None:
    to = _column(call, session, about.id, about.to)
    return _moved_by_form(call, session, about, to, form.reason, override=True)


def move_typed(call: Call, key: str, words: str) -> None:
    """Move an epic to the state that was named, for the reason that follows; or stop it.

    Without a state, open the form.
    """
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
        if words:
            to, reason = column_and_reason(epic.portfolio, words)
    if not words:
        show(call, ChooseColumn.of(epic), f"/epic move {epic.key}")
        return
    if to.state.kind is StateKind.STOPPED and epic.state is not to.state:
        stops.stop_typed(call, key, reason or "")
        return
    try:
        with call.write() as session:
            said = _moved(call, session, _move(call, session, epic.id, to, None, reason))
    except NotYet as not_yet:
        said = move_form.not_yet(not_yet, reason)
    call.reply(said)


def _moved_by_form(
    call: Call,
    session: Session,
    about: ChooseColumn | Persevere | OverrideMove,
    to: Column,
    reason: str | None,
    *,
    override: bool = False,
) -> Answer | None:
    """What is said in the channel it was opened in; App Home shows it by itself."""
    try:
        epic = _move(call, session, about.id, to, about.version, reason, override=override)
    except NotYet as not_yet:
        shows = move_form.override_form if not_yet.may_override else move_form.not_yet
        raise Instead(shows(not_yet, reason)) from not_yet
    return _moved(call, session, epic) if windows.memory_of(call).channel else None


def _moved(call: Call, session: Session, epic: Epic) -> Answer:
    """What who moved it reads; an owner who finished it is asked for the outcome."""
    if epic.state.kind is not StateKind.DONE or epic.owner_user_id != call.actor:
        return epic_card.moved(epic)
    return epic_card.finished(looking_up.card(session, epic_of(session, call, epic.id), call.at))


def _column(call: Call, session: Session, epic_id: int, name: str) -> Column:
    """Where it is to go, for who may move it. Raises NotAllowed and UnknownStateName."""
    epic = epic_of(session, call, epic_id)
    check(session, call.actor, Right.MOVE, Place.of_epic(epic))
    return column_named(epic.portfolio, name)


def _move(
    call: Call,
    session: Session,
    epic_id: int,
    to: Column,
    version: int | None,
    reason: str | None,
    *,
    override: bool = False,
) -> Epic:
    reason = UNSTORABLE.sub("", reason or "").strip() or None
    who = session, *call.who, epic_id, to.state.id, version
    return moving.move(*who, reason, call.at, phase=to.phase, override=override)
