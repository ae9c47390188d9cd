"""Answering an idea: by the form its card opens, and by typing."""

from sqlalchemy.orm import Session

from bot.commands.epics.opening import epic_of
from bot.commands.routes import routes, show
from bot.slack.answers import Answer
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.views.epics import idea_answer
from bot.views.epics.buttons import AnswerIdea, ReplyToQuestion
from bot.workflows.epics import answering, finding
from models.epics.answer import IdeaAnswer, ReplyForm


@routes.opens
def ask_answer(call: Call, session: Session, it: AnswerIdea) -> Open:
    epic = epic_of(session, call, it.id)
    answering.check_may_answer(session, call.actor, epic)
    return idea_answer.answer_form(epic, finding.choices(session, epic.portfolio).themes)


@routes.saves
def answer(call: Call, session: Session, form: IdeaAnswer, about: AnswerIdea) -> Answer:
    done = answering.answer(session, *call.who, about.id, about.version, form, call.at)
    return idea_answer.answered(done.epic, done.answer, done.missing)


def answer_typed(call: Call, key: str, words: str) -> None:
    """Keep the answer that was typed; without one, open the form."""
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
    if not words:
        show(call, AnswerIdea.of(epic), f"/epic answer {epic.key}")
        return
    said = IdeaAnswer.typed(epic.key, words)
    with call.write() as session:
        who = session, call.workspace_id, call.actor, epic.id
        if call.came_before(session):
            done = answering.answered_before(*who)
        else:
            done = answering.answer(*who, None, said, call.at)
        answer = idea_answer.answered(done.epic, done.answer, done.missing)
    call.reply(answer)


@routes.opens
def ask_reply(call: Call, session: Session, it: ReplyToQuestion) -> Open:
    """Ask for a reply to the question about an idea, which stands above it."""
    question = answering.question_of(call.act(session), it.epic)
    epic = epic_of(session, call, it.epic)
    lead = idea_answer.heard_of(epic, question)
    return Open(ReplyForm, f"Reply about {epic.key}", it, lead=lead, submit="Reply")


@routes.saves
def reply(call: Call, session: Session, form: ReplyForm, about: ReplyToQuestion) -> Answer:
    given = answering.reply(call.act(session), about.epic, form)
    return idea_answer.replied(epic_of(session, call, about.epic), given)
