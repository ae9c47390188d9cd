"""Lists: narrowed by their menus, searched by words, and those that offer what fits to a text."""

from bot.commands.registry import FINDS
from bot.commands.routes import drawn_instead, routes
from bot.slack.actions import Page, Searched, carried, read_action, read_memory
from bot.slack.blocks import OPTIONS_LIMIT, option
from bot.slack.choosers import NARROWED
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import OldButton


def narrow(call: Call) -> None:
    """Hear a menu that narrows the list it stands in."""
    page = _in_front(call)
    if not isinstance(page, Page):
        raise OldButton
    name = str(call.action["action_id"]).removeprefix(f"{NARROWED}_")
    call.update_form(drawn_instead(call, page.narrowed(name, carried(call.action))))
    call.ack()


def search(call: Call) -> None:
    """Hear the words that a list is searched by."""
    page = _in_front(call)
    if not isinstance(page, Searched):
        raise OldButton
    call.ack(response_action="update", view=drawn_instead(call, page))


def find(call: Call) -> None:
    """Say what an action can be done with: on a page it is done, in a form it is the answer."""
    it = read_action(str(call.body["action_id"]))
    route = routes.find(FINDS, it)
    if route is None:
        raise OldButton
    with call.database.read() as session:
        found = route.handler(call, session, it, str(call.body.get("value") or "").strip())
    is_page = isinstance(_in_front(call), Page)
    options = [(text, it.but(chosen=id_) if is_page else id_) for text, id_ in found]
    call.ack(options=[option(text, str(value)) for text, value in options[:OPTIONS_LIMIT]])


def _in_front(call: Call) -> object:
    """The page or form in front, a list with the words typed into it. Raises OldButton."""
    actions = read_memory(str(call.view.get("private_metadata") or "")).actions
    front = actions[-1] if actions else None
    if isinstance(front, Searched):
        return front.searched(answers_of(call.view).get("text"))
    return front
