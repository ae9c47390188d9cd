"""`/portfolio import`: from a file in Slack to epics on the board, and bad rows given back."""

import csv
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from models.audit.audit import AuditEvent
from models.epics.epic import Epic
from models.files.sheet import guarded
from models.files.upload import Upload
from models.projects.project import Project
from models.work import Work
from tests.commands.conftest import epics, proposes
from tests.terminals import typed

EPICS = (
    "Name;Stream;Status;Full cost;Colour\n"
    "Pay later;Payments;reviewing;1.234,56;red\n"
    "Größe wählen;PAY;Delivering;60.000,00;blue\n"
    "Passport;Onboarding;;;green\n"
).encode("cp1252")
PROJECTS = (
    b"Code;Name;Programme;Value stream;Budget;End\n"
    b"P1;Renewal;Core;Payments:60|Onboarding:40;5000;1.3.2027\nP2;Move;;Payments;;\n"
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


def chooses(slack, content, name="epics.csv", kind="Epics", who="ana"):
    """Open the form, attach the file and send it; answers the person."""
    person = slack.as_user(who)
    person.types("/portfolio import", channel="payments")
    form = person.form(title="Import a file")
    form.choose("What are its rows?", kind)
    form.attaches("The file", name, content)
    assert form.submit().errors == {}
    return person


def matches(slack, content, **more):
    """The form in which its columns are matched."""
    person = chooses(slack, content, **more)
    return slack.wait_for(lambda: shown(person, "Match the columns"), timeout=15)


def shown(person, title):
    """The form of this title, once it is in front."""
    form = person.form()
    return form if form.title == title else None


def checks(slack, content, who="ana", **more):
    """The page that says what it comes to."""
    assert matches(slack, content, who=who, **more).submit().errors == {}
    return slack.wait_for(lambda: shown(slack.as_user(who), "Check before importing"), timeout=15)


def told(slack, who="ana"):
    """What the person is told in direct messages once it is in."""
    return slack.wait_for(
        lambda: next((m for m in slack.dm(who).messages if " into Shop" in m.text), None),
        timeout=15,
    )


def brings_in(slack, content, **more):
    if content is PROJECTS:
        more = {"kind": "Projects"} | more
    page = checks(slack, content, **more)
    page.submit()
    return told(slack, more.get("who", "ana"))


def texts(surface):
    return "\n".join(surface.texts)


def uploads(tack):
    with tack.database.read() as session:
        return session.scalars(select(Upload).order_by(Upload.id)).all()


def test_a_file_comes_in_after_its_columns_are_matched_and_a_yes_is_said(slack, shop):
    matching = matches(slack, EPICS)
    said = texts(matching)
    assert (
        "*epics.csv* for Shop, as epics · 3 rows of 5 columns, read as Windows Latin, separated by "
        "semicolons, decimal comma." in said
    )
    assert "Pay later · Payments · Reviewing" in said
    assert "Größe wählen · Payments · Delivering" in said
    assert "Left out: Colour" in said
    assert matching.labels[:2] == ["Title", "Value stream"]
    assert epics(shop) == 0
    matching.submit()
    ana = slack.as_user("ana")
    page = slack.wait_for(lambda: shown(ana, "Check before importing"))
    assert "*3 epics to import into Shop*." in texts(page)
    assert "None of it is marked overdue for the first four weeks." in texts(page)
    assert page.view["submit"]["text"] == "Import 3 epics"
    assert epics(shop) == 0
    page.submit()
    assert "being imported" in texts(ana.form())
    message = told(slack)
    assert message.text.startswith("3 epics imported into Shop from epics.csv.")
    with shop.database.read() as session:
        found = {epic.title: epic for epic in session.scalars(select(Epic))}
        assert found["Pay later"].full_cost_minor == 123_456
        assert found["Größe wählen"].phase == "delivering"
        assert found["Passport"].state.name == "funnel"
    ana.click("See Payments board", in_message=message)
    slack.wait_for(lambda: ana.form().shows("Pay later"))


def test_a_file_read_by_the_wrong_encoding_is_read_again_by_the_one_that_is_chosen(slack, shop):
    polish = "Name;Stream\nŻółty;Płatności\n".encode("cp1250")
    matching = matches(slack, polish)
    assert "read as Windows Latin" in texts(matching)
    label = "Letters look wrong? Read them as"
    matching.choose(label, "UTF-16")
    slack.wait_for(lambda: matching.shows("It is still read as before."))
    matching.choose(label, "Windows Central European")
    slack.wait_for(lambda: matching.shows("Żółty · Płatności · Funnel"))
    assert "read as Windows Central European" in texts(matching)
    matching.submit()
    slack.wait_for(lambda: shown(slack.as_user("ana"), "Check before importing")).submit()
    told(slack)
    with shop.database.read() as session:
        assert session.scalars(select(Epic.title)).all() == ["Żółty"]


def test_the_encoding_can_be_said_with_the_file(slack, shop):
    ana = slack.as_user("ana")
    ana.types("/portfolio import", channel="payments")
    form = ana.form(title="Import a file")
    form.choose("Character encoding", "Windows Cyrillic")
    form.attaches("The file", "epics.csv", "Name;Stream\nЖёлтый;Payments\n".encode("cp1251"))
    assert form.submit().errors == {}
    matching = slack.wait_for(lambda: shown(ana, "Match the columns"), timeout=15)
    assert matching.shows("Жёлтый · Payments · Funnel")


def test_only_who_may_bring_data_in_gets_the_form(slack, shop):
    reply = slack.as_user("dana").types("/portfolio import", channel="payments")
    ana = slack.as_user("ana").id
    assert reply.text == f"Only an admin can import data. Ask <@{ana}>."


def test_another_column_changes_what_the_first_rows_become(slack, shop):
    matching = matches(slack, b"Name,Label,Stream,Status\nA,Pay later,PAY,ready\n")
    assert matching.shows("A · Payments · Ready")
    assert matching.options("Title") == ["Name", "Label", "Stream", "Status"]
    assert matching.options("State", "sta") == ["Status"]
    matching.choose("Title", "Label")
    slack.wait_for(lambda: matching.shows("Pay later · Payments · Ready"))
    assert matching.shows("Left out: Name")
    matching.choose("State", "Leave it out")
    slack.wait_for(lambda: matching.shows("Pay later · Payments · Funnel"))
    matching.submit()
    ana = slack.as_user("ana")
    slack.wait_for(lambda: shown(ana, "Check before importing")).click("Match the columns again")
    again = slack.wait_for(lambda: shown(ana, "Match the columns"))
    assert again.shows("Pay later · Payments · Funnel")


def test_where_no_column_is_known_they_are_chosen_by_hand(slack, shop):
    matching = matches(slack, b"foo,bar\nPay later,Payments\n")
    lead = "*No row can be read like this yet.* Choose above which column holds the title"
    assert matching.shows(f"{lead} and which the value stream.")
    assert set(matching.submit().errors) == {"Title", "Value stream"}
    matching.choose("Title", "foo")
    matching.choose("Value stream", "bar")
    slack.wait_for(lambda: matching.shows("Pay later · Payments · Funnel"))
    matching.submit()
    page = slack.wait_for(lambda: shown(slack.as_user("ana"), "Check before importing"))
    assert page.shows("*1 epic to import into Shop*.")


def test_files_with_very_many_columns_stay_within_slacks_limits(slack, shop):
    names = ["Title", "Stream", *(f"Column {'x' * 90} {n}" for n in range(198))]
    row = ["Pay later", "Payments", *("1" for _ in range(198))]
    matching = matches(slack, f"{','.join(names)}\n{','.join(row)}\n".encode())
    assert len(matching.options("State")) == 100
    assert len(matching.options("State", "x 17")) > 0
    assert matching.shows("and 186 more")


BAD = """Title;Stream;Status;Full cost
Good one;Payments;ready;1.234,56
=HYPERLINK("x");Payments;Doing;1
;Payments;;
Many cells;Payments;;5,00;more;and more
"""


def test_bad_rows_come_back_as_a_file_with_the_reasons_and_come_in_once_mended(slack, shop):
    page = checks(slack, BAD.encode())
    assert page.shows("*1 epic to import into Shop*")
    assert page.shows("*3 rows cannot be imported*; you get them back as a file")
    assert page.shows("Line 3: there is no state “Doing”")
    page.submit()
    message = told(slack)
    assert message.text.startswith("1 epic imported into Shop from epics.csv.")
    assert "3 rows could not be imported." in message.text
    [file] = slack.wait_for(slack.as_user("ana").files, timeout=15)
    assert file.name == "epics - not imported.csv"
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Title", "Stream", "Status", "Full cost", "reason"]
    assert rows[1][:3] == [guarded('=HYPERLINK("x")'), "Payments", "Doing"]
    assert [row[4].partition(":")[0] for row in rows[1:]] == ["Line 3", "Line 4", "Line 5"]
    assert "title is empty" in rows[2][4]
    assert "2 more cells than columns" in rows[3][4]
    mended = file.content.decode("utf-8-sig").replace("Doing", "Ready")
    page = checks(slack, mended.encode())
    assert page.shows("*2 epics to import into Shop*")
    page.submit()
    slack.wait_for(lambda: epics(shop) == 3, timeout=15)
    with shop.database.read() as session:
        assert '=HYPERLINK("x")' in session.scalars(select(Epic.title)).all()
    slack.wait_for(lambda: len(slack.as_user("ana").files()) == 2, timeout=15)


def test_the_same_file_once_more_brings_only_new_rows(slack, shop):
    brings_in(slack, EPICS)
    again = matches(slack, EPICS)
    assert "This file was already imported on" in texts(again)
    assert again.shows("Line 2 is already known and stays as it is")
    again.submit()
    ana = slack.as_user("ana")
    page = slack.wait_for(lambda: shown(ana, "Check before importing"))
    assert page.shows("*Nothing new to import.*")
    assert page.shows("3 epics are already known and stay as they are.")
    assert "submit" not in page.view or page.view["submit"] is None
    page = checks(slack, EPICS + b"Refunds;Payments;;;\n")
    assert page.shows("*1 epic to import into Shop*")


def test_projects_come_in_as_well(slack, shop):
    content = "Code,Name,Value stream,Budget EUR\nPRJ-1,Till,Payments,60000\n"
    matching = matches(slack, content.encode(), name="plan.csv", kind="Projects")
    assert matching.shows("PRJ-1 · Till · Payments · €60,000")
    matching.submit()
    ana = slack.as_user("ana")
    page = slack.wait_for(lambda: shown(ana, "Check before importing"))
    assert page.view["submit"]["text"] == "Import 1 project"
    assert page.shows("no epic changes. `/portfolio projects` shows them.")
    assert "Cards are not posted" not in texts(page)
    page.submit()
    assert told(slack).text.startswith("1 project imported into Shop from plan.csv.")
    with shop.database.read() as session:
        assert session.scalars(select(Project.code)).all() == ["PRJ-1"]


def test_the_unit_of_a_column_is_shown_and_a_row_of_sums_is_no_project(slack, shop):
    content = "Code;Name;Budget (k€)\nP1;Till;60,-\nP2;Shelf;TBD\nGesamt;;60,-\n".encode()
    matching = matches(slack, content, name="plan.csv", kind="Projects")
    assert matching.shows("P1 · Till · €60,000")
    assert matching.shows("1 in “Budget (k€)” is €1,000")
    matching.submit()
    ana = slack.as_user("ana")
    page = slack.wait_for(lambda: shown(ana, "Check before importing"))
    assert page.shows("Line 4 is the sum of the lines above, not a project.")
    page.submit()
    assert told(slack).shows("Line 4 is the sum of the lines above, not a project.")
    with shop.database.read() as session:
        assert session.scalars(select(Project.budget_minor)).all() == [6_000_000, None]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (PNG, "This is not a text file"),
        (
            b"Name\n" + b"x\n" * 20_001,
            "The file has more than 20,000 rows, the most that can be imported in Slack",
        ),
    ],
)
def test_what_is_no_table_is_said_and_another_file_can_be_chosen(slack, shop, content, sentence):
    person = chooses(slack, content, kind="Projects")
    form = waits_for_file_form(slack, person)
    assert form.shows(sentence)
    assert form.value("What are its rows?")["value"] == "projects"
    assert uploads(shop) == []
    form.choose("What are its rows?", "Epics")
    form.attaches("The file", "epics.csv", EPICS)
    form.submit()
    slack.wait_for(lambda: shown(person, "Match the columns"))


