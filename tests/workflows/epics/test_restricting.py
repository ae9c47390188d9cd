"""Who sees an epic: its circle finds it everywhere, and everybody else nowhere."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.views.board import home as home_board
from bot.views.notices import notices
from bot.workflows.board import confirming, digesting
from bot.workflows.board import home as looking
from bot.workflows.board.board import board
from bot.workflows.board.changes import Scope, changes_between, in_flight
from bot.workflows.board.needs import needs
from bot.workflows.epics import blocking, finding, moving, stopping
from bot.workflows.epics.answering import IdeaAnswer, answer
from bot.workflows.epics.editing import edit, hand_over
from bot.workflows.epics.proposing import similar_open_epics
from bot.workflows.epics.restricting import circle_of, restrict
from bot.workflows.epics.transferring import give
from bot.workflows.epics.waiting import ANSWER, STALE
from bot.workflows.seeing import EVERYBODY
from models.board.confirmation import FactCheck
from models.board.digest import Digest, Wish
from models.board.home import Home
from models.epics.answer import AnswerKind
from models.epics.epic import CircleMember, Epic
from models.epics.listing import Filter, UnknownEpic, UnknownKey
from models.message import Message, MessageKind
from models.people.role import NotAllowed, Role, RoleGrant
from models.portfolio.portfolio import Portfolio, ValueStream, WipLimit
from models.work import Work
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

CLEO, DANA, ELI = "U0CLEO", "U0DANA", "U0ELI"
LATER = MONDAY + timedelta(hours=1)
SECRET = "Takeover of the wallet shop"


@pytest.fixture
def shop(database):
    """PAY-1, restricted, of Ana in Payments of Ben; PAY-2 for everybody. Dana is nobody here."""
    workspace_id, portfolio_id = a_portfolio(database)
    with database.write() as session:
        payments = session.scalars(select(ValueStream).where(ValueStream.key_prefix == "PAY")).one()
        an_epic(session, workspace_id, payments.id, SECRET)
        an_epic(session, workspace_id, payments.id, "Wallet for everybody")
        restrict(session, workspace_id, ANA, 1, [ELI], LATER, restricted=True)
        council = {"workspace_id": workspace_id, "role": Role.COUNCIL, "user_id": CLEO}
        session.add(RoleGrant(portfolio_id=portfolio_id, **council))
    return workspace_id, portfolio_id


def listed(session, workspace_id, viewer, *texts):
    names = finding.names(session, workspace_id, viewer)
    found = finding.list_epics(session, workspace_id, viewer, names, Filter(texts=texts), 1, LATER)
    return [epic.key for epic in found.page.epics]


def test_its_circle_sees_it(database, shop):
    with database.read() as session:
        for viewer in (ANA, BEN, CLEO, ELI):
            assert finding.epic_by_key(session, shop[0], "PAY-1", viewer).title == SECRET
            assert listed(session, shop[0], viewer) == ["PAY-1", "PAY-2"]


def test_others_are_told_of_its_key_as_of_one_that_never_was(database, shop):
    with database.read() as session:
        for key in ("PAY-1", "PAY-11"):
            with pytest.raises(UnknownKey) as found:
                finding.epic_by_key(session, shop[0], key, DANA)
            assert found.value.sentence == f"There is no epic {key}."
        assert finding.epic_by_id(session, shop[0], 1, DANA) is None


def test_others_find_it_in_no_list(database, shop):
    with database.read() as session:
        assert listed(session, shop[0], DANA) == ["PAY-2"]
        assert listed(session, shop[0], DANA, "takeover") == []
        assert listed(session, shop[0], CLEO, "takeover") == ["PAY-1"]


def test_others_are_not_told_that_their_idea_is_like_it(database, shop):
    with database.read() as session:
        for viewer, alike in ((DANA, ["PAY-2"]), (ELI, ["PAY-1", "PAY-2"])):
            found = similar_open_epics(session, shop[1], "Wallet takeover of everybody", viewer)
            assert sorted(epic.key for epic in found) == alike


def test_others_do_not_see_or_count_it_in_home(database, shop):
    with database.write() as session:
        home = looking.look(session, shop[0], DANA, MONDAY)
        drawn = home_board.of_person(session, home, LATER)
        assert SECRET not in json.dumps(drawn.blocks)
        assert board(session, shop[1], DANA).total == 1
        assert board(session, shop[1], ELI).total == 2


def test_no_digest_tells_of_it(database, shop):
    with database.write() as session:
        portfolio = session.get_one(Portfolio, shop[1])
        scope = Scope(portfolio)
        reviewing = portfolio.state("reviewing")
        moving.move(session, shop[0], BEN, 1, reviewing.id, None, None, LATER)
        later = LATER + timedelta(days=40)
        assert changes_between(session, scope, MONDAY, later).came_in.count == 0
        told = needs(session, scope, MONDAY, later, later, later, None, [STALE, ANSWER])
        assert (told.of(STALE).count, told.of(ANSWER).count) == (0, 1)
        assert in_flight(session, scope, later).whole.count == 0


def test_who_is_asked_about_their_own_epics_is_not_asked_about_it(database, shop):
    with database.write() as session:
        for epic_id in (1, 2):
            reviewing = session.get_one(Portfolio, shop[1]).state("reviewing")
            moving.move(session, shop[0], BEN, epic_id, reviewing.id, None, None, LATER)
        session.get_one(Epic, 2).owner_user_id = DANA
        check = FactCheck(workspace_id=shop[0], user_id=DANA, week="2026-W21", at=LATER)
        session.add(check)
        session.flush()
        drawn = notices()[MessageKind.FACT_CHECK].draw(session, check.id, LATER)
        assert "PAY-2" in drawn.text + json.dumps(drawn.blocks)
        assert "PAY-1" not in drawn.text + json.dumps(drawn.blocks)


def acts(session, workspace_id, who):
    """Everything one can do to an epic."""
    done = session.scalars(select(Portfolio)).one().state("reviewing")
    onboarding = session.scalars(select(ValueStream).where(ValueStream.key_prefix == "ONB")).one()
    here = (session, workspace_id, who, 1)
    yes = IdeaAnswer(kind=AnswerKind.YES)
    return {
        "move": lambda: moving.move(*here, done.id, None, None, LATER),
        "answer": lambda: answer(*here, None, yes, LATER),
        "edit": lambda: edit(*here, {"target": "5"}, {}, LATER),
        "block": lambda: blocking.block(*here, "waits", LATER),
        "unblock": lambda: blocking.unblock(*here, LATER),
        "stop": lambda: stopping.stop(*here, None, "too dear", None, LATER),
        "confirm": lambda: confirming.confirm(*here, LATER),
        "hand over": lambda: hand_over(*here, DANA, LATER),
        "give": lambda: give(*here, onboarding.id, None, LATER),
        "restrict": lambda: restrict(*here, [], LATER, restricted=False),
    }


def test_others_do_nothing_to_it_and_hear_what_they_hear_of_what_is_not_there(database, shop):
    with database.write() as session:
        for name, act in acts(session, shop[0], DANA).items():
            with pytest.raises(UnknownEpic):
                act()
            assert session.get_one(Epic, 1).version == 2, name


def test_an_admin_outside_the_circle_is_outside(database, shop):
    with database.write() as session:
        session.add(RoleGrant(workspace_id=shop[0], role=Role.ADMIN, user_id=DANA))
        session.flush()
        assert listed(session, shop[0], DANA) == ["PAY-2"]
        with pytest.raises(UnknownEpic):
            restrict(session, shop[0], DANA, 1, [], LATER, restricted=False)


def test_the_channel_forgets_its_title_at_once_and_has_it_back_later(database, shop):
    with database.write() as session:
        card = session.scalars(select(Message).where(Message.subject_id == 1)).one()
        drawn = notices()[card.kind].draw(session, 1, LATER)
        assert SECRET not in drawn.text + json.dumps(drawn.blocks)
        assert session.get_one(Work, (shop[0], card.work_key)).due_at == LATER
        restrict(session, shop[0], ANA, 1, [], LATER, restricted=False)
        assert SECRET in notices()[card.kind].draw(session, 1, LATER).text


@pytest.fixture
def waiting(database, shop):
    """The card of PAY-3, which waits for the one place of Payments, where PAY-2 is."""
    workspace_id, portfolio_id = shop
    with database.write() as session:
        payments = session.scalars(select(ValueStream).where(ValueStream.key_prefix == "PAY")).one()
        of_payments = {"workspace_id": workspace_id, "value_stream_id": payments.id}
        session.add(WipLimit(portfolio_id=portfolio_id, most=1, **of_payments))
        reviewing = session.get_one(Portfolio, portfolio_id).state("reviewing")
        moving.move(session, workspace_id, BEN, 2, reviewing.id, None, None, LATER)
        waits = an_epic(session, workspace_id, payments.id, "Gift cards")
        answer(session, workspace_id, BEN, waits.id, None, IdeaAnswer(kind=AnswerKind.YES), LATER)
        is_card = Message.kind == MessageKind.EPIC_CARD, Message.subject_id == waits.id
        card = session.scalars(select(Message).where(*is_card)).one()
        assert "when PAY-2 is done" in drawn(session, card)
    with database.write() as session:  # it was drawn, so that only what follows puts it again
        session.delete(session.get_one(Work, (workspace_id, card.work_key)))
    return card


def drawn(session, card):
    return notices()[card.kind].draw(session, card.subject_id, LATER).text


def test_who_waits_for_the_place_of_one_that_is_restricted_names_it_no_more(
    database, shop, waiting
):
    later = LATER + timedelta(hours=1)
    with database.write() as session:
        restrict(session, shop[0], BEN, 2, [], later, restricted=True)
    with database.read() as session:
        assert session.get_one(Work, (shop[0], waiting.work_key)).due_at == later
        assert "PAY-2" not in drawn(session, waiting)


def test_digests_of_weeks_ago_name_it_no_more(database, shop):
    workspace_id, portfolio_id = shop
    of_channel = {"workspace_id": workspace_id, "channel_id": "C0ALL"}
    months_later = LATER + timedelta(days=90)
    with database.write() as session:
        asked = Wish(
            portfolio_id=portfolio_id,
            value_stream_id=None,
            weekday=0,
            minute_of_day=540,
            time_zone="Europe/Berlin",
        )
        wanted = digesting.subscribe(session, workspace_id, ANA, "C0ALL", asked, MONDAY)
        span = {"since": MONDAY - timedelta(days=7), "until": LATER, "at": LATER, "first": True}
        told = Digest(subscription_id=wanted.id, week="2026-W21", **of_channel, **span)
        session.add(told)
        session.flush()
        lead = Message(kind=MessageKind.DIGEST, subject_id=told.id, **of_channel)
        reply = Message(kind=MessageKind.DIGEST_ANSWERS, subject_id=told.id, **of_channel)
        session.add_all([lead, reply])
        session.flush()
        assert "PAY-2" in drawn(session, reply)
        restrict(session, workspace_id, BEN, 2, [], months_later, restricted=True)
    with database.read() as session:
        for message in (lead, reply):
            due_at = session.get_one(Work, (workspace_id, message.work_key)).due_at
            assert due_at == months_later
        assert "PAY-2" not in drawn(session, reply)


def test_who_waits_for_the_place_of_one_that_is_given_away_has_it(database, shop, waiting):
    later = LATER + timedelta(hours=1)
    with database.write() as session:
        other = session.scalars(select(ValueStream).where(ValueStream.key_prefix == "ONB")).one()
        give(session, shop[0], BEN, 2, other.id, None, later)
    with database.read() as session:
        assert session.get_one(Work, (shop[0], waiting.work_key)).due_at == later
        assert "PAY-2" not in drawn(session, waiting)


def test_who_restricts_it_stays_in_its_circle(database, shop):
    with database.write() as session:
        session.add(RoleGrant(workspace_id=shop[0], role=Role.ADMIN, user_id=DANA))
        session.flush()
        restrict(session, shop[0], DANA, 2, [ELI], LATER, restricted=True)
        assert {*circle_of(session, 2)} == {DANA, ELI}
        assert finding.epic_by_id(session, shop[0], 2, DANA)


def test_those_named_can_change_and_nothing_else_does(database, shop):
    with database.write() as session:
        home = looking.look(session, shop[0], DANA, MONDAY)
        restrict(session, shop[0], BEN, 1, [DANA], LATER, restricted=True)
        assert circle_of(session, 1) == [DANA]
        assert SECRET in json.dumps(home_board.of_person(session, home, LATER).blocks)
        assert session.scalars(select(CircleMember.added_by)).all() == [BEN]
        assert session.get_one(Epic, 1).version == 2
        restrict(session, shop[0], BEN, 1, None, LATER, restricted=False)
        assert circle_of(session, 1) == [DANA]


def test_those_named_may_see_it_and_no_more(database, shop):
    with database.write() as session, pytest.raises(NotAllowed, match="restrict this epic"):
        restrict(session, shop[0], ELI, 1, [], LATER, restricted=False)


def test_what_everybody_may_see_is_in_the_channel(database, shop):
    with database.read() as session:
        assert finding.epic_by_id(session, shop[0], 1, EVERYBODY) is None
        assert finding.epic_by_id(session, shop[0], 2, EVERYBODY)
        assert session.scalar(select(func.count(Home.id))) == 0
