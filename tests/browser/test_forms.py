"""What is typed, picked and ticked reaches the app as Slack would send it."""

from playwright.sync_api import expect

from tests.browser.blocks import CONFIRM, actions, button, field, modal, mrkdwn, options, plain

GROUPS = [
    {"label": plain("Warm"), "options": options("Red", "Orange")},
    {"label": plain("Cold"), "options": options("Blue")},
]
SEVERAL = {"options": options("Red", "Orange", "Blue"), "max_selected_items": 2}


def option(word):
    return {"text": plain(word), "value": word.lower()}


def opens(app, view):
    """/idea opens the form; what is submitted is gathered."""
    submitted = []

    @app.command("/idea")
    def idea(ack, body, client):
        client.views_open(trigger_id=body["trigger_id"], view=view)
        ack()

    @app.view("form")
    def sent(ack, body):
        submitted.append(body["view"]["state"]["values"])
        ack()

    return submitted


def begin(desk):
    box = desk.get_by_label("Message", exact=True)
    box.fill("/idea")
    box.press("Enter")
    form = desk.locator("#form")
    expect(form).to_be_visible()
    return form


def send(desk, form):
    form.get_by_role("button", name="Send", exact=True).click()
    expect(form).to_be_hidden()


def value(submitted, label):
    [values] = submitted
    entry = dict(values[label]["it"])
    entry.pop("type")
    return entry


def test_what_is_typed_reaches_the_app(app, desk, office):
    submitted = opens(
        app,
        modal(
            field("Line", "plain_text_input"),
            field("Lines", "plain_text_input", multiline=True),
            field("Number", "number_input", is_decimal_allowed=True),
            field("Mail", "email_text_input"),
            field("Address", "url_text_input"),
            field("Rich", "rich_text_input"),
            field("Day", "datepicker", initial_date="2026-03-01"),
            field("Time", "timepicker"),
            field("Moment", "datetimepicker"),
            field("File", "file_input", optional=True),
            field("Left", "plain_text_input", optional=True, initial_value="as it was"),
        ),
    )
    form = begin(desk)
    expect(form.get_by_label("Line", exact=True)).to_be_focused()
    for label, text in {
        "Line": "<b>&",
        "Lines": "one\ntwo",
        "Number": "2.5",
        "Mail": "ana@example.org",
        "Address": "https://example.org",
        "Rich": "*Bold* move\n- first\n- second",
        "Day": "2026-04-30",
        "Time": "09:30",
        "Moment": "2026-07-01T12:00",
    }.items():
        form.get_by_label(label, exact=True).fill(text)
    expect(form.get_by_label("File (optional)")).to_have_value("")
    send(desk, form)

    assert value(submitted, "Line") == {"value": "<b>&"}
    assert value(submitted, "Lines") == {"value": "one\ntwo"}
    assert value(submitted, "Number") == {"value": "2.5"}
    assert value(submitted, "Mail") == {"value": "ana@example.org"}
    assert value(submitted, "Address") == {"value": "https://example.org"}
    assert value(submitted, "Day") == {"selected_date": "2026-04-30"}
    assert value(submitted, "Time") == {"selected_time": "09:30"}
    noon_in_berlin = 1_782_900_000
    assert value(submitted, "Moment") == {"selected_date_time": noon_in_berlin}
    assert value(submitted, "Left") == {"value": "as it was"}
    section, items = value(submitted, "Rich")["rich_text_value"]["elements"]
    assert section["elements"][0] == {"type": "text", "text": "Bold", "style": {"bold": True}}
    assert (items["type"], items["style"], len(items["elements"])) == (
        "rich_text_list",
        "bullet",
        2,
    )


