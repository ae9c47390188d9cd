"""The buttons on the cards, asked for as a person would: with `/epic show`."""

import http.client
import json
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import text

from bench.databases import engine_of
from bench.load import Button, send
from bench.quiet_slack import APP_ID, CHANNEL_ID, TEAM_ID, USER_ID


def move_buttons(database_url: str, port: int, api_url: str) -> list[Button]:
    """For each epic the first button of its card that moves it."""
    engine = engine_of(database_url)
    with engine.connect() as connection:
        keys = connection.execute(text("SELECT key FROM epics ORDER BY id")).scalars().all()
    engine.dispose()
    with ThreadPoolExecutor(4) as people:
        return list(people.map(lambda key: _move_button(port, api_url, key), keys))


def _move_button(port: int, api_url: str, key: str) -> Button:
    for block in _card(port, api_url, key):
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if element.get("type") == "button" and element["text"]["text"].startswith("Move to "):
                return Button(block.get("block_id", "b"), element["action_id"], element["value"])
    raise RuntimeError(f"the card of {key} has no button that moves it")


def _card(port: int, api_url: str, key: str) -> list[dict[str, Any]]:
    """The blocks of the card, from the ack itself or from what was sent to the response_url."""
    response_url = f"{api_url}answers/{key}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    _, body = send(connection, _command_body(f"show {key}", response_url))
    connection.close()
    if body.startswith(b"{"):
        return list(json.loads(body)["blocks"])
    answer = next(answers(response_url))
    return list(answer["said"]["blocks"])


def answers(url: str, seconds: float = 3) -> Iterator[dict[str, Any]]:
    """What was said to this address of the quiet Slack, as soon as something is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with urllib.request.urlopen(url, timeout=2) as response:
            if answer := json.load(response):
                yield answer
        time.sleep(0.005)
    raise RuntimeError(f"nothing was said to {url} within {seconds:g} s")


def _command_body(words: str, response_url: str) -> bytes:
    fields = {
        "command": "/epic",
        "text": words,
        "response_url": response_url,
        "trigger_id": f"1.2.{time.time_ns():x}",
        "team_id": TEAM_ID,
        "team_domain": "bench",
        "channel_id": CHANNEL_ID,
        "channel_name": "payments",
        "user_id": USER_ID,
        "user_name": "ana",
        "api_app_id": APP_ID,
        "token": "bench",
        "is_enterprise_install": "false",
    }
    return urlencode(fields).encode()
