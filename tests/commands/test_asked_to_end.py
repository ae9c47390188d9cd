"""Whoever asks Tack to end is heard at any instant, from the start of the process to its end."""

import os
import re
import signal
import subprocess
import time
from contextlib import contextmanager

import pytest

from tests.commands.test_connections import TACK, environment_for, free_port, is_ready

BOTH = (signal.SIGTERM, signal.SIGINT)
WITHIN_S = 20
"""As long as a machine is waited for that many use; what is held up here is so for a minute."""

SAID = "Tack was asked to end before it was connected, and has ended.\n"


@contextmanager
def running(slack, database_url):
    """The process of `tack run`."""
    environment = os.environ | environment_for(slack, database_url) | {"PORT": str(free_port())}
    asked = {"env": environment, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([TACK, "run"], **asked) as process:
        process.port = environment["PORT"]
        yield process
        process.kill()
    slack.findings.clear()


def ends(process, asked):
    """How it ends where it is asked to, and what was said that is no line of the log."""
    process.send_signal(asked)
    _, said = process.communicate(timeout=WITHIN_S)
    return process.returncode, re.sub("^timestamp=.*\n", "", said, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("asked", "method", "hindered"),
    [
        (signal.SIGTERM, "auth.test", lambda slack: slack.answer_late("auth.test", 1.9)),
        (
            signal.SIGINT,
            "apps.connections.open",
            lambda slack: slack.fail_next("apps.connections.open", "ratelimited", 60, times=9),
        ),
    ],
)
def test_while_it_waits_for_slack_it_ends_with_one_line(
    slack, database_url, asked, method, hindered
):
    hindered(slack)
    with running(slack, database_url) as process:
        slack.wait_for(lambda: any(each.method == method for each in slack.requests), timeout=60)
        assert ends(process, asked) == (0, SAID)


@pytest.mark.parametrize("instant", range(4))
def test_at_whichever_instant_it_starts_it_ends(slack, database_url, instant):
    asked = BOTH[instant % 2]
    with running(slack, database_url) as process:
        time.sleep(0.1 + instant / 2)
        code, said = ends(process, asked)
    began = code == 0  # else Python itself was told, before it had read a line of ours
    assert said in {SAID, ""} if began else code == -asked, (code, said)


def test_once_connected_it_ends_without_a_word(slack, database_url):
    """Also by Ctrl-C: that SIGTERM loses nothing is tested in test_connections.py."""
    with running(slack, database_url) as process:
        slack.wait_for(lambda: is_ready(process.port), timeout=60)
        assert ends(process, signal.SIGINT) == (0, "")
