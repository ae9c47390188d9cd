"""Asking in the thread of something that is decided, by name, until someone answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from bot.workflows.decisions.beside import put_in_thread
from bot.workflows.keeping import LOCK, Act
from bot.workflows.redrawing import redraw_about
from models.decisions.thread import AnswerForm, OpenQuestion, QuestionForm
from models.errors import check_as_seen, there
from models.message import MessageKind

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
