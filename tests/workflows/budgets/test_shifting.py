"""Shifts: who is asked, what is set aside, and that each ends once."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from bot.workflows.budgets import funding, shifting
from bot.workflows.keeping import Act
from bot.workflows.portfolio import merging
from models.budgets.books import Balance, Overdrawn
from models.budgets.forms import FundingForm
from models.budgets.ledger import EntryKind, Transfer
from models.budgets.period import NoMoney
from models.budgets.rules import Band
from models.budgets.shift import (
    NotAsked,
    Outcome,
)
from models.errors import ChangedSince, Gone
from models.message import Message, MessageKind
from models.people.role import NotAllowed
from models.portfolio.portfolio import ValueStream
from models.work import Work
from tests.workflows.budgets.a_year import ANA, CLEO, DANA, ELI, FAY, K, a_year
from tests.workflows.builders import MONDAY
from tests.workflows.meanwhile import meanwhile

FRIDAY_AT_FIVE = datetime(2026, 5, 22, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def year(database):
    return a_year(database)


def told(year):
    with year.database.read() as session:
        rows = select(Message.channel_id).where(Message.kind == MessageKind.SHIFT)
        return session.scalars(rows.order_by(Message.id)).all()


def works(year):
    with year.database.read() as session:
        keys = session.scalars(select(Work.key).where(Work.key.startswith("shift:")))
        return keys.all()


def test_funding_makes_the_year_and_gives_the_stream_its_money(year):
    assert year.has(year.onboarding) == Balance(available=1_600 * K)
    assert year.has(year.platform).allocated == 900 * K
    assert year.entries() == [EntryKind.FUNDING, EntryKind.FUNDING]
    assert year.books().unallocated == 0


def test_only_finance_and_admins_fund(year):
    with pytest.raises(NotAllowed) as refused:
        year.fund(year.onboarding, 1, CLEO)
    assert refused.value.sentence == "Only finance or an admin can fund a value stream."
    assert list(refused.value.ask) == [DANA, ANA]
    year.fund(year.onboarding, 1, ANA)


def test_within_the_free_band_the_giver_moves_it_alone_and_the_others_are_told(year):
    shift = year.ask(CLEO, 30 * K)
    assert (shift.outcome, shift.ended_by) == (Outcome.MOVED, CLEO)
    assert year.has(year.onboarding).available == 1_570 * K
    assert year.has(year.platform).available == 930 * K
    assert told(year) == [ELI, DANA]
    assert works(year) == []


def test_what_is_asked_for_is_set_aside_and_moves_with_the_last_yes(year):
    shift = year.ask(ELI, 80 * K)
    assert year.has(year.onboarding) == Balance(available=1_520 * K, set_aside=80 * K)
    assert told(year) == ["C0SHOP", CLEO, DANA]
    year.approve(CLEO, shift)
    assert year.outcome(shift) is None
    year.approve(DANA, shift, MONDAY + SECOND)
    assert year.outcome(shift) is Outcome.MOVED
    assert year.has(year.onboarding) == Balance(available=1_520 * K)
    assert year.has(year.platform).available == 980 * K
    assert year.entries()[2:] == [EntryKind.HOLD, EntryKind.SHIFT]
    assert told(year) == ["C0SHOP", CLEO, DANA, ELI]
    assert works(year) == []


def test_a_decline_says_why_and_frees_the_money(year):
    shift = year.decline(DANA, year.ask(ELI, 80 * K))
    assert (shift.outcome, shift.ended_by, shift.ended_because) == (
        Outcome.DECLINED,
        DANA,
        "Not now",
    )
    assert year.has(year.onboarding) == Balance(available=1_600 * K)
    assert year.entries()[2:] == [EntryKind.HOLD, EntryKind.RELEASE]


def test_who_asked_takes_it_back_and_an_admin_does_as_well(year):
    shift = year.ask(ELI, 80 * K)
    assert year.take_back(ELI, shift).outcome is Outcome.TAKEN_BACK
    assert year.take_back(ANA, year.ask(ELI, 80 * K)).outcome is Outcome.TAKEN_BACK
    assert year.has(year.onboarding) == Balance(available=1_600 * K)


def test_it_lapses_at_five_after_four_working_days_and_frees_the_money_once(year):
    shift = year.ask(ELI, 80 * K)
    assert shift.lapses_at == FRIDAY_AT_FIVE
    assert works(year) == [f"shift:{shift.id}"]
    year.lapse(shift, FRIDAY_AT_FIVE - SECOND)
    assert year.outcome(shift) is None
    for _ in range(2):
        year.lapse(shift, FRIDAY_AT_FIVE)
    assert year.outcome(shift) is Outcome.LAPSED
    assert year.has(year.onboarding) == Balance(available=1_600 * K)
    assert year.entries()[2:] == [EntryKind.HOLD, EntryKind.RELEASE]
    assert told(year)[-1] == ELI


def test_the_smallest_amount_needs_the_giver_where_someone_else_asks(year):
    ruling = year.consider(ELI, 1)
    assert (ruling.band, ruling.asked) == (Band.FREE, [CLEO])


def test_who_owns_neither_stream_asks_both_owners(year):
    assert year.consider(DANA, 10 * K).asked == [CLEO, ELI]
    shift = year.ask(DANA, 80 * K)
    year.approve(CLEO, shift)
    year.approve(ELI, shift)
    assert year.outcome(shift) is Outcome.MOVED


def test_who_has_no_part_in_the_money_cannot_ask(year):
    with pytest.raises(NotAllowed) as refused:
        year.consider(FAY, 10 * K)
    assert refused.value.sentence.startswith("Only the owner of Platform, the council, finance")


def test_above_ten_per_cent_and_above_what_is_available_nothing_can_be_asked(year):
    assert year.consider(ELI, 160 * K).can_be_asked
    assert year.consider(ELI, 160 * K + 1).band is Band.COUNCIL
    assert year.consider(ELI, 1_600 * K + 1).band is Band.OVERDRAWN
    with pytest.raises(Overdrawn):
        year.ask(ELI, 160 * K + 1)
    assert year.entries() == [EntryKind.FUNDING, EntryKind.FUNDING]


def test_two_requests_at_once_do_not_pass_the_limit_of_the_year_together(year):
    year.ask(ELI, 100 * K)
    assert year.consider(ELI, 60 * K).can_be_asked
    assert year.consider(ELI, 60 * K + 1).band is Band.COUNCIL


def test_what_was_seen_is_asked_again_where_it_is_another_by_now(year):
    seen = year.consider(CLEO, 30 * K).mark
    year.ask(CLEO, 5 * K)
    with pytest.raises(ChangedSince):
        year.do(CLEO, shifting.ask, year.portfolio_id, year.form(30 * K), seen)
    assert year.has(year.onboarding).available == 1_595 * K


def test_who_became_the_owner_meanwhile_is_who_decides(year):
    shift = year.ask(ELI, 80 * K)
    with year.database.write() as session:
        session.get_one(ValueStream, year.onboarding).owner_user_id = FAY
    with pytest.raises(NotAsked):
        year.approve(CLEO, shift)
    year.approve(FAY, shift)


def test_without_money_there_is_nothing_to_shift(database):
    year = a_year(database, onboarding=0, platform=0)
    with pytest.raises(NoMoney) as refused:
        year.consider(ELI, 1)
    assert refused.value.sentence.startswith("No value stream has money for 2026 yet.")


def test_a_request_of_another_workspace_is_not_there(year):
    shift = year.ask(ELI, 80 * K)
    year.workspace_id += 1
    for deed in (year.approve, year.decline, year.take_back):
        with pytest.raises(Gone):
            deed(CLEO, shift)


@pytest.mark.parametrize("table", ["ledger_entries", "ledger_transfers"])
@pytest.mark.parametrize("change", ["UPDATE {} SET workspace_id = workspace_id", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_the_ledger(year, table, change):
    with (
        pytest.raises(DBAPIError, match="only appended to"),
        year.database.engine.begin() as connection,
    ):
        connection.execute(text(change.format(table)))


@pytest.mark.parametrize("minor", [0, -1])
def test_the_database_itself_takes_no_transfer_of_nothing(year, minor):
    with pytest.raises(DBAPIError), year.database.write() as session:
        session.add(
            Transfer(
                workspace_id=year.workspace_id,
                entry_id=1,
                from_kind="source",
                to_kind="free",
                to_stream_id=year.platform,
                amount_minor=minor,
            )
        )


def merges(year, session):
    ids = year.onboarding, year.platform
    version = session.get_one(ValueStream, year.onboarding).version
    merging.merge(session, year.workspace_id, ANA, *ids, version, MONDAY)


@pytest.mark.parametrize("deed", ["ask", "fund", "approve"])
def test_what_moves_money_waits_for_a_merge_and_sees_it(year, deed):
    asked = year.ask(ELI, 80 * K)
    form, seen = year.form(3 * K), year.consider(CLEO, 3 * K).mark
    before = year.entries()

    def moves(session):
        does = Act(session, year.workspace_id, DANA if deed != "ask" else CLEO, MONDAY)
        if deed == "ask":
            shifting.ask(does, year.portfolio_id, form, seen)
        elif deed == "fund":
            more = FundingForm(value_stream_id=year.onboarding, amount_minor=1)
            funding.fund(does, year.portfolio_id, more)
        else:
            shifting.approve(does, asked.id)

    assert meanwhile(year.database, partial(merges, year), moves) is not None
    assert year.entries() == before
