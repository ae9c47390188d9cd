"""A real Chromium looks at the demo's local Slack."""

import os
import shutil
import subprocess

import pytest
from playwright.sync_api import sync_playwright

from sandbox import Sandbox
from tests.commands.conftest import MANIFEST, furnish, running

ARGUMENTS = ["--no-sandbox", "--disable-background-networking"]


def chromium_path():
    """TACK_CHROMIUM, the path, Playwright's own, or when root the system's packages."""
    found = (
        os.environ.get("TACK_CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("google-chrome")
        or _installed_by_playwright()
    )
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-qq", *command], check=False, capture_output=True)
        found = shutil.which("chromium")
    assert found, "There is no Chromium: install one, or name it with TACK_CHROMIUM."
    return found


def _installed_by_playwright():
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """One browser for all tests of a worker; workers take turns to install it."""
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def slack(tmp_path):
    """The shop, with Tack running on SQLite."""
    with Sandbox(manifest=MANIFEST) as slack:
        for name in ("ana", "ben"):
            slack.add_user(name)
        slack.add_channel("payments", members=["ana", "ben"])
        slack.add_channel("lobby", members=["ana", "ben"])
        with running(slack, f"sqlite:///{tmp_path}/tack.db") as tack:
            furnish(slack, tack)
            yield slack
        assert [finding for finding in slack.findings if not finding.warning] == []


@pytest.fixture
def page(chromium, slack):
    """Ana's page, on a desk; a script's error fails the test."""
    errors = []
    page = chromium.new_page(viewport={"width": 1280, "height": 860})
    page.set_default_timeout(8_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{slack.url}/?as=ana")
    yield page
    page.close()
    assert errors == []
