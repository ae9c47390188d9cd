"""Told to an admin once a week: how the audit log ends, and what that is good for."""

from bot.views.answers import Answer
from bot.views.blocks import Block, context, section
from bot.views.mrkdwn import words
from models.audit import Anchor, AuditAnchor


def audit_head(anchor: AuditAnchor) -> Answer:
    """The head to be kept elsewhere, and how it is held against the log later."""
    head = Anchor(anchor.count, anchor.hash)
    facts = {"week": anchor.week, "head": head, "text": str(head)}
    blocks: list[Block] = [
        section(words("audit_head", "lead", **facts)),
        section(words("audit_head", "line", **facts)),
        context(words("audit_head", "why", **facts)),
    ]
    return Answer(words("audit_head", "read_aloud", **facts), blocks)
