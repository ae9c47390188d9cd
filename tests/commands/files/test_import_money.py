"""`/portfolio import` of budgets and actuals: by finance, whole or not at all, and each once."""

from sqlalchemy import func, select

from models.budgets.allocation import Allocation
from models.budgets.ledger import Entry
from models.budgets.spend import Actual
from tests.commands.budgets.test_shift import year
from tests.commands.files.test_import_by_file import checks, chooses, matches, shown, texts

__all__ = ["year"]

FOUND = "Recognise by the columns"
ACTUALS = (
    b"Month;Value stream;Amount;Reference\n"
    b"2026-01;Payments;1.234,56;INV-1\n2026-01;Onboarding;-200,00;INV-2\n"
)
BAD = ACTUALS + b"2026-01;Lending;10,00;INV-3\n"
BUDGETS = b"Year;Value stream;Budget;Cost centre\n2027;Payments;1200;4310\n2027;Payments;;4311\n"


def count(tack, noun):
    with tack.database.read() as session:
        return session.scalar(select(func.count(noun.id)))


def message(slack, start):
    return slack.wait_for(
        lambda: next((m for m in slack.dm("dana").messages if m.text.startswith(start)), None),
        timeout=15,
    )


def test_actuals_come_in_by_finance_whole_or_not_at_all_and_once(slack, year):
    entries = count(year, Entry)
    page = checks(slack, BAD, name="may.csv", kind=FOUND, who="dana")
    told = texts(page)
    assert "*Nothing can be booked yet.*" in told
    assert "Line 4: there is no value stream Lending in this portfolio" in told
    assert "mend this row in the file and choose it again.\n2026-01: 2 rows, €1,034.56" in told
    assert page.view.get("submit") is None
    matching = matches(slack, ACTUALS, name="may.csv", kind=FOUND, who="dana")
    assert "for Shop, as actuals" in texts(matching)
    assert "2026-01 · Payments · €1,234.56 · INV-1" in texts(matching)
    matching.submit()
    dana = slack.as_user("dana")
    page = slack.wait_for(lambda: shown(dana, "Check before importing"))
    assert page.view["submit"]["text"] == "Import 2 actuals"
    assert count(year, Actual) == 0
    page.submit()
    done = message(slack, "2 actuals imported into Shop from may.csv")
    assert "2026-01: 2 rows, €1,034.56" in done.text
    again = checks(slack, ACTUALS, name="may.csv", kind="Actuals: what was spent", who="dana")
    assert "*Nothing new to import.*" in texts(again)
    assert "2 actuals are already known and stay as they are" in texts(again)
    assert again.view.get("submit") is None
    with year.database.read() as session:
        booked = session.execute(select(Actual.amount_minor, Actual.by_user_id)).all()
    dana_id = slack.workspace.user_named("dana").id
    assert sorted(tuple(each) for each in booked) == [(-20_000, dana_id), (123_456, dana_id)]
    assert count(year, Entry) == entries + 2
    dana.click("Undo the import", in_message=done)
    undone = message(slack, "The import of may.csv into Shop was undone")
    assert "2 actuals were taken back; /budget history shows both." in undone.text
    assert count(year, Entry) == entries + 4


def test_budgets_come_in_by_finance_and_what_only_an_admin_may_is_refused_kindly(slack, year):
    page = checks(slack, BUDGETS, name="plan.csv", kind=FOUND, who="dana")
    assert "Payments, 2027: €1,200 of 2 rows" in texts(page)
    assert "1 of 2 known; a blank stays unknown" in texts(page)
    page.submit()
    message(slack, "2 budgets imported into Shop from plan.csv")
    assert count(year, Allocation) == 4
    dana = slack.as_user("dana")
    dana.types("/budget show", channel="payments")
    form = dana.form(title="Budget")
    assert "2027" in form.options("Fiscal year")
    chooses(slack, BUDGETS, name="plan.csv", kind="Budgets of value streams", who="dana")
    slack.wait_for(lambda: shown(dana, "Match the columns"), timeout=15).close()
    unknown = BUDGETS.replace(b"Payments;1200", b"Lending;1200")
    page = checks(slack, unknown, name="new.csv", kind=FOUND, who="dana")
    assert "Line 2: there is no value stream Lending yet; an admin makes it" in texts(page)
    page.close()
    dana.types("/portfolio import", channel="payments")
    form = dana.form(title="Import a file")
    form.choose("What are its rows?", "Epics")
    form.attaches("The file", "epics.csv", b"Name;Stream\nPay later;Payments\n")
    told = form.submit().errors["What are its rows?"]
    assert told.startswith("Only an admin can import data.")
