"""Timers: work that is due days from now, over restarts, with one and with two replicas."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.worker.claims import claim_due, end
from models.database import Database
from models.seen import Seen, first_time
from models.work import cancel, put
from sandbox import SandboxClock

DAYS = timedelta(days=1)


class Replica:
    """One process that does reminders: it looks when told to, and dies by being forgotten."""

    def __init__(self, url, workspace_id, clock):
        self.database = Database(url)
        self.workspace_id = workspace_id
        self.clock = clock

    def claim(self):
        with self.database.write() as session:
            return claim_due(session, self.workspace_id, self.clock.now(), 10)

    def ring(self, claims):
        """The effect of each timer, in the transaction that ends it."""
        for claim in claims:
            now = self.clock.now()
            with self.database.write() as session:
                rings = f"{claim.key} rang at {now:%d}"
                assert first_time(session, self.workspace_id, rings, now), "it rang before"
                end(session, claim)

    def look(self):
        self.ring(self.claim())

    def sets(self, key, at):
        with self.database.write() as session:
            put(session, self.workspace_id, key, at)

    def cancels(self, key):
        with self.database.write() as session:
            cancel(session, self.workspace_id, key)

    @property
    def rang(self):
        """What rang so far, as the database remembers it."""
        with self.database.read() as session:
            return sorted(session.scalars(select(Seen.request_id)))


@pytest.fixture
def clock():
    clock = SandboxClock()
    clock.set(clock.now().replace(day=1, hour=9))
    clock.freeze()
    return clock


@pytest.fixture
def start(shop, database_url, clock):
    """Start a replica; the end stops every one."""
    started = []

    def start():
        started.append(Replica(database_url, shop.workspace_id, clock))
        return started[-1]

    yield start
    for replica in started:
        replica.database.close()


def test_a_timer_of_three_days_rings_on_the_third_day_and_once(start, clock):
    replica = start()
    replica.sets("remind:1", clock.now() + 3 * DAYS)
    for _ in range(5):
        replica.look()
        replica.look()
        clock.advance(DAYS)
    assert replica.rang == ["remind:1 rang at 04"]


def test_a_timer_due_while_nothing_ran_rings_when_something_does(start, clock):
    start().sets("remind:1", clock.now() + DAYS)
    clock.advance(6 * DAYS)
    restarted = start()
    restarted.look()
    assert restarted.rang == ["remind:1 rang at 07"]


def test_a_timer_moved_rings_at_its_new_moment_only(start, clock):
    replica = start()
    replica.sets("remind:1", clock.now() + 2 * DAYS)
    replica.sets("remind:2", clock.now() + 2 * DAYS)
    replica.sets("remind:1", clock.now() + 4 * DAYS)
    replica.sets("remind:2", clock.now() + 1 * DAYS)
    for _ in range(6):
        replica.look()
        clock.advance(DAYS)
    assert replica.rang == ["remind:1 rang at 05", "remind:2 rang at 02"]


def test_a_timer_moved_while_it_is_claimed_rings_again_at_the_new_moment(start, clock):
    replica = start()
    replica.sets("remind:1", clock.now())
    claims = replica.claim()
    replica.sets("remind:1", clock.now() + 2 * DAYS)
    replica.ring(claims)
    for _ in range(4):
        replica.look()
        clock.advance(DAYS)
    assert replica.rang == ["remind:1 rang at 01", "remind:1 rang at 03"]


def test_a_timer_cancelled_never_rings(start, clock):
    replica = start()
    replica.sets("remind:1", clock.now() + DAYS)
    replica.cancels("remind:1")
    clock.advance(2 * DAYS)
    replica.look()
    assert replica.rang == []


def test_a_clock_set_back_rings_nothing_twice_and_nothing_early(start, clock):
    replica = start()
    replica.sets("remind:1", clock.now() + DAYS)
    replica.sets("remind:2", clock.now() + 2 * DAYS)
    clock.advance(DAYS)
    replica.look()
    clock.advance(-DAYS)
    replica.look()
    assert replica.rang == ["remind:1 rang at 02"]
    for _ in range(4):
        replica.look()
        clock.advance(DAYS)
    assert replica.rang == ["remind:1 rang at 02", "remind:2 rang at 03"]


def test_of_two_replicas_one_rings_each_timer(start, clock):
    one, other = start(), start()
    for number in range(5):
        one.sets(f"remind:{number}", clock.now() + DAYS)
    clock.advance(DAYS)
    first, second = one.claim(), other.claim()
    assert (len(first), second) == (5, [])
    one.ring(first)
    assert len(one.rang) == 5


def test_a_timer_whose_replica_died_with_it_rings_in_another(start, clock):
    dies, lives = start(), start()
    dies.sets("remind:1", clock.now())
    assert len(dies.claim()) == 1
    lives.look()
    assert lives.rang == []
    clock.advance(20)
    lives.look()
    assert lives.rang == ["remind:1 rang at 01"]
