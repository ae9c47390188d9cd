"""Answering ideas, blocking and stopping."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.workflows.board.card import NextStep, card
from bot.workflows.epics import finding
from bot.workflows.epics.answering import answer
from bot.workflows.epics.blocking import block, unblock
from bot.workflows.epics.editing import edit
from bot.workflows.epics.moving import move
from bot.workflows.epics.stopping import stop
from bot.workflows.keeping import Act
from bot.workflows.people.workspaces import grant_admin
from bot.workflows.themes.keeping import THEMES
from models.board.confirmation import Confirmation
from models.epics.answer import Answer, AnswerKind, IdeaAnswer
from models.epics.blocking import Blocking
from models.epics.epic import Epic, Transition
from models.epics.proposal import NONE
from models.errors import FieldMistakes, MovedMeanwhile
from models.message import Message, MessageKind
from models.people.role import NotAllowed
from models.portfolio.policy import USUAL
from models.portfolio.portfolio import Portfolio, ValueStream, WipLimit
from models.themes.theme import Theme
from models.work import Work
from tests.workflows.builders import ANA, BEN, MONDAY, ONBOARDING, PAYMENTS, a_portfolio, an_epic

CLEO = "U0CLE"
YES = IdeaAnswer(kind=AnswerKind.YES, theme_none_because="the law asks for it")


@pytest.fixture
def shop(database):
    """Payments of Ben and Onboarding, live, with a theme; the funnel asks what it usually does."""
    workspace_id, portfolio_id = a_portfolio(database, PAYMENTS, ONBOARDING)
    with database.write() as session:
        session.add(Theme(workspace_id=workspace_id, portfolio_id=portfolio_id, name="Less paper"))
        funnel = session.get_one(Portfolio, portfolio_id).state("funnel")
        funnel.exit_requires = [each.value for each in USUAL["funnel"]]
    return workspace_id


@pytest.fixture
def idea(database, shop):
    """Ana's idea in the funnel of Payments: its id."""
    with database.write() as session:
        stream = session.scalars(select(ValueStream).where(ValueStream.key_prefix == "PAY")).one()
        return an_epic(session, shop, stream.id).id


def says(database, shop, epic_id, said, *, by=BEN, version=None, at=MONDAY):
    with database.write() as session:
        return answer(session, shop, by, epic_id, version, said, at)


def messages(database, kind):
    with database.read() as session:
        return list(session.scalars(select(Message).where(Message.kind == kind)))


def goes(database, shop, epic_id, to, *, days=0):
    with database.write() as session:
        epic = session.get_one(Epic, epic_id)
        state = epic.portfolio.state(to)
        at = MONDAY + timedelta(days=days)
        move(session, shop, BEN, epic_id, state.id, None, "so", at, override=True)


def shown(database, epic_id, *, days=0):
    with database.read() as session:
        epic = finding.epic_by_id(
            session, session.get_one(Epic, epic_id).workspace_id, epic_id, BEN
        )
        return card(session, epic, MONDAY + timedelta(days=days))


# Answering


def test_a_yes_takes_effect_by_itself_once_what_was_missing_is_there(database, shop, idea):
    yes = IdeaAnswer(kind=AnswerKind.YES, words="Good")
    done = says(database, shop, idea, yes)
    assert done.missing == ["1 answer open before the review: a theme or why there is none"]
    assert shown(database, idea).next is NextStep.FILL
    later = MONDAY + timedelta(hours=1)

    def says_more(**texts):
        with database.write() as session:
            return edit(session, shop, ANA, idea, texts, dict.fromkeys(texts), later)[0]

    assert says_more(for_whom="Buyers").state.name == "funnel"
    why = "the law asks for it"
    assert says_more(theme=NONE, theme_none_because=why).state.name == "reviewing"
    with database.read() as session:
        last = session.scalars(select(Transition).order_by(Transition.id.desc())).first()
        assert (last.actor_user_id, last.at, last.reason) == (BEN, later, "Good")
        assert session.get_one(Epic, idea).theme_none_because == "the law asks for it"


def test_a_yes_takes_effect_once_the_last_theme_is_closed(database, shop, idea):
    done = says(database, shop, idea, IdeaAnswer(kind=AnswerKind.YES, words="Good"))
    assert done.epic.state.name == "funnel"
    later = MONDAY + timedelta(hours=1)
    with database.write() as session:
        grant_admin(session, shop, ANA, None, MONDAY)
        theme = session.scalars(select(Theme)).one()
        THEMES.close(Act(session, shop, ANA, later), theme.id, theme.version)
    with database.read() as session:
        last = session.scalars(select(Transition).order_by(Transition.id.desc())).first()
        assert (last.to_state.name, last.actor_user_id, last.at) == ("reviewing", BEN, later)


