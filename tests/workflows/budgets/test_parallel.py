"""Twenty people at once on one stream, by two replicas: never overdrawn, each hold ends once.

TACK_REQUESTS says for how many shifts they ask in all, such as 500.
"""

import os
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import select

from bot.workflows.budgets import considering, shifting
from bot.workflows.budgets.verifying import verify_ledger
from bot.workflows.permitting import lock_roles
from models.budgets.ledger import EntryKind
from models.budgets.shift import Outcome, Shift
from models.database import Database
from models.errors import ChangedSince, DatabaseAway, FieldMistakes, Mistake
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio
from tests.workflows.budgets.a_year import CLEO, DANA, ELI, K, a_year

pytestmark = pytest.mark.on_both_databases

PEOPLE = 20
ASKS_EACH = -(-int(os.environ.get("TACK_REQUESTS", "20")) // PEOPLE)
HAS = PEOPLE * ASKS_EACH * 5 // 4 * K
"""What the stream has: less than all yeses together would move."""
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


def ask_at_once(year, who, minor):
    """Look and ask in one transaction: of twenty who look first, nineteen would look again."""
    form = year.form(minor)

    def deed(act):
        lock_roles(act.session, act.workspace_id)
        portfolio = act.session.get_one(Portfolio, year.portfolio_id)
        seen = considering.consider(act, portfolio, form).mark
        return shifting.ask(act, year.portfolio_id, form, seen)

    while True:
        try:
            return patiently(partial(year.do, who, deed))
        except ChangedSince:
            continue


def a_year_of(database, minor):
    """Onboarding has so much and no funding, of which a share would need the council."""
    year = a_year(database, onboarding=0, platform=10 * minor)
    year.approve(DANA, year.ask(ELI, minor, source=year.platform, to=year.onboarding))
    return year


@pytest.mark.timeout(900)
def test_twenty_people_ask_approve_decline_and_take_back_at_once(database, replicas):
    year = a_year_of(database, HAS)
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
        chance, mine, who = random.Random(number), years[number % 2], f"U0P{number}"
        begin.wait()
        for _ in range(ASKS_EACH):
            minor, place = chance.choice([3, 8]) * K, chance.randrange(4)
            ends = chance.choice(["decline", "take back", "lapse"])
            try:
                shift = ask_at_once(mine, who, minor)
            except Mistake as mistake:
                refused[type(mistake).__name__] += 1
                continue
            deeds = [partial(mine.approve, each, shift) for each in (CLEO, ELI, DANA)]
            end = {
                "decline": partial(mine.decline, CLEO, shift),
                "take back": partial(mine.take_back, who, shift),
                "lapse": partial(mine.lapse, shift, FRIDAY_AT_FIVE),
            }[ends]
            for deed in [*deeds[:place], end, *deeds[place:]]:
                try:
                    patiently(deed)
                except Mistake as mistake:
                    refused[type(mistake).__name__] += 1

    with ThreadPoolExecutor(PEOPLE) as hands:
        list(hands.map(one, range(PEOPLE)))
    _check(year)
    assert refused["Overdrawn"]


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
    year = a_year_of(database, 100 * K)
    years = [type(year)(each, *_ids(year)) for each in replicas]
    begin = threading.Barrier(PEOPLE)
    form, seen = year.form(100 * K), year.consider(ELI, 100 * K).mark

    def one(number):
        mine, asks = years[number % 2], number // 2 % 2
        asked = partial(mine.do, ELI, shifting.ask, year.portfolio_id, form, seen)
        begin.wait()
        try:
            patiently(asked if asks else partial(mine.fund, year.onboarding, -100 * K))
        except Mistake as mistake:
            return type(mistake)
        return None

    with ThreadPoolExecutor(PEOPLE) as hands:
        said = list(hands.map(one, range(PEOPLE)))
    assert said.count(None) == 1
    assert set(said) <= {None, ChangedSince, FieldMistakes}
    assert year.has(year.onboarding).available == 0
    _check(year)


def _ids(year):
    return year.workspace_id, year.portfolio_id, year.onboarding, year.platform


def _check(year):
    """Nothing is overdrawn, and what is set aside is what the open requests ask for."""
    with year.database.snapshot() as session:
        assert verify_ledger(session, year.workspace_id).fault is None
        waiting = select(Shift.amount_minor).where(Shift.outcome.is_(None))
        asked = sum(session.scalars(waiting))
        moved = session.scalars(select(Shift).where(Shift.outcome == Outcome.MOVED))
        signs = {year.onboarding: 1, year.platform: -1}
        total = sum(each.amount_minor * signs[each.from_stream_id] for each in moved)
    books = year.books()
    assert books.balance(year.onboarding).set_aside == asked
    assert books.balance(year.onboarding).available >= 0
    funded = books.position(year.onboarding).funded
    assert books.balance(year.onboarding).allocated == funded - total
    assert books.unallocated == 0
