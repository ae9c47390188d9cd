"""Thursday's question to an owner, all their epics at once, answered in ten seconds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.actions import Action, Id
from bot.slack.answers import Answer
from bot.slack.blocks import Block, actions, button, context, modal, section
from bot.slack.mrkdwn import words
from bot.slack.values import Value, Whole
from bot.views.board.needs import Surface, Where, lines_of
from bot.views.epics.buttons import open_button
from bot.views.notices import notice
from bot.workflows.board.fact_check import (
    TO_CONFIRM,
    ToConfirm,
    asked_about,
    left_out,
    reviewed_about,
    with_figures,
)
from bot.workflows.decisions.follow_up.reviewing import OUTCOME
from bot.workflows.paging import NONE, Top
from models.board.confirmation import FactCheck, LeftOut
from models.decisions.follow_up.outcome_review import OutcomeReview
from models.epics.epic import Epic
from models.message import MessageKind


class FactCheckRef(Value):
    """A question to an owner about all their epics."""

    check: Whole


ALL_RIGHT = "all_still_right"
CHANGED = "something_changed"
LEFT_OUT_NAMED = 10


class NotThese(Action):
    """Choose which epics of the question one is not to be asked about."""

    check: Id


class AskAboutAgain(Action):
    """Be asked about all of them again."""

    check: Id


@notice(MessageKind.FACT_CHECK, FactCheck)
def in_person(session: Session, check: FactCheck, now: datetime) -> Answer:
    asked = asked_about(session, check)
    reviews = reviewed_about(session, check)
    left = left_out(session, check)
    figures = with_figures(session, asked.some, now)
    return fact_check(check.id, figures, asked.count, now, reviews, left)


def fact_check(
    check_id: int,
    asked: Sequence[ToConfirm],
    total: int,
    now: datetime,
    reviews: Top[OutcomeReview] = NONE,
    left: Sequence[LeftOut] = (),
) -> Answer:
    """The question as it stands: what is answered has no button any more."""
    on = Surface(Where.QUESTION, now)
    still_open = [each for each in asked if each.confirmed_at is None]
    blocks: list[Block] = []
    if total or not (reviews.count or left):
        lead = words("board/fact_check", "lead", open=still_open, total=total)
        blocks.append(section(lead))
    blocks += [section(line.said, line.button) for line in lines_of(TO_CONFIRM, asked, on)]
    if total > len(asked):
        blocks.append(context(words("board/fact_check", "more", beyond=total - len(asked))))
    if still_open:
        ref = FactCheckRef(check=check_id).value
        row = [button("Something changed", CHANGED, ref)]
        if len(still_open) > 1:
            row.append(button("All still right", ALL_RIGHT, ref, primary=True))
        row.append(NotThese(check=check_id).button("Not these"))
        blocks.append(actions("answers", row))
    return Answer(
        [
            *blocks,
            *_outcomes(reviews, on, None if still_open else check_id),
            *_left_out(check_id, left),
        ]
    )


def _left_out(check_id: int, left: Sequence[LeftOut]) -> list[Block]:
    """What is not asked about, with what takes it back."""
    if not left:
        return []
    said = words("board/fact_check", "left_out", left=left[:LEFT_OUT_NAMED], count=len(left))
    return [section(said, AskAboutAgain(check=check_id).button("Ask about them again"))]


def _outcomes(reviews: Top[OutcomeReview], on: Surface, check_id: int | None) -> list[Block]:
    """What became of those that were delivered; with the question, the way to leave some out."""
    if not reviews.count:
        return []
    waiting = [each for each in reviews.some if each.became is None]
    facts = {
        "waiting": waiting,
        "total": reviews.count,
        "beyond": reviews.count - len(reviews.some),
    }
    blocks: list[Block] = [section(words("board/fact_check", "outcomes", **facts))]
    blocks += [section(line.said, line.button) for line in lines_of(OUTCOME, reviews.some, on)]
    if facts["beyond"]:
        blocks.append(context(words("board/fact_check", "more_outcomes", **facts)))
    if waiting and check_id is not None:
        not_these = NotThese(check=check_id).button("Not these")
        blocks.append(actions("outcomes", [not_these]))
    return blocks


def noted(epic: Epic) -> Answer:
    """For the person who said so."""
    said = words("board/fact_check", "noted", epic=epic)
    return Answer([section(said)])


def what_changed(asked: Sequence[ToConfirm], now: datetime) -> dict[str, Any]:
    """A form to read, from which each of the epics is opened."""
    on = Surface(Where.QUESTION, now)
    epics = [each.epic for each in asked]
    found = lines_of(TO_CONFIRM, [ToConfirm(epic, None) for epic in epics], on)
    lines = [section(line.said, open_button(epic)) for line, epic in zip(found, epics, strict=True)]
    lead = section(words("board/fact_check", "what_changed"))
    return modal("note", "What changed?", [lead, *lines], close="Close")
