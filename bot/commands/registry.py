"""The routes of all rooms: which handler hears which action, and in which way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, get_args, get_type_hints

from sqlalchemy.orm import Session

from bot.slack.actions import Action, Searched, Seen
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.workflows.keeping import Act, Kept
from models.form import NO_FACTS, Facts, Form

Handler = Callable[..., Any]

PAGE, OPENS, CHECKS, FINDS, DOES, SAVES = "page", "opens", "checks", "finds", "does", "saves"
"""The ways in which an action is heard."""


@dataclass(frozen=True, slots=True)
class Route:
    """What hears an action, and how; `form` is what is saved."""

    way: str
    action: type[Action]
    handler: Handler
    form: type[Form] | None = None
    for_named: bool = False
    """Whether it hears only people who were named before, so that Slack is not asked who it is."""

    @property
    def is_searched(self) -> bool:
        """Whether it draws a list that is searched by words."""
        return issubclass(self.action, Searched)


@dataclass(slots=True)
class Routes:
    """The routes of all rooms."""

    _found: dict[tuple[str, type[Action]], Route] = field(default_factory=dict)

    def page(self, handler: Handler) -> Handler:
        """Draws a page: `(call, session, page) -> Shown`."""
        return self._hear(PAGE, handler, "page")

    def opens(self, handler: Handler) -> Handler:
        """Says what opens for what was used: `(call, session, it) -> Open | Page | Answer`.

        A form that is sent asks it once more, for what holds by then.
        """
        return self._hear(OPENS, handler, "it")

    def checks(self, handler: Handler) -> Handler:
        """Says what a form would do: `(call, session, form, about, typed) -> Check`.

        It is shown over the form, which keeps what was typed; sent from there, the form is saved
        with `about` as it was seen. A ChangedSince that saving raises has it shown again.
        """
        return self._hear(CHECKS, handler, "about", get_type_hints(handler)["form"])

    def finds(self, handler: Handler) -> Handler:
        """Finds what fits to what was typed: `(call, session, it, typed) -> texts with ids`.

        On a page what is found is what the action is then done with; in a form it is the answer.
        """
        return self._hear(FINDS, handler, "it")

    def does(self, handler: Handler) -> Handler:
        """Changes something for what was used: `(call, session, it) -> Answer | Note | None`.

        What is told can be a function that gives the answer, to be drawn after the ack.
        """
        return self._hear(DOES, handler, "it")

    def does_for_named(self, handler: Handler) -> Handler:
        """The same for people who were named before, whom the handler knows and refuses."""
        return self._hear(DOES, handler, "it", for_named=True)

    def saves(self, handler: Handler) -> Handler:
        """Takes a form: `(call, session, form, about) -> Answer | Note | None`."""
        return self._hear(SAVES, handler, "about", get_type_hints(handler)["form"])

    def keeps(
        self,
        kept: Kept[Any],
        form: type[Form],
        title: str,
        *,
        edit: type[Seen],
        facts: Callable[[Act, Any], Facts] = lambda act, noun: NO_FACTS,
        close: type[Seen] | None = None,
        remove: type[Seen] | None = None,
        add: type[Action] | None = None,
        begin: Callable[..., Any] | None = None,
    ) -> None:
        """Hears what changes a kept noun by a form, closes or removes it, or adds one.

        `begin` takes the act, and what the adding action carries by name. It makes the noun, with
        what is known before anything is asked, for who may add one.
        """

        @wraps(kept.look)
        def open_edit(call: Call, session: Session, it: Seen) -> Open:
            act = call.act(session)
            noun = kept.look(act, it.id)
            return Open(form, title, edit.of(noun), held=noun, facts=facts(act, noun))

        @wraps(kept.change)
        def save(call: Call, session: Session, form: Form, about: Seen) -> None:
            kept.change(call.act(session), about.id, about.version, form)

        def do(deed: Callable[..., object]) -> Handler:
            @wraps(deed)
            def doing(call: Call, session: Session, it: Seen) -> None:
                deed(call.act(session), it.id, it.version)

            return doing

        self._add(Route(OPENS, edit, open_edit))
        self._add(Route(SAVES, edit, save, form))
        if close is not None:
            self._add(Route(DOES, close, do(kept.close)))
        if remove is not None:
            self._add(Route(DOES, remove, do(kept.remove)))
        if add is not None and begin is not None:
            self._adds(kept, form, add, begin, facts)

    def _adds(
        self,
        kept: Kept[Any],
        form: type[Form],
        add: type[Action],
        begin: Callable[..., Any],
        facts: Callable[[Act, Any], Facts],
    ) -> None:
        @wraps(begin)
        def open_new(call: Call, session: Session, it: Action) -> Open:
            act = call.act(session)
            noun = begin(act, **dict(it))
            return Open(form, f"Add {kept.one}", it, held=noun, facts=facts(act, noun))

        @wraps(kept.add)
        def save(call: Call, session: Session, form: Form, about: Action) -> None:
            act = call.act(session)
            kept.add(act, begin(act, **dict(about)), form)

        self._add(Route(OPENS, add, open_new))
        self._add(Route(SAVES, add, save, form))

    def of(self, way: str) -> Sequence[Route]:
        return [route for (each, _), route in self._found.items() if each == way]

    def find(self, way: str, action: Action) -> Route | None:
        return self._found.get((way, type(action)))

    def _hear(
        self,
        way: str,
        handler: Handler,
        name: str,
        form: type[Form] | None = None,
        *,
        for_named: bool = False,
    ) -> Handler:
        hint = get_type_hints(handler)[name]
        for action in get_args(hint) or (hint,):
            self._add(Route(way, action, handler, form, for_named))
        return handler

    def _add(self, route: Route) -> None:
        assert (route.way, route.action) not in self._found, f"two hear {route.action.kind}"
        self._found[route.way, route.action] = route


routes = Routes()
