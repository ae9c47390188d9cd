"""Facts are always booked: into open months, once, and told where they overspend a stream."""

from datetime import date

import pytest
from sqlalchemy import select

from bot.views.budgets.overspent import overspent
from bot.workflows.budgets import booking
from bot.workflows.budgets.verifying import verify_ledger
from bot.workflows.files.importing.actuals import import_actuals, parts_of
from bot.workflows.files.importing.parts import Part
from bot.workflows.keeping import Act
from models.budgets.forms import CloseForm
from models.budgets.ledger import EntryKind
from models.budgets.rules import Band
from models.budgets.spend import Actual, Fact
from models.errors import FieldMistakes
from models.files.matching import GoodRow
from models.message import Message, MessageKind
from models.people.role import NotAllowed
from models.portfolio.portfolio import Portfolio
from tests.views.reading import shown
from tests.workflows.budgets.a_year import CLEO, DANA, ELI, K, a_year
from tests.workflows.builders import MONDAY
from tests.workflows.meanwhile import meanwhile

MAY = date(2026, 5, 1)


@pytest.fixture
def year(database):
    return a_year(database)


def book(year, *facts):
    with year.database.write() as session:
        portfolio = session.get_one(Portfolio, year.portfolio_id)
        booked = booking.book(session, portfolio, facts, DANA, MONDAY)
        return booked.overspent


def close(year, month="2026-04", who=DANA):
    year.do(who, booking.close, year.portfolio_id, CloseForm(month=month))


def told(year):
    with year.database.read() as session:
        kind = Message.kind == MessageKind.OVERSPENT
        return sorted(session.scalars(select(Message.channel_id).where(kind)))


def verdict(year):
    with year.database.snapshot() as session:
        return verify_ledger(session, year.workspace_id).fault


def test_a_fact_that_overdraws_is_booked_told_once_and_the_stream_gives_nothing(year):
    assert book(year, Fact(MAY, 1_600 * K, year.onboarding)) == {}
    assert told(year) == []
    assert book(year, Fact(MAY, 14 * K, year.onboarding)) == {year.onboarding: 14 * K}
    assert told(year) == sorted([CLEO, DANA])
    assert book(year, Fact(MAY, K, year.onboarding)) == {}
    assert told(year) == sorted([CLEO, DANA])
    assert year.has(year.onboarding).available == -15 * K
    assert year.has(year.onboarding).spent == 1_615 * K
    assert year.consider(CLEO, 1).band is Band.OVERDRAWN
    year.fund(year.onboarding, 5 * K)
    assert year.has(year.onboarding).available == -10 * K
    assert year.books().total == 0
    assert verdict(year) is None


def test_who_is_told_reads_which_stream_is_overspent_by_how_much_and_by_what(year):
    book(year, Fact(MAY, 1_614 * K, year.onboarding, reference="INV-7"))
    with year.database.read() as session:
        actual = session.scalars(select(Actual)).one()
        (said, button) = shown(overspent(session, actual, MONDAY))
    assert said == (
        "*Onboarding is overspent by €14,000 in 2026.*\n€1,614,000 of 2026-05 took it there "
        "(INV-7). What was spent is always booked. Until money comes in, Onboarding can give none; "
        "/budget shift asks for some."
    )
    assert button == "Open its budget"


def test_a_credit_note_gives_back_also_more_than_was_spent(year):
    book(year, Fact(MAY, -30 * K, year.platform))
    assert (year.has(year.platform).available, year.has(year.platform).spent) == (930 * K, -30 * K)
    assert year.has(year.platform).allocated == 900 * K
    assert verdict(year) is None


def test_a_late_fact_goes_into_the_first_open_month_of_its_year_or_the_next(year):
    close(year)
    book(year, Fact(date(2026, 3, 1), K, year.platform), Fact(date(2025, 12, 1), K, year.platform))
    with year.database.read() as session:
        booked = session.scalars(select(Actual).order_by(Actual.id)).all()
        assert {each.booked_month for each in booked} == {MAY}
        assert all(each.is_late for each in booked)
    assert year.has(year.platform).spent == 2 * K


