"""An epic goes to another value stream: its key stays, and who should know hears."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.views.notices import notices
from bot.workflows.board.card import history
from bot.workflows.epics.moving import move
from bot.workflows.epics.restricting import restrict
from bot.workflows.epics.transferring import give, over_limits
from models.epics.belonging import StreamMove
from models.epics.epic import Epic
from models.message import Message, MessageKind
from models.people.role import NotAllowed
from models.portfolio.portfolio import Portfolio, UnknownStream, ValueStream, WipLimit
from models.portfolio.setup import StreamSetup
from models.work import Work
from tests.workflows.builders import ANA, BEN, MONDAY, PAYMENTS, a_portfolio, an_epic

CLEO, DANA = "U0CLEO", "U0DANA"
LATER = MONDAY + timedelta(hours=1)
ONBOARDING = StreamSetup(
    name="Onboarding", key_prefix="ONB", owner_user_id=CLEO, channel_id="C0ONB"
)
PLATFORM = StreamSetup(name="Platform", key_prefix="PLT", owner_user_id=DANA)


@pytest.fixture
def shop(database):
    """PAY-1 of Ana in Payments of Ben; Onboarding of Cleo, and Platform without a channel."""
    workspace_id, portfolio_id = a_portfolio(database, PAYMENTS, ONBOARDING, PLATFORM)
    with database.write() as session:
        an_epic(session, workspace_id, stream(session, "PAY").id)
    return workspace_id, portfolio_id


def stream(session, prefix):
    return session.scalars(select(ValueStream).where(ValueStream.key_prefix == prefix)).one()


def messages(session):
    rows = session.scalars(select(Message).order_by(Message.id))
    return [(row.channel_id, row.kind.value, row.subject_id) for row in rows]


def to(session, workspace_id, prefix, who=BEN, reason="It fits there"):
    return give(session, workspace_id, who, 1, stream(session, prefix).id, reason, LATER)


def test_its_history_tells_where_it_went_among_its_states(database, shop):
    with database.write() as session:
        move(session, shop[0], BEN, 1, state(session, "reviewing"), None, None, MONDAY)
        to(session, shop[0], "ONB")
        analyzing = state(session, "analyzing")
        move(session, shop[0], CLEO, 1, analyzing, None, None, LATER + timedelta(hours=1))
    with database.read() as session:
        steps, total = history(session, session.get_one(Epic, 1))
        told = [getattr(step, "to_label", None) or step.to_stream.name for step in steps]
        assert told == ["Analyzing", "Onboarding", "Reviewing", "Funnel"]
        assert total == 4


def state(session, name):
    return session.scalars(select(Portfolio)).one().state(name).id


def test_it_keeps_its_key_and_its_way_is_told(database, shop):
    with database.write() as session:
        to(session, shop[0], "ONB")
    with database.read() as session:
        epic = session.get_one(Epic, 1)
        assert (epic.key, epic.value_stream.key_prefix, epic.version) == ("PAY-1", "ONB", 2)
        step = session.scalars(select(StreamMove)).one()
        assert (step.by_user_id, step.at, step.reason) == (BEN, LATER, "It fits there")
        names = [
            session.get_one(ValueStream, i).name for i in (step.from_stream_id, step.to_stream_id)
        ]
        assert names == ["Payments", "Onboarding"]


def test_its_card_follows_and_where_it_stood_is_said_where_it_went(database, shop):
    with database.write() as session:
        step = to(session, shop[0], "ONB")
        assert messages(session) == [
            ("C0PAY", "stream_move", step.id),
            ("C0ONB", "epic_card", 1),
            (CLEO, "stream_move_told", step.id),
            (ANA, "stream_move_told", step.id),
        ]
        said = notices()[MessageKind.STREAM_MOVE].draw(session, step.id, LATER).text
        assert "moved from Payments to Onboarding" in said
        assert "It fits there. It keeps its key. Its card is in <#C0ONB>." in said
    with database.read() as session:
        due = {work.key for work in session.scalars(select(Work)) if work.key.startswith("message")}
        assert due == {f"message:{n}" for n in range(1, 5)}


def test_its_owner_and_those_of_both_streams_hear_unless_they_did_it(database, shop):
    with database.write() as session:
        session.get_one(Epic, 1).owner_user_id = ANA
        stream(session, "PAY").owner_user_id = ANA
        to(session, shop[0], "ONB", ANA)
        assert [m[0] for m in messages(session) if m[1] == "stream_move_told"] == [CLEO]


def test_back_again_it_has_one_card_and_each_place_says_where_it_went(database, shop):
    with database.write() as session:
        there = to(session, shop[0], "ONB")
        back = to(session, shop[0], "PAY", CLEO)
        in_channels = [m for m in messages(session) if m[0].startswith("C")]
        assert in_channels == [
            ("C0PAY", "stream_move", there.id),
            ("C0ONB", "stream_move", back.id),
            ("C0PAY", "epic_card", 1),
        ]
        said = notices()[MessageKind.STREAM_MOVE].draw(session, there.id, LATER).text
        assert "It is now in Payments." in said


def test_a_stream_without_a_channel_has_no_card_of_it(database, shop):
    with database.write() as session:
        step = to(session, shop[0], "PLT")
        assert [m[1] for m in messages(session) if m[0].startswith("C")] == ["stream_move"]
        said = notices()[MessageKind.STREAM_MOVE].draw(session, step.id, LATER).text
        assert said.endswith("It keeps its key.")


def test_a_restricted_one_leaves_without_a_word(database, shop):
    with database.write() as session:
        restrict(session, shop[0], ANA, 1, [], LATER, restricted=True)
        step = to(session, shop[0], "ONB")
        in_channels = [m[1] for m in messages(session) if m[0].startswith("C")]
        assert in_channels == ["stream_move"]
        told = notices()[MessageKind.STREAM_MOVE].draw(session, step.id, LATER).text
        assert "bank transfer" not in told
        assert "Onboarding" not in told
        assert (
            "bank transfer"
            in notices()[MessageKind.STREAM_MOVE_DM].draw(session, step.id, LATER).text
        )
        restrict(session, shop[0], ANA, 1, [], LATER, restricted=False)
        assert ("C0ONB", "epic_card", 1) in messages(session)


def test_only_the_owner_of_the_giving_stream_gives(database, shop):
    with database.write() as session:
        for who in (ANA, CLEO, DANA):
            with pytest.raises(NotAllowed, match="owner of Payments") as found:
                to(session, shop[0], "ONB", who)
            assert found.value.ask[0] == BEN


def test_it_goes_only_to_an_open_stream_of_its_own_portfolio(database, shop):
    with database.write() as session:
        stream(session, "ONB").ended_at = MONDAY
        with pytest.raises(UnknownStream):
            to(session, shop[0], "ONB")
        other = Portfolio(
            workspace_id=shop[0], name="Bank", currency="EUR", time_zone="UTC", created_at=MONDAY
        )
        session.add(other)
        session.flush()
        session.add(
            ValueStream(workspace_id=shop[0], portfolio=other, name="Loans", key_prefix="LOA")
        )
        session.flush()
        with pytest.raises(UnknownStream):
            to(session, shop[0], "LOA")
        assert session.get_one(Epic, 1).version == 1


def test_limits_there_are_told_and_do_not_hold_it_up(database, shop):
    with database.write() as session:
        reviewing = session.get_one(Portfolio, shop[1]).state("reviewing")
        for number in range(2):
            an_epic(session, shop[0], stream(session, "ONB").id, request=str(number))
        for epic_id in (1, 2, 3):
            move(
                session,
                shop[0],
                BEN if epic_id == 1 else CLEO,
                epic_id,
                reviewing.id,
                None,
                None,
                LATER,
            )
        here = {"workspace_id": shop[0], "portfolio_id": shop[1]}
        onboarding = stream(session, "ONB")
        session.add(WipLimit(**here, value_stream_id=onboarding.id, most=2))
        session.add(WipLimit(**here, value_stream_id=onboarding.id, state_id=reviewing.id, most=1))
        session.add(WipLimit(**here, value_stream_id=stream(session, "PLT").id, most=0))
        session.flush()
        epic = session.get_one(Epic, to(session, shop[0], "ONB").epic_id)
        assert over_limits(session, epic) == ["3 of 2 in flight", "3 of 1 in Reviewing"]
