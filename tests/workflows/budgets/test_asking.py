"""Questions about a request to move money: who hears of them, and until when they are answered."""

import pytest
from sqlalchemy import delete, select

from bot.views.budgets import request
from bot.workflows.budgets import shifting
from bot.workflows.budgets.shifts import asking
from bot.workflows.keeping import Act
from models.budgets.shift import AlreadyEnded, ClosedAt, ShiftQuestion
from models.decisions.thread import AnswerForm, QuestionForm
from models.message import SHIFT_QUESTION_KINDS, Message, MessageKind
from models.work import Work
from tests.views.reading import shown
from tests.workflows.budgets.a_year import CLEO, ELI, FAY, K, a_year
from tests.workflows.builders import MONDAY
from tests.workflows.meanwhile import meanwhile


@pytest.fixture
def year(database):
    return a_year(database)


def question(year, who, shift, at=MONDAY):
    return year.do(who, asking.QUESTIONS.ask, shift.id, QuestionForm(words="Why now?"), at=at)


def messages_of(session, put):
    """The question in the thread, and to people alone."""
    here = Message.kind.in_(SHIFT_QUESTION_KINDS), Message.subject_id == put.id
    return session.scalars(select(Message).where(*here).order_by(Message.id)).all()


def redraws(year, put, deed, *arguments):
    """Whether all of them are drawn again by what is done."""
    with year.database.write() as session:
        session.execute(delete(Work))
    deed(*arguments)
    with year.database.read() as session:
        due = set(session.scalars(select(Work.key)))
        return {each.work_key for each in messages_of(session, put)} <= due


def test_a_question_goes_to_who_asked_for_the_money_and_its_answer_to_who_put_it(year):
    put = question(year, FAY, year.ask(ELI, 80 * K))
    with year.database.read() as session:
        kind = MessageKind.SHIFT_QUESTION_DM
        told = [each.channel_id for each in messages_of(session, put) if each.kind is kind]
    assert told == [ELI, FAY]
    form = AnswerForm(answer="The contract ends in June")
    assert redraws(year, put, year.do, ELI, asking.QUESTIONS.answer, put.id, put.version, form)


def is_answerable(year, put):
    with year.database.read() as session:
        put = session.get_one(ShiftQuestion, put.id)
        return "Answer" in " ".join(shown(request.question_in_thread(session, put, MONDAY)))


def test_a_request_that_ended_is_asked_about_no_more_and_nobody_answers_what_was(year):
    shift = year.ask(ELI, 80 * K)
    put = question(year, CLEO, shift)
    assert is_answerable(year, put)
    assert redraws(year, put, year.take_back, ELI, shift)
    assert not is_answerable(year, put)
    form = AnswerForm(answer="The contract ends in June")
    with pytest.raises(AlreadyEnded):
        year.do(ELI, asking.QUESTIONS.answer, put.id, put.version, form)
    with pytest.raises(AlreadyEnded):
        question(year, CLEO, shift)
    late = year.ask(ELI, 10 * K)
    with pytest.raises(ClosedAt):
        question(year, CLEO, late, late.lapses_at)


@pytest.mark.only_on("postgresql")
def test_what_is_asked_about_a_request_waits_for_what_ends_it(year):
    shift = year.ask(ELI, 80 * K)

    def ends(session):
        shifting.take_back(Act(session, year.workspace_id, ELI, MONDAY), shift.id)

    def asks(session):
        act = Act(session, year.workspace_id, CLEO, MONDAY)
        asking.QUESTIONS.ask(act, shift.id, QuestionForm(words="Why now?"))

    assert type(meanwhile(year.database, ends, asks)) is AlreadyEnded
