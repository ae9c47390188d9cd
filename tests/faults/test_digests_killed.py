"""SIGKILL while a digest is sent and its chart refused: one lead, its replies once, its figures."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.workflows.board import digesting
from models.board.digest import Digest, Wish
from models.epics.epic import Epic
from models.message import DIGEST_KINDS, Message
from models.portfolio.portfolio import Portfolio

KILLS, POST = 4, "chat.postMessage"
SLACK_TAKES_S = 0.8
SETUPS = [("sqlite", 1), ("postgresql", 2)]


@pytest.fixture
def digest(shop):
    """An idea, one that is blocked, and one in flight elsewhere; it is told to #payments."""
    epics = [shop.propose(number) for number in range(3)]
    for epic in epics[1:]:
        shop.move(epic, "ready")
    now = shop.clock.now()
    with shop.database.write() as session:
        stuck = session.get_one(Epic, epics[1].id)
        session.add(stuck.block("It waits for the bank", "U0ANA", now))
    with shop.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        portfolio.live_at = now - timedelta(days=100)
        portfolio.channel_id = channel = shop.slack.channel("payments").id
        wish, by = Wish.usual(portfolio), portfolio.value_streams[0].owner_user_id
        digesting.subscribe(session, shop.workspace_id, by, channel, wish, now)
    return by, channel


@pytest.mark.parametrize(("kind", "replicas"), SETUPS)
def test_however_often_it_is_killed_a_digest_comes_once_with_its_replies_and_figures(
    shop, digest, chance, kind, replicas
):
    if shop.database.engine.dialect.name != kind:
        pytest.skip("the other database")
    running = shop.run(replicas)
    shop.wait_until_nothing_waits(60)
    before = len(shop.slack.channel("payments").messages)
    shop.slack.fail_next(POST, error="invalid_blocks")
    shop.slack.answer_late(POST, SLACK_TAKES_S, times=1_000)
    by, channel = digest
    with shop.database.write() as session:
        digesting.send_now(session, shop.workspace_id, by, channel, shop.clock.now())
    told = contents(shop)
    for _ in range(KILLS):
        asked = calls(shop)
        shop.slack.wait_for(lambda n=asked: calls(shop) > n or len(posted(shop)) == 3, 60)
        time.sleep(chance.uniform(0.0, SLACK_TAKES_S))
        running.kill(chance.randrange(replicas))
        running.start()
    shop.slack.wait_for(lambda: len(posted(shop)) == 3, 60)
    shop.wait_until_nothing_waits(60)
    lead, *rest = shop.slack.channel("payments").messages[before:]
    assert lead.thread_ts is None
    assert {each.thread_ts for each in rest} == {lead.ts}
    starts = sorted(each.text.split(" ·")[0] for each in rest)
    assert starts == ["Stuck", "Waiting for an answer"]
    assert "2 epics in flight" in lead.text
    assert "In flight 2 (0 before)" in lead.text
    assert contents(shop) == told
    assert len(told) == 1


def calls(shop):
    """How often Slack was asked to post something."""
    return sum(each.method == POST for each in shop.slack.requests)


def contents(shop):
    """What each digest keeps."""
    with shop.database.read() as session:
        return session.scalars(select(Digest.frozen_content)).all()


def posted(shop):
    """The digest and its replies that Slack has taken, as the database knows it."""
    rows = select(Message.id).where(Message.kind.in_(DIGEST_KINDS), Message.ts.is_not(None))
    with shop.database.read() as session:
        return session.scalars(rows).all()
