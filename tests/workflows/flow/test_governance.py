"""Decisions and money as a digest tells them."""

from datetime import date, timedelta

from bot.workflows.budgets.waiting import MOVED
from bot.workflows.decisions.follow_up.waiting import CLOSED
from bot.workflows.evidence import recording
from bot.workflows.flow.governance import frozen_decisions, frozen_money, governance_at
from bot.workflows.flow.scope import scope_of
from bot.workflows.keeping import Act
from bot.workflows.needs import Asked
from bot.workflows.seeing import visible_to
from models.decisions.decision import Decision, Way
from models.epics.epic import Epic
from models.evidence.form import EvidenceForm
from models.evidence.items import Stance
from models.portfolio.portfolio import Portfolio
from tests.workflows.budgets.a_year import CLEO, DANA, ELI, K, a_year
from tests.workflows.budgets.test_committing import an_epic_of, decides, spends, stops
from tests.workflows.builders import ANA, MONDAY
from tests.workflows.decisions.builders import COUNCIL, MINUTE, an_mvp, closes, ends, opens, votes

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def told(database, tell, until, since=None):
    with database.read() as session:
        portfolio = session.query(Portfolio).one()
        return tell(session, scope_of(session, portfolio.id, None), since or until - WEEK, until)


def named(database, need, until):
    """What the thread of a digest of the week before names."""
    with database.read() as session:
        portfolio = session.query(Portfolio).one()
        ends = {"at": until, "now": until, "since": until - WEEK, "until": until}
        return need.find(Asked(session=session, portfolio=portfolio, few=9, **ends)).some


def test_votes_that_closed_are_counted_with_how_long_they_took_and_those_that_are_open(database):
    an_mvp(database)
    first = opens(database, closes_on=date(2026, 5, 20), at=MONDAY)
    for each in COUNCIL:
        votes(database, first, each, "abstain", at=MONDAY + DAY)
    closes(database, first, MONDAY + DAY + 10 * MINUTE)
    now = MONDAY + 3 * DAY
    opens(database, at=now - DAY)
    found = told(database, frozen_decisions, now)
    assert (found.closed, found.alone, found.open, found.oldest_days) == (1, 0, 1, 1)
    assert (found.timed, found.half_days, found.most_asked) == (1, None, 2)
    assert told(database, frozen_decisions, MONDAY + MINUTE).open == 1
    assert [each.id for each in named(database, CLOSED, now)] == [first]
    assert told(database, frozen_decisions, now + 3 * WEEK).closed == 0
    assert named(database, CLOSED, now + 3 * WEEK) == []


def test_governance_counts_cases_stops_and_what_one_person_decided_apart(database):
    an_mvp(database)
    for day in range(3):
        each = opens(database, closes_on=date(2026, 5, 27), at=MONDAY + day * DAY)
        for who in COUNCIL:
            votes(database, each, who, "stop" if day == 2 else "abstain", at=MONDAY + 2 * DAY)
        ends(database, each, MONDAY + 2 * DAY + 10 * MINUTE)
    found = told(database, governed, MONDAY + WEEK)
    taken = [(each.count, each.before, each.half_days) for each in (found.votes, found.others)]
    assert taken == [(3, 0, 1), (0, 0, None)]
    assert (found.cases, found.fresh, found.decided, found.stopped) == (3, 0, 1, 1)
    assert (found.open, found.shifts) == (0, 0)
    later = told(database, governed, MONDAY + 14 * WEEK)
    assert (later.votes.count, later.votes.before, later.votes.half_days_before) == (0, 3, 1)


