"""All evidence of an epic, and what is said around the form that adds to it."""

from typing import Any

from bot.slack.actions import Shown
from bot.slack.answers import Answer
from bot.slack.blocks import Block, actions, divider, section
from bot.slack.mrkdwn import words
from bot.views.evidence.actions import (
    EvidenceShown,
    StrikeObservation,
    StrikeReading,
)
from bot.views.evidence.phrases import TEMPLATE, add_button, all_button
from bot.workflows.evidence.known import EvidenceSheet
from bot.workflows.evidence.recording import Added
from models.epics.epic import Epic
from models.epics.hypothesis import named, watched
from models.evidence.items import Observation, Reading
from models.evidence.known import Evidence


def evidence_page(sheet: EvidenceSheet, page: EvidenceShown) -> Shown:
    """The items of a page, each with a button that strikes it out."""
    epic = sheet.epic
    blocks: list[Block] = [
        section(words(TEMPLATE, "list_lead", epic=epic, sheet=sheet)),
        actions("evidence", [add_button(epic)]),
    ]
    if not sheet.total:
        blocks.append(section(words(TEMPLATE, "list_empty")))
    for item in sheet.items:
        blocks += [divider(), _line(sheet, item)]
    here, total = page.but(number=sheet.number), f"{sheet.total:,} items"
    return Shown(f"{epic.key} · Evidence", blocks, here, sheet.pages, total)


def form_lead(epic: Epic, known: Evidence) -> str:
    """What is known already, and what is understood of the stop line."""
    facts = {"epic": epic, "last": known.last, "watched": watched(epic, known.tested_on)}
    return words(TEMPLATE, "form_lead", **facts, **_unit(epic))


def attach_lead(link: str | None) -> str:
    """Where the words of the form come from."""
    return words(TEMPLATE, "attach_lead", link=link)


def added(done: Added) -> Answer:
    """For the person who added it."""
    facts = {"reading": done.reading, "observation": done.observation, "raised": done.raised}
    said = words(TEMPLATE, "added", epic=done.epic, **facts, **_unit(done.epic))
    return Answer([section(said, all_button(done.epic))])


def _line(sheet: EvidenceSheet, item: Reading | Observation) -> Block:
    epic = sheet.epic
    strike = (
        StrikeReading(reading=item.id)
        if isinstance(item, Reading)
        else StrikeObservation(observation=item.id)
    )
    part = "reading_line" if isinstance(item, Reading) else "observation_line"
    is_old = sheet.known.is_old(item.observed_on)
    facts = {"item": item, "is_old": is_old, "zone": epic.portfolio.time_zone}
    said = words(TEMPLATE, part, **facts, **_unit(epic))
    aloud = f"Strike out: {epic.key}, {item.observed_on.isoformat()}"
    return section(said, None if item.struck_at else strike.button("Strike out", aloud=aloud))


def _unit(epic: Epic) -> dict[str, Any]:
    figure, unit = named(epic.indicator) if epic.indicator else ("Reading", "")
    return {"figure": figure, "unit": unit}
