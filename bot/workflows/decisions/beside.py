"""What stands beside a ballot: in its thread, or with people alone where no channel shows it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from bot.workflows.decisions.voting import COMMAND
from bot.workflows.evidence.recording import judges
from bot.workflows.keeping import LOCK, Act
from bot.workflows.permitting import Place, departed, holders
from bot.workflows.redrawing import redraw_about
from bot.workflows.seeing import decision_visible_to
from bot.workflows.threads import put_in_thread
from models.decisions.decision import Decision
from models.decisions.opening import PlannedOpening
from models.epics.epic import Epic
from models.errors import there
from models.evidence.items import Reading
from models.message import MessageKind
from models.people.role import Role


def seen(workspace_id: int, viewer: str) -> Select[Decision]:
    """The decisions that the person may see."""
    return (
        select(Decision)
        .outerjoin(Decision.epic)
        .options(contains_eager(Decision.epic))
        .where(Decision.workspace_id == workspace_id, decision_visible_to(viewer))
    )


def sees(session: Session, user_id: str, decision: Decision) -> bool:
    """Whether the person may see it."""
    is_for_all = decision.portfolio.is_for_everybody
    if is_for_all and not is_restricted(decision):
        return True
    rows = seen(decision.workspace_id, user_id).where(Decision.id == decision.id)
    return session.scalars(rows.with_only_columns(Decision.id)).first() is not None


def seen_decision(act: Act, decision_id: int, *, lock: bool = False) -> Decision:
    """A decision that the person may see; locked, nobody votes on it meanwhile. Raises Gone."""
    rows = seen(act.workspace_id, act.actor).where(Decision.id == decision_id)
    if lock:
        rows = rows.with_for_update(of=Decision, **LOCK).execution_options(populate_existing=True)
    return there(act.session.scalars(rows).first(), COMMAND)


def in_thread(
    session: Session,
    decision: Decision,
    kinds: tuple[MessageKind, MessageKind],
    subject_id: int,
    at: datetime,
    people: Iterable[str] = (),
) -> None:
    """Put a message into the thread of the ballot, and to the people alone, each of its kind.

    Of a restricted epic nothing stands in a channel.
    """
    put_in_thread(session, decision.workspace_id, head_of(decision), kinds, subject_id, at, people)


def head_of(decision: Decision) -> tuple[MessageKind, int] | None:
    """What stands above what is said of it in a channel; None where none shows what it is about."""
    return None if is_restricted(decision) else (MessageKind.BALLOT, decision.id)


def is_restricted(decision: Decision) -> bool:
    """Whether no channel shows what it is about."""
    return decision.epic is not None and decision.epic.restricted


def place_of(decision: Decision) -> Place:
    """Where the rights over what it is about hold."""
    if decision.epic is not None:
        return Place.of_epic(decision.epic)
    return Place.of_portfolio(decision.portfolio)


def tie_breakers(session: Session, decision: Decision) -> Sequence[str]:
    """Who breaks its ties: who is named; where they left Slack, who owns the stream, or admins."""
    named = decision.tie_breaker
    if named is None:
        return ()
    if not departed(session, decision.workspace_id, [named]):
        return (named,)
    return holders(session, [Role.STREAM_OWNER, Role.ADMIN], place_of(decision))


def may_change(session: Session, decision: Decision) -> Sequence[str]:
    """Who changes or withdraws it: who opened it, the stream's owner, and admins."""
    people = holders(session, [Role.STREAM_OWNER, Role.ADMIN], place_of(decision))
    return list(dict.fromkeys([decision.opened_by, *people]))


def may_take_back(session: Session, planned: PlannedOpening) -> Sequence[str]:
    """Who takes back what is planned: who planned it, the stream's owner, and admins."""
    place = Place.of_epic(planned.epic)
    people = holders(session, [Role.STREAM_OWNER, Role.ADMIN], place)
    return list(dict.fromkeys([planned.by_user_id, *people]))


@judges
def show_on_ballots(act: Act, epic: Epic, reading: Reading) -> None:
    """Have a new reading stand on the open ballots of its epic, in their channel."""
    open_ = select(Decision.id).where(Decision.epic_id == epic.id, Decision.closed_at.is_(None))
    redraw_about(act.session, act.workspace_id, [MessageKind.BALLOT], open_, act.at)
