"""SIGKILL while requests lapse and are answered: each ends once and whole, and is told once."""

import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.workflows.budgets import considering, funding, ledger, shifting
from bot.workflows.budgets.verifying import verify_ledger
from bot.workflows.keeping import Act
from models.budgets.forms import FundingForm, ShiftForm
from models.budgets.ledger import Entry, EntryKind
from models.budgets.shift import Outcome, Shift
from models.message import Message, MessageKind
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio
from models.work import Work
from sandbox import NoAck

LAPSING, ANSWERED = 12, 6
"""The first two ask nobody."""
FUNDED = 100_000_000
KILLS = 5


def asks(shop, count):
    """Requests of Ben, who owns all streams, that wait for Ana, who is finance."""
    ana, ben = (shop.slack.workspace.user_named(name).id for name in ("ana", "ben"))
    payments, onboarding = shop.stream_ids[:2]
    with shop.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        portfolio.channel_id = shop.slack.channel("payments").id
        place = {"workspace_id": shop.workspace_id, "portfolio_id": portfolio.id}
        session.add(RoleGrant(user_id=ana, role=Role.FINANCE, **place))
        session.flush()
        act = Act(session, shop.workspace_id, ana, shop.clock.now())
        form = FundingForm(value_stream_id=payments, amount_minor=FUNDED)
        funding.fund(act, portfolio.id, form)
        his = Act(session, shop.workspace_id, ben, shop.clock.now())
        form = ShiftForm(
            from_stream_id=payments,
            to_stream_id=onboarding,
            amount_minor=700_000,
            reason="It waits.",
        )
        found = []
        for number in range(count):
            form = form.model_copy(update={"amount_minor": 700_000 + number})
            seen = considering.consider(his, portfolio, form).mark
            found.append(shifting.ask(his, portfolio.id, form, seen).id)
    return [each for each in found if _is_open(shop, each)]


def _is_open(shop, shift_id):
    return _outcome(shop, shift_id) is None


def _outcome(shop, shift_id):
    with shop.database.read() as session:
        return session.get_one(Shift, shift_id).outcome


def _shown(shop, shift_id):
    """The request as the channel shows it; None while it does not."""
    channel = shop.slack.channel("payments")
    asked = select(Message.ts).where(
        Message.kind == MessageKind.SHIFT,
        Message.subject_id == shift_id,
        Message.channel_id == channel.id,
    )
    with shop.database.read() as session:
        ts = session.scalars(asked).one()
    return next((each for each in channel.messages if each.ts == ts), None)


def _presses(shop, name, label, shift_id):
    """Press the button until the press is taken or the button is gone."""
    user = shop.slack.workspace.user_named(name)
    while True:
        message = _shown(shop, shift_id)
        placed = [each for each in message.elements if each.label.startswith(label)]
        if not placed:
            return
        with suppress(NoAck):
            shop.slack.acting.use(user, message, placed[0], {})
            return
        time.sleep(0.05)


def _press_at_once(shop, shift_id, *presses):
    threads = [
        threading.Thread(target=_presses, args=(shop, *each, shift_id), daemon=True)
        for each in presses
    ]
    for thread in threads:
        thread.start()
    return threads


@pytest.mark.timeout(120)
def test_killed_while_they_lapse_each_frees_its_money_once_and_is_told_once(shop, chance):
    asked = asks(shop, LAPSING)
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


@pytest.mark.timeout(120)
def test_killed_while_they_are_approved_and_taken_back_each_is_moved_whole_or_not_at_all(
    shop, chance
):
    asked = asks(shop, ANSWERED)
    assert len(asked) == 4
    running = shop.run()
    shop.slack.wait_for(lambda: all(_shown(shop, each) for each in asked), 30)
    approve, take_back = ("ana", "Approve"), ("ben", "Take the request back")
    for number, shift_id in enumerate(asked):
        presses = (approve, take_back) if number % 2 else (approve,)
        threads = _press_at_once(shop, shift_id, *presses)
        time.sleep(chance.uniform(0.0, 0.12))
        running.kill()
        running.start()
        for thread in threads:
            thread.join(60)
    ends = {each: _outcome(shop, each) for each in asked}
    assert set(ends.values()) <= {Outcome.MOVED, Outcome.TAKEN_BACK}
    assert {ends[each] for each in asked[::2]} == {Outcome.MOVED}
    with shop.database.snapshot() as session:
        assert verify_ledger(session, shop.workspace_id).fault is None
        for shift_id, outcome in ends.items():
            last = EntryKind.SHIFT if outcome is Outcome.MOVED else EntryKind.RELEASE
            rows = select(Entry.kind).where(Entry.shift_id == shift_id).order_by(Entry.number)
            assert session.scalars(rows).all() == [EntryKind.HOLD, last]
        portfolio = session.scalars(select(Portfolio)).one()
        period = ledger.period_at(session, portfolio, shop.clock.now())
        books = ledger.books_of(session, portfolio, period, shop.clock.now())
        shifts = select(Shift.amount_minor).where(Shift.outcome == Outcome.MOVED)
        moved = sum(session.scalars(shifts))
    gives, takes = (books.balance(each) for each in shop.stream_ids[:2])
    assert (gives.available, gives.set_aside) == (FUNDED - moved, 0)
    assert (takes.available, takes.set_aside) == (moved, 0)
    shop.wait_until_nothing_waits(60)
    direct = shop.slack.dm("ana").messages
    assert len({each.text for each in direct}) == len(direct) == ANSWERED
    for message in [*direct, *(_shown(shop, each) for each in asked)]:
        labels = [each.label for each in message.elements]
        assert not [each for each in labels if each.startswith(("Approve", "Take the"))]
    channel = [text for _, _, text in shop.shown() if "€7,000" in text]
    assert len(channel) == len(set(channel)) == len(asked)
