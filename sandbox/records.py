"""What was seen and said on both sides: the transcript a test can ask."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Finding:
    """Something a real Slack would refuse or silently ignore.

    A `warning` is advice of the house that Slack itself would not give.
    """

    where: str
    error: str
    detail: str
    warning: bool = False


@dataclass
class Request:
    """One call of the Web API or of a response_url; `trouble` is what was made to go wrong."""

    method: str
    args: dict[str, Any]
    at: datetime
    response: dict[str, Any] = field(default_factory=dict)
    order: int = 0
    trouble: str = ""


@dataclass
class Delivery:
    """One thing sent to the app: its payload, and how it was acknowledged.

    `retry` counts the times an event was sent before; `copy` marks the second of a duplicate.
    """

    kind: str  # slash_commands, interactive or events_api
    payload: dict[str, Any]
    at: datetime
    via: str = "socket"
    ack_ms: float | None = None
    ack: dict[str, Any] | None = None
    error: str | None = None
    order: int = 0
    envelope_id: str = ""
    retry: int = 0
    retry_reason: str = ""
    copy: bool = False


class SlackError(Exception):
    """A refusal, by Slack's name for it."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra
