"""SIGKILL at any instant: nothing acknowledged is lost, and no message is missing or there twice.

TACK_KILLS says how often replicas are killed in all; TACK_SEED repeats a course of events.
"""

import contextlib
import itertools
import os
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from models.epics.epic import Transition
from models.errors import DatabaseAway
from models.message import Message
from sandbox import NoAck

SETUPS = [("sqlite", 1), ("postgresql", 2), ("postgresql", 3)]
KILLS = -(-int(os.environ.get("TACK_KILLS", "20")) // len(SETUPS))
STATES = ("reviewing", "analyzing", "ready", "implementing")
EPICS = 6
NEW_EPICS_PER_KILL = 5
SLACK_TAKES_S = 0.1
LONGEST_WAIT_S = 30


@dataclass
class Load:
    """People who move epics by command, and ideas that come in, until they are told to stop."""

    shop: object
    seed: float
    epics: list
    acknowledged: list = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self):
        people = [threading.Thread(target=self._move, args=(epic,)) for epic in self.epics]
        self._threads = [*people, threading.Thread(target=self._propose)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self._threads:
            thread.join()

    def wait_for_an_answer(self):
        """Until someone was told that an epic moved: before that nothing can be lost."""
        give_up_at = time.monotonic() + LONGEST_WAIT_S
        while not self.acknowledged:
            assert time.monotonic() < give_up_at, "nobody was answered"
            time.sleep(0.05)

    def _move(self, epic):
        """Move one epic to and fro; each move has a reason of its own by which it is found."""
        chance = random.Random(f"{self.seed}/{epic.key}")
        slack, channel = self.shop.slack, self.shop.slack.channel("payments")
        ben = slack.workspace.user_named("ben")
        for number in itertools.count():
            reason = f"{epic.key}x{number}"
            typed = f"/epic move {epic.key} {chance.choice(STATES)} {reason}"
            try:
                slack.acting.command(ben, channel, typed)
            except NoAck:
                pass  # not taken, so nobody was told that it was
            else:
                self._note(typed, reason)
            if self.stopping.wait(chance.uniform(0.0, 0.1)):
                return

    def _note(self, typed, reason):
        """Keep the reason of a move that was answered with where the epic is now."""
        text = typed.removeprefix("/epic ")
        sent = next(d for d in reversed(self.shop.slack.deliveries) if d.payload["text"] == text)
        if " is now in " in (sent.ack or {}).get("text", ""):
            self.acknowledged.append(reason)

    def _propose(self):
        for number in itertools.count(EPICS):
            if number < EPICS + KILLS * NEW_EPICS_PER_KILL:
                with contextlib.suppress(DatabaseAway):  # told so, and not proposed
                    self.shop.propose(number)
            if self.stopping.wait(0.1):
                return


@pytest.mark.timeout(60 + 3 * KILLS)
@pytest.mark.parametrize(("database_url", "replicas"), SETUPS, indirect=["database_url"])
def test_kills_at_any_instant_lose_nothing_and_double_nothing(shop, replicas, chance):
    epics = [shop.propose(number) for number in range(EPICS)]
    for method in ("chat.postMessage", "chat.update"):
        shop.slack.answer_late(method, SLACK_TAKES_S, times=1_000_000)
    running = shop.run(replicas)
    with Load(shop, chance.random(), epics) as load:
        load.wait_for_an_answer()
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.05, 0.5))
            running.kill(chance.randrange(replicas))
            running.start()
    shop.wait_until_nothing_waits()
    with shop.database.read() as session:
        done = Counter(session.scalars(select(Transition.reason)).all())
    assert load.acknowledged
    assert [reason for reason in load.acknowledged if done[reason] != 1] == []
    shop.check_cards()


def killed(shop, running):
    """Kill the only replica, start another, and wait until it has taken everything over."""
    running.kill()
    running.start()
    shop.wait_until_nothing_waits()


def begun(shop):
    """Whether the first card's post is marked as begun."""
    with shop.database.read() as session:
        return session.scalar(select(Message.post_started_at).where(Message.ts.is_(None)))


def posts(shop):
    return [call for call in shop.slack.requests if call.method == "chat.postMessage"]


def test_what_was_put_while_nothing_runs_is_shown_when_something_does(shop):
    shop.propose()
    shop.run()
    shop.wait_until_nothing_waits()
    shop.check_cards()


def test_killed_before_slack_has_the_post_there_is_one_message(shop):
    running = shop.run()
    with shop.slack.workspace.lock:
        epic = shop.propose()
        shop.slack.wait_for(lambda: begun(shop))
        running.kill()
    shop.move(epic, "ready")
    running.start()
    shop.wait_until_nothing_waits()
    shop.check_cards()


def test_killed_while_slack_holds_the_reply_the_message_is_adopted(shop):
    running = shop.run()
    shop.slack.answer_late("chat.postMessage", 5)
    epic = shop.propose()
    shop.slack.wait_for(lambda: posts(shop))
    shop.move(epic, "ready")
    killed(shop, running)
    shop.check_cards()
    assert len(posts(shop)) == 1


def test_killed_between_the_reply_and_its_commit_the_message_is_adopted(shop):
    running = shop.run()
    shop.slack.answer_late("chat.postMessage", 0.3)
    shop.propose()
    shop.slack.wait_for(lambda: posts(shop))
    with shop.database.write() as session:
        session.scalars(select(Message).with_for_update()).all()
        time.sleep(0.6)  # the reply is there, and its commit waits for us
        running.kill()
    assert begun(shop)
    running.start()
    shop.wait_until_nothing_waits()
    shop.check_cards()
    assert len(posts(shop)) == 1
