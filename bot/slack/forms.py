"""Drawing what a form declares, and reading what was answered."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.slack.actions import Action, Found, Page
from bot.slack.answers import Answer
from bot.slack.blocks import (
    OPTIONS_LIMIT,
    TITLE_LIMIT,
    Block,
    Element,
    Option,
    actions,
    context,
    field,
    modal,
    option,
    plain,
    select,
    text_input,
)
from bot.slack.choosers import described, searching
from bot.slack.mrkdwn import channel, listed, person
from models.fields import folded
from models.form import (
    Channel,
    Choice,
    Day,
    Facts,
    Form,
    Paragraph,
    People,
    Person,
    Question,
    Search,
    Several,
    Whole,
)

MOST_TYPED = 3_000
"""A field takes what Slack takes, so that what is too long is said and not cut off."""

MOST_IN_SIGHT = 10
"""More boxes or buttons than Slack takes are a menu."""

SEARCHED = "choose"
"""Begins the id of a list that is searched by typing."""


@dataclasses.dataclass(frozen=True, slots=True)
class Open:
    """Have a form opened about something, with what is held already."""

    form: type[Form]
    title: str
    about: Action
    """As it is now: with the version that what is held has."""
    held: object = None
    """A noun, or a mapping, with the form's columns."""
    facts: Facts = dataclasses.field(default_factory=dict)
    lead: str | None = None
    """Words above the fields."""
    above: Sequence[Block] = ()
    """What is to be looked at before they are filled in."""
    submit: str = "Save"
    close: str = "Cancel"
    named: Sequence[str] = ()
    """People it names besides those chosen in its fields; Slack is asked who they are by now."""
    over: Page | None = None
    """The page that takes its place once it is saved."""
    grows: Sequence[tuple[str, Action]] = ()
    """Buttons that have it ask more, or something else, in its place; what was typed stays."""

    @property
    def spelled(self) -> dict[str, str | None]:
        """What is held, as it stands in the fields."""
        held = self.form.held_by(self.held)
        questions = self.form.questions().items()
        return {name: q.spell(held[name], self.facts) for name, q in questions}

    def spelled_out(self, name: str) -> str | None:
        """What is held of a question, as people read it; mentions are mark-up already."""
        question, value = self.form.questions()[name], self.spelled[name]
        if value is None:
            return None
        parts = value.split(",")
        match question:
            case Choice():
                found = [text for text, each in question.pairs(self.facts) if each in parts]
                return ", ".join(found) or None
            case Person() | People():
                return listed(map(person, parts))
            case Channel():
                return channel(value)
            case _:
                return value

    def asked(self) -> dict[str, Question]:
        """The questions there is something to answer with."""
        return {n: q for n, q in self.form.questions().items() if q.is_asked(self.facts)}


class Instead(Exception):
    """Another form, or why not, in place of one that is sent; nothing of it is saved."""

    def __init__(self, to: Open | Answer) -> None:
        super().__init__()
        self.to = to


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """What a form would do, looked at before it does; without a submit it says why it cannot."""

    about: Action
    """As it was seen: what is saved is held against it."""
    title: str
    blocks: Sequence[Block]
    submit: str | None = None
    """The words on its button; who is mentioned in them is called by name."""
    otherwise: str = "Send"
    """Where those are more than Slack shows."""

    def button(self, name_of: Callable[[str], str]) -> str | None:
        """The words on its button, by how people are called; None without one."""
        if self.submit is None:
            return None
        names = {user_id: name_of(user_id) for user_id in MENTION.findall(self.submit)}
        said = MENTION.sub(lambda mention: names[mention[1]], self.submit)
        return said if all(names.values()) and len(said) <= TITLE_LIMIT else self.otherwise


MENTION = re.compile(r"<@(\w+)>")


def check_page(
    check: Check, memory: str, submit: str | None, note: Block | None = None
) -> dict[str, Any]:
    """The look at what a form would do, over the form; the note stands above all."""
    blocks = [*([note] if note else []), *check.blocks]
    kind = check.about.kind
    return modal(kind, check.title, blocks, submit=submit, close="Back", private_metadata=memory)


def form_view(
    opened: Open,
    memory: str,
    note: Block | None = None,
    typed: Mapping[str, str | None] | None = None,
) -> dict[str, Any]:
    """The form with what is held in it, or was typed in another view; the note stands above all."""
    values = {**opened.spelled, **(typed or {})}
    blocks = [note] if note else []
    blocks += [context(opened.lead)] if opened.lead else []
    blocks += opened.above
    for name, question in opened.asked().items():
        label = question.label.format_map(dict(opened.facts))
        element = _element(name, question, values[name], opened.facts)
        optional = not opened.form.needs(name, opened.facts)
        blocks.append(
            field(name, label, element, hint=_hint(question, opened.facts), optional=optional)
        )
    if opened.grows:
        blocks.append(actions("grows", [_growing(*each) for each in opened.grows]))
    if opened.form.said:
        blocks.append(context(opened.form.said))
    return modal(
        opened.about.kind,
        opened.title,
        blocks,
        submit=opened.submit,
        close=opened.close,
        private_metadata=memory,
    )


