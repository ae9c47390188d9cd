"""Thursday's question to an owner, all their epics at once, answered in ten seconds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import Block, Element, actions, button, context, modal, section
from bot.slack.mrkdwn import words
from bot.slack.values import FactCheckRef
from bot.views.epics.buttons import open_button, still_right_button
from bot.views.notices import notice
from bot.workflows.board.fact_check import asked_about
from models.board.confirmation import FactCheck
from models.epics.epic import Epic
from models.message import MessageKind

ALL_RIGHT = "all_still_right"
CHANGED = "something_changed"

Asked = Sequence[tuple[Epic, datetime | None]]
"""Epics, each with when it was confirmed since the question."""


@notice(MessageKind.FACT_CHECK, FactCheck)
def in_person(session: Session, check: FactCheck, now: datetime) -> Answer:
    """The question to the one person it is for."""
    return fact_check(check.id, *asked_about(session, check))


def fact_check(check_id: int, asked: Asked, total: int) -> Answer:
    """The question as it stands: what is answered has no button any more."""
    still_open = [epic for epic, confirmed_at in asked if confirmed_at is None]
    lead = words("board/fact_check", "lead", open=still_open, total=total)
    blocks: list[Block] = [section(lead)]
    blocks += [_line(epic, confirmed_at) for epic, confirmed_at in asked]
    if total > len(asked):
        blocks.append(context(words("board/fact_check", "more", beyond=total - len(asked))))
    if still_open:
        ref = FactCheckRef(check=check_id).value
        row = [button("Something changed", CHANGED, ref)]
        if len(still_open) > 1:
            row.append(button("All still right", ALL_RIGHT, ref, primary=True))
        blocks.append(actions("answers", row))
    stands = [
        f"{epic.key} ({words('board/fact_check', 'stands', epic=epic)})" for epic in still_open
    ]
    return Answer(f"{lead} {', '.join(stands)}".strip(), blocks)


def noted(epic: Epic) -> Answer:
    """Told to who said so."""
    said = words("board/fact_check", "noted", epic=epic)
    return Answer(said, [section(said)])


def what_changed(asked: Asked) -> dict[str, Any]:
    """A form to read, from which each of the epics is opened."""
    lines = [_line(epic, None, open_button(epic)) for epic, _ in asked]
    lead = section(words("board/fact_check", "what_changed"))
    return modal("note", "What changed?", [lead, *lines], close="Close")


def _line(epic: Epic, confirmed_at: datetime | None, beside: Element | None = None) -> Block:
    zone = epic.portfolio.time_zone
    said = words("board/fact_check", "line", epic=epic, confirmed_at=confirmed_at, zone=zone)
    if beside is None and confirmed_at is None:
        beside = still_right_button(epic)
    return section(said, beside)