def test_only_finance_and_admins_close_the_books_and_no_month_opens_again(year):
    with pytest.raises(NotAllowed):
        close(year, who=CLEO)
    close(year)
    with pytest.raises(FieldMistakes, match="closed up to 2026-04"):
        close(year, "2026-03")
    with pytest.raises(FieldMistakes, match="is not over yet"):
        close(year, "2026-05")


def good_rows(*rows):
    """Rows of month, amount and reference, all of Platform."""
    fields = ("value_stream", "month", "amount", "reference")
    nothing = dict.fromkeys(("epic", "cost_centre"))
    return [
        GoodRow(line, nothing | dict(zip(fields, ("Platform", *row), strict=True)))
        for line, row in enumerate(rows, start=2)
    ]


def bring(year, part):
    with year.database.write() as session:
        portfolio = session.get_one(Portfolio, year.portfolio_id)
        return import_actuals(session, portfolio, part, MONDAY)


def come(year, *rows):
    [whole] = parts_of(good_rows(*rows))
    return bring(year, whole).plan


def test_a_file_comes_in_whole_and_each_reference_once(year):
    assert list(come(year, ("2026-05", K, "A"), ("soon", K, "B")).against) == [3]
    assert year.has(year.platform).spent == 0
    come(year, ("2026-05", K, "A"), ("2026-05", -1, "B"))
    assert come(year, ("2026-05", K, "A"), ("2026-05", 5, "C")).known == 1
    assert year.has(year.platform).spent == K + 4
    assert year.entries().count(EntryKind.SPEND) == 3
    assert verdict(year) is None


def test_a_large_file_comes_in_by_parts_and_goes_on_after_the_last_that_did(year):
    rows = good_rows(*(("2026-05", 300 * K, f"R{n}") for n in range(5)))
    overspent = {}
    first, second, *_ = parts = list(parts_of(rows, most=2))
    for part in (first, second):
        bring(year, part).booked.add_to(overspent)
    assert [len(part.items) for part in parts] == [2, 2, 1]
    assert overspent == {year.platform: 300 * K}
    assert told(year) == sorted([DANA, ELI])
    again = [bring(year, part) for part in parts]
    assert [came.plan.known for came in again] == [2, 2, 0]
    for came in again:
        came.booked.add_to(overspent)
    assert overspent == {year.platform: 600 * K}
    assert year.has(year.platform).spent == 1_500 * K
    assert year.entries().count(EntryKind.SPEND) == 5
    assert told(year) == sorted([DANA, ELI])
    assert verdict(year) is None


def test_what_a_later_part_gives_back_is_not_said_to_be_overspent(year):
    rows = good_rows(("2026-05", 1_000 * K, "A"), ("2026-05", -200 * K, "B"))
    overspent = {}
    for part in parts_of(rows, most=1):
        bring(year, part).booked.add_to(overspent)
    assert overspent == {}


@pytest.mark.on_both_databases
def test_a_reference_that_two_book_at_once_comes_in_once(year):
    def spend(session):
        whole = Part(good_rows(("2026-05", K, "A")), (1, 1), 1, 0, 1, "actual")
        portfolio = session.get_one(Portfolio, year.portfolio_id)
        return import_actuals(session, portfolio, whole, MONDAY)

    assert meanwhile(year.database, spend, spend) is None
    assert year.has(year.platform).spent == K


@pytest.mark.on_both_databases
def test_two_who_close_the_books_at_once_wait_for_each_other(year):
    def closes(session):
        form = CloseForm(month="2026-04")
        booking.close(Act(session, year.workspace_id, DANA, MONDAY), year.portfolio_id, form)

    assert meanwhile(year.database, closes, closes) is None
