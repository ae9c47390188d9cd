"""Files go from a person's disk into a form, and from a message back to it."""

import struct

from playwright.sync_api import expect

from tests.browser.blocks import field, modal

CSV = b"key,title\nPAY-1,Pay by bank\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + struct.pack(">II", 640, 400)


def on_disk(name, content=CSV):
    return {"name": name, "mimeType": "text/csv", "buffer": content}


def test_files_are_attached_in_a_form_and_downloaded_from_a_message(app, client, desk, office):
    office.files_take_s = 0
    submitted = []
    view = modal(
        field("Portfolio", "plain_text_input"),
        field("Epics", "file_input", filetypes=["csv"], max_files=2),
    )

    @app.command("/idea")
    def idea(ack, body, client):
        client.views_open(trigger_id=body["trigger_id"], view=view)
        ack()

    @app.view("form")
    def sent(ack, body, view, client):
        ack()
        submitted.extend(view["state"]["values"]["Epics"]["it"]["files"])
        direct = client.conversations_open(users=body["user"]["id"])["channel"]["id"]
        client.files_upload_v2(
            channel=direct, filename="report.csv", content="line,reason", title="What came in"
        )

    box = desk.get_by_label("Message", exact=True)
    box.fill("/idea")
    box.press("Enter")
    form = desk.get_by_role("dialog", name="Form")
    form.get_by_label("Portfolio").fill("Shop")
    picker = form.get_by_label("Epics", exact=True)
    expect(picker).to_have_attribute("accept", ".csv")

    picker.set_input_files([on_disk("epics.xlsx"), on_disk("epics.csv")])
    expect(picker).to_have_accessible_description(
        "epics.xlsx cannot be added here: please choose a file of type csv."
    )
    attached = form.get_by_role("list", name="Attached").get_by_role("listitem")
    expect(attached).to_contain_text(["epics.csv · 28 bytes"])
    picker.set_input_files(on_disk("wrong.csv"))
    expect(attached).to_contain_text(["epics.csv · 28 bytes", "wrong.csv · 28 bytes"])
    expect(picker).not_to_have_attribute("aria-invalid", "true")
    form.get_by_role("button", name="Remove wrong.csv").press("Enter")
    expect(attached).to_contain_text(["epics.csv"])
    expect(form.get_by_label("Portfolio")).to_have_value("Shop")
    form.get_by_role("button", name="Send", exact=True).click()
    expect(form).to_be_hidden()
    assert [(file["name"], file["mimetype"]) for file in submitted] == [("epics.csv", "text/csv")]

    desk.get_by_role("link", name="Ideas · Messages").click()
    message = desk.get_by_role("article", name="What came in")
    expect(message.get_by_text("CSV · 11 bytes · report.csv")).to_be_visible()
    link = message.get_by_role("link", name="What came in")
    link.focus()
    with desk.expect_download() as downloaded:
        desk.keyboard.press("Enter")
    assert downloaded.value.suggested_filename == "report.csv"
    assert downloaded.value.path().read_bytes() == b"line,reason"
    assert [finding for finding in office.findings if not finding.warning] == []


def test_pictures_are_shown_with_their_words(client, desk, office):
    office.files_take_s = 0
    announced = {"filename": "wip.png", "length": len(PNG), "alt_txt": "WIP 14, limit 12"}
    upload = client.files_getUploadURLExternal(**announced)
    desk.request.post(upload["upload_url"], data=PNG)
    payments = office.channel("payments").id
    files = [{"id": upload["file_id"], "title": "Work in progress"}]
    client.files_completeUploadExternal(
        files=files, channel_id=payments, initial_comment="This week"
    )
    image = {"slack_file": {"id": upload["file_id"]}, "alt_text": "The same again"}
    client.chat_postMessage(channel=payments, text="Image", blocks=[{"type": "image", **image}])
    message = desk.get_by_role("article", name="This week")
    expect(message.get_by_role("img", name="WIP 14, limit 12")).to_be_visible()
    expect(message.get_by_role("link", name="Work in progress")).to_be_visible()
    expect(desk.get_by_role("img", name="The same again")).to_be_visible()
