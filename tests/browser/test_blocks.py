"""What messages and Home show, and what one can do there."""

import re

from playwright.sync_api import expect

from tests.browser.blocks import actions, button, field, mrkdwn, options, plain
from tests.sandbox.test_blockkit import VALID, expanded


def post(office, text, *blocks):
    """Put a message of the app into #payments as it is; answers its ts."""
    workspace = office.workspace
    channel = workspace.channel_named("payments")
    named = workspace.named(list(blocks))
    return workspace.post(channel, workspace.bot.id, text, blocks=named, bot=True).ts


def article(desk, text):
    return desk.get_by_role("article", name=text)


def series(name, *values):
    points = zip(("May", "June"), values, strict=True)
    return {"name": name, "data": [{"label": label, "value": value} for label, value in points]}


def chart(kind, title, **more):
    return {"type": "data_visualization", "title": title, "chart": {"type": kind} | more}


def test_charts_tell_their_numbers_as_a_table(desk, office):
    axes = {"categories": ["May", "June"], "x_label": "Month"}
    both = [series("Payments", 3, 1200.5), series("Platform", -2, 0)]
    told = ["Payments, May: 3", "Payments, June: 1,200.5", "Platform, May: -2", "Platform, June: 0"]
    for kind in ("bar", "line", "area"):
        post(office, kind, chart(kind, f"A {kind} chart", series=both, axis_config=axes))
        drawn = article(desk, kind)
        table = drawn.get_by_role("table", name=f"A {kind} chart")
        expect(table.get_by_role("columnheader")).to_have_text(["Month", "Payments", "Platform"])
        expect(table.get_by_role("row", name="June")).to_have_text("June1,200.50")
        expect(table.get_by_role("row", name="May")).to_have_text("May3-2")
        expect(drawn.locator("svg :is(rect, circle) title")).to_have_text(told)
        drawn.get_by_role("button", name="Show the numbers").click()
        expect(drawn.get_by_role("button", name="Hide the numbers")).to_be_focused()

    segments = [{"label": "Done", "value": 3}, {"label": "Stopped", "value": 1}]
    post(office, "Pie", chart("pie", "Outcomes", segments=segments))
    table = desk.get_by_role("table", name="Outcomes")
    expect(table.get_by_role("row")).to_have_text(["PartValue", "Done3", "Stopped1"])
    expect(desk.get_by_text("Done · 3 (75 %)")).to_be_visible()


def test_big_tables_are_paged(desk, office):
    def cell(value):
        return {"type": "raw_text", "text": value}

    rows = [[cell("Epic")], *([cell(f"PAY-{number}")] for number in range(1, 8))]
    post(office, "Ages", {"type": "data_table", "caption": "By age", "rows": rows, "page_size": 3})
    ages = desk.get_by_role("table", name="By age")
    expect(ages.get_by_role("cell")).to_have_text(["PAY-1", "PAY-2", "PAY-3"])
    following = desk.get_by_role("button", name="Next")
    following.click()
    following.click()
    expect(ages.get_by_role("cell")).to_have_text(["PAY-7"])
    expect(desk.get_by_text("7–7 of 7")).to_be_visible()
    expect(following).to_be_focused()
    following.click(force=True)
    expect(ages.get_by_role("cell")).to_have_text(["PAY-7"])


def test_marks_are_drawn_and_nothing_one_writes_becomes_html_or_script(desk, office):
    ben = office.workspace.user_named("ben").id
    post(
        office,
        f"*bold* <@{ben}> <https://a.example/?b=1&amp;c=2|link> <javascript:alert(1)|bad>"
        "\n&gt; quoted\n```a < b```<img src=x onerror=alert(1)> :tada:",
    )
    said = article(desk, "bold")
    expect(said.get_by_text("bold", exact=True)).to_have_js_property("tagName", "STRONG")
    expect(said.get_by_text("@Ben Brandt")).to_be_visible()
    expect(said.get_by_role("link", name="link")).to_have_attribute(
        "href", "https://a.example/?b=1&c=2"
    )
    expect(said.get_by_role("link")).to_have_count(1)
    expect(said.get_by_text("quoted")).to_have_js_property("tagName", "BLOCKQUOTE")
    expect(said.locator("pre")).to_have_text("a < b")
    expect(said.locator("img")).to_have_count(0)
    expect(said.get_by_text("🎉")).to_be_visible()

    rich = [{"type": "link", "url": "javascript:alert(1)", "text": "worse"}]
    markdown = {"type": "markdown", "text": "# Title\n[worst](javascript:alert(1)) <b>x</b>\n- one"}
    section = {"type": "rich_text_section", "elements": rich}
    post(office, "Second", {"type": "rich_text", "elements": [section]}, markdown)
    second = article(desk, "Second")
    expect(second.get_by_role("heading", name="Title")).to_be_visible()
    expect(second.get_by_role("listitem")).to_have_text("one")
    expect(second.get_by_text("<b>x</b>")).to_be_visible()
    expect(second.get_by_role("link")).to_have_count(0)


