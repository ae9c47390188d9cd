"""Histories brought in beside the sample: each with a channel of its own and its last digest."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.workflows.board import digesting
from bot.workflows.board.digest import keep_content
from bot.workflows.redrawing import post
from models.board.digest import WEEK, Digest, Wish
from models.calendar import week_of
from models.epics.epic import Epic, Transition
from models.flow.days import whole_weeks
from models.message import MessageKind
from models.portfolio.portfolio import Portfolio
from models.work import put

FILES = ("items.csv", "transitions.csv", "mapping.json")
NOT_IN_A_NAME = re.compile(r"[^\w-]+")


def folders_of(data: Path) -> Sequence[Path]:
    """The history in the folder, else those in the folders beneath it."""
    found = [data] if _is_history(data) else sorted(filter(_is_history, data.iterdir()))
    return [folder.resolve() for folder in found]


def _is_history(folder: Path) -> bool:
    return all((folder / name).is_file() for name in FILES)


def known_until(folder: Path) -> datetime | None:
    """Up to when a history is complete, where its `reference.json` says it; else None."""
    reference = folder / "reference.json"
    if not reference.is_file():
        return None
    days = [each["as_of"] for each in json.loads(reference.read_text())["as_of"]]
    return max(map(datetime.fromisoformat, days))


def brought_in(session: Session, workspace_id: int, sample: str) -> Sequence[Portfolio]:
    """The portfolios beside the sample, in the order in which they came in."""
    others = select(Portfolio).where(
        Portfolio.workspace_id == workspace_id, Portfolio.name != sample
    )
    return session.scalars(others.order_by(Portfolio.id)).all()


def channel_name(portfolio: Portfolio, taken: Mapping[str, str]) -> str:
    """What its channel is called."""
    name = NOT_IN_A_NAME.sub("-", portfolio.name.lower()).strip("-")[:60] or "history"
    while name in taken:
        name += "-too"
    return name


def send_last_week(
    session: Session,
    portfolio: Portfolio,
    channel_id: str,
    ana: str,
    known: datetime | None,
    now: datetime,
) -> None:
    """Have the channel told once a week, and of the last whole week that is known, once."""
    if session.scalar(select(Digest.id).where(Digest.channel_id == channel_id)) is not None:
        return
    rows = select(func.max(Transition.at)).join(Epic, Epic.id == Transition.epic_id)
    last = session.scalar(rows.where(Epic.portfolio_id == portfolio.id, Transition.at <= now))
    if last is None:
        return
    here, portfolio.channel_id = portfolio.workspace_id, channel_id
    wish = Wish.usual(portfolio)
    subscription = digesting.subscribe(session, here, ana, channel_id, wish, now)
    subscription.use_slot_of_week(now)
    put(session, here, subscription.work_key, subscription.next_at)
    until = whole_weeks(known or last, ZoneInfo(portfolio.time_zone), 1)[-1]
    digest = Digest(
        workspace_id=here,
        subscription=subscription,
        channel_id=channel_id,
        week=week_of(until.date()),
        at=now,
        since=until - WEEK,
        until=until,
        first=False,
    )
    session.add(digest)
    session.flush()
    keep_content(session, digest)
    post(session, here, MessageKind.DIGEST, digest.id, channel_id, now)
