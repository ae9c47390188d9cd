"""For an admin once a week: how the audit log ends, and what that is good for."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import Block, context, section
from bot.slack.mrkdwn import words
from bot.views.notices import notice
from models.audit.audit import Anchor, AuditAnchor
from models.message import MessageKind


@notice(MessageKind.AUDIT_HEAD, AuditAnchor)
def to_admin(session: Session, anchor: AuditAnchor, now: datetime) -> Answer:
    """For each admin once a week."""
    return audit_head(anchor)


def audit_head(anchor: AuditAnchor) -> Answer:
    """The head to be kept elsewhere, and how it is held against the log later."""
    head = Anchor(anchor.count, anchor.hash)
    facts = {"week": anchor.week, "head": head, "text": str(head)}
    blocks: list[Block] = [
        section(words("audit/head", "lead", **facts)),
        section(words("audit/head", "line", **facts)),
        context(words("audit/head", "why", **facts)),
    ]
    return Answer(blocks)
