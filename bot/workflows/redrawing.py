"""Having Slack show the present state wherever it may show an older one."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Select,
    bindparam,
    func,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from models.board.confirmation import FactCheck
from models.board.digest import WEEK, Digest, Subscription
from models.board.home import Home
from models.epics.epic import Epic
from models.message import DIGEST_KINDS, PEOPLE, Message, MessageKind, home_key, message_key
from models.people.handover import Departure
from models.people.member import Member
from models.work import put

LOOKED_AT_FOR = timedelta(minutes=5)
"""How long after a look an App Home is still kept up to date."""


WORKSPACE: BindParameter[int] = bindparam("workspace_id")
LAST_WEEK: BindParameter[datetime] = bindparam("a_week_before")
CARDS = select(Message.id, Message.channel_id).where(
    Message.workspace_id == WORKSPACE,
    Message.kind == MessageKind.EPIC_CARD,
    Message.subject_id.in_(bindparam("epic_ids", expanding=True)),
)
QUESTIONS = select(Message.id, Message.channel_id).where(
    Message.workspace_id == WORKSPACE,
    Message.kind == MessageKind.FACT_CHECK,
    Message.subject_id.in_(
        select(FactCheck.id).where(
            FactCheck.workspace_id == WORKSPACE,
            FactCheck.user_id.in_(bindparam("owners", expanding=True)),
            FactCheck.at > LAST_WEEK,
        )
    ),
)
"""This week's questions to the owners of the epics."""


def digests_of(portfolio_ids: Any) -> Select[int, str]:
    """The newest digest of each channel that tells of the portfolios, with its replies."""
    newest = (
        select(func.max(Digest.id))
        .join(Digest.subscription)
        .where(Subscription.portfolio_id.in_(portfolio_ids), Digest.at > LAST_WEEK)
        .group_by(Digest.channel_id)
    )
    return select(Message.id, Message.channel_id).where(
        Message.workspace_id == WORKSPACE,
        Message.kind.in_(DIGEST_KINDS),
        Message.subject_id.in_(newest),
    )


DIGESTS = digests_of(bindparam("portfolio_ids", expanding=True))
HOMES = select(Home.id, null()).where(
    Home.workspace_id == WORKSPACE, Home.opened_at >= bindparam("looked_at")
)
MESSAGES: CompoundSelect[int, str] = union_all(CARDS, QUESTIONS, DIGESTS)
SHOWN: CompoundSelect[int, str] = union_all(CARDS, QUESTIONS, DIGESTS, HOMES)
"""Built once, because every click asks them: what is shown, and the lane it is drawn in; a Home
has a lane of its own."""


def redraw_facts(
    session: Session,
    epic: Epic,
    at: datetime,
    others: Sequence[int] = (),
    *,
    in_digests: bool = True,
) -> None:
    """Put the drawing of everything that shows the epic: cards, Homes, questions and digests.

    Of the others only their cards.
    """
    digests = [epic.portfolio_id] if in_digests else []
    _redraw(
        session,
        SHOWN,
        epic.workspace_id,
        at,
        epic_ids=[epic.id, *others],
        owners=[epic.owner_user_id],
        portfolio_ids=digests,
    )


def redraw_epic(session: Session, epic: Epic, at: datetime, others: Sequence[int] = ()) -> None:
    """Put the drawing of each card of the epic and the others, and of Homes someone looks at."""
    _redraw(session, SHOWN, epic.workspace_id, at, epic_ids=[epic.id, *others])


def redraw_questions(
    session: Session, epics: Sequence[Epic], at: datetime, *, in_digests: bool = True
) -> None:
    """Put the drawing of the questions about the epics: what is answered is no longer asked.

    Those are this week's bundles to their owners, and the newest digest of each channel.
    """
    owners = {epic.owner_user_id for epic in epics}
    digests = {epic.portfolio_id for epic in epics} if in_digests else ()
    for workspace_id in {epic.workspace_id for epic in epics}:
        _redraw(session, MESSAGES, workspace_id, at, owners=owners, portfolio_ids=digests)


