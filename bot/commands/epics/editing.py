"""The form to change an epic: opened with all its answers, and saved with what changed.

It acks and draws itself as the form to propose one does, whose fields it has.
"""

from collections.abc import Mapping, Sequence

from bot.commands.epics import proposal
from bot.commands.epics.opening import epic_of, open_form
from bot.commands.epics.restricting import check_named
from bot.slack.hearing import Call
from bot.slack.typed import answers_of, first_shown, lists_of, people_first_shown
from bot.views.epics import form as epic_form
from bot.views.epics import restrict_form
from bot.views.epics.form import EpicVersion
from bot.workflows.epics import editing, finding, restricting
from bot.workflows.permitting import Place, check
from models.epics.epic import Epic
from models.epics.proposal import ChangedMeanwhile, as_it_would_be, parse_changes
from models.errors import FieldMistakes, Mistake
from models.people.role import Right


def open_typed(call: Call, key: str) -> None:
    """Open the form of the epic whose key was typed."""
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
    open_edit(call, epic.id)


def open_edit(call: Call, epic_id: int) -> None:
    """Open the form, for who may change the epic."""
    with call.database.read() as session:
        epic = epic_of(session, call, epic_id)
        check(session, call.actor, Right.EDIT, Place.of_epic(epic))
        choices = finding.choices(session, epic.portfolio)
        circle = restricting.circle_of(session, epic.id)
        form = epic_form.edit_form(epic, choices, circle, call.channel_id)
    open_form(call, form)


def chosen(call: Call) -> None:
    """Ask for what follows from a choice: why there is no theme, who is in the circle."""
    if call.view["callback_id"] == epic_form.CALLBACK:
        proposal.chosen(call)
        return
    _redraw(call, None)


def read_as_sentence(call: Call) -> None:
    """Say what the answers add up to; the form to propose grows by the numbers first."""
    if call.view["callback_id"] == epic_form.CALLBACK:
        proposal.add_numbers(call)
        return
    shown = EpicVersion.read(call.view["private_metadata"])
    with call.database.read() as session:
        epic = epic_of(session, call, shown.epic)
    try:
        today = proposal.today(call, epic.portfolio)
        changes = parse_changes(epic, answers_of(call.view), first_shown(call.view), today)
        note = proposal.sentence_of(as_it_would_be(epic, changes))
    except FieldMistakes as mistakes:
        note = f"Not a sentence yet. {next(iter(mistakes.errors.values()))}"
    _redraw(call, note)


def save(call: Call) -> None:
    """Store what was changed, and who sees the epic; the first time someone else did, say so."""
    memory = EpicVersion.read(call.view["private_metadata"])
    typed, shown = answers_of(call.view), first_shown(call.view)
    if typed.get("owner") != shown.get("owner"):
        proposal.check_owner(call, typed.get("owner"))
    check_named(call, _others_named(call) & {*lists_of(call.view).get("circle", ())})
    try:
        epic, columns = _store(call, memory, typed, shown)
    except ChangedMeanwhile as change:
        with call.write(again=True) as session:
            editing.note_seen(
                session, call.workspace_id, str(call.view["id"]), change.version, call.at
            )
        raise _named(call, change, typed, shown) from change
    call.ack(response_action="clear")
    if memory.channel is not None:
        call.reply_in(epic_form.saved(epic, columns), memory.channel)


def _store(
    call: Call,
    memory: EpicVersion,
    typed: Mapping[str, str | None],
    shown: Mapping[str, str | None],
) -> tuple[Epic, Sequence[str]]:
    """The epic and what changed of it, all in one transaction."""
    with call.write() as session:
        epic, columns = editing.edit(
            session,
            call.workspace_id,
            call.actor,
            memory.epic,
            typed,
            shown,
            call.at,
            version=memory.version,
            form_id=str(call.view["id"]),
        )
        sees = typed.get("sees")
        named = lists_of(call.view).get("circle")
        if sees != shown.get("sees") or _others_named(call):
            restricting.restrict(
                session,
                call.workspace_id,
                call.actor,
                memory.epic,
                named,
                call.at,
                restricted=sees == restrict_form.ITS_CIRCLE["value"],
            )
            columns = [*columns, "restricted"]
    return epic, columns


def _others_named(call: Call) -> set[str]:
    """Who is named or not named any more, against what the form showed."""
    named = lists_of(call.view).get("circle")
    return set() if named is None else {*named} ^ {*people_first_shown(call.view, "circle")}


def _named(
    call: Call,
    change: ChangedMeanwhile,
    typed: Mapping[str, str | None],
    shown: Mapping[str, str | None],
) -> Mistake:
    """The mistake with the name of who changed it, at the first field that was changed here."""
    place = next((name for name in typed if typed[name] != shown.get(name)), "title")
    team_id = str(call.args.context.team_id)
    by = [change.by] if change.by else []
    [who] = call.context.members.names(call.client, team_id, by, call.at) or ["Someone"]
    return FieldMistakes({place: change.say(who)})


def _redraw(call: Call, note: str | None) -> None:
    circle: Sequence[str] = ()
    if answers_of(call.view).get("sees") == restrict_form.ITS_CIRCLE["value"]:
        shown = EpicVersion.read(call.view["private_metadata"])
        with call.database.read() as session:
            circle = restricting.circle_of(session, epic_of(session, call, shown.epic).id)
    call.update_form(epic_form.redrawn(call.view, answers_of(call.view), circle, note))
    call.ack()
