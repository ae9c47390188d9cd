"""What can be wrong with a payload, and the rule that says so."""

from dataclasses import dataclass

DOCUMENTED = "documented"
OBSERVED = "observed"
GUESSED = "guessed"


@dataclass(frozen=True)
class Rule:
    """One rule of Block Kit: what it asks, where it was read, and how sure that is.

    `status` is documented (Slack's reference or SDKs say so), observed (Slack was seen to answer
    so) or guessed (sources disagree or are silent, and the stricter reading was taken).
    A `warning` is advice of the house: Slack itself would accept the payload.
    """

    id: str
    sentence: str
    source: str
    status: str = DOCUMENTED
    code: str | None = None  # Slack's error, where it is not the payload's own
    warning: bool = False


@dataclass(frozen=True)
class Problem:
    """One broken rule at one place of a payload, in Slack's words."""

    pointer: str
    message: str
    code: str
    rule: str
    warning: bool = False

    def __str__(self) -> str:
        return f"[{'WARN' if self.warning else 'ERROR'}] {self.message}"
