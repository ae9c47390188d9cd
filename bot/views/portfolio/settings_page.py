"""The settings of a portfolio that is at work, each with the button that changes it."""

from collections.abc import Sequence
from typing import Any

from bot.slack.blocks import Block, button, divider, modal, section
from bot.slack.mrkdwn import words
from bot.slack.values import SettingRef
from bot.views.portfolio import board_page, setup_form, stream_page
from bot.views.portfolio.menu import portfolio_menu
from bot.workflows.portfolio.setting_up import Progress
from models.portfolio.portfolio import Portfolio

PAGE = "portfolio_settings"

PARTS = (
    ("basics", "Change the basics", setup_form.OPEN_BASICS),
    ("streams", "Value streams", stream_page.OPEN),
    ("board", "The board", board_page.OPEN),
    ("limits", "Limits", board_page.LIMITS),
    ("council", "Name people", setup_form.OPEN_COUNCIL),
    ("baseline", "Say how long", setup_form.OPEN_BASELINE),
)


def settings_page(
    progress: Progress,
    memory: SettingRef,
    portfolios: Sequence[Portfolio] = (),
    note: Block | None = None,
) -> dict[str, Any]:
    """What holds in the portfolio now."""
    portfolio = progress.portfolio
    here = memory.model_copy(update={"version": portfolio.version})
    facts = {"progress": progress, "portfolio": portfolio, **setup_form.facts_of(portfolio)}
    blocks: list[Block] = [section(words("portfolio/settings_page", "lead", **facts))]
    if note is not None:
        blocks.append(note)
    if len(portfolios) > 1:
        blocks.append(portfolio_menu("settings", portfolios, portfolio))
    blocks.append(divider())
    for part, label, action_id in PARTS:
        said = words("portfolio/settings_page", part, **facts)
        blocks.append(section(said, button(label, action_id, here.value)))
    return modal(PAGE, "Settings", blocks, close="Close", private_metadata=here.value)