def test_a_file_of_nearly_ten_megabytes_is_read(slack, shop):
    row = f"Pay later;Payments;{'x' * 99_000}\n"
    matching = matches(slack, f"Title;Stream;Remarks\n{row * 100}".encode())
    assert matching.shows("100 rows of 3 columns")
    matching.submit()
    ana = slack.as_user("ana")
    page = slack.wait_for(lambda: shown(ana, "Check before importing"), timeout=20)
    assert page.shows("*99 rows cannot be imported*")
    assert page.shows("Line 3: “Pay later” is in the file twice, first in line 2")
    assert page.shows("and 94 more")


@pytest.mark.parametrize("trouble", ["ratelimited", "internal_error", "lost"])
def test_a_slack_that_is_busy_for_a_moment_is_asked_again(slack, shop, trouble):
    if trouble == "ratelimited":
        slack.fail_next("url_private", trouble, retry_after=1)
    elif trouble == "lost":
        slack.lose_reply_next("url_private")
    else:
        slack.break_next("url_private", 500)
    assert matches(slack, EPICS).shows("3 rows of 5 columns")


def waits_for_file_form(slack, person):
    return slack.wait_for(
        lambda: form if (form := shown(person, "Import a file")) and form.labels else None,
        timeout=15,
    )


@pytest.mark.parametrize(
    ("error", "sentence"),
    [("ratelimited", "Slack did not give the file epics.csv in time."), (None, "in time.")],
)
def test_a_slack_that_gives_no_file_is_said_in_the_form(slack, shop, error, sentence):
    if error:
        slack.fail_next("url_private", error, retry_after=30)
    else:
        slack.break_next("url_private", 503, times=3)
    form = waits_for_file_form(slack, chooses(slack, EPICS))
    assert form.shows(sentence)
    assert uploads(shop) == []


