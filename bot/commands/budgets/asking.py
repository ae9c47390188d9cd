"""Questions about a request to move money, in its thread."""

from sqlalchemy.orm import Session

from bot.commands.routes import routes
from bot.slack.answers import Answer
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.views.budgets.actions import AnswerShiftQuestion, AskAboutShift
from bot.views.budgets.request import question_put
from bot.views.decisions.thread import question_lead
from bot.workflows.budgets.shifts import asking
from models.decisions.thread import AnswerForm, QuestionForm


@routes.opens
def ask_about(call: Call, session: Session, it: AskAboutShift) -> Open:
    """Ask what someone wants to know."""
    asking.askable(call.act(session), it.shift)
    return Open(QuestionForm, "Ask a question", it, submit="Ask")


@routes.saves
def put_question(call: Call, session: Session, form: QuestionForm, about: AskAboutShift) -> Answer:
    """Have it stand in the thread until someone answers."""
    return question_put(asking.QUESTIONS.ask(call.act(session), about.shift, form))


@routes.opens
def ask_answer(call: Call, session: Session, it: AnswerShiftQuestion) -> Open:
    """Ask for the answer."""
    question = asking.QUESTIONS.answerable(call.act(session), it.id)
    lead = question_lead(question)
    return Open(AnswerForm, "Answer", AnswerShiftQuestion.of(question), held=question, lead=lead)


@routes.saves
def answer(call: Call, session: Session, form: AnswerForm, about: AnswerShiftQuestion) -> None:
    """Answer for all who read the request."""
    asking.QUESTIONS.answer(call.act(session), about.id, about.version, form)
