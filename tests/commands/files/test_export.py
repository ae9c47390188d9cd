"""`/portfolio export`: asked by a form, given as a file in the direct messages of who asked."""

import csv
import io
import json
import zipfile

import pytest
from sqlalchemy import select

from models.audit.audit import AuditEvent
from models.files.export import Export
from models.portfolio.portfolio import ValueStream
from tests.commands.conftest import an_mvp


@pytest.fixture
def two_epics(slack, shop):
    """PAY-1, which everybody sees, and PAY-2 of Ana, which only its circle sees."""
    with shop.database.write() as session:
        stream = session.scalars(select(ValueStream).where(ValueStream.name == "Payments")).one()
        an_mvp(session, slack, stream, "Pay by bank transfer")
        an_mvp(session, slack, stream, "Secret plan").restricted = True
    return shop


def exports(slack, who, how="CSV"):
    """Ask for an export; what is told at once."""
    person = slack.as_user(who)
    person.types("/portfolio export", channel="payments")
    form = person.form()
    if how != "CSV":
        form.choose("How?", "JSON, one document, for programs")
    assert form.submit().closed
    return person.last_private().text


def file_of(slack, who):
    """The file in the person's direct messages with Tack, once it is there."""

    def given():
        return [file for message in slack.dm(who).messages for file in message.files]

    return slack.wait_for(given, 15)[0]


def in_zip(file):
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_file_comes_to_the_direct_messages_of_who_asked_and_the_audit_log_tells_of_it(
    slack, two_epics
):
    said = exports(slack, "cleo")
    assert said == (
        "Shop is being exported. The file comes to your direct messages with Tack, "
        "usually within a minute."
    )
    file = file_of(slack, "cleo")
    assert file.name.startswith("tack-shop-20")
    assert file.name.endswith(".zip")
    found = in_zip(file)
    rows = list(csv.DictReader(io.StringIO(found["epics.csv"].removeprefix("\ufeff"))))
    assert [row["key"] for row in rows] == ["PAY-1"]
    assert "Secret" not in str(found)
    assert "audit_events.csv" not in found
    assert "role_grants.csv" not in found
    assert slack.as_user("ben").files() == []
    with two_epics.database.read() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.noun == "exports")).one()
    cleo = slack.workspace.user_named("cleo").id
    told = (event.actor, event.verb, json.loads(event.after)["restricted"])
    assert told == (cleo, "created", False)
    said = slack.as_user("ana").types("/portfolio audit", channel="payments").text
    assert "export · portfolio: Shop · format: csv · restricted epics included: no" in said


def test_an_admin_gets_who_did_what_and_what_their_circle_sees(slack, two_epics):
    exports(slack, "ana", "JSON")
    found = json.loads(in_zip(file_of(slack, "ana"))["tack.json"])
    assert [row["title"] for row in found["tables"]["epics"]["rows"]] == [
        "Pay by bank transfer",
        "Secret plan",
    ]
    told = found["tables"]["audit_events"]["rows"]
    ana = slack.workspace.user_named("ana").id
    assert (told[-1]["noun"], told[-1]["actor"]) == ("exports", ana)
    assert json.loads(told[-1]["after"])["restricted"] is True
    assert found["about"]["restricted_epics"] is True
    assert found["about"]["audit_head"] == f"{len(told)}:{told[-1]['hash']}"


def test_what_goes_wrong_once_on_each_step_is_done_again(slack, shop):
    for step in ("files.getUploadURLExternal", "upload_url", "files.completeUploadExternal"):
        slack.break_next(step)
    exports(slack, "cleo")
    slack.wait_for(lambda: (slack.clock.advance(1), slack.as_user("cleo").files())[1], 20)
    assert len(slack.as_user("cleo").files()) == 1
    assert {finding.error for finding in slack.findings} <= {"file_not_found"}
    slack.findings.clear()


def test_a_file_whose_reply_was_lost_is_not_given_twice(slack, shop):
    slack.lose_reply_next("files.completeUploadExternal")
    exports(slack, "cleo")

    def ready():
        slack.clock.advance(1)
        with shop.database.read() as session:
            return session.scalars(select(Export.ready_at)).one()

    slack.wait_for(ready, 20)
    assert len(slack.as_user("cleo").files()) == 1


def test_a_slack_that_will_not_take_it_is_told_with_what_to_do_and_a_button_for_who_asked(
    slack, shop
):
    slack.fail_next("files.getUploadURLExternal", "missing_scope")
    exports(slack, "cleo")
    cleo, dana = slack.as_user("cleo"), slack.as_user("dana")

    def heard(words):
        found = [m for m in slack.dm("cleo").messages if words in m.text]
        return found and found[-1]

    said = slack.wait_for(lambda: heard("permission files:write is missing"))
    dana.click("Try again", in_message=said)
    assert "That export is not there any more" in slack.wait_for(dana.last_private).text
    assert cleo.files() == []
    cleo.click("Try again", in_message=said)
    file_of(slack, "cleo")
    slack.wait_for(lambda: heard("has arrived"))


def test_a_slack_that_does_not_answer_for_long_is_told_and_tried_on(slack, shop):
    slack.break_next("files.getUploadURLExternal", times=99)
    exports(slack, "cleo")

    def told():
        slack.clock.advance(1)
        return any("keeps trying" in m.text for m in slack.dm("cleo").messages)

    slack.wait_for(told, 20)
    slack.clear_faults()
    slack.wait_for(lambda: (slack.clock.advance(1), slack.as_user("cleo").files())[1], 30)
