"""The real portfolio of a government, linked to epics with a mouse: few clicks, no typing."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from bot.workflows.files.importing.epics import load_epics, plan_epics, staged_epics
from models.database import Database
from models.epics.epic import Epic
from models.files import kinds
from models.files.matching import guessed, matched
from models.files.table import read_table
from models.portfolio.portfolio import Portfolio
from models.projects.project import Project
from tests.terminals import typed

TEN = 10
MOST_CLICKS = 25
COUNT = """
    window.clicks = 0;
    document.addEventListener("click", event => { window.clicks += event.isTrusted; }, true);
"""


@pytest.fixture
def gmpp(slack, sqlite_url, real_data):
    """The UK's major projects beside ten epics, in the database that Tack runs on."""
    folder = real_data / "uk-gmpp"
    files = ("--file", folder / "projects.csv", "--snapshots", folder / "snapshots.csv")
    typing = ("import", "projects", *files, "--portfolio", "GMPP", "--create")
    done = typed(*typing, DATABASE_URL=sqlite_url)
    assert done.returncode == 0, done.stderr
    database = Database(sqlite_url)
    bring_ten_epics_in(database, slack)
    yield database
    database.close()


def bring_ten_epics_in(database, slack):
    rows = [f"Open and honest reports {letter},MOD" for letter in "ABCDEFGHIJ"]
    table = read_table("\n".join(["title,value_stream", *rows]).encode())
    good, _ = matched(table, guessed(table.columns, kinds.EPICS), kinds.EPICS, "GBP")
    gmpp, now = select(Portfolio).where(Portfolio.name == "GMPP"), slack.clock.now()
    with database.read() as session:
        planned = plan_epics(session, session.scalars(gmpp).one(), good)
    with (
        staged_epics(database, planned, now) as connection,
        database.write(by=connection) as session,
    ):
        load_epics(session, session.scalars(gmpp).one(), planned, now)


def test_ten_projects_are_linked_to_epics_in_at_most_25_clicks(page, gmpp):
    box = page.get_by_label("Message", exact=True)
    page.evaluate(COUNT)
    box.fill("/portfolio projects")
    box.press("Enter")
    listed = page.get_by_role("dialog", name="Projects")
    expect(listed.get_by_text("667 open projects")).to_be_visible()
    listed.get_by_role("button", name="Link these to epics").click()
    form = page.get_by_role("dialog", name="Link to epics")
    rows = form.get_by_role("combobox")
    expect(rows).to_have_count(TEN)
    for number in range(TEN):
        rows.nth(number).click()
        option = form.get_by_role("option", name=f"Open and honest reports {'ABCDEFGHIJ'[number]}")
        option.click()
    form.get_by_role("button", name="Link", exact=True).click()
    expect(form).to_be_hidden()
    expect(listed.get_by_text("1 epic linked")).to_have_count(TEN)
    clicks = page.evaluate("window.clicks")
    assert TEN < clicks <= MOST_CLICKS
    with gmpp.read() as session:
        query = select(Epic.title, Project.code).join(Project, Project.id == Epic.project_id)
        pairs = session.execute(query.order_by(Project.code)).all()
    assert [title[-1] for title, _ in pairs] == list("ABCDEFGHIJ")
