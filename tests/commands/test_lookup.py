import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.commands import ACTIONS, COMMANDS, OPTIONS, VIEWS
from bot.slack.hearing import Call
from bot.slack.lookup import Hearing, Route, Table, UnknownPattern, after_ack, hear

FOUND = Table(ACTIONS)
NAMES = [key if isinstance(key, str) else key.pattern.removesuffix("_.+") for key in ACTIONS]


def first_that_fits(action_id):
    """The handler as a list of patterns would find it, asked one after the other."""
    for key, handler in ACTIONS.items():
        if key == action_id or (not isinstance(key, str) and key.fullmatch(action_id)):
            return handler
    return None


@pytest.mark.parametrize("rest", ["", "_", "__", "_1", "_12_7", "_of_this", "x", " _1"])
def test_each_handler_is_found_as_its_pattern_would_find_it(rest):
    for name in NAMES:
        assert FOUND.find(name + rest) is first_that_fits(name + rest), name


PARTS = st.sampled_from([*NAMES, *(part for name in NAMES for part in name.split("_")), "7", ""])


@given(st.lists(PARTS, max_size=5).map("_".join))
def test_so_is_the_handler_of_any_id(action_id):
    assert FOUND.find(action_id) is first_that_fits(action_id)


def test_what_an_earlier_tack_showed_is_heard_and_another_form_is_not():
    assert FOUND.find("forgotten_button") is ACTIONS[next(reversed(ACTIONS))]
    assert Table(VIEWS).find("forgotten_form") is None
    assert [Table(VIEWS).find(each) for each in VIEWS] == [*VIEWS.values()]
    assert [Table(OPTIONS).find(each) for each in OPTIONS] == [*OPTIONS.values()]


def test_of_two_names_the_longer_one_counts():
    table = Table({re.compile("see_.+"): "see", re.compile("see_stream_.+"): "stream"})
    assert table.find("see_stream_1") == "stream"
    assert table.find("see_stream") == table.find("see_stream_") == "see"
    assert table.find("see") is None


@pytest.mark.parametrize("pattern", ["see", "see.+", "s.e_.+", "see_.*", ""])
def test_a_pattern_that_no_table_can_find_is_refused(pattern):
    with pytest.raises(UnknownPattern):
        Table({re.compile(pattern): "see"})


IN_NO_TIME_S = 1


def pressed(listen, *, acks_last=False, threads=4, kind="block_actions", **body):
    """What Bolt answers to a press that `listen` hears, and after how many seconds."""
    app = App(
        client=WebClient(),
        authorize=lambda: AuthorizeResult(
            enterprise_id=None, team_id="T1", bot_token="xoxb-1", bot_user_id="U1"
        ),
        request_verification_enabled=False,
        listener_executor=ThreadPoolExecutor(threads),
    )
    routes = {"press": Route(listen, acks_last)}
    app.middleware(hear({kind: Table(routes)}))
    told = {"type": kind, "team": {"id": "T1"}, "user": {"id": "U2"}, **body}
    if not body:
        told["actions"] = [{"action_id": "press"}]
    began = time.monotonic()
    answer = app.dispatch(BoltRequest(body=told, mode="socket_mode"))
    return answer, time.monotonic() - began


def test_an_ack_that_comes_last_is_brought_by_the_thread_that_heard():
    heard_in = []

    def listen(args):
        heard_in.append(threading.current_thread())
        args.ack()

    assert pressed(listen, acks_last=True)[0].status == 200
    assert pressed(listen)[0].status == 200
    assert heard_in[0] is threading.current_thread()
    assert heard_in[1] is not threading.current_thread()


def test_what_follows_an_ack_does_not_hold_it_up():
    free, shown = threading.Event(), threading.Event()

    def goes_on(args):
        args.ack()
        free.wait(10)
        shown.set()

    def leaves_it(args):
        args.ack()
        after_ack(args, lambda: (free.wait(10), shown.set()))

    for listen, acks_last in ((goes_on, False), (leaves_it, True), (leaves_it, False)):
        free.clear()
        shown.clear()
        answer, seconds = pressed(listen, acks_last=acks_last)
        assert answer.status == 200
        assert seconds < IN_NO_TIME_S
        assert not shown.is_set()
        free.set()
        assert shown.wait(10)


