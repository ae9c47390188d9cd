import re

from playwright.sync_api import expect


def say(page, text):
    box = page.get_by_label("Message", exact=True)
    box.fill(text)
    box.press("Enter")


def card(page, text):
    return page.get_by_role("article", name=text)


def test_ana_proposes_and_ben_moves_it_on_his_home(page, slack):
    say(page, "/epic propose")
    form = page.get_by_role("dialog", name="Propose an epic")
    form.get_by_label("What should change?").fill("Pay by bank transfer")
    form.get_by_label("What do you believe, in a sentence?").fill("It helps <!channel> & *b*.")
    form.get_by_role("button", name="Propose", exact=True).click()
    expect(form).to_be_hidden()
    expect(card(page, re.compile("^PAY-1 Pay by bank transfer. Funnel"))).to_be_visible()
    expect(page.get_by_text("It helps <!channel> & *b*.")).to_be_visible()
    expect(page.get_by_text("Only visible to you")).to_be_visible()

    page.get_by_label("Acting as").select_option("Ben")
    expect(page.get_by_text("Only visible to you")).to_be_hidden()
    page.get_by_role("link", name="Tack · Home").click()
    page.get_by_role("button", name="Open", exact=True).click()
    note = page.get_by_role("dialog", name="Tack")
    note.get_by_role("button", name="Move to Reviewing").click()
    expect(
        note.get_by_text("reviewing, when").or_(note.get_by_text("analyzing, when"))
    ).to_be_visible()
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    expect(page.get_by_text("Reviewing · 1")).to_be_visible()


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(page):
    say(page, "/epic propose")
    form = page.get_by_role("dialog", name="Propose an epic")
    form.get_by_label("What should change?").fill("🎉")
    form.get_by_label("What do you believe, in a sentence?").fill("It helps.")
    form.get_by_role("button", name="Propose", exact=True).click()
    title = form.get_by_label("What should change?")
    expect(title).to_have_attribute("aria-invalid", "true")
    expect(
        form.get_by_text('Give it a few words, for example "Pay by bank transfer".')
    ).to_be_visible()
    expect(form.get_by_label("What do you believe, in a sentence?")).to_have_value("It helps.")


def test_typing_goes_on_while_the_form_grows(page):
    say(page, "/epic propose Wallet payments")
    form = page.get_by_role("dialog", name="Propose an epic")
    form.get_by_label("What do you believe, in a sentence?").fill("It helps.")
    form.get_by_role("button", name="Propose", exact=True).click()
    expect(form).to_be_hidden()
    say(page, "/epic propose")
    form.get_by_label("What should change?").press_sequentially(
        "Wallet payments in shops", delay=25
    )
    expect(form.get_by_text("1 similar epic is open")).to_be_visible()
    expect(form.get_by_label("What should change?")).to_be_focused()
    page.keyboard.type(" too")
    expect(form.get_by_label("What should change?")).to_have_value("Wallet payments in shops too")


def test_slash_commands_are_completed_with_what_they_take(page):
    page.get_by_label("Message", exact=True).press_sequentially("/ep")
    expect(page.get_by_role("option", name="/epic")).to_contain_text("propose | list | show KEY")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Message", exact=True)).to_have_value("/epic ")


def test_an_unknown_command_is_told_and_comes_back(page):
    say(page, "/epik")
    expect(page.get_by_role("status")).to_have_text("/epik is not a valid command.")
    expect(page.get_by_label("Message", exact=True)).to_have_value("/epik")


def test_people_talk_in_channels_and_threads(page):
    page.get_by_role("link", name="# lobby").click()
    say(page, "Good morning <b>all</b>")
    card(page, "Good morning").hover()
    page.get_by_role("button", name="Reply in thread").click()
    page.get_by_label("Reply", exact=True).fill("And to you")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Thread", exact=True).get_by_text("And to you")).to_be_visible()
    expect(page.get_by_role("button", name="1 reply")).to_be_visible()
    expect(page.get_by_text("Good morning <b>all</b>").first).to_be_visible()


def test_the_words_for_a_screen_reader_are_shown_on_demand(page):
    say(page, "/epic help")
    page.get_by_role("button", name="Screen-reader text").click()
    expect(page.get_by_text("Read aloud: /epic understands")).to_be_visible()


def test_the_clock_is_moved_and_findings_are_told(page, slack):
    before = slack.clock.now()
    page.get_by_role("button", name="Slack's side").click()
    page.get_by_role("button", name="+ 1 day").click()
    expect(page.get_by_text("Nothing so far.")).to_be_visible()
    assert (slack.clock.now() - before).days == 1


def test_it_works_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.get_by_role("button", name="Open the list of places").click()
    page.get_by_role("link", name="Tack · Home").click()
    page.get_by_role("button", name="Propose an epic").click()
    form = page.get_by_role("dialog", name="Propose an epic")
    expect(form.get_by_role("button", name="Propose", exact=True)).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
