"""Connections, signatures, clock: how what people do reaches the app."""

import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from sandbox import NoAck, SandboxClock


def test_a_clock_moves_freezes_and_jumps():
    clock = SandboxClock()
    clock.freeze()
    clock.set(datetime(2026, 5, 18, 9, tzinfo=UTC))
    clock.advance(60)
    clock.advance(timedelta(hours=1))
    assert clock.now() == datetime(2026, 5, 18, 10, 1, tzinfo=UTC)
    clock.set(datetime(2027, 1, 1, tzinfo=UTC))
    assert clock.frozen
    clock.resume()
    assert clock.now() > datetime(2027, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="aware"):
        clock.set(clock.now().replace(tzinfo=None))


def socket_url(slack):
    client = WebClient(base_url=slack.api_url)
    return client.apps_connections_open(app_token=slack.app_token)["url"]


@pytest.fixture
def open_sockets(slack):
    with ExitStack() as sockets:
        yield lambda: sockets.enter_context(connect(socket_url(slack)))


def test_ten_connections_are_greeted_and_the_eleventh_is_sent_away(slack, open_sockets):
    greetings = [open_sockets().recv() for _ in range(10)]
    assert '"num_connections":10' in greetings[-1]
    assert "too_many_websockets" in open_sockets().recv()


def test_a_connection_address_opens_one_connection(slack, open_sockets):
    url = socket_url(slack)
    with connect(url) as first:
        assert "hello" in first.recv()
    with pytest.raises(Exception, match="403"):
        connect(url)


def test_an_app_that_is_told_to_reconnect_is_there_again(slack, app):
    app.command("/idea")(lambda ack: ack("Yes?"))
    handler = SocketModeHandler(app, slack.app_token)
    handler.connect()
    slack.wait_for(lambda: slack.connected)
    slack.ask_to_reconnect()
    slack.wait_for(lambda: not slack.connected)
    slack.wait_for(lambda: slack.connected)
    assert slack.as_user("ana").types("/idea", channel="payments").text == "Yes?"
    handler.client.auto_reconnect_enabled = False
    slack.drop_connections()
    handler.close()


class Recorder(BaseHTTPRequestHandler):
    status = 200

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((body, dict(self.headers)))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def recorder(slack):
    with HTTPServer(("127.0.0.1", 0), Recorder) as server:
        server.heard, server.status = [], 200
        thread = threading.Thread(target=lambda: server.serve_forever(0.01))
        thread.start()
        slack.deliver_over_http(f"http://127.0.0.1:{server.server_port}/slack/events")
        yield server
        server.shutdown()
        thread.join()


def test_http_requests_are_signed_at_the_moment_of_the_clock(slack, recorder):
    slack.clock.set(datetime(2027, 1, 1, tzinfo=UTC))
    slack.clock.freeze()
    slack.as_user("ana").types("/idea", channel="payments")
    [(body, headers)] = recorder.heard
    timestamp = headers["X-Slack-Request-Timestamp"]
    assert int(timestamp) == int(slack.clock.now().timestamp())
    expected = SignatureVerifier(slack.signing_secret).generate_signature(
        timestamp=timestamp, body=body
    )
    assert headers["X-Slack-Signature"] == expected


@pytest.mark.parametrize(
    ("status", "error"), [(404, "http_client_error"), (500, "http_service_error")]
)
def test_an_answer_that_is_not_200_is_a_visible_failure(slack, recorder, status, error):
    recorder.status = status
    with pytest.raises(NoAck, match=error):
        slack.as_user("ana").types("/idea", channel="payments")


def test_nobody_waits_for_an_app_that_hung_up(slack):
    with connect(socket_url(slack)) as socket:
        socket.recv()
        slack.drop_connections()
        with pytest.raises(ConnectionClosed):
            socket.recv()
    with pytest.raises(NoAck, match="dispatch_failed"):
        slack.as_user("ana").types("/idea", channel="payments")
