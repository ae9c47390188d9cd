"""Twenty people at once on one stream, by two replicas: never overdrawn, each hold ends once."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import select

from bot.workflows.budgets import shifting
from bot.workflows.budgets.verifying import verify_ledger
from models.budgets.ledger import EntryKind
from models.budgets.shift import Outcome, Shift
from models.database import Database
from models.errors import ChangedSince, DatabaseAway, Mistake
from models.people.role import Role, RoleGrant
from tests.workflows.budgets.a_year import CLEO, DANA, ELI, K, a_year

pytestmark = pytest.mark.on_both_databases

PEOPLE, ASKS_EACH, ANSWERS = 20, 5, 4
"""Each asks so often and answers each so often: 500 presses."""
FRIDAY_AT_FIVE = datetime(2026, 5, 22, 15, tzinfo=UTC)


@pytest.fixture
def replicas(database, database_url):
    """Two of Tack on one database: on SQLite its own lock is all that keeps them apart."""
    other = Database(database_url)
    yield [database, other]
    other.close()


def patiently(deed):
    """Until the database took it, or said no."""
    while True:
        try:
            return deed()
        except DatabaseAway:
            continue


def looking_again(deed):
    """Until nothing changed between the look and the press."""
    while True:
        try:
            return patiently(deed)
        except ChangedSince:
            continue


@pytest.mark.timeout(900)
def test_twenty_people_ask_approve_decline_and_take_back_at_once(database, replicas):
    year = a_year(database, onboarding=1_000 * K)
    with database.write() as session:
        for number in range(PEOPLE):
            session.add(
                RoleGrant(
                    workspace_id=year.workspace_id,
                    portfolio_id=year.portfolio_id,
                    user_id=f"U0P{number}",
                    role=Role.COUNCIL,
                )
            )
    years = [type(year)(each, *_ids(year)) for each in replicas]
    begin = threading.Barrier(PEOPLE)
    refused = Counter()

    def one(number):
        chance, mine = random.Random(number), years[number % 2]
        begin.wait()
        for _ in range(ASKS_EACH):
            try:
                asked = chance.choice([3, 8]) * K
                shift = looking_again(partial(mine.ask, f"U0P{number}", asked))
            except Mistake as mistake:
                refused[type(mistake).__name__] += 1
                continue
            deeds = (
                partial(mine.approve, CLEO, shift),
                partial(mine.approve, ELI, shift),
                partial(mine.approve, DANA, shift),
                partial(mine.decline, CLEO, shift),
                partial(mine.take_back, f"U0P{number}", shift),
                partial(mine.lapse, shift, FRIDAY_AT_FIVE),
            )
            for deed in chance.sample(deeds, k=ANSWERS):
                try:
                    patiently(deed)
                except Mistake as mistake:
                    refused[type(mistake).__name__] += 1

    with ThreadPoolExecutor(PEOPLE) as hands:
        list(hands.map(one, range(PEOPLE)))
    _check(year)
    with database.read() as session:
        assert len(session.scalars(select(Shift.id)).all()) > PEOPLE / 2


def test_all_at_once_on_one_request_end_it_once(database, replicas):
    year = a_year(database)
    shift = year.ask(ELI, 80 * K)
    year.approve(CLEO, shift)
    years = [type(year)(each, *_ids(year)) for each in replicas]
    deeds = [lambda y: y.approve(DANA, shift), lambda y: y.decline(DANA, shift)]
    deeds += [lambda y: y.take_back(ELI, shift), lambda y: y.lapse(shift, FRIDAY_AT_FIVE)]
    begin = threading.Barrier(PEOPLE)

    def one(number):
        begin.wait()
        try:
            patiently(lambda: deeds[number % len(deeds)](years[number // len(deeds) % 2]))
        except Mistake as mistake:
            return mistake.sentence
        return None

    with ThreadPoolExecutor(PEOPLE) as hands:
        said = list(hands.map(one, range(PEOPLE)))
    assert all(each is None or "has already ended" in each for each in said)
    ends = [kind for kind in year.entries() if kind in {EntryKind.SHIFT, EntryKind.RELEASE}]
    assert len(ends) == 1
    _check(year)


def test_of_many_who_would_each_take_all_that_is_left_one_does(database, replicas):
    year = a_year(database, onboarding=0, platform=1_000 * K)
    year.fund(year.onboarding, 1_000 * K)
    years = [type(year)(each, *_ids(year)) for each in replicas]
    begin = threading.Barrier(PEOPLE)
    seen = {ELI: year.consider(ELI, 100 * K).mark}

    def one(number):
        mine, form = years[number % 2], year.form(100 * K)
        begin.wait()
        try:
            patiently(lambda: mine.do(ELI, shifting.ask, year.portfolio_id, form, seen[ELI]))
        except Mistake as mistake:
            return type(mistake).__name__
        return None

    with ThreadPoolExecutor(PEOPLE) as hands:
        said = Counter(hands.map(one, range(PEOPLE)))
    assert said == {None: 1, "ChangedSince": PEOPLE - 1}
    assert year.has(year.onboarding).set_aside == 100 * K
    _check(year)


def _ids(year):
    return year.workspace_id, year.portfolio_id, year.onboarding, year.platform


def _check(year):
    """Nothing is overdrawn, and what is set aside is what the open requests ask for."""
    with year.database.snapshot() as session:
        assert verify_ledger(session, year.workspace_id).fault is None
        waiting = select(Shift.amount_minor).where(Shift.outcome.is_(None))
        asked = sum(session.scalars(waiting))
        moved = select(Shift.amount_minor).where(Shift.outcome == Outcome.MOVED)
        total = sum(session.scalars(moved))
    books = year.books()
    assert books.balance(year.onboarding).set_aside == asked
    assert books.balance(year.onboarding).available >= 0
    funded = books.position(year.onboarding).funded
    assert books.balance(year.onboarding).allocated == funded - total
    assert books.unallocated == 0
