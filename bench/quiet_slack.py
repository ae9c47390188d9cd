"""A Slack that says yes to everything at once, so that a bench measures Tack and nothing else.

It is a process of its own: `python -m bench.quiet_slack` prints its port and serves until ended.
It keeps the last call to each path; `GET` of that path tells what was said there, when, and how
often something was.
"""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl

TEAM_ID, BOT_ID, BOT_USER_ID, APP_ID = "T0BENCH01", "B0BENCH01", "U0BENCHBOT", "A0BENCH01"
USER_ID, CHANNEL_ID, MESSAGE_TS = "U0BENCH01", "C0BENCH01", "1700000000.000100"

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


class QuietSlack(BaseHTTPRequestHandler):
    """Answers each Web API method with `ok` and the few facts a caller needs."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in two writes waits 40 ms for the first to be acknowledged
    said: ClassVar[dict[str, dict[str, Any]]] = {}
    heard_at: ClassVar[dict[str, dict[str, float]]] = {}

    def do_POST(self) -> None:
        """Keep what was said, and agree."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        count = self.said.get(self.path, {"count": 0})["count"] + 1
        now, said = time.monotonic(), _parsed(body)
        self.said[self.path] = {"at": now, "said": said, "count": count}
        self.heard_at.setdefault(self.path, {})[str(said.get("channel"))] = now
        method = self.path.rsplit("/", 1)[-1]
        self._answer({"ok": True, **ANSWERS.get(method, {})})

    def do_GET(self) -> None:
        """Tell what was last said to this path, `null` if nothing was; or when, by channel."""
        path, _, query = self.path.partition("?")
        self._answer(self.heard_at.get(path) if query == "channels" else self.said.get(path))

    def _answer(self, content: dict[str, Any] | None) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a line per call would cost more than the call."""


def _parsed(body: str) -> dict[str, Any]:
    """A body that is JSON, or a form with JSON in its fields `blocks` and `view`."""
    if body.startswith("{"):
        return dict(json.loads(body))
    fields: dict[str, Any] = dict(parse_qsl(body))
    return fields | {
        name: json.loads(fields[name]) for name in ("blocks", "view") if name in fields
    }


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), QuietSlack)
    print(server.server_port, flush=True)
    server.serve_forever()
