"""Blocking: what has ended waits for nothing."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.workflows.epics.blocking import AlreadyEnded, block
from bot.workflows.epics.stopping import stop
from models.portfolio.portfolio import ValueStream
from tests.workflows.builders import ANA, BEN, a_portfolio, an_epic

LATE_ON_MONDAY = datetime(2026, 5, 18, 22, 30, tzinfo=UTC)


def test_what_has_ended_is_not_blocked_and_says_since_which_day_by_the_clock_there(database):
    workspace_id, _ = a_portfolio(database)
    with database.write() as session:
        stream = session.scalars(select(ValueStream).where(ValueStream.key_prefix == "PAY")).one()
        an_epic(session, workspace_id, stream.id)
        stop(session, workspace_id, BEN, 1, None, "too dear", None, LATE_ON_MONDAY)
        with pytest.raises(AlreadyEnded) as refused:
            block(session, workspace_id, ANA, 1, "the contract", LATE_ON_MONDAY)
    assert refused.value.sentence == (
        "PAY-1 has been in Stopped since 19 May 2026: nothing can block it any more."
    )
