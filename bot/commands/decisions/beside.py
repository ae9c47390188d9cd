"""Beside a ballot: questions and answers, changing it, withdrawing it, and breaking a tie."""

from sqlalchemy.orm import Session

from bot.commands.routes import routes
from bot.slack.answers import Answer
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.views.decisions import deciding, thread
from bot.views.decisions.actions import (
    AnswerQuestion,
    AskAgain,
    AskOnBallot,
    BreakTie,
    ChangeWords,
    TakeBackPlanned,
    Withdraw,
)
from bot.workflows.decisions import changing, speaking
from models.decisions.days import last_close, usual_close
from models.decisions.decision import Decision
from models.decisions.form import DecideForm, WithdrawForm, WordsForm
from models.decisions.question import Question, Subject
from models.decisions.thread import AnswerForm, QuestionForm
from models.form import Facts


@routes.opens
def ask_question(call: Call, session: Session, it: AskOnBallot) -> Open:
    """Ask what someone wants to know."""
    speaking.askable(call.act(session), it.decision)
    return Open(QuestionForm, "Ask a question", it, submit="Ask")


@routes.saves
def put_question(
    call: Call, session: Session, form: QuestionForm, about: AskOnBallot
) -> Answer | None:
    """Have it stand in the thread until someone answers."""
    question = speaking.QUESTIONS.ask(call.act(session), about.decision, form)
    return thread.said("asked", session.get_one(Decision, question.decision_id))


@routes.opens
def ask_answer(call: Call, session: Session, it: AnswerQuestion) -> Open:
    """Ask for the answer."""
    question = speaking.QUESTIONS.answerable(call.act(session), it.id)
    lead = thread.question_lead(question)
    return Open(AnswerForm, "Answer", AnswerQuestion.of(question), held=question, lead=lead)


@routes.saves
def answer(call: Call, session: Session, form: AnswerForm, about: AnswerQuestion) -> None:
    """Answer for all who read the ballot."""
    speaking.QUESTIONS.answer(call.act(session), about.id, about.version, form)


@routes.opens
def ask_words(call: Call, session: Session, it: ChangeWords | AskAgain) -> Open:
    """Ask how it is to read; after the first vote, until when everyone is asked again."""
    decision = changing.changeable(call.act(session), it.id)
    asks_anew = isinstance(it, AskAgain)
    held = {
        "asks": decision.asks,
        "recommended": decision.recommended,
        "because": decision.because,
        "closes_on": usual_close(decision.portfolio, call.at) if asks_anew else None,
    }
    title = "Change and ask again" if asks_anew else "Change the words"
    return Open(
        WordsForm,
        title,
        type(it).of(decision),
        held=held,
        facts=_facts(call, decision, asks_anew=asks_anew),
        submit="Ask everyone again" if asks_anew else "Save",
    )


@routes.saves
def change_words(call: Call, session: Session, form: WordsForm, about: ChangeWords) -> Answer:
    """Say it otherwise, as long as nobody has voted."""
    decision = changing.change_words(call.act(session), about.id, about.version, form)
    return thread.said("words_changed", decision)


@routes.saves
def ask_again(call: Call, session: Session, form: WordsForm, about: AskAgain) -> Answer:
    """Close it as replaced, and ask everyone again."""
    again = changing.ask_again(call.act(session), about.id, about.version, form)
    return thread.said("asks_anew", again)


@routes.opens
def ask_withdrawing(call: Call, session: Session, it: Withdraw) -> Open:
    """Ask why."""
    decision = changing.changeable(call.act(session), it.id)
    return Open(WithdrawForm, "Withdraw", Withdraw.of(decision), submit="Withdraw")


@routes.saves
def withdraw(call: Call, session: Session, form: WithdrawForm, about: Withdraw) -> Answer:
    """Ask it no longer."""
    decision = changing.withdraw(call.act(session), about.id, about.version, form)
    return thread.said("withdrawn", decision)


@routes.does
def take_back_planned(call: Call, session: Session, it: TakeBackPlanned) -> Answer:
    """Have nobody asked what was planned."""
    return deciding.taken_back(changing.take_back(call.act(session), it.planned))


@routes.opens
def ask_tie(call: Call, session: Session, it: BreakTie) -> Open:
    """Ask the tie-breaker which of the equals it is."""
    decision = changing.tied(call.act(session), it.decision)
    options = [(label, value) for value, label in decision.offered.items()]
    facts = {"options": options, "currency": decision.case.currency}
    return Open(DecideForm, "Break the tie", it, facts=facts, submit="Decide")


@routes.saves
def break_tie(call: Call, session: Session, form: DecideForm, about: BreakTie) -> Answer:
    """Decide between them."""
    return thread.said("tie", changing.break_tie(call.act(session), about.decision, form))


def _facts(call: Call, decision: Decision, *, asks_anew: bool) -> Facts:
    return {
        "today": decision.portfolio.day_of(call.at),
        "last": last_close(decision.portfolio, call.at),
        "options": [(each.label, each.value) for each in decision.options],
        "asks_anew": asks_anew,
        "free": decision.question is Question.FREE and decision.subject is Subject.EPIC,
    }
