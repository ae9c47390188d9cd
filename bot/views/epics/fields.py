"""The fields of the form for an epic, each by its name, with what stands in them at first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as kept
from typing import Any

from bot.slack.blocks import (
    OPTIONS_LIMIT,
    Block,
    Element,
    Option,
    field,
    option,
    plain,
    select,
    text_input,
)
from bot.views.epics.options import (
    NO_OBJECTIVE,
    NO_THEME,
    objective_option,
    project_option,
    theme_option,
)
from bot.views.portfolio.menu import stream_option
from bot.workflows.epics.finding import Choices
from models.epics.epic import Epic, EpicType
from models.epics.proposal import MAX_LENGTHS, NONE
from models.fields import spell_decimal
from models.money import SYMBOLS, format_amount
from models.portfolio.portfolio import ValueStream
from models.projects.project import Project
from models.themes.theme import Objective, Theme

TITLE = "title"
STREAM = "value_stream"
PROJECT = "epic_project"
THEME = "epic_theme"
OBJECTIVE = "epic_objective"
REASON = "theme_none_because"
MOST_TYPED = 3_000

HORIZONS = (
    ("1", "1 · improve what earns today"),
    ("2", "2 · grow what will earn next"),
    ("3", "3 · explore what may earn one day"),
)
TYPES = (
    (EpicType.BUSINESS, "Business · its customers notice"),
    (EpicType.ENABLER, "Enabler · lets other epics go ahead or go faster"),
)

NUMBERS = (
    "for_whom",
    "indicator",
    "baseline",
    "target",
    "target_on",
    "kill_threshold",
    "mvp_cost",
    "full_cost",
    "horizon",
    "theme",
    REASON,
    "objective",
    "type",
    "owner",
)
"""What is asked later, or at once where someone has it already; in the order of the form."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the fields at first: texts by the field's name, and what lists have chosen."""

    texts: Mapping[str, str] = kept(default_factory=dict)
    stream: ValueStream | None = None
    theme: Theme | None = None
    objective: Objective | None = None
    project: Project | None = None

    @classmethod
    def of(cls, epic: Epic) -> "Filled":
        """What the epic says of itself now."""
        currency = epic.portfolio.currency
        answers = {
            "title": epic.title,
            "hypothesis": epic.hypothesis,
            "for_whom": epic.for_whom,
            "indicator": epic.indicator,
            "baseline": None if epic.baseline is None else spell_decimal(epic.baseline),
            "target": None if epic.target is None else spell_decimal(epic.target),
            "target_on": epic.target_on.isoformat() if epic.target_on else None,
            "kill_threshold": epic.kill_threshold,
            "mvp_cost": _amount(epic.mvp_cost_minor, currency),
            "full_cost": _amount(epic.full_cost_minor, currency),
            "horizon": str(epic.horizon) if epic.horizon else None,
            REASON: epic.theme_none_because,
            "type": epic.type,
            "owner": epic.owner_user_id,
        }
        texts = {name: text for name, text in answers.items() if text}
        return cls(texts, epic.value_stream, epic.theme, epic.objective, epic.project)

    def text(self, name: str) -> str:
        """What is typed in a field, "" for nothing."""
        return self.texts.get(name, "")


def fields_of(
    choices: Choices, filled: Filled, chosen_theme: str | None, *, is_new: bool
) -> dict[str, Block]:
    """Every field by its name; why there is no theme is asked where none is chosen.

    Themes and objectives are asked for where there are some. The title of a new epic is heard
    while it is typed, so that those alike can be shown.
    """
    found = _lines(choices.portfolio.currency, filled, is_new=is_new) | {
        STREAM: heard(field(STREAM, "Value stream", _streams(choices, filled.stream))),
        "project": _project(filled.project),
        "target_on": _day(filled),
        "horizon": _menu("horizon", "Horizon", "1, 2 or 3", HORIZONS, filled),
        "type": _menu("type", "Type", "Business or enabler", TYPES, filled),
        "owner": _owner(filled, is_new=is_new),
    }
    if choices.themes or filled.theme or filled.text(REASON):
        found["theme"] = _theme(choices, filled.theme, no_theme=chosen_theme == NONE)
    if chosen_theme == NONE:
        found[REASON] = reason_field(filled.text(REASON))
    if choices.objectives or filled.objective:
        found["objective"] = _objective(choices, filled.objective)
    return found


def heard(block: Block) -> Block:
    """The field, heard as soon as something is chosen in it."""
    return {**block, "dispatch_action": True}


def reason_field(initial: str = "") -> Block:
    """Why an epic has no theme."""
    return field(
        REASON,
        "Why has it no theme?",
        text_input(REASON, max_length=MAX_LENGTHS[REASON], initial=initial),
        hint="For example: the law asks for it.",
    )


