"""Finding one's way and talking: places, unread marks, threads, completion, keyboard."""

import re

import pytest
from playwright.sync_api import expect


def say(desk, text):
    box = desk.get_by_label("Message", exact=True)
    box.fill(text)
    box.press("Enter")


def article(desk, text):
    return desk.get_by_role("article", name=text)


def go(desk, place):
    desk.get_by_role("link", name=place).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text(place)


def test_what_is_sent_before_the_page_knows_where_it_is_waits_for_that(desk, office):
    arriving = []
    desk.route("**/sandbox/state*", lambda route: arriving.append(route))
    desk.reload()
    say(desk, "Good morning")
    for route in arriving:
        route.continue_()
    desk.unroute("**/sandbox/state*")
    expect(article(desk, "Good morning")).to_be_visible()


def test_a_click_hits_what_was_pressed_though_it_is_drawn_anew_meanwhile(desk, office):
    lobby = desk.get_by_role("link", name="# lobby")
    lobby.hover()
    desk.mouse.down()
    office.as_user("ben").types("One", channel="lobby")
    desk.wait_for_timeout(400)  # in which it would have been drawn
    desk.mouse.up()
    expect(desk.get_by_role("heading", level=1)).to_have_text("# lobby")


def test_unread_messages_are_counted_until_one_looks(desk, office):
    lobby = desk.get_by_role("link", name="# lobby")
    office.as_user("ben").types("One", channel="lobby")
    office.as_user("ben").types("Two", channel="lobby")
    expect(lobby.get_by_label("2 unread")).to_be_visible()
    expect(desk).to_have_title(re.compile(r"^\(2\) # payments"))
    go(desk, "# lobby")
    expect(desk.get_by_text("New", exact=True)).to_be_visible()
    expect(lobby.get_by_label("unread")).to_be_hidden()
    office.as_user("ben").types("Three", channel="lobby")
    expect(article(desk, "Three")).to_be_visible()
    expect(lobby.get_by_label("unread")).to_be_hidden()
    go(desk, "# payments")
    go(desk, "# lobby")
    expect(article(desk, "Three")).to_be_visible()
    expect(desk.get_by_text("New", exact=True)).to_be_hidden()
    expect(desk).to_have_title(re.compile("^# lobby"))


def test_whoever_writes_sees_what_comes_of_it_wherever_they_were(desk, office):
    for number in range(30):
        office.as_user("ben").types(f"News {number}", channel="payments")
    expect(article(desk, "News 29")).to_be_attached()
    desk.get_by_role("article").first.scroll_into_view_if_needed()
    expect(article(desk, "News 29")).not_to_be_in_viewport()
    say(desk, "Thank you")
    expect(article(desk, "Thank you")).to_be_in_viewport()


def test_people_talk_in_threads_and_escape_leads_back(desk, office):
    say(desk, "Good morning <b>all</b>")
    expect(article(desk, "Good morning <b>all</b>").get_by_text("<b>all</b>")).to_be_visible()
    article(desk, "Good morning").hover()
    desk.get_by_role("button", name="Reply in thread").click()
    reply = desk.get_by_label("Reply", exact=True)
    expect(reply).to_be_focused()
    reply.fill("/idea Tea")
    reply.press("Enter")
    expect(desk.get_by_text("Slash commands do not work in threads.")).to_be_visible()
    reply.fill("And to you")
    reply.press("Enter")
    thread = desk.get_by_label("Thread", exact=True)
    expect(thread.get_by_text("And to you")).to_be_visible()
    expect(desk.get_by_role("button", name="1 reply")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(thread).to_be_hidden()
    desk.get_by_role("button", name="1 reply").click()
    expect(reply).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("button", name="1 reply")).to_be_focused()
    first, second = office.channel("payments").messages
    assert (first.thread_ts, second.thread_ts) == (None, first.ts)


def test_what_is_being_typed_is_completed_and_hinted(desk):
    box = desk.get_by_label("Message", exact=True)
    box.press_sequentially("/")
    expect(desk.get_by_role("option", name="/idea")).to_contain_text("[title]")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(box).to_have_value("/mentions ")
    desk.keyboard.type("@b")
    expect(desk.get_by_role("option", name="@ben")).to_have_attribute("aria-selected", "true")
    desk.keyboard.press("Tab")
    expect(box).to_have_value("/mentions @ben ")
    box.fill("/idea ")
    expect(box).to_have_accessible_description("/idea [title]")
    box.fill("/")
    expect(desk.get_by_role("option", name="/idea")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("option", name="/idea")).to_be_hidden()


def test_what_is_not_sent_stays_with_its_place(desk, office):
    box = desk.get_by_label("Message", exact=True)
    box.press_sequentially("One")
    box.press("Shift+Enter")
    box.press_sequentially("Two")
    go(desk, "# lobby")
    expect(box).to_have_value("")
    go(desk, "# payments")
    expect(box).to_have_value("One\nTwo")
    box.press("Enter")
    expect(article(desk, "One Two")).to_be_visible()
    say(desk, "/epik")
    expect(desk.get_by_text("/epik is not a valid command.")).to_be_visible()
    expect(box).to_have_value("/epik")


