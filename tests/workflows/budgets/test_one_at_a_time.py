"""Whoever writes to a period's ledger waits for who writes to it, of whichever stream; and whoever
moves or says anything of a stream's money waits for who merges it away."""

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from bot.workflows.budgets import (
    booking,
    considering,
    expecting,
    funding,
    ledger,
    rolling,
    shifting,
)
from bot.workflows.budgets.commitments import capacity, carrying
from bot.workflows.budgets.shifts import moving as shift_money
from bot.workflows.budgets.verifying import verify_ledger
from bot.workflows.decisions import closing, deciding, voting
from bot.workflows.epics import moving, stopping, transferring
from bot.workflows.files import undoing
from bot.workflows.files.importing import actuals, budgets
from bot.workflows.keeping import Act
from bot.workflows.portfolio import merging
from models.budgets.commitments.capacity import CapacityForm
from models.budgets.commitments.commitment import Commitment
from models.budgets.forms import (
    CloseForm,
    ForecastForm,
    FundingForm,
    RollForm,
    SpendForm,
    UndoForm,
)
from models.budgets.ledger import SOURCE, UNALLOCATED, EntryKind, Move, free
from models.budgets.period import NothingToRoll, fiscal_year
from models.budgets.shift import Outcome
from models.budgets.spend import Actual
from models.decisions.form import RecordForm
from models.decisions.question import Question
from models.epics.epic import Epic
from models.errors import ChangedSince, FieldMistakes
from models.files import kinds
from models.files.upload import UploadKind
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio, Stage, ValueStream
from tests.workflows.budgets.a_year import ANA, CLEO, DANA, ELI, FAY, K, a_year
from tests.workflows.builders import MONDAY, an_epic
from tests.workflows.files.test_importing_money import rows_of
from tests.workflows.files.test_undoing_money import brings
from tests.workflows.meanwhile import meanwhile

pytestmark = pytest.mark.only_on("postgresql")

JULY = MONDAY.replace(month=7)


@pytest.fixture
def year(database):
    return a_year(database)


def writes(year, session):
    """Give the portfolio a cent that no stream has yet."""
    portfolio = session.get_one(Portfolio, year.portfolio_id)
    period = ledger.period_at(session, portfolio, MONDAY)
    ledger.lock(session, period)
    moves = [Move(SOURCE, UNALLOCATED, 1)]
    ledger.append(session, portfolio, period, EntryKind.FUNDING, moves, DANA, MONDAY)


def an_epic_of(year, state="analyzing"):
    with year.database.write() as session:
        epic = an_epic(session, year.workspace_id, year.platform, "Pay")
        epic.mvp_cost_minor, epic.full_cost_minor, epic.owner_user_id = 60 * K, 80 * K, ELI
        session.flush()
        to = session.get_one(Portfolio, year.portfolio_id).state(state)
        moving.move(session, year.workspace_id, ELI, epic.id, to.id, None, None, MONDAY)
        return epic.id


def decide(act, epic_id):
    form = RecordForm(outcome="yes", why="It pays", present=(DANA,))
    assert deciding.record(act, epic_id, Question.GO, form).effect is not None


def decided(year):
    epic_id = an_epic_of(year)
    year.do(ELI, decide, epic_id)
    return epic_id


def asks(year):
    seen = year.consider(ELI, 80 * K).mark
    return ELI, lambda act: shifting.ask(act, year.portfolio_id, year.form(80 * K), seen)


def asks_back(year):
    shift, form = year.ask(CLEO, 30 * K), UndoForm(amount_minor=K, reason="Not needed")

    def looks(act):
        return considering.consider_undoing(act, shift_money.seen_shift(act, shift.id), form).mark

    seen = year.read(ELI, looks)
    return ELI, lambda act: shifting.undo(act, shift.id, form, seen)


def approves(year):
    shift = year.ask(ELI, 80 * K)
    year.approve(CLEO, shift)
    return DANA, lambda act: shifting.approve(act, shift.id)


