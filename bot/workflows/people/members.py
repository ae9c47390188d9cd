"""Remembering who is a guest, beyond a restart and while Slack does not tell."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people.member import WRITTEN_ANEW_AFTER, Member
from models.work import insert_into

AT_ONCE = 500


def remember(
    session: Session,
    workspace_id: int,
    people: Mapping[str, tuple[bool, datetime]],
    anew_after: timedelta = WRITTEN_ANEW_AFTER,
) -> None:
    """Keep whether each of the people is a guest, as Slack told then."""
    now = list(people)[:AT_ONCE]
    here = select(Member).where(Member.workspace_id == workspace_id, Member.user_id.in_(now))
    known = {member.user_id: member for member in session.scalars(here)}
    for user_id in now:
        is_guest, at = people[user_id]
        if user_id in known:
            known[user_id].learn(is_guest=is_guest, at=at, anew_after=anew_after)
            continue
        new = insert_into(session, Member).values(
            workspace_id=workspace_id, user_id=user_id, is_guest=is_guest, known_at=at
        )
        session.execute(new.on_conflict_do_nothing())


def last_known(session: Session, workspace_id: int, user_id: str) -> bool | None:
    """Whether someone was a guest when Slack last told; None where it never did."""
    return session.scalar(
        select(Member.is_guest).where(
            Member.workspace_id == workspace_id, Member.user_id == user_id
        )
    )
