"""Merging a value stream into another one, and splitting one: looked at, then done."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import Block, section
from bot.slack.forms import Check
from bot.slack.mrkdwn import words
from bot.views.notices import notice
from bot.views.portfolio.actions import MergeStream, SplitStream
from bot.workflows.portfolio.merging import Restructured
from models.message import MessageKind
from models.portfolio.portfolio import ValueStream
from models.portfolio.setup import StreamSetup

ROLES_NAMED = 6


def lead(part: str, source: ValueStream) -> str:
    """Above the form."""
    return words("portfolio/merging", part, source=source)


def merge_check(change: Restructured) -> Check:
    facts = _facts(change)
    blocks = [_said(part, **facts) for part in ("merge_check", "merge_goes", "merge_stays")]
    return Check(MergeStream.of(change.source), "Check before merging", blocks, "Merge them")


def split_check(change: Restructured, new: StreamSetup) -> Check:
    facts = {**_facts(change), "new": new}
    blocks = [_said(part, **facts) for part in ("split_check", "split_stays")]
    return Check(SplitStream.of(change.source), "Check before splitting", blocks, "Split it")


def answer(part: str, change: Restructured) -> Answer:
    """For the person who merged them, or split it."""
    said = words("portfolio/merging", part, **_facts(change))
    return Answer([section(said)])


@notice(MessageKind.MERGED, ValueStream)
def where_it_went(session: Session, source: ValueStream, now: datetime) -> Answer:
    """Posted in the channel of the stream that ended."""
    target = session.get_one(ValueStream, source.merged_into_id)
    said = words("portfolio/merging", "where_it_went", source=source, target=target)
    return Answer([section(said)])


def _said(part: str, **facts: Any) -> Block:
    return section(words("portfolio/merging", part, **facts))


def _facts(change: Restructured) -> dict[str, Any]:
    return {
        "change": change,
        "source": change.source,
        "target": change.target,
        "roles": change.roles[:ROLES_NAMED],
        "more_roles": max(0, len(change.roles) - ROLES_NAMED),
        "before": change.limits,
        "together": _together(change.limits),
    }


def _together(limits: tuple[int | None, int | None]) -> int | None:
    source, target = limits
    return source + target if source is not None and target is not None else target
