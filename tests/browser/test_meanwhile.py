"""What is pressed and typed while something is sent, answered or drawn is not lost."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from playwright.sync_api import expect

from tests.browser.blocks import actions, button, field, modal, mrkdwn, options, plain

AT_EACH_LETTER = {
    "dispatch_action": True,
    "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
}
NAME = field("Name", "plain_text_input", **AT_EACH_LETTER)
NOTE = field("Note", "plain_text_input", optional=True)
COLOUR = field("Colour", "static_select", options=options("Red", "Orange", "Blue"), optional=True)
PATIENCE_S = 8


@contextmanager
def held(page, pattern, most=100):
    """So many requests wait, and go on at the end."""
    waiting = []

    def hold(route):
        if len(waiting) < most:
            waiting.append(route)
        else:
            route.continue_()

    page.route(pattern, hold)
    yield
    for route in waiting:
        route.continue_()
    page.unroute(pattern)


def say(desk, text):
    box = desk.get_by_label("Message", exact=True)
    box.fill(text)
    box.press("Enter")


def opens(app, view):
    """/idea opens the form; what the app hears of it is gathered."""
    heard = []

    @app.command("/idea")
    def idea(ack, body, client):
        client.views_open(trigger_id=body["trigger_id"], view=view)
        ack()

    @app.view("form")
    def sent(ack, body):
        heard.append(body["view"])
        ack()

    return heard


def begin(desk):
    say(desk, "/idea")
    form = desk.locator("#form")
    expect(form).to_be_visible()
    return form


def redraw(app, office, *blocks, **more):
    """The app shows other blocks in the form in front of Ana."""
    view = office.workspace.modals[office.workspace.user_named("ana").id][-1]
    app.client.views_update(view_id=view.id, view=modal(*blocks, **more))


def typed(view, label="Name"):
    return view["state"]["values"][label]["it"]["value"]


def nothing_is_minded(desk):
    """The page has said nothing, also not before."""
    expect(desk.locator("#notice")).to_have_text("")


SUBMITS = {
    "by a click": lambda form: form.get_by_role("button", name="Send", exact=True).click(),
    "by Enter": lambda form: form.get_by_label("Note (optional)").press("Enter"),
    "by Control and Enter": lambda form: form.get_by_label("Name").press("Control+Enter"),
}


@pytest.mark.parametrize("way", SUBMITS)
def test_a_form_is_submitted_once_what_was_typed_in_it_is_told_and_drawn(app, desk, way):
    heard = opens(app, modal(NAME, NOTE))
    answered = Event()

    @app.action("it")
    def redraws(ack, body, client):
        heard.append(body["view"])
        answered.wait(PATIENCE_S)
        view = modal(NAME | {"hint": plain("Seen")}, NOTE, private_metadata="drawn anew")
        client.views_update(view_id=body["view"]["id"], view=view)
        ack()

    form = begin(desk)
    form.get_by_label("Note (optional)").fill("kept")
    with desk.expect_request(lambda request: '"click"' in (request.post_data or "")):
        form.get_by_label("Name").fill("Tea")
        SUBMITS[way](form)
    form.get_by_label("Note (optional)").fill("kept too")
    answered.set()
    expect(form).to_be_hidden()
    assert [view["private_metadata"] for view in heard] == ["", "drawn anew"]
    assert [typed(view) for view in heard] == ["Tea", "Tea"]
    assert typed(heard[1], "Note") == "kept too"
    nothing_is_minded(desk)


def test_what_was_typed_before_a_field_was_drawn_anew_is_not_told_after_it(app, timed_desk, office):
    heard = []
    opens(app, modal(NAME))
    app.action("it")(lambda ack, body: (heard.append(typed(body["view"])), ack()))
    form = begin(timed_desk)
    timed_desk.clock.install()
    timed_desk.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    form.get_by_label("Name").fill("a")
    timed_desk.clock.run_for(200)
    redraw(app, office, NAME | {"hint": plain("Drawn anew")})
    expect(form.get_by_text("Drawn anew")).to_be_visible()
    form.get_by_label("Name").fill("ab")
    timed_desk.clock.run_for(200)
    timed_desk.clock.run_for(200)
    office.wait_for(lambda: "ab" in heard)
    assert heard == ["ab"]
    expect(form.get_by_label("Name")).to_have_value("ab")


def test_a_form_that_was_refused_is_submitted_again_before_the_page_heard_of_the_refusal(app, desk):
    opens(app, modal(NOTE))
    heard = []

    @app.view("form")
    def sent(ack, body):
        heard.append(typed(body["view"], "Note"))
        if heard == ["no"]:
            ack(response_action="errors", errors={"Note": "Not this."})
        else:
            ack()

    app._listeners.insert(0, app._listeners.pop())
    form = begin(desk)
    note = form.get_by_label("Note (optional)")
    note.fill("no")
    refusals = []

    def late(route):
        refusals.append((route, route.fetch()))

    desk.route("**/sandbox/act", late, times=1)
    note.press("Enter")
    expect(form.get_by_text("Not this.")).to_be_visible()
    note.fill("yes")
    note.press("Enter")
    for route, response in refusals:
        route.fulfill(response=response)
    expect(form).to_be_hidden()
    assert heard == ["no", "yes"]
    nothing_is_minded(desk)


def test_a_form_is_submitted_with_the_file_that_is_still_on_its_way(app, desk, tmp_path):
    heard = opens(app, modal(field("File", "file_input")))
    form = begin(desk)
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Ben")
    with held(desk, "**/sandbox/attach*"):
        form.get_by_label("File").set_input_files(letter)
        SUBMITS["by a click"](form)
    expect(form).to_be_hidden()
    [file] = heard[0]["state"]["values"]["File"]["it"]["files"]
    assert file["name"] == "letter.txt"


def test_a_form_that_is_left_is_not_told_of_what_was_typed_last(app, timed_desk):
    opens(app, modal(NAME))
    app.action("it")(lambda ack: ack())
    form = begin(timed_desk)
    acts = []
    timed_desk.on("request", lambda request: acts.append(request.post_data or ""))
    timed_desk.clock.install()
    form.get_by_label("Name").fill("Tea")
    timed_desk.keyboard.press("Escape")
    expect(form).to_be_hidden()
    timed_desk.clock.run_for(1_000)
    say(timed_desk, "Later")
    expect(timed_desk.get_by_role("article", name="Later")).to_be_visible()
    assert [json.loads(each)["kind"] for each in acts if each] == ["close", "say"]


def test_leaving_a_form_twice_before_it_is_drawn_away_leaves_one(app, desk):
    opens(app, modal(actions(button("Push", "push")), NOTE, title="First"))

    @app.action("push")
    def push(ack, body, client):
        client.views_push(trigger_id=body["trigger_id"], view=modal(NOTE, title="Second"))
        ack()

    form = begin(desk)
    form.get_by_role("button", name="Push").click()
    expect(desk.get_by_role("dialog", name="Second")).to_be_visible()
    with held(desk, "**/sandbox/state*"):
        with desk.expect_response("**/sandbox/act"):
            desk.keyboard.press("Escape")
        desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog", name="First")).to_be_visible()
    expect(form.get_by_role("button", name="Push")).to_be_focused()
    nothing_is_minded(desk)


def test_what_is_pressed_in_a_message_waits_for_what_was_pressed_before(app, desk, client, office):
    heard = []
    answered = Event()

    @app.action("go")
    def go(ack, action, body, respond):
        heard.append(f"{action['value']} begins")
        answered.wait(PATIENCE_S)
        blocks = [actions(button("Two", "go", value="two")) | {"block_id": "other"}]
        respond(text="Which?", blocks=blocks, replace_original=True)
        heard.append(f"{action['value']} ends")
        ack()

    both = [button("One", "go", value="one"), button("Two", "go", value="two")]
    both[1]["action_id"] = "go"
    blocks = [actions(both[0]), actions(both[1]) | {"block_id": "second"}]
    client.chat_postMessage(channel=office.channel("payments").id, text="Which?", blocks=blocks)
    acts = []
    desk.on("request", lambda request: acts.append(request.post_data or ""))
    desk.get_by_role("button", name="One").click()
    desk.get_by_role("button", name="Two").click()
    say(desk, "Elsewhere nothing waits")
    expect(desk.get_by_role("article", name="Elsewhere")).to_be_visible()
    assert [json.loads(each)["kind"] for each in acts if each] == ["click", "say"]
    answered.set()
    office.wait_for(lambda: "two ends" in heard)
    assert heard == ["one begins", "one ends", "two begins", "two ends"]
    nothing_is_minded(desk)


def test_a_button_that_stands_for_something_else_by_then_is_not_pressed(app, desk, client, office):
    heard = []
    answered = Event()

    @app.action("remove")
    def remove(ack, action, respond):
        heard.append(action["value"])
        answered.wait(PATIENCE_S)
        blocks = [actions(button("Remove", "remove", value="second"))]
        respond(text="All", blocks=blocks, replace_original=True)
        ack()

    blocks = [actions(button("Remove", "remove", value="first"))]
    client.chat_postMessage(channel=office.channel("payments").id, text="All", blocks=blocks)
    desk.get_by_role("button", name="Remove").dblclick()
    office.wait_for(lambda: heard)
    answered.set()
    expect(desk.get_by_text("This is no longer there.")).to_be_visible()
    assert heard == ["first"]


def test_what_is_said_stays_in_order(desk):
    with held(desk, "**/sandbox/act", most=1):
        for text in ("One", "Two"):
            say(desk, text)
    expect(desk.get_by_role("article", name="Two")).to_be_visible()
    said = [each.get_attribute("aria-label") for each in desk.get_by_role("article").all()]
    assert said == ["One", "Two"]


def caught_up(desk):
    """What the page has asked for by now it has and draws, unless it must not."""
    for _ in range(3):
        desk.evaluate("fetch('/sandbox/state').then((answer) => answer.json())")


def drawn(desk, change):
    """Let something change, and wait until the page knows."""
    asked = "**/sandbox/messages*"
    with desk.expect_response(asked), held(desk, asked), desk.expect_request(asked):
        change()
    caught_up(desk)


def test_a_key_held_on_a_button_presses_it_though_it_is_drawn_anew(app, desk, client, office):
    heard = []
    app.action("go")(lambda ack, action: (heard.append(action["action_id"]), ack()))
    where = {"channel": office.channel("payments").id, "text": "Shall we?"}
    posted = client.chat_postMessage(**where, blocks=[actions(button("Go"))])
    desk.get_by_role("button", name="Go").focus()
    caught_up(desk)
    desk.keyboard.down(" ")
    anew = [actions(button("Go")), {"type": "divider"}]
    drawn(desk, lambda: client.chat_update(**where, ts=posted["ts"], blocks=anew))
    desk.keyboard.up(" ")
    office.wait_for(lambda: heard)
    expect(desk.get_by_role("button", name="Go")).to_be_focused()


def test_focus_owed_to_what_is_not_drawn_yet_is_given_when_it_is_drawn(phone):
    opener = phone.get_by_role("button", name="Open the list of places")
    with held(phone, "**/sandbox/state*"):
        phone.reload()
        opener.click()
        expect(phone.get_by_role("button", name="Close the list of places")).to_be_focused()
    expect(phone.get_by_role("link", name="# payments")).to_be_focused()


def test_focus_is_no_longer_owed_to_whoever_has_gone_on(phone):
    opener = phone.get_by_role("button", name="Open the list of places")
    with held(phone, "**/sandbox/state*"):
        phone.reload()
        opener.click()
        phone.keyboard.press("Tab")
        expect(phone.get_by_label("Acting as")).to_be_focused()
    expect(phone.get_by_role("link", name="# payments")).to_be_visible()
    expect(phone.get_by_label("Acting as")).to_be_focused()


def test_what_has_the_focus_keeps_it_where_the_fields_change_places(app, desk, office):
    opens(app, modal(NOTE, COLOUR))
    form = begin(desk)
    colour = form.get_by_role("combobox", name="Colour")
    colour.click()
    redraw(app, office, COLOUR, NOTE, title="Turned")
    expect(desk.get_by_role("dialog", name="Turned")).to_be_visible()
    expect(colour).to_be_focused()
    expect(form.get_by_role("option", name="Orange")).to_be_visible()


def test_an_open_list_stays_open_while_its_own_field_is_drawn_anew(app, desk, office):
    opens(app, modal(COLOUR))
    form = begin(desk)
    colour = form.get_by_role("combobox", name="Colour")
    colour.press_sequentially("r")
    colour.press("ArrowDown")
    redraw(app, office, COLOUR | {"hint": plain("Drawn anew")})
    expect(form.get_by_text("Drawn anew")).to_be_visible()
    expect(colour).to_be_focused()
    expect(colour).to_have_value("r")
    expect(form.get_by_role("option", name="Blue")).to_be_hidden()
    colour.press("Enter")
    expect(colour).to_have_value("Orange")
    expect(form).to_be_visible()


def test_a_menu_stays_open_while_its_message_is_drawn_anew(app, desk, client, office):
    heard = []
    app.shortcut("from_message")(lambda ack, body: (heard.append(body["message"]["text"]), ack()))
    where = {"channel": office.channel("payments").id}
    posted = client.chat_postMessage(**where, text="Before")
    desk.get_by_role("button", name="More for this message").press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    client.chat_update(**where, ts=posted["ts"], text="After")
    expect(desk.get_by_role("article", name="After")).to_be_visible()
    expect(desk.get_by_role("menuitem", name="Make it an idea")).to_be_focused()
    desk.keyboard.press("Enter")
    office.wait_for(lambda: heard == ["After"])


def test_a_key_pressed_while_choices_are_looked_for_takes_what_is_found(app, desk):
    opens(app, modal(field("Epic", "external_select", min_query_length=1)))
    answered = Event()

    @app.options("it")
    def epics(ack):
        answered.wait(PATIENCE_S)
        ack(options=options("PAY-1", "PAY-2"))

    form = begin(desk)
    box = form.get_by_role("combobox", name="Epic")
    box.press_sequentially("p")
    box.press("ArrowDown")
    box.press("Enter")
    expect(form.get_by_text("Looking …")).to_be_visible()
    answered.set()
    expect(box).to_have_value("PAY-2")
    expect(form).to_be_visible()


def test_a_question_leads_back_to_what_asked_it_though_it_was_drawn_anew(app, desk, client, office):
    where = {"channel": office.channel("payments").id, "text": "Shall we?"}
    asks = {
        "title": plain("Sure?"),
        "text": mrkdwn("Final."),
        "confirm": plain("Yes"),
        "deny": plain("No"),
    }
    go = actions(button("Go", confirm=asks))
    posted = client.chat_postMessage(**where, blocks=[go])
    desk.get_by_role("button", name="Go").click()
    client.chat_update(**where, ts=posted["ts"], blocks=[go, {"type": "divider"}])
    expect(desk.get_by_role("separator", include_hidden=True)).to_be_attached()
    desk.get_by_role("button", name="No").click()
    expect(desk.get_by_role("button", name="Go")).to_be_focused()
