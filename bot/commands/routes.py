"""What is heard, by the kind of what was carried; each handler says what comes next.

A handler that draws or `opens` reads, and gives what is shown. One that `does` or `saves` writes,
in a transaction that is committed before anything is shown; then the pages it lies over are drawn
again, the upper one with its Note, or its Answer is told. One that `checks` shows what a form would
do before it is saved.
Nobody else acks, opens or updates a view.
"""

from bot.commands import windows
from bot.commands.registry import DOES, routes
from bot.commands.windows import View
from bot.slack import answers
from bot.slack.actions import Action, Memory, Note, Page, carried, read_action, read_memory
from bot.slack.answering import TriggerExpired, answer_where_it_happened
from bot.slack.answers import Answer
from bot.slack.forms import Open, form_view, found_options
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import OldButton, OldForm
from models.errors import ChangedSince, Mistake
from models.form import Choice

__all__ = ["routes"]  # where every room finds them


class TooDeep(Mistake):
    """A form that would be the fourth view."""

    def __init__(self) -> None:
        super().__init__("Slack shows three windows at most. Close this one and try again.")


def show(call: Call, to: Action, typed: str) -> None:
    """Open a page, or what an action opens, for a command that was typed."""
    memory = windows.memory_of(call)
    with call.database.read() as session:
        view = windows.drawn(call, session, memory, windows.target(call, session, to))
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


def open_filled(call: Call, opened: Open) -> None:
    """Open a form that begins with what something else says, such as a message."""
    memory = Memory(at=windows.milliseconds(call.at), stack=(str(opened.about),))
    try:
        call.open_form(form_view(opened, memory.text))
    except TriggerExpired:
        call.reply(answers.sentence("Slack did not open the form in time. Choose it once more."))
        return
    call.ack()


def open_view(call: Call) -> None:
    """Hear a button or a menu that opens something, or turns a page."""
    open_action(call, read_action(carried(call.action)))


def open_action(call: Call, it: Action) -> None:
    """Open what an action opens, also for a button that does not carry it, as older ones do."""
    memory = windows.memory_of(call)
    windows.ask_for_groups(call, it)
    with call.database.read() as session:
        to = windows.target(call, session, it)
        if isinstance(to, Answer):
            view = answers.note(to)
        else:
            in_place = windows.takes_its_place(call, memory, to)
            typed = answers_of(call.view) if in_place and isinstance(to, Open) else None
            beneath = windows.over(memory, in_place=in_place)
            view = windows.drawn(call, session, beneath, to, typed=typed)
    if isinstance(to, Answer):
        call.reply(to)
    elif in_place:
        call.update_form(view)
        call.ack()
    elif len(windows.view_ids(call)) >= windows.MOST_VIEWS:
        raise TooDeep
    else:
        call.open_form(view)
        call.ack()


def drawn_instead(call: Call, page: Page) -> View:
    """A page in place of the one in front."""
    with call.database.read() as session:
        return windows.drawn(
            call, session, windows.over(windows.memory_of(call), in_place=True), page
        )


def do(call: Call) -> None:
    """Hear a button or a menu that changes something; its ack is the last it does."""
    it = read_action(carried(call.action))
    route = routes.find(DOES, it)
    if route is None:
        raise OldButton
    try:
        with call.write() as session:
            result = route.handler(call, session, it)
    except ChangedSince as changed:
        result = answers.sentence(f"{changed.what} has changed since it was shown. Look again.")
    call.ack()
    memory, ids = windows.memory_of(call), windows.view_ids(call)

    def after() -> None:
        windows.redraw(call, memory, ids, result)
        if result is not None and not isinstance(result, Note):
            answer = result if isinstance(result, Answer) else result()
            answer_where_it_happened(call.args, answer)

    call.after_ack(after)


def do_for_named(call: Call) -> None:
    """The same for people who were named before."""
    do(call)


def from_earlier(call: Call) -> None:
    """Hear a form that an earlier Tack once opened. Raises OldForm."""
    raise OldForm


def suggest(call: Call) -> None:
    """Say what of a long list fits to what was typed into its field."""
    actions = read_memory(str(call.view.get("private_metadata") or "")).actions
    if not actions:
        raise OldForm
    windows.ask_for_groups(call, actions[-1])
    with call.database.read() as session:
        opened = windows.opened_form(call, session, actions[-1])
    question = opened.form.questions().get(str(call.body["block_id"]))
    if not isinstance(question, Choice):
        raise OldButton
    call.ack(options=found_options(question, opened.facts, str(call.body.get("value") or "")))
