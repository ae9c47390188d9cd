"""Having Slack show the present state wherever it may show an older one."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from models.confirmation import FactCheck
from models.digest import WEEK, Digest, Subscription
from models.epic import Epic
from models.message import DIGEST_KINDS, Home, Message, MessageKind, home_key, message_key
from models.work import put

LOOKED_AT_FOR = timedelta(minutes=5)
"""How long after a look an App Home is still kept up to date."""


CARDS = (
    select(Message.id, Message.channel_id)
    .where(
        Message.workspace_id == bindparam("workspace_id"),
        Message.kind == MessageKind.EPIC_CARD,
        Message.subject_id.in_(bindparam("epic_ids", expanding=True)),
    )
    .order_by(Message.id)
)
HOMES = (
    select(Home.id)
    .where(Home.workspace_id == bindparam("workspace_id"), Home.opened_at >= bindparam("looked_at"))
    .order_by(Home.id)
)
ASKED = select(FactCheck.id).where(
    FactCheck.workspace_id == bindparam("workspace_id"),
    FactCheck.user_id == bindparam("owner"),
    FactCheck.at > bindparam("after"),
)
"""Built once, because every move asks them."""


def redraw_epic(session: Session, epic: Epic, at: datetime, others: Sequence[int] = ()) -> None:
    """Put the drawing of every card of the epic and of the others, and of Homes someone looks at.

    The last thing in a transaction: work rows are locked after domain rows, in one order.
    """
    session.flush()
    here = {"workspace_id": epic.workspace_id}
    shown = sorted({epic.id, *others})
    cards = session.execute(CARDS, {**here, "epic_ids": shown}).all()
    homes = session.scalars(HOMES, {**here, "looked_at": at - LOOKED_AT_FOR}).all()
    for message_id, channel_id in cards:
        put(session, epic.workspace_id, message_key(message_id), at, lane=channel_id)
    for home_id in homes:
        key = home_key(home_id)
        put(session, epic.workspace_id, key, at, lane=key)


def redraw_questions(
    session: Session, epics: Sequence[Epic], at: datetime, *, in_digests: bool = True
) -> None:
    """Put the drawing of the questions about the epics: what is answered is no longer asked.

    Those are this week's bundles to their owners, and the newest digest of each channel.
    """
    session.flush()
    subjects: list[tuple[Sequence[MessageKind], Sequence[int]]]
    subjects = [((MessageKind.FACT_CHECK,), _asked_about(session, epics, at))]
    if in_digests:
        portfolio_ids = {epic.portfolio_id for epic in epics}
        subjects.append((DIGEST_KINDS, _newest_digests(session, portfolio_ids, at)))
    for workspace_id in sorted({epic.workspace_id for epic in epics}):
        _redraw_about(session, workspace_id, subjects, at)


def redraw_digests(session: Session, workspace_id: int, portfolio_id: int, at: datetime) -> None:
    """Put the drawing of the newest digests of a portfolio: what they ask for has changed."""
    session.flush()
    subjects = [(DIGEST_KINDS, _newest_digests(session, {portfolio_id}, at))]
    _redraw_about(session, workspace_id, subjects, at)


def _redraw_about(
    session: Session,
    workspace_id: int,
    subjects: Sequence[tuple[Sequence[MessageKind], Sequence[int]]],
    at: datetime,
) -> None:
    """Put the drawing of the messages of those kinds about those subjects."""
    shows = [
        and_(Message.kind.in_(kinds), Message.subject_id.in_(ids)) for kinds, ids in subjects if ids
    ]
    if not shows:
        return
    rows = select(Message).where(Message.workspace_id == workspace_id, or_(*shows))
    for message in session.scalars(rows.order_by(Message.id)).all():
        redraw_message(session, message, at)


def _asked_about(session: Session, epics: Sequence[Epic], at: datetime) -> Sequence[int]:
    """This week's questions to the owners of the epics."""
    people = {(epic.workspace_id, epic.owner_user_id) for epic in epics if epic.owner_user_id}
    return [
        check_id
        for workspace_id, owner in sorted(people)
        for check_id in session.scalars(
            ASKED, {"workspace_id": workspace_id, "owner": owner, "after": at - WEEK}
        )
    ]


def _newest_digests(
    session: Session, portfolio_ids: Collection[int], at: datetime
) -> Sequence[int]:
    """The newest digest of each channel that tells of the portfolios."""
    newest = (
        select(func.max(Digest.id))
        .join(Digest.subscription)
        .where(Subscription.portfolio_id.in_(portfolio_ids), Digest.at > at - WEEK)
        .group_by(Digest.channel_id)
    )
    return session.scalars(newest).all()


def redraw_cards(
    session: Session, workspace_id: int, epic_ids: Select[int] | Sequence[int], at: datetime
) -> None:
    """Put the drawing of the cards of many epics."""
    session.flush()
    cards = session.scalars(
        select(Message)
        .where(
            Message.workspace_id == workspace_id,
            Message.kind == MessageKind.EPIC_CARD,
            Message.subject_id.in_(epic_ids),
        )
        .order_by(Message.id)
    )
    for card in cards.all():
        redraw_message(session, card, at)


def redraw_homes(session: Session, workspace_id: int, at: datetime) -> None:
    """Put the drawing of the Homes that someone looks at: what they are drawn from has changed."""
    session.flush()
    here = {"workspace_id": workspace_id, "looked_at": at - LOOKED_AT_FOR}
    for home_id in session.scalars(HOMES, here).all():
        key = home_key(home_id)
        put(session, workspace_id, key, at, lane=key)


def redraw_message(session: Session, message: Message, at: datetime) -> None:
    """Put the drawing of one message, in the lane of its channel."""
    put(session, message.workspace_id, message.work_key, at, lane=message.channel_id)