def test_a_yes_moves_the_idea_on_when_its_policy_holds(database, shop, idea):
    done = says(database, shop, idea, YES)
    assert (done.missing, done.epic.state.name) == ((), "reviewing")
    with database.read() as session:
        epic = session.get_one(Epic, idea)
        assert (epic.answered_at, epic.accepted_at) == (MONDAY, MONDAY)
        assert epic.theme_none_because == "the law asks for it"
        assert session.scalars(select(Answer)).one().kind is AnswerKind.YES


@pytest.mark.parametrize("closed_at", [None, MONDAY])
def test_a_yes_asks_for_a_theme_only_where_the_portfolio_has_one(database, shop, idea, closed_at):
    with database.write() as session:
        session.scalars(select(Theme)).one().closed_at = closed_at
    done = says(database, shop, idea, IdeaAnswer(kind=AnswerKind.YES))
    assert done.epic.state.name == ("funnel" if closed_at is None else "reviewing")


def test_a_yes_into_a_full_place_is_kept_and_says_what_opens_one(database, shop, idea):
    with database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        here = {"workspace_id": shop, "portfolio_id": portfolio.id}
        session.add(WipLimit(**here, value_stream_id=None, most=0))
    done = says(database, shop, idea, YES)
    assert done.missing == [
        "Shop has 0 of 0 in flight; a place opens when one of them is done or stopped"
    ]
    assert shown(database, idea).next is NextStep.PLACE


@pytest.mark.parametrize("kind", [AnswerKind.NOT_NOW, AnswerKind.QUESTION])
def test_not_now_and_a_question_end_the_waiting_and_leave_it_where_it_is(
    database, shop, idea, kind
):
    says(database, shop, idea, IdeaAnswer(kind=kind, words="the contract ends in June"))
    with database.read() as session:
        epic = session.get_one(Epic, idea)
        assert (epic.state.name, epic.answered_at, epic.accepted_at) == ("funnel", MONDAY, None)
    steps = {AnswerKind.NOT_NOW: NextStep.ANSWER, AnswerKind.QUESTION: NextStep.REPLY}
    assert shown(database, idea).next is steps[kind]
    assert says(database, shop, idea, YES).epic.state.name == "reviewing"


def test_the_proposer_hears_every_answer_privately_unless_it_is_their_own(database, shop, idea):
    says(database, shop, idea, IdeaAnswer(kind=AnswerKind.QUESTION, words="Which?"))
    says(database, shop, idea, YES)
    told = messages(database, MessageKind.IDEA_ANSWER)
    assert [message.channel_id for message in told] == [ANA, ANA]
    with database.read() as session:
        works = set(session.scalars(select(Work.key)))
        assert {message.work_key for message in told} <= works


def test_who_owns_the_stream_and_the_idea_tells_nobody(database, shop, idea):
    with database.write() as session:
        session.get_one(Epic, idea).proposed_by = BEN
    says(database, shop, idea, YES)
    assert messages(database, MessageKind.IDEA_ANSWER) == []


def test_only_the_owner_of_the_stream_answers(database, shop, idea):
    with pytest.raises(NotAllowed, match="Only the owner of Payments or an admin") as refused:
        says(database, shop, idea, YES, by=CLEO)
    assert refused.value.ask == (BEN,)


def test_an_answer_is_given_to_what_is_still_as_it_was_seen(database, shop, idea):
    says(database, shop, idea, IdeaAnswer(kind=AnswerKind.NOT_NOW, words="June"), version=1)
    with pytest.raises(MovedMeanwhile):
        says(database, shop, idea, YES, version=1)


def test_the_theme_that_comes_with_a_yes_is_the_one_as_it_is_now(database, shop, idea):
    with database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        here = {"workspace_id": shop, "portfolio_id": portfolio.id}
        closed, open_ = Theme(**here, name="Old", closed_at=MONDAY), Theme(**here, name="New")
        session.add_all([closed, open_])
    for id_ in (closed.id, 4_711):
        with pytest.raises(FieldMistakes, match="not open any more"):
            says(database, shop, idea, IdeaAnswer(kind=AnswerKind.YES, theme_id=id_))
    with database.read() as session:
        assert session.get_one(Epic, idea).answered_at is None
    done = says(database, shop, idea, IdeaAnswer(kind=AnswerKind.YES, theme_id=open_.id))
    assert (done.epic.theme.name, done.epic.state.name) == ("New", "reviewing")


