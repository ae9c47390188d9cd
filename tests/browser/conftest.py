"""A real Chromium looks at the demo's local Slack."""

import fcntl
import logging
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from socket import socket

import pytest
from playwright.sync_api import expect, sync_playwright
from slack_bolt import App
from slack_sdk import WebClient

from sandbox import Sandbox
from tests.commands.conftest import MANIFEST, PATIENCE_S, furnish, minded, running
from tests.sandbox.conftest import MANIFEST as IDEAS
from tests.sandbox.conftest import over_http

ARGUMENTS = ["--no-sandbox", "--disable-background-networking"]
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 800}
PATIENCE_MS = 15_000  # for a busy machine; nothing waits that long by itself
expect.set_options(timeout=PATIENCE_MS)


BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
"""The first is Chromium without its windows, which take a quarter of its time."""


def chromium_path():
    """TACK_CHROMIUM, the path, Playwright's own, or when root the system's packages."""
    found = os.environ.get("TACK_CHROMIUM") or on_the_path() or _installed_by_playwright()
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update"], ["install", "-y", "--no-install-recommends", BROWSERS[0]]):
            subprocess.run(["apt-get", "-qq", *command], check=False, capture_output=True)
        found = on_the_path()
    assert found, "There is no Chromium: install one, or name it with TACK_CHROMIUM."
    return found


def on_the_path():
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _installed_by_playwright():
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests of a worker; workers take turns to install it."""
    with (Path(tempfile.gettempdir()) / "tack-chromium.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def wait_longer(slack):
    """Three seconds are Slack's; beside a Chromium on a busy machine they are soon over."""
    slack.ack_within_s = PATIENCE_S
    slack.workspace.trigger_lives = timedelta(seconds=PATIENCE_S)


@pytest.fixture(scope="session")
def port():
    """Where each test's Slack is, so that the browser reads its page but once.

    None that the system gives to whoever asks for any: others might have it by the next test.
    """
    return next(filter(is_free, range(20_000 + os.getpid() % 10_000, 32_000)))


def is_free(port):
    """Whether nobody answers there."""
    with socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture
def slack(sqlite_url, port):
    """The shop, with Tack running on SQLite."""
    with Sandbox(manifest=MANIFEST, port=port) as slack:
        for name in ("ana", "ben"):
            slack.add_user(name)
        slack.add_channel("payments", members=["ana", "ben"])
        slack.add_channel("lobby", members=["ana", "ben"])
        wait_longer(slack)
        with running(slack, sqlite_url) as tack:
            furnish(slack, tack)
            yield slack
        assert minded(slack) == []


@pytest.fixture(scope="session")
def at_a_desk(chromium):
    """A page for one test after another: to open one takes longer than most tests take."""
    return chromium.new_page()


@pytest.fixture(scope="session")
def on_a_phone(chromium):
    return chromium.new_page(has_touch=True)


@contextmanager
def looking(page, slack, size=DESK):
    """Ana looks at Slack, with a page as if it were new; a script's error fails the test."""
    errors = []

    def note(error):
        errors.append(str(error))

    page.set_default_timeout(PATIENCE_MS)
    page.set_viewport_size(size)
    page.on("pageerror", note)
    page.goto(f"{slack.url}/?as=ana")
    yield page
    page.remove_listener("pageerror", note)
    page.unroute_all()
    page.emulate_media(color_scheme="null")
    page.mouse.move(0, 0)
    page.goto("about:blank")
    assert errors == []


@pytest.fixture
def page(at_a_desk, slack):
    """Ana's page in front of Tack."""
    with looking(at_a_desk, slack) as page:
        yield page


@pytest.fixture
def office(port):
    """A workspace of Ana and Ben, without Tack."""
    with Sandbox(manifest=IDEAS, port=port) as office:
        office.add_user("ana", real_name="Ana Alvarez", tz="Europe/Berlin")
        office.add_user("ben", real_name="Ben Brandt")
        office.add_channel("payments", members=["ana", "ben"])
        office.add_channel("lobby", members=["ana", "ben"])
        wait_longer(office)
        yield office


@pytest.fixture
def client(office):
    return WebClient(office.bot_token, base_url=office.api_url, timeout=5, retry_handlers=[])


@pytest.fixture
def app(office, client):
    """A Bolt app of no routes yet, connected over HTTP."""
    logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
    with ThreadPoolExecutor(8) as executor:
        app = App(
            name="ideas",
            client=client,
            signing_secret=office.signing_secret,
            listener_executor=executor,
            token_verification_enabled=False,
        )
        with over_http(app, office):
            yield app


@pytest.fixture
def desk(at_a_desk, office):
    """Ana's page in front of the office."""
    with looking(at_a_desk, office) as desk:
        yield desk


@pytest.fixture
def timed_desk(chromium, office):
    """The same, of this test alone: a page whose clock was stopped keeps it so."""
    with chromium.new_page() as page, looking(page, office) as desk:
        yield desk


@pytest.fixture
def phone(on_a_phone, office):
    """Ana's page in front of the office, on a phone."""
    with looking(on_a_phone, office, PHONE) as phone:
        yield phone
