"""Many changes of one card in a few seconds, while the clock is moved by hand."""

from itertools import cycle, pairwise

STATES = cycle(("reviewing", "analyzing", "ready", "implementing"))
CHANGES_A_SECOND = 10


def test_a_burst_of_changes_is_one_update_a_second_and_the_last_one_is_right(shop):
    epic = shop.propose()
    shop.do_for(2)
    began_at = shop.slack.clock.now()
    for _ in range(5 * CHANGES_A_SECOND):
        state = next(STATES)
        shop.move(epic, state)
        shop.do_what_is_due()
        shop.slack.clock.advance(1 / CHANGES_A_SECOND)
    shop.slack.clock.advance(1)
    shop.do_what_is_due()
    updates = [call.at for call in shop.calls("chat.update")]
    elapsed = (shop.slack.clock.now() - began_at).total_seconds()
    assert 5 <= len(updates) <= elapsed + 1
    assert all((later - earlier).total_seconds() >= 1 for earlier, later in pairwise(updates))
    assert shop.texts == [f"PAY-1 is in {state}"]
    assert shop.do_what_is_due() == 0


def test_a_burst_of_changes_draws_an_open_home_once_a_second(shop):
    epic = shop.propose()
    shop.look("ana")
    for _ in range(3 * CHANGES_A_SECOND):
        shop.move(epic, next(STATES))
        shop.do_what_is_due()
        shop.slack.clock.advance(1 / CHANGES_A_SECOND)
    published = [call.at for call in shop.calls("views.publish")]
    assert 3 <= len(published) <= 4


def test_a_home_someone_opens_is_drawn_at_once_though_it_was_drawn_a_moment_ago(shop):
    shop.propose()
    shop.look("ana")
    shop.do_what_is_due()
    shop.propose("Another")
    shop.do_what_is_due()
    shop.look("ana")
    shop.do_what_is_due()
    published = str(shop.calls("views.publish")[-1].args["view"])
    assert len(shop.calls("views.publish")) == 3
    assert "2 epics" in published
