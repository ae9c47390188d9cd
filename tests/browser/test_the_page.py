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
    expect(card(page, re.compile("^PAY-1 · Pay by bank transfer Payments"))).to_be_visible()
    expect(page.get_by_text("It helps <!channel> & *b*.")).to_be_visible()
    expect(page.get_by_text("Only visible to you")).to_be_visible()

    page.get_by_label("Acting as").select_option("Ben")
    expect(page.get_by_text("Only visible to you")).to_be_hidden()
    page.get_by_role("link", name="Tack · Home").click()
    page.get_by_role("button", name=re.compile("^Open PAY-1")).click()
    note = page.get_by_role("dialog", name="Tack")
    note.get_by_role("button", name="Move to Reviewing").click()
    expect(
        note.get_by_text("reviewing, when").or_(note.get_by_text("analyzing, when"))
    ).to_be_visible()
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    expect(page.get_by_text("Reviewing · 1")).to_be_visible()


def test_a_proposal_grows_and_is_corrected_while_it_is_typed(page):
    say(page, "/epic propose Wallet payments")
    form = page.get_by_role("dialog", name="Propose an epic")
    form.get_by_label("What do you believe, in a sentence?").fill("It helps.")
    title = form.get_by_label("What should change?")
    title.fill("🎉")
    form.get_by_role("button", name="Propose", exact=True).click()
    expect(title).to_have_attribute("aria-invalid", "true")
    expect(
        form.get_by_text('Give it a few words, for example "Pay by bank transfer".')
    ).to_be_visible()
    expect(form.get_by_label("What do you believe, in a sentence?")).to_have_value("It helps.")
    title.fill("Wallet payments")
    form.get_by_role("button", name="Propose", exact=True).click()
    expect(form).to_be_hidden()

    say(page, "/epic propose")
    title.press_sequentially("Wallet payments in shops", delay=25)
    expect(form.get_by_text("1 similar epic is open")).to_be_visible()
    expect(title).to_be_focused()
    page.keyboard.type(" too")
    expect(title).to_have_value("Wallet payments in shops too")


def test_it_works_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.get_by_role("button", name="Open the list of places").click()
    page.get_by_role("link", name="Tack · Home").click()
    page.get_by_role("button", name="Propose an epic").click()
    form = page.get_by_role("dialog", name="Propose an epic")
    expect(form.get_by_role("button", name="Propose", exact=True)).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
