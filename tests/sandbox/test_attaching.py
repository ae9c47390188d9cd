"""Files in the fields of forms: attached, refused at the field, and given to the app."""

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import NotPossible, Sandbox

CSV = b"key,title\nPAY-1,Pay by bank\n"
TOO_MUCH = b"x" * (10 * 1024 * 1024 + 1)


def plain(text):
    return {"type": "plain_text", "text": text}


def field(label, kind, **element):
    element = {"type": kind, "action_id": "it", **element}
    return {"type": "input", "block_id": label, "label": plain(label), "element": element}


def form_with(**files):
    return {
        "type": "modal",
        "callback_id": "import",
        "title": plain("Import"),
        "submit": plain("Import"),
        "blocks": [field("Portfolio", "plain_text_input"), field("Epics", "file_input", **files)],
    }


@pytest.fixture
def imports(slack, connected_over_http):
    """An app whose /idea opens a form for at most two CSV files; answers what it was sent."""
    submitted = []

    @connected_over_http.command("/idea")
    def idea(ack, body, client):
        view = form_with(filetypes=["csv"], max_files=2)
        client.views_open(trigger_id=body["trigger_id"], view=view)
        ack()

    @connected_over_http.view("import")
    def sent(ack, view):
        submitted.append(view["state"]["values"]["Epics"]["it"])
        ack()

    return submitted


@pytest.fixture
def form(slack, imports):
    ana = slack.as_user("ana")
    ana.types("/idea", channel="payments")
    return ana.form()


@pytest.fixture
def page(slack):
    with httpx.Client(base_url=slack.url, trust_env=False, verify=False) as page:
        yield page


def test_attached_files_reach_the_app_which_reads_them_from_then_on(slack, form, imports, page):
    form.fill("Portfolio", "Shop")
    form.attaches("Epics", "epics.csv", CSV)
    form.attaches("Epics", "Moves.CSV", b"id,to_status,at\n")
    token = {"Authorization": f"Bearer {slack.bot_token}"}
    [first, _] = form.value("Epics")
    assert page.get(first["url_private"], headers=token).status_code == 302
    slack.findings.clear()
    assert form.submit().closed
    [told] = imports
    assert told["type"] == "file_input"
    assert [file["name"] for file in told["files"]] == ["epics.csv", "Moves.CSV"]
    [file, _] = told["files"]
    assert (file["mimetype"], file["filetype"], file["size"]) == ("text/csv", "csv", len(CSV))
    assert file["user"] == slack.as_user("ana").id
    assert page.get(file["url_private_download"], headers=token).content == CSV
    assert slack.as_user("ben").files() == []
    assert slack.findings == []


def test_what_a_field_does_not_take_is_said_there_and_typing_stays(slack, form):
    form.fill("Portfolio", "Shop")
    for name, content, words in (
        ("epics.xlsx", CSV, "epics.xlsx cannot be added here: please choose a file of type csv."),
        ("epics", CSV, "epics cannot be added here: please choose a file of type csv."),
        ("epics.csv", TOO_MUCH, "epics.csv is larger than 10 MB."),
    ):
        form.attaches("Epics", name, content)
        assert form.errors == {"Epics": words}
        assert form.value("Epics") == []
    form.attaches("Epics", "epics.csv", CSV)
    assert form.errors == {}
    form.attaches("Epics", "moves.csv", CSV)
    form.attaches("Epics", "third.csv", CSV)
    assert form.errors == {"Epics": "Please add at most 2 files."}
    assert [file["name"] for file in form.value("Epics")] == ["epics.csv", "moves.csv"]
    assert form.value("Portfolio") == "Shop"


def test_a_file_is_taken_out_again_and_a_required_field_asks_for_one(slack, form):
    form.fill("Portfolio", "Shop")
    form.attaches("Epics", "epics.csv", CSV)
    form.removes("Epics", "epics.csv")
    assert form.submit().errors == {"Epics": "Please complete this required field."}


def test_files_are_attached_not_typed(form):
    with pytest.raises(NotPossible, match="attached"):
        form.fill("Epics", "epics.csv")


def test_an_open_form_keeps_its_files_when_the_app_redraws_it(slack, form, client):
    form.attaches("Epics", "epics.csv", CSV)
    client.views_update(view_id=form.view["id"], view=form_with(filetypes=["csv"]))
    assert [file["name"] for file in form.value("Epics")] == ["epics.csv"]


def test_a_field_for_files_needs_an_app_that_may_read_them():
    with Sandbox({"oauth_config": {"scopes": {"bot": ["chat:write"]}}}) as slack:
        ana = slack.add_user("ana")
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        trigger = slack.workspace.new_trigger(ana.id)
        with pytest.raises(SlackApiError) as refusal:
            client.views_open(trigger_id=trigger, view=form_with())
        response = refusal.value.response
        assert (response["error"], response["needed"]) == ("missing_scope", "files:read")


def test_the_page_attaches_and_takes_out_but_makes_no_files_up(slack, form, page, imports):
    where = {"view_id": form.view["id"], "block_id": "Epics", "action_id": "it"}

    def attach(**more):
        asked = {"as": "ana", "name": "epics.csv", **where, **more}
        return page.post("/sandbox/attach", params=asked, content=CSV)

    def act(kind, **body):
        return page.post("/sandbox/act", json={"as": "ana", "kind": kind, **body}).json()

    assert attach().json() == {"ok": True}
    for wrong in ({"as": "ben"}, {"action_id": "gone"}, {"view_id": "V404"}):
        assert not attach(**wrong).json()["ok"]
    assert attach(**{"as": "nobody"}).status_code == 400
    [file] = form.value("Epics")
    forged = {"Epics": {"it": {"type": "file_input", "files": [{"id": "F404"}]}}}
    act("type", view_id=form.view["id"], values=forged)
    assert form.value("Epics") == [file]
    assert not act("click", **where, files=[{"id": "F404"}])["ok"]
    assert act("detach", **where, file=file["id"]) == {"ok": True}
    assert form.value("Epics") == []
