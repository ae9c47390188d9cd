"""Files uploaded in three steps, looked through for a while, and shared."""

import http.client
import json

import httpx
import pytest
from slack_sdk import WebClient

from sandbox import Sandbox
from tests.sandbox.uploads import CSV, PNG, completed, error_of, refused, sent, without


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


def test_a_file_is_announced_sent_completed_and_appears_in_its_channel(slack, client, payments):
    client.files_upload_v2(
        channel=payments.id, filename="epics.csv", content=CSV, initial_comment="All epics"
    )
    [message] = slack.wait_for(lambda: payments.messages)
    assert (message.text, message.bot) == ("All epics", True)
    [file] = slack.as_user("ana").files("payments")
    assert (file.name, file.content) == ("epics.csv", CSV)
    assert message.shows("epics.csv")
    told = client.files_info(file=file.id)["file"]
    assert (told["mimetype"], told["filetype"], told["size"]) == ("text/csv", "csv", len(CSV))
    assert (told["channels"], told["is_public"]) == ([payments.id], True)
    assert told["shares"]["public"][payments.id] == [{"ts": message.ts}]
    [shown] = client.conversations_history(channel=payments.id)["messages"]
    assert shown["files"][0]["id"] == file.id
    assert slack.findings == []


def test_a_file_is_looked_through_before_its_type_is_known_and_it_appears(slack, client, payments):
    slack.clock.freeze()
    slack.files_take_s = 30
    file_id = sent(client)
    told = completed(client, file_id, title="Epics", channel_id=payments.id)
    assert (told["title"], told["mimetype"], told["size"], told["shares"]) == ("Epics", "", 0, {})
    client.chat_postMessage(channel=payments.id, text="said after, seen before")
    slack.clock.advance(29)
    slack.settle()
    assert client.files_info(file=file_id)["file"]["mimetype"] == ""
    assert slack.as_user("ana").files() == []
    slack.clock.advance(1)
    slack.settle()
    assert client.files_info(file=file_id)["file"]["mimetype"] == "text/csv"
    assert [len(message.files) for message in payments.messages] == [0, 1]


def test_a_workspace_may_take_no_time_for_files(slack, client, payments):
    slack.clock.freeze()
    slack.files_take_s = 0
    told = completed(client, sent(client), channel_id=payments.id)
    assert (told["mimetype"], told["channels"]) == ("text/csv", [payments.id])


def test_an_upload_needs_a_length_that_is_true(slack, client, web):
    announce = client.files_getUploadURLExternal
    assert error_of(announce, filename="a.csv", length=0) == "missing_argument"
    for length in (-1, "many"):
        assert error_of(announce, filename="a.csv", length=length) == "invalid_arguments"
    assert error_of(announce, filename="a.png", length=1, alt_txt="x" * 1001) == "alt_txt_too_large"
    announced = announce(filename="a.csv", length=3)
    answer = web.post(announced["upload_url"], content=b"four")
    assert (answer.status_code, answer.text) == (400, "invalid_length")
    files = [{"id": announced["file_id"]}]
    assert error_of(client.files_completeUploadExternal, files=files) == "file_not_found"


def test_bytes_come_as_they_are_or_in_a_form(slack, client, web):
    announced = client.files_getUploadURLExternal(filename="epics.csv", length=len(CSV))
    answer = web.post(announced["upload_url"], files={"filename": ("epics.csv", CSV)})
    assert answer.text == f"OK - {len(CSV)}"
    completed(client, announced["file_id"])
    assert slack.workspace.files[announced["file_id"]].content == CSV


def test_an_upload_is_completed_once(slack, client, web):
    file_id = sent(client)
    completed(client, file_id)
    files = [{"id": file_id}]
    assert error_of(client.files_completeUploadExternal, files=files) == "file_not_found"
    address = f"{slack.url}/upload/v1/{slack.workspace.files[file_id].secret}"
    assert web.post(address, content=CSV).status_code == 400
    assert web.post(f"{slack.url}/upload/v1/guessed", content=CSV).status_code == 400


def test_what_is_completed_is_a_list_of_files(client):
    for files in ("[]", "{}", '[{"title": "x"}]'):
        asked = {"api_method": "files.completeUploadExternal", "params": {"files": files}}
        assert error_of(client.api_call, **asked) == "invalid_arguments"


def test_files_go_only_where_the_bot_is(slack, client, payments):
    slack.add_channel("public", bot_is_member=False)
    slack.add_channel("secret", private=True, bot_is_member=False)
    slack.add_channel("old")
    slack.archive_channel("old")

    def error(channel_id, **more):
        files = [{"id": sent(client)}]
        complete = client.files_completeUploadExternal
        return error_of(complete, files=files, channel_id=channel_id, **more)

    assert error(slack.channel("public").id) == "not_in_channel"
    assert error(slack.channel("secret").id) == "channel_not_found"
    assert error("C012345678") == "channel_not_found"
    assert error(slack.channel("old").id) == "posting_to_channel_denied"
    assert error(payments.id, thread_ts="1.000001") == "invalid_thread_ts"


def test_the_right_to_post_anywhere_does_not_share_files():
    scopes = ["chat:write", "chat:write.public", "files:write"]
    with Sandbox({"oauth_config": {"scopes": {"bot": scopes}}}) as slack:
        channel = slack.add_channel("public", bot_is_member=False)
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        client.chat_postMessage(channel=channel.id, text="x")
        files = [{"id": sent(client)}]
        complete = client.files_completeUploadExternal
        assert error_of(complete, files=files, channel_id=channel.id) == "not_in_channel"


