"""Connections to Slack that are kept for the next answer: to open one costs more than to answer."""

import json
import select
import ssl
import time
from collections import deque
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, urlsplit

from slack_sdk.proxy_env_variable_loader import load_http_proxy_from_env
from slack_sdk.webhook import WebhookClient

ANSWERED_WITHIN_SECONDS = 30
KEPT_SECONDS = 15.0
"""Servers hang up on who says nothing, mostly after a minute."""
HEADERS = {"Content-Type": "application/json;charset=utf-8"}


class Connections:
    """Posts JSON by a connection that is open already, where nobody else uses it."""

    def __init__(self, certificates: ssl.SSLContext | None = None) -> None:
        self._certificates = certificates
        self._by_proxy = load_http_proxy_from_env() is not None
        self._idle: deque[tuple[str, float, HTTPConnection]] = deque()

    def post(self, url: str, message: Mapping[str, Any]) -> int:
        """The status it was answered with; nothing is sent twice. Raises OSError, HTTPException."""
        to = urlsplit(url)
        if self._by_proxy or to.scheme not in {"http", "https"}:
            client = WebhookClient(url, ANSWERED_WITHIN_SECONDS, ssl=self._certificates)
            return client.send_dict(dict(message)).status_code
        connection = self._idle_to(to) or self._new(to)
        try:
            path = f"{to.path or '/'}?{to.query}" if to.query else to.path or "/"
            connection.request("POST", path, json.dumps(message).encode(), HEADERS)
            answer = connection.getresponse()
            answer.read()
        except BaseException:
            connection.close()
            raise
        self._keep(to, connection)
        return answer.status

    def close(self) -> None:
        """Hang up."""
        while self._idle:
            self._idle.pop()[2].close()

    def _idle_to(self, to: SplitResult) -> HTTPConnection | None:
        """One that is still open; those of another host and those used too long ago are closed."""
        while True:
            try:
                where, used_at, connection = self._idle.pop()
            except IndexError:
                return None
            is_fresh = time.monotonic() - used_at < KEPT_SECONDS
            if where == _where(to) and is_fresh and not _has_hung_up(connection):
                return connection
            connection.close()

    def _new(self, to: SplitResult) -> HTTPConnection:
        if to.scheme == "http":
            return HTTPConnection(to.netloc, timeout=ANSWERED_WITHIN_SECONDS)
        return HTTPSConnection(
            to.netloc, timeout=ANSWERED_WITHIN_SECONDS, context=self._certificates
        )

    def _keep(self, to: SplitResult, connection: HTTPConnection) -> None:
        if connection.sock is not None:
            self._idle.append((_where(to), time.monotonic(), connection))


def _where(to: SplitResult) -> str:
    return f"{to.scheme}://{to.netloc}"


def _has_hung_up(connection: HTTPConnection) -> bool:
    """Whether there is something to read where nothing was asked."""
    heard = select.poll()
    heard.register(connection.sock, select.POLLIN)
    return bool(heard.poll(0))
