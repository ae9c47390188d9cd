"""`/portfolio audit`: who changed what, of one epic, of a project or of all."""

import re

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.hearing import Call
from bot.views.audit import log as audit_log
from bot.views.audit.log import AuditRef
from bot.workflows.audit import log as auditing
from bot.workflows.audit.log import Query
from bot.workflows.epics import finding
from models.epics.listing import UnknownKey, found, is_key
from models.errors import Mistake

WORD_LIMIT = 80
MENTION = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^>]*)?>")


class NobodyOfThatName(Mistake):
    """A person typed so that Slack does not know who is meant."""

    def __init__(self, typed: str) -> None:
        super().__init__(
            f"“{typed[:40]}” is not someone Slack knows. Choose the person from the list that "
            "opens after @, for example /portfolio audit @ben."
        )


def hear(call: Call, words: str) -> None:
    """Hear `/portfolio audit`, alone or with a key, a code, a person or a word."""
    with call.database.read() as session:
        shown = _of_key(session, call, words) or _of_all(session, call, _query(words))
    call.reply(shown)


def turn_page(call: Call) -> None:
    """Show another page in place of the one that is seen."""
    ref = AuditRef.read(call.action["value"])
    query = Query(ref.epic, ref.person, ref.word, ref.before)
    with call.database.read() as session:
        shown = _of_all(session, call, query) if ref.epic is None else _of_id(session, call, query)
    call.reply(shown, replace=True)


def _of_key(session: Session, call: Call, words: str) -> Answer | None:
    """The page of the epic of that key; None where no epic was meant, as by a project's code."""
    if not is_key(words):
        return None
    try:
        epic = finding.epic_by_key(session, call.workspace_id, words, call.actor)
    except UnknownKey:
        here, viewer = call.workspace_id, call.actor
        if "-" in words and not auditing.names_project(session, here, viewer, words):
            raise
        return None
    return audit_log.audit_log(auditing.log_of_epic(session, epic, Query()))


def _of_id(session: Session, call: Call, query: Query) -> Answer:
    epic = found(finding.epic_by_id(session, call.workspace_id, query.epic_id or 0, call.actor))
    return audit_log.audit_log(auditing.log_of_epic(session, epic, query))


def _of_all(session: Session, call: Call, query: Query) -> Answer:
    found = auditing.log_of_all(session, call.workspace_id, call.actor, query)
    return audit_log.audit_log(found)


def _query(words: str) -> Query:
    """What was asked for: a mention is a person, the rest a word. Raises NobodyOfThatName."""
    people = MENTION.findall(words)
    rest = " ".join(MENTION.sub(" ", words).split())
    if rest.startswith("@"):
        raise NobodyOfThatName(rest)
    return Query(person=people[0] if people else None, word=rest[:WORD_LIMIT] or None)