# Blocking


def test_blocked_says_why_until_someone_says_it_can_go_on(database, shop, idea):
    goes(database, shop, idea, "reviewing")
    with database.write() as session:
        block(session, shop, ANA, idea, "waits for the bank", MONDAY)
    seen = shown(database, idea, days=6)
    assert (seen.next, seen.blocked_days) == (NextStep.UNBLOCK, 6)
    assert seen.epic.blocking.reason == "waits for the bank"
    with database.write() as session:
        unblock(session, shop, BEN, idea, MONDAY + timedelta(days=7))
    with database.read() as session:
        ended = session.scalars(select(Blocking)).one()
        assert (ended.ended_at, ended.ended_by) == (MONDAY + timedelta(days=7), BEN)
    assert shown(database, idea, days=8).epic.blocking is None


# Stopping


def test_only_who_may_stops_blocks_and_unblocks_it_and_stops_it_as_it_was_seen(
    database, shop, idea
):
    with database.write() as session:
        with pytest.raises(NotAllowed, match="can stop this epic"):
            stop(session, shop, CLEO, idea, None, "x", None, MONDAY)
        with pytest.raises(MovedMeanwhile):
            stop(session, shop, BEN, idea, 7, "x", None, MONDAY)
        with pytest.raises(NotAllowed, match="block or unblock this epic"):
            block(session, shop, CLEO, idea, "waits", MONDAY)
        block(session, shop, ANA, idea, "waits", MONDAY)
        with pytest.raises(NotAllowed, match="block or unblock this epic"):
            unblock(session, shop, CLEO, idea, MONDAY)


def test_a_stop_keeps_why_and_what_was_learned_and_thanks_the_owner(database, shop, idea):
    with database.write() as session:
        stop(session, shop, BEN, idea, 1, "too dear", "the bank page is trusted", MONDAY)
    with database.read() as session:
        step = session.scalars(select(Transition).order_by(Transition.id.desc())).first()
        assert (step.reason, step.learned) == ("too dear", "the bank page is trusted")
    [thanks] = messages(database, MessageKind.STOPPED)
    assert (thanks.channel_id, thanks.subject_id) == (ANA, step.id)


# What the card is drawn from


def test_the_line_of_those_who_are_ready_is_told_by_who_came_first(database, shop, idea):
    goes(database, shop, idea, "ready", days=2)
    with database.write() as session:
        stream = session.scalars(select(ValueStream).where(ValueStream.key_prefix == "PAY")).one()
        others = [an_epic(session, shop, stream.id, title).id for title in "AB"]
    goes(database, shop, others[0], "ready", days=1)
    goes(database, shop, others[1], "ready", days=3)
    places = [shown(database, epic).place for epic in (others[0], idea, others[1])]
    assert places == [1, 2, 3]
    with database.write() as session:
        session.get_one(Epic, others[0]).restricted = True
    assert shown(database, idea).place == 1


def test_a_word_that_it_is_still_right_is_news(database, shop, idea):
    goes(database, shop, idea, "ready")
    assert shown(database, idea, days=15).next is NextStep.STALE
    with database.write() as session:
        at = MONDAY + timedelta(days=10)
        session.add(Confirmation(workspace_id=shop, epic_id=idea, user_id=ANA, at=at))
    assert shown(database, idea, days=15).next is NextStep.MOVE


def test_a_move_redraws_the_cards_of_those_who_wait_in_line(database, shop, idea):
    goes(database, shop, idea, "ready")
    with database.write() as session:
        stream = session.scalars(select(ValueStream).where(ValueStream.key_prefix == "PAY")).one()
        first = an_epic(session, shop, stream.id, "A").id
    goes(database, shop, first, "ready", days=-1)
    with database.write() as session:
        for work in session.scalars(select(Work)):
            session.delete(work)
    goes(database, shop, first, "implementing")
    with database.read() as session:
        due = set(session.scalars(select(Work.key)))
    cards = [message.work_key for message in messages(database, MessageKind.EPIC_CARD)]
    assert due == {*cards, messages(database, MessageKind.MOVED)[-1].work_key}
    assert len(cards) == 2
