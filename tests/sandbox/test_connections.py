"""Socket Mode as it goes wrong: warnings, ghosts, half-open sockets.

The first half looks at single frames; in the second slack_sdk's own client finds its way.
"""

import json
from contextlib import ExitStack

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from sandbox import NoAck


def socket_url(slack):
    client = WebClient(base_url=slack.api_url)
    return client.apps_connections_open(app_token=slack.app_token)["url"]


@pytest.fixture
def opened(slack):
    """Open one more connection and return it with what it was greeted with."""
    with ExitStack() as sockets:

        def one_more():
            socket = sockets.enter_context(connect(socket_url(slack)))
            return socket, json.loads(socket.recv(5))

        yield one_more


def heard(socket):
    return json.loads(socket.recv(5))


def is_cut(socket):
    with pytest.raises(ConnectionClosed):
        socket.recv(5)
    return True


def test_a_refresh_is_warned_of_ten_seconds_ahead(slack, opened):
    slack.clock.freeze()
    socket, _ = opened()
    slack.ask_to_reconnect(warn=True)
    assert heard(socket)["reason"] == "warning"
    slack.clock.advance(9)
    slack.settle()
    assert opened()[1]["num_connections"] == 2
    slack.clock.advance(1)
    assert heard(socket)["reason"] == "refresh_requested"
    assert is_cut(socket)


def test_a_connection_that_came_after_the_warning_stays(slack, opened):
    slack.clock.freeze()
    old, _ = opened()
    slack.ask_to_reconnect(warn=True)
    heard(old)
    opened()
    slack.clock.advance(10)
    assert heard(old)["reason"] == "refresh_requested"
    assert is_cut(old)
    assert slack.connected == 1


def test_an_old_connection_may_stay_open_but_gets_nothing_more(slack, opened):
    old, _ = opened()
    slack.ask_to_reconnect(leave_open=True)
    assert heard(old)["reason"] == "refresh_requested"
    new, greeting = opened()
    assert greeting["num_connections"] == 1
    slack.ack_within_s = 0.2
    for _ in range(2):
        with pytest.raises(NoAck):
            slack.as_user("ana").types("/idea", channel="payments")
        assert heard(new)["type"] == "slash_commands"
    with pytest.raises(TimeoutError):
        old.recv(0)


def test_socket_mode_switched_off_gives_no_connections(slack, opened):
    socket, _ = opened()
    slack.disable_link()
    assert heard(socket)["reason"] == "link_disabled"
    assert is_cut(socket)
    with pytest.raises(SlackApiError):
        socket_url(slack)
    slack.clear_faults()
    opened()


def test_ghosts_are_counted_and_swallow_envelopes(slack, opened):
    slack.add_ghosts(1)
    socket, greeting = opened()
    assert greeting["num_connections"] == 2
    slack.ack_within_s = 0.2
    for _ in range(4):
        with pytest.raises(NoAck, match="operation_timeout"):
            slack.as_user("ana").types("/idea", channel="payments")
    assert [heard(socket)["type"] for _ in range(2)] == ["slash_commands"] * 2
    with pytest.raises(TimeoutError):
        socket.recv(0)


def test_ghosts_leave_less_room_for_connections(slack, opened):
    slack.add_ghosts(9)
    opened()
    assert opened()[1]["reason"] == "too_many_websockets"


def test_the_next_connections_are_sent_away_when_asked(slack, opened):
    slack.send_away_next()
    socket, greeting = opened()
    assert greeting["reason"] == "too_many_websockets"
    assert is_cut(socket)
    assert opened()[1]["type"] == "hello"


def test_nothing_gets_through_a_held_connection_until_it_is_released(slack, opened):
    socket, _ = opened()
    slack.hold_connections()
    slack.ack_within_s = 0.2
    with pytest.raises(NoAck, match="operation_timeout"):
        slack.as_user("ana").types("/idea", channel="payments")
    pong = socket.ping()
    assert not pong.wait(0.2)
    with pytest.raises(TimeoutError):
        socket.recv(0)
    slack.release_connections()
    assert pong.wait(5)
    with pytest.raises(NoAck):
        slack.as_user("ana").types("/idea", channel="payments")
    assert heard(socket)["type"] == "slash_commands"


def test_a_connection_opened_after_the_others_were_held_works(slack, opened):
    opened()
    slack.hold_connections()
    _, greeting = opened()
    assert greeting["num_connections"] == 2
    assert slack.active_faults == ["1 connections let nothing through"]
    slack.clear_faults()


# slack_sdk's client


@pytest.fixture
def answering(app, socket_handler, slack):
    app.command("/idea")(lambda ack: ack("Yes?"))
    return socket_handler


def answers(slack):
    return slack.as_user("ana").types("/idea", channel="payments").text == "Yes?"


@pytest.mark.parametrize("leave_open", [False, True])
def test_the_sdk_comes_back_when_it_is_asked_to(slack, answering, leave_open):
    # For up to three seconds the SDK reads on an old connection that was left open.
    slack.ack_within_s = 10
    slack.ask_to_reconnect(leave_open=leave_open)
    slack.wait_for(lambda: not slack.connected)
    slack.wait_for(lambda: slack.connected, timeout=10)
    assert answers(slack)


def test_the_sdk_comes_back_when_it_is_warned(slack, answering):
    slack.ack_within_s = 10
    slack.clock.freeze()
    first = answering.client.current_session
    slack.ask_to_reconnect(warn=True)
    slack.wait_for(lambda: answering.client.current_session is not first, timeout=10)
    slack.wait_for(lambda: slack.connected == 1, timeout=10)
    slack.clock.advance(10)
    assert answers(slack)


def test_the_sdk_comes_back_when_the_connection_drops(slack, answering):
    slack.drop_connections()
    slack.wait_for(lambda: not slack.connected)
    slack.wait_for(lambda: slack.connected, timeout=15)
    assert answers(slack)


def test_the_sdk_leaves_a_connection_that_lets_nothing_through(slack, answering):
    slack.hold_connections()
    slack.wait_for(lambda: slack.connected == 2, timeout=15)
    slack.release_connections()
    slack.wait_for(lambda: slack.connected == 1, timeout=15)
    slack.ack_within_s = 10
    assert answers(slack)