def _lines(currency: str, filled: Filled, *, is_new: bool) -> dict[str, Block]:
    """The fields one types in."""
    return {
        TITLE: field(
            TITLE,
            "What should change?",
            text_input(
                TITLE, max_length=MOST_TYPED, initial=filled.text(TITLE), heard_while_typing=is_new
            ),
            hint=f"Something a customer or colleague would notice. "
            f"Up to {MAX_LENGTHS[TITLE]} characters.",
        ),
        "hypothesis": field(
            "hypothesis",
            "What do you believe, in a sentence?",
            text_input(
                "hypothesis",
                max_length=MOST_TYPED,
                initial=filled.text("hypothesis"),
                multiline=True,
            ),
            hint="A guess is fine. Numbers are asked when the idea is reviewed.",
        ),
        "for_whom": _line("for_whom", "For whom?", filled, "Who will notice the change."),
        "indicator": _line(
            "indicator",
            "Which figure will move?",
            filled,
            "Its name, a comma, and its unit.",
            placeholder="Checkout completion, % of started ones",
        ),
        "baseline": _line("baseline", "Where is it now?", filled, "A number, for example 61."),
        "target": _line("target", "Where should it be?", filled, "A number, for example 68."),
        "kill_threshold": _line(
            "kill_threshold",
            "We stop if …",
            filled,
            "What would show that it does not work.",
            placeholder="below 63 % after 6 weeks of the MVP",
        ),
        "mvp_cost": _line(
            "mvp_cost",
            f"Cost of the MVP, {currency}",
            filled,
            "What finding out costs.",
            placeholder="60k, 60,000 or 60.000",
        ),
        "full_cost": _line(
            "full_cost", f"Full cost with the MVP, {currency}", filled, "What all of it costs."
        ),
    }


def _line(
    name: str, label: str, filled: Filled, hint: str, *, placeholder: str | None = None
) -> Block:
    element = text_input(
        name, max_length=MAX_LENGTHS[name], initial=filled.text(name), placeholder=placeholder
    )
    return field(name, label, element, hint=hint, optional=True)


def _day(filled: Filled) -> Block:
    element: Element = {"type": "datepicker", "action_id": "target_on"}
    if day := filled.text("target_on"):
        element["initial_date"] = day
    hint = "The day the target is to be reached."
    return field("target_on", "By when?", element, hint=hint, optional=True)


def _menu(
    name: str, label: str, placeholder: str, choices: Sequence[tuple[str, str]], filled: Filled
) -> Block:
    options = [option(text, value) for value, text in choices]
    chosen = next((each for each in options if each["value"] == filled.text(name)), None)
    return field(name, label, select(name, placeholder, options, chosen), optional=True)


def _owner(filled: Filled, *, is_new: bool) -> Block:
    element: Element = {
        "type": "users_select",
        "action_id": "owner",
        "placeholder": plain("Choose a member"),
    }
    if owner := filled.text("owner"):
        element["initial_user"] = owner
    hint = "If left empty, it is you." if is_new else "The old and the new owner are both notified."
    return field("owner", "Owner", element, hint=hint, optional=True)


def _streams(choices: Choices, chosen: ValueStream | None) -> Element:
    options = [stream_option(stream) for stream in choices.streams]
    return _list(STREAM, "Choose one", options, stream_option(chosen) if chosen else None)


def _theme(choices: Choices, theme: Theme | None, *, no_theme: bool) -> Block:
    chosen = NO_THEME if no_theme else theme_option(theme) if theme else None
    options = _with(chosen, [*map(theme_option, choices.themes), NO_THEME])
    hint = "What the portfolio is after; every epic serves a theme or says why it serves none."
    element = _list(THEME, "Choose one", options, chosen)
    return heard(field("theme", "Theme", element, hint=hint, optional=True))


def _objective(choices: Choices, objective: Objective | None) -> Block:
    chosen = objective_option(objective) if objective else None
    options = _with(chosen, [*map(objective_option, choices.objectives), NO_OBJECTIVE])
    element = _list(OBJECTIVE, "Choose one", options, chosen)
    hint = "Optional. The objective this epic brings closer."
    return field("objective", "Objective", element, hint=hint, optional=True)


def _with(chosen: Option | None, options: list[Option]) -> list[Option]:
    """The options, and before them what is chosen where it is not offered any more."""
    return options if chosen is None or chosen in options else [chosen, *options]


def _project(project: Project | None) -> Block:
    element = _search(
        PROJECT, "Type a code or a name", project_option(project) if project else None
    )
    return field(
        "project",
        "Is it linked to a project that already runs?",
        element,
        hint="Optional. The project keeps its plan and budget; the epic only points to it.",
        optional=True,
    )


def _list(
    action_id: str, placeholder: str, options: Sequence[Option], chosen: Option | None
) -> Element:
    """A menu, or beyond what a menu takes one that searches."""
    if 0 < len(options) <= OPTIONS_LIMIT:
        return select(action_id, placeholder, options, chosen)
    return _search(action_id, "Type a few letters", chosen)


def _search(action_id: str, placeholder: str, chosen: Option | None) -> Element:
    element: dict[str, Any] = {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": plain(placeholder),
        "min_query_length": 0,
    }
    if chosen is not None:
        element["initial_option"] = chosen
    return element


def _amount(minor: int | None, currency: str) -> str | None:
    if minor is None:
        return None
    return format_amount(minor, currency).removeprefix(SYMBOLS.get(currency, currency)).strip()
