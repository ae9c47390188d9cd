"""SIGKILL while requests lapse and are answered: each ends once, and is told once."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.workflows.budgets import considering, funding, shifting
from bot.workflows.budgets.verifying import verify_ledger
from bot.workflows.keeping import Act
from models.budgets.forms import FundingForm, ShiftForm
from models.budgets.ledger import Entry, EntryKind
from models.budgets.shift import Outcome, Shift
from models.message import Message, MessageKind
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio
from models.work import Work

SHIFTS = 12
KILLS = 5


@pytest.fixture
def asked(shop):
    """Requests of Ben, who owns all streams, that wait for Ana, who is finance, and lapse soon."""
    ana, ben = (shop.slack.workspace.user_named(name).id for name in ("ana", "ben"))
    payments, onboarding = shop.stream_ids[:2]
    with shop.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        portfolio.channel_id = shop.slack.channel("payments").id
        place = {"workspace_id": shop.workspace_id, "portfolio_id": portfolio.id}
        session.add(RoleGrant(user_id=ana, role=Role.FINANCE, **place))
        session.flush()
        act = Act(session, shop.workspace_id, ana, shop.clock.now())
        form = FundingForm(value_stream_id=payments, amount_minor=100_000_000)
        funding.fund(act, portfolio.id, form)
        asks = Act(session, shop.workspace_id, ben, shop.clock.now())
        form = ShiftForm(
            from_stream_id=payments,
            to_stream_id=onboarding,
            amount_minor=700_000,
            reason="It waits.",
        )
        found = []
        for number in range(SHIFTS):
            form = form.model_copy(update={"amount_minor": 700_000 + number})
            seen = considering.consider(asks, portfolio, form).mark
            found.append(shifting.ask(asks, portfolio.id, form, seen).id)
    return [each for each in found if _is_open(shop, each)]


def _is_open(shop, shift_id):
    with shop.database.read() as session:
        return session.get_one(Shift, shift_id).outcome is None


@pytest.mark.timeout(120)
def test_killed_while_they_lapse_each_frees_its_money_once_and_is_told_once(shop, asked, chance):
    assert len(asked) > 5
    running = shop.run()
    soon = shop.clock.now() + timedelta(seconds=10)
    with shop.database.write() as session:
        for number, shift_id in enumerate(asked):
            shift = session.get_one(Shift, shift_id)
            shift.lapses_at = soon + timedelta(seconds=2 * number)
            due = update(Work).where(Work.key == shift.work_key)
            session.execute(due.values(due_at=shift.lapses_at))
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.3, 1.2))
        running.kill()
        running.start()
    shop.slack.wait_for(lambda: not any(_is_open(shop, each) for each in asked), 60)
    shop.wait_until_nothing_waits()
    with shop.database.snapshot() as session:
        assert verify_ledger(session, shop.workspace_id).fault is None
        rows = select(Entry.shift_id).where(Entry.kind == EntryKind.RELEASE)
        assert sorted(session.scalars(rows)) == sorted(asked)
        ended = session.scalars(select(Shift.outcome).where(Shift.id.in_(asked)))
        assert set(ended) == {Outcome.LAPSED}
        told = select(Message.subject_id, Message.channel_id).where(
            Message.kind == MessageKind.SHIFT, Message.subject_id.in_(asked)
        )
        assert set(Counter(session.execute(told).all()).values()) == {1}
    texts = [text for _, _, text in shop.shown() if "lapse" in text.lower()]
    assert len(texts) == len(set(texts)) == len(asked)
