"""Forms that are sent: read, looked at where there is something to look at, saved, and answered."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from bot.commands import windows
from bot.commands.named import channels_outside, check_people
from bot.commands.registry import CHECKS, SAVES, Route, routes
from bot.commands.windows import View
from bot.slack.actions import Action, Memory, Note, Seen, read_memory
from bot.slack.answers import Answer
from bot.slack.blocks import Block, section
from bot.slack.forms import Check, Instead, check_page, form_view
from bot.slack.hearing import Call
from bot.slack.mrkdwn import words
from bot.slack.typed import answers_of, first_shown
from bot.slack.values import OldButton, OldForm
from bot.workflows.keeping import who_changed
from models.errors import ChangedSince
from models.form import Form
from models.seen import first_time, was_seen

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f]")
"""Signs that nobody types, and that take much room where they are kept."""


def save(call: Call) -> None:
    """Take a form: its mistakes at their fields, or saved, and the pages beneath redrawn.

    Where there is something to look at before, that is shown first and takes what was typed along.
    Sent a second time as it was, it is answered as the first time.
    """
    memory, about, route = _form_in_front(call)
    typed = answers_of(call.view) if memory.typed is None else memory.typed
    request = _request(call, typed)
    windows.ask_for_groups(call, about)
    with call.database.read() as session:
        is_new = not was_seen(session, call.workspace_id, request)
    result = _take(call, memory, about, route, typed, request) if is_new else None
    if isinstance(result, Again):
        call.ack(response_action=result.way, view=result.view)
        return
    beneath, ids = windows.over(memory, in_place=True), windows.view_ids(call)
    if len(ids) > len(memory.stack):  # what lies beneath is no page, and would stay as it was
        call.ack(response_action="clear")
    elif len(ids) < len(memory.stack):
        with call.database.read() as session:
            below = windows.over(beneath, in_place=True)
            page = windows.target(call, session, beneath.actions[-1])
            call.ack(
                response_action="update", view=windows.drawn(call, session, below, page, result)
            )
        windows.redraw(call, below, ids[:-1])
    else:
        call.ack()
        windows.redraw(call, beneath, ids[:-1], result)
    if isinstance(result, Answer):
        call.reply_in(result, memory.channel)


@dataclass(frozen=True, slots=True)
class Again:
    """Something to be looked at before anything is saved: in place of the form, or over it."""

    view: View
    way: str = "update"


def _take(
    call: Call,
    memory: Memory,
    about: Action,
    route: Route,
    typed: Mapping[str, str | None],
    request: str,
) -> Answer | Note | Again | None:
    """Save what was answered, and give what is shown; or what is to be looked at before."""
    checked = routes.find(CHECKS, about) is not None
    with call.database.read() as session:
        opened = windows.opened_form(call, session, about)
        if opened.form.unasked(typed, opened.held):
            begun = memory.model_copy(update={"typed": None})
            return Again(form_view(opened, begun.text, _note("asks_more"), memory.typed))
        form = opened.form.read(typed, opened.facts, opened.held)
    check_people(call, form, opened.held)
    outside = channels_outside(call, form, opened.held)
    call = call.having_asked_about(opened.named) if opened.named else call
    if checked and memory.typed is None:
        way = "push" if len(windows.view_ids(call)) < windows.MOST_VIEWS else "update"
        return Again(_look(call, memory, about, form, _kept(typed)), way)
    try:
        with call.write(again=True) as session:
            if first_time(session, call.workspace_id, request, call.at):
                result = route.handler(call, session, form=form, about=about)
                return _with_invitations(call, result, outside)
    except Instead as instead:
        with call.database.read() as session:
            beneath = windows.over(memory, in_place=True)
            return Again(windows.drawn(call, session, beneath, instead.to))
    except ChangedSince:
        if checked:
            return Again(_look(call, memory, about, form, typed, _note("look_again")))
        return Again(_form_again(call, memory, about))
    return None


def _with_invitations(
    call: Call, result: Answer | Note | None, channel_ids: Sequence[str]
) -> Answer | Note | None:
    """What is shown, with the channels Tack is to be invited to."""
    if not channel_ids:
        return result
    said = words("meanwhile", "invite", channels=channel_ids, bot_user_id=call.bot_user_id)
    if isinstance(result, Answer):
        return Answer([*result.blocks, section(said)])
    return Note("\n".join([*([result.text] if result else []), said]))


def _look(
    call: Call,
    memory: Memory,
    about: Action,
    form: Form,
    typed: Mapping[str, str | None],
    note: Block | None = None,
) -> View:
    """What the form would do as everything stands now; it remembers what was typed."""
    route = routes.find(CHECKS, about)
    assert route is not None
    with call.database.read() as session:
        check: Check = route.handler(call, session, form=form, about=about, typed=typed)
    stack = (*memory.stack[:-1], str(check.about))
    now = {"at": windows.milliseconds(call.at), "stack": stack, "typed": dict(typed)}
    remembers = memory.model_copy(update=now)
    return check_page(check, remembers.text, check.button(call.name_of), note)


def _kept(typed: Mapping[str, str | None]) -> dict[str, str | None]:
    """What was typed, without what would only take room."""
    return {name: text and UNSEEN.sub("", text).strip() for name, text in typed.items()}


def _form_in_front(call: Call) -> tuple[Memory, Action, Route]:
    """What the form remembers, what it is about, and what takes it. Raises OldForm."""
    try:
        memory = read_memory(str(call.view.get("private_metadata") or ""))
        about = memory.actions[-1]
    except (OldButton, IndexError) as error:
        raise OldForm from error
    route = routes.find(SAVES, about)
    if route is None or call.view["callback_id"] != about.kind:
        raise OldForm
    return memory, about, route


def _form_again(call: Call, memory: Memory, about: Action) -> View:
    """The form over what someone else changed meanwhile; sent once more it is kept.

    Slack keeps what was typed in a field whose names stay the same.
    """
    since = datetime.fromtimestamp(memory.at / 1_000, UTC)
    begun = first_shown(call.view)
    with call.database.read() as session:
        opened = windows.opened_form(call, session, about)
        by = who_changed(session, about.noun, about.id, since) if isinstance(about, Seen) else None
        changed = [
            (question.label.format_map(dict(opened.facts)), opened.spelled_out(name))
            for name, question in opened.asked().items()
            if name in begun and begun[name] != opened.spelled[name]
        ]
    stack = (*memory.stack[:-1], str(opened.about))
    again = memory.model_copy(update={"at": windows.milliseconds(call.at), "stack": stack})
    return form_view(opened, again.text, _note("meanwhile", by=by, changed=changed))


def _note(part: str, **facts: object) -> Block:
    return section(words("meanwhile", part, **facts))


def _request(call: Call, typed: Mapping[str, str | None]) -> str:
    """What makes a form that is sent twice the same: the view, and what was typed into it."""
    said = sha256(json.dumps(dict(typed), sort_keys=True).encode()).hexdigest()
    return f"form:{call.view['id']}:{said}"