def found_options(question: Choice, facts: Facts, typed: str) -> list[Option]:
    """What of a long list fits to what was typed, as many as Slack takes."""
    words = folded(typed).split()
    fits = [
        option(text, value)
        for text, value in question.pairs(facts)
        if all(word in folded(text) for word in words)
    ]
    return fits[:OPTIONS_LIMIT]


def _hint(question: Question, facts: Facts) -> str | None:
    if question.hint is None and isinstance(question, Paragraph):
        return f"Up to {question.longest:,} characters."
    return question.hint and (question.hint.format_map(dict(facts)) or None)


def _growing(text: str, action: Action) -> Element:
    """Several of them carry the same action, each with another value."""
    return {**action.button(text), "action_id": f"{action.kind}_{text.split()[0].lower()}"}


def _element(name: str, question: Question, value: str | None, facts: Facts) -> Element:
    match question:
        case Choice():
            few = 0 < len(question.among) <= MOST_IN_SIGHT
            several = isinstance(question, Several)
            draw = _in_sight if few else _lists if several else _list
            return draw(name, question, value, question.pairs(facts))
        case Search():
            finder: Found = facts[question.finder]
            return finder.search(question.example or "Type to search")
        case Day():
            return _with({"type": "datepicker", "action_id": name}, "initial_date", value)
        case Person():
            people = _asking("users_select", name, question, "Choose one")
            return _with(people, "initial_user", value)
        case People():
            people = _asking("multi_users_select", name, question, "Choose people")
            people["max_selected_items"] = question.most
            return _with(people, "initial_users", value and value.split(","))
        case Channel():
            channels = _asking("conversations_select", name, question, "Choose a channel")
            channels["filter"] = {"include": ["public", "private"], "exclude_bot_users": True}
            return _with(channels, "initial_conversation", value)
        case Whole():
            number = {"type": "number_input", "action_id": name, "is_decimal_allowed": False}
            number |= {"min_value": str(question.least), "max_value": str(question.most)}
            return _with(number, "initial_value", value)
        case _:
            return text_input(
                name,
                max_length=MOST_TYPED,
                initial=value,
                placeholder=question.example,
                multiline=isinstance(question, Paragraph),
            )


def _list(
    name: str, question: Choice, value: str | None, pairs: Sequence[tuple[str, str]]
) -> Element:
    """A menu; a list longer than Slack shows is searched by typing."""
    placeholder = question.example or "Choose one"
    options = [option(text, each) for text, each in pairs]
    chosen = next((each for each in options if each["value"] == value), None)
    if len(options) <= OPTIONS_LIMIT:
        return select(name, placeholder, options, chosen)
    searched = searching(f"{SEARCHED}_{name}", placeholder)
    return _with(searched, "initial_option", chosen)


def _lists(
    name: str, question: Choice, value: str | None, pairs: Sequence[tuple[str, str]]
) -> Element:
    """A menu of which several can be chosen; a long one is searched by typing."""
    assert isinstance(question, Several)
    options = [option(text, each) for text, each in pairs]
    if len(options) <= OPTIONS_LIMIT:
        menu = _asking("multi_static_select", name, question, "Choose") | {"options": options}
    else:
        menu = _asking("multi_external_select", f"{SEARCHED}_{name}", question, "Type to search")
        menu["min_query_length"] = 0
    menu["max_selected_items"] = question.most
    return _with(menu, "initial_options", _chosen(options, value))


def _in_sight(
    name: str, question: Choice, value: str | None, pairs: Sequence[tuple[str, str]]
) -> Element:
    """A few, all of them in sight: one or several can be chosen."""
    options = [described(each.text, str(each.value), each.says) for each in question.among]
    chosen = _chosen(options, value)
    if isinstance(question, Several):
        boxes = {"type": "checkboxes", "action_id": name, "options": options}
        return _with(boxes, "initial_options", chosen)
    radio = {"type": "radio_buttons", "action_id": name, "options": options}
    return _with(radio, "initial_option", chosen and chosen[0])


def _chosen(options: Sequence[Option], value: str | None) -> list[Option] | None:
    values = (value or "").split(",")
    return [each for each in options if each["value"] in values] or None


def _asking(kind: str, action_id: str, question: Question, otherwise: str) -> Element:
    placeholder = plain(question.example or otherwise, 150)
    return {"type": kind, "action_id": action_id, "placeholder": placeholder}


def _with(element: Element, key: str, value: object) -> Element:
    return element if value is None else {**element, key: value}
