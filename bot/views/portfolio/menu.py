"""A menu of portfolios that shows the page in front for another one, and streams as choices."""

from collections.abc import Sequence

from bot.slack.blocks import OPTION_LIMIT, Element, Option, option, select, shorten
from bot.views.portfolio.actions import SettingsShown, StreamsList
from models.portfolio.portfolio import Portfolio, ValueStream


def portfolio_menu(
    page: SettingsShown | StreamsList, portfolios: Sequence[Portfolio]
) -> list[Element]:
    """The menu, beginning with the one that is shown; none where there is no other."""
    if len(portfolios) < 2:
        return []
    of = {p.id: page.but(portfolio=p.id, number=1).option(p.name) for p in portfolios}
    return [select("portfolio", "Portfolio", list(of.values()), of.get(page.portfolio or 0))]


def stream_option(stream: ValueStream) -> Option:
    return option(stream_label(stream), str(stream.id))


def stream_label(stream: ValueStream) -> str:
    """Its name and letters, as a choice shows them."""
    prefix = f" ({stream.key_prefix})"
    return shorten(stream.name, OPTION_LIMIT - len(prefix)) + prefix
