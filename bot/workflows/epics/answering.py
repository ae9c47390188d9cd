"""Answering ideas: yes, not now, or a question; the proposer hears each, and a yes moves it on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.epics.finding import epic_by_id
from bot.workflows.epics.limits import LOCKED_LIMITS, full_places
from bot.workflows.epics.moving import (
    apply_move,
    locked,
    notify_owner,
    redraw_moved,
    states_of,
    taken,
)
from bot.workflows.keeping import Act
from bot.workflows.permitting import Place, check
from bot.workflows.pointing import hold
from bot.workflows.redrawing import notify, redraw_facts
from bot.workflows.themes.keeping import ends_demand
from models.epics.answer import Answer, AnswerKind, IdeaAnswer, ReplyForm
from models.epics.column import next_column
from models.epics.epic import Epic
from models.epics.listing import found
from models.epics.obstacles import Obstacles
from models.epics.policy import lacks_before
from models.message import MessageKind
from models.people.role import Right
from models.portfolio.portfolio import FIRST_STATE, Portfolio, State
from models.themes.theme import Theme


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was given, and what still keeps the idea from going on after a yes."""

    epic: Epic
    answer: Answer
    missing: Sequence[str] = ()


def check_may_answer(session: Session, actor: str, epic: Epic) -> None:
    """Raise NotAllowed or NotAnIdea where the person cannot answer it."""
    check(session, actor, Right.ANSWER, Place.of_epic(epic))
    epic.check_is_idea()


def answer(
    session: Session,
    workspace_id: int,
    actor: str,
    epic_id: int,
    version: int | None,
    said: IdeaAnswer,
    at: datetime,
) -> Answered:
    """Keep the answer, have its proposer hear it, and after a yes move it on where it can go.

    Who owns it by the yes hears that, and of an idea that goes on whoever owns it.

    Raises FieldMistakes, MovedMeanwhile, NotAllowed, NotAnIdea and UnknownEpic.
    """
    epic = locked(session, workspace_id, actor, epic_id)
    check_may_answer(session, actor, epic)
    epic.check_seen(version)
    theme = hold(session, Theme, [said.theme_id]).get(said.theme_id) if said.theme_id else None
    owner = epic.owner_user_id
    given = epic.answer(said, theme, actor, at)
    session.add(given)
    session.flush()
    _notify(session, epic, given, epic.proposed_by)
    if is_new := epic.owner_user_id not in (owner, epic.proposed_by):
        notify_owner(session, epic, MessageKind.OWNER, epic.id, actor, at)
    if said.kind is AnswerKind.YES:
        hears = not is_new and epic.owner_user_id != epic.proposed_by
        answered = _go_on(session, epic, given, actor, at, owner_hears=hears)
    else:
        redraw_facts(session, epic, at)
        answered = Answered(epic, given)
    return answered


def answered_before(session: Session, workspace_id: int, actor: str, epic_id: int) -> Answered:
    """The epic with the answer it was given. Raises UnknownEpic."""
    epic = locked(session, workspace_id, actor, epic_id)
    given = answer_of(session, epic)
    assert given is not None
    return Answered(epic, given)


def hold_way(session: Session, epic: Epic) -> None:
    """Hold where an idea with a yes goes, before what it lacked is stored."""
    to = next_column(epic) if epic.waits_with_a_yes else None
    if to is not None:
        hold(session, State, [to.state.id])
        asked = {"portfolio_id": epic.portfolio_id, "stream_id": epic.value_stream_id}
        session.scalars(LOCKED_LIMITS, asked).all()


def take_effect(session: Session, epic: Epic, actor: str | None, at: datetime) -> None:
    """Have an idea with a yes move on, in the name of who said it, once nothing is missing.

    Its owner hears it, but of what they gave themselves.
    """
    if not epic.waits_with_a_yes:
        return
    yes = select(Answer).where(Answer.epic_id == epic.id, Answer.kind == AnswerKind.YES)
    given = session.scalars(yes.order_by(Answer.at.desc(), Answer.id.desc())).first()
    if given is not None:
        _go_on(session, epic, given, actor, at)


@ends_demand
def take_effect_without_themes(session: Session, portfolio: Portfolio, at: datetime) -> None:
    """Have the ideas move on that were said yes to and lacked a theme alone."""
    waiting = select(Epic).where(
        Epic.portfolio_id == portfolio.id,
        Epic.state_id == portfolio.state(FIRST_STATE).id,
        Epic.accepted_at.is_not(None),
        Epic.theme_id.is_(None),
        Epic.theme_none_because.is_(None),
    )
    for idea in session.scalars(waiting.order_by(Epic.id)).all():
        hold_way(session, idea)
        if (epic := taken(session, idea.workspace_id, idea.id)) is not None:
            take_effect(session, epic, None, at)


def question_of(act: Act, epic_id: int) -> Answer:
    """The question about an idea, for who replies to it: whoever may change the idea.

    Raises NoQuestion, NotAllowed, NotAnIdea and UnknownEpic.
    """
    return _asked(act, found(epic_by_id(act.session, act.workspace_id, epic_id, act.actor)))


def reply(act: Act, epic_id: int, form: ReplyForm) -> Answer:
    """Reply to the question about an idea; who asked hears it, and the idea waits for them.

    Raises as `question_of` does.
    """
    epic = locked(act.session, act.workspace_id, act.actor, epic_id)
    question = _asked(act, epic)
    given = epic.reply(question, form.words, act.actor, act.at)
    act.session.add(given)
    act.session.flush()
    _notify(act.session, epic, given, question.by_user_id)
    redraw_facts(act.session, epic, act.at)
    return given


def _asked(act: Act, epic: Epic) -> Answer:
    check(act.session, act.actor, Right.EDIT, Place.of_epic(epic))
    return epic.check_is_asked(answer_of(act.session, epic))


def answer_of(session: Session, epic: Epic) -> Answer | None:
    """The last answer to the idea."""
    return session.scalars(
        select(Answer).where(Answer.epic_id == epic.id).order_by(Answer.at.desc(), Answer.id.desc())
    ).first()


def _go_on(
    session: Session,
    epic: Epic,
    given: Answer,
    actor: str | None,
    at: datetime,
    *,
    owner_hears: bool = True,
) -> Answered:
    """Move it to the next column, unless something is still missing."""
    states, limited = states_of(session, epic.portfolio_id)
    to = next_column(epic)
    if to is None:
        return Answered(epic, given)
    hold(session, State, [to.state.id])
    obstacles = Obstacles(
        lacks_before(epic, states.values(), to.state, at, scales=to.scales),
        full_places(session, epic, to, states, epic.value_stream, lock=True) if limited else [],
    )
    if missing := obstacles.phrases(to):
        redraw_facts(session, epic, at)
        return Answered(epic, given, missing)
    moved = apply_move(session, epic, to, given.by_user_id, given.words, at)
    redraw_moved(session, epic, moved, states, at)
    if owner_hears and epic.owner_user_id != given.by_user_id:
        notify_owner(session, epic, MessageKind.MOVED, moved.transition.id, actor, at)
    return Answered(epic, given)


def _notify(session: Session, epic: Epic, given: Answer, who: str | None) -> None:
    """Put the private word to them, unless it is their own, or nothing is said yet."""
    if not epic.portfolio.is_silent(given.at):
        heard, by = MessageKind.IDEA_ANSWER, given.by_user_id
        notify(session, epic.workspace_id, heard, given.id, [who], by, given.at)
