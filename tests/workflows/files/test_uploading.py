"""Files on their way in: kept a day, agreed to, brought in once, and forgotten."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from bot.workflows.files import giving_back, uploading
from bot.workflows.files.previewing import look_ahead, preview
from bot.workflows.people.workspaces import grant_admin
from models.audit.audit import Act, AuditEvent
from models.epics.epic import Epic
from models.files.matching import BadRow
from models.files.sheet import guarded
from models.files.table import Table, read_table
from models.files.upload import KEPT_FOR, Upload, UploadGone, UploadKind
from models.message import Message, MessageKind
from models.people.role import NotAllowed, RoleGrant
from models.portfolio.portfolio import Portfolio, ValueStream
from models.portfolio.readiness import NotOpenToYou
from models.projects.project import Project
from models.work import Work
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

pytestmark = pytest.mark.on_both_databases

TWO = "Title;Stream;Status\nPay later;Payments;Ready\nPassport;Onboarding;\n"
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def shop(database):
    """A portfolio with Ana for its admin; the workspace's and the portfolio's ids."""
    workspace_id, portfolio_id = a_portfolio(database)
    with database.write() as session:
        grant_admin(session, workspace_id, ANA, None, MONDAY)
    return workspace_id, portfolio_id


def keeps(database, shop, text=TWO, kind=UploadKind.EPICS, who=ANA, at=MONDAY):
    content = text if isinstance(text, bytes) else text.encode()
    file = uploading.File("epics.csv", content)
    with database.write() as session:
        return uploading.keep(session, shop[0], who, shop[1], kind, file, read_table(content), at)


def confirms(database, shop, upload, who=ANA, at=MONDAY):
    with database.write() as session:
        return uploading.confirm(session, shop[0], who, upload.id, at)


def foresees(database, upload, text=TWO, **more):
    table = read_table(text.encode())
    with database.read() as session:
        portfolio = session.get_one(Portfolio, upload.portfolio_id)
        more = {"may_found": True, **more}
        return table, look_ahead(
            session, portfolio, upload.kind, table, upload.matching, MONDAY, **more
        )


def takes_in(database, upload, table, foreseen, at=LATER):
    with (
        uploading.staged(database, foreseen, at) as connection,
        database.write(Act(ANA, "/portfolio import", at), connection) as session,
    ):
        return uploading.take_in(session, upload.id, table, foreseen, at)


def brings_in(database, shop, text=TWO, kind=UploadKind.EPICS, at=LATER):
    upload = keeps(database, shop, text, kind)
    confirms(database, shop, upload)
    return takes_in(database, upload, *foresees(database, upload, text), at)


def count(database, noun):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(noun))


def work(database, upload):
    with database.read() as session:
        return session.get(Work, (upload.workspace_id, upload.work_key))


def first_rows(database, upload, text):
    table = read_table(text.encode())
    with database.read() as session:
        portfolio = session.get_one(Portfolio, upload.portfolio_id)
        return preview(session, portfolio, upload.kind, table, upload.matching, MONDAY)


def test_a_file_is_kept_a_day_with_its_columns_matched_by_their_names(database, shop):
    upload = keeps(database, shop)
    assert upload.matching == {"title": "Title", "value_stream": "Stream", "state": "Status"}
    assert upload.columns == ["Title", "Stream", "Status"]
    assert work(database, upload).due_at == MONDAY + KEPT_FOR


@pytest.mark.on_either_database
def test_only_who_may_bring_data_in_can_have_a_file_kept(database, shop):
    with pytest.raises(NotAllowed):
        keeps(database, shop, who=BEN)
    with pytest.raises(NotOpenToYou):
        keeps(database, (shop[0], 404))
    assert count(database, Upload) == 0


@pytest.mark.on_either_database
def test_a_role_taken_away_meanwhile_counts_at_the_yes(database, shop):
    with database.write() as session:
        grant_admin(session, shop[0], BEN, None, MONDAY)
    upload = keeps(database, shop, who=BEN)
    with pytest.raises(UploadGone):
        confirms(database, shop, upload, who=ANA)
    with database.write() as session:
        for grant in session.scalars(select(RoleGrant).where(RoleGrant.user_id == BEN)):
            session.delete(grant)
    with pytest.raises(NotAllowed):
        confirms(database, shop, upload, who=BEN)


@pytest.mark.on_either_database
def test_a_yes_has_it_brought_in_at_once_and_a_second_one_changes_nothing(database, shop):
    upload = keeps(database, shop)
    assert confirms(database, shop, upload, at=LATER).confirmed_at == LATER
    assert work(database, upload).due_at == LATER
    version = work(database, upload).version
    assert confirms(database, shop, upload, at=LATER + KEPT_FOR).confirmed_at == LATER
    assert work(database, upload).version == version


@pytest.mark.on_either_database
def test_what_nobody_agreed_to_is_dropped_and_what_somebody_did_is_not(database, shop):
    waiting, agreed = keeps(database, shop), keeps(database, shop)
    confirms(database, shop, agreed)
    for upload in (waiting, agreed):
        with database.write() as session:
            uploading.drop(session, upload.id)
    with database.read() as session:
        assert session.scalars(select(Upload.id)).all() == [agreed.id]
        with pytest.raises(UploadGone):
            uploading.upload_of(session, shop[0], ANA, waiting.id)


def test_it_is_brought_in_once_however_many_replicas_try(database, shop):
    upload = keeps(database, shop)
    confirms(database, shop, upload)
    table, foreseen = foresees(database, upload)
    assert takes_in(database, upload, table, foreseen).loaded.added == 2
    assert takes_in(database, upload, table, foreseen) is None
    assert (count(database, Epic), count(database, Message)) == (2, 1)
    with database.read() as session:
        [event] = session.scalars(select(AuditEvent).where(AuditEvent.noun == "imports")).all()
        assert (event.actor, event.portfolio_id) == (ANA, shop[1])
        message = session.scalars(select(Message)).one()
        assert (message.kind, message.channel_id) == (MessageKind.IMPORTED, ANA)
        assert session.scalars(select(Upload.content)).one() is None


def test_epics_without_a_key_are_known_again_by_stream_and_title(database, shop):
    assert brings_in(database, shop).loaded.added == 2
    with database.write() as session:
        epic = session.scalars(select(Epic).where(Epic.title == "Pay later")).one()
        epic.title = "Pay much later"
    again = brings_in(database, shop, TWO + "Refunds;Payments;\n")
    assert (again.loaded.added, again.loaded.known) == (1, 2)


@pytest.mark.on_either_database
def test_the_same_title_twice_in_a_file_is_a_bad_row(database, shop):
    upload = keeps(database, shop)
    text = TWO + "PAY LATER;Payments;\nPay later;Onboarding;\n"
    _, foreseen = foresees(database, upload, text)
    assert foreseen.outlook.comes_in == 3
    assert foreseen.outlook.reasons == ["Line 4: “PAY LATER” is in the file twice, first in line 2"]


def test_the_same_file_is_recognised_in_the_same_portfolio_only(database, shop):
    first = brings_in(database, shop)
    again, other = keeps(database, shop), keeps(database, shop, TWO + "Refunds;Payments;\n")
    with database.read() as session:
        assert uploading.loaded_before(session, again) == first.loaded_at
        assert uploading.loaded_before(session, other) is None


@pytest.mark.on_either_database
def test_the_first_rows_are_shown_as_they_would_become(database, shop):
    with database.write() as session:
        an_epic(session, shop[0], 1)
    text = "Key;Title;Stream;Status\n;Pay later;pay;Delivering\n"
    text += "PAY-1;Old;Payments;\n;X;Payments;Doing\n"
    upload = keeps(database, shop, text)
    told = first_rows(database, upload, text)
    becomes, known, against = told.first
    assert (becomes.becomes["stream"], becomes.becomes["phase"]) == ("Payments", "delivering")
    assert (known.becomes, known.against) == ({}, None)
    assert against.against.startswith("there is no state “Doing”")
    assert (told.rows, told.left_out, told.delimiter) == (3, [], ";")


@pytest.mark.on_either_database
def test_figures_of_the_first_rows_are_read_as_the_whole_column_says(database, shop):
    rows = "".join(f"Epic {n};Payments;1.234\n" for n in range(5))
    text = f"Title;Stream;Full cost\n{rows}Last;Payments;0,5\n"
    upload = keeps(database, shop, text)
    told = first_rows(database, upload, text)
    assert told.decimal_comma
    assert told.first[0].becomes["full_cost_minor"] == 123_400


@pytest.mark.on_either_database
def test_streams_are_founded_only_by_who_may_set_up(database, shop):
    text = "Title;Stream\nA;Claims\n"
    upload = keeps(database, shop, text)
    _, allowed = foresees(database, upload, text)
    assert (allowed.outlook.comes_in, allowed.outlook.new_streams) == (1, ["Claims"])
    _, refused = foresees(database, upload, text, may_found=False)
    assert (refused.outlook.comes_in, refused.outlook.bad) == (0, 1)


@pytest.mark.on_either_database
def test_bad_rows_are_kept_until_they_are_given_back(database, shop):
    text = TWO + ";Payments;\n"
    upload = brings_in(database, shop, text)
    assert upload.loaded.bad == 1
    with database.read() as session:
        assert session.get(Work, (shop[0], upload.bad_rows_key)) is not None
    with database.write() as session:
        giving_back.given_back(session, upload.id, "missing_scope", LATER)
    with database.read() as session:
        stored = session.scalars(select(Upload)).one()
        assert (stored.bad_rows, stored.file_refusal) == (None, "missing_scope")


def test_bad_rows_are_spelled_so_that_no_spreadsheet_computes_them():
    table = Table(["=a", "b", "reason"], [], delimiter=";")
    bad = [BadRow(7, "why; so", ["@SUM(1)", "-5", "old reason"])]
    spelled = giving_back.spell_bad_rows(table, bad).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(spelled), delimiter=";")) == [
        [guarded("=a"), "b", "reason"],
        [guarded("@SUM(1)"), "-5", "Line 7: why; so"],
    ]
    assert read_table(spelled.encode()).rows[0].cells[:2] == ["@SUM(1)", "-5"]


@pytest.mark.on_either_database
def test_what_fails_after_the_yes_is_told_and_the_file_can_come_again(database, shop):
    upload = keeps(database, shop)
    confirms(database, shop, upload)
    with database.write() as session:
        uploading.give_up(session, upload.id, "The column is gone.", LATER)
    with database.read() as session:
        stored = session.scalars(select(Upload)).one()
        assert (stored.loaded.failed, stored.loaded_at) == ("The column is gone.", None)
        assert uploading.loaded_before(session, stored) is None
    assert brings_in(database, shop).loaded.added == 2


def test_after_an_import_nothing_of_it_is_late_for_four_weeks(database, shop):
    late = MONDAY + timedelta(weeks=5)
    brings_in(database, shop, at=MONDAY + timedelta(weeks=3))
    with database.read() as session:
        assert session.get_one(Portfolio, shop[1]).calls_late(late)
        for epic in session.scalars(select(Epic)):
            assert not epic.calls_late(late)
            assert epic.calls_late(MONDAY + timedelta(weeks=7))
        changed = session.scalars(select(AuditEvent.noun).where(AuditEvent.verb == "changed"))
        assert "portfolios" not in changed.all()


@pytest.mark.parametrize("kind", [UploadKind.EPICS, UploadKind.PROJECTS])
def test_however_many_rows_come_in_the_one_transaction_says_as_much(database, shop, kind):
    """On SQLite every click waits for it; what a row takes was done before."""
    few, many = (said_of(database, shop, kind, f"{n}", n) for n in (20, 400))
    assert few == many
    assert count(database, Epic if kind is UploadKind.EPICS else Project) == 420
    assert count(database, ValueStream) == 2


def said_of(database, shop, kind, of, rows):
    """What the transaction that brings in so many rows says, and how often."""
    head = "title;stream;state;full cost" if kind is UploadKind.EPICS else "name;stream;code;budget"
    states = {UploadKind.EPICS: "reviewing", UploadKind.PROJECTS: "P{of}-{n}"}
    line = "Number {of}-{n};{stream};" + states[kind] + ";1.234,5{last}\n"
    streams, said = ("Payments", "Onboarding"), []
    lines = [line.format(of=of, n=n, stream=streams[n % 2], last=n % 10) for n in range(rows)]
    text = f"{head}\n{''.join(lines)}"
    upload = keeps(database, shop, text, kind)
    confirms(database, shop, upload)
    table, foreseen = foresees(database, upload, text)

    def listen(_connection, _cursor, statement, given, _context, many):
        said.append((statement, len(given) if many else 1))

    with uploading.staged(database, foreseen, LATER) as connection:
        event.listen(database.engine, "before_cursor_execute", listen)
        with database.write(Act(ANA, "/portfolio import", LATER), connection) as session:
            uploading.take_in(session, upload.id, table, foreseen, LATER)
        event.remove(database.engine, "before_cursor_execute", listen)
    return said
