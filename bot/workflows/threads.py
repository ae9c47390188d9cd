"""Threads: what stands beneath a message, and asking in one by name until someone answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.workflows.keeping import LOCK, Act
from bot.workflows.redrawing import post, redraw_about
from models.decisions.thread import AnswerForm, OpenQuestion, QuestionForm
from models.errors import check_as_seen, there
from models.message import Message, MessageKind

CHANNELS = ("C", "G")
"""What the ids of channels begin with, and those of people do not."""

Noun = TypeVar("Noun")
Question = TypeVar("Question", bound=OpenQuestion)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread(Generic[Noun, Question]):
    """The questions about nouns of one kind, and their answers."""

    question: type[Question]
    about: str
    """The question's column that says what it is about."""
    command: str
    kinds: tuple[MessageKind, MessageKind]
    """What a question is in the thread, and to people alone."""
    askable: Callable[..., Noun]
    """What is open, by the act and its id, for who may ask about it; `lock` keeps it as it is."""
    head: Callable[[Noun], tuple[MessageKind, int] | None]
    """The message it stands beneath; None where no channel shows it."""
    people: Callable[[Act, Noun], Sequence[str]]
    """Who is asked alone."""
    redraw: Callable[[Session, Noun, datetime], None]
    more: Callable[[Noun], Mapping[str, Any]] = lambda noun: {}
    """What else the question keeps of it."""

    def ask(self, act: Act, id_: int, form: QuestionForm) -> Question:
        """Ask something about it. Raises what `askable` does."""
        noun = self.askable(act, id_, lock=True)
        make: Any = self.question
        question: Any = make(
            workspace_id=act.workspace_id,
            asked_by=act.actor,
            words=form.words,
            asked_at=act.at,
            version=1,
            **{self.about: id_, **self.more(noun)},
        )
        act.session.add(question)
        act.session.flush()
        beneath, people = self.head(noun), self.people(act, noun)
        who = act.session, act.workspace_id
        put_in_thread(*who, beneath, self.kinds, question.id, act.at, people)
        self.redraw(act.session, noun, act.at)
        return question  # type: ignore[no-any-return]

    def answerable(self, act: Act, question_id: int) -> Question:
        """One that the person may answer. Raises Gone and what `askable` does."""
        question = there(act.session.get(self.question, question_id), self.command)
        self.askable(act, getattr(question, self.about))
        return question

    def answer(self, act: Act, question_id: int, version: int, form: AnswerForm) -> Question:
        """Answer it, for all who read the thread. Raises ChangedSince as well."""
        session = act.session
        asked = there(session.get(self.question, question_id), self.command)
        noun = self.askable(act, getattr(asked, self.about), lock=True)
        question = session.get_one(
            self.question, question_id, with_for_update=LOCK, populate_existing=True
        )
        check_as_seen("this question", version, question.version)
        question.give(form.answer, act.actor, act.at)
        session.flush()
        redraw_about(session, act.workspace_id, self.kinds, [question_id], act.at)
        self.redraw(session, noun, act.at)
        return question


def put_in_thread(
    session: Session,
    workspace_id: int,
    head: tuple[MessageKind, int] | None,
    kinds: tuple[MessageKind, MessageKind],
    subject_id: int,
    at: datetime,
    people: Iterable[str] = (),
) -> None:
    """Put a message beneath the newest one of the head's kind and subject that is in a channel,
    and to the people alone, each of its kind; without a head to them alone.
    """
    in_channel, private = kinds
    above = _newest_in_channel(session, workspace_id, *head) if head is not None else None
    if above is not None:
        where = (in_channel, subject_id, above.channel_id, at)
        post(session, workspace_id, *where, thread_ts=above.ts)
    for user_id in dict.fromkeys(people):
        post(session, workspace_id, private, subject_id, user_id, at)


def _newest_in_channel(
    session: Session, workspace_id: int, kind: MessageKind, subject_id: int
) -> Message | None:
    shown = select(Message).where(
        Message.workspace_id == workspace_id,
        Message.kind == kind,
        Message.subject_id == subject_id,
        or_(*(Message.channel_id.startswith(letter) for letter in CHANNELS)),
    )
    return session.scalars(shown.order_by(Message.id.desc()).limit(1)).first()
