"""The form to answer an idea, and what its proposer hears of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import (
    Block,
    context,
    field,
    modal,
    option,
    section,
    select,
    text_input,
)
from bot.slack.mrkdwn import words
from bot.slack.values import EpicVersion
from bot.views.epics.buttons import open_button, reply_button
from bot.views.epics.next_step import do_button, fill_button
from bot.views.notices import notice
from models.epics.answer import LONGEST, AnswerKind
from models.epics.answer import Answer as Given
from models.epics.epic import Epic
from models.epics.policy import fields_of
from models.epics.proposal import NONE
from models.message import MessageKind
from models.portfolio.policy import Requirement
from models.themes.theme import Theme

CALLBACK = "answer_idea"
KIND = "kind"
WORDS = "words"
THEME = "theme"
REASON = "theme_none_because"
OWNER = "owner"

KINDS = (
    (AnswerKind.YES, "Yes, let us review it"),
    (AnswerKind.NOT_NOW, "Not now, because …"),
    (AnswerKind.QUESTION, "I have a question first"),
)


def answer_form(epic: Epic, themes: Sequence[Theme], channel_id: str | None) -> dict[str, Any]:
    """The form; with a yes it asks for the theme and the owner where they are missing."""
    kinds = {
        "type": "radio_buttons",
        "action_id": KIND,
        "options": [option(text, kind.value) for kind, text in KINDS],
    }
    hint = "Needed for not now and for a question: it is what the proposer reads."
    element = text_input(WORDS, max_length=LONGEST, multiline=True)
    blocks: list[Block] = [
        context(words("epics/idea_answer", "idea", epic=epic)),
        field(KIND, "Your answer", kinds),
        field(WORDS, "In a sentence", element, hint=hint, optional=True),
        *_asked_with_a_yes(epic, themes),
    ]
    memory = EpicVersion(epic=epic.id, version=epic.version, channel=channel_id)
    return modal(
        CALLBACK, f"Answer {epic.key}", blocks, submit="Answer", private_metadata=memory.value
    )


def answered(epic: Epic, given: Given, still: Sequence[str]) -> Answer:
    said = words("epics/idea_answer", "answered", epic=epic, given=given, missing=still)
    lacks = epic.lacks(given.at) if still else ()
    button = fill_button(epic.id, epic.key, len(fields_of(lacks))) or open_button(epic)
    return Answer([section(said, button)])


@notice(MessageKind.IDEA_ANSWER, Given)
def to_proposer(session: Session, given: Given, now: datetime) -> Answer:
    """Told to who proposed it; a reply, to who asked."""
    return heard(session.get_one(Epic, given.epic_id), given)


def heard(epic: Epic, given: Given) -> Answer:
    """The answer as its proposer has it, or the reply as who asked does, with what comes next."""
    said = heard_of(epic, given)
    if given.kind is AnswerKind.QUESTION:
        button = reply_button(epic.id, epic.key)
    elif given.kind is AnswerKind.REPLY:
        button = do_button(epic.id, epic.key, "answer", "Answer this idea")
    else:
        button = open_button(epic)
    return Answer([section(said, button)])


def heard_of(epic: Epic, given: Given) -> str:
    """What was said to the idea, and by whom."""
    return words("epics/idea_answer", "heard", epic=epic, given=given)


def replied(epic: Epic, given: Given) -> Answer:
    said = words("epics/idea_answer", "replied", epic=epic, given=given)
    return Answer([section(said, open_button(epic))])


def _asked_with_a_yes(epic: Epic, themes: Sequence[Theme]) -> list[Block]:
    blocks = []
    lacks = epic.missing((Requirement.THEME, Requirement.OWNER))
    if Requirement.THEME in lacks:
        options = [option(theme.name, str(theme.id)) for theme in themes]
        options.append(option("No theme, because …", NONE))
        because = text_input(REASON, max_length=300)
        blocks += [
            field(
                THEME, "If yes: which theme?", select(THEME, "Choose one", options), optional=True
            ),
            field(REASON, "If it has no theme: why?", because, optional=True),
        ]
    if Requirement.OWNER in lacks:
        people = {"type": "users_select", "action_id": OWNER}
        blocks.append(field(OWNER, "If yes: who owns it?", people, optional=True))
    return blocks
