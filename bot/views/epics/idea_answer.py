"""The form to answer an idea, and what its proposer hears of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import section
from bot.slack.forms import Open
from bot.slack.mrkdwn import words
from bot.views.epics.buttons import AnswerIdea, open_button, reply_button
from bot.views.epics.next_step import do_button, fill_button
from bot.views.notices import notice
from models.epics.answer import Answer as Given
from models.epics.answer import AnswerKind, IdeaAnswer
from models.epics.epic import Epic
from models.epics.policy import fields_of
from models.message import MessageKind
from models.portfolio.policy import Requirement
from models.themes.theme import Theme


def answer_form(epic: Epic, themes: Sequence[Theme]) -> Open:
    """The form; with a yes it asks for the theme and the owner where they are missing."""
    lacks = epic.missing((Requirement.THEME, Requirement.OWNER))
    return Open(
        IdeaAnswer,
        f"Answer {epic.key}",
        AnswerIdea.of(epic),
        facts={
            "themes": [(theme.name, theme.id) for theme in themes],
            "asks_theme": Requirement.THEME in lacks,
            "asks_owner": Requirement.OWNER in lacks,
        },
        lead=words("epics/idea_answer", "idea", epic=epic),
        submit="Answer",
    )


def answered(epic: Epic, given: Given, still: Sequence[str]) -> Answer:
    said = words("epics/idea_answer", "answered", epic=epic, given=given, missing=still)
    lacks = epic.lacks(given.at) if still else ()
    button = fill_button(epic.id, epic.key, len(fields_of(lacks))) or open_button(epic)
    return Answer([section(said, button)])


@notice(MessageKind.IDEA_ANSWER, Given)
def to_proposer(session: Session, given: Given, now: datetime) -> Answer:
    """For the person who proposed it; a reply, to who asked."""
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
