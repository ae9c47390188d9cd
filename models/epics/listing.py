"""Epics found by what was typed: one by its key, a list narrowed by a few words."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

from models.epics.epic import Epic
from models.errors import Mistake
from models.fields import UNSTORABLE, did_you_mean, folded, plain_key, tidy
from models.portfolio.portfolio import PHASE_LABELS, Phase, Portfolio
from models.themes.theme import Theme

MOST_WORDS = 20
MOST_CHARACTERS = 300
"""What is typed is carried by the buttons that turn the page, so it is not more than that."""

LONGEST_NAME = 8
"""How many words a name is tried with."""

TOKEN = re.compile(r'(?P<kind>\w+:)?(?:["“”„](?P<quoted>[^"“”„]*)["“”„]|(?P<word>\S+))')
PERSON = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^>]*)?>")
SWITCHES = ("mine", "blocked", "late")
KINDS = ("stream", "state", "theme")
APART = re.compile(r"\b(stream|state|theme):\s+", re.IGNORECASE)
MOST_ALIKE = 20
KEY = re.compile(r"([A-Z][A-Z0-9]*)[- ]?(\d{1,9})")


class UnknownEpic(Mistake):
    """An epic that is not there, or not for this person."""

    def __init__(self) -> None:
        super().__init__("That epic is not there any more.")


class UnknownKey(Mistake):
    """A key that no epic has, with those of the others that look like it."""

    def __init__(self, key: str, others: Iterable[str] = ()) -> None:
        guess = did_you_mean(key, others)
        if not is_key(key):
            guess = " Keys look like PAY-12; /epic list finds epics by words of their titles."
        super().__init__(f"There is no epic {key[:24]}.{guess}")


def is_key(typed: str) -> bool:
    """Whether it could be the key of an epic."""
    key = plain_key(typed)
    return key.isascii() and KEY.fullmatch(key.upper()) is not None


def read_key(typed: str) -> str:
    """The key as it is stored: "pay 12" is PAY-12. Raises UnknownKey."""
    key = plain_key(typed)
    found = KEY.fullmatch(key.upper()) if key.isascii() else None
    if found is None:
        raise UnknownKey(key)
    return f"{found[1]}-{int(found[2])}"


def found(epic: Epic | None) -> Epic:
    """The epic that was looked for. Raises UnknownEpic."""
    if epic is None:
        raise UnknownEpic
    return epic


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of a list of epics; pages count from 1, and an empty list has one page."""

    epics: Sequence[Epic]
    number: int
    pages: int
    total: int


class TooMuch(Mistake):
    """More words than a list is narrowed by."""

    def __init__(self) -> None:
        super().__init__(
            f"That is more than I can narrow a list by: up to {MOST_WORDS} words and "
            f"{MOST_CHARACTERS} characters, please. For example /epic list payments mine."
        )


class UnknownName(Mistake):
    """A name that was said to be a stream, a state or a theme, and is none."""

    def __init__(self, kind: str, typed: str, known: Sequence[str], rest: str = "") -> None:
        guess = did_you_mean(f"{typed} {rest}", known)
        named = ", ".join(known[:10]) + (" and others" if len(known) > 10 else "")
        there = f"There are {named}." if known else "There are none yet."
        super().__init__(f"There is no {kind} “{typed[:60]}”.{guess} {there}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which epics are meant: of one of each kind that is named, and of all kinds at once."""

    streams: tuple[int, ...] = ()
    states: tuple[int, ...] = ()
    phases: tuple[Phase, ...] = ()
    themes: tuple[int, ...] = ()
    no_theme: bool = False
    mine: bool = False
    people: tuple[str, ...] = ()
    """Whose epics: their owners."""
    blocked: bool = False
    late: bool = False
    texts: tuple[str, ...] = ()

    def without(self, part: str) -> "Filter":
        dropped = PARTS[part]
        kept = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in dropped}
        return Filter(**kept)

    @property
    def parts(self) -> Sequence[str]:
        """Which parts narrow the list, by name."""
        return [part for part, names in PARTS.items() if any(getattr(self, n) for n in names)]


PARTS: Mapping[str, tuple[str, ...]] = {
    "stream": ("streams",),
    "state": ("states", "phases"),
    "theme": ("themes", "no_theme"),
    "mine": ("mine",),
    "person": ("people",),
    "blocked": ("blocked",),
    "late": ("late",),
    "text": ("texts",),
}
"""The parts of a filter, each with its fields."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the epics meant; where there is none, how many there are without each part."""

    page: Page
    filter: Filter = field(default_factory=Filter)
    read: Mapping[str, str] = field(default_factory=dict)
    """How each part was read, in words."""
    without: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Names:
    """What the words of a list can name."""

    portfolios: Sequence[Portfolio]
    themes: Sequence[Theme]

    def streams(self) -> Iterator[tuple[str, int]]:
        """Each name and prefix of a value stream."""
        for portfolio in self.portfolios:
            for stream in portfolio.value_streams:
                yield stream.name, stream.id
                yield stream.key_prefix, stream.id

    def states(self) -> Iterator[tuple[str, int | Phase]]:
        """Each name and label of a state, and the columns of those shown as two."""
        for portfolio in self.portfolios:
            for state in portfolio.states:
                yield state.label, state.id
                yield state.name, state.id
        for phase, label in PHASE_LABELS.items():
            yield label, phase
            yield phase.value, phase

    def read(self, chosen: Filter) -> dict[str, str]:
        """The filter in words, by its parts."""
        streams = {stream.id: stream.name for p in self.portfolios for stream in p.value_streams}
        states = {state.id: state.label for p in self.portfolios for state in p.states}
        themes = {theme.id: theme.name for theme in self.themes}
        columns = [states.get(id_, "?") for id_ in chosen.states]
        columns += [PHASE_LABELS[phase] for phase in chosen.phases]
        directions = [themes.get(id_, "?") for id_ in chosen.themes]
        none = ["without a theme"] if chosen.no_theme else []
        said = {
            "stream": f"in {_either([streams.get(id_, '?') for id_ in chosen.streams])}",
            "state": f"in {_either(columns)}",
            "theme": _either([f"for {_either(directions)}"] * bool(directions) + none),
            "mine": "owned by you",
            "person": f"owned by {_either(chosen.people)}",
            "blocked": "blocked",
            "late": "overdue for a first answer",
            "text": f"with {' and '.join(f'“{text}”' for text in chosen.texts)}",
        }
        return {part: said[part] for part in chosen.parts}


