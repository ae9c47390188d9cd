"""Who opens a Home that takes long to be drawn first sees that it comes, and then the Home."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import text

from bot.worker.courier import JUST_OPENED
from tests.worker.conftest import draw_home, drawing

ON_ITS_WAY = "Your board is loading."


def published(shop):
    """What was shown as Ben's Home, in its order."""
    views = [call.args["view"] for call in shop.calls("views.publish")]
    read = [json.loads(view) if isinstance(view, str) else view for view in views]
    return [view["blocks"][0]["text"]["text"] for view in read]


@contextmanager
def opened(shop, draw):
    """Ben opens his Home, which is drawn so, while the test goes on."""
    shop.courier = replace(shop.courier, home=draw)
    shop.look("ben")
    (claim,) = [claim for claim in shop.claim() if claim.kind == "home"]
    with ThreadPoolExecutor(1) as worker:
        done = worker.submit(shop.do, claim)
        yield done
        done.result()


def when(event, said="The board"):
    """A drawing that is done once the event has come."""

    def draw(session, home, now):
        assert event.wait(10)
        return drawing(said)

    return draw


def test_a_home_that_is_drawn_in_time_is_published_once(shop):
    ready = Event()
    ready.set()
    with opened(shop, when(ready)):
        pass
    assert published(shop) == ["The board"]


def test_one_that_takes_long_is_announced_and_then_shown(shop):
    ready = Event()
    with opened(shop, when(ready)):
        shop.slack.wait_for(lambda: published(shop))
        assert published(shop)[0].startswith(f"*{ON_ITS_WAY}*")
        ready.set()
    assert published(shop)[1:] == ["The board"]


def test_the_announcement_never_comes_after_the_home(shop):
    ready = Event()
    shop.slack.answer_late("views.publish", 1.0)
    with opened(shop, when(ready)):
        shop.slack.wait_for(lambda: published(shop))
        ready.set()
    assert [said.startswith("*Your") for said in published(shop)] == [True, False]


@pytest.mark.on_both_databases
def test_who_has_it_open_for_a_while_keeps_it_until_it_is_drawn_anew(shop):
    ready, drawn = Event(), Event()

    def draw(session, home, now):
        drawn.set()
        return when(ready)(session, home, now)

    shop.courier = replace(shop.courier, home=draw)
    shop.look("ben")
    shop.slack.clock.advance(JUST_OPENED + timedelta(seconds=1))
    (claim,) = [claim for claim in shop.claim() if claim.kind == "home"]
    with ThreadPoolExecutor(1) as worker:
        done = worker.submit(shop.do, claim)
        assert drawn.wait(10)
        assert not done.done()
        with pytest.raises(TimeoutError):
            done.result(1.0)
        ready.set()
        done.result()
    assert published(shop) == ["The board"]


@pytest.mark.only_on("postgresql")
def test_a_database_that_is_held_up_is_announced_as_well(shop):
    """Where someone holds the table that every board is drawn from: SQLite's readers never wait."""
    with shop.database.engine.connect() as connection:
        connection.execute(text("LOCK TABLE epics IN ACCESS EXCLUSIVE MODE"))
        with opened(shop, draw_home):
            shop.slack.wait_for(lambda: published(shop))
            connection.rollback()
    assert [said.startswith("*Your") for said in published(shop)] == [True, False]
