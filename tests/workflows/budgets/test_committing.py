"""What is decided on an epic commits money, until it is spent or the epic ends."""

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import delete, select

from bot.views.decisions import ballot
from bot.workflows import redrawing
from bot.workflows.board.card import card
from bot.workflows.budgets import booking, funding, shifting
from bot.workflows.budgets.budgets import budget_page
from bot.workflows.budgets.commitments import capacity, carrying
from bot.workflows.budgets.commitments.waiting import UNCOVERED
from bot.workflows.budgets.verifying import verify_ledger
from bot.workflows.decisions import closing, deciding, voting
from bot.workflows.decisions.follow_up import waiting
from bot.workflows.decisions.opening import opening
from bot.workflows.epics import moving, stopping, transferring
from bot.workflows.needs import Asked
from bot.workflows.portfolio import merging
from models.audit import audit
from models.budgets.commitments.capacity import CapacityForm
from models.budgets.commitments.commitment import (
    AskedAlready,
    Commitment,
    NothingUncovered,
    NotThere,
)
from models.budgets.forms import CloseForm, FundingForm, uncovered_shift
from models.budgets.spend import Fact
from models.decisions.decision import Decision
from models.decisions.form import DecisionForm, RecordForm
from models.decisions.question import Question
from models.epics.epic import Epic, Transition
from models.errors import FieldMistakes
from models.message import Message, MessageKind
from models.people.role import NotAllowed, Role, RoleGrant
from models.portfolio.portfolio import Portfolio, Stage, ValueStream
from models.portfolio.setup import StreamSetup
from models.work import Work
from tests.views.reading import shown
from tests.workflows.budgets.a_year import CLEO, DANA, ELI, FAY, K, a_year
from tests.workflows.builders import ANA, MONDAY, an_epic

MAY = date(2026, 5, 1)


@pytest.fixture
def year(database):
    return a_year(database)


def an_epic_of(year, mvp=60 * K, full=420 * K, state="analyzing", stream_id=None, title="Pay"):
    """An epic of Platform that is to be decided on; its id."""
    with year.database.write() as session:
        epic = an_epic(session, year.workspace_id, stream_id or year.platform, title)
        epic.mvp_cost_minor, epic.full_cost_minor, epic.owner_user_id = mvp, full, ELI
        session.flush()
        to = session.get_one(Portfolio, year.portfolio_id).state(state)
        moving.move(session, year.workspace_id, ELI, epic.id, to.id, None, None, MONDAY)
        return epic.id


def decides(year, epic_id, outcome, this_period=None):
    """Decided in the room, and recorded by Eli, who owns Platform."""
    question = Question.GO if outcome in ("yes", "no") else Question.MVP
    said = {"outcome": outcome, "why": "It pays", "present": (DANA,)}
    form = RecordForm(**said, this_period_minor=this_period)
    return year.do(ELI, deciding.record, epic_id, question, form)


def moves(year, epic_id, to):
    with year.database.write(audit.Act(ELI, "button", MONDAY)) as session:
        state = session.get_one(Portfolio, year.portfolio_id).state(to)
        moving.move(session, year.workspace_id, ELI, epic_id, state.id, None, None, MONDAY)


def stops(year, epic_id):
    with year.database.write(audit.Act(ELI, "button", MONDAY)) as session:
        stopping.stop(session, year.workspace_id, ELI, epic_id, None, "Too dear", None, MONDAY)


def spends(year, minor, epic_id=None, stream_id=None, month=MAY):
    with year.database.write() as session:
        portfolio = session.get_one(Portfolio, year.portfolio_id)
        fact = Fact(month, minor, stream_id or year.platform, epic_id)
        booking.book(session, portfolio, [fact], DANA, MONDAY)


def last_step(year, epic_id):
    with year.database.read() as session:
        steps = select(Transition).where(Transition.epic_id == epic_id)
        return session.scalars(steps.order_by(Transition.id.desc())).first()


def is_sound(year):
    with year.database.snapshot() as session:
        return verify_ledger(session, year.workspace_id).fault is None


def has(year, stream_id=None):
    """What is available, committed and spent, in thousands."""
    found = year.has(stream_id or year.platform)
    return found.available // K, found.committed // K, found.spent // K


