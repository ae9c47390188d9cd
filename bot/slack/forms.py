"""Drawing what a form declares, and reading what was answered."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.slack.actions import Action, Found
from bot.slack.blocks import (
    OPTIONS_LIMIT,
    TITLE_LIMIT,
    Block,
    Element,
    Option,
    context,
    field,
    modal,
    option,
    plain,
    select,
    text_input,
)
from bot.slack.choosers import searching
from bot.slack.mrkdwn import person
from models.form import Choice, Day, Facts, Form, Paragraph, Person, Question, Search

MOST_TYPED = 3_000
"""A field takes what Slack takes, so that what is too long is said and not cut off."""

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
    submit: str = "Save"
    named: Sequence[str] = ()
    """People it names besides those chosen in its fields; Slack is asked who they are by now."""

    @property
    def spelled(self) -> dict[str, str | None]:
        """What is held, as it stands in the fields."""
        held = self.form.held_by(self.held)
        questions = self.form.questions().items()
        return {name: q.spell(held[name], self.facts) for name, q in questions}

    def told(self, name: str) -> str | None:
        """What is held of a question, as people read it; mentions are mark-up already."""
        question, value = self.form.questions()[name], self.spelled[name]
        if value is None:
            return None
        if isinstance(question, Choice):
            return next((t for t, each in question.pairs(self.facts) if each == value), None)
        return person(value) if isinstance(question, Person) else value

    def asked(self) -> dict[str, Question]:
        """The questions there is something to answer with."""
        return {n: q for n, q in self.form.questions().items() if q.is_asked(self.facts)}


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
    for name, question in opened.asked().items():
        label = question.label.format_map(dict(opened.facts))
        element = _element(name, question, values[name], opened.facts)
        optional = not opened.form.must(name)
        blocks.append(
            field(name, label, element, hint=_hint(question, opened.facts), optional=optional)
        )
    if opened.form.said:
        blocks.append(context(opened.form.said))
    kind = opened.about.kind
    return modal(kind, opened.title, blocks, submit=opened.submit, private_metadata=memory)


def found_options(question: Choice, facts: Facts, typed: str) -> list[Option]:
    """What of a long list fits to what was typed, as many as Slack takes."""
    words = typed.casefold().split()
    fits = [
        option(text, value)
        for text, value in question.pairs(facts)
        if all(word in text.casefold() for word in words)
    ]
    return fits[:OPTIONS_LIMIT]


def _hint(question: Question, facts: Facts) -> str | None:
    if question.hint is None and isinstance(question, Paragraph):
        return f"Up to {question.longest:,} characters."
    return question.hint and (question.hint.format_map(dict(facts)) or None)


def _element(name: str, question: Question, value: str | None, facts: Facts) -> Element:
    match question:
        case Choice():
            return _list(name, question, value, question.pairs(facts))
        case Search():
            finder: Found = facts[question.finder]
            return finder.search(question.example or "Type to search")
        case Day():
            return _with({"type": "datepicker", "action_id": name}, "initial_date", value)
        case Person():
            people = {"type": "users_select", "placeholder": plain("Choose one"), "action_id": name}
            return _with(people, "initial_user", value)
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
    return searched if chosen is None else {**searched, "initial_option": chosen}


def _with(element: Element, key: str, value: str | None) -> Element:
    return element if value is None else {**element, key: value}
