"""Files as an app uploads them, and what is refused of it."""

import json
import struct
import urllib.request

import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.conftest import MANIFEST

CSV = b"key,title\nPAY-1,Pay by bank\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + struct.pack(">II", 640, 400) + b"rest"


def refused(call, **args):
    with pytest.raises(SlackApiError) as refusal:
        call(**args)
    return refusal.value.response


def error_of(call, **args):
    return refused(call, **args)["error"]


def without(*scopes):
    manifest = json.loads(json.dumps(MANIFEST))
    asked = manifest["oauth_config"]["scopes"]["bot"]
    manifest["oauth_config"]["scopes"]["bot"] = [each for each in asked if each not in scopes]
    return manifest


def sent(client, content=CSV, name="epics.csv", **more):
    """Announce a file and send its bytes; answers its id."""
    announced = client.files_getUploadURLExternal(filename=name, length=len(content), **more)
    with urllib.request.urlopen(announced["upload_url"], data=content) as answer:
        assert answer.read() == f"OK - {len(content)}".encode()
    return announced["file_id"]


def completed(client, file_id, title=None, **where):
    files = [{"id": file_id, "title": title}]
    return client.files_completeUploadExternal(files=files, **where)["files"][0]


def uploaded(slack, client, content=CSV, name="epics.csv", **where):
    """Upload a file, and wait until Slack has looked through it; answers its id."""
    file_id = sent(client, content, name)
    completed(client, file_id, **where)
    slack.wait_for(lambda: client.files_info(file=file_id)["file"]["mimetype"])
    return file_id


def picture(**slack_file):
    return {"type": "image", "slack_file": slack_file, "alt_text": "WIP 14 of 12"}
