"""Connections, signatures, retries, clock: how what people do reaches the app."""

import json
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
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


class Recorder(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((body, dict(self.headers)))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def recorder(slack):
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        server.heard, server.status, server.headers = [], 200, {}
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


def retries(recorder):
    return [headers.get("X-Slack-Retry-Num") for _, headers in recorder.heard]


def test_an_event_is_sent_again_at_once_after_one_minute_and_after_five(slack, recorder):
    slack.clock.freeze()
    recorder.status = 500
    slack.as_user("ana").types(f"<@{slack.bot_user_id}> hi", channel="payments")
    slack.wait_for(lambda: retries(recorder) == [None, "1"])
    slack.clock.advance(59)
    slack.settle()
    assert retries(recorder) == [None, "1"]
    slack.clock.advance(1)
    slack.wait_for(lambda: retries(recorder) == [None, "1", "2"])
    slack.clock.advance(5 * 60)
    slack.wait_for(lambda: retries(recorder) == [None, "1", "2", "3"])
    slack.wait_for(lambda: slack.deliveries[-1].error)
    slack.clock.advance(24 * 60 * 60)
    slack.settle()
    assert len({json.loads(body)["event_id"] for body, _ in recorder.heard}) == 1
    assert recorder.heard[1][1]["X-Slack-Retry-Reason"] == "http_error"
    assert retries(recorder) == [None, "1", "2", "3"]


def test_an_event_that_was_taken_in_the_end_is_not_sent_again(slack, recorder):
    slack.clock.freeze()
    recorder.status = 500
    slack.as_user("ana").types(f"<@{slack.bot_user_id}> hi", channel="payments")
    slack.wait_for(lambda: retries(recorder) == [None, "1"])
    recorder.status = 204
    slack.clock.advance(60)
    slack.wait_for(lambda: slack.deliveries[-1].ack is not None)
    slack.clock.advance(60 * 60)
    slack.settle()
    assert retries(recorder) == [None, "1", "2"]


def test_an_app_may_ask_for_no_retry(slack, recorder):
    slack.clock.freeze()
    recorder.status, recorder.headers = 404, {"x-slack-no-retry": "1"}
    slack.as_user("ana").types(f"<@{slack.bot_user_id}> hi", channel="payments")
    slack.clock.advance(60 * 60)
    slack.settle()
    assert retries(recorder) == [None]


def test_commands_are_never_sent_again(slack, recorder):
    slack.clock.freeze()
    recorder.status = 500
    with pytest.raises(NoAck):
        slack.as_user("ana").types("/idea", channel="payments")
    slack.clock.advance(60 * 60)
    slack.settle()
    assert retries(recorder) == [None]


def test_an_envelope_that_is_sent_again_says_so(slack):
    slack.clock.freeze()
    slack.ack_within_s = 0.2
    with connect(socket_url(slack)) as socket:
        socket.recv()
        slack.as_user("ana").types(f"<@{slack.bot_user_id}> hi", channel="payments")
        first, second = (json.loads(socket.recv(5)) for _ in range(2))
    assert (first["retry_attempt"], first["retry_reason"]) == (0, "")
    assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
    assert first["payload"] == second["payload"]


def test_a_duplicate_has_the_same_ids_and_may_take_another_connection(slack):
    slack.ack_within_s = 0.2
    slack.duplicate_next()
    with connect(socket_url(slack)) as one, connect(socket_url(slack)) as other:
        one.recv(), other.recv()
        with pytest.raises(NoAck):
            slack.as_user("ana").types("/idea", channel="payments")
        envelopes = [json.loads(socket.recv(5)) for socket in (one, other)]
    assert envelopes[0] == envelopes[1]
    assert [delivery.copy for delivery in slack.deliveries] == [False, True]


def test_two_events_change_places(slack, recorder):
    slack.swap_next_events()
    ana = slack.as_user("ana")
    for number in range(3):
        ana.types(f"<@{slack.bot_user_id}> {number}", channel="payments")
    texts = [json.loads(body)["event"]["text"][-1] for body, _ in recorder.heard]
    assert texts == ["1", "0", "2"]
    assert [d.payload["event"]["text"][-1] for d in slack.deliveries] == texts


def test_an_event_held_back_for_one_that_never_comes_is_sent_when_faults_are_cleared(
    slack, recorder
):
    slack.swap_next_events()
    slack.as_user("ana").types(f"<@{slack.bot_user_id}> hi", channel="payments")
    assert recorder.heard == []
    slack.clear_faults()
    assert len(recorder.heard) == 1


def test_signatures_can_be_made_beside_the_clock(slack, connected_over_http):
    connected_over_http.command("/idea")(lambda ack: ack("Yes?"))
    slack.skew_signatures(-400)
    with pytest.raises(NoAck, match="http_client_error"):
        slack.as_user("ana").types("/idea", channel="payments")
    slack.clear_faults()
    assert slack.as_user("ana").types("/idea", channel="payments").text == "Yes?"


def test_nobody_waits_for_an_app_that_hung_up(slack):
    with connect(socket_url(slack)) as socket:
        socket.recv()
        slack.drop_connections()
        with pytest.raises(ConnectionClosed):
            socket.recv()
    with pytest.raises(NoAck, match="dispatch_failed"):
        slack.as_user("ana").types("/idea", channel="payments")