def read_filter(typed: str, names: Names) -> tuple[Filter, int]:
    """The filter meant by what was typed, and the page: a number at the end.

    Names of streams come before those of states, and what names nothing is text; `stream:`,
    `state:`, `theme:` and quotation marks say what is meant. Raises TooMuch and UnknownName.
    """
    tokens = list(TOKEN.finditer(APART.sub(r"\1:", UNSTORABLE.sub("", typed))))
    if len(tokens) > MOST_WORDS or len(typed) > MOST_CHARACTERS:
        raise TooMuch
    page = 1
    if tokens and (last := tokens[-1])[0].isascii() and last[0].isdigit():
        page = int(tokens.pop()[0][:9])
    reading = _Reading(names)
    while tokens:
        del tokens[: reading.take(tokens)]
    return reading.filter, page


class _Reading:
    """The words read so far."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.found: dict[str, list[object]] = {}
        self.vocabulary: dict[str, dict[str, list[object]]] = {
            "stream": _by_name(names.streams()),
            "state": _by_name(names.states()),
            "theme": _by_name((theme.name, theme.id) for theme in names.themes),
        }

    @property
    def filter(self) -> Filter:
        states = self.found.get("state", [])
        themes = self.found.get("theme", [])
        return Filter(
            streams=_ids(self.found.get("stream", [])),
            states=_ids(states),
            phases=tuple(dict.fromkeys(s for s in states if isinstance(s, Phase))),
            themes=_ids(themes),
            no_theme=None in themes,
            people=tuple(dict.fromkeys(map(str, self.found.get("person", [])))),
            texts=tuple(str(text) for text in self.found.get("text", [])),
            **{switch: True for switch in SWITCHES if switch in self.found},
        )

    def take(self, tokens: Sequence[re.Match[str]]) -> int:
        """Read one name or word at the beginning; how many tokens that were."""
        first = tokens[0]
        kind = (first["kind"] or "").rstrip(":").casefold()
        if kind in KINDS:
            return self._named(kind, tokens)
        if first["quoted"] is not None:
            self._add("text", [tidy(first["quoted"]) or first[0]])
            return 1
        for size in range(_run(tokens), 0, -1):
            phrase = folded(" ".join(token[0] for token in tokens[:size]))
            for kind in ("stream", "state"):
                if phrase in self.vocabulary[kind]:
                    self._add(kind, self.vocabulary[kind][phrase])
                    return size
        word = first[0]
        if person := PERSON.fullmatch(word):
            self._add("person", [person[1]])
        elif word.casefold() in SWITCHES:
            self._add(word.casefold(), [True])
        else:
            self._add("text", [tidy(word.removeprefix("text:")) or word])
        return 1

    def _named(self, kind: str, tokens: Sequence[re.Match[str]]) -> int:
        known, first = self.vocabulary[kind], tokens[0]
        longest = 1 if first["quoted"] is not None else _run(tokens)
        words = [first["quoted"] if first["quoted"] is not None else first["word"] or ""]
        words += [token[0] for token in tokens[1:longest]]
        for size in range(longest, 0, -1):
            phrase = folded(" ".join(words[:size]))
            if phrase in known:
                self._add(kind, known[phrase])
                return size
        typed = folded(words[0])
        if kind == "theme" and typed == "none":
            self._add(kind, [None])
            return 1
        alike = [id_ for name, ids in known.items() if typed and typed in name for id_ in ids]
        if not alike:
            raise UnknownName(kind, words[0], self._spelled(kind), " ".join(words[1:]))
        self._add(kind, alike[:MOST_ALIKE])
        return 1

    def _add(self, kind: str, values: Sequence[object]) -> None:
        self.found.setdefault(kind, []).extend(values)

    def _spelled(self, kind: str) -> list[str]:
        if kind == "theme":
            return [theme.name for theme in self.names.themes]
        pairs = self.names.streams() if kind == "stream" else self.names.states()
        first: dict[object, str] = {}
        for name, value in pairs:
            first.setdefault(value, name)
        return list(dict.fromkeys(first.values()))


def _run(tokens: Sequence[re.Match[str]]) -> int:
    """How many bare words stand at the beginning, as far as a name may go."""
    run = 1
    for token in tokens[1:LONGEST_NAME]:
        if token["quoted"] is not None or token["kind"]:
            break
        run += 1
    return run


def _by_name(pairs: Iterator[tuple[str, object]]) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for name, value in pairs:
        values = found.setdefault(folded(name), [])
        if value not in values:
            values.append(value)
    return found


def _ids(values: Sequence[object]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(value for value in values if isinstance(value, int)))


def _either(names: Sequence[str]) -> str:
    """ "Payments or Onboarding"."""
    return " or ".join(dict.fromkeys(names))
