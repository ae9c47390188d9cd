"""The sample's money: a funded year with one shift open, one done and one silent."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from bot.demo.sample import load_sample
from bot.workflows.people.workspaces import grant_admin, workspace_of
from models.budgets.shift import Outcome, Shift
from models.budgets.spend import Actual
from models.decisions.signal import SignalCheck
from models.message import Message, MessageKind

PEOPLE = {name: f"U0{name.upper()}" for name in ("ana", "ben", "cleo", "dana", "eli")}
CHANNELS = {name: f"C0{name}" for name in ("payments", "onboarding", "platform", "portfolio")}


@pytest.mark.parametrize(
    "now",
    [datetime(2026, 5, 18, 9, tzinfo=UTC), datetime(2027, 1, 1, 12, tzinfo=UTC)],
    ids=["in spring", "on the first day of the year"],
)
def test_it_has_one_shift_open_one_done_and_one_silent(database, now):
    with database.write() as session:
        here = workspace_of(session, "T1").id
        grant_admin(session, here, PEOPLE["ana"], None, now)
        load_sample(session, here, PEOPLE, CHANNELS, now)
    with database.read() as session:
        shifts = session.scalars(select(Shift).order_by(Shift.id)).all()
        told = [(each.outcome, len(each.approvals)) for each in shifts]
        assert told == [(Outcome.MOVED, 0), (Outcome.MOVED, 2), (None, 2)]
        assert all(each.ended_at is None or each.ended_at <= now for each in shifts)
        assert shifts[-1].lapses_at > now
        posted = select(Message.subject_id).where(
            Message.kind == MessageKind.SHIFT, Message.channel_id == "C0portfolio"
        )
        assert sorted(session.scalars(posted)) == [shifts[1].id, shifts[2].id]
        spent = select(func.sum(Actual.amount_minor)).where(Actual.month <= now.date())
        assert session.scalar(spent) == 17_410_000
        asked = session.scalars(select(SignalCheck)).one()
        assert (asked.signal, asked.epic.title) == ("spend", "Invoices straight into the ledger")
