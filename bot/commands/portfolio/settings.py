"""`/portfolio settings`: what holds in a portfolio, and the way to change it."""

import re

from bot.commands.portfolio import pages
from bot.slack.hearing import Call
from bot.slack.values import OldButton, PageName, SettingRef
from bot.views.portfolio.menu import CHOOSE

PAGE_OF = re.compile(f"{CHOOSE}_(settings|streams)$")


def hear(call: Call, words: str) -> None:
    """Hear `/portfolio settings`."""
    pages.show_page(call, "settings", "/portfolio settings")


def choose_portfolio(call: Call) -> None:
    """Show the page for another portfolio."""
    here = SettingRef.read(call.view["private_metadata"])
    named = PAGE_OF.fullmatch(str(call.action["action_id"]))
    chosen = str((call.action.get("selected_option") or {}).get("value") or "")
    if named is None or not chosen.isdigit():
        raise OldButton
    page: PageName = "settings" if named[1] == "settings" else "streams"
    with call.database.read() as session:
        seen = {each.id for each in pages.seen_by(call, session)}
    if int(chosen) not in seen:
        raise OldButton
    pages.redraw(call, SettingRef(portfolio=int(chosen), channel=here.channel), page)
