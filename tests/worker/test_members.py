"""Who left Slack while nobody heard of it: Slack is asked of those whom a vote waits for."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.worker.jobs import Task, perform
from bot.worker.members import AT_ONCE, NEXT_AFTER, ask_who_left
from bot.workflows.decisions.follow_up import leaving, reminding
from bot.workflows.decisions.opening import opening
from bot.workflows.decisions.voting import vote
from bot.workflows.keeping import Act
from models.decisions.decision import Decision
from models.decisions.form import DecisionForm
from models.decisions.votes import BallotBox
from models.portfolio.portfolio import Portfolio

HOUR = timedelta(hours=1)


@pytest.fixture
def asked(shop):
    """Ana, Cleo and Dana are asked about PAY-1."""
    return asks(shop, "ana", "cleo", "dana")


def asks(shop, *names):
    people = {each.name for each in shop.slack.workspace.users.values()}
    for name in (each for each in names if each not in people):
        shop.slack.add_user(name)
    epic = shop.propose()
    shop.move(epic, "implementing")
    ids = tuple(shop.slack.workspace.user_named(name).id for name in names)
    now = shop.slack.clock.now()
    with shop.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        portfolio.channel_id = shop.channel_id
        form = DecisionForm(closes_on=now.date() + timedelta(days=7), people=ids)
        ben = shop.slack.workspace.user_named("ben").id
        return opening.open_decision(Act(session, shop.workspace_id, ben, now), epic.id, form).id


def presses(shop, name):
    with shop.database.write() as session:
        user_id = shop.slack.workspace.user_named(name).id
        vote(session, shop.workspace_id, user_id, 1, "persevere", shop.slack.clock.now)


def leaves(shop, name):
    """Without a word from Slack."""
    shop.slack.workspace.deactivate(shop.slack.workspace.user_named(name))


def is_asked(shop, client=None):
    """Have Slack asked as when Tack begins, or is connected again; who it was asked of."""
    with shop.database.write() as session:
        leaving.ask_soon(session, shop.workspace_id, shop.slack.clock.now())
    return ask(shop, client)


def ask(shop, client=None):
    before = len(shop.calls("users.info"))
    while claims := shop.claim():
        for claim in (each for each in claims if each.kind == "members"):
            task = Task(claim, shop.database, shop.slack.clock, client or shop.client)
            perform(ask_who_left, task)
    users = shop.slack.workspace.users
    return [users[each.args["user"]].name for each in shop.calls("users.info")[before:]]


def box(shop):
    with shop.database.read() as session:
        found = session.get_one(BallotBox, 1)
        return found.electors, found.waiting


def test_who_left_unheard_is_waited_for_no_more_and_who_is_back_is_again(shop, asked):
    presses(shop, "ana")
    leaves(shop, "dana")
    assert is_asked(shop) == ["cleo", "dana"]
    assert box(shop) == (2, 1)
    shop.slack.workspace.user_named("dana").deleted = False
    assert is_asked(shop) == []  # it was told of them just now
    shop.slack.clock.advance(HOUR)
    assert is_asked(shop) == ["cleo", "dana"]
    assert box(shop) == (3, 2)


def test_nobody_is_asked_of_where_nobody_is_waited_for(shop, asked):
    for name in ("ana", "cleo", "dana"):
        presses(shop, name)
    assert is_asked(shop) == []
    with shop.database.write() as session:
        leaving.ask_soon(session, shop.workspace_id, shop.slack.clock.now())
    assert not [claim for claim in shop.claim() if claim.kind == "members"]


def test_it_is_asked_when_those_are_reminded_who_have_not_voted(shop, asked):
    leaves(shop, "cleo")
    with shop.database.read() as session:
        closes_at = session.get_one(Decision, 1).closes_at
    shop.slack.clock.set(closes_at - timedelta(days=1))
    with shop.database.write() as session:
        reminding.remind_due(session, 1, shop.slack.clock.now())
    assert ask(shop) == ["ana", "cleo", "dana"]
    assert box(shop) == (2, 2)


def test_many_are_asked_of_some_at_a_time_and_each_once(shop):
    names = [f"voter{number:02}" for number in range(AT_ONCE + 2)]
    asks(shop, *names)
    leaves(shop, names[-1])
    first = is_asked(shop)
    assert (len(first), ask(shop)) == (AT_ONCE, [])
    shop.slack.clock.advance(NEXT_AFTER)
    assert sorted([*first, *ask(shop)]) == names
    shop.slack.clock.advance(NEXT_AFTER)
    assert ask(shop) == []
    assert box(shop)[0] == AT_ONCE + 1


class Tires:
    """Slack, which wants a rest after each answer."""

    def __init__(self, shop):
        self.shop = shop

    def users_info(self, **asked):
        told = self.shop.client.users_info(**asked)
        self.shop.slack.fail_next("users.info", error="ratelimited", retry_after=30)
        return told


def test_what_slack_told_before_it_wanted_a_rest_is_kept_and_the_rest_asked_after_it(shop, asked):
    leaves(shop, "ana")
    assert is_asked(shop, Tires(shop)) == ["ana", "cleo"]
    assert box(shop) == (2, 2)
    assert ask(shop) == []
    shop.slack.clock.advance(timedelta(seconds=31))
    assert ask(shop) == ["cleo", "dana"]


def test_of_someone_slack_does_not_know_it_is_asked_once_and_they_stay_asked(shop, asked):
    shop.slack.fail_next("users.info", error="user_not_found")
    assert is_asked(shop) == ["ana", "cleo", "dana"]
    assert is_asked(shop) == []
    assert box(shop) == (3, 3)