def redraw_digests(session: Session, workspace_id: int, portfolio_id: int, at: datetime) -> None:
    """Put the drawing of the newest digests of a portfolio: what they ask for has changed."""
    _redraw(session, MESSAGES, workspace_id, at, portfolio_ids=[portfolio_id])


def redraw_homes(session: Session, workspace_id: int, at: datetime) -> None:
    """Put the drawing of the Homes that someone looks at: what they are drawn from has changed."""
    _redraw(session, SHOWN, workspace_id, at)


def _redraw(
    session: Session,
    shown: CompoundSelect[int, str],
    workspace_id: int,
    at: datetime,
    *,
    epic_ids: Collection[int] = (),
    owners: Collection[str | None] = (),
    portfolio_ids: Collection[int] = (),
) -> None:
    session.flush()
    asked = {
        "workspace_id": workspace_id,
        "epic_ids": list(epic_ids),
        "owners": list(owners),
        "portfolio_ids": list(portfolio_ids),
        "a_week_before": at - WEEK,
        "looked_at": at - LOOKED_AT_FOR,
    }
    for each, lane in session.connection().execute(shown, asked).all():
        key = home_key(each) if lane is None else message_key(each)
        put(session, workspace_id, key, at, lane=lane or key)


def redraw_cards(
    session: Session, workspace_id: int, epic_ids: Select[int] | Sequence[int], at: datetime
) -> None:
    """Put the drawing of the cards of many epics."""
    redraw_about(session, workspace_id, [MessageKind.EPIC_CARD], epic_ids, at)


def redraw_about(
    session: Session,
    workspace_id: int,
    kinds: Collection[MessageKind],
    subject_ids: Select[int] | Sequence[int],
    at: datetime,
    *,
    people: Collection[str] | None = None,
) -> None:
    """Put the drawing of the messages of those kinds about those subjects.

    With people only of those that were sent to one of them.
    """
    session.flush()
    theirs = true() if people is None else Message.user_id.in_(people)
    messages = session.execute(
        select(Message.id, Message.channel_id).where(
            Message.workspace_id == workspace_id,
            Message.kind.in_(kinds),
            Message.subject_id.in_(subject_ids),
            theirs,
        )
    )
    for each, lane in messages.all():
        put(session, workspace_id, message_key(each), at, lane=lane)


def redraw_message(session: Session, message: Message, at: datetime) -> None:
    """Put the drawing of one message, in the lane of its channel."""
    put(session, message.workspace_id, message.work_key, at, lane=message.channel_id)


def post(
    session: Session,
    workspace_id: int,
    kind: MessageKind,
    subject_id: int,
    channel_id: str,
    at: datetime,
    *,
    thread_ts: str | None = None,
) -> Message:
    """Put a message of the kind about its subject into a channel, or to a person by their id."""
    message = Message(
        workspace_id=workspace_id,
        channel_id=channel_id,
        user_id=channel_id if channel_id.startswith(PEOPLE) else None,
        thread_ts=thread_ts,
        kind=kind,
        subject_id=subject_id,
    )
    session.add(message)
    session.flush()
    redraw_message(session, message, at)
    return message


def notify(
    session: Session,
    workspace_id: int,
    kind: MessageKind,
    subject_id: int,
    people: Sequence[str | None],
    actor: str | None,
    at: datetime,
) -> None:
    """Put a direct message to each of the people, without who did it, who left and guests."""
    others = [each for each in dict.fromkeys(people) if each is not None and each != actor]
    for user_id in _reached(session, workspace_id, others):
        post(session, workspace_id, kind, subject_id, user_id, at)


def _reached(session: Session, workspace_id: int, people: Sequence[str]) -> Sequence[str]:
    if not people:
        return []
    left = select(Departure.user_id).where(
        Departure.workspace_id == workspace_id,
        Departure.user_id.in_(people),
        Departure.returned_at.is_(None),
    )
    guests = select(Member.user_id).where(
        Member.workspace_id == workspace_id, Member.user_id.in_(people), Member.is_guest.is_(True)
    )
    unreached = set(session.scalars(union_all(left, guests)))
    return [each for each in people if each not in unreached]
