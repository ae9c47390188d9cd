"""Presses buttons over signed HTTP as Slack would, and times each ack."""

import hashlib
import hmac
import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.figures import percentile
from bench.processes import SIGNING_SECRET
from bench.quiet_slack import APP_ID, BOT_ID, CHANNEL_ID, MESSAGE_TS, TEAM_ID, USER_ID


@dataclass(frozen=True)
class Button:
    """What a click carries back of the button it was on."""

    block_id: str
    action_id: str
    value: str
    user_id: str = USER_ID


@dataclass(frozen=True)
class Acks:
    """How long each ack took, and how many clicks got none or the wrong one."""

    times_ms: list[float]
    refused: int
    elapsed_s: float

    @property
    def p50_ms(self) -> float:
        """Half of the acks took no longer."""
        return percentile(self.times_ms, 0.5)

    @property
    def p99_ms(self) -> float:
        """99 of 100 acks took no longer."""
        return percentile(self.times_ms, 0.99)

    @property
    def per_second(self) -> float:
        """Acks per second over the whole run."""
        return len(self.times_ms) / self.elapsed_s


def click_all(
    port: int,
    response_url: str,
    buttons: Sequence[Button],
    *,
    per_second: float | None = None,
    people: int = 16,
    until: Callable[[], bool] = lambda: False,
) -> Acks:
    """Press each button once: so many per second, or as fast as `people` can without a rate.

    With a rate, an ack's time counts from the moment its click was due, so that a stall is charged
    to every click that waited behind it. The first is due when all people are connected. `until`
    ends the run early.
    """
    times_ms: list[float] = []
    refused: list[int] = []
    numbers = itertools.count()
    start = 0.0

    def begin() -> None:
        nonlocal start
        start = time.perf_counter()

    ready = threading.Barrier(people, begin)

    def person() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.connect()
        ready.wait(10)
        while (number := next(numbers)) < len(buttons) and not until():
            due = time.perf_counter()
            if per_second is not None:
                due = start + number / per_second
                time.sleep(max(0.0, due - time.perf_counter()))
            try:
                status, _ = send(connection, click_body(buttons[number], response_url))
            except (OSError, http.client.HTTPException):
                connection.close()
                status = 0
            times_ms.append((time.perf_counter() - due) * 1000)
            if status != 200:
                refused.append(status)
        connection.close()

    threads = [threading.Thread(target=person) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Acks(times_ms, len(refused), time.perf_counter() - start)


def send(
    connection: http.client.HTTPConnection,
    body: bytes,
    content_type: str = "application/x-www-form-urlencoded",
) -> tuple[int, bytes]:
    """Deliver one signed request; gives the ack's status and body."""
    headers = {"Content-Type": content_type, **signed_headers(body)}
    connection.request("POST", "/slack/events", body, headers)
    response = connection.getresponse()
    return response.status, response.read()


def signed_headers(body: bytes) -> dict[str, str]:
    """Slack's v0 signature over this body, now."""
    moment = str(int(time.time()))
    base = b"v0:" + moment.encode() + b":" + body
    signature = hmac.new(SIGNING_SECRET.encode(), base, hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": moment,
        "X-Slack-Signature": f"v0={signature}",
    }


def click_body(button: Button, response_url: str) -> bytes:
    """A `block_actions` payload for a button on a message in a channel."""
    payload = {
        "type": "block_actions",
        "api_app_id": APP_ID,
        "token": "bench",
        "trigger_id": f"1.2.{time.time_ns():x}",
        "response_url": response_url,
        "team": {"id": TEAM_ID, "domain": "bench"},
        "user": {"id": button.user_id, "username": "ana", "name": "ana", "team_id": TEAM_ID},
        "channel": {"id": CHANNEL_ID, "name": "payments"},
        "container": {
            "type": "message",
            "message_ts": MESSAGE_TS,
            "channel_id": CHANNEL_ID,
            "is_ephemeral": False,
        },
        "message": {"type": "message", "ts": MESSAGE_TS, "bot_id": BOT_ID, "text": "a card"},
        "state": {"values": {}},
        "actions": [
            {
                "type": "button",
                "block_id": button.block_id,
                "action_id": button.action_id,
                "value": button.value,
                "text": {"type": "plain_text", "text": "Move", "emoji": True},
                "action_ts": f"{time.time():.6f}",
            }
        ],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()
