"""The forms for themes, objectives and key results; a short one says where one stands."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.slack.blocks import Block, context, field, modal, option, plain, select, text_input
from bot.slack.mrkdwn import words
from bot.slack.values import AimForm
from models.themes.aim import LONGEST
from models.themes.theme import KeyResult, Objective, Theme

THEME, OBJECTIVE, RESULT, READING = "theme_form", "objective_form", "result_form", "reading_form"


def theme_form(memory: AimForm, theme: Theme | None = None) -> dict[str, Any]:
    """Add a theme, or change one."""
    return _form(
        THEME,
        "Edit the theme" if theme else "Add a theme",
        memory,
        [
            _text(
                "name",
                "What is it called?",
                theme.name if theme else None,
                "Fewer abandoned purchases",
            ),
            _text(
                "description",
                "What is it about?",
                theme.description if theme else None,
                "Why now, and what it leaves out",
                optional=True,
                multiline=True,
            ),
        ],
    )


def objective_form(
    memory: AimForm, themes: Sequence[Theme], objective: Objective | None = None
) -> dict[str, Any]:
    """Add an objective, or change one; it can go to another theme."""
    theme_id = objective.theme_id if objective else memory.shown.theme
    options = [option(theme.name, str(theme.id)) for theme in themes]
    chosen = next((each for each in options if each["value"] == str(theme_id)), None)
    owner: dict[str, Any] = {
        "type": "users_select",
        "action_id": "owner",
        "placeholder": plain("Choose one"),
    }
    if objective is not None and objective.owner_user_id:
        owner["initial_user"] = objective.owner_user_id
    blocks = [
        _text(
            "title",
            "What is to be true?",
            objective.title if objective else None,
            EXAMPLE_OBJECTIVE,
        ),
        _date("due_on", "By when?", objective.due_on if objective else None),
        field("owner", "Who looks after it?", owner, hint=OWNER_HINT, optional=True),
    ]
    if options:
        menu = select("theme", "None", options, chosen)
        blocks.append(field("theme", "Of which theme?", menu, optional=True))
    return _form(
        OBJECTIVE, "Edit the objective" if objective else "Add an objective", memory, blocks
    )


def result_form(memory: AimForm, result: KeyResult | None = None) -> dict[str, Any]:
    """Add a key result, or change one; where it stands now is said by a form of its own."""
    return _form(
        RESULT,
        "Edit the key result" if result else "Add a key result",
        memory,
        [
            _text(
                "title",
                "Which figure shows it?",
                result.title if result else None,
                "Checkout completion",
            ),
            _text("unit", "In what?", result.unit if result else None, "%", optional=True),
            _text(
                "baseline",
                "Where did it begin?",
                _figure(result.baseline if result else None),
                "61",
            ),
            _text(
                "target", "Where should it be?", _figure(result.target if result else None), "68"
            ),
            context(words("themes/theme_form", "unknown")),
        ],
    )


def reading_form(memory: AimForm, result: KeyResult, today: date) -> dict[str, Any]:
    """Where a key result stands now, as of a day."""
    return _form(
        READING,
        "Where does it stand?",
        memory,
        [
            context(words("themes/theme_form", "stands", result=result)),
            _text(
                "current",
                f"Where is it now{f', {result.unit}' if result.unit else ''}?",
                _figure(result.current),
                "64.2",
                optional=True,
                hint="Left empty, it is not known.",
            ),
            _date("current_on", "As of which day?", today),
        ],
    )


EXAMPLE_OBJECTIVE = "More first-time buyers finish their purchase"
OWNER_HINT = "They can say where its key results stand."
FIGURES = frozenset({"baseline", "target"})


def _form(callback_id: str, title: str, memory: AimForm, blocks: Sequence[Block]) -> dict[str, Any]:
    return modal(callback_id, title, blocks, submit="Save", private_metadata=memory.value)


def _text(
    name: str,
    label: str,
    initial: str | None,
    placeholder: str,
    *,
    hint: str | None = None,
    optional: bool = False,
    multiline: bool = False,
) -> Block:
    element = text_input(
        name,
        max_length=3_000,
        initial=initial,
        placeholder=placeholder,
        multiline=multiline,
    )
    is_optional = optional or name in FIGURES
    longest = hint or (f"Up to {LONGEST[name]} characters." if multiline else None)
    return field(name, label, element, hint=longest, optional=is_optional)


def _date(name: str, label: str, initial: date | None) -> Block:
    element: dict[str, Any] = {"type": "datepicker", "action_id": name}
    if initial is not None:
        element["initial_date"] = initial.isoformat()
    return field(name, label, element, optional=True)


def _figure(value: Any) -> str | None:
    return None if value is None else f"{value:f}"
