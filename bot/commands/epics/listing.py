"""`/epic list`: the epics that are meant by a few words, page by page."""

from bot.slack.hearing import Call
from bot.views.epics import list as epic_list
from bot.views.epics.list import ListPage
from bot.workflows.epics import finding
from models.epics.listing import read_filter


def list_typed(call: Call, words: str) -> None:
    """Show the first page of the epics meant, or the one whose number ends the words."""
    with call.database.read() as session:
        names = finding.names(session, call.workspace_id, call.actor)
        chosen, page = read_filter(words, names)
        listing = finding.list_epics(
            session, call.workspace_id, call.actor, names, chosen, page, call.at
        )
    call.reply(epic_list.epic_list(listing))


def turn_page(call: Call) -> None:
    """Show another page, or the list narrowed otherwise, in its place."""
    wanted = ListPage.read(call.action["value"])
    with call.database.read() as session:
        names = finding.names(session, call.workspace_id, call.actor)
        listing = finding.list_epics(
            session, call.workspace_id, call.actor, names, wanted.filter, wanted.page, call.at
        )
    call.reply(epic_list.epic_list(listing), replace=True)
