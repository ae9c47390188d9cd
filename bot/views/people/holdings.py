"""What is someone's, handing it over, and what is shown of both."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import Block, button, context, modal, section
from bot.slack.choosers import checkboxes, described, person_field
from bot.slack.mrkdwn import words
from bot.slack.values import Value
from bot.views.notices import notice
from bot.workflows.people.holdings import holdings
from models.message import MessageKind
from models.people.handover import Departure, Handover, Holdings, Kind


class PersonRef(Value):
    """Someone whose things are meant."""

    person: str


class HandoverForm(PersonRef):
    """What the form remembers: whose things it showed, and a stamp of them as they were."""

    stamp: str


CALLBACK = "hand_over_form"
OPEN = "open_holdings"
TO, WHAT = "to", "what"
MOST_NAMED = 10


def holdings_form(held: Holdings, kinds: Sequence[Kind]) -> dict[str, Any]:
    """All that is someone's, and for who may hand it over, to whom and which kinds of it."""
    blocks: list[Block] = [section(words("people/holdings", "lead", held=held))]
    blocks += [
        section(
            words(
                "people/holdings",
                "pile",
                counted=kind.counted(len(things)),
                things=things[:MOST_NAMED],
                more=len(things) - MOST_NAMED,
            )
        )
        for kind, things in held.by_kind.items()
    ]
    offered = [kind for kind in kinds if held.of(kind)]
    left_out = [kind for kind in held.by_kind if kind not in kinds]
    if kinds and left_out:
        blocks.append(context(words("people/holdings", "roles_by_admin")))
    memory = HandoverForm(person=held.user_id, stamp=held.stamp)
    if not offered:
        return modal(
            CALLBACK, "Who owns what", blocks, close="Close", private_metadata=memory.value
        )
    options = [
        described(
            kind.counted(len(held.of(kind))).capitalize(),
            kind.value,
            ", ".join(each.name for each in held.of(kind)),
        )
        for kind in offered
    ]
    blocks += [
        person_field(
            TO, "Hand it over to whom?", hint="Both are notified, and cards show it at once."
        ),
        checkboxes(WHAT, "What?", options, checked=True, optional=True),
    ]
    return modal(
        CALLBACK, "Who owns what", blocks, submit="Hand over", private_metadata=memory.value
    )


@notice(MessageKind.HANDOVER, Handover)
def received(session: Session, handover: Handover, now: datetime) -> Answer:
    return handed_over(handover)


def handed_over(handover: Handover) -> Answer:
    """For both, and for the person who did it."""
    said = words(
        "people/holdings",
        "handed",
        handover=handover,
        named=handover.handed[:MOST_NAMED],
        more=len(handover.handed) - MOST_NAMED,
    )
    return Answer([section(said)])


@notice(MessageKind.DEPARTURE, Departure)
def departure(session: Session, gone: Departure, now: datetime) -> Answer:
    """For an admin: who has left, and what is theirs still; handed over, it says so."""
    held = holdings(session, gone.workspace_id, gone.user_id)
    said = words("people/holdings", "departure", gone=gone, held=held, piles=_piles(held))
    if gone.returned_at is not None or not held.by_kind:
        return Answer([section(said)])
    beside = button("Hand it over", OPEN, PersonRef(person=gone.user_id).value)
    return Answer([section(said, beside)])


def kinds_of(values: Sequence[str]) -> Sequence[Kind]:
    return [kind for kind in Kind if kind.value in values]


def _piles(held: Holdings) -> list[str]:
    """Few things by their names, more by their count: "3 epics in flight", "Payments"."""
    piles: list[str] = []
    for kind, things in held.by_kind.items():
        if kind in {Kind.EPICS, Kind.IDEAS} or len(things) > 2:
            piles.append(kind.counted(len(things)))
        else:
            piles += [
                f"the role {each.name}" if kind is Kind.ROLES else each.name for each in things
            ]
    return piles
