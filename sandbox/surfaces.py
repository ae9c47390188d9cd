"""A form and a Home as the person in front of it uses them."""

from dataclasses import dataclass
from typing import Any

from sandbox.choices import by_label, option_shown, value_of
from sandbox.elements import KINDS, PRESSED, TYPED, Placed, held_values, interactive, options_of
from sandbox.nouns import User, View
from sandbox.payloads import view_object
from sandbox.stage import Stage
from sandbox.words import words_in

CHOSEN = [kind for kind in KINDS if kind not in TYPED]


class Surface:
    """What modals and Home have in common."""

    def __init__(self, slack: Stage, user: User, view: View) -> None:
        self._slack = slack
        self._user = user
        self._view = view

    @property
    def view(self) -> dict[str, Any]:
        """The view as Slack tells it to the app."""
        return view_object(self._slack.workspace, self._view)

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return self._view.blocks

    @property
    def texts(self) -> list[str]:
        """All visible words."""
        return list(words_in(self.blocks))

    @property
    def buttons(self) -> list[str]:
        """The words on its buttons and overflow menus."""
        return [p.label for p in interactive(self.blocks) if p.element["type"] in PRESSED]

    def shows(self, words: str) -> bool:
        return any(words in text for text in self.texts)

    def click(self, label: str, *, confirm: bool = True) -> None:
        """Click a button; `confirm` is what the person answers to a confirm dialog, if any."""
        placed = by_label(self.blocks, label, ("button",))
        if confirm or "confirm" not in placed.element:
            self._use(placed, {})

    def choose(self, label: str, *options: str) -> None:
        """Choose by visible words in the element with this label, placeholder or action_id."""
        placed = by_label(self.blocks, label, CHOSEN)
        self._use(placed, value_of(self._slack.workspace, placed, options, self._suggest))

    def chooses_overflow(self, option: str) -> None:
        for placed in interactive(self.blocks):
            shown = [shown["text"]["text"] for shown in options_of(placed.element)]
            if placed.element["type"] == "overflow" and option in shown:
                value = {"selected_option": option_shown(options_of(placed.element), option)}
                self._use(placed, value)
                return
        raise AssertionError(f"No overflow menu here has the option {option!r}.")

    def options(self, label: str, query: str = "") -> list[str]:
        """Return the options shown for a select, suggested ones for an external select."""
        placed = by_label(self.blocks, label, CHOSEN)
        is_external = "external" in placed.element["type"]
        found = self._suggest(placed, query) if is_external else options_of(placed.element)
        return [option["text"]["text"] for option in found]

    def _suggest(self, placed: Placed, query: str) -> list[dict[str, Any]]:
        return self._slack.acting.suggest(self._user, self._view, placed, query)

    def _use(self, placed: Placed, value: dict[str, Any]) -> None:
        self._slack.acting.use(self._user, self._view, placed, value)


class Home(Surface):
    """Someone's App Home."""


@dataclass(frozen=True)
class SubmitResult:
    """What became of a submission; errors are keyed by label."""

    closed: bool
    errors: dict[str, str]
    view: dict[str, Any]


class Form(Surface):
    """A modal on someone's screen."""

    @property
    def title(self) -> str:
        return str(self._view.content["title"]["text"])

    @property
    def labels(self) -> list[str]:
        return [block["label"]["text"] for block in self.blocks if block["type"] == "input"]

    @property
    def errors(self) -> dict[str, str]:
        """What is said at its fields, by label."""
        labels = {b["block_id"]: b["label"]["text"] for b in self.blocks if b["type"] == "input"}
        return {labels.get(key, key): words for key, words in self._view.errors.items()}

    @property
    def is_open(self) -> bool:
        """Whether it is still on the screen."""
        return self._slack.workspace.view(self._view.id) is not None

    def value(self, label: str) -> Any:
        """Return what a field holds now."""
        placed = by_label(self.blocks, label, KINDS)
        values = held_values(self.blocks, self._view.typed)
        entry = values[placed.block["block_id"]][placed.element["action_id"]]
        return entry.get(KINDS[placed.element["type"]].field)

    def fill(self, label: str, text: str) -> None:
        """Type into a field, ending with Enter; an empty text empties it."""
        placed = by_label(self.blocks, label, KINDS)
        self._use(placed, {KINDS[placed.element["type"]].field: text or None})

    def attaches(self, label: str, name: str, content: bytes) -> None:
        """Add a file to a field; where the field does not take it, `errors` says why."""
        placed = by_label(self.blocks, label, ("file_input",))
        self._slack.acting.attach(self._user, self._view, placed, name, content)

    def removes(self, label: str, name: str) -> None:
        """Take the file of this name out of a field again."""
        placed = by_label(self.blocks, label, ("file_input",))
        [file_id] = [file["id"] for file in self.value(label) if file["name"] == name]
        self._slack.acting.detach(self._user, self._view, placed, file_id)

    def submit(self) -> SubmitResult:
        """Press the submit button."""
        done = self._slack.acting.submit(self._user, self._view)
        return SubmitResult(done.closed, {} if done.closed else self.errors, self.view)

    def close(self, *, whole_stack: bool = False) -> None:
        """Press Cancel, or the cross that closes the whole stack."""
        self._slack.acting.close(self._user, self._view, whole_stack=whole_stack)
