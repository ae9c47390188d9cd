"""The windows that lie over each other: what each remembers, and how they are drawn and redrawn."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.commands.registry import OPENS, PAGE, SAVES, routes
from bot.slack import answers
from bot.slack.actions import Action, Memory, Note, Page, Searched, Shown, read_memory
from bot.slack.answers import Answer
from bot.slack.blocks import actions, context, modal, section
from bot.slack.forms import Open, form_view
from bot.slack.hearing import Call
from bot.slack.values import OldButton, OldForm
from models.errors import Mistake
from models.form import Groups

View = dict[str, Any]

MOST_VIEWS = 3
"""Slack lays three views over each other."""


def memory_of(call: Call) -> Memory:
    """What the view in front remembers; in a message or another view the channel it is in."""
    now = milliseconds(call.at)
    if kept := (call.body.get("view") or {}).get("private_metadata"):
        with suppress(OldButton):
            memory = read_memory(str(kept))
            if memory.actions:
                return memory.model_copy(update={"at": now})
    return Memory(at=now, channel=call.channel_id)


def view_ids(call: Call) -> list[str]:
    """The views over each other, the lowest first; none where it did not happen in a form."""
    if not call.is_modal:
        return []
    view = call.view
    ids = [view.get("root_view_id"), view.get("previous_view_id"), view["id"]]
    return list(dict.fromkeys(str(each) for each in ids if each))


def over(memory: Memory, *, in_place: bool) -> Memory:
    return memory.model_copy(update={"stack": memory.stack[:-1]}) if in_place else memory


def takes_its_place(call: Call, memory: Memory, to: Page | Open) -> bool:
    """Whether it is, or leads to, another of the list in front, or is a page that fits nowhere."""
    front = memory.actions[-1] if memory.stack else None
    if isinstance(to, Open) and type(front) is type(to.about):
        return call.is_modal
    is_turned = type(front) is type(to.over if isinstance(to, Open) else to)
    is_over = isinstance(to, Page) and len(view_ids(call)) >= MOST_VIEWS
    return call.is_modal and ((front is not None and is_turned) or is_over)


def target(call: Call, session: Session, it: Action) -> Open | Page | Answer:
    """What opens for it. Raises OldButton where nothing does."""
    if isinstance(it, Page):
        return it
    route = routes.find(OPENS, it)
    if route is None:
        raise OldButton
    found: Open | Page | Answer = route.handler(call, session, it)
    return found


def opened_form(call: Call, session: Session, about: Action) -> Open:
    """The form about something as it opens now. Raises OldForm where none does."""
    opened = target(call, session, about)
    if not isinstance(opened, Open):
        raise OldForm
    return opened


def drawn(
    call: Call,
    session: Session,
    memory: Memory,
    to: Open | Page | Answer,
    result: object = None,
    *,
    typed: Mapping[str, str | None] | None = None,
) -> View:
    """What opens, with what was typed where it takes the place of a form."""
    if isinstance(to, Page):
        return _draw(call, session, memory, to, result)
    if isinstance(to, Open):
        stack = (*memory.stack, *([str(to.over)] if to.over else []), str(to.about))
        return form_view(to, memory.model_copy(update={"stack": stack}).text, typed=typed)
    return answers.note(to)


def _draw(call: Call, session: Session, beneath: Memory, page: Page, result: object = None) -> View:
    """The page, with the Note of what was done beneath its lead."""
    route = routes.find(PAGE, page)
    if route is None:
        raise OldButton
    shown: Shown = route.handler(call, session, page)
    blocks = list(shown.blocks)
    if isinstance(result, Note):
        blocks.insert(1, section(result.text))
    if shown.of > 1:
        blocks.append(context(f"{shown.counted}, page {shown.page.number} of {shown.of}"))
        blocks.append(actions("turn", _turns(shown.page, shown.of)))
    stack = (*beneath.stack, str(shown.page))
    memory = beneath.model_copy(update={"stack": stack}).text
    call.follows.pop(memory, None)  # what followed when it was announced
    if shown.follow is not None:
        call.follows[memory] = shown.follow
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


def redraw(call: Call, memory: Memory, ids: Sequence[str], result: object = None) -> None:
    """Redraw the pages, the upper one first; what is not there any more says so."""
    views: list[View] = []
    if not memory.stack:
        return
    with call.database.read() as session:
        for place, page in enumerate(memory.actions):
            beneath = memory.model_copy(update={"stack": memory.stack[:place]})
            note = result if place == len(memory.stack) - 1 else None
            try:
                views.append(drawn(call, session, beneath, target(call, session, page), note))
            except Mistake as mistake:
                views.append(answers.note(answers.refusal(mistake)))
    for view_id, view in zip(reversed(ids), reversed(views), strict=False):
        call.show_in(view_id, view)
    call.follow_up()


def ask_for_groups(call: Call, about: Action) -> None:
    """Know the user groups before a transaction would wait for Slack, where a form names some."""
    route = routes.find(SAVES, about)
    questions = route.form.questions().values() if route and route.form else ()
    if any(isinstance(each, Groups) for each in questions):
        call.user_groups()


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000)
