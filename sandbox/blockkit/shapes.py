"""Objects with named fields: what each may and must carry, and what must hold of the whole."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sandbox.blockkit.kinds import ActionId, BlockId, Kind
from sandbox.blockkit.place import KNOWN_KEYS, KNOWN_TYPES, Place
from sandbox.blockkit.problems import DOCUMENTED, Rule

MESSAGE = frozenset({"message"})
MODAL = frozenset({"modal"})
HOME = frozenset({"home"})
EVERYWHERE = MESSAGE | MODAL | HOME
NOWHERE: frozenset[str] = frozenset()

REFERENCE = "docs.slack.dev/reference/block-kit"
HOUSE = "house rule"

Finding = tuple[str, str]  # the key it is about ("" for the whole), and the message


@dataclass(frozen=True)
class Field:
    """One field of an object."""

    kind: Kind
    required: bool = False
    status: str = DOCUMENTED
    code: str | None = None


def need(kind: Kind, status: str = DOCUMENTED) -> Field:
    return Field(kind, True, status)


def may(kind: Kind, status: str = DOCUMENTED, code: str | None = None) -> Field:
    return Field(kind, False, status, code)


@dataclass(frozen=True)
class Law:
    """What must hold between the fields of an object. Asked only when each field is sound."""

    name: str
    sentence: str
    find: Callable[[Mapping[str, Any]], Iterable[Finding]]
    status: str = DOCUMENTED
    warning: bool = False
    code: str | None = None


def exactly_one(name: str, *keys: str) -> Law:
    """A law: one of these fields is there, and no second."""

    def find(value: Mapping[str, Any]) -> Iterable[Finding]:
        present = [key for key in keys if key in value]
        if not present:
            yield "", "missing required field: " + " or ".join(keys)
        elif len(present) > 1:
            yield "", "only one of these fields is allowed: " + ", ".join(keys)

    return Law(name, "exactly one of " + ", ".join(keys), find)


def at_least_one(name: str, *keys: str) -> Law:
    """A law: at least one of these fields is there."""

    def find(value: Mapping[str, Any]) -> Iterable[Finding]:
        if not any(key in value for key in keys):
            yield "", "missing required field: " + " or ".join(keys)

    return Law(name, "at least one of " + ", ".join(keys), find)


def in_order(name: str, *keys: str) -> Law:
    """A law: of these fields, those that are there do not decrease."""

    def find(value: Mapping[str, Any]) -> Iterable[Finding]:
        present = [key for key in keys if key in value]
        for lower, upper in pairwise(present):
            if float(value[lower]) > float(value[upper]):
                yield upper, f"must not be less than {lower}"

    return Law(name, " ≤ ".join(keys), find)


@dataclass(frozen=True)
class Shape:
    """An object with named fields.

    A `typed` shape carries its name in `type`. It may stand on the surfaces `on` alone.
    """

    name: str
    fields: Mapping[str, Field]
    laws: tuple[Law, ...] = ()
    on: frozenset[str] = EVERYWHERE
    surface_status: str = DOCUMENTED
    typed: bool = True
    is_block: bool = False
    source: str = REFERENCE + "/composition-objects"
    code: str | None = None
    _rules: dict[str, Rule] = field(init=False, repr=False, compare=False)
    _required: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rules = {key: self._field_rule(key, part) for key, part in self.fields.items()}
        rules |= {law.name: self._law_rule(law) for law in self.laws}
        if self.on != EVERYWHERE:
            places = ", ".join(sorted(self.on)) or "nowhere: apps cannot send it"
            rules["surfaces"] = Rule(
                f"{self.name}.surfaces", f"stands on: {places}", self.source, self.surface_status
            )
        object.__setattr__(self, "_rules", rules)
        required = tuple(key for key, part in self.fields.items() if part.required)
        object.__setattr__(self, "_required", required)

    def _field_rule(self, key: str, part: Field) -> Rule:
        sentence = f"{key}{' (required)' if part.required else ''}: {part.kind}"
        code = part.code or self.code
        return Rule(f"{self.name}.{key}", sentence, self.source, part.status, code)

    def _law_rule(self, law: Law) -> Rule:
        source = HOUSE if law.warning else self.source
        code = law.code or self.code
        rule_id = f"{self.name}.{law.name}"
        return Rule(rule_id, law.sentence, source, law.status, code, law.warning)

    def __str__(self) -> str:
        return self.name

    def rules(self) -> Iterable[Rule]:
        """Every rule this shape can find broken."""
        return self._rules.values()

    def check(self, value: Any, at: Place) -> None:
        """Report what is wrong with an object that should be of this shape."""
        if not isinstance(value, dict):
            at.refuse("must be an object")
            return
        if self.on != EVERYWHERE and at.payload.surface not in self.on:
            at.into("type").refuse(f"unsupported type: {self.name}", self._rules["surfaces"])
            return
        if self.is_block:
            at = at.within_block(self.name)
        errors_before = at.payload.errors
        self._check_fields(value, at)
        if at.payload.errors == errors_before:
            self._check_laws(value, at)

    def _check_fields(self, value: Mapping[str, Any], at: Place) -> None:
        for key in self._required:
            if key not in value:
                at.refuse(f"missing required field: {key}", self._rules[key])
        for key, part in value.items():
            known = self.fields.get(key)
            if known is not None:
                known.kind.check(part, at.into(key, self._rules[key]))
            elif key != "type" or not self.typed:
                at.refuse(f"invalid additional property: {key}", KNOWN_KEYS)

    def _check_laws(self, value: Mapping[str, Any], at: Place) -> None:
        for law in self.laws:
            for key, message in law.find(value):
                place = at.into(key) if key else at
                place.refuse(message, self._rules[law.name])


class Variant:
    """An object that is one of several shapes, told apart by its `type`."""

    def __init__(self, what: str, table: Mapping[str, Shape], *allowed: str) -> None:
        self.what = what
        self.table = table
        self.allowed = allowed

    def __str__(self) -> str:
        return f"{self.what} ({', '.join(self.allowed)})" if self.allowed else self.what

    def check(self, value: Any, at: Place) -> None:
        """Report a type unknown or not allowed here, else what its shape finds."""
        if not isinstance(value, dict):
            at.refuse("must be an object")
            return
        if "type" not in value:
            at.refuse("missing required field: type", KNOWN_TYPES)
            return
        name = value["type"]
        shape = self.table.get(name) if isinstance(name, str) else None
        if shape is None:
            at.into("type").refuse(f"unsupported type: {name}", KNOWN_TYPES)
        elif self.allowed and name not in self.allowed:
            at.into("type").refuse(f"unsupported type: {name}")
        else:
            shape.check(value, at)


def by_name(*shapes: Shape) -> dict[str, Shape]:
    """Shapes as a table from `type` to shape."""
    return {shape.name: shape for shape in shapes}


def block(
    name: str,
    on: frozenset[str],
    fields: Mapping[str, Field],
    *laws: Law,
    surface_status: str = DOCUMENTED,
) -> Shape:
    """A block: every one may carry a block_id."""
    return Shape(
        name,
        {"block_id": may(BlockId()), **fields},
        laws,
        on,
        surface_status,
        is_block=True,
        source=f"{REFERENCE}/blocks",
    )


def element(
    name: str,
    fields: Mapping[str, Field],
    *laws: Law,
    on: frozenset[str] = EVERYWHERE,
) -> Shape:
    """An interactive element: every one may carry an action_id."""
    return Shape(
        name,
        {"action_id": may(ActionId()), **fields},
        laws,
        on,
        source=f"{REFERENCE}/block-elements",
    )


def composition(name: str, fields: Mapping[str, Field], *laws: Law) -> Shape:
    """An object without a `type`: known by the field it stands in."""
    return Shape(name, fields, laws, typed=False)