def test_what_has_closed_and_is_told_to_its_owner_first_is_open_in_every_figure_until_it_is_out(
    database,
):
    an_mvp(database)
    opens(database, closes_on=date(2026, 5, 27))
    for who in COUNCIL:
        votes(database, 1, who, "stop", at=MONDAY + DAY)
    closed = MONDAY + DAY + 10 * MINUTE
    assert closes(database, 1, closed).is_held
    found = told(database, governed, closed + MINUTE)
    assert (found.open, found.ended) == (1, [])
    found = told(database, frozen_decisions, closed + MINUTE)
    assert (found.open, found.closed) == (1, 0)
    ends(database, 1, closed)
    found = told(database, governed, MONDAY + WEEK)
    assert (found.open, found.decided, found.stopped) == (0, 1, 1)


def test_days_are_worked_ones_evidence_is_fresh_for_60_days_and_one_person_s_are_no_votes(database):
    an_mvp(database)
    with database.write() as session:
        seen = EvidenceForm(
            epic_id=1, observed_on=MONDAY.date(), words="Shops ask for it", stance=Stance.FOR
        )
        recording.add(Act(session, 1, ANA, MONDAY), seen)
    ids = []
    for at in (MONDAY, MONDAY + 9 * WEEK):
        last = (at + WEEK).date()
        ids.append(opens(database, closes_on=last, at=at))
        for who in COUNCIL:
            votes(database, ids[-1], who, "abstain", at=at + WEEK - DAY)
        ends(database, ids[-1], at + WEEK)
    found = told(database, governed, MONDAY + 11 * WEEK)
    assert [each.working_days for each in found.ended] == [4, 4]
    assert (found.cases, found.fresh, found.votes.count, found.others.count) == (2, 1, 2, 0)
    with database.write() as session:
        session.get_one(Decision, ids[1]).way = Way.ALONE
    found = told(database, governed, MONDAY + 11 * WEEK)
    assert (found.votes.count, found.others.count) == (1, 1)


def test_of_the_shifts_that_moved_those_that_asked_nobody_are_counted(database):
    year = a_year(database)
    year.ask(CLEO, 24 * K, at=MONDAY + DAY)
    asked = year.ask(ELI, 80 * K, at=MONDAY + DAY)
    for who in (CLEO, DANA):
        year.approve(who, asked, at=MONDAY + DAY)
    found = told(database, governed, MONDAY + WEEK)
    assert (found.shifts, found.silent) == (2, 1)


def governed(session, scope, since, until):
    return governance_at(session, scope, until, visible_to(None))


def test_what_moved_by_itself_and_what_is_asked_for_are_summed(database):
    year = a_year(database)
    year.ask(CLEO, 24 * K, at=MONDAY + DAY)
    asked = year.ask(ELI, 80 * K, at=MONDAY + DAY)
    found = told(database, frozen_money, MONDAY + 2 * DAY)
    assert (found.moved, found.moved_minor, found.asked, found.asked_minor) == (
        1,
        24 * K,
        1,
        80 * K,
    )
    assert [each.amount_minor for each in named(database, MOVED, MONDAY + 2 * DAY)] == [24 * K]
    year.take_back(ELI, asked, at=MONDAY + 3 * DAY)
    later = told(database, frozen_money, MONDAY + 9 * DAY)
    assert not later.any
    assert named(database, MOVED, MONDAY + 9 * DAY) == []
    assert told(database, frozen_money, MONDAY + 2 * DAY) == found


def test_what_stops_gave_back_and_who_spent_more_than_there_was_is_told(database):
    year = a_year(database)
    epic_id, secret_id = an_epic_of(year), an_epic_of(year, mvp=30 * K, title="Log")
    for each in (epic_id, secret_id):
        decides(year, each, "yes")
    spends(year, 20 * K, epic_id)
    with database.write() as session:
        session.get_one(Epic, secret_id).restricted = True
    for each in (epic_id, secret_id):
        stops(year, each)
    assert told(database, frozen_money, MONDAY + DAY).returned_minor == 40 * K
    assert told(database, frozen_money, MONDAY + 8 * DAY).returned_minor == 0
    assert told(database, frozen_money, MONDAY + DAY).overspent == ()
    spends(year, 900 * K)
    assert told(database, frozen_money, MONDAY + DAY).overspent == ("Platform",)