def test_go_commits_the_mvp_persevere_the_rest_spend_takes_it_and_a_stop_gives_back(year):
    epic_id = an_epic_of(year)
    assert "€60,000 committed" in decides(year, epic_id, "yes").effect
    assert has(year) == (840, 60, 0)
    spends(year, 20 * K, epic_id)
    assert has(year) == (840, 40, 20)
    moves(year, epic_id, "implementing")
    assert "€360,000 committed" in decides(year, epic_id, "persevere").effect
    assert has(year) == (480, 400, 20)
    spends(year, 5 * K)
    assert has(year) == (475, 400, 25)
    stops(year, epic_id)
    assert has(year) == (875, 0, 25)
    assert last_step(year, epic_id).released_minor == 400 * K
    assert is_sound(year)


def test_what_is_left_is_released_once_when_it_is_done_and_spend_is_free_then(year):
    epic_id = an_epic_of(year)
    decides(year, epic_id, "yes")
    moves(year, epic_id, "implementing")
    spends(year, 70 * K, epic_id)
    assert has(year) == (830, 0, 70)
    decides(year, epic_id, "persevere")
    assert has(year) == (470, 360, 70)
    moves(year, epic_id, "done")
    assert has(year) == (830, 0, 70)
    moves(year, epic_id, "implementing")
    moves(year, epic_id, "done")
    assert last_step(year, epic_id).released_minor is None
    assert is_sound(year)


def test_a_decision_whose_money_is_not_there_waits_and_is_tried_again(year):
    epic_id = an_epic_of(year, mvp=930 * K, full=930 * K)
    decision = decides(year, epic_id, "yes")
    assert decision.waiting_for == "money: €30,000 short"
    assert decision.effect is None
    assert has(year) == (900, 0, 0)
    year.fund(year.platform, 30 * K)
    tried = year.do(ELI, waiting.try_again, decision.id)
    assert tried.effect.endswith("€930,000 committed")
    assert has(year) == (0, 930, 0)


def test_what_a_decision_waits_for_besides_money_is_named_as_things(year):
    epic_id = an_epic_of(year, mvp=930 * K, full=930 * K)
    with year.database.write() as session:
        state = session.get_one(Portfolio, year.portfolio_id).state("analyzing")
        state.exit_requires = ["horizon", "evidence"]
    said = decides(year, epic_id, "yes").waiting_for
    assert said == "the horizon; evidence younger than 60 days; money: €30,000 short"


def test_costs_that_changed_are_followed_by_the_next_decision(year):
    epic_id = an_epic_of(year)
    decides(year, epic_id, "yes")
    with year.database.write() as session:
        session.get_one(Epic, epic_id).mvp_cost_minor = 80 * K
    assert has(year) == (840, 60, 0)
    moves(year, epic_id, "implementing")
    decides(year, epic_id, "persevere")
    assert has(year) == (480, 420, 0)


def test_nothing_is_committed_in_capacity_funded_streams_nor_where_no_budget_is(year):
    with year.database.write() as session:
        session.get_one(ValueStream, year.platform).stage = Stage.CAPACITY_FUNDED
    assert "committed" not in decides(year, an_epic_of(year), "yes").effect
    assert has(year) == (900, 0, 0)


def test_nothing_is_committed_and_nothing_waits_where_no_budget_is_known(database):
    year = a_year(database, onboarding=1, platform=0)
    epic_id = an_epic_of(year)
    assert "committed" not in decides(year, epic_id, "yes").effect
    with database.read() as session:
        assert session.get(Commitment, epic_id) is None


def given(year, epic_id, to, by=ELI, at=MONDAY):
    with year.database.write(audit.Act(by, "button", at)) as session:
        transferring.give(session, year.workspace_id, by, epic_id, to, "It is theirs", at)


