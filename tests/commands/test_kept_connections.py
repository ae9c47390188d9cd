"""Answers go by connections that are kept open; none is lost, and none is sent twice."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.slack.asking.connections import Connections


class Listener(ThreadingHTTPServer):
    """Counts who calls, and what they say."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.callers: list[socket.socket] = []
        self.heard: list[bytes] = []
        self.answers = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/response/1"

    def hang_up(self) -> None:
        for each in self.callers:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: Listener

    def setup(self) -> None:
        super().setup()
        self.server.callers.append(self.connection)

    def do_POST(self) -> None:
        self.server.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.server.answers:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.hang_up()
        server.shutdown()
        thread.join()


@pytest.fixture
def connections() -> Iterator[Connections]:
    kept = Connections()
    yield kept
    kept.close()


def test_answers_after_each_other_go_by_one_connection(listener, connections):
    statuses = [connections.post(listener.url, {"text": str(each)}) for each in range(3)]

    assert statuses == [200, 200, 200]
    assert listener.heard == [b'{"text": "0"}', b'{"text": "1"}', b'{"text": "2"}']
    assert len(listener.callers) == 1


def test_where_the_other_side_hung_up_meanwhile_another_is_opened(listener, connections):
    connections.post(listener.url, {"text": "first"})
    listener.hang_up()

    assert connections.post(listener.url, {"text": "second"}) == 200
    assert len(listener.callers) == 2
    assert len(listener.heard) == 2


def test_what_was_sent_and_not_answered_is_not_sent_once_more(listener, connections):
    connections.post(listener.url, {"text": "first"})
    listener.answers = False

    with pytest.raises((OSError, HTTPException)):
        connections.post(listener.url, {"text": "second"})
    assert len(listener.heard) == 2
