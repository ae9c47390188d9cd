"""Where in a payload the check is, and what it has seen on its way."""

from sandbox.blockkit.problems import OBSERVED, Problem, Rule

KNOWN_KEYS = Rule(
    "keys.known",
    "an object has no keys but those listed for it",
    "answers of Slack quoted in public issues",
    OBSERVED,
)
KNOWN_TYPES = Rule(
    "types.known",
    "a block or element is of a type that Slack knows",
    "answers of Slack quoted in public issues",
    OBSERVED,
)


class Payload:
    """One payload under check: its surface, its problems, and what must not come twice."""

    def __init__(self, surface: str, code: str) -> None:
        self.surface = surface
        self.code = code
        self.problems: list[Problem] = []
        self.errors = 0
        self.block_ids: set[str] = set()
        self.action_ids: set[tuple[str, str]] = set()
        self.focused = False

    def report(self, rule: Rule, pointer: str, message: str) -> None:
        """Note that a rule is broken at a place."""
        self.errors += not rule.warning
        self.problems.append(
            Problem(
                pointer=pointer,
                message=f"{message} [json-pointer:{pointer or '/'}]",
                code=rule.code or self.code,
                rule=rule.id,
                warning=rule.warning,
            )
        )


class Place:
    """A pointer into the payload, with the rule asked there and the block around it."""

    __slots__ = ("block", "block_pointer", "key", "parent", "payload", "rule")

    def __init__(
        self,
        payload: Payload,
        rule: Rule,
        parent: "Place | None" = None,
        key: str | int = "",
        block: str = "",
        block_pointer: str = "",
    ) -> None:
        self.payload = payload
        self.rule = rule
        self.parent = parent
        self.key = key
        self.block = block
        self.block_pointer = block_pointer

    @property
    def pointer(self) -> str:
        """The JSON pointer, put together only when somebody asks."""
        return f"{self.parent.pointer}/{self.key}" if self.parent else ""

    def into(self, key: str | int, rule: Rule | None = None) -> "Place":
        """The place of a key or an index below this one."""
        return Place(self.payload, rule or self.rule, self, key, self.block, self.block_pointer)

    def within_block(self, name: str) -> "Place":
        """This same place, seen from inside the block that begins here."""
        return Place(self.payload, self.rule, self.parent, self.key, name, self.pointer)

    def refuse(self, message: str, rule: Rule | None = None) -> None:
        """Report a broken rule here: the one asked at this place unless another is named."""
        self.payload.report(rule or self.rule, self.pointer, message)