def test_who_hears_shows_what_follows_once_the_answer_is_given_while_few_do():
    threads, free = {}, threading.Event()
    given, showing, shown = (threading.Semaphore(0) for _ in range(3))

    def waits_for_slack(name):
        def listen(args):
            def show():
                threads[name] = (threads[name], threading.current_thread())
                showing.release()
                free.wait(10)
                shown.release()

            threads[name] = threading.current_thread()
            args.ack()
            after_ack(args, show)

        return listen

    def take(name):
        pressing = partial(pressed, waits_for_slack(name), acks_last=True)
        hearing.take(pressing, lambda _: given.release())
        assert given.acquire(timeout=10), f"{name} was not answered while Slack was slow"

    with ThreadPoolExecutor(1) as others:
        hearing = Hearing(others, threads=2, most_showing=1)
        take("first")
        assert showing.acquire(timeout=10)
        take("second")
        take("third")
        free.set()
        assert all(shown.acquire(timeout=10) for _ in threads)
        hearing.close()
    heard, showed = threads["first"]
    assert showed is heard
    assert all(showed is not heard for heard, showed in [*threads.values()][1:])


def test_what_breaks_after_the_ack_is_logged_and_the_ack_stays():
    def breaks():
        raise KeyError("after the ack")

    def listen(args):
        args.ack()
        after_ack(args, breaks)

    assert pressed(listen, acks_last=True)[0].status == 200
    assert pressed(listen)[0].status == 200


@pytest.mark.parametrize("acks_last", [True, False])
def test_what_breaks_before_the_ack_is_told_to_bolt_and_is_no_ack(acks_last, caplog):
    def breaks(args):
        raise KeyError("before the ack")

    answer, seconds = pressed(breaks, acks_last=acks_last)
    assert answer.status == 500
    assert seconds < IN_NO_TIME_S
    assert "Failed to run listener function" in caplog.text


@pytest.mark.parametrize("acks_last", [True, False])
def test_a_listener_that_ends_without_an_ack_is_not_waited_for(acks_last):
    answer, seconds = pressed(lambda args: None, acks_last=acks_last)
    assert answer.status == 404
    assert seconds < IN_NO_TIME_S


def test_a_listener_that_takes_too_long_is_not_waited_for_and_nobody_else_hears_it():
    ended = threading.Event()
    answer, seconds = pressed(lambda args: ended.wait(10))
    ended.set()
    assert answer.status == 404
    assert 3 <= seconds < 3 + IN_NO_TIME_S


def test_what_cannot_be_read_or_is_not_known_goes_on_to_bolt():
    def listen(args):
        raise AssertionError("heard")

    for body in (
        {"actions": [{"type": "button"}]},
        {"actions": [{"action_id": "unknown"}]},
        {"view": {"callback_id": "press"}},
    ):
        assert pressed(listen, **body)[0].status == 404
    unheard = {"event": {"type": "press"}, "callback_id": "press"}
    assert pressed(listen, kind="other", **unheard)[0].status == 404


@pytest.mark.parametrize("prefix", ["", "dev-", "my-own-"])
def test_a_command_is_heard_under_the_prefix_of_an_app_for_trying_things_out(prefix):
    answer, _ = pressed(lambda args: args.ack("heard"), kind="command", command=f"/{prefix}press")
    assert answer.body == "heard"
    assert not any("-" in command.name for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_help_names_the_command_as_it_is_typed_there(command):
    typed, said = f"/dev-{command.name.removeprefix('/')}", []
    body = {"command": typed, "text": "help"}
    args = SimpleNamespace(body=body, ack=lambda **shown: said.append(shown["text"]))
    command.handler(Call(None, 1, "U0ANA", "U0TACK", datetime.now(UTC), args))
    assert said[0].startswith(f"{typed} ")
    assert command.name not in said[0].replace(typed, "")
