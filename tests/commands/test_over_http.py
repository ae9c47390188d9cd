"""HTTP mode: whatever is sent to the address, the answer says whose fault it is and comes soon."""

import asyncio
import contextlib
import hmac
import json
import threading
import time
import urllib.request
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
from httpx import ASGITransport, AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from bot.web import payload_of, web
from tests.commands.conftest import running
from tests.loops import run

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MEGABYTE = 1024 * 1024
MALFORMED = (
    (b"{", JSON),
    (b"", JSON),
    (b"[]", JSON),
    (b"null", JSON),
    (b"7", JSON),
    (b'{"type":"event_callback","event":7,"authorizations":7}', JSON),
    (b'{"team":7,"user":7,"view":7}', JSON),
    (b'{"team":{"id":[]},"user":{"id":{}}}', JSON),
    (b"[" * 100_000, JSON),
    (b"\xff\xfe", JSON),
    (b"payload=%7B", FORM),
    (b"payload=[]", FORM),
    (b"payload=null", FORM),
    (b"payload=%00", FORM),
    (urlencode({"payload": '{"type":"block_actions"}'}).encode(), FORM),
    (urlencode({"payload": '{"type":"block_actions","actions":[]}'}).encode(), FORM),
    (urlencode({"payload": '{"type":"block_actions","actions":[7],"user":7}'}).encode(), FORM),
    (urlencode({"payload": '{"type":"view_submission","view":[]}'}).encode(), FORM),
    (urlencode({"payload": '{"type":["x"]}'}).encode(), FORM),
    (b"command=", FORM),
    (b"command=%2Fepic", FORM),
    (b"command=%2Fepic&team_id=T1", FORM),
)


@given(st.dictionaries(st.text(), st.text() | st.none() | st.integers()), st.booleans())
def test_a_payload_is_read_whatever_is_in_it(said, spelled_out):
    text = json.dumps(said, ensure_ascii=spelled_out)
    for body in (urlencode({"payload": text}), urlencode({"payload": text, "more": "="})):
        assert payload_of(body.encode(), FORM) == said
    assert payload_of(text.encode(), JSON) == said


def test_a_form_without_a_payload_is_read_by_its_fields():
    said = {"command": "/epic", "text": "show PAY-1 = 100 %", "channel_id": ""}
    assert payload_of(urlencode(said).encode(), FORM) == said


@pytest.fixture
def tack(slack, database_url):
    with running(slack, database_url, "http") as tack:
        yield tack


def send(tack, body, content_type=FORM, headers=None, **limits):
    """The answer to a body, signed as Slack does but for what is said."""
    signed = signature(tack, body) if isinstance(body, bytes) else {}
    told = {"Content-Type": content_type, **signed, **(headers or {})}

    async def ask():
        there = ASGITransport(web(tack, **limits))
        async with AsyncClient(transport=there, base_url="http://tack") as client:
            return await client.post("/slack/events", content=body, headers=told)

    return run(ask())


def signature(tack, body, sent_at=None, secret=None):
    sent_at = str(int(time.time()) if sent_at is None else sent_at)
    key = (secret or tack.signing_secret).encode()
    signed = hmac.new(key, f"v0:{sent_at}:".encode() + body, "sha256").hexdigest()
    return {"X-Slack-Request-Timestamp": sent_at, "X-Slack-Signature": f"v0={signed}"}


def test_what_slack_did_not_sign_is_not_read(tack):
    body = b'{"type":"url_verification","challenge":"x"}'
    now = int(time.time())
    assert send(tack, body, JSON).json() == {"challenge": "x"}
    for wrong in (
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": b"v0=\xe9"},
        {"X-Slack-Request-Timestamp": ""},
        signature(tack, body, now - 310),
        signature(tack, body, now + 310),
        signature(tack, body, "1e9"),
        signature(tack, body, "-1"),
        signature(tack, body, "9" * 5_000),
        signature(tack, body, secret="somebody else's"),
        signature(tack, body + b" "),
    ):
        for each in (body, b"{", b"[" * 100_000):
            assert send(tack, each, JSON, wrong).status_code == 401, wrong


def test_what_is_malformed_is_the_senders_fault_and_leaves_no_trace(tack, capfd, caplog):
    for body, content_type in MALFORMED:
        answer = send(tack, body, content_type)
        assert answer.status_code in {400, 404}, body[:100]
        assert "Traceback" not in caplog.text + "".join(capfd.readouterr()), body[:100]
        unsigned = {"X-Slack-Signature": "v0=1"}
        assert send(tack, body, content_type, unsigned).status_code == 401, body[:100]


def test_a_look_at_the_certificate_is_answered(tack):
    body = b"token=x&ssl_check=1"
    assert send(tack, body, headers={"X-Slack-Signature": ""}).status_code == 200
    assert send(tack, b"text=ssl_check=1", headers={"X-Slack-Signature": ""}).status_code == 401


def test_a_body_is_taken_up_to_a_megabyte_and_no_more_of_it_is_read(tack):
    async def endless():
        while len(read) < 100:
            read.append(1)
            yield b"x" * 65_536

    read = []
    assert send(tack, b"x" * MEGABYTE).status_code == 404
    assert send(tack, b"x" * (MEGABYTE + 1)).status_code == 413
    assert send(tack, endless(), headers=signature(tack, b"")).status_code == 413
    assert len(read) == MEGABYTE // 65_536 + 1


def test_a_body_that_does_not_arrive_is_not_waited_for(tack):
    async def late():
        yield b"payload="
        await asyncio.sleep(60)

    began = time.monotonic()
    headers = signature(tack, b"")
    assert send(tack, late(), headers=headers, body_seconds=0.2).status_code == 408
    assert time.monotonic() - began < 10


def test_large_bodies_that_nobody_signed_do_not_hold_up_the_others(slack, tack):
    there = urlsplit(slack.acting._carrier.request_url)
    parts = b'{"a":[' + b"[],[[]]," * 3_000_000 + b"0]}", b'{"a":[' + b"[]," * 340_000 + b"0]}"
    senders = [threading.Thread(target=post, args=(there, part)) for part in (*parts, *parts)]
    for sender in senders:
        sender.start()
    slowest = 0.0
    while any(sender.is_alive() for sender in senders):
        began = time.monotonic()
        with urllib.request.urlopen(f"http://{there.netloc}/healthz", timeout=10) as answer:
            assert answer.status == 200
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 1


def post(there, body):
    """What comes back is another test's."""
    connection = HTTPConnection(there.hostname, there.port, timeout=20)
    with contextlib.suppress(OSError):
        connection.request("POST", there.path, body, {"Content-Type": JSON})
        connection.getresponse().read()
    connection.close()
