"""The demo once more: what was done in it stays, and so does its clock."""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.demo.demo import where_it_was
from bot.demo.histories import FILES, channel_name, folders_of, known_until, send_last_week
from models.audit.audit import Act
from models.board.digest import Digest, Subscription
from models.message import Message, MessageKind
from models.portfolio.portfolio import Portfolio
from tests.workflows.builders import ANA, MONDAY, PAYMENTS, a_portfolio, an_epic

NOW = datetime(2026, 5, 18, 12, tzinfo=UTC)


def test_a_restarted_demo_goes_on_from_the_last_thing_that_happened(database):
    assert where_it_was(database, NOW) == NOW
    ids = a_portfolio(database)
    moved_to = datetime(2031, 1, 6, 9, tzinfo=UTC)
    with database.write(Act(None, "test", moved_to)) as session:
        session.get_one(Portfolio, ids[1]).name = "Later"
    assert where_it_was(database, NOW) == moved_to
    later = moved_to + timedelta(days=7)
    assert where_it_was(database, later) == later


def test_a_folder_is_a_history_or_holds_some(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for name in FILES:
            (tmp_path / folder / name).touch()
    (tmp_path / "votes").mkdir()
    assert [each.name for each in folders_of(tmp_path)] == ["one", "two"]
    assert [each.name for each in folders_of(tmp_path / "one")] == ["one"]
    assert folders_of(tmp_path / "votes") == []
    assert known_until(tmp_path / "one") is None
    told = {"as_of": [{"as_of": "2026-08-22T23:59:59Z"}, {"as_of": "2015-12-31T23:59:59Z"}]}
    (tmp_path / "one" / "reference.json").write_text(json.dumps(told))
    assert known_until(tmp_path / "one") == datetime(2026, 8, 22, 23, 59, 59, tzinfo=UTC)


def test_the_channel_of_a_history_is_told_once_of_its_last_whole_week(database):
    workspace_id, portfolio_id = a_portfolio(database, PAYMENTS)
    now = MONDAY + timedelta(days=100)
    with database.write() as session:
        portfolio = session.get_one(Portfolio, portfolio_id)
        assert channel_name(portfolio, {"shop": "C1"}) == "shop-too"
        an_epic(session, workspace_id, portfolio.value_streams[0].id, at=MONDAY)
    for known in (None, MONDAY + timedelta(days=9)):
        with database.write() as session:
            portfolio = session.get_one(Portfolio, portfolio_id)
            send_last_week(session, portfolio, "C0SHOP", ANA, known, now)
    with database.read() as session:
        digest = session.scalars(select(Digest)).one()
        assert digest.week == digest.subscription.week(MONDAY)
        assert digest.until <= MONDAY < digest.until + timedelta(days=7)
        assert digest.content is not None
        next_at = session.scalars(select(Subscription.next_at)).one()
        assert digest.subscription.week(next_at) != digest.subscription.week(now)
        kinds = session.scalars(select(Message.kind).where(Message.channel_id == "C0SHOP")).all()
        assert kinds == [MessageKind.DIGEST]
