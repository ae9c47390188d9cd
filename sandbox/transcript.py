"""What was said between Slack and the app, as lines that two runs can be compared by.

Ids become names, and what differs from run to run (times, tokens, secrets, how an app finds out who
it is and connects) is left out.
"""

import re
from typing import Any

from sandbox.nouns import Channel
from sandbox.records import Delivery, Request
from sandbox.state import Workspace

WORDS_MOST = 60
ARRIVING = ("auth.test", "apps.connections.open")
NAMELESS = {"V": "a form", "F": "a file"}
AN_ID = re.compile(r"\b[UCDFVSQ]0\d{8}\b")


def lines(
    workspace: Workspace, deliveries: list[Delivery], requests: list[Request], *, times: bool
) -> list[str]:
    """Return both sides in the order in which they spoke; with `times` all of it, and how fast."""
    asked = [each for each in requests if times or each.method not in ARRIVING]
    said: list[Delivery | Request] = [*deliveries, *asked]
    said.sort(key=lambda each: each.order)
    return [_line(workspace, each, times=times) for each in said]


def _line(workspace: Workspace, said: Delivery | Request, *, times: bool) -> str:
    if isinstance(said, Delivery):
        line, took_ms = f"→ {_delivery(said)}", said.ack_ms
    else:
        line, took_ms = f"← {_request(said)}", None
    line = AN_ID.sub(lambda found: _name(workspace, found[0]), line)
    if times:
        took = f" ({took_ms:.0f} ms)" if took_ms is not None else ""
        line = f"{said.at:%H:%M:%S} {line}{took}"
    return line


def _delivery(delivery: Delivery) -> str:
    payload = delivery.payload
    user = payload.get("user_id") or payload.get("user") or payload.get("event", {}).get("user")
    user_id = user["id"] if isinstance(user, dict) else user
    again = f", retry {delivery.retry} after {delivery.retry_reason}" if delivery.retry else ""
    again += ", a copy" if delivery.copy else ""
    answer = delivery.error or _answer(delivery.ack)
    return f"{_what(payload)} by {user_id}{again}: {answer}"


def _what(payload: dict[str, Any]) -> str:
    if "command" in payload:
        return f"{payload['command']} {payload['text']}".strip()
    if "event" in payload:
        return str(payload["event"]["type"])
    actions = ", ".join(action["action_id"] for action in payload.get("actions", ()))
    name = actions or payload.get("callback_id") or payload.get("view", {}).get("callback_id", "")
    return f"{payload['type']} {name}".strip()


def _answer(ack: dict[str, Any] | None) -> str:
    if ack is None:
        return "not sent yet"
    said = ack.get("response_action") or ("with words" if ack.get("text") else "")
    return f"acknowledged {said}".strip()


def _request(request: Request) -> str:
    args = request.args
    places = ("channel", "user_id", "view_id", "user", "channel_id", "file")
    where = next((args[place] for place in places if args.get(place)), None)
    words = [request.method, *([f"in {where}"] if where else [])]
    if text := args.get("text") or _title(args.get("view")):
        words.append(repr(_short(text)))
    response = request.response
    outcome = "ok" if response.get("ok") else response.get("error", "")
    return " ".join(words) + ": " + (", ".join(filter(None, (outcome, request.trouble))))


def _title(view: Any) -> str:
    title = view.get("title") if isinstance(view, dict) else None
    return str(title["text"]) if isinstance(title, dict) else ""


def _short(text: str) -> str:
    return text if len(text) <= WORDS_MOST else text[: WORDS_MOST - 1] + "…"


def _name(workspace: Workspace, an_id: str) -> str:
    if user := workspace.users.get(an_id):
        return f"@{user.name}"
    if channel := workspace.channels.get(an_id):
        return _place(workspace, channel)
    return NAMELESS.get(an_id[0], an_id[0])


def _place(workspace: Workspace, channel: Channel) -> str:
    if channel.im_user:
        return f"the messages of @{workspace.users[channel.im_user].name}"
    return f"#{channel.name}"
