"""Posting a message, and having it drawn."""

import pytest
from sqlalchemy import select

from bot.workflows.people.members import remember
from bot.workflows.redrawing import notify, post
from models.message import Message, MessageKind
from models.people.handover import Departure
from models.work import Work
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio

pytestmark = pytest.mark.on_both_databases


@pytest.fixture
def here(database):
    return a_portfolio(database)[0]


def messages(database, kind):
    with database.read() as session:
        found = session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id))
        return [(each.channel_id, each.subject_id, each.thread_ts, each.ts) for each in found]


def test_what_is_posted_is_drawn_next_in_the_lane_of_its_channel(database, here):
    with database.write() as session:
        key = post(session, here, MessageKind.EPIC_CARD, 4, "C0PAY", MONDAY).work_key
    assert messages(database, MessageKind.EPIC_CARD) == [("C0PAY", 4, None, None)]
    with database.read() as session:
        work = session.get(Work, (here, key))
        assert (work.lane, work.due_at) == ("C0PAY", MONDAY)


def test_it_can_be_posted_in_a_thread(database, here):
    with database.write() as session:
        post(session, here, MessageKind.DIGEST_BLOCKED, 4, "C0PAY", MONDAY, thread_ts="1.1")
    assert messages(database, MessageKind.DIGEST_BLOCKED) == [("C0PAY", 4, "1.1", None)]


def test_people_are_told_once_each_without_who_did_it(database, here):
    with database.write() as session:
        notify(session, here, MessageKind.OWNER, 4, [BEN, ANA, None, BEN], ANA, MONDAY)
    assert messages(database, MessageKind.OWNER) == [(BEN, 4, None, None)]


def test_who_left_or_is_a_guest_is_told_nothing(database, here):
    people = {"U0LEFT": False, "U0BACK": False, "U0GUEST": True, "U0ONCE": False}
    with database.write() as session:
        remember(session, here, {each: (guest, MONDAY) for each, guest in people.items()})
        session.add(Departure(workspace_id=here, user_id="U0LEFT", at=MONDAY))
        session.add(Departure(workspace_id=here, user_id="U0BACK", at=MONDAY, returned_at=MONDAY))
        notify(session, here, MessageKind.OWNER, 4, [*people, BEN], ANA, MONDAY)
    told = [each[0] for each in messages(database, MessageKind.OWNER)]
    assert told == ["U0BACK", "U0ONCE", BEN]
