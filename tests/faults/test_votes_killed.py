"""SIGKILL while people vote and while it closes: closed once, told once, each ballot once."""

import random
import re
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.workflows.audit import verifying
from bot.workflows.decisions.opening.opening import open_decision
from bot.workflows.keeping import Act
from models.audit.audit import AuditEvent
from models.decisions.ballots import close_key
from models.decisions.decision import Decision
from models.decisions.form import DecisionForm
from models.decisions.question import ABSTAINED
from models.decisions.votes import Ballot
from models.epics.epic import Epic, Transition
from models.message import BALLOT_KINDS, Message
from models.people.role import Role, RoleGrant
from models.work import put
from sandbox import NoAck

PEOPLE = tuple(f"elector{n}" for n in range(6))
PRESSES = 4
KILLS = 4
SETUPS = [("sqlite", 1), ("postgresql", 2)]
SECONDS_LEFT = 10
"""By the fast clock: one second of this machine."""


@pytest.fixture
def decision_id(shop):
    """Open, about an epic that tests its MVP, with six electors."""
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
        session.get_one(Epic, epic.id).portfolio.channel_id = channel.id
    form = DecisionForm(closes_on=(now + timedelta(days=7)).date())
    with shop.database.write() as session:
        owner = session.get_one(Epic, epic.id).value_stream.owner_user_id
        return open_decision(Act(session, shop.workspace_id, owner, now), epic.id, form).id


BALLOT = re.compile(r"^[A-Z]+-\d+ · (Persevere, pivot or stop|Decided|Not decided)")
"""How a ballot begins, and what takes its place."""


def the_ballots(shop):
    """What the channel shows of the decision."""
    seen = shop.slack.channel("payments").messages
    return [m for m in seen if BALLOT.search(m.text)]


def pressed(message, choice):
    """Its button, or the menu with its option, as Slack takes it."""
    if choice != "abstain":
        return next(p for p in message.elements if p.label == choice.capitalize()), {}
    for menu in message.elements:
        for option in menu.element.get("options", ()):
            if option["text"]["text"] == ABSTAINED.label:
                return menu, {"selected_option": option}
    raise AssertionError("nobody can abstain")


def presses(shop, name, choices):
    """Press each choice until it is taken; the same once more is no other vote."""
    slack = shop.slack
    user = slack.workspace.user_named(name)
    for choice in choices:
        while True:
            message = the_ballots(shop)[0]
            try:
                slack.acting.use(user, message, *pressed(message, choice))
                break
            except NoAck:
                time.sleep(0.05)


CHOICES = ("persevere", "pivot", "stop", "abstain")


MOST = PEOPLE[:4]
"""They persevere in the end: a stop is told first, and without a majority there are two rounds."""


def choices_of(chance, last):
    """Some that end so, no two alike next to each other."""
    found = [last]
    while len(found) < PRESSES:
        found.insert(0, chance.choice([each for each in CHOICES if each != found[0]]))
    return found


def choices_of_all(chance):
    """What each presses, by name."""
    found = {}
    for name in PEOPLE:
        own = random.Random(f"{chance.random()}")
        found[name] = choices_of(own, CHOICES[0] if name in MOST else own.choice(CHOICES))
    return found


@pytest.mark.parametrize(("kind", "replicas"), SETUPS)
def test_however_often_replicas_are_killed_each_vote_counts_once_and_it_closes_once(
    shop, decision_id, chance, kind, replicas
):
    if shop.database.engine.dialect.name != kind:
        pytest.skip("the other database")
    running = shop.run(replicas)
    shop.slack.wait_for(lambda: the_ballots(shop), 30)
    wanted = choices_of_all(chance)
    threads = [
        threading.Thread(target=presses, args=(shop, name, choices))
        for name, choices in wanted.items()
    ]
    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.0, 0.5))
        running.kill(chance.randrange(replicas))
        running.start()
    for thread in threads:
        thread.join()
    with shop.database.write() as session:
        decision = session.get_one(Decision, decision_id)
        decision.closes_at = shop.clock.now() + timedelta(seconds=SECONDS_LEFT)
        put(session, shop.workspace_id, close_key(decision_id), decision.closes_at)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.2, 1.0))
        running.kill(chance.randrange(replicas))
        running.start()
    shop.slack.wait_for(lambda: "ecided: " in the_ballots(shop)[0].text, 60)
    shop.wait_until_nothing_waits(60)
    check(shop, decision_id, wanted)


def check(shop, decision_id, wanted):
    with shop.database.read() as session:
        ballots = session.scalars(select(Ballot).order_by(Ballot.number)).all()
        for name, choices in wanted.items():
            user_id = shop.slack.workspace.user_named(name).id
            assert [each.choice for each in ballots if each.user_id == user_id] == choices
        last = {each.user_id: each.choice for each in ballots}
        decision = session.get_one(Decision, decision_id)
        counted = {each: list(last.values()).count(each) for each in CHOICES}
        assert decision.votes == {**counted, "recused": 0}
        assert decision.outcome == "persevere"
        closed = select(AuditEvent).where(AuditEvent.after.contains('"outcome"'))
        assert len(session.scalars(closed).all()) == 1
        moves = session.scalars(select(Transition.reason)).all()
        decided = [each for each in moves if each and "(D-1)" in each]
        assert len(decided) == (decision.score is not None)
        assert verifying.verify(session, shop.workspace_id).broken is None
        messages = session.scalars(select(Message).where(Message.kind.in_(BALLOT_KINDS))).all()
        assert len(messages) == 1 + len(PEOPLE)
    assert len(the_ballots(shop)) == 1
    for name in PEOPLE:
        told = [m for m in shop.slack.dm(name).messages if "PAY-1" in m.text]
        assert [m.text for m in told if "ecided: " in m.text] != []
        shown = [m for m in told if BALLOT.search(m.text)]
        assert len(shown) == 1
        labels = {each.label for each in shown[0].elements}
        assert labels.isdisjoint(choice.capitalize() for choice in CHOICES)
