"""The states of a portfolio's board, and the forms of a state and of limits."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.slack.blocks import (
    Block,
    Element,
    Option,
    actions,
    button,
    field,
    modal,
    option,
    overflow,
    section,
    select,
)
from bot.slack.choosers import described
from bot.slack.mrkdwn import words
from bot.slack.values import SettingRef, StateDo
from bot.views.portfolio.setting_fields import boxes_field, choice_field, line_field, number_field
from bot.workflows.portfolio.limits import ALL, LimitedPlace
from models.portfolio.policy import NAMES, Requirement
from models.portfolio.portfolio import Portfolio, State, StateKind, ValueStream
from models.portfolio.preset import PRESETS, preset_of

PAGE = "portfolio_board"
STATE_FORM = "board_state"
LIMIT_FORM = "wip_limits"
OPEN = "open_board"
PRESET = "choose_preset"
COMMITMENT = "choose_commitment"
ADD = "add_state"
MENU = "state_menu"
LIMITS = "open_limits"

LABEL, AFTER, KIND, COLUMNS, STALE = "label", "after", "kind", "columns", "stale"
ABOUT, FIGURES = "requires_about", "requires_figures"
TWO = "two"
LONGEST_LABEL = 40
MOST_DAYS = 999

IDEA = (
    Requirement.ANSWER,
    Requirement.OWNER,
    Requirement.THEME,
    Requirement.HYPOTHESIS,
    Requirement.FOR_WHOM,
    Requirement.HORIZON,
    Requirement.PROJECT,
    Requirement.MVP_JUDGED,
)
"""What is asked about the epic; all else are its figures."""

KINDS = (
    (StateKind.ACTIVE, "Someone works on the epics there"),
    (StateKind.WAIT, "They wait there for their turn"),
)


def board_page(
    portfolio: Portfolio, memory: SettingRef, *, in_use: bool, note: Block | None = None
) -> dict[str, Any]:
    """The states in order, with what each asks; a preset can be chosen until epics stand there."""
    here = memory.model_copy(update={"version": portfolio.version})
    blocks: list[Block] = [section(words("portfolio/board_page", "lead", portfolio=portfolio))]
    if note is not None:
        blocks.append(note)
    menus: list[Element] = []
    if not in_use:
        menus.append(_presets(portfolio))
    menus.append(_commitment(portfolio))
    menus.append(button("Add a state", ADD, here.value))
    menus.append(button("Limits", LIMITS, here.value))
    blocks.append(actions("board", menus))
    for state in portfolio.states:
        asks = [NAMES[each] for each in state.requirements]
        said = words("portfolio/board_page", "state_line", state=state, asks=asks)
        blocks.append(section(said, _state_menu(state)))
    return modal(PAGE, "The board", blocks, close="Close", private_metadata=here.value)


def state_form(
    portfolio: Portfolio, state: State | None, memory: SettingRef, note: Block | None = None
) -> dict[str, Any]:
    """The form of a state; where epics end only its name can change."""
    blocks: list[Block] = [note] if note else []
    blocks.append(
        line_field(
            LABEL,
            "Name",
            initial=state.label if state else None,
            max_length=LONGEST_LABEL,
            placeholder="Reviewing",
        )
    )
    if state is None:
        before = [s for s in portfolio.states if s.is_open]
        options = [option(each.label, str(each.id)) for each in before]
        blocks.append(field(AFTER, "After which state?", select(AFTER, "Choose one", options)))
    if state is None or state.is_in_the_middle:
        kinds = [described(kind.value.capitalize(), kind.value, says) for kind, says in KINDS]
        now = state.kind.value if state else StateKind.ACTIVE.value
        blocks.append(choice_field(KIND, "What happens there?", kinds, now))
        two = described(
            "Two columns", TWO, "Testing the MVP and Delivering, each with its own limit"
        )
        checked = {TWO} if state and state.phased else set()
        blocks.append(boxes_field(COLUMNS, "Columns", [two], checked))
    if state is None or state.is_open:
        blocks += _policy(state)
    return modal(
        STATE_FORM,
        "A state of the board",
        blocks,
        submit="Save" if state else "Add it",
        private_metadata=memory.value,
    )


def limit_form(
    portfolio: Portfolio,
    stream: ValueStream | None,
    places: Sequence[LimitedPlace],
    limits: Mapping[str, int],
    standing: Mapping[str, int],
    memory: SettingRef,
    note: Block | None = None,
) -> dict[str, Any]:
    """How many may stand in each place; before it is live, what is in flight is offered."""
    scope = stream.name if stream else portfolio.name
    blocks: list[Block] = [note or section(words("portfolio/board_page", "limits", scope=scope))]
    for place in places:
        initial = limits.get(place.name)
        if initial is None and not limits and place.name == ALL and portfolio.live_at is None:
            initial = standing[ALL] or None
        hint = f"{standing[place.name]:,} now."
        blocks.append(number_field(place.name, place.label, initial=initial, hint=hint))
    return modal(LIMIT_FORM, "Limits", blocks, submit="Save", private_metadata=memory.value)


def _policy(state: State | None) -> list[Block]:
    asked = {each.value for each in state.requirements} if state else set()
    about = [_asked(each) for each in IDEA]
    figures = [_asked(each) for each in Requirement if each not in IDEA]
    return [
        number_field(
            STALE,
            "Ask about epics here after so many days without a word",
            initial=state.stale_after_days if state else None,
            most=MOST_DAYS,
            hint="Left empty, nobody is asked.",
        ),
        boxes_field(ABOUT, "To leave it forward an epic needs", about, asked),
        boxes_field(FIGURES, "… and these figures", figures, asked),
    ]


def _asked(requirement: Requirement) -> Option:
    name = NAMES[requirement]
    return option(name[:1].upper() + name[1:], requirement.value)


def _state_menu(state: State) -> Element:
    options = [option("Change", StateDo(state=state.id, do="change").value)]
    if state.is_in_the_middle:
        options.append(option("Drop", StateDo(state=state.id, do="drop").value))
    return overflow(f"{MENU}_{state.id}", options)


def _presets(portfolio: Portfolio) -> Element:
    options = [option(each.label, each.name) for each in PRESETS.values()]
    now = preset_of(portfolio.states)
    chosen = next((each for each in options if now and each["value"] == now.name), None)
    return select(PRESET, "Begin with a preset", options, chosen)


def _commitment(portfolio: Portfolio) -> Element:
    can_commit = [s for s in portfolio.states if s.is_open][:-1] or portfolio.states[:1]
    options = [option(f"Commits after {each.label}", str(each.id)) for each in can_commit]
    now = str(portfolio.commitment_point.id)
    chosen = next((each for each in options if each["value"] == now), None)
    return select(COMMITMENT, "What commits?", options, chosen)