def lapses(year):
    shift = year.ask(ELI, 80 * K)
    return None, lambda act: shifting.lapse_due(act.session, shift.id, JULY)


def funds(year):
    form = FundingForm(value_stream_id=year.platform, amount_minor=K, reason="More")
    return DANA, lambda act: funding.fund(act, year.portfolio_id, form)


def spends(year):
    epic_id, form = an_epic_of(year), SpendForm(amount_minor=K, month="2026-05")
    return DANA, lambda act: booking.spend(act, epic_id, form)


def commits(year):
    epic_id = an_epic_of(year)
    return ELI, lambda act: decide(act, epic_id)


def stops(year):
    epic_id = decided(year)
    here = (year.workspace_id, ELI, epic_id, None, "Too dear", None, MONDAY)
    return ELI, lambda act: stopping.stop(act.session, *here)


def gives_away(year):
    epic_id = decided(year)
    here = (year.workspace_id, ELI, epic_id, year.onboarding, "It is theirs", MONDAY)
    return ELI, lambda act: transferring.give(act.session, *here)


def covers(year):
    epic_id = an_epic_of(year)
    with year.database.write() as session:
        found = session.get(Commitment, epic_id) or Commitment(
            epic_id=epic_id, workspace_id=year.workspace_id
        )
        found.uncovered_minor = K
        session.add(found)
    return ELI, lambda act: carrying.cover(act, epic_id)


def by_capacity(year):
    with year.database.write() as session:
        session.get_one(ValueStream, year.platform).stage = Stage.CAPACITY_FUNDED
    form = CapacityForm(value_stream_id=year.platform, monthly_minor=K)
    return DANA, lambda act: capacity.commit_capacity(act, year.portfolio_id, form)


def closes(year):
    who, commit = by_capacity(year)
    year.do(who, commit)
    form = CloseForm(month="2026-06")
    return DANA, lambda act: booking.close(act, year.portfolio_id, form)


def merges(year):
    with year.database.read() as session:
        version = session.get_one(ValueStream, year.platform).version
    here = (year.workspace_id, ANA, year.platform, year.onboarding, version, MONDAY)
    return ANA, lambda act: merging.merge(act.session, *here)


def imports(year):
    rows = rows_of(kinds.BUDGETS, "period,value_stream,amount\n2026,Platform,1000\n")
    with year.database.read() as session:
        portfolio = session.get_one(Portfolio, year.portfolio_id)
        (part,) = budgets.parts_of(budgets.plan_budgets(session, portfolio, rows, MONDAY), rows)

    def comes_in(act):
        portfolio = act.session.get_one(Portfolio, year.portfolio_id)
        assert budgets.import_budgets(act.session, portfolio, part, MONDAY, "b.csv").funded == 1

    return DANA, comes_in


def imports_actuals(year):
    rows = rows_of(kinds.ACTUALS, "month,value_stream,amount,reference\n2026-05,Platform,10,A\n")
    (part,) = actuals.parts_of(rows)

    def comes_in(act):
        portfolio = act.session.get_one(Portfolio, year.portfolio_id)
        assert actuals.import_actuals(act.session, portfolio, part, MONDAY).plan.facts

    return DANA, comes_in


def undoes_budgets(year):
    upload = brings(year, UploadKind.BUDGETS, "period,value_stream,amount\n2026,Platform,1000\n")
    return DANA, lambda act: undoing.undo(act, upload.id)


def undoes_actuals(year):
    upload = brings(
        year,
        UploadKind.ACTUALS,
        "month,value_stream,amount,reference\n2026-05,Platform,10,A\n",
    )
    return DANA, lambda act: undoing.undo(act, upload.id)