def lacks(year, epic_id, at=MONDAY):
    def read(act):
        return carrying.lacks_of(act.session, act.session.get_one(Epic, epic_id), at)

    return tuple(each // K for each in year.read(ELI, read, at=at))


def listed(year, stream_id, who=ELI, at=MONDAY):
    """What the stream's money is committed to, as the person sees it."""
    found = year.read(who, budget_page, year.portfolio_id, 1, None, stream_id, at=at).committed
    epics = [(each.epic.key, each.left // K, each.promised // K) for each in found.epics]
    return epics, found.hidden // K


def test_what_falls_into_the_next_period_is_promised_and_is_due_once_that_is_funded(year):
    epic_id = an_epic_of(year)
    decides(year, epic_id, "yes")
    moves(year, epic_id, "implementing")
    effect = decides(year, epic_id, "persevere", 100 * K).effect
    assert "€100,000 committed, €260,000 promised for the next period" in effect
    assert has(year) == (740, 160, 0)
    assert listed(year, year.platform) == ([("PLA-1", 160, 260)], 0)
    assert lacks(year, epic_id) == (0, 0)
    later = MONDAY.replace(year=2027)
    form = FundingForm(value_stream_id=year.platform, amount_minor=200 * K, reason="The budget")
    year.do(DANA, funding.fund, year.portfolio_id, form, at=later)
    assert lacks(year, epic_id, later) == (260, 60)
    with pytest.raises(NotThere, match="Platform is €60,000 short"):
        year.do(ELI, carrying.cover, epic_id, at=later)
    form = FundingForm(value_stream_id=year.platform, amount_minor=60 * K, reason="The budget")
    year.do(DANA, funding.fund, year.portfolio_id, form, at=later)
    year.do(ELI, carrying.cover, epic_id, at=later)
    assert lacks(year, epic_id, later) == (0, 0)
    assert listed(year, year.platform, at=later) == ([("PLA-1", 260, 0)], 0)
    with pytest.raises(NothingUncovered):
        year.do(ELI, carrying.cover, epic_id, at=later)
    assert is_sound(year)


def test_the_budget_of_one_stream_shows_its_own_requests_alone(year):
    with year.database.write() as session:
        cloud = ValueStream(
            workspace_id=year.workspace_id,
            portfolio_id=year.portfolio_id,
            name="Cloud",
            key_prefix="CLO",
        )
        session.add(cloud)
        session.flush()
        to = cloud.id
    year.ask(CLEO, 40 * K)
    year.ask(CLEO, 50 * K, to=to)

    def open_for(stream_id):
        found = year.read(ELI, budget_page, year.portfolio_id, 1, None, stream_id)
        return [shift.amount_minor // K for shift in found.open_shifts]

    assert open_for(year.platform) == [40]
    assert open_for(to) == [50]
    assert open_for(year.onboarding) == open_for(None) == [40, 50]


def test_an_epic_given_away_takes_its_commitment_along_where_the_money_is_there(year):
    epic_id = an_epic_of(year)
    decides(year, epic_id, "yes")
    spends(year, 10 * K, epic_id)
    given(year, epic_id, year.onboarding)
    assert has(year) == (890, 0, 10)
    assert has(year, year.onboarding) == (1_550, 50, 0)
    assert lacks(year, epic_id) == (0, 0)
    assert is_sound(year)


def test_where_the_money_is_not_there_it_is_not_covered_until_someone_covers_it(database):
    year = a_year(database, onboarding=20 * K)
    epic_id = an_epic_of(year)
    decides(year, epic_id, "yes")
    given(year, epic_id, year.onboarding)
    assert has(year) == (900, 0, 0)
    assert has(year, year.onboarding) == (20, 0, 0)
    assert lacks(year, epic_id) == (60, 40)
    given(year, epic_id, year.platform, by=ANA)
    assert (has(year), lacks(year, epic_id)) == ((840, 60, 0), (0, 0))
    given(year, epic_id, year.onboarding)
    year.fund(year.onboarding, 40 * K)
    with pytest.raises(NotAllowed):
        year.do(FAY, carrying.cover, epic_id)
    year.do(CLEO, carrying.cover, epic_id)
    assert (has(year, year.onboarding), lacks(year, epic_id)) == ((0, 60, 0), (0, 0))
    assert is_sound(year)


def test_a_shift_for_what_is_not_covered_begins_with_what_is_short_and_names_no_restricted_epic(
    database,
):
    year = a_year(database, onboarding=20 * K)
    epic_id = an_epic_of(year)
    decides(year, epic_id, "yes")
    given(year, epic_id, year.onboarding)

    def begins():
        held = year.read(ELI, lambda act: uncovered_shift(*carrying.uncovered(act, epic_id)))
        return held["to_stream_id"], held["amount_minor"], held["reason"]

    here = (year.onboarding, 40 * K)
    assert begins() == (*here, "PLA-1 Pay is not covered in Onboarding")
    with database.write() as session:
        session.get_one(Epic, epic_id).restricted = True
    assert begins() == (*here, "An epic is not covered in Onboarding")


def test_what_is_not_covered_is_asked_for_once_until_that_request_has_ended(database):
    year = a_year(database, onboarding=20 * K)
    epic_id = an_epic_of(year)
    decides(year, epic_id, "yes")
    given(year, epic_id, year.onboarding)

    def asks(**of):
        form = year.form(40 * K, source=year.platform, to=year.onboarding)
        seen = year.consider(CLEO, 40 * K, source=year.platform, to=year.onboarding).mark
        deed = partial(shifting.ask, **of)
        return year.do(CLEO, deed, year.portfolio_id, form, seen)

    def shown_now(who=CLEO):
        def read(act):
            epic = act.session.get_one(Epic, epic_id)
            portfolio = act.session.get_one(Portfolio, year.portfolio_id)
            asked = Asked(
                session=act.session, portfolio=portfolio, at=MONDAY, now=MONDAY, few=3, whose=who
            )
            (found,) = UNCOVERED.find(asked).some
            on_card = card(act.session, epic, MONDAY).asked
            return found.asked, on_card and on_card.id

        return year.read(who, read)

    assert shown_now() == (None, None)
    first = asks(epic_id=epic_id)
    assert shown_now() == (first.id, first.id)
    with pytest.raises(AskedAlready, match="€40,000 from Platform is already asked for"):
        asks(epic_id=epic_id)
    with pytest.raises(AskedAlready):
        year.read(CLEO, carrying.uncovered, epic_id)
    asks()
    year.decline(ELI, first)
    assert shown_now() == (None, None)
    second = asks(again=first.id)
    assert shown_now() == (second.id, second.id)
    with database.write() as session:
        session.get_one(Epic, epic_id).value_stream_id = year.platform
    assert shown_now(ELI) == (None, None)
    with database.read() as session:
        assert carrying.open_request(session, epic_id) is None


@pytest.mark.parametrize("ends", ["decline", "take_back"])
def test_the_card_of_what_is_not_covered_is_drawn_again_once_its_request_has_ended(database, ends):
    year = a_year(database, onboarding=20 * K)
    epic_id = an_epic_of(year)
    decides(year, epic_id, "yes")
    given(year, epic_id, year.onboarding)
    streams = {"source": year.platform, "to": year.onboarding}
    seen, form = year.consider(CLEO, 40 * K, **streams).mark, year.form(40 * K, **streams)
    asks = partial(shifting.ask, epic_id=epic_id)
    shift = year.do(CLEO, asks, year.portfolio_id, form, seen)
    with database.write() as session:
        card_of = (year.workspace_id, MessageKind.EPIC_CARD, epic_id, "C0ONB", MONDAY)
        redrawing.post(session, *card_of)
    with database.write() as session:
        session.execute(delete(Work))
    who, deed = {"decline": (ELI, year.decline), "take_back": (CLEO, year.take_back)}[ends]
    deed(who, shift)
    assert is_card_due(database)


def is_card_due(database):
    """Whether a card of an epic waits to be drawn."""
    with database.read() as session:
        due = set(session.scalars(select(Work.key)))
        cards = select(Message).where(Message.kind == MessageKind.EPIC_CARD)
        return any(each.work_key in due for each in session.scalars(cards))


def test_the_card_of_what_is_not_covered_is_drawn_again_once_its_stream_has_more_or_less(database):
    year = a_year(database, onboarding=20 * K)
    epic_id = an_epic_of(year)
    decides(year, epic_id, "yes")
    given(year, epic_id, year.onboarding)
    with database.write() as session:
        card_of = (year.workspace_id, MessageKind.EPIC_CARD, epic_id, "C0ONB", MONDAY)
        redrawing.post(session, *card_of)

    def drawn_after(stream_id):
        with database.write() as session:
            session.execute(delete(Work))
        year.fund(stream_id, K)
        return is_card_due(database)

    assert drawn_after(year.onboarding)
    assert not drawn_after(year.platform)


def test_a_merged_stream_takes_its_commitments_and_what_it_has_left_along(year):
    epic_id = an_epic_of(year)
    decides(year, epic_id, "yes")
    with year.database.write(audit.Act(ANA, "button", MONDAY)) as session:
        version = session.get_one(ValueStream, year.platform).version
        ends = (year.platform, year.onboarding)
        merging.merge(session, year.workspace_id, ANA, *ends, version, MONDAY)
    assert has(year) == (0, 0, 0)
    assert has(year, year.onboarding) == (2_440, 60, 0)
    stops(year, epic_id)
    assert has(year, year.onboarding) == (2_500, 0, 0)
    assert is_sound(year)


def test_a_split_off_stream_takes_the_commitments_of_its_epics_along_and_no_more(year):
    goes, stays = an_epic_of(year), an_epic_of(year, mvp=30 * K, title="Log")
    for each in (goes, stays):
        decides(year, each, "yes")
    spends(year, 10 * K, goes)
    with year.database.write(audit.Act(ANA, "button", MONDAY)) as session:
        version = session.get_one(ValueStream, year.platform).version
        setup = StreamSetup(name="Cloud", key_prefix="CLO", owner_user_id=ELI, channel_id="C0CLO")
        here = (session, year.workspace_id, ANA, year.platform, version)
        cloud = merging.split(*here, setup, [goes], MONDAY).target.id
    assert has(year) == (810, 30, 10)
    assert has(year, cloud) == (0, 50, 0)
    assert listed(year, cloud) == ([("PLA-1", 50, 0)], 0)
    stops(year, goes)
    assert has(year, cloud) == (50, 0, 0)
    assert is_sound(year)


def test_a_vote_commits_what_of_the_rest_was_said_to_fall_into_this_period(year):
    epic_id = an_epic_of(year)
    decides(year, epic_id, "yes")
    moves(year, epic_id, "implementing")
    with year.database.write() as session:
        place = {"workspace_id": year.workspace_id, "portfolio_id": year.portfolio_id}
        session.add(RoleGrant(role=Role.COUNCIL, user_id=FAY, **place))
    form = DecisionForm(closes_on=date(2026, 5, 25), this_period_minor=100 * K)
    decision = year.do(ELI, opening.open_decision, epic_id, form)
    with year.database.read() as session:
        asked = session.get_one(Decision, decision.id)
        said = " ".join(shown(ballot.drawn(session, asked, MONDAY)))
    promise = "with €260,000 more promised for the period after 2026"
    assert f"commits €100,000, {promise}; Platform keeps €740,000 available in 2026" in said
    with year.database.write() as session:
        voting.vote(session, year.workspace_id, FAY, decision.id, "persevere", lambda: MONDAY)
    with year.database.write() as session:
        closing.close_due(session, decision.id, MONDAY + timedelta(minutes=20))
    assert has(year) == (740, 160, 0)
    with year.database.read() as session:
        assert session.get_one(Commitment, epic_id).promised_minor == 260 * K
        effect = session.get_one(Decision, decision.id).effect
    assert "€100,000 committed, €260,000 promised for the next period" in effect
    assert is_sound(year)


def test_a_restricted_epic_counts_in_the_sum_and_is_named_to_its_circle_alone(year):
    epic_id = an_epic_of(year)
    decides(year, epic_id, "yes")
    with year.database.write() as session:
        session.get_one(Epic, epic_id).restricted = True
    assert listed(year, year.platform) == ([("PLA-1", 60, 0)], 0)
    assert listed(year, year.platform, who=DANA) == ([], 60)


def commits_capacity(year, monthly):
    form = CapacityForm(value_stream_id=year.platform, monthly_minor=monthly)
    year.do(DANA, capacity.commit_capacity, year.portfolio_id, form)


def test_capacity_is_committed_for_the_months_left_spent_first_and_released_as_books_close(year):
    with year.database.write() as session:
        session.get_one(ValueStream, year.platform).stage = Stage.CAPACITY_FUNDED
    commits_capacity(year, 100 * K)
    assert has(year) == (100, 800, 0)
    with pytest.raises(FieldMistakes, match="€4,000 short for 8 months"):
        commits_capacity(year, 113 * K)
    spends(year, 30 * K)
    assert has(year) == (100, 770, 30)
    commits_capacity(year, 110 * K)
    assert has(year) == (20, 850, 30)
    commits_capacity(year, 20 * K)
    assert has(year) == (730, 140, 30)
    in_june = MONDAY.replace(month=6)
    spends(year, 5 * K, month=date(2026, 4, 1))
    assert has(year) == (725, 140, 35)
    form = CloseForm(month="2026-05")
    year.do(DANA, booking.close, year.portfolio_id, form, at=in_june)
    assert has(year) == (725, 140, 35)
    in_july = MONDAY.replace(month=7)
    year.do(DANA, booking.close, year.portfolio_id, CloseForm(month="2026-06"), at=in_july)
    assert has(year) == (745, 120, 35)
    assert is_sound(year)
