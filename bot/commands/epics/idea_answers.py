"""Answering an idea: by the form its card opens, and by typing."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot.commands.epics.opening import epic_of, open_form
from bot.commands.routes import routes
from bot.slack.answers import Answer
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import EpicVersion, OldButton, whole
from bot.views.epics import idea_answer
from bot.views.epics.buttons import ReplyToQuestion
from bot.workflows.epics import answering, finding
from models.epics.answer import ANSWERS, AnswerKind, IdeaAnswer, ReplyForm
from models.epics.proposal import NONE
from models.errors import FieldMistakes


def open_answer(call: Call, epic_id: int) -> None:
    """Open the form, for who owes the idea its answer."""
    with call.database.read() as session:
        epic = epic_of(session, call, epic_id)
        answering.check_may_answer(session, call.actor, epic)
        themes = finding.choices(session, epic.portfolio).themes
        view = idea_answer.answer_form(epic, themes, call.channel_id)
    open_form(call, view)


def answer_by_form(call: Call) -> None:
    """Keep the answer as the form says it."""
    memory = EpicVersion.read(call.view["private_metadata"])
    said = _said(answers_of(call.view))
    if said.owner_user_id is not None and (why := call.unfit([said.owner_user_id])):
        raise FieldMistakes({idea_answer.OWNER: why})
    with call.write() as session:
        done = answering.answer(
            session, call.workspace_id, call.actor, memory.epic, memory.version, said, call.at
        )
        told = idea_answer.answered(done.epic, done.answer, done.missing)
    call.ack(response_action="clear")
    call.tell(told, memory.channel)


def answer_typed(call: Call, key: str, words: str) -> None:
    """Keep the answer that was typed; without one, open the form."""
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
    if not words:
        open_answer(call, epic.id)
        return
    said = IdeaAnswer.read(epic.key, words)
    with call.write() as session:
        who = session, call.workspace_id, call.actor, epic.id
        if call.came_before(session):
            done = answering.answered_before(*who)
        else:
            done = answering.answer(*who, None, said, call.at)
        told = idea_answer.answered(done.epic, done.answer, done.missing)
    call.reply(told)


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


def _said(typed: Mapping[str, str | None]) -> IdeaAnswer:
    kind, theme = typed.get(idea_answer.KIND), typed.get(idea_answer.THEME)
    if kind is None:
        raise FieldMistakes({idea_answer.KIND: "Choose one of the three."})
    if kind not in ANSWERS or not (theme in (None, NONE) or theme.isdigit()):
        raise OldButton
    because = (typed.get(idea_answer.REASON) or "").strip() or None
    if theme == NONE and because is None and kind == AnswerKind.YES:
        raise FieldMistakes({idea_answer.REASON: "Say why it has no theme, in a few words."})
    return IdeaAnswer(
        kind=AnswerKind(kind),
        words=(typed.get(idea_answer.WORDS) or "").strip() or None,
        theme_id=whole(theme) if theme not in (None, NONE) else None,
        theme_none_because=because,
        owner_user_id=typed.get(idea_answer.OWNER),
    )
