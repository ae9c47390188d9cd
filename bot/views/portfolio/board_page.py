"""The states of a portfolio's board, and its limits."""

from bot.slack.actions import Shown
from bot.slack.blocks import Block, Element, actions, overflow, section, select
from bot.slack.mrkdwn import words
from bot.views.portfolio.actions import (
    AddState,
    BoardShown,
    CommitAfter,
    DropState,
    EditState,
    LimitPortfolio,
    UsePreset,
)
from models.portfolio.policy import NAMES, Requirement
from models.portfolio.portfolio import Portfolio, State
from models.portfolio.preset import PRESETS, preset_of


def board_page(portfolio: Portfolio, page: BoardShown, *, in_use: bool) -> Shown:
    """The states in order, with what each asks; a preset can be chosen until epics stand there."""
    menus: list[Element] = [] if in_use else [_presets(portfolio)]
    menus.append(_commitment(portfolio))
    menus.append(AddState.of(portfolio).button("Add a state"))
    menus.append(LimitPortfolio.of(portfolio).button("Limits"))
    blocks: list[Block] = [
        section(words("portfolio/board_page", "lead", portfolio=portfolio)),
        actions("board", menus),
    ]
    for state in portfolio.states:
        asks = [_asked(each, portfolio) for each in state.requirements]
        said = words("portfolio/board_page", "state_line", state=state, asks=asks)
        blocks.append(section(said, _state_menu(portfolio, state)))
    return Shown("The board", blocks, page.but(number=1))


def _asked(requirement: Requirement, portfolio: Portfolio) -> str:
    waits = requirement is Requirement.THEME and not portfolio.has_themes
    return f"{NAMES[requirement]} (once there are themes)" if waits else NAMES[requirement]


def _state_menu(portfolio: Portfolio, state: State) -> Element:
    options = [EditState.of(portfolio, state=state.id).option("Change")]
    if state.is_in_the_middle:
        options.append(DropState.of(portfolio, state=state.id).option("Drop"))
    return overflow(f"state_menu_{state.id}", options)


def _presets(portfolio: Portfolio) -> Element:
    now = preset_of(portfolio.states)
    options = {
        name: UsePreset.of(portfolio, preset=name).option(each.label)
        for name, each in PRESETS.items()
    }
    chosen = options[now.name] if now else None
    return select("preset", "Begin with a preset", list(options.values()), chosen)


def _commitment(portfolio: Portfolio) -> Element:
    can_commit = [s for s in portfolio.states if s.is_open][:-1] or portfolio.states[:1]
    options = {
        state.id: CommitAfter.of(portfolio, state=state.id).option(f"Commits after {state.label}")
        for state in can_commit
    }
    chosen = options.get(portfolio.commitment_point.id)
    return select("commitment", "What commits?", list(options.values()), chosen)