def test_what_is_chosen_reaches_the_app(app, desk, office):
    submitted = opens(
        app,
        modal(
            field("Colour", "static_select", option_groups=GROUPS),
            field("Colours", "multi_static_select", **SEVERAL),
            field("Person", "users_select"),
            field("People", "multi_users_select"),
            field("Channel", "channels_select"),
            field("Channels", "multi_channels_select"),
            field("Talk", "conversations_select", default_to_current_conversation=True),
            field("Talks", "multi_conversations_select"),
            field("Vote", "radio_buttons", options=options("Yes", "No")),
            field("Ticks", "checkboxes", options=options("One", "Two", "Three")),
        ),
    )
    form = begin(desk)

    def choose(label, *words):
        box = form.get_by_role("combobox", name=label, exact=True)
        box.click()
        for word in words:
            form.get_by_role("option", name=word).click()
        box.press("Tab")

    # With the keyboard alone: what is typed narrows, arrows move, Enter takes.
    colour = form.get_by_role("combobox", name="Colour", exact=True)
    colour.press_sequentially("r")
    expect(form.get_by_role("group", name="Cold")).to_be_hidden()
    colour.press("ArrowDown")
    colour.press("Enter")
    expect(colour).to_have_value("Orange")
    choose("Colours", "Red", "Blue", "Orange")
    choose("Person", "Ben")
    choose("People", "Ana", "Ben")
    form.get_by_role("button", name="Remove Ana").click()
    choose("Channel", "payments")
    choose("Channels", "payments", "lobby")
    choose("Talks", "lobby")
    form.get_by_role("radio", name="No").check()
    for tick in ("One", "Three"):
        form.get_by_role("checkbox", name=tick).check()
    send(desk, form)

    payments, lobby = office.channel("payments").id, office.channel("lobby").id
    ben = office.workspace.user_named("ben").id
    assert value(submitted, "Colour") == {"selected_option": option("Orange")}
    assert value(submitted, "Colours") == {"selected_options": [option("Red"), option("Blue")]}
    assert value(submitted, "Person") == {"selected_user": ben}
    assert value(submitted, "People") == {"selected_users": [ben]}
    assert value(submitted, "Channel") == {"selected_channel": payments}
    assert value(submitted, "Channels") == {"selected_channels": [payments, lobby]}
    assert value(submitted, "Talk") == {"selected_conversation": payments}
    assert value(submitted, "Talks") == {"selected_conversations": [lobby]}
    assert value(submitted, "Vote") == {"selected_option": option("No")}
    assert value(submitted, "Ticks") == {"selected_options": [option("One"), option("Three")]}


def test_an_external_select_asks_the_app_for_what_is_typed(app, desk):
    submitted = opens(
        app,
        modal(
            field("Epic", "external_select", min_query_length=2),
            field("Epics", "multi_external_select", min_query_length=0, optional=True),
        ),
    )

    @app.options("it")
    def epics(ack, body):
        ack(options=options(*(f"{body['value']} {key}".strip() for key in ("PAY-1", "PAY-2"))))

    form = begin(desk)
    box = form.get_by_role("combobox", name="Epic", exact=True)
    box.press_sequentially("b")
    expect(form.get_by_text("Type 2 letters to search")).to_be_visible()
    box.press_sequentially("a")
    form.get_by_role("option", name="ba PAY-2").click()
    expect(box).to_have_value("ba PAY-2")
    several = form.get_by_role("combobox", name="Epics (optional)", exact=True)
    several.click()
    for key in ("PAY-1", "PAY-2"):
        form.get_by_role("option", name=key, exact=True).click()
    several.press("Escape")
    send(desk, form)

    assert value(submitted, "Epic") == {"selected_option": option("ba PAY-2")}
    assert value(submitted, "Epics") == {"selected_options": [option("PAY-1"), option("PAY-2")]}


def test_what_is_wrong_stands_at_its_field_for_every_kind_of_field(app, desk):
    view = modal(
        field("Number", "number_input", is_decimal_allowed=False),
        field("Vote", "radio_buttons", options=options("Yes", "No")),
        field("Person", "users_select"),
        field("Note", "plain_text_input", hint=plain("In a word."), optional=True),
    )
    opens(app, view)
    form = begin(desk)
    form.get_by_label("Number", exact=True).fill("three")
    form.get_by_label("Note (optional)").fill("stays")
    form.get_by_label("Note (optional)").press("Enter")
    number = form.get_by_label("Number", exact=True)
    expect(number).to_have_accessible_description("Please enter a whole number.")
    expect(number).to_be_focused()
    for group in (
        form.get_by_role("radiogroup", name="Vote"),
        form.get_by_role("combobox", name="Person"),
    ):
        expect(group).to_have_accessible_description("Please complete this required field.")
    expect(form.get_by_label("Note (optional)")).to_have_value("stays")
    expect(form.get_by_label("Note (optional)")).to_have_accessible_description("In a word.")
    expect(number).to_have_value("three")


