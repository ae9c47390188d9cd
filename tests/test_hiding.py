"""No secret is told by what is logged, and what is no secret stays readable."""

import pytest

from bot.hiding import hidden
from tests.terminals import python

KNOWN = (
    "Invalid header value b'Bearer xoxb-S3CR3T-1\\n'",
    "xapp-1-S3CR3T",
    "{'Authorization': 'Bearer S3CR3T'}",
    "Proxy-Authorization: Basic S3CR3T==",
    "Failed to connect to the proxy (proxy: http://tack:S3CR3T@proxy:3128, status 407)",
    "postgresql://tack:S3/CR3T@db/tack and postgresql+psycopg://a:S3CR3T@b",
    "https://hooks.slack.com/actions/T1/2/S3CR3T",
    "wss://wss-primary.slack.com/link/?ticket=S3CR3T&app_id=1",
    "host=db password=S3CR3T dbname=tack",
)
HARMLESS = (
    "SLACK_BOT_TOKEN has to be the bot token of the app, which begins with xoxb-.",
    "SLACK_SIGNING_SECRET has to be the signing secret under Basic Information of the app.",
    "DATABASE_URL has to be postgresql://USER@HOST/NAME.",
    "Slack cannot be reached at http://127.0.0.1:9/api/: Connection refused.",
    'password authentication failed for user "ana"',
    "Ben <ben@shop.example> moved PAY-1: why not",
)
LOUD = """
import logging, threading, structlog
from bot.serving import log_to_stderr

log_to_stderr("debug")
says = "Bearer xoxb-S3CR3T and postgresql://tack:S3CR3T@db"
def fail():
    raise ValueError(says)
try:
    fail()
except ValueError as error:
    structlog.get_logger("bot").exception("handler failed", asked=error, of=says)
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    logging.getLogger("slack_sdk").error("failed: %s", error)
thread = threading.Thread(target=fail)
thread.start()
thread.join()
"""


@pytest.mark.parametrize("text", KNOWN)
def test_a_token_a_password_and_what_lets_in_are_hidden(text):
    assert "…" in hidden(text)
    assert "S3" not in hidden(text)
    assert "CR3T" not in hidden(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_is_told_as_it_is(text):
    assert hidden(text) == text


def test_whatever_is_logged_by_whom_and_whatever_ends_a_thread_tells_no_secret():
    done = python(LOUD)
    assert done.returncode == 0, done.stderr
    said = done.stderr
    assert said.count("ValueError") >= 3
    assert said.count("…") >= 7
    assert "S3CR3T" not in said


def test_a_command_that_breaks_says_where_and_tells_no_secret():
    program = """
from bot.cli.main import main, tack

@tack.command("break")
def fail():
    raise ValueError("Bearer xoxb-S3CR3T")

main(["break"])
"""
    done = python(program)
    assert done.returncode == 1
    assert "in fail" in done.stderr
    assert "S3CR3T" not in done.stderr
    assert "ValueError: Bearer …" in done.stderr