def test_a_file_deleted_in_between_is_said_in_the_form(slack, shop):
    person = slack.as_user("ana")
    person.types("/portfolio import", channel="payments")
    form = person.form()
    form.attaches("The file", "epics.csv", EPICS)
    [file] = form.value("The file")
    held = slack.workspace.files[file["id"]]
    held.ready = False  # as one that was deleted it is answered with the page to sign in
    form.submit()
    assert waits_for_file_form(slack, person).shows("it was deleted, or Tack may not read")
    assert uploads(shop) == []
    assert [finding.error for finding in slack.findings] == ["file_not_found"]
    slack.findings.clear()


def test_two_clicks_bring_it_in_once_and_the_log_tells_of_it_as_one_event(slack, shop):
    page = checks(slack, EPICS)
    slack.duplicate_next()
    page.submit()
    told(slack)
    assert epics(shop) == 3
    with shop.database.read() as session:
        [event] = session.scalars(select(AuditEvent).where(AuditEvent.noun == "imports")).all()
    [upload] = uploads(shop)
    said = json.loads(event.after)
    assert event.actor == slack.as_user("ana").id
    assert said["sha256"] == upload.sha256
    assert (said["epics"], said["rows known before"], said["rows given back"]) == (3, 0, 0)
    assert len(slack.dm("ana").messages) == 1


