"""The sample's money: a funded year with commitments, one shift open, one done and one silent."""

from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from bot.workflows.budgets import ledger
from bot.workflows.budgets.commitments.committing import left_of
from bot.workflows.budgets.surveying import survey
from bot.workflows.budgets.verifying import verify_ledger
from models.budgets.ledger import Entry
from models.budgets.shift import Outcome, Shift
from models.budgets.spend import Actual
from models.decisions.signal import SignalCheck
from models.epics.epic import Epic, Transition
from models.message import Message, MessageKind
from models.portfolio.portfolio import Portfolio
from tests.workflows.sampled import CHANNELS, SPRING, sample_at

NEW_YEAR = datetime(2027, 1, 1, 12, tzinfo=UTC)
K = 100_000


DAYS = {"in spring": SPRING, "on the first day of the year": NEW_YEAR}


@pytest.fixture(scope="module", params=DAYS.values(), ids=DAYS)
def now(request):
    return request.param


@pytest.fixture(scope="module")
def database(now, tmp_path_factory):
    """The sample as it is on that day; the tests of this file only read it."""
    with closing(sample_at(tmp_path_factory.mktemp("sample") / "tack.db", now)) as database:
        yield database


def test_it_has_one_shift_open_one_done_and_one_silent(database, now):
    with database.read() as session:
        shifts = session.scalars(select(Shift).order_by(Shift.id)).all()
        told = [(each.outcome, len(each.approvals)) for each in shifts]
        assert told == [(Outcome.MOVED, 2), (Outcome.MOVED, 0), (None, 2)]
        assert all(each.ended_at is None or each.ended_at <= now for each in shifts)
        assert shifts[-1].lapses_at > now
        posted = select(Message.subject_id).where(
            Message.kind == MessageKind.SHIFT, Message.channel_id == CHANNELS["portfolio"]
        )
        assert sorted(session.scalars(posted)) == [shifts[0].id, shifts[2].id]
        spent = select(func.sum(Actual.amount_minor)).where(Actual.month <= now.date())
        assert session.scalar(spent) == 17_410_000
        asked = session.scalars(select(SignalCheck)).one()
        assert (asked.signal, asked.epic.title) == ("spend", "Invoices straight into the ledger")


def test_what_was_decided_is_committed_and_what_was_stopped_gave_it_back(database, now):
    left = {
        "One-click checkout": 212 * K,
        "Pay by bank transfer at checkout": 19 * K,
        "Invoices straight into the ledger": 0,
        "A second test environment": 80 * K,
        "Ask for the company number first": 16 * K,
    }
    if now == NEW_YEAR:  # committed in the year before, of which nothing was spent
        left |= {"One-click checkout": 310 * K, "Pay by bank transfer at checkout": 60 * K}
        left |= {"Invoices straight into the ledger": 22 * K}
    with database.read() as session:
        epics = session.scalars(select(Epic).where(Epic.title.in_(left)))
        assert {each.title: sum(left_of(session, each.id).values()) for each in epics} == left
        released = select(Epic.title, Transition.released_minor).join(Transition.epic)
        came_back = released.where(Transition.released_minor.is_not(None))
        assert session.execute(came_back).all() == [("Welcome call on day three", 6 * K)]
        portfolio = session.scalars(select(Portfolio)).one()
        assert verify_ledger(session, portfolio.workspace_id).fault is None


def test_its_ledger_is_in_order_of_time(database, now):
    with database.read() as session:
        written = select(Entry.period_id, Entry.at).order_by(Entry.period_id, Entry.number)
        entries = session.execute(written).all()
    assert entries == sorted(entries)


def test_the_year_is_funded_on_cost_centres_with_two_forecasts(database, now):
    with database.read() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        period = ledger.period_at(session, portfolio, now)
        found = {
            each.stream.name: (each.funded, *each.lines.cost_centres, each.over)
            for each in survey(session, portfolio, period, now)
        }
        assert found == {
            "Onboarding": (1_600 * K, "4310", -122 * K),
            "Payments": (2_400 * K, "4300", 2 * K),
            "Platform": (900 * K, "4380", None),
        }
