"""What someone does on the page: who they are, where, and what they type, press and choose."""

import re

from playwright.sync_api import TimeoutError as Gone
from playwright.sync_api import expect


def be(page, name, channel):
    page.get_by_label("Acting as").select_option(name)
    page.get_by_role("link", name=f"# {channel}").click()
    expect(page.get_by_label("Message", exact=True)).to_have_attribute(
        "placeholder", f"Message # {channel}"
    )


def say(page, text):
    box = page.get_by_label("Message", exact=True)
    box.fill(text)
    box.press("Enter")


def message(page, begins):
    return page.get_by_role("article", name=re.compile(f"^{re.escape(begins)}"))


def choose(form, label, option):
    form.get_by_role("combobox", name=label).click()
    form.get_by_role("option", name=re.compile(f"^{option}")).click()


def pick(page, card, option):
    """From the card's menu, which closes where the card is drawn anew."""
    item = page.get_by_role("menuitem", name=option)
    for _ in range(5):
        card.get_by_role("button", name="More actions").click()
        try:
            item.click(timeout=3_000)
        except Gone:
            page.keyboard.press("Escape")
        else:
            return
    raise AssertionError(f"{option} is not to be picked")


def later(page, step, day):
    side = page.get_by_role("button", name="Slack's side", exact=True)
    side.click()
    page.get_by_role("button", name=f"+ {step}").click()
    expect(page.get_by_role("region", name="Slack's side")).to_contain_text(day)
    side.click()