def test_the_content_is_forgotten_once_it_is_in(slack, shop):
    brings_in(slack, BAD.encode())
    slack.wait_for(slack.as_user("ana").files, timeout=15)

    def held():
        with shop.database.read() as session:
            return session.execute(select(Upload.content, Upload.bad_rows)).one()

    slack.wait_for(lambda: held() == (None, None), timeout=15)


def test_a_yes_that_comes_after_a_day_is_told_so(slack, shop):
    page = checks(slack, EPICS)
    slack.clock.advance(timedelta(days=1, minutes=1))
    slack.wait_for(lambda: uploads(shop) == [], timeout=15)
    with shop.database.read() as session:
        assert "upload:1" not in session.scalars(select(Work.key)).all()
    page.submit()
    form = slack.as_user("ana").form()
    assert form.shows("Tack no longer has that file")


def test_owners_are_found_by_their_names_and_others_are_said(slack, shop):
    content = "Title,Stream,Owner\nA,Payments,ben\nB,Payments,Nobody Here\n"
    page = checks(slack, content.encode())
    assert page.shows("Not members here, so their epics have no owner yet: Nobody Here")
    page.submit()
    told(slack)
    with shop.database.read() as session:
        owners = {epic.title: epic.owner_user_id for epic in session.scalars(select(Epic))}
    assert owners == {"A": slack.as_user("ben").id, "B": None}


