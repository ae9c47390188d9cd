"""Money from a file is taken back within the hour, by entries, where nothing was built on it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from bot.workflows.budgets import booking
from bot.workflows.budgets.verifying import verify_ledger
from bot.workflows.files import undoing, uploading
from bot.workflows.files.previewing import look_ahead
from models.budgets.allocation import Allocation
from models.budgets.forms import CloseForm
from models.budgets.ledger import EntryKind
from models.budgets.period import FundingPeriod
from models.budgets.spend import Actual, Fact
from models.epics.epic import Epic
from models.files.table import TooManyUploaded, read_table
from models.files.upload import BuiltOn, TooLateToUndo, UndoneBefore, UploadGone, UploadKind
from models.people.role import NotAllowed, RoleGrant
from models.portfolio.portfolio import Portfolio
from tests.workflows.budgets.a_year import CLEO, DANA, K, a_year
from tests.workflows.budgets.test_committing import an_epic_of, decides, has
from tests.workflows.builders import MONDAY

ACTUALS = (
    "month,value_stream,amount,reference\n2026-05,Platform,1000,A\n2026-05,Platform,-200,B\n"
    "2025-12,Onboarding,50,C\n"
)
BUDGETS = "period,value_stream,amount,forecast\n2026,Platform,1000,900\n2027,Platform,5000,\n"
SOON = MONDAY + timedelta(minutes=5)


@pytest.fixture
def year(database):
    return a_year(database)


def brings(year, kind, text, at=MONDAY):
    """What finance chose, matched and agreed to, as it came in."""
    table = read_table(text.encode())
    file = uploading.File("file.csv", text.encode())
    with year.database.write() as session:
        here = year.workspace_id, DANA, year.portfolio_id
        upload = uploading.keep(session, *here, kind, file, table, at)
        uploading.confirm(session, year.workspace_id, DANA, upload.id, at)
    with year.database.read() as session:
        portfolio = session.get_one(Portfolio, year.portfolio_id)
        foreseen = look_ahead(
            session, portfolio, kind, table, upload.matching, at, may_found=True, people={}
        )
    with year.database.write() as session:
        return uploading.take_in(session, upload.id, table, foreseen, at)


def undoes(year, upload, who=DANA, at=SOON):
    return year.do(who, undoing.undo, upload.id, at=at)


def count(year, noun):
    with year.database.read() as session:
        return session.scalar(select(func.count(noun.id)))


def verdict(year):
    with year.database.snapshot() as session:
        return verify_ledger(session, year.workspace_id).fault


def test_actuals_are_taken_back_by_entries_and_can_come_in_again(year):
    before = year.has(year.platform)
    upload = brings(year, UploadKind.ACTUALS, ACTUALS)
    assert year.has(year.platform).spent == 800_00
    undoes(year, upload)
    assert year.has(year.platform) == before
    assert year.entries().count(EntryKind.SPEND) == 6
    with year.database.read() as session:
        sums = session.execute(
            select(Actual.month, func.sum(Actual.amount_minor)).group_by(Actual.month)
        )
        assert dict(map(tuple, sums)) == {date(2026, 5, 1): 0, date(2025, 12, 1): 0}
    assert verdict(year) is None
    again = brings(year, UploadKind.ACTUALS, ACTUALS, SOON)
    assert (again.loaded.added, again.loaded.known) == (3, 0)
    undoes(year, again)
    assert year.has(year.platform) == before
    assert verdict(year) is None


def test_a_row_of_0_holds_no_file_up_and_books_nothing(year):
    rows = f"{ACTUALS}2026-05,Platform,0,D\n"
    loaded = brings(year, UploadKind.ACTUALS, rows).loaded
    assert (loaded.failed, loaded.added, loaded.bad) == (None, 3, 0)
    assert loaded.notes[0] == "1 row of 0: nothing to book"
    assert year.has(year.platform).spent == 800_00
    assert count(year, Actual) == 3
    assert verdict(year) is None


def test_what_an_actual_took_of_a_commitment_is_committed_again(year):
    epic_id = an_epic_of(year)
    decides(year, epic_id, "yes")
    with year.database.read() as session:
        key = session.get_one(Epic, epic_id).key
    took = f"month,epic,amount,reference\n2026-05,{key},20000,A\n2026-05,{key},50000,B\n"
    upload = brings(year, UploadKind.ACTUALS, took)
    assert has(year) == (830, 0, 70)
    undoes(year, upload)
    assert has(year) == (840, 60, 0)
    assert verdict(year) is None


def test_what_is_taken_back_once_its_year_is_closed_goes_into_the_year_after(year):
    in_january = MONDAY.replace(year=2027, month=1)
    upload = brings(year, UploadKind.ACTUALS, ACTUALS.replace("2026-05", "2026-12"), in_january)
    year.do(DANA, booking.close, year.portfolio_id, CloseForm(month="2026-12"), at=in_january)
    undoes(year, upload, at=in_january + timedelta(minutes=5))
    assert year.has(year.platform).spent == 800_00
    asked = (
        select(FundingPeriod.name, Actual.booked_month, func.sum(Actual.amount_minor))
        .join(FundingPeriod, FundingPeriod.id == Actual.period_id)
        .where(Actual.value_stream_id == year.platform)
        .group_by(FundingPeriod.name, Actual.booked_month)
        .order_by(FundingPeriod.name)
    )
    with year.database.read() as session:
        assert list(map(tuple, session.execute(asked))) == [
            ("2026", date(2026, 12, 1), 800_00),
            ("2027", date(2027, 1, 1), -800_00),
        ]
    assert verdict(year) is None
    again = brings(year, UploadKind.ACTUALS, ACTUALS, in_january + timedelta(minutes=6))
    assert again.loaded.added == 3


def test_budgets_are_taken_back_and_their_lines_go(year):
    lines = count(year, Allocation)
    upload = brings(year, UploadKind.BUDGETS, BUDGETS)
    assert year.has(year.platform).allocated == 901 * K
    undoes(year, upload)
    assert year.has(year.platform).allocated == 900 * K
    assert count(year, Allocation) == lines
    assert verdict(year) is None
    assert brings(year, UploadKind.BUDGETS, BUDGETS, SOON).loaded.added == 2


def test_what_was_booked_on_it_since_is_named_and_it_stays(year):
    upload = brings(year, UploadKind.ACTUALS, ACTUALS)
    with year.database.write() as session:
        portfolio = session.get_one(Portfolio, year.portfolio_id)
        fact = Fact(date(2026, 5, 1), K, year.platform)
        booking.book(session, portfolio, [fact], DANA, MONDAY)
    with pytest.raises(BuiltOn, match="Platform was changed or used since"):
        undoes(year, upload)
    assert year.has(year.platform).spent == 800_00 + K


def test_what_is_about_other_streams_does_not_hold_it(year):
    upload = brings(year, UploadKind.BUDGETS, BUDGETS)
    year.fund(year.onboarding, K)
    undoes(year, upload)
    assert year.has(year.platform).allocated == 900 * K


def test_money_is_taken_back_once_within_the_hour_and_by_who_brought_it(year):
    upload = brings(year, UploadKind.BUDGETS, BUDGETS)
    with pytest.raises(UploadGone):
        undoes(year, upload, who=CLEO)
    with pytest.raises(TooLateToUndo, match="Import the difference"):
        undoes(year, upload, at=MONDAY + timedelta(hours=1))
    undoes(year, upload)
    with pytest.raises(UndoneBefore):
        undoes(year, upload)
    assert year.has(year.platform).allocated == 900 * K


def test_who_lost_the_right_meanwhile_takes_nothing_back(year):
    upload = brings(year, UploadKind.ACTUALS, ACTUALS)
    with year.database.write() as session:
        for grant in session.scalars(select(RoleGrant).where(RoleGrant.user_id == DANA)):
            session.delete(grant)
    with pytest.raises(NotAllowed):
        undoes(year, upload)
    assert year.has(year.platform).spent == 800_00


@pytest.mark.parametrize("kind", [UploadKind.ACTUALS, UploadKind.BUDGETS])
def test_a_file_of_money_has_a_thousand_rows_at_most_as_all_of_it_is_booked_at_once(year, kind):
    rows = "".join(f"2026-05,Platform,1,R{n}\n" for n in range(uploading.MOST_MONEY_ROWS + 1))
    text = f"month,value_stream,amount,reference\n{rows}"
    with pytest.raises(TooManyUploaded, match="1,000"):
        brings(year, kind, text)
