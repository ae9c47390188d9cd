"""The faults as the page offers them: what each does in words, and what a person fills in for it.

What they do is `faulty.py`, the Python side of the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.call_faults import ANY, DOWNLOAD, UPLOAD
from sandbox.faulty import Faulty
from sandbox.methods import METHODS


@dataclass(frozen=True)
class Field:
    """One thing a person says about a fault."""

    name: str
    words: str
    kind: str = "number"
    initial: str = ""
    choices: tuple[str, ...] = ()

    def described(self) -> dict[str, Any]:
        """Return it for the page."""
        shown = {"name": self.name, "words": self.words, "kind": self.kind}
        shown |= {"initial": self.initial} if self.initial else {}
        return shown | ({"choices": list(self.choices)} if self.choices else {})


@dataclass(frozen=True)
class Fault:
    """One fault as the page offers it; `cause` takes the fields' texts by name."""

    words: str
    cause: Callable[[Faulty, dict[str, str]], None]
    fields: tuple[Field, ...] = ()


def _choice(name: str, words: str, *choices: str) -> Field:
    return Field(name, words, "choice", choices[0], choices)


NO_YES = ("no", "yes")
METHOD = _choice("method", "Method", ANY, *sorted([*METHODS, UPLOAD, DOWNLOAD]))
TIMES = Field("times", "How often", initial="1")
SECONDS = Field("seconds", "Seconds", initial="2")
ERROR = _choice(
    "error", "Error", "internal_error", "ratelimited", "channel_not_found", "not_in_channel"
)


def _refuse(slack: Faulty, said: dict[str, str]) -> None:
    retry_after = 5 if said["error"] == "ratelimited" else None
    slack.fail_next(said["method"], said["error"], retry_after, int(said["times"]))


def _reconnect(slack: Faulty, said: dict[str, str]) -> None:
    slack.ask_to_reconnect(warn=said["warn"] == "yes", leave_open=said["leave_open"] == "yes")


FAULTS: dict[str, Fault] = {
    "refuse": Fault("Refuse the next calls of a method", _refuse, (METHOD, ERROR, TIMES)),
    "break": Fault(
        "Answer the next calls with an HTTP error and no JSON",
        lambda slack, said: slack.break_next(
            said["method"], int(said["status"]), int(said["times"])
        ),
        (METHOD, _choice("status", "Status", "503", "500", "502", "504"), TIMES),
    ),
    "lose_reply": Fault(
        "Lose the reply to the next calls, though they are done",
        lambda slack, said: slack.lose_reply_next(said["method"], int(said["times"])),
        (METHOD, TIMES),
    ),
    "answer_late": Fault(
        "Answer the next calls late",
        lambda slack, said: slack.answer_late(
            said["method"], float(said["seconds"]), int(said["times"])
        ),
        (METHOD, SECONDS, TIMES),
    ),
    "misbehave": Fault(
        "Let a share of all calls go wrong in mixed ways",
        lambda slack, said: slack.misbehave(int(said["seed"]), float(said["percent"]) / 100),
        (Field("percent", "Percent of calls", initial="10"), Field("seed", "Seed", initial="1")),
    ),
    "rate_limits": Fault(
        "Hold calls to Slack's rate limits",
        lambda slack, said: setattr(slack, "rate_limits", True),
    ),
    "wear_out_token": Fault(
        "Refuse the app's token",
        lambda slack, said: slack.wear_out_token(said["error"]),
        (_choice("error", "As", "token_revoked", "token_expired", "account_inactive"),),
    ),
    "duplicate": Fault(
        "Send what comes next twice",
        lambda slack, said: slack.duplicate_next(int(said["times"])),
        (TIMES,),
    ),
    "swap_events": Fault(
        "Let the next two events change places", lambda slack, said: slack.swap_next_events()
    ),
    "skew_signatures": Fault(
        "Sign requests beside the clock",
        lambda slack, said: slack.skew_signatures(float(said["seconds"])),
        (Field("seconds", "Seconds", initial="400"),),
    ),
    "reconnect": Fault(
        "Ask every connection to come back",
        _reconnect,
        (
            _choice("warn", "Ten seconds' warning", *NO_YES),
            _choice("leave_open", "Leave the old ones open", *NO_YES),
        ),
    ),
    "drop": Fault("Drop every connection", lambda slack, said: slack.drop_connections()),
    "hold": Fault(
        "Keep connections open but let nothing through",
        lambda slack, said: slack.hold_connections(),
    ),
    "ghosts": Fault(
        "Count connections that are not there",
        lambda slack, said: slack.add_ghosts(int(said["number"])),
        (Field("number", "How many", initial="1"),),
    ),
    "send_away": Fault(
        "Send the next connections away as too many",
        lambda slack, said: slack.send_away_next(int(said["times"])),
        (TIMES,),
    ),
    "disable_link": Fault("Switch Socket Mode off", lambda slack, said: slack.disable_link()),
}


def described() -> list[dict[str, Any]]:
    """Return every fault as the page builds its panel from it."""
    return [
        {"name": name, "words": fault.words, "fields": [f.described() for f in fault.fields]}
        for name, fault in FAULTS.items()
    ]


def cause(slack: Faulty, name: str, values: dict[str, str]) -> None:
    """Cause a fault as the page asks; raises LookupError or ValueError for nonsense."""
    fault = FAULTS[name]
    said = {field.name: str(values.get(field.name) or field.initial) for field in fault.fields}
    for field in fault.fields:
        if field.choices and said[field.name] not in field.choices:
            raise ValueError(f"{field.words} cannot be {said[field.name]!r}")
    fault.cause(slack, said)
