"""Setting a portfolio up: silent until it is live, by more than one admin, nothing lost."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.workflows import seeing
from bot.workflows.board import digesting
from bot.workflows.keeping import who_changed
from bot.workflows.people import granting
from bot.workflows.people.workspaces import grant_admin, workspace_of
from bot.workflows.portfolio import basics as settling
from bot.workflows.portfolio import limits as setting_limits
from bot.workflows.portfolio import readiness as beginning
from bot.workflows.portfolio import setting_up
from bot.workflows.portfolio import streams as streaming
from models.audit.audit import Act
from models.board.digest import Wish
from models.errors import ChangedSince, FieldMistakes
from models.message import Message, MessageKind
from models.people.role import NotAllowed, Role, RoleGrant, SlackGroup
from models.portfolio.portfolio import Phase, Portfolio, ValueStream, WipLimit
from models.portfolio.readiness import NothingOpenToYou, NotLiveYet
from models.portfolio.setup import Basics, StreamSetup
from models.work import Work
from tests.workflows.builders import ANA, BEN, MONDAY, an_epic

SHOP = Basics(name="Shop", currency="eur", time_zone="Europe/Berlin", channel_id="C0SHOP")
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def shop(database):
    """Begun by Ana, who is the admin, with Payments of Ben; the ids of both."""
    with database.write(Act(ANA, "test", MONDAY)) as session:
        workspace = workspace_of(session, "T1")
        grant_admin(session, workspace.id, ANA, None, MONDAY)
        portfolio = setting_up.begin(session, workspace.id, ANA, SHOP, MONDAY)
        setup = StreamSetup(name="Payments", owner_user_id=BEN, channel_id="C0PAY")
        streaming.add_stream(session, workspace.id, ANA, portfolio.id, setup, MONDAY)
        return workspace.id, portfolio.id


def payments(session):
    return session.scalars(select(ValueStream)).one()


def live(session, shop, at=LATER, actor=ANA):
    return setting_up.go_live(session, shop[0], actor, shop[1], at)


def kinds(session):
    return [message.kind for message in session.scalars(select(Message).order_by(Message.id))]


def test_until_it_is_live_nothing_is_put_to_be_posted(database, shop):
    with database.write() as session:
        an_epic(session, shop[0], payments(session).id)
        wish = Wish(
            portfolio_id=shop[1],
            value_stream_id=None,
            weekday=0,
            minute_of_day=540,
            time_zone="UTC",
        )
        subscribed = digesting.subscribe(session, shop[0], ANA, "C0SHOP", wish, MONDAY)
        digesting.send_due(session, subscribed.id, MONDAY + timedelta(days=8))
    with database.read() as session:
        assert kinds(session) == []


def test_going_live_is_announced_once_to_the_channel_and_each_owner(database, shop):
    with database.write() as session:
        setup = StreamSetup(name="Refunds", owner_user_id=BEN)
        streaming.add_stream(session, shop[0], ANA, shop[1], setup, MONDAY)
    for _ in range(2):
        with database.write() as session:
            assert live(session, shop).live_at == LATER
    with database.read() as session:
        told = session.scalars(select(Message).order_by(Message.id)).all()
        assert [(m.kind, m.channel_id) for m in told] == [
            (MessageKind.LIVE, "C0SHOP"),
            (MessageKind.LIVE_FOR_OWNER, BEN),
        ]
        assert len(session.scalars(select(Work.key).where(Work.key.like("message:%"))).all()) == 2


def test_for_four_weeks_nothing_is_late(database, shop):
    with database.write() as session:
        portfolio = live(session, shop)
        assert not portfolio.calls_late(LATER + timedelta(days=27, hours=23))
        assert portfolio.calls_late(LATER + timedelta(days=28))


def test_limits_somebody_set_stay_as_they_are(database, shop):
    with database.write() as session:
        stream = payments(session)
        epic = an_epic(session, shop[0], stream.id)
        session.add(epic.move(epic.portfolio.state("implementing"), ANA, None, MONDAY))
        wanted = {"all": 9}
        version = stream.portfolio.version
        setting_limits.set_limits(session, shop[0], ANA, shop[1], None, version, wanted, LATER)
        live(session, shop)
    with database.read() as session:
        limits = session.scalars(select(WipLimit)).all()
        assert [(limit.value_stream_id, limit.most) for limit in limits] == [(None, 9)]


def test_what_stands_in_each_place_is_counted_by_state_and_column(database, shop):
    with database.write() as session:
        stream = payments(session)
        states = stream.portfolio
        for number, name in enumerate(("implementing", "implementing", "analyzing", "done")):
            epic = an_epic(session, shop[0], stream.id, f"Idea {number}")
            phase = Phase.DELIVERING if number == 1 else None
            session.add(epic.move(states.state(name), ANA, None, MONDAY, phase))
        session.flush()
        found = setting_limits.standing(session, states, stream)
        doing = states.state("implementing").id
        assert (found["all"], found[str(doing)]) == (3, 2)
        assert (found[f"{doing}.testing"], found[f"{doing}.delivering"]) == (1, 1)


def test_an_owner_sets_limits_of_their_stream_only(database, shop):
    with database.write() as session:
        stream = payments(session)
        told = setting_limits.set_limits(
            session, shop[0], BEN, shop[1], stream.id, 1, {"all": 3}, LATER
        )
        assert [(c.what, c.before, c.after) for c in told] == [("All in flight", None, "3")]
        with pytest.raises(NotAllowed):
            setting_limits.set_limits(
                session, shop[0], BEN, shop[1], None, stream.portfolio.version, {"all": 3}, LATER
            )


def test_by_others_it_does_not_go_live(database, shop):
    with database.write() as session, pytest.raises(NotAllowed):
        live(session, shop, actor=BEN)


@pytest.mark.on_both_databases
def test_two_admins_at_once_begin_one_portfolio_of_a_name(database, shop):
    with database.write() as session:
        grant_admin(session, shop[0], BEN, None, MONDAY)
    said = []

    def begins(actor):
        try:
            with database.write() as session:
                bank = Basics(name="Bank", currency="CHF", time_zone="UTC")
                setting_up.begin(session, shop[0], actor, bank, LATER)
        except FieldMistakes as mistakes:
            said.append(mistakes.errors)

    threads = [threading.Thread(target=begins, args=(actor,)) for actor in (ANA, BEN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == [{"name": "Bank is set up already. Choose another name."}]
    with database.read() as session:
        assert len(session.scalars(select(Portfolio)).all()) == 2


def test_people_are_counted_once_also_those_of_a_user_group_and_stand_ins_apart(database, shop):
    workspace_id, portfolio_id = shop
    council = SlackGroup("S0COUNCIL", "council", "Council", (ANA, BEN, "U0ELI"))
    with database.write(Act(ANA, "test", LATER)) as session:
        who = (session, workspace_id, ANA)
        here = granting.place(session, workspace_id, portfolio_id, None)
        granting.grant(*who, Role.COUNCIL, here, [BEN, "U0FAY"], [council], False, LATER)
        granting.grant(*who, Role.FINANCE, here, ["U0DANA"], [], False, LATER)
        granting.grant(*who, Role.FINANCE, here, ["U0KIM"], [], True, LATER)
    with database.read() as session:
        told = setting_up.progress(session, session.get_one(Portfolio, portfolio_id))
        assert (told.council, told.finance, told.stand_ins) == (4, 1, 1)


def test_basics_are_changed_only_as_they_were_shown(database, shop):
    with database.write(Act(BEN, "test", LATER)) as session:
        grant_admin(session, shop[0], BEN, None, LATER)
        portfolio = session.get_one(Portfolio, shop[1])
        changed = Basics(name="Shop", currency="USD", time_zone="Europe/Berlin")
        told = settling.change_basics(
            session, shop[0], BEN, shop[1], portfolio.version, changed, LATER
        )
        assert [change.what for change in told] == ["Currency", "Channel"]
    with database.write() as session:
        with pytest.raises(ChangedSince):
            settling.change_basics(session, shop[0], ANA, shop[1], 1, SHOP, LATER)
        assert who_changed(session, Portfolio, shop[1], MONDAY) == BEN
        assert who_changed(session, Portfolio, shop[1], LATER) is None


def test_before_it_is_live_only_those_with_a_part_in_it_are_let_in(database, shop):
    with database.write() as session:
        beginning.check_begun(session, shop[0], ANA)
        beginning.check_begun(session, shop[0], BEN)
        with pytest.raises(NotLiveYet):
            beginning.check_begun(session, shop[0], "U0CLEO")
        live(session, shop)
        beginning.check_begun(session, shop[0], "U0CLEO")
        session.get_one(Portfolio, shop[1]).open_to_all = False
        session.flush()
        with pytest.raises(NothingOpenToYou):
            beginning.check_begun(session, shop[0], "U0CLEO")


def test_an_admin_of_another_workspace_is_nobody_here_though_their_id_is_the_same(database, shop):
    with database.write() as session:
        live(session, shop)
        session.get_one(Portfolio, shop[1]).open_to_all = False
        grant_admin(session, workspace_of(session, "T2").id, "U0CLEO", None, MONDAY)
        assert seeing.portfolios(session, shop[0], "U0CLEO") == []
        with pytest.raises(NothingOpenToYou):
            beginning.check_begun(session, shop[0], "U0CLEO")
        grant_admin(session, shop[0], "U0CLEO", None, MONDAY)
        beginning.check_begun(session, shop[0], "U0CLEO")


def test_a_prefix_is_given_once_in_the_workspace_also_after_its_stream_ended(database, shop):
    with database.write() as session:
        payments(session).ended_at = LATER
    setup = StreamSetup(name="Payments", key_prefix="pay")
    with database.write() as session, pytest.raises(FieldMistakes) as found:
        streaming.add_stream(session, shop[0], ANA, shop[1], setup, LATER)
    assert set(found.value.errors) == {"name", "key_prefix"}


def test_who_began_it_is_told_by_the_audit_log(database, shop):
    with database.read() as session:
        portfolio = session.get_one(Portfolio, shop[1])
        progress = setting_up.progress(session, portfolio)
        assert (progress.began_by, progress.streams, progress.council) == (ANA, 1, 0)
    with database.write() as session:
        session.add(
            RoleGrant(workspace_id=shop[0], role=Role.COUNCIL, portfolio_id=shop[1], user_id=BEN)
        )
    with database.read() as session:
        portfolio = session.get_one(Portfolio, shop[1])
        assert setting_up.progress(session, portfolio).council == 1
