"""Tack's ways to Slack come and go, and nobody who acts meanwhile is left without an answer."""

import os
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from socket import socket
from urllib.error import HTTPError

import pytest
from sqlalchemy import func, select

from bot.sockets import CONNECTIONS, most_expected
from models.epics.epic import Transition
from sandbox import NoAck
from tests.commands.conftest import furnish, proposes, running, settings_for
from tests.terminals import typed

TACK = Path(sys.executable).parent / "tack"

GONE_S = 8
"""Whoever has not answered a click by then has ended."""


@pytest.mark.parametrize("leave_open", [True, False])
def test_what_people_do_while_slack_moves_the_connections_is_answered(slack, shop, leave_open):
    slack.ask_to_reconnect(leave_open=leave_open)
    reconnected(slack)
    for _ in range(2 * CONNECTIONS):
        assert slack.as_user("ana").types("/epic help", channel="payments").text


def test_a_connection_lost_without_a_word_is_replaced(slack, shop):
    slack.drop_connections()
    reconnected(slack)
    assert slack.as_user("ana").types("/epic help", channel="payments").text


@pytest.mark.parametrize(("replicas", "most"), [(1, 4), (2, 8), (3, 8), (5, 10)])
def test_more_connections_than_twice_ours_are_ghosts_and_never_more_than_slack_takes(
    replicas, most
):
    assert most_expected(replicas) == most


def test_ghosts_are_counted(slack, database_url):
    slack.add_ghosts(3)
    with running(slack, database_url) as tack:
        slack.wait_for(lambda: tack.counted_by_slack > 3)


def test_sigterm_ends_it_without_losing_an_acknowledged_click(slack, database_url):
    with running(slack, database_url) as tack:
        furnish(slack, tack)
        proposes(slack, "Pay by bank transfer")
    port = free_port()
    environment = os.environ | environment_for(slack, database_url) | {"PORT": str(port)}
    process = subprocess.Popen([TACK, "run"], env=environment)
    slack.wait_for(lambda: is_ready(port), timeout=30)
    slack.ack_within_s = GONE_S
    clicks = Clicks(slack)
    clicks.start()
    slack.wait_for(lambda: clicks.acknowledged >= 5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    clicks.stopping.set()
    clicks.join()
    with running(slack, database_url) as tack, tack.database.read() as session:
        moves = session.scalar(
            select(func.count(Transition.id)).where(Transition.from_state_id.is_not(None))
        )
        assert moves >= clicks.acknowledged
    slack.findings.clear()


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
def test_a_token_that_slack_does_not_take_is_one_sentence(slack, database_url, name):
    environment = environment_for(slack, database_url)
    done = typed("run", **environment | {name: f"{environment[name][:5]}S3CR3T"})
    assert done.returncode == 2
    said = f"Slack does not take {name} (invalid_auth). Install the app again."
    assert done.stderr.strip().splitlines()[-1] == said
    assert "Traceback" not in done.stderr
    assert "S3CR3T" not in done.stderr
    slack.findings.clear()


@pytest.mark.parametrize(
    ("method", "calls_a_try"), [("auth.test", 1), ("apps.connections.open", CONNECTIONS)]
)
def test_it_comes_up_while_slack_is_away_and_connects_once_it_is_back(
    slack, database_url, method, calls_a_try
):
    slack.break_next(method, status=503, times=2 * calls_a_try)
    port = free_port()
    environment = os.environ | environment_for(slack, database_url) | {"PORT": str(port)}
    asked = {"env": environment, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([TACK, "run"], **asked) as process:
        try:
            slack.wait_for(lambda: status(port, "readyz") == 503, timeout=60)
            assert status(port, "healthz") == 200
            slack.wait_for(lambda: is_ready(port), timeout=60)
            slack.wait_for(lambda: slack.connected == CONNECTIONS, timeout=60)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "Slack is away; Tack connects once it is back" in said
    assert "Traceback" not in said
    slack.findings.clear()


def test_a_token_that_slack_does_not_take_once_it_is_back_ends_with_the_sentence(
    slack, database_url
):
    slack.fail_next("auth.test", "service_unavailable")
    slack.fail_next("auth.test", "token_revoked", times=9)
    done = typed("run", **environment_for(slack, database_url) | {"PORT": str(free_port())})
    assert done.returncode == 2
    said = "Slack does not take SLACK_BOT_TOKEN (token_revoked). Install the app again."
    assert done.stderr.strip().splitlines()[-1] == said
    slack.findings.clear()


class Clicks(threading.Thread):
    """Someone who moves an epic to and fro until there is no answer any more."""

    def __init__(self, slack):
        super().__init__()
        self.slack, self.acknowledged = slack, 0
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set():
            for state in ("ready", "reviewing"):
                try:
                    answer = self.slack.as_user("ben").types(
                        f"/epic move PAY-1 {state}", channel="payments"
                    )
                except NoAck:
                    return
                self.acknowledged += " is now in " in answer.text


def reconnected(slack):
    """Wait until every connection was asked for once more, and is there."""

    def all_new():
        asked = [call for call in slack.requests if call.method == "apps.connections.open"]
        return len(asked) >= 2 * CONNECTIONS and slack.connected == CONNECTIONS

    slack.wait_for(all_new)


def environment_for(slack, database_url):
    settings = settings_for(slack, database_url)
    return {
        "DATABASE_URL": database_url,
        "SLACK_BOT_TOKEN": settings.slack_bot_token.get_secret_value(),
        "SLACK_APP_TOKEN": settings.slack_app_token.get_secret_value(),
        "SLACK_API_URL": slack.api_url,
    }


def free_port():
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def is_ready(port):
    return status(port, "readyz") == 200


def status(port, path):
    """What is answered there; None where nobody does."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=1) as answer:
            return answer.status
    except HTTPError as answer:
        return answer.code
    except OSError:
        return None


@pytest.mark.parametrize("wrong", ["secret", "moment"])
def test_a_request_that_slack_did_not_sign_is_not_heard(slack, database_url, wrong):
    with running(slack, database_url, "http") as tack:
        furnish(slack, tack)
        if wrong == "secret":
            slack.acting._carrier._secret = "somebody else's"
        else:
            slack.skew_signatures(-600)
        with pytest.raises(NoAck, match="http_client_error"):
            slack.as_user("ana").types("/epic list", channel="payments")
    slack.findings.clear()
