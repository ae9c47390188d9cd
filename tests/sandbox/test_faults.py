"""Whatever is asked to go wrong does, as often as asked, and can be called off."""

import http.client
import threading

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import Sandbox


@pytest.fixture
def payments(slack):
    return slack.channel("payments")


@pytest.fixture
def page(slack):
    with httpx.Client(base_url=slack.url, trust_env=False) as page:
        yield page


def act(page, kind, **body):
    return page.post("/sandbox/act", json={"as": "ana", "kind": kind, **body}).json()


def outcome(call, **args):
    try:
        call(**args)
    except SlackApiError as refusal:
        return refusal.response["error"]
    except (http.client.HTTPException, OSError) as broken:
        return type(broken).__name__
    except Exception as unreadable:  # what the SDK makes of an answer that is no JSON
        return type(unreadable).__name__
    return "ok"


def test_a_broken_answer_has_a_status_and_no_json_and_nothing_was_done(slack, client, payments):
    slack.break_next("chat.postMessage", status=502, times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError) as refusal:
            client.chat_postMessage(channel=payments.id, text="x")
        assert refusal.value.response.status_code == 502
    client.chat_postMessage(channel=payments.id, text="y")
    assert [message.text for message in payments.messages] == ["y"]
    assert slack.findings == []


def test_a_late_answer_was_done_at_once_and_holds_nobody_else_up(slack, client, payments):
    slack.answer_late("chat.postMessage", seconds=600)
    late = WebClient(slack.bot_token, base_url=slack.api_url, timeout=1, retry_handlers=[])
    failed = []
    caller = threading.Thread(
        target=lambda: failed.append(
            outcome(late.chat_postMessage, channel=payments.id, text="x"),
        )
    )
    caller.start()
    slack.wait_for(lambda: payments.messages)
    assert client.auth_test()["ok"]
    caller.join()
    assert failed == ["TimeoutError"]


def test_plans_for_one_method_follow_each_other_and_leave_others_alone(slack, client, payments):
    slack.fail_next("chat.postMessage", "internal_error")
    slack.fail_next("chat.postMessage", "channel_not_found", times=2)
    said = [outcome(client.chat_postMessage, channel=payments.id, text="x") for _ in range(4)]
    assert said == ["internal_error", "channel_not_found", "channel_not_found", "ok"]
    slack.fail_next("any method", "internal_error")
    assert [outcome(client.auth_test) for _ in range(2)] == ["internal_error", "ok"]


def outcomes_with(seed, share=0.5):
    with Sandbox(manifest={}) as slack:
        client = WebClient(slack.bot_token, base_url=slack.api_url, timeout=5, retry_handlers=[])
        slack.misbehave(seed, share)
        course = [outcome(client.auth_test) for _ in range(20)]
        slack.behave()
        assert [outcome(client.auth_test) for _ in range(20)] == ["ok"] * 20
        assert slack.findings == []
        return course


def test_misbehaviour_repeats_from_its_seed_and_is_called_off():
    first = outcomes_with(seed=7)
    assert len(set(first)) > 2
    assert outcomes_with(seed=7) == first
    assert outcomes_with(seed=8) != first
    assert outcomes_with(seed=7, share=0) == ["ok"] * 20


def test_a_worn_out_token_is_refused_by_its_name(slack, client):
    slack.wear_out_token()
    assert outcome(client.auth_test) == "token_revoked"
    slack.wear_out_token("token_expired")
    assert outcome(client.auth_test) == "token_expired"
    slack.clear_faults()
    assert outcome(client.auth_test) == "ok"


def test_the_page_is_told_of_every_fault_and_what_to_fill_in(page):
    shown = {fault["name"]: fault for fault in page.get("/sandbox/state").json()["faults"]}
    assert shown["lose_reply"]["words"].startswith("Lose the reply")
    method, times = shown["lose_reply"]["fields"]
    assert (method["name"], method["words"], method["kind"]) == ("method", "Method", "choice")
    assert "chat.postMessage" in method["choices"]
    assert times == {"name": "times", "words": "How often", "kind": "number", "initial": "1"}
    seconds = shown["answer_late"]["fields"][1]
    assert seconds == {"name": "seconds", "words": "Seconds", "kind": "number", "initial": "2"}


def test_a_fault_is_caused_from_the_page_told_in_words_and_cleared(page, client, payments):
    values = {"method": "chat.postMessage", "status": "504"}
    assert act(page, "fault", name="break", values=values)["ok"]
    [active] = page.get("/sandbox/state").json()["active_faults"]
    assert active == "chat.postMessage: the next 1 answered with HTTP 504"
    assert act(page, "clear_faults")["ok"]
    assert page.get("/sandbox/state").json()["active_faults"] == []
    assert outcome(client.chat_postMessage, channel=payments.id, text="x") == "ok"


def test_every_fault_can_be_caused_with_its_initial_values_and_cleared(slack, page):
    silent = {"reconnect", "drop", "hold"}  # without connections there is nothing to tell
    for fault in page.get("/sandbox/state").json()["faults"]:
        values = {field["name"]: field["initial"] for field in fault["fields"]}
        assert act(page, "fault", name=fault["name"], values=values)["ok"], fault
        assert bool(slack.active_faults) == (fault["name"] not in silent), fault
        slack.clear_faults()
        assert slack.active_faults == [], fault


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("no such fault", {}),
        ("break", {"status": "200"}),
        ("answer_late", {"seconds": "soon"}),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(slack, page, name, values):
    assert not act(page, "fault", name=name, values=values)["ok"]
    assert slack.active_faults == []