def test_forms_lie_on_one_another_three_deep(app, desk):
    pushing = actions(button("Push", "push"))
    first = modal(field("Name", "plain_text_input"), pushing, title="First")
    opens(app, first)
    titles = ["Second", "Third"]

    @app.action("push")
    def push(ack, body, client):
        view = modal(field("Name", "plain_text_input"), pushing, title=titles.pop(0))
        client.views_push(trigger_id=body["trigger_id"], view=view)
        ack()

    form = begin(desk)
    form.get_by_label("Name").fill("kept")
    form.get_by_role("button", name="Push").click()
    expect(desk.get_by_role("dialog", name="Second")).to_be_visible()
    expect(form.get_by_label("Name")).to_have_value("")
    form.get_by_role("button", name="Push").click()
    expect(desk.get_by_role("dialog", name="Third")).to_be_visible()
    expect(form.get_by_label("Name")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog", name="Second")).to_be_visible()
    form.get_by_role("button", name="Back").click()
    expect(desk.get_by_role("dialog", name="First")).to_be_visible()
    expect(form.get_by_label("Name")).to_have_value("kept")
    expect(form.get_by_role("button", name="Push")).to_be_focused()
    titles.append("Fourth")
    form.get_by_role("button", name="Push").click()
    expect(desk.get_by_role("dialog", name="Fourth")).to_be_visible()
    form.get_by_role("button", name="Close the form").click()
    expect(form).to_be_hidden()
    expect(desk.get_by_label("Message", exact=True)).to_be_focused()


def test_a_form_that_the_app_redraws_keeps_the_caret_and_an_open_list(app, desk, office):
    name = field(
        "Name",
        "plain_text_input",
        dispatch_action=True,
        dispatch_action_config={"trigger_actions_on": ["on_character_entered"]},
    )
    colour = field("Colour", "static_select", optional=True, option_groups=GROUPS)
    opens(app, modal(name, colour))
    heard = []

    @app.action("it")
    def redraw(ack, body, client):
        heard.append(body["view"]["state"]["values"]["Name"]["it"]["value"])
        hint = {"hint": plain(f"Redrawn {len(heard)}")}
        note = {"type": "section", "text": mrkdwn(f"Heard {len(heard)}")}
        client.views_update(view_id=body["view"]["id"], view=modal(note, name | hint, colour))
        ack()

    form = begin(desk)
    box = form.get_by_label("Name")
    box.fill("abc")
    expect(form.get_by_text("Heard 1")).to_be_visible()
    box.evaluate("box => box.setSelectionRange(1, 1)")
    desk.keyboard.type("X")
    expect(form.get_by_text("Redrawn 2")).to_be_visible()
    desk.keyboard.type("Y")
    expect(box).to_be_focused()
    expect(box).to_have_value("aXYbc")
    expect(form.get_by_text("Heard 3")).to_be_visible()
    assert heard == ["abc", "aXbc", "aXYbc"]

    form.get_by_role("combobox", name="Colour").click()
    [view] = office.workspace.modals[office.workspace.user_named("ana").id]
    note = {"type": "section", "text": mrkdwn("From elsewhere")}
    app.client.views_update(view_id=view.id, view=modal(note, name, colour))
    expect(form.get_by_text("From elsewhere")).to_be_visible()
    expect(form.get_by_role("option", name="Orange")).to_be_visible()


def test_what_asks_first_is_told_only_after_a_yes(app, desk, client, office):
    heard = []
    app.action("go")(lambda ack, action: (heard.append(action["type"]), ack()))
    choice = {"type": "static_select", "action_id": "go", "placeholder": plain("Stream")}
    choice |= {"options": options("Payments"), "confirm": CONFIRM}
    blocks = [actions(button("Go", confirm=CONFIRM, style="danger")), actions(choice)]
    blocks[1]["block_id"] = "choice"
    client.chat_postMessage(channel=office.channel("payments").id, text="Shall we?", blocks=blocks)

    go = desk.get_by_role("button", name="Go", exact=True)
    box = desk.get_by_role("combobox", name="Stream")

    def asked(opener, answer):
        dialog = desk.get_by_role("dialog", name="Sure?")
        expect(dialog.get_by_text("This is final.")).to_be_visible()
        if answer == "Escape":
            desk.keyboard.press("Escape")
        else:
            dialog.get_by_role("button", name=answer).click()
        expect(dialog).to_be_hidden()
        expect(opener).to_be_focused()

    for answer, chosen in (("No", ""), ("Escape", ""), ("Yes", "Payments")):
        go.click()
        asked(go, answer)
        box.press("ArrowDown")
        box.press("Enter")
        asked(box, answer)
        expect(box).to_have_value(chosen)
    office.wait_for(lambda: len(heard) == 2)
    assert heard == ["button", "static_select"]