def test_one_writes_only_where_one_is_a_member(desk, office):
    office.add_channel("board", members=["ben"], bot_is_member=False)
    go(desk, "# board")
    expect(desk.get_by_text("Ana Alvarez is not in # board.")).to_be_visible()
    expect(desk.get_by_text("Ideas is not in this channel")).to_be_visible()
    expect(desk.get_by_label("Message", exact=True)).to_be_hidden()
    desk.get_by_label("Acting as").select_option("Ben Brandt")
    expect(desk.get_by_label("Message", exact=True)).to_be_visible()


def test_shortcuts_are_in_the_menus_and_arrow_keys_move_there(app, desk, office):
    heard = []

    @app.shortcut("from_anywhere")
    def from_anywhere(ack, body):
        heard.append(body["callback_id"])
        ack()

    @app.shortcut("from_message")
    def from_message(ack, body):
        heard.append(body["message"]["text"])
        ack()

    say(desk, "Bank transfer")
    expect(article(desk, "Bank transfer")).to_be_visible()
    desk.get_by_role("log", name="Messages").focus()
    desk.keyboard.press("ArrowUp")
    expect(article(desk, "Bank transfer")).to_be_focused()
    more = desk.get_by_role("button", name="More for this message")
    more.press("ArrowDown")
    expect(desk.get_by_role("menuitem", name="Reply in thread")).to_be_focused()
    desk.keyboard.press("ArrowDown")
    expect(desk.get_by_role("menuitem", name="Make it an idea")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(desk.get_by_role("menu")).to_be_hidden()
    more.press("Enter")
    desk.get_by_role("menuitem", name="Make it an idea").click()
    desk.get_by_role("button", name="Shortcuts").click()
    expect(desk.get_by_role("menuitem", name="New idea")).to_be_focused()
    desk.keyboard.press("Enter")
    office.wait_for(lambda: len(heard) == 2)
    assert heard == ["Bank transfer", "from_anywhere"]


def test_slacks_side_moves_the_clock_and_makes_things_go_wrong(desk, office, client):
    before = office.clock.now()
    inside = desk.get_by_role("button", name="Slack's side", exact=True)
    inside.click()
    panel = desk.get_by_role("region", name="Slack's side")
    expect(panel.get_by_text("Nothing so far.")).to_be_visible()
    panel.get_by_role("button", name="+ 1 day").click()
    panel.get_by_role("button", name="Stop it").click()
    expect(panel.get_by_text("(stopped)")).to_be_visible()
    expect(panel.get_by_role("button", name="Let it run")).to_be_focused()
    assert (office.clock.now() - before).days == 1

    panel.get_by_text("Refuse the next calls of a method").click()
    panel.get_by_label("Method").first.select_option("chat.postMessage")
    panel.get_by_label("How often").first.fill("3")
    panel.get_by_role("button", name="Make it happen").first.click()
    expect(panel.get_by_text("None is on.")).to_be_hidden()
    [active] = office.active_faults
    assert "chat.postMessage" in active
    assert "3" in active
    with pytest.raises(Exception, match="internal_error"):
        client.chat_postMessage(channel=office.channel("payments").id, text="Hello")
    panel.get_by_role("button", name="End all faults").click()
    expect(panel.get_by_text("None is on.")).to_be_visible()
    assert office.active_faults == []

    with pytest.raises(Exception, match="channel_not_found"):
        client.chat_postMessage(channel="C404", text="Hello")
    expect(panel.get_by_text("channel_not_found").first).to_be_visible()
    desk.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(desk.get_by_role("button", name="Slack's side")).to_be_focused()


def test_the_list_of_places_is_a_drawer_on_a_phone(phone):
    opener = phone.get_by_role("button", name="Open the list of places")
    expect(phone.get_by_role("link", name="# lobby")).to_be_hidden()
    opener.click()
    expect(phone.get_by_role("link", name="# payments")).to_be_focused()
    phone.keyboard.press("Escape")
    expect(phone.get_by_role("link", name="# lobby")).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    phone.get_by_role("link", name="# lobby").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("# lobby")
    expect(phone.get_by_role("link", name="# lobby")).to_be_hidden()


def test_what_one_could_try_stands_beside_the_places(desk, office):
    hints = desk.get_by_role("region", name="What to try")
    expect(hints).to_be_hidden()
    office.suggest("Ana proposes: type /epic propose.", "Ben votes on <b>it</b>.")
    expect(hints.get_by_role("paragraph")).to_have_text(
        ["Ana proposes: type /epic propose.", "Ben votes on <b>it</b>."]
    )
