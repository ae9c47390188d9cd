"""SIGKILL around a close: reminded once, told first once, and a stop comes true once."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.workflows.decisions.opening.opening import open_decision
from bot.workflows.decisions.voting import vote
from bot.workflows.keeping import Act
from models.audit.audit import AuditEvent
from models.decisions.ballots import close_key
from models.decisions.decision import Decision
from models.decisions.follow_up.dates import announcing_key, remind_key
from models.decisions.form import DecisionForm
from models.epics.epic import Epic, Transition
from models.message import FOLLOW_UP_KINDS, Message, MessageKind
from models.people.role import Role, RoleGrant
from models.work import put

PEOPLE = ("elector0", "elector1", "elector2")
KILLS = 3
SETUPS = [("sqlite", 1), ("postgresql", 2)]
SOON = timedelta(seconds=10)
"""By the fast clock: one second of this machine."""


@pytest.fixture
def decision_id(shop):
    """Open, about an epic of the first elector; the first two have voted to stop it."""
    slack, now = shop.slack, shop.clock.now()
    channel = slack.channel("payments")
    people = [slack.add_user(name) for name in PEOPLE]
    channel.members |= {person.id for person in people}
    epic = shop.propose()
    shop.move(epic, "implementing")
    with shop.database.write() as session:
        here = {"workspace_id": shop.workspace_id, "portfolio_id": epic.portfolio_id}
        for person in people:
            session.add(RoleGrant(role=Role.COUNCIL, user_id=person.id, **here))
        found = session.get_one(Epic, epic.id)
        found.portfolio.channel_id, found.owner_user_id = channel.id, people[0].id
    form = DecisionForm(closes_on=(now + timedelta(days=7)).date())
    with shop.database.write() as session:
        act = Act(session, shop.workspace_id, people[0].id, now)
        decision = open_decision(act, epic.id, form)
    for person in people[:2]:
        with shop.database.write() as session:
            vote(session, shop.workspace_id, person.id, decision.id, "stop", lambda: now)
    return decision.id


def kills(shop, running, chance, replicas):
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.0, 0.6))
        running.kill(chance.randrange(replicas))
        running.start()


def soon(shop, decision_id, key, **changes):
    """Have the clock's next deed due at once, of a decision changed so."""
    with shop.database.write() as session:
        decision = session.get_one(Decision, decision_id)
        for name, value in changes.items():
            setattr(decision, name, value)
        put(session, shop.workspace_id, key(decision_id), shop.clock.now())


def wait_until(shop, decision_id, holds):
    def is_so():
        with shop.database.read() as session:
            return holds(session.get_one(Decision, decision_id))

    shop.slack.wait_for(is_so, 60)


def told(shop, kind):
    with shop.database.read() as session:
        return len(session.scalars(select(Message.id).where(Message.kind == kind)).all())


@pytest.mark.parametrize(("kind", "replicas"), SETUPS)
def test_however_often_it_is_killed_a_stop_is_told_first_once_and_comes_true_once(
    shop, decision_id, chance, kind, replicas
):
    if shop.database.engine.dialect.name != kind:
        pytest.skip("the other database")
    running = shop.run(replicas)
    soon(shop, decision_id, remind_key, closes_at=shop.clock.now() + timedelta(hours=1))
    kills(shop, running, chance, replicas)
    wait_until(shop, decision_id, lambda decision: decision.reminded_at)
    assert told(shop, MessageKind.BALLOT_REMINDER) == 1
    soon(shop, decision_id, close_key, closes_at=shop.clock.now())
    kills(shop, running, chance, replicas)
    wait_until(shop, decision_id, lambda decision: decision.is_held)
    soon(shop, decision_id, announcing_key, result_at=shop.clock.now())
    kills(shop, running, chance, replicas)
    wait_until(shop, decision_id, lambda decision: decision.ending)
    shop.wait_until_nothing_waits(60)
    with shop.database.read() as session:
        assert session.get_one(Decision, decision_id).effect == "stopped"
        stops = session.scalars(select(Transition.reason)).all()
        assert len([each for each in stops if each and "(D-1)" in each]) == 1
        ended = select(AuditEvent).where(AuditEvent.after.contains('"ending"'))
        assert len(session.scalars(ended).all()) == 1
    assert {each: told(shop, each) for each in FOLLOW_UP_KINDS} == {
        MessageKind.BALLOT_REMINDER: 1,
        MessageKind.BALLOT_EXTENDED: 0,
        MessageKind.STOP_FIRST: 1,
    }
    owner = [m.text for m in shop.slack.dm(PEOPLE[0]).messages if "Thank you for finding" in m.text]
    assert len(owner) == 1
    silent = [m for m in shop.slack.dm(PEOPLE[2]).messages if "has closed" in m.text]
    assert len(silent) == 1