def test_amounts_in_another_currency_are_said_at_their_field(slack, shop):
    matching = matches(slack, b"Title,Stream,Cost in USD\nA,Payments,5\n")
    assert matching.shows(
        "The column “Cost in USD” is in USD, and the currency of the portfolio is EUR."
    )
    errors = matching.submit().errors
    assert list(errors) == ["Full cost with the MVP"]
    assert epics(shop) == 0


def test_what_only_a_circle_sees_is_told_as_a_number(slack, shop):
    content = "Title,Stream,Restricted\nSecret plan,Payments,yes\nOpen plan,Payments,no\n"
    message = brings_in(slack, content.encode())
    assert "2 epics imported into Shop from epics.csv, 1 restricted to its circle" in message.text
    assert "Secret plan" not in message.text
    listed = slack.as_user("dana").types("/epic list", channel="payments")
    assert "Open plan" in str(listed.blocks)
    assert "Secret plan" not in str(listed.blocks)


def test_an_import_gives_four_weeks_to_what_came_in_and_to_nothing_else(slack, shop):
    proposes(slack, "An old idea")
    slack.clock.advance(timedelta(days=40))
    brings_in(slack, EPICS)

    def late(days=0):
        at = slack.clock.now() + timedelta(days=days)
        with shop.database.read() as session:
            epics = session.scalars(select(Epic).order_by(Epic.id))
            return {epic.title == "An old idea": epic.calls_late(at) for epic in epics}

    assert late() == {True: True, False: False}
    assert late(days=28) == {True: True, False: True}


def test_an_import_is_undone_within_the_hour_and_its_keys_are_not_given_again(slack, shop):
    message = brings_in(slack, EPICS + b"Kiosk;Retail;;;grey\n")
    ana = slack.as_user("ana")
    ana.click("Undo the import", in_message=message)
    gone = "The import of epics.csv into Shop was undone. 4 epics are gone"
    slack.wait_for(lambda: told(slack).text.startswith(gone), timeout=15)
    assert "The value stream it made stays: Retail." in told(slack).text
    assert epics(shop) == 0
    proposes(slack, "A new idea")
    with shop.database.read() as session:
        assert session.scalars(select(Epic.key)).one() == "PAY-3"
        verbs = select(AuditEvent.verb).where(AuditEvent.noun == "imports")
        assert session.scalars(verbs.order_by(AuditEvent.number)).all() == ["created", "undone"]
    assert typed("audit", "verify", DATABASE_URL=shop.settings.database_url).returncode == 0


def test_an_import_that_something_was_built_on_stays_and_says_what(slack, shop):
    message = brings_in(slack, EPICS)
    ana = slack.as_user("ana")
    ana.types("/epic edit PAY-1", channel="payments")
    ana.form().close()
    ana.types("/epic block PAY-2 We wait for the bank", channel="payments")
    ana.click("Undo the import", in_message=message)
    said = "The import stays: PAY-2 was changed or used since."
    slack.wait_for(lambda: said in ana.last_private().text)
    assert epics(shop) == 3


def test_after_an_hour_an_import_is_not_offered_to_be_undone(slack, shop):
    message = brings_in(slack, EPICS)
    ana = slack.as_user("ana")
    slack.clock.advance(timedelta(minutes=61))
    ana.click("Undo the import", in_message=message)
    said = "can no longer be undone"
    slack.wait_for(lambda: said in ana.last_private().text)
    slack.wait_for(lambda: "Undo the import" not in str(told(slack).blocks), timeout=15)
    assert epics(shop) == 3


