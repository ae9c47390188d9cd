"""`/portfolio audit` in Slack: asked, paged, refused; and the weekly word to the admins."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.audit.audit import Act, AuditAnchor
from models.epics.epic import Epic
from models.projects.project import Milestone
from tests.commands.conftest import card, proposes
from tests.commands.projects.test_projects import adds, plans


@pytest.fixture
def told(slack, shop):
    """PAY-1, proposed by Ana, moved by Ben with a reason, and valued anew by Ana."""
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    slack.as_user("ben").types("/epic move PAY-1 reviewing worth a look", channel="payments")
    changed(slack, shop, target=Decimal(65))
    return shop


def changed(slack, shop, **values):
    ana = slack.workspace.user_named("ana").id
    with shop.database.write(Act(ana, "form edit_epic", slack.clock.now())) as session:
        epic = session.scalars(select(Epic)).one()
        for name, value in values.items():
            setattr(epic, name, value)


def asks(slack, who, words=""):
    typed = f"/portfolio audit {words}".strip()
    return slack.as_user(who).types(typed, channel="payments")


def test_anyone_reads_who_changed_what_about_an_epic(slack, told):
    said = asks(slack, "cleo", "pay-1").text
    ana, ben = (slack.workspace.user_named(name).id for name in ("ana", "ben"))
    assert [(each.split(" · ")[0], each.split(" · ", 2)[2]) for each in said.split("\n")[1:3]] == [
        (f"<@{ana}>", "target: none → 65"),
        (f"<@{ben}>", "state: Funnel → Reviewing · reason: “worth a look”"),
    ]


def test_the_pages_are_turned_in_place(slack, told):
    for n in range(32):
        changed(slack, told, target=Decimal(n))
    cleo = slack.as_user("cleo")
    asks(slack, "cleo", "PAY-1")
    first = cleo.last_private()
    cleo.click("Older", in_message=first)
    older = slack.wait_for(
        lambda: "worth a look" in cleo.private_messages()[-1].text and cleo.private_messages()[-1]
    )
    cleo.click("Newest", in_message=older)
    slack.wait_for(lambda: "worth a look" not in cleo.private_messages()[-1].text)


def test_a_person_is_asked_for_by_mention_and_a_name_slack_does_not_know_is_said(slack, told):
    assert "worth a look" in asks(slack, "ana", "@ben").text
    assert "target" not in asks(slack, "ana", "@ben").text
    assert "worth a look" in asks(slack, "ana", "LOOK").text
    assert "is not someone Slack knows" in asks(slack, "ana", "@nobody").text


def test_a_project_is_asked_for_by_its_code_with_all_that_is_about_it(slack, told):
    ben = slack.as_user("ben").id
    project_id = adds(slack, told, "PRJ-204", "Checkout renewal")
    plans(slack, told, project_id, "M1", date(2026, 12, 1))
    with told.database.write(Act(ben, "form milestone_form", slack.clock.now())) as session:
        session.scalars(select(Milestone)).one().forecast_on = date(2026, 12, 9)
    changed(slack, told, project_id=project_id)
    said = asks(slack, "ana", "prj-204").text
    milestone = "milestone PRJ-204 Checkout renewal, M1"
    assert f"{milestone} added" in said
    assert f"{milestone} · forecast date: none → 9 Dec 2026" in said
    assert "PAY-1 Pay by bank transfer · project: none → PRJ-204 Checkout renewal" in said
    assert "state:" not in said
    assert asks(slack, "cleo", "PRJ-204").text.startswith("Only finance or an admin can read")
    assert asks(slack, "ana", "PRJ-205").text.startswith("There is no epic PRJ-205.")


def test_an_older_page_of_an_epic_that_was_hidden_meanwhile_is_not_shown(slack, told):
    for n in range(32):
        changed(slack, told, target=Decimal(n))
    cleo = slack.as_user("cleo")
    asks(slack, "cleo", "PAY-1")
    shown = cleo.last_private()
    changed(slack, told, restricted=True)
    cleo.click("Older", in_message=shown)
    slack.wait_for(lambda: "not there any more" in cleo.last_private().text)
    assert asks(slack, "cleo", "PAY-7").text.startswith("There is no epic PAY-7.")
    assert asks(slack, "cleo", "PAY-1").text == "There is no epic PAY-1."


def test_once_a_week_the_admins_read_how_the_log_ends(slack, told):
    ana = slack.as_user("ana")
    slack.clock.advance(timedelta(days=7))

    def heard():
        messages = slack.dm("ana").messages
        return next((m for m in messages if m.text.startswith("Audit log, ")), None)

    message = slack.wait_for(heard)
    with told.database.read() as session:
        anchor = session.scalars(select(AuditAnchor)).one()
    assert f"\n{anchor.count}:{anchor.hash}\n" in message.text
    assert ana.id
