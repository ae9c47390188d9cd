"""A menu that shows a page of the settings for another portfolio."""

from collections.abc import Sequence

from bot.views.blocks import Block, actions, option, select
from models.portfolio import Portfolio

CHOOSE = "choose_portfolio"


def portfolio_menu(page: str, portfolios: Sequence[Portfolio], chosen: Portfolio) -> Block:
    """The menu, beginning with the one that is shown."""
    options = [option(each.name, str(each.id)) for each in portfolios]
    initial = next((each for each in options if each["value"] == str(chosen.id)), None)
    return actions("portfolio", [select(f"{CHOOSE}_{page}", "Portfolio", options, initial)])