def test_imported_projects_are_undone_as_long_as_no_epic_points_to_one(slack, shop):
    message = brings_in(slack, PROJECTS)
    proposes(slack, "Pay by card")
    with shop.database.write() as session:
        epic = session.scalars(select(Epic)).one()
        epic.project = session.scalars(select(Project).order_by(Project.id)).first()
    ana = slack.as_user("ana")
    ana.click("Undo the import", in_message=message)
    said = "The import stays: P1 was changed or used since."
    slack.wait_for(lambda: said in ana.last_private().text)
    with shop.database.write() as session:
        session.scalars(select(Epic)).one().project = None
    ana.click("Undo the import", in_message=message)
    slack.wait_for(lambda: "2 projects are gone" in told(slack).text, timeout=15)
    with shop.database.read() as session:
        assert session.scalars(select(Project)).all() == []


def test_what_the_rows_are_is_found_by_the_columns(slack, shop):
    matching = matches(slack, PROJECTS, kind="Recognise by the columns")
    assert "for Shop, as projects · 2 rows" in texts(matching)
    matching.close()
    matching = matches(slack, EPICS, kind="Recognise by the columns")
    assert "for Shop, as epics · 3 rows" in texts(matching)


def test_all_value_streams_it_would_make_are_named(slack, shop):
    rows = "".join(f"Idea {n};Team {n:03}\n" for n in range(45))
    page = checks(slack, f"Title;Stream\n{rows}".encode())
    said = texts(page)
    assert "New value streams, without an owner yet: Team 000, Team 001" in said
    assert all(f"Team {n:03}" in said for n in range(45))


@pytest.mark.only_on("postgresql")
def test_postgresql_knows_how_much_there_is_once_a_file_came_in(slack, shop):
    rows = "".join(f"Idea {n};Payments\n" for n in range(13))
    brings_in(slack, f"Title;Stream\n{rows}".encode())
    count = text("SELECT reltuples FROM pg_class WHERE oid = 'epics'::regclass")

    def known():
        with shop.database.read() as session:
            return session.scalar(count)

    slack.wait_for(lambda: known() == 13)


@pytest.mark.parametrize(
    "method", ["files.getUploadURLExternal", "upload_url", "files.completeUploadExternal"]
)
def test_bad_rows_come_back_once_however_slack_stumbles(slack, shop, method):
    slack.lose_reply_next(method)
    brings_in(slack, BAD.encode())
    ana = slack.as_user("ana")
    slack.wait_for(ana.files, timeout=20)
    slack.wait_for(lambda: not waiting(shop), timeout=20)
    assert len(ana.files()) == 1


def test_where_only_bad_rows_are_left_they_can_be_given_back(slack, shop):
    page = checks(slack, b"Title,Stream,Status\nPay later,Payments,Doing\n")
    assert page.shows("*Nothing new to import.*")
    assert page.view["submit"]["text"] == "Return 1 row"
    page.submit()
    assert told(slack).text.startswith("Nothing new was imported into Shop from epics.csv.")
    slack.wait_for(slack.as_user("ana").files, timeout=15)
    assert epics(shop) == 0


def test_a_form_closed_while_the_file_is_read_leaves_nothing_behind(slack, shop):
    slack.answer_late("url_private", 1.0)
    person = chooses(slack, EPICS)
    person.form().close()
    slack.wait_for(lambda: [each.error for each in slack.findings] == ["not_found"], timeout=15)
    slack.findings.clear()
    slack.wait_for(lambda: uploads(shop) == [], timeout=15)


def test_where_slack_takes_no_file_the_message_says_so(slack, shop):
    slack.fail_next("files.getUploadURLExternal", "missing_scope")
    brings_in(slack, BAD.encode())
    said = "Slack did not accept a file with them (missing_scope)."
    slack.wait_for(lambda: said in told(slack).text, timeout=15)
    assert slack.as_user("ana").files() == []
    assert "Line 3: there is no state “Doing”" in told(slack).text


def waiting(tack):
    with tack.database.read() as session:
        keys = session.scalars(select(Work.key)).all()
    return [key for key in keys if key.startswith(("upload", "bad_rows", "message"))]
