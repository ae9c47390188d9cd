"""What buttons, choices, pages and forms carry: ids and versions, no amounts and no rights.

The class of what is carried is its route: whoever hears that class is called with it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.slack.blocks import Block, Element, Option, button, field, option, text_input
from bot.slack.choosers import ALL, asked_first, searching
from bot.slack.values import NULL, OldButton
from models.base import Base
from models.fields import tidy

KINDS: dict[str, type["Action"]] = {}
"""Every class of what is carried, by its name in Slack."""

LONGEST_ACTION = 900
"""In characters: a page over two others and the form on top fit into Slack's 3,000."""

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Number = Annotated[int, Field(ge=1, le=100_000)]


class Action(BaseModel):
    """Something that can be done, opened or looked at. In Slack it reads `kind {json}`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    kind: ClassVar[str]

    def __init_subclass__(cls, *, is_base: bool = False, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.kind = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        if cls.__module__ != __name__ and not is_base:
            assert cls.kind not in KINDS, f"two actions are called {cls.__name__}"
            KINDS[cls.kind] = cls

    def __str__(self) -> str:
        return f"{self.kind} {self.model_dump_json(exclude_defaults=True)}"

    def but(self, **changes: Any) -> Self:
        """The same with another page, version or the like."""
        return self.model_copy(update=changes)

    def button(self, text: str, *, aloud: str | None = None, primary: bool = False) -> Element:
        """A button that carries it; `aloud` says it all where its text alone does not."""
        return button(text, self.kind, str(self), primary=primary, accessibility_label=aloud)

    def confirmed(self, text: str, title: str, question: str, yes: str) -> Element:
        """A button that asks before."""
        return asked_first(self.button(text), title, question, yes)

    def option(self, text: str) -> Option:
        """A choice of a menu that carries it."""
        return option(text, str(self))


class Seen(Action):
    """Something about a noun as it was shown at a version: `class CloseTheme(Seen, noun=Theme)`."""

    noun: ClassVar[type[Base]]
    id: Id
    version: Number

    def __init_subclass__(cls, *, noun: type[Base] | None = None, **more: Any) -> None:
        super().__init_subclass__(**more)
        if noun is not None:
            cls.noun = noun

    @classmethod
    def of(cls, noun: Any, **more: Any) -> Self:
        return cls(id=noun.id, version=noun.version, **more)


class Page(Action):
    """A view that one looks at and comes back to; `number` is the page of its list."""

    number: Number = 1

    def narrowed(self, name: str, value: str) -> Self:
        """The first page of what a menu of the list leaves. Raises OldButton."""
        changed = self.model_dump(exclude_defaults=True, exclude={name, "number"})
        if value != ALL:
            changed[name] = value
        try:
            return self.model_validate(changed, strict=False)
        except ValidationError as error:
            raise OldButton from error


class Found(Action):
    """Something to be done with what is found by typing: its list carries it without `chosen`."""

    chosen: Id | None = None

    def search(self, placeholder: str) -> Element:
        """The list, whose choices are those that this action's finder gives."""
        return searching(str(self), placeholder)


LONGEST_SEARCH = 80
"""In characters."""


class Searched(Page):
    """A list that is searched by words; searching is its submit."""

    text: Annotated[str, Field(max_length=LONGEST_SEARCH)] = ""

    def field(self, label: str) -> Block:
        """Where the words are typed."""
        element = text_input("text", max_length=LONGEST_SEARCH, initial=self.text)
        return field("text", label, element, optional=True)

    def searched(self, typed: str | None) -> Self:
        """The first page of what these words leave."""
        return self.but(text=tidy(typed or "")[:LONGEST_SEARCH], number=1)


@dataclass(frozen=True, slots=True)
class Note:
    """What was done, in words on the page that shows it; what people wrote is escaped already."""

    text: str


@dataclass(frozen=True, slots=True)
class Window:
    """A view as Slack shows it: its id, and its hash, which is another one once it has changed."""

    id: str
    hash: str
    view: Mapping[str, Any]


Follow = Callable[[Window], None]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page looks like now, and which page of its list was found; `of` are how many."""

    title: str
    blocks: Sequence[Block]
    page: Page
    of: int = 1
    counted: str = ""
    """Of how many things those are the pages, such as "21 themes"."""
    follow: Follow | None = None
    """What is to be done for it once it is shown and acked."""


class Memory(BaseModel):
    """What a view remembers: since when, the pages it lies over, itself last, and the channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: int
    """Milliseconds since 1970: what was changed later was changed while it was open."""
    stack: tuple[str, ...] = ()
    channel: str | None = None
    typed: dict[str, str | None] | None = None
    """What was typed into the form beneath, where this is the look at what it would do."""

    @property
    def actions(self) -> list[Action]:
        """The pages, and what the form in front is about. Raises OldButton."""
        return [read_action(each) for each in self.stack]

    @property
    def text(self) -> str:
        """As the view keeps it."""
        return self.model_dump_json(exclude_defaults=True)


def read_memory(text: str) -> Memory:
    """What a view remembers. Raises OldButton for what this Tack does not write."""
    try:
        return Memory.model_validate_json(text.replace(NULL, ""))
    except ValidationError as error:
        raise OldButton from error


def read_action(text: str) -> Action:
    """What was carried. Raises OldButton for what this Tack does not write."""
    kind, _, values = text.partition(" ")
    try:
        return KINDS[kind].model_validate_json(values.replace(NULL, ""))
    except (KeyError, ValidationError) as error:
        raise OldButton from error


def carried(action: Mapping[str, Any]) -> str:
    """What the button, the menu or the calendar that was used carries."""
    chosen = action.get("selected_option") or action
    return str(chosen.get("value") or chosen.get("selected_date") or "")


def suggested_as(action_id: str) -> str:
    """By which name a list that is searched by typing is heard: the kind of what its id carries."""
    return heard_as({"action_id": action_id, "value": action_id})


def heard_as(action: Mapping[str, Any]) -> str:
    """By which name it is heard: the kind of what it carries, else the id it was drawn with."""
    kind, between, _ = carried(action).partition(" ")
    return kind if between and kind in KINDS else str(action["action_id"])
