"""Streams merged and split in mid-year: nothing is lost, and history stays true."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.workflows.epics.moving import move
from bot.workflows.epics.stopping import stop
from bot.workflows.flow.as_of import board_as_of
from bot.workflows.portfolio import merging as restructuring
from models.epics.belonging import StreamMove
from models.epics.epic import Epic
from models.errors import ChangedSince
from models.message import Message, MessageKind
from models.people.role import NotAllowed, Role, RoleGrant
from models.portfolio.portfolio import (
    NothingToSplit,
    Portfolio,
    UnknownStream,
    ValueStream,
    WipLimit,
)
from models.portfolio.setup import StreamSetup
from models.projects.project import Project, ProjectShare
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

pytestmark = pytest.mark.on_both_databases

JUNE = MONDAY + timedelta(days=20)


@pytest.fixture
def shop(database):
    """Payments with two epics in flight and one done, Onboarding with one; Ana is the admin."""
    ids = a_portfolio(database)
    with database.write() as session:
        session.add(RoleGrant(workspace_id=ids[0], role=Role.ADMIN, user_id=ANA))
        for number, state in enumerate(("analyzing", "ready", "done")):
            epic = an_epic(session, ids[0], stream(session, "PAY").id, f"Idea {number}")
            session.add(epic.move(epic.portfolio.state(state), ANA, None, MONDAY))
        epic = an_epic(session, ids[0], stream(session, "ONB").id, "Address check")
        session.add(epic.move(epic.portfolio.state("analyzing"), ANA, None, MONDAY))
    return ids


def stream(session, prefix):
    return session.scalars(select(ValueStream).where(ValueStream.key_prefix == prefix)).one()


def merge(session, shop, *, actor=ANA, version=1, at=JUNE, source="PAY", target="ONB"):
    ids = stream(session, source).id, stream(session, target).id
    return restructuring.merge(session, shop[0], actor, *ids, version, at)


def board(session, at):
    portfolio = session.scalars(select(Portfolio)).one()
    return board_as_of(session, portfolio, at)


def test_after_a_merge_a_board_as_of_an_earlier_day_shows_the_stream_as_it_was(database, shop):
    with database.write() as session:
        told = merge(session, shop)
        assert (told.epics, told.source.name, told.target.name) == (2, "Payments", "Onboarding")
    with database.read() as session:
        before, after = board(session, JUNE - timedelta(days=1)), board(session, JUNE)
        assert before.wip_per_value_stream == {"Onboarding": 1, "Payments": 2}
        assert after.wip_per_value_stream == {"Onboarding": 3}
        keys = session.scalars(select(Epic.key).order_by(Epic.id)).all()
        assert keys == ["PAY-1", "PAY-2", "PAY-3", "ONB-1"]
        done = session.scalars(select(Epic).where(Epic.key == "PAY-3")).one()
        assert done.value_stream.name == "Payments"


def test_shares_of_projects_follow_and_become_one_where_both_have_one(database, shop):
    with database.write() as session:
        for code, shares in (("P1", {"PAY": 60, "ONB": 40}), ("P2", {"PAY": 100})):
            project = Project(
                workspace_id=shop[0],
                portfolio_id=shop[1],
                code=code,
                name=code,
                created_at=MONDAY,
            )
            for prefix, percent in shares.items():
                project.shares.append(
                    ProjectShare(
                        workspace_id=shop[0],
                        value_stream_id=stream(session, prefix).id,
                        percent=Decimal(percent),
                    )
                )
            session.add(project)
    with database.write() as session:
        assert merge(session, shop).shares == 2
    with database.read() as session:
        told = session.scalars(select(ProjectShare).order_by(ProjectShare.project_id)).all()
        assert [(share.value_stream.name, share.percent) for share in told] == [
            ("Onboarding", 100),
            ("Onboarding", 100),
        ]


def test_the_limits_of_both_become_one_and_one_alone_stays_as_it_is(database, shop):
    with database.write() as session:
        state = session.scalars(select(Portfolio)).one().state("analyzing")
        for prefix, state_id, most in (
            ("PAY", None, 5),
            ("ONB", None, 3),
            ("PAY", state.id, 2),
        ):
            session.add(
                WipLimit(
                    workspace_id=shop[0],
                    portfolio_id=shop[1],
                    value_stream_id=stream(session, prefix).id,
                    state_id=state_id,
                    most=most,
                )
            )
    with database.write() as session:
        assert merge(session, shop).limits == (5, 3)
    with database.read() as session:
        limits = session.scalars(select(WipLimit)).all()
        assert [(limit.value_stream_id, limit.state_id, limit.most) for limit in limits] == [
            (stream(session, "ONB").id, None, 8)
        ]


def test_what_only_a_circle_sees_goes_along_and_is_not_counted_for_others(database, shop):
    with database.write() as session:
        epic = session.scalars(select(Epic).where(Epic.key == "PAY-2")).one()
        epic.restricted, epic.proposed_by, epic.owner_user_id = True, BEN, BEN
    with database.write() as session:
        assert merge(session, shop).epics == 1
        assert len(session.scalars(select(StreamMove)).all()) == 2


def test_only_an_admin_merges_and_only_what_was_shown(database, shop):
    with database.write() as session, pytest.raises(NotAllowed):
        merge(session, shop, actor=BEN)
    with database.write() as session, pytest.raises(ChangedSince):
        merge(session, shop, version=7)
    with database.write() as session:
        merge(session, shop)
    with database.write() as session, pytest.raises(UnknownStream):
        merge(session, shop, version=2)


def test_the_letters_and_the_name_of_a_merged_stream_stay_taken(database, shop):
    with database.write() as session:
        merge(session, shop)
    with database.write() as session:
        setup = StreamSetup(name="Payouts")
        new, _ = restructuring.preview_split(
            session, shop[0], ANA, stream(session, "ONB").id, setup, [1]
        )
        assert new.key_prefix == "PAY2"


def test_a_split_takes_only_what_was_chosen_and_is_there(database, shop):
    with database.write() as session:
        source, setup = stream(session, "PAY").id, StreamSetup(name="Refunds")
        told = restructuring.split(session, shop[0], ANA, source, 1, setup, [1, 3, 4, 99], JUNE)
        assert (told.epics, told.target.key_prefix) == (1, "REF")
    with database.read() as session:
        assert board(session, JUNE).wip_per_value_stream == {
            "Onboarding": 1,
            "Payments": 1,
            "Refunds": 1,
        }
        assert board(session, MONDAY).wip_per_value_stream == {"Onboarding": 1, "Payments": 2}
    setup = StreamSetup(name="More")
    with database.write() as session, pytest.raises(NothingToSplit):
        restructuring.split(session, shop[0], ANA, source, 2, setup, [4], JUNE)


def a_share(session, shop, code, *keys):
    """A project that is all of Payments, to which the epics of those keys are linked."""
    project = Project(
        workspace_id=shop[0], portfolio_id=shop[1], code=code, name=code, created_at=MONDAY
    )
    share = ProjectShare(
        workspace_id=shop[0], value_stream=stream(session, "PAY"), percent=Decimal(100)
    )
    project.shares.append(share)
    session.add(project)
    session.flush()
    for epic in session.scalars(select(Epic).where(Epic.key.in_(keys))):
        epic.project_id = project.id


def test_a_split_takes_along_the_shares_of_projects_that_only_its_epics_point_to(database, shop):
    with database.write() as session:
        a_share(session, shop, "P1", "PAY-1")
        a_share(session, shop, "P2", "PAY-2")
        a_share(session, shop, "P3")
        a_share(session, shop, "P4", "PAY-3")
    with database.write() as session:
        source, setup = stream(session, "PAY").id, StreamSetup(name="Refunds")
        _, seen = restructuring.preview_split(session, shop[0], ANA, source, setup, [1])
        assert (seen.shares, seen.shares_left) == (1, 3)
        told = restructuring.split(session, shop[0], ANA, source, 1, setup, [1], JUNE)
        assert (told.shares, told.shares_left) == (1, 3)
    with database.read() as session:
        shares = session.scalars(select(ProjectShare).order_by(ProjectShare.id)).all()
        names = [share.value_stream.name for share in shares]
        assert names == ["Refunds", "Payments", "Payments", "Payments"]


def test_a_project_that_an_epic_left_behind_is_linked_to_as_well_stays(database, shop):
    with database.write() as session:
        a_share(session, shop, "P1", "PAY-1", "PAY-2")
        source, setup = stream(session, "PAY").id, StreamSetup(name="Refunds")
        told = restructuring.split(session, shop[0], ANA, source, 1, setup, [1], JUNE)
        assert (told.shares, told.shares_left) == (0, 1)


def test_an_epic_that_was_stopped_before_a_merge_follows_it_when_it_comes_back(database, shop):
    with database.write() as session:
        stop(session, shop[0], ANA, 4, None, "No use", None, JUNE)
        merge(session, shop, source="ONB", target="PAY")
        assert session.get_one(Epic, 4).value_stream.name == "Onboarding"
    with database.write() as session:
        epic = session.get_one(Epic, 4)
        to = epic.portfolio.state("analyzing").id
        move(session, shop[0], BEN, 4, to, None, "Once more", JUNE, override=True)
    with database.read() as session:
        epic = session.get_one(Epic, 4)
        assert (epic.key, epic.value_stream.name) == ("ONB-1", "Payments")
        went = session.scalars(select(StreamMove).where(StreamMove.epic_id == 4)).one()
        assert (went.from_stream.name, went.to_stream.name) == ("Onboarding", "Payments")
        cards = select(Message.channel_id).where(Message.kind == MessageKind.EPIC_CARD)
        assert "C0PAY" in session.scalars(cards.where(Message.subject_id == 4)).all()
