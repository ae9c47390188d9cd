"""A menu that shows a page of the settings for another portfolio."""

from collections.abc import Sequence

from bot.slack.blocks import OPTION_LIMIT, Block, Option, actions, option, select, shorten
from models.portfolio.portfolio import Portfolio, ValueStream

CHOOSE = "choose_portfolio"


def portfolio_menu(page: str, portfolios: Sequence[Portfolio], chosen: Portfolio) -> Block:
    """The menu, beginning with the one that is shown."""
    options = [option(each.name, str(each.id)) for each in portfolios]
    initial = next((each for each in options if each["value"] == str(chosen.id)), None)
    return actions("portfolio", [select(f"{CHOOSE}_{page}", "Portfolio", options, initial)])


def stream_option(stream: ValueStream) -> Option:
    """A value stream as a choice."""
    return option(stream_label(stream), str(stream.id))


def stream_label(stream: ValueStream) -> str:
    """Its name and letters, as a choice shows them."""
    prefix = f" ({stream.key_prefix})"
    return shorten(stream.name, OPTION_LIMIT - len(prefix)) + prefix
