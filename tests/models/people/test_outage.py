from datetime import UTC, datetime, timedelta

from models.people.outage import LONGEST_WAIT, OVER_AFTER, SHORTEST_WAIT, Outage

NINE = datetime(2026, 5, 18, 9, tzinfo=UTC)


def an_outage(at=NINE):
    outage = Outage(since=at, next_at=at)
    outage.fail("chat.update", "status 503", at)
    return outage


def test_it_is_tried_ever_more_rarely_up_to_a_limit():
    outage, at, waits = an_outage(), NINE, []
    while at < NINE + timedelta(minutes=2):
        waits.append((outage.next_at - at).seconds)
        at = outage.next_at
        outage.fail("chat.update", "status 503", at)
    assert waits[:6] == [2, 2, 4, 8, 16, 30]
    assert set(waits[6:]) == {LONGEST_WAIT.seconds}
    assert outage.since == NINE


def test_it_is_ended_by_the_method_that_failed_and_by_no_other():
    outage = an_outage()
    assert outage.is_ended_by("chat.update", NINE)
    assert not outage.is_ended_by("views.publish", NINE)


def test_where_nothing_failed_for_long_it_is_over_and_the_next_begins_anew():
    outage, later = an_outage(), NINE + SHORTEST_WAIT + OVER_AFTER
    assert (outage.is_on(later - SHORTEST_WAIT), outage.is_on(later)) == (True, False)
    assert outage.is_ended_by("views.publish", later)
    outage.fail("views.publish", "invalid_auth", later)
    assert (outage.since, outage.next_at) == (later, later + SHORTEST_WAIT)


def test_one_left_by_a_clock_that_was_ahead_is_over():
    assert not an_outage(NINE + timedelta(hours=1)).is_on(NINE)