def test_every_block_is_shown_even_an_unknown_one_and_fits_on_a_phone(phone, office):
    shown = [case.values[0] for case in VALID if case.values[0]["surface"] == "message"]
    payloads = [expanded(case["payload"]) for case in shown]
    some = [payload for payload in payloads if payload.get("blocks")]
    for number, payload in enumerate(some):
        post(office, f"Case {number}.", *payload["blocks"])
    picture = {"image_url": "data:image/gif;base64,R0lGODlhAQABAAAAACw=", "alt_text": "A chart"}
    hologram = {"type": "hologram", "words": "In the air"}
    post(office, "Last", {"type": "image"} | picture, hologram)
    last = article(phone, "Last")
    expect(last.get_by_role("img", name="A chart")).to_be_visible()
    expect(last.get_by_text("A block of type hologram")).to_be_visible()
    expect(last.get_by_text("In the air")).to_be_visible()
    expect(phone.get_by_role("article")).to_have_count(len(some) + 1)
    unknown = phone.get_by_text("A block of type").or_(phone.get_by_text("An element of type"))
    expect(unknown).to_have_count(1)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.evaluate("document.querySelector('#log').scrollWidth") <= 390


def test_the_page_follows_the_width_and_the_dark_mode_of_the_system(desk, office):
    fields = [mrkdwn("left"), mrkdwn("right")]
    post(office, "Facts", {"type": "section", "fields": fields})
    left, right = desk.get_by_text("left", exact=True), desk.get_by_text("right", exact=True)
    assert left.bounding_box()["y"] == right.bounding_box()["y"]
    desk.set_viewport_size({"width": 390, "height": 800})
    assert left.bounding_box()["y"] < right.bounding_box()["y"]

    ground = "getComputedStyle(document.body).backgroundColor"
    assert desk.evaluate(ground) == "rgb(255, 255, 255)"
    desk.emulate_media(color_scheme="dark")
    assert all(int(part) < 60 for part in re.findall(r"\d+", desk.evaluate(ground)))


def test_focus_and_open_menus_outlive_new_and_changed_messages(desk, office, client):
    go = [actions(button("First", "one"), button("Second", "two"))]
    ts = post(office, "Card", *go)
    second = desk.get_by_role("button", name="Second")
    second.focus()
    office.as_user("ben").types("News", channel="payments")
    expect(article(desk, "News")).to_be_visible()
    expect(second).to_be_focused()
    changed = [{"type": "section", "text": mrkdwn("Redrawn")}, *go]
    client.chat_update(
        channel=office.channel("payments").id, ts=ts, text="Card, redrawn", blocks=changed
    )
    expect(article(desk, "Card, redrawn")).to_be_visible()
    expect(second).to_be_focused()

    article(desk, "News").hover()
    article(desk, "News").get_by_role("button", name="More for this message").click()
    office.as_user("ben").types("More news", channel="payments")
    expect(article(desk, "More news")).to_be_visible()
    expect(desk.get_by_role("menuitem", name="Reply in thread")).to_be_focused()


def test_what_is_chosen_in_messages_and_on_home_reaches_the_app(app, desk, office, client):
    heard = []

    @app.action(re.compile(".*"))
    def hear(ack, body, action):
        ack()
        chosen = action.get("selected_option") or {}
        values = (body.get("view") or body)["state"]["values"]
        heard.append((action["action_id"], chosen.get("value"), values))

    menu = {"type": "overflow", "action_id": "menu", "options": options("Edit", "Remove")}
    stream = {"type": "static_select", "action_id": "stream", "options": options("Payments")}
    stream["placeholder"] = plain("Stream")
    note = field("Note", "plain_text_input")
    post(office, "Card", note, actions(button("Go"), menu, stream))
    desk.get_by_label("Note").fill("soon")
    desk.get_by_role("button", name="Go").click()
    office.wait_for(lambda: len(heard) == 1)
    assert heard[0][2]["Note"]["it"] == {"type": "plain_text_input", "value": "soon"}
    desk.get_by_role("button", name="More actions").click()
    desk.get_by_role("menuitem", name="Remove").click()
    expect(desk.get_by_role("button", name="More actions")).to_be_focused()
    desk.get_by_role("combobox", name="Stream").click()
    desk.get_by_role("option", name="Payments").click()
    office.wait_for(lambda: len(heard) == 3)
    assert [(action, chosen) for action, chosen, _ in heard] == [
        ("go", None),
        ("menu", "remove"),
        ("stream", "payments"),
    ]

    ana = office.workspace.user_named("ana").id
    desk.get_by_role("link", name="Ideas · Home").click()
    expect(desk.get_by_text("The app has not shown its Home yet.")).to_be_visible()
    home = {"type": "home", "blocks": [note, actions(button("Go"))]}
    client.views_publish(user_id=ana, view=home)
    desk.get_by_label("Note").fill("from home")
    desk.get_by_role("button", name="Go").click()
    office.wait_for(lambda: len(heard) == 4)
    assert heard[3][2]["Note"]["it"]["value"] == "from home"


def test_only_the_one_addressed_sees_an_ephemeral_and_its_words_are_read_aloud(
    desk, office, client
):
    channel, ana = office.channel("payments").id, office.workspace.user_named("ana").id
    client.chat_postEphemeral(channel=channel, user=ana, text="Psst & hello")
    attachment = {"color": "#36a64f", "text": "Attached words", "fallback": "x"}
    client.chat_postMessage(channel=channel, text="Open", attachments=[attachment])
    expect(article(desk, "Psst").get_by_text("Only visible to you")).to_be_visible()
    expect(article(desk, "Open").get_by_text("Only visible to you")).to_be_hidden()
    expect(article(desk, "Open").get_by_text("Attached words")).to_be_visible()
    desk.get_by_role("button", name="Screen-reader text").click()
    expect(desk.get_by_text("Read aloud: Psst & hello")).to_be_visible()
    desk.get_by_label("Acting as").select_option("Ben Brandt")
    expect(article(desk, "Open")).to_be_visible()
    expect(article(desk, "Psst")).to_be_hidden()