def test_a_file_for_one_person_goes_to_their_opened_direct_messages(slack, client):
    ana = slack.as_user("ana")
    files = [{"id": sent(client)}]
    response = refused(client.files_completeUploadExternal, files=files, channel_id=ana.id)
    [message] = response["response_metadata"]["messages"]
    assert message == (
        "[ERROR] input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]"
    )
    direct = client.conversations_open(users=ana.id)["channel"]["id"]
    completed(client, files[0]["id"], channel_id=direct, initial_comment="Your export")
    [file] = slack.wait_for(ana.files)
    assert (file.content, slack.as_user("ben").files()) == (CSV, [])
    told = client.files_info(file=file.id)["file"]
    assert (told["ims"], told["is_public"]) == ([direct], False)
    assert list(told["shares"]) == ["private"]


def test_several_channels_and_a_person_are_named_in_channels(slack, client, payments):
    ana = slack.as_user("ana")
    client.files_upload_v2(
        channels=[payments.id, ana.id], filename="epics.csv", content=CSV, title="Epics"
    )
    in_public, in_private = slack.wait_for(lambda: len(ana.files()) == 2 and ana.files())
    assert (in_public.title, in_private) == ("Epics", in_public)
    [direct] = slack.dm("ana").messages
    assert direct.files == payments.messages[0].files


def test_a_file_answers_in_a_thread_below_blocks(slack, client, payments):
    parent = client.chat_postMessage(channel=payments.id, text="Digest")["ts"]
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "Throughput"}}]
    where = {"channel_id": payments.id, "thread_ts": parent}
    completed(client, sent(client), blocks=json.dumps(blocks), **where)
    answer = slack.wait_for(lambda: payments.messages[1:])[0]
    assert (answer.thread_ts, answer.shows("Throughput")) == (parent, True)
    assert slack.findings == []


def test_blocks_above_a_file_are_weaker_than_its_comment_and_never_markdown(
    slack, client, payments
):
    complete = client.files_completeUploadExternal
    files = [{"id": sent(client)}]
    markdown = json.dumps([{"type": "markdown", "text": "# Epics"}])
    where = {"channel_id": payments.id}
    assert error_of(complete, files=files, blocks=markdown, **where) == "internal_error"
    wrong = json.dumps([{"type": "section"}])
    assert error_of(complete, files=files, blocks=wrong, **where) == "invalid_blocks"
    section = json.dumps([{"type": "section", "text": {"type": "mrkdwn", "text": "Lost"}}])
    complete(files=files, blocks=section, initial_comment="Kept", **where)
    [message] = slack.wait_for(lambda: payments.messages)
    assert (message.text, message.blocks) == ("Kept", [])
    assert slack.findings[-1].error == "blocks_ignored"


def test_words_for_a_picture_keep_any_other_file_from_appearing(slack, client, payments):
    described = sent(client, alt_txt="All epics")
    completed(client, described, channel_id=payments.id)
    slack.wait_for(lambda: [f for f in slack.findings if f.error == "never_shared"])
    assert payments.messages == []
    chart = sent(client, PNG, "wip.png", alt_txt="WIP 14 of 12")
    completed(client, chart, channel_id=payments.id)
    [message] = slack.wait_for(lambda: payments.messages)
    assert message.shows("WIP 14 of 12")
    assert client.files_info(file=chart)["file"]["alt_txt"] == "WIP 14 of 12"


def test_the_old_way_to_upload_is_closed(client):
    old = {"api_method": "files.upload", "params": {"content": "x", "filename": "a.txt"}}
    assert error_of(client.api_call, **old) == "method_deprecated"


def test_uploading_and_asking_need_their_scopes():
    with Sandbox(without("files:read", "files:write")) as slack:
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        response = refused(client.files_getUploadURLExternal, filename="a.csv", length=1)
        assert (response["error"], response["needed"]) == ("missing_scope", "files:write")
        response = refused(client.files_info, file="F012345678")
        assert (response["error"], response["needed"]) == ("missing_scope", "files:read")


def test_a_file_nobody_completed_or_of_somebody_else_is_not_found(slack, client):
    assert error_of(client.files_info, file=sent(client)) == "file_not_found"
    assert error_of(client.files_info, file="F012345678") == "file_not_found"


# what goes wrong


def test_an_upload_goes_wrong_as_planned(slack, client, web):
    announced = client.files_getUploadURLExternal(filename="epics.csv", length=len(CSV))
    slack.break_next("upload_url")
    assert web.post(announced["upload_url"], content=CSV).status_code == 503
    slack.fail_next("upload_url", "ratelimited", retry_after=7)
    limited = web.post(announced["upload_url"], content=CSV)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "7")
    assert not slack.workspace.files[announced["file_id"]].received
    slack.lose_reply_next("upload_url")
    with pytest.raises(httpx.TransportError):
        web.post(announced["upload_url"], content=CSV)
    assert slack.workspace.files[announced["file_id"]].received
    completed(client, announced["file_id"])
    assert slack.findings == []


def test_a_lost_reply_to_a_completion_still_shares_the_file(slack, client, payments):
    file_id = sent(client)
    slack.lose_reply_next("files.completeUploadExternal")
    with pytest.raises((http.client.HTTPException, OSError)):
        completed(client, file_id, channel_id=payments.id)
    slack.wait_for(lambda: payments.messages)
    assert error_of(client.files_completeUploadExternal, files=[{"id": file_id}]) == (
        "file_not_found"
    )


def test_file_methods_are_held_to_their_tiers(slack, client):
    slack.clock.freeze()
    slack.rate_limits = True
    for _ in range(100):
        client.files_getUploadURLExternal(filename="a.csv", length=1)
    announce = client.files_getUploadURLExternal
    assert error_of(announce, filename="a.csv", length=1) == "ratelimited"