DEEDS = (
    *(asks, asks_back, approves, lapses, funds, spends, commits, stops, gives_away),
    *(covers, by_capacity, closes, merges, imports, imports_actuals),
    *(undoes_budgets, undoes_actuals),
)


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_whoever_writes_to_the_ledger_waits_for_who_writes_to_it(year, deed):
    who, does = deed(year)
    before = len(year.entries())
    at = JULY if deed is closes else MONDAY

    def second(session):
        does(Act(session, year.workspace_id, who, at))

    assert meanwhile(year.database, partial(writes, year), second) is None
    assert len(year.entries()) > before + 1
    with year.database.snapshot() as session:
        assert verify_ledger(session, year.workspace_id).fault is None


def expects(year):
    form = ForecastForm(value_stream_id=year.platform, amount_minor=K)
    return ELI, lambda act: expecting.expect(act, year.portfolio_id, form)


@pytest.mark.parametrize(
    "deed",
    [asks, approves, funds, expects],
    ids=lambda deed: deed.__name__,
)
def test_whoever_is_about_a_streams_money_waits_for_a_merge_and_sees_it(year, deed):
    who, does = deed(year)
    before = year.entries()
    _, merge = merges(year)

    def second(session):
        does(Act(session, year.workspace_id, who, MONDAY))

    assert meanwhile(year.database, merge_by(year, merge), second) is not None
    assert year.entries() == [*before, EntryKind.CARRY]


def merge_by(year, merge):
    return lambda session: merge(Act(session, year.workspace_id, ANA, MONDAY))


def test_a_yes_of_the_council_waits_for_a_merge_and_moves_nothing_to_a_stream_that_has_ended(year):
    here = {"workspace_id": year.workspace_id, "portfolio_id": year.portfolio_id}
    with year.database.write() as session:
        session.add(RoleGrant(user_id=FAY, role=Role.COUNCIL, **here))
    shift = year.ask(ELI, 170 * K)
    for who in (CLEO, DANA):
        year.approve(who, shift)
    with year.database.write() as session:
        voting.vote(session, year.workspace_id, FAY, 1, "yes", lambda: MONDAY)
    _, merge = merges(year)

    def second(session):
        closing.close_due(session, 1, MONDAY + timedelta(minutes=20))

    assert meanwhile(year.database, merge_by(year, merge), second) is None
    assert year.outcome(shift) is Outcome.DECLINED
    assert EntryKind.SHIFT not in year.entries()


def test_of_two_who_roll_a_year_forward_at_once_one_funds_it(year):
    """Also where it has begun without money, as by a budget that is not known."""
    form = RollForm(year=2027)
    with year.database.write() as session:
        portfolio = session.get_one(Portfolio, year.portfolio_id)
        ledger.begin_year(session, portfolio, fiscal_year(date(2027, 1, 1), 1))
    seen = year.read(DANA, rolling.look, year.portfolio_id, form).mark

    def rolls(who, session):
        act = Act(session, year.workspace_id, who, MONDAY)
        assert len(rolling.roll(act, year.portfolio_id, form, seen)) == 2

    refused = meanwhile(year.database, partial(rolls, DANA), partial(rolls, ANA))
    assert isinstance(refused, NothingToRoll)
    assert len(year.entries()) == 4


def test_who_rolls_a_year_forward_waits_for_a_shift_out_of_it_that_is_to_last(year):
    form = year.form(80 * K).model_copy(update={"lasting": 1})
    portfolio_id = year.portfolio_id

    def look(act):
        portfolio = act.session.get_one(Portfolio, portfolio_id)
        return considering.consider(act, portfolio, form).mark

    shift = year.do(ELI, shifting.ask, portfolio_id, form, year.read(ELI, look))
    year.approve(CLEO, shift)
    rolls = RollForm(year=2027)
    seen = year.read(DANA, rolling.look, portfolio_id, rolls).mark

    def approves_last(session):
        shifting.approve(Act(session, year.workspace_id, DANA, MONDAY), shift.id)

    def second(session):
        rolling.roll(Act(session, year.workspace_id, DANA, MONDAY), portfolio_id, rolls, seen)

    assert isinstance(meanwhile(year.database, approves_last, second), ChangedSince)
    now = year.read(DANA, rolling.look, portfolio_id, rolls)
    assert {stream.id: each.minor // K for stream, each in now.carried} == {
        year.onboarding: 1_520,
        year.platform: 980,
    }


