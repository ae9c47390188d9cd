"""Evidence of an epic: its form from a command, a button or a message; its list; striking out."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bot.commands.epics.opening import epic_of
from bot.commands.epics.shortcuts import permalink, plain_text
from bot.commands.readiness import check_is_set_up
from bot.commands.routes import open_filled, routes, show
from bot.slack.actions import Shown
from bot.slack.answers import Answer
from bot.slack.blocks import OPTIONS_LIMIT, shorten
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.slack.mrkdwn import in_sentence
from bot.views.evidence.actions import (
    AddEvidence,
    AttachEvidence,
    EvidenceShown,
    StrikeObservation,
    StrikeReading,
)
from bot.views.evidence.list import added, attach_lead, evidence_page, form_lead
from bot.workflows.epics import finding
from bot.workflows.evidence import recording
from bot.workflows.evidence.known import case_evidence, evidence_sheet
from models.epics.hypothesis import named
from models.evidence.form import EvidenceForm, StrikeForm
from models.evidence.items import LONGEST_WORDS, Observation, Reading, today_of

EARLIEST_ZONE = timedelta(hours=14)
"""So far ahead of UTC a day begins first."""


def add_typed(call: Call, key: str) -> None:
    """Open the form about the epic whose key was typed."""
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
    show(call, AddEvidence(epic=epic.id), f"/epic evidence {epic.key}")


def attach_message(call: Call) -> None:
    """Open the form with what a message says and a link back to it; the epic is chosen there."""
    check_is_set_up(call)
    text = plain_text(str(call.body["message"].get("text") or ""))
    link = permalink(call)
    with call.database.read() as session:
        day = recording.day_said(call.act(session), call.channel_id, _said_at(call))
    held = {"words": shorten(text, LONGEST_WORDS) or None, "observed_on": day, "link": link}
    open_filled(call, _attaching(call, held, attach_lead(link)))


@routes.page
def draw_evidence(call: Call, session: Session, page: EvidenceShown) -> Shown:
    epic = epic_of(session, call, page.epic)
    return evidence_page(evidence_sheet(session, epic, call.at, page.number), page)


@routes.opens
def ask_evidence(call: Call, session: Session, it: AddEvidence) -> Open:
    epic = epic_of(session, call, it.epic)
    recording.check_may_add(call.act(session), epic)
    today = today_of(epic, call.at)
    known = case_evidence(session, epic, call.at)
    figure = named(epic.indicator)[0] if epic.indicator else ""
    return Open(
        EvidenceForm,
        "Add evidence",
        it,
        held={"epic_id": epic.id, "observed_on": today},
        facts={
            "today": today,
            "reads": bool(figure),
            "figure": f"Reading of {in_sentence(figure)}",
        },
        lead=form_lead(epic, known),
        submit="Add",
    )


@routes.opens
def ask_attached(call: Call, session: Session, it: AttachEvidence) -> Open:
    return _attaching(call, {}, None)


@routes.saves
def add(
    call: Call, session: Session, form: EvidenceForm, about: AddEvidence | AttachEvidence
) -> Answer:
    return added(recording.add(call.act(session), form))


@routes.finds
def find_epics(
    call: Call, session: Session, it: AttachEvidence, typed: str
) -> Sequence[tuple[str, int]]:
    found = recording.suggest_epics(call.act(session), typed, OPTIONS_LIMIT)
    return [(f"{epic.key} {epic.title}", epic.id) for epic in found]


@routes.opens
def ask_why(call: Call, session: Session, it: StrikeReading | StrikeObservation) -> Open:
    recording.check_may_strike(call.act(session), *_struck(it))
    return Open(StrikeForm, "Strike it out", it, submit="Strike out")


@routes.saves
def strike_out(
    call: Call, session: Session, form: StrikeForm, about: StrikeReading | StrikeObservation
) -> None:
    recording.strike_out(call.act(session), *_struck(about), form.reason)


def _struck(it: StrikeReading | StrikeObservation) -> tuple[recording.Kind, int]:
    if isinstance(it, StrikeReading):
        return Reading, it.reading
    return Observation, it.observation


def _attaching(call: Call, held: Mapping[str, object], lead: str | None) -> Open:
    """Any epic may be meant, so the figure and the day are held against it once it is known."""
    anywhere = (call.at + EARLIEST_ZONE).date()
    return Open(
        EvidenceForm,
        "Attach as evidence",
        AttachEvidence(),
        held=held,
        facts={
            "today": anywhere,
            "reads": True,
            "figure": "Does it say what the epic's figure is now?",
            "found": AttachEvidence(),
        },
        lead=lead,
        submit="Attach",
    )


def _said_at(call: Call) -> datetime:
    """When the message was written."""
    seconds = float(str(call.body["message_ts"]))
    return datetime.fromtimestamp(seconds, UTC)
