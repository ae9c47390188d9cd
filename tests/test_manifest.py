import json
import re
from pathlib import Path

import pytest

from bot.commands import COMMANDS, EVENTS
from bot.manifest import manifest
from sandbox.manifest import Manifest

ROOT = Path(__file__).parents[1]


def test_the_manifest_in_the_repository_is_the_one_made_from_the_routes():
    assert json.loads((ROOT / "manifest.json").read_text()) == manifest("socket")


def test_it_declares_every_command_and_event_that_is_heard_and_no_other():
    declared = Manifest.read(manifest("http"))
    assert list(declared.commands) == [command.name for command in COMMANDS]
    assert declared.events == frozenset(EVENTS)


def test_it_asks_for_no_scope_without_a_use():
    calls = "\n".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))
    used = {
        "chat:write": "chat_postMessage",
        "im:write": "conversations_open",
        "users:read": "users_info",
        "usergroups:read": "usergroups_list",
        "channels:read": "conversations_info",
        "groups:read": "conversations_info",
        "files:read": "files_info",
        "files:write": "files_getUploadURLExternal",
        "channels:history": "conversations_history",
        "groups:history": "conversations_history",
        "im:history": "conversations_history",
    }
    asked = set(manifest("socket")["oauth_config"]["scopes"]["bot"]) - {"commands"}
    assert asked == {scope for scope, call in used.items() if call in calls}


@pytest.mark.parametrize("prefix", ["", "dev-"])
def test_a_prefix_is_put_before_each_command(prefix):
    commands = manifest("socket", prefix)["features"]["slash_commands"]
    assert all(re.match(rf"/{prefix}\w+$", command["command"]) for command in commands)


def test_over_http_every_way_in_has_an_address():
    made = manifest("http")
    assert made["settings"]["interactivity"]["request_url"].endswith("/slack/events")
    assert all("url" in command for command in made["features"]["slash_commands"])
