"""Merging a value stream into another one, and splitting one: chosen, looked at, then done."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import Block, Option, field, modal, option, plain, section, shorten
from bot.slack.mrkdwn import words
from bot.slack.values import MergePlan, SettingRef, SplitPlan
from bot.views.notices import notice
from bot.views.portfolio.stream_page import stream_fields
from bot.workflows.portfolio.merging import Restructured
from models.epics.epic import Epic
from models.message import MessageKind
from models.portfolio.portfolio import ValueStream
from models.portfolio.setup import StreamSetup

MERGE_FORM, MERGE_CHECK = "merge_stream", "merge_stream_check"
SPLIT_FORM, SPLIT_CHECK = "split_stream", "split_stream_check"
INTO, EPICS = "merge_into", "split_epics"
MOST_CHOSEN = 100
ROLES_NAMED = 6


def merge_form(source: ValueStream, memory: SettingRef) -> dict[str, Any]:
    """Into which other one?"""
    element = {
        "type": "external_select",
        "action_id": INTO,
        "placeholder": plain("Type a part of its name"),
        "min_query_length": 0,
    }
    return modal(
        MERGE_FORM,
        "Merge a value stream",
        [
            section(words("portfolio/restructure_form", "merge_lead", source=source)),
            field(INTO, "Into which value stream?", element),
        ],
        submit="Look at it first",
        private_metadata=memory.value,
    )


def merge_check(told: Restructured, plan: MergePlan, note: Block | None = None) -> dict[str, Any]:
    """What it does, before it does it."""
    facts = _facts(told)
    blocks: list[Block] = [note] if note else []
    blocks += [
        section(words("portfolio/restructure_form", part, **facts))
        for part in ("merge_check", "merge_goes", "merge_stays")
    ]
    return modal(
        MERGE_CHECK,
        "Check before merging",
        blocks,
        submit="Merge them",
        close="Back",
        private_metadata=plan.value,
    )


def split_form(source: ValueStream, memory: SettingRef) -> dict[str, Any]:
    """The new stream, and which epics go there."""
    element = {
        "type": "multi_external_select",
        "action_id": EPICS,
        "placeholder": plain("Type a key or a word of the title"),
        "min_query_length": 0,
        "max_selected_items": MOST_CHOSEN,
    }
    new = StreamSetup(
        name="", owner_user_id=source.owner_user_id, channel_id=None, stage=source.stage
    )
    hint = f"Up to {MOST_CHOSEN} at once. They keep their keys."
    return modal(
        SPLIT_FORM,
        "Split a value stream",
        [
            section(words("portfolio/restructure_form", "split_lead", source=source)),
            *stream_fields(new),
            field(EPICS, "Which epics go there?", element, hint=hint),
        ],
        submit="Look at it first",
        private_metadata=memory.value,
    )


def split_check(
    told: Restructured, new: StreamSetup, plan: SplitPlan, note: Block | None = None
) -> dict[str, Any]:
    """What it does, before it does it."""
    facts = {**_facts(told), "new": new}
    blocks: list[Block] = [note] if note else []
    blocks += [
        section(words("portfolio/restructure_form", part, **facts))
        for part in ("split_check", "split_stays")
    ]
    return modal(
        SPLIT_CHECK,
        "Check before splitting",
        blocks,
        submit="Split it",
        close="Back",
        private_metadata=plan.value,
    )


def epic_option(epic: Epic) -> Option:
    """An epic as a choice."""
    return option(shorten(f"{epic.key} {epic.title}", 75), str(epic.id))


def merged(told: Restructured) -> Answer:
    """Told to who merged them."""
    said = words("portfolio/restructure_form", "merged", **_facts(told))
    return Answer(said, [section(said)])


def split_done(told: Restructured) -> Answer:
    """Told to who split it."""
    said = words("portfolio/restructure_form", "split_done", **_facts(told))
    return Answer(said, [section(said)])


@notice(MessageKind.MERGED, ValueStream)
def where_it_went(session: Session, source: ValueStream, now: datetime) -> Answer:
    """Posted in the channel of the stream that ended."""
    target = session.get_one(ValueStream, source.merged_into_id)
    said = words("portfolio/restructure_form", "where_it_went", source=source, target=target)
    return Answer(said, [section(said)])


def _facts(told: Restructured) -> dict[str, Any]:
    return {
        "told": told,
        "source": told.source,
        "target": told.target,
        "roles": told.roles[:ROLES_NAMED],
        "more_roles": max(0, len(told.roles) - ROLES_NAMED),
        "before": told.limits,
        "together": _together(told.limits),
    }


def _together(limits: tuple[int | None, int | None]) -> int | None:
    source, target = limits
    return source + target if source is not None and target is not None else target
