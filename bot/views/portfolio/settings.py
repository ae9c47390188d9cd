"""What holds in a portfolio, each with what changes it; before it is live its set-up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.slack.actions import Action, Shown
from bot.slack.blocks import Block, actions, divider, section
from bot.slack.mrkdwn import bare_words, words
from bot.views.portfolio.actions import (
    BeginPortfolio,
    BoardShown,
    EditBaseline,
    EditBasics,
    EditLine,
    GoLive,
    LimitPortfolio,
    NamePeople,
    SettingsShown,
    StreamsList,
)
from bot.views.portfolio.menu import portfolio_menu
from bot.workflows.portfolio.basics import spell_days
from bot.workflows.portfolio.setting_up import Progress
from models.calendar import MONTH_NAMES, WEEKDAYS
from models.money import format_amount
from models.portfolio.portfolio import Portfolio, StateKind
from models.portfolio.preset import preset_of

STREAMS_NAMED = 8


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a portfolio, by the words that are said of it, and the button that leads there."""

    part: str
    label: str
    to: Callable[[Portfolio], Action]


STEPS = [
    Step("basics", "Change the basics", EditBasics.of),
    Step("streams", "Value streams", lambda portfolio: StreamsList(portfolio=portfolio.id)),
    Step("board", "The board", lambda portfolio: BoardShown(portfolio=portfolio.id)),
    Step("limits", "Limits", LimitPortfolio.of),
    Step("council", "Name people", lambda portfolio: NamePeople(portfolio=portfolio.id)),
    Step("line", "Change the line", EditLine.of),
    Step("baseline", "Say how long", EditBaseline.of),
]
"""In their order; those of later rooms follow, each added by its room."""


def settings_page(
    progress: Progress, page: SettingsShown, portfolios: Sequence[Portfolio], *, may_begin: bool
) -> Shown:
    """What is done and what is open; once it is live, what holds."""
    portfolio, facts = progress.portfolio, _facts(progress)
    live = portfolio.live_at is not None
    here = page.but(portfolio=portfolio.id, number=1)
    blocks: list[Block] = [section(words("portfolio/settings", "lead", **facts))]
    if menu := portfolio_menu(here, portfolios):
        blocks.append(actions("portfolio", menu))
    blocks.append(divider())
    for step in STEPS:
        said = words("portfolio/settings", step.part, **facts)
        blocks.append(section(said, step.to(portfolio).button(step.label)))
    if not live:
        question = bare_words("portfolio/settings", "go_live", **facts)
        title = f"Go live with {portfolio.name}?"
        button = GoLive(portfolio=portfolio.id).confirmed("Go live", title, question, "Go live")
        blocks.append(section(words("portfolio/settings", "bring_in", **facts)))
        blocks += [divider(), actions("go_live", [{**button, "style": "primary"}])]
    elif may_begin:
        blocks.append(actions("another", [BeginPortfolio().button("Set up another portfolio")]))
    return Shown("Settings" if live else "Set up the portfolio", blocks, here)


def _facts(progress: Progress) -> dict[str, object]:
    portfolio = progress.portfolio
    streams = portfolio.open_streams
    return {
        "progress": progress,
        "portfolio": portfolio,
        "live": portfolio.live_at is not None,
        "days": _working_days(portfolio.working_days),
        "month": MONTH_NAMES[portfolio.fiscal_year_starts_in - 1],
        "preset": preset_of(portfolio.states),
        "total": len(streams),
        "named_streams": streams[:STREAMS_NAMED],
        "more_streams": max(0, len(streams) - STREAMS_NAMED),
        "way": [each for each in portfolio.states if each.kind is not StateKind.STOPPED],
        "least": format_amount(portfolio.council_line, portfolio.currency),
        "took": spell_days(portfolio.decision_days_before),
        "line_days": portfolio.line_days,
    }


def _working_days(days: str) -> str:
    """ "Mon–Fri", "Mon, Wed"."""
    names = [name[:3] for name, worked in zip(WEEKDAYS, days, strict=True) if worked == "1"]
    if len(names) > 2 and days.strip("0").find("0") < 0:
        return f"{names[0]}–{names[-1]}"
    return ", ".join(names)
