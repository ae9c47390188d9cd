"""What comes of a job is stored, and its work ended, put off or given up, in one transaction."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.worker.calls import CallFailed
from bot.worker.claims import LEASE, MOST_ATTEMPTS, LeaseLost, rests_until
from bot.worker.jobs import Done, GiveUp, Later, Task, perform
from bot.worker.replies import Reply
from models.seen import Seen, first_time
from models.work import Work, put

pytestmark = pytest.mark.on_both_databases

SECOND = timedelta(seconds=1)


@pytest.fixture
def due(shop):
    """Something to be done is due."""
    with shop.database.write() as session:
        put(session, shop.workspace_id, "remind:7", shop.slack.clock.now(), lane="C1")


def does(shop, *outcomes, claim=None):
    """The work is done by a job of which this comes; an error is raised."""

    def job(task):
        (outcome,) = outcomes
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    (claimed,) = [claim] if claim else shop.claim()
    perform(job, Task(claimed, shop.database, shop.slack.clock, shop.client))


def notes(shop, what):
    """What stores that it came to this."""
    return lambda session, now: first_time(session, shop.workspace_id, what, now)


def stored(shop):
    with shop.database.read() as session:
        return sorted(session.scalars(select(Seen.request_id)))


def work(shop):
    with shop.database.read() as session:
        return session.scalars(select(Work)).one_or_none()


pytestmark = pytest.mark.usefixtures("due")


def test_what_is_done_is_stored_and_its_work_has_ended(shop):
    does(shop, Done(notes(shop, "rang")))
    assert (stored(shop), work(shop)) == (["rang"], None)


def test_what_follows_is_put_once_the_work_has_ended(shop):
    tomorrow = shop.slack.clock.now() + timedelta(days=1)
    does(
        shop, Done(next=lambda session, now: put(session, shop.workspace_id, "remind:7", tomorrow))
    )
    assert work(shop).due_at == tomorrow


def test_nothing_is_stored_of_work_that_another_took_over(shop):
    (late,) = shop.claim()
    shop.slack.clock.advance(LEASE)
    shop.claim()
    for outcome in (Done(notes(shop, "a")), GiveUp("no", notes(shop, "b")), Later("later")):
        with pytest.raises(LeaseLost):
            does(shop, outcome, claim=late)
    assert stored(shop) == []


def test_what_slack_shows_of_work_that_another_took_over_is_drawn_once_more(shop):
    (late,) = shop.claim()
    shop.slack.clock.advance(LEASE)
    (taken_over,) = shop.claim()
    with pytest.raises(LeaseLost):
        does(shop, Done(shown=True), claim=late)
    does(shop, Done(shown=True), claim=taken_over)
    assert work(shop).due_at == shop.slack.clock.now()


def test_what_is_put_off_is_due_at_its_moment_and_no_attempt_is_spent(shop):
    at = shop.slack.clock.now() + 5 * SECOND
    does(shop, Later("not yet", at, then=notes(shop, "put off")))
    assert (work(shop).due_at, work(shop).attempts, stored(shop)) == (at, 0, ["put off"])


def test_a_method_that_slack_wants_to_rest_rests_for_all_work(shop):
    at = shop.slack.clock.now() + 5 * SECOND
    does(shop, CallFailed("chat.update", Reply("ratelimited"), at))
    with shop.database.read() as session:
        now = shop.slack.clock.now()
        assert rests_until(session, shop.workspace_id, "chat.update", now) == at
        assert rests_until(session, shop.workspace_id, "C1", now) == at
    assert (work(shop).due_at, work(shop).attempts) == (at, 0)


def test_what_went_wrong_is_tried_again_until_its_attempts_are_spent(shop):
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert stored(shop) == []
        does(shop, Later("broken", given_up=notes(shop, "given up")))
        assert (work(shop).attempts, work(shop).last_error) == (attempt, "broken")
        shop.slack.clock.advance(timedelta(minutes=10))
    assert stored(shop) == ["given up"]
    assert work(shop).dead_at is not None


@pytest.mark.parametrize("error", ["is_archived", "message_not_found"])
def test_what_slack_never_will_do_is_given_up_at_once(shop, error):
    does(shop, CallFailed("chat.update", Reply(error), None))
    assert work(shop) is None


def test_what_is_given_up_is_stored_and_its_work_has_ended(shop):
    does(shop, GiveUp("no use", notes(shop, "given up")))
    assert (stored(shop), work(shop)) == (["given up"], None)


def test_how_far_it_came_is_stored_with_a_whole_lease_from_then_on(shop):
    (claim,) = shop.claim()
    shop.slack.clock.advance(LEASE / 2)
    Task(claim, shop.database, shop.slack.clock, shop.client).keep(notes(shop, "begun"))
    assert stored(shop) == ["begun"]
    assert work(shop).lease_until == shop.slack.clock.now() + LEASE
