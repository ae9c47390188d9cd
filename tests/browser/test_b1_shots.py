from tests.browser.conftest import looking
from tests.commands.test_setup import note_on

def test_shots(chromium, slack):
    ana = slack.as_user("ana")
    with looking(chromium, slack, viewport={"width": 1280, "height": 1500}) as page:
        def shot(name):
            page.wait_for_timeout(700)
            page.screenshot(path=f"/tmp/b1/{name}.png")
        ana.types("/portfolio setup", channel="payments")
        shot("chooser")
        ana.form().click("Set up another portfolio")
        shot("basics")
        form = ana.form()
        form.fill("What is the portfolio called?", "Bank"); form.fill("Currency","CHF"); form.submit()
        shot("checklist")
        ana.form().click("Board and limits"); shot("board")
        ana.form().click("Add a state"); shot("state")
        ana.form().close(); ana.form().click("Limits"); shot("limits")
        ana.form().close(whole_stack=True)
        ana.types("/portfolio streams", channel="payments"); shot("streams")
        ana.form().click("Add a value stream"); shot("stream")
        ana.form().close(whole_stack=True)
        ana.types("/portfolio settings", channel="payments"); shot("settings")
        ana.form().click("Name people"); shot("council")
        ana.form().close(whole_stack=True)
        ana.types("/portfolio streams", channel="payments")
        ana.form().chooses_overflow("Merge into another")
        ana.form(title="Merge a value stream").choose("Into which value stream?", "Payments (PAY)")
        ana.form().submit(); shot("merge")
        slack.findings.clear()
