"""What the owner of an epic hears privately of what others do with it."""

import pytest
from sqlalchemy import select

from bot.workflows.epics.answering import answer
from bot.workflows.epics.blocking import block
from bot.workflows.epics.editing import edit
from bot.workflows.epics.moving import move
from bot.workflows.epics.stopping import stop
from bot.workflows.epics.transferring import give
from bot.workflows.people.workspaces import grant_admin
from models.epics.answer import AnswerKind, IdeaAnswer
from models.epics.epic import Epic
from models.message import Message, MessageKind
from models.portfolio.portfolio import Portfolio, ValueStream, WipLimit
from models.themes.theme import Theme
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

CLEO, ELI = "U0CLEO", "U0ELI"


@pytest.fixture
def shop(database):
    """PAY-1 of Ana; she, Ben and Cleo are admins, and Implementing has no place."""
    workspace_id, portfolio_id = a_portfolio(database)
    with database.write() as session:
        for admin in (ANA, CLEO):
            grant_admin(session, workspace_id, admin, None, MONDAY)
        an_epic(session, workspace_id, 1)
        here = {"workspace_id": workspace_id, "portfolio_id": portfolio_id}
        full = session.get_one(Portfolio, portfolio_id).state("implementing")
        session.add(WipLimit(most=0, value_stream_id=1, state_id=full.id, **here))
        session.add(Theme(name="Growth", **here))
    return workspace_id


def moves(to, **more):
    def act(session, by):
        state = session.scalars(select(Portfolio)).one().state(to)
        move(session, 1, by, 1, state.id, None, "It is time", MONDAY, **more)

    return act


def blocks(session, by):
    block(session, 1, by, 1, "waits for the bank", MONDAY)


def stops(session, by):
    stop(session, 1, by, 1, None, "too dear", None, MONDAY)


def gives(session, by):
    other = session.scalars(select(ValueStream.id).where(ValueStream.id != 1)).first()
    give(session, 1, by, 1, other, "It fits there", MONDAY)


ACTS = [
    (moves("reviewing"), MessageKind.MOVED),
    (moves("implementing", override=True), MessageKind.MOVED),
    (moves("done"), MessageKind.MOVED),
    (blocks, MessageKind.BLOCKED),
    (stops, MessageKind.STOPPED),
    (gives, MessageKind.STREAM_MOVE_DM),
]


def heard(session, *people):
    """The private messages to them, by whom they go to."""
    rows = select(Message.channel_id, Message.kind).where(Message.channel_id.in_(people))
    return [tuple(row) for row in session.execute(rows.order_by(Message.id))]


@pytest.mark.parametrize(("act", "kind"), ACTS)
def test_an_owner_hears_once_of_an_act_by_others_and_never_of_their_own(database, shop, act, kind):
    for restricted, by, owner in (
        (False, BEN, BEN),
        (True, BEN, BEN),
        (False, ANA, ANA),
        (True, ANA, ANA),
    ):
        with database.write() as session:
            epic = session.get_one(Epic, 1)
            epic.restricted, epic.value_stream.owner_user_id = restricted, owner
            act(session, by)
            assert heard(session, ANA) == ([(ANA, kind)] if by == BEN else [])
            session.rollback()


def test_nobody_hears_anything_before_the_portfolio_is_live(database, shop):
    with database.write() as session:
        session.scalars(select(Portfolio)).one().live_at = None
        moves("reviewing")(session, CLEO)
        blocks(session, CLEO)
        assert heard(session, ANA) == []


YES = {"kind": AnswerKind.YES, "theme_none_because": "the law asks for it"}


@pytest.mark.parametrize(
    ("owner", "said", "hears"),
    [
        (ANA, YES, [(ANA, MessageKind.IDEA_ANSWER)]),
        (ELI, YES, [(ANA, MessageKind.IDEA_ANSWER), (ELI, MessageKind.MOVED)]),
        (
            None,
            {**YES, "owner_user_id": ELI},
            [(ANA, MessageKind.IDEA_ANSWER), (ELI, MessageKind.OWNER)],
        ),
        (BEN, YES, [(ANA, MessageKind.IDEA_ANSWER)]),
    ],
)
def test_of_a_yes_each_hears_one_thing(database, shop, owner, said, hears):
    with database.write() as session:
        session.get_one(Epic, 1).owner_user_id = owner
        answer(session, 1, BEN, 1, None, IdeaAnswer(**said), MONDAY)
        assert session.get_one(Epic, 1).state.name == "reviewing"
        assert heard(session, ANA, BEN, ELI) == hears


@pytest.mark.parametrize(("by", "hears"), [(ANA, []), (CLEO, [(ANA, MessageKind.MOVED)])])
def test_of_a_yes_that_takes_effect_an_owner_hears_who_did_not_bring_it_about(
    database, shop, by, hears
):
    with database.write() as session:
        epic = session.get_one(Epic, 1)
        epic.portfolio.state("funnel").exit_requires = ["theme"]
        answer(session, 1, BEN, 1, None, IdeaAnswer(kind=AnswerKind.YES), MONDAY)
        before = heard(session, ANA)
        edit(session, 1, by, 1, {"theme": "1"}, {"theme": None}, MONDAY)
        assert session.get_one(Epic, 1).state.name == "reviewing"
        assert heard(session, ANA) == before + hears
