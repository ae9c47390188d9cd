"""Files downloaded by the app, read by members, and shown as images."""

import httpx
import pytest
from slack_sdk import WebClient

from sandbox import Sandbox
from tests.sandbox.uploads import (
    CSV,
    PNG,
    completed,
    error_of,
    picture,
    refused,
    sent,
    uploaded,
    without,
)


@pytest.fixture
def payments(slack):
    return slack.channel("payments")


@pytest.fixture
def web():
    with httpx.Client(trust_env=False, verify=False) as web:
        yield web


@pytest.fixture(autouse=True)
def _soon(slack):
    """Slack looks through files faster than it would by itself."""
    slack.files_take_s = 0.02


# images in blocks


def test_an_image_of_a_file_needs_one_that_is_looked_through(slack, client, payments):
    slack.clock.freeze()
    chart = sent(client, PNG, "wip.png")
    completed(client, chart)
    post = {"channel": payments.id, "text": "WIP"}
    response = refused(client.chat_postMessage, **post, blocks=[picture(id=chart)])
    assert response["error"] == "invalid_blocks"
    [message] = response["response_metadata"]["messages"]
    assert message == "[ERROR] invalid slack file [json-pointer:/blocks/0/slack_file]"
    slack.clock.advance(1)
    slack.settle()
    told = client.files_info(file=chart)["file"]
    assert (told["original_w"], told["original_h"]) == (640, 400)
    client.chat_postMessage(**post, blocks=[picture(id=chart)])
    client.chat_postMessage(**post, blocks=[picture(url=told["url_private"])])
    home = {"type": "home", "blocks": [picture(id=chart)]}
    client.views_publish(user_id=slack.as_user("ana").id, view=home)


def test_a_file_of_its_own_the_app_can_delete(slack, client, payments):
    mine = uploaded(slack, client, PNG, "wip.png")
    bens = slack.workspace.files[uploaded(slack, client, PNG, "bens.png")]
    bens.owner, bens.shares[payments.id] = slack.as_user("ben").id, ["1.000001"]
    client.files_delete(file=mine)
    assert error_of(client.files_info, file=mine) == "file_not_found"
    assert error_of(client.files_delete, file=mine) == "file_not_found"
    assert error_of(client.files_delete, file=bens.id) == "cant_delete_file"


def test_an_image_of_a_file_needs_a_picture_the_app_may_read(slack, client, payments):
    table = uploaded(slack, client)
    pretended = uploaded(slack, client, CSV, "epics.png")
    assert client.files_info(file=pretended)["file"]["mimetype"] == "application/octet-stream"
    elsewhere = slack.workspace.files[uploaded(slack, client, PNG, "wip.png")]
    elsewhere.owner = slack.as_user("ben").id
    for file_id in (table, pretended, elsewhere.id, "F012345678"):
        home = {"type": "home", "blocks": [picture(id=file_id)]}
        publish = {"user_id": slack.as_user("ana").id, "view": home}
        assert error_of(client.views_publish, **publish) == "invalid_arguments"
    elsewhere.shares[payments.id] = ["1.000001"]
    client.chat_postMessage(channel=payments.id, text="WIP", blocks=[picture(id=elsewhere.id)])


# downloading


def download(web, address, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return web.get(address, headers=headers, follow_redirects=True)


def test_a_file_is_downloaded_with_the_apps_token(slack, client, web):
    told = client.files_info(file=uploaded(slack, client, name="all epics.csv"))["file"]
    for address in (told["url_private"], told["url_private_download"]):
        assert address.startswith(slack.url)
        answer = download(web, address, slack.bot_token)
        assert (answer.content, answer.headers["content-type"]) == (
            CSV,
            "text/csv; charset=utf-8",
        )
    assert slack.findings == []


def test_without_the_apps_token_a_download_is_the_page_to_sign_in(slack, client, web):
    told = client.files_info(file=uploaded(slack, client))["file"]
    assert web.get(told["url_private"]).status_code == 302
    for token in (None, "xoxb-wrong", slack.app_token):
        answer = download(web, told["url_private"], token)
        assert (answer.status_code, answer.headers["content-type"]) == (
            200,
            "text/html; charset=utf-8",
        )
        assert "Sign in" in answer.text
    assert {finding.where for finding in slack.findings} == {"url_private"}
    slack.findings.clear()
    slack.wear_out_token()
    assert "Sign in" in download(web, told["url_private"], slack.bot_token).text
    assert slack.findings == []


def test_without_files_read_a_download_is_the_page_to_sign_in(web):
    with Sandbox(without("files:read")) as slack:
        slack.files_take_s = 0
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        told = completed(client, sent(client))
        assert "Sign in" in download(web, told["url_private"], slack.bot_token).text
        assert [finding.error for finding in slack.findings] == ["missing_scope"]


def test_members_read_what_is_shared_with_them_and_nothing_else(slack, client, web, payments):
    slack.add_user("cleo")
    private = uploaded(slack, client, PNG, "wip.png")
    shared = uploaded(slack, client, channel_id=payments.id)

    def status(file_id, name):
        return web.get(f"{slack.url}/sandbox/file/{file_id}", params={"as": name}).status_code

    assert [status(shared, name) for name in ("ana", "cleo", "nobody")] == [200, 404, 404]
    assert status(private, "ana") == 404
    client.chat_postMessage(channel=payments.id, text="WIP", blocks=[picture(id=private)])
    assert [status(private, name) for name in ("ana", "cleo")] == [200, 404]
    answer = web.get(f"{slack.url}/sandbox/file/{shared}", params={"as": "ana"})
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''epics.csv"


def test_a_download_goes_wrong_as_planned(slack, client, web):
    told = client.files_info(file=uploaded(slack, client))["file"]
    slack.break_next("url_private", status=502)
    assert download(web, told["url_private"], slack.bot_token).status_code == 502
    slack.fail_next("url_private", "ratelimited", retry_after=3)
    limited = download(web, told["url_private"], slack.bot_token)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "3")
    assert download(web, told["url_private"], slack.bot_token).content == CSV
    assert slack.findings == []
