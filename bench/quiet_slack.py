"""A Slack that says yes to everything at once, so that a bench measures Tack and nothing else.

It is a process of its own: `python -m bench.quiet_slack` prints its port and serves until ended.
It keeps the last call to each path; `GET` of that path tells what was said there, when, and how
often something was.
"""

import asyncio
import json
import re
import time
from typing import Any, ClassVar, cast
from urllib.parse import parse_qsl

TEAM_ID, BOT_ID, BOT_USER_ID, APP_ID = "T0BENCH01", "B0BENCH01", "U0BENCHBOT", "A0BENCH01"
USER_ID, CHANNEL_ID, MESSAGE_TS = "U0BENCH01", "C0BENCH01", "1700000000.000100"

END_OF_HEADERS = b"\r\n\r\n"
LENGTH = re.compile(rb"(?i)\ncontent-length: *(\d+)")
CHANNEL = re.compile(rb'\bchannel(?:=|": *")(\w+)')
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"

ANSWERS: dict[str, dict[str, Any]] = {
    "auth.test": {
        "url": "https://bench.example/",
        "team": "Bench",
        "team_id": TEAM_ID,
        "user": "tack",
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
    },
    "users.info": {
        "user": {"id": USER_ID, "name": "ana", "real_name": "Ana", "tz": "UTC", "tz_offset": 0}
    },
    "chat.postMessage": {"channel": CHANNEL_ID, "ts": MESSAGE_TS, "message": {}},
    "chat.update": {"channel": CHANNEL_ID, "ts": MESSAGE_TS, "message": {}},
    "views.publish": {"view": {"id": "V0BENCH01", "hash": "1"}},
    "views.open": {"view": {"id": "V0BENCH02", "hash": "1"}},
}


class QuietSlack(asyncio.Protocol):
    """Answers each Web API method with `ok` and the few facts a caller needs.

    It shares the machine with what is measured: a call is kept as it came, and read when asked for.
    """

    said: ClassVar[dict[str, tuple[float, bytes, int]]] = {}
    heard_at: ClassVar[dict[str, dict[str, float]]] = {}
    _transport: asyncio.WriteTransport

    def __init__(self) -> None:
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer where it was asked."""
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer each request once it is whole."""
        self._unread += data
        while END_OF_HEADERS in self._unread:
            head, _, rest = self._unread.partition(END_OF_HEADERS)
            length = LENGTH.search(head)
            size = int(length[1]) if length else 0
            if len(rest) < size:
                return
            self._unread = rest[size:]
            verb, path, _ = head.decode().split(" ", 2)
            content = self._agree(path, rest[:size]) if verb == "POST" else self._tell(path)
            answer = json.dumps(content).encode()
            self._transport.write(ANSWER % len(answer) + answer)

    def _agree(self, path: str, body: bytes) -> dict[str, Any]:
        """Keep what was said, and agree."""
        now = time.monotonic()
        *_, count = self.said.get(path, (0, b"", 0))
        self.said[path] = (now, body, count + 1)
        if channel := CHANNEL.search(body):
            self.heard_at.setdefault(path, {})[channel[1].decode()] = now
        return {"ok": True, **ANSWERS.get(path.rsplit("/", 1)[-1], {})}

    def _tell(self, asked: str) -> dict[str, Any] | None:
        """What was last said to this path, `null` if nothing was; or when, by channel."""
        path, _, query = asked.partition("?")
        if query == "channels":
            return self.heard_at.get(path)
        if path not in self.said:
            return None
        at, body, count = self.said[path]
        return {"at": at, "said": _parsed(body.decode()), "count": count}


def _parsed(body: str) -> dict[str, Any]:
    """A body that is JSON, or a form with JSON in its fields `blocks` and `view`."""
    if body.startswith("{"):
        return dict(json.loads(body))
    fields: dict[str, Any] = dict(parse_qsl(body))
    return fields | {
        name: json.loads(fields[name]) for name in ("blocks", "view") if name in fields
    }


async def serve() -> None:
    """Print the port, and answer until ended."""
    server = await asyncio.get_running_loop().create_server(QuietSlack, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
