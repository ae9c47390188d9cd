"""What is heard, by the kind of what was carried; each handler says what comes next.

A handler that draws or `opens` reads, and gives what is shown. One that `does` or `saves` writes,
in a transaction that is committed before anything is shown; then the pages it lies over are drawn
anew, the upper one with its Note, or its Answer is told. One that `checks` shows what a form would
do before it is saved.
Nobody else acks, opens or updates a view.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from bot.commands.named import channels_outside, check_people
from bot.commands.registry import CHECKS, DOES, OPENS, PAGE, SAVES, Route, Routes
from bot.slack import answers
from bot.slack.actions import (
    Action,
    Memory,
    Note,
    Page,
    Searched,
    Seen,
    Shown,
    carried,
    read_action,
    read_memory,
)
from bot.slack.answering import TriggerExpired, answer_where_it_happened
from bot.slack.answers import Answer
from bot.slack.blocks import Block, actions, context, modal, section
from bot.slack.forms import Check, Open, check_page, form_view, found_options
from bot.slack.hearing import Call
from bot.slack.mrkdwn import words
from bot.slack.typed import answers_of, first_shown
from bot.slack.values import OldButton, OldForm
from bot.workflows.keeping import who_changed
from models.errors import ChangedSince, Mistake
from models.form import Choice, Form, Groups
from models.seen import first_time, was_seen

View = dict[str, Any]

MOST_VIEWS = 3
"""Slack lays three views over each other."""

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f]")
"""Signs that nobody types, and that take much room where they are kept."""


class TooDeep(Mistake):
    """A form that would be the fourth view."""

    def __init__(self) -> None:
        super().__init__("Slack shows three windows at most. Close this one, and try once more.")


routes = Routes()


def show(call: Call, to: Action, typed: str) -> None:
    """Open a page, or what an action opens, for a command that was typed."""
    memory = _memory(call)
    with call.database.read() as session:
        view = _view(call, session, memory, _target(call, session, to))
    open_typed(call, view, typed)


def open_typed(call: Call, view: View, typed: str) -> None:
    """Open a view for a command; where Slack is too late for it, say what to type once more."""
    try:
        call.open_form(view)
    except TriggerExpired:
        said = f"Slack did not open it in time. Type {typed} once more."
        call.reply(answers.sentence(said))
        return
    call.ack()


def open_view(call: Call) -> None:
    """Hear a button or a menu that opens something, or turns a page."""
    it = read_action(carried(call.action))
    memory = _memory(call)
    _ask_for_groups(call, it)
    with call.database.read() as session:
        to = _target(call, session, it)
        if isinstance(to, Answer):
            view = answers.note(to)
        else:
            in_place = _takes_its_place(call, memory, to)
            view = _view(call, session, _over(memory, in_place=in_place), to)
    if isinstance(to, Answer):
        call.reply(to)
    elif in_place:
        call.update_form(view)
        call.ack()
    elif len(_view_ids(call)) >= MOST_VIEWS:
        raise TooDeep
    else:
        call.open_form(view)
        call.ack()


def drawn_instead(call: Call, page: Page) -> View:
    """A page in place of the one in front."""
    with call.database.read() as session:
        return _draw(call, session, _over(_memory(call), in_place=True), page)


def do(call: Call) -> None:
    """Hear a button or a menu that changes something; its ack is the last it does."""
    it = read_action(carried(call.action))
    route = routes.find(DOES, it)
    if route is None:
        raise OldButton
    try:
        with call.write() as session:
            told = route.handler(call, session, it)
    except ChangedSince as changed:
        told = answers.sentence(f"{changed.what} has changed since it was shown. Look once more.")
    call.ack()
    memory, ids = _memory(call), _view_ids(call)

    def after() -> None:
        _redraw(call, memory, ids, told)
        if told is not None and not isinstance(told, Note):
            answer = told if isinstance(told, Answer) else told()
            answer_where_it_happened(call.args, answer)

    call.after_ack(after)


def do_for_named(call: Call) -> None:
    """The same for people who were named before."""
    do(call)


def save(call: Call) -> None:
    """Take a form: its mistakes at their fields, or saved, and the pages beneath drawn anew.

    Where there is something to look at before, that is shown first and takes what was typed along.
    Sent a second time as it was, it is answered as the first time.
    """
    memory, about, route = _form_in_front(call)
    typed = answers_of(call.view) if memory.typed is None else memory.typed
    request = _request(call, typed)
    _ask_for_groups(call, about)
    with call.database.read() as session:
        is_new = not was_seen(session, call.workspace_id, request)
    told = _take(call, memory, about, route, typed, request) if is_new else None
    if isinstance(told, Again):
        call.ack(response_action=told.way, view=told.view)
        return
    beneath, ids = _over(memory, in_place=True), _view_ids(call)
    if routes.find(CHECKS, about) is not None and len(ids) > len(memory.stack):
        call.ack(response_action="clear")
    elif len(ids) < len(memory.stack):
        with call.database.read() as session:
            below = _over(beneath, in_place=True)
            page = _target(call, session, beneath.actions[-1])
            call.ack(response_action="update", view=_view(call, session, below, page, told))
        _redraw(call, below, ids[:-1])
    else:
        call.ack()
        _redraw(call, beneath, ids[:-1], told)
    if isinstance(told, Answer):
        call.tell(told, memory.channel)


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
    """Save what was answered, and give what is told; or what is to be looked at before."""
    checked = routes.find(CHECKS, about) is not None
    with call.database.read() as session:
        opened = _opened(call, session, about)
        if opened.form.unasked(typed, opened.held):
            begun = memory.model_copy(update={"typed": None})
            return Again(form_view(opened, begun.text, _note("asks_more"), memory.typed))
        form = opened.form.read(typed, opened.facts, opened.held)
    check_people(call, form, opened.held)
    outside = channels_outside(call, form, opened.held)
    call = call.having_asked_about(opened.named) if opened.named else call
    if checked and memory.typed is None:
        way = "push" if len(_view_ids(call)) < MOST_VIEWS else "update"
        return Again(_look(call, memory, about, form, _kept(typed)), way)
    try:
        with call.write(again=True) as session:
            if first_time(session, call.workspace_id, request, call.at):
                told = route.handler(call, session, form=form, about=about)
                return _with_invitations(call, told, outside)
    except ChangedSince:
        if checked:
            return Again(_look(call, memory, about, form, typed, _note("look_again")))
        return Again(_form_again(call, memory, about))
    return None


def _with_invitations(
    call: Call, told: Answer | Note | None, channel_ids: Sequence[str]
) -> Answer | Note | None:
    """What is told, with the channels Tack is to be invited to."""
    if not channel_ids:
        return told
    said = words("meanwhile", "invite", channels=channel_ids, bot_user_id=call.bot_user_id)
    if isinstance(told, Answer):
        return Answer([*told.blocks, section(said)])
    return Note("\n".join([*([told.text] if told else []), said]))


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
    now = {"at": _milliseconds(call.at), "stack": stack, "typed": dict(typed)}
    remembers = memory.model_copy(update=now)
    return check_page(check, remembers.text, check.button(call.name_of), note)


def _kept(typed: Mapping[str, str | None]) -> dict[str, str | None]:
    """What was typed, without what would only take room."""
    return {name: text and UNSEEN.sub("", text).strip() for name, text in typed.items()}


def from_earlier(call: Call) -> None:
    """Hear a form that an earlier Tack once opened. Raises OldForm."""
    raise OldForm


def suggest(call: Call) -> None:
    """Say what of a long list fits to what was typed into its field."""
    actions = read_memory(str(call.view.get("private_metadata") or "")).actions
    if not actions:
        raise OldForm
    _ask_for_groups(call, actions[-1])
    with call.database.read() as session:
        opened = _opened(call, session, actions[-1])
    question = opened.form.questions().get(str(call.body["block_id"]))
    if not isinstance(question, Choice):
        raise OldButton
    call.ack(options=found_options(question, opened.facts, str(call.body.get("value") or "")))


def _ask_for_groups(call: Call, about: Action) -> None:
    """Know the user groups before a transaction would wait for Slack, where a form names some."""
    route = routes.find(SAVES, about)
    questions = route.form.questions().values() if route and route.form else ()
    if any(isinstance(each, Groups) for each in questions):
        call.user_groups()


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


def _target(call: Call, session: Session, it: Action) -> Open | Page | Answer:
    """What opens for it. Raises OldButton where nothing does."""
    if isinstance(it, Page):
        return it
    route = routes.find(OPENS, it)
    if route is None:
        raise OldButton
    found: Open | Page | Answer = route.handler(call, session, it)
    return found


def _opened(call: Call, session: Session, about: Action) -> Open:
    """The form about something as it opens now. Raises OldForm where none does."""
    opened = _target(call, session, about)
    if not isinstance(opened, Open):
        raise OldForm
    return opened


def _view(
    call: Call, session: Session, memory: Memory, to: Open | Page | Answer, told: object = None
) -> View:
    if isinstance(to, Page):
        return _draw(call, session, memory, to, told)
    if isinstance(to, Open):
        stack = (*memory.stack, *([str(to.over)] if to.over else []), str(to.about))
        return form_view(to, memory.model_copy(update={"stack": stack}).text)
    return answers.note(to)


def _draw(call: Call, session: Session, beneath: Memory, page: Page, told: object = None) -> View:
    """The page, with the Note of what was done beneath its lead."""
    route = routes.find(PAGE, page)
    if route is None:
        raise OldButton
    shown: Shown = route.handler(call, session, page)
    blocks = list(shown.blocks)
    if isinstance(told, Note):
        blocks.insert(1, section(told.text))
    if shown.of > 1:
        blocks.append(context(f"{shown.counted}, page {shown.page.number} of {shown.of}"))
        blocks.append(actions("turn", _turns(shown.page, shown.of)))
    stack = (*beneath.stack, str(shown.page))
    memory = beneath.model_copy(update={"stack": stack}).text
    close = "Back" if beneath.stack else "Close"
    submit = "Search" if isinstance(page, Searched) else None
    return modal(
        page.kind, shown.title, blocks, submit=submit, close=close, private_metadata=memory
    )


def _turns(page: Page, of: int) -> list[dict[str, Any]]:
    """The buttons to the page before and after."""
    turns = [("Previous page", page.number - 1)] if page.number > 1 else []
    turns += [("Next page", page.number + 1)] if page.number < of else []
    return [
        {**page.but(number=number).button(text), "action_id": f"{page.kind}_{number}"}
        for text, number in turns
    ]


def _memory(call: Call) -> Memory:
    """What the view in front remembers; in a message or another view the channel it is in."""
    now = _milliseconds(call.at)
    view = call.body.get("view") or {}
    try:
        memory = read_memory(str(view.get("private_metadata") or ""))
        if memory.actions:
            return memory.model_copy(update={"at": now})
    except OldButton:
        pass
    return Memory(at=now, channel=call.channel_id)


def _takes_its_place(call: Call, memory: Memory, to: Page | Open) -> bool:
    """Whether it is, or leads to, another of the list in front, or is a page that fits nowhere."""
    front = memory.actions[-1] if memory.stack else None
    is_turned = type(front) is type(to.over if isinstance(to, Open) else to)
    is_over = isinstance(to, Page) and len(_view_ids(call)) >= MOST_VIEWS
    return call.is_modal and ((front is not None and is_turned) or is_over)


def _over(memory: Memory, *, in_place: bool) -> Memory:
    return memory.model_copy(update={"stack": memory.stack[:-1]}) if in_place else memory


def _redraw(call: Call, memory: Memory, ids: Sequence[str], told: object = None) -> None:
    """Draw the pages anew, the upper one first; what is not there any more says so."""
    views: list[View] = []
    if not memory.stack:
        return
    with call.database.read() as session:
        for place, page in enumerate(memory.actions):
            beneath = memory.model_copy(update={"stack": memory.stack[:place]})
            note = told if place == len(memory.stack) - 1 else None
            try:
                views.append(_view(call, session, beneath, _target(call, session, page), note))
            except Mistake as mistake:
                views.append(answers.note(answers.refusal(mistake)))
    for view_id, view in zip(reversed(ids), reversed(views), strict=False):
        call.show_in(view_id, view)


def _form_again(call: Call, memory: Memory, about: Action) -> View:
    """The form over what someone else changed meanwhile; sent once more it is kept.

    Slack keeps what was typed in a field whose names stay the same.
    """
    since = datetime.fromtimestamp(memory.at / 1_000, UTC)
    begun = first_shown(call.view)
    with call.database.read() as session:
        opened = _opened(call, session, about)
        by = who_changed(session, about.noun, about.id, since) if isinstance(about, Seen) else None
        changed = [
            (question.label.format_map(dict(opened.facts)), opened.told(name))
            for name, question in opened.asked().items()
            if name in begun and begun[name] != opened.spelled[name]
        ]
    stack = (*memory.stack[:-1], str(opened.about))
    again = memory.model_copy(update={"at": _milliseconds(call.at), "stack": stack})
    return form_view(opened, again.text, _note("meanwhile", by=by, changed=changed))


def _note(part: str, **facts: object) -> Block:
    return section(words("meanwhile", part, **facts))


def _request(call: Call, typed: Mapping[str, str | None]) -> str:
    """What makes a form that is sent twice the same: the view, and what was typed into it."""
    said = sha256(json.dumps(dict(typed), sort_keys=True).encode()).hexdigest()
    return f"form:{call.view['id']}:{said}"


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000)


def _view_ids(call: Call) -> list[str]:
    """The views over each other, the lowest first; none where it did not happen in a form."""
    if not call.is_modal:
        return []
    view = call.view
    ids = [view.get("root_view_id"), view.get("previous_view_id"), view["id"]]
    return list(dict.fromkeys(str(each) for each in ids if each))