@pytest.mark.parametrize("deed", [asks_back, by_capacity], ids=lambda deed: deed.__name__)
def test_of_two_who_would_each_take_all_that_is_left_the_second_is_refused(year, deed):
    """The second one reads what is left only once the first has written."""
    who, does = deed(year)
    left = year.has(year.platform).available

    def takes(session):
        portfolio = session.get_one(Portfolio, year.portfolio_id)
        period = ledger.period_at(session, portfolio, MONDAY)
        ledger.lock(session, period)
        moves = [Move(free(year.platform), UNALLOCATED, left)]
        ledger.append(session, portfolio, period, EntryKind.FUNDING, moves, DANA, MONDAY)

    def second(session):
        does(Act(session, year.workspace_id, who, MONDAY))

    assert meanwhile(year.database, takes, second) is not None
    assert year.has(year.platform).available == 0


def month_of(year, act, month, reference):
    """In which month what an epic spent is booked."""
    form = SpendForm(amount_minor=K, month=month, reference=reference)
    epic_id = act.session.scalars(select(Epic.id)).one()
    return booking.spend(act, epic_id, form).booked_month


def test_whoever_books_waits_for_who_books_and_for_who_closes_the_month(year):
    an_epic_of(year)

    def books(session):
        month_of(year, Act(session, year.workspace_id, DANA, MONDAY), "2026-05", "R-1")

    with pytest.raises(FieldMistakes, match="The reference R-1 is already in the books"):
        raise meanwhile(year.database, books, books)
    booked = []

    def books_late(session):
        act = Act(session, year.workspace_id, DANA, MONDAY)
        booked.append(month_of(year, act, "2026-04", "R-2"))

    assert meanwhile(year.database, partial(close, year, "2026-04"), books_late) is None
    assert booked == [date(2026, 5, 1)]


def close(year, month, session):
    act = Act(session, year.workspace_id, DANA, MONDAY)
    booking.close(act, year.portfolio_id, CloseForm(month=month))


def test_who_closes_fewer_months_at_once_opens_none_again(year):
    first, second = (partial(close, year, month) for month in ("2026-04", "2026-03"))
    with pytest.raises(FieldMistakes, match="closed up to 2026-04"):
        raise meanwhile(year.database, first, second)


def test_a_file_of_budgets_that_two_import_at_once_comes_in_once(year):
    rows = rows_of(kinds.BUDGETS, "period,value_stream,amount\n2026,Platform,1000\n")
    with year.database.read() as session:
        portfolio = session.get_one(Portfolio, year.portfolio_id)
        (part,) = budgets.parts_of(budgets.plan_budgets(session, portfolio, rows, MONDAY), rows)
    known = []

    def comes_in(session):
        portfolio = session.get_one(Portfolio, year.portfolio_id)
        came = budgets.import_budgets(session, portfolio, part, MONDAY, "b.csv")
        known.append(came.plan.known)

    assert meanwhile(year.database, comes_in, comes_in) is None
    assert known == [0, 1]
    assert year.has(year.platform).allocated == 901 * K


def test_what_is_taken_back_goes_into_the_first_month_that_who_closes_at_once_leaves_open(year):
    file = "month,value_stream,amount,reference\n2026-04,Platform,10,A\n"
    upload = brings(year, UploadKind.ACTUALS, file)

    def undoes(session):
        undoing.undo(Act(session, year.workspace_id, DANA, MONDAY), upload.id)

    assert meanwhile(year.database, partial(close, year, "2026-04"), undoes) is None
    with year.database.read() as session:
        booked = session.scalars(select(Actual.booked_month).order_by(Actual.id)).all()
    assert booked == [date(2026, 4, 1), date(2026, 5, 1)]
