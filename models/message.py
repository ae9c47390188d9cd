"""What Slack shows: messages and App Homes, each drawn from the present state."""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, stored_by_value
from models.errors import Mistake


class MessageKind(StrEnum):
    """Which view draws a message, and what its subject is."""

    EPIC_CARD = "epic_card"
    """Its subject is an epic."""
    IDEA_ANSWER = "idea_answer"
    """Tells the person who proposed an idea what was answered; its subject is the answer."""
    STOPPED = "stopped"
    """Tells an owner that an epic was stopped, with thanks; its subject is the transition."""
    MOVED = "moved"
    """Tells an owner that someone moved their epic; its subject is the transition."""
    BLOCKED = "blocked"
    """Tells an owner that someone marked their epic as blocked; its subject is the blocking."""
    REFUSAL = "refusal"
    """For the person who can mend it: Slack refused a message, which is its subject."""
    DIGEST = "digest"
    """Its subject is a digest."""
    PAUSED = "paused"
    """Tells a channel that its digest was paused; its subject is the subscription."""
    DIGEST_WAITS = "digest_waits"
    """In the thread of a digest, like the next three: what waits for an answer, is stuck, was
    decided, and of projects."""
    DIGEST_STUCK = "digest_stuck"
    DIGEST_DECIDED = "digest_decided"
    DIGEST_PROJECTS = "digest_projects"
    DIGEST_ANSWERS = "digest_answers"
    """Beneath digests of before there were four replies, like the next seven: one kind of it."""
    DIGEST_QUESTIONS = "digest_questions"
    DIGEST_SHIFTS = "digest_shifts"
    DIGEST_BLOCKED = "digest_blocked"
    DIGEST_STALE = "digest_quiet"
    DIGEST_OVERRIDES = "digest_overrides"
    DIGEST_UNOWNED = "digest_unowned"
    DIGEST_SLIPS = "digest_slips"
    FACT_CHECK = "fact_check"
    """Asks one person whether their epics are still right; its subject is a fact check."""
    USER_GROUP = "user_group"
    """Tells an admin that a role's user group is empty or gone; its subject is a grant to it."""
    ROLE = "role"
    """Tells someone that they were given a role; its subject is the grant."""
    DEPARTURE = "departure"
    """Tells an admin who left Slack and what they own; its subject is a departure."""
    HANDOVER = "handover"
    """Tells someone what became another's; its subject is a handover."""
    OWNER = "owner"
    """Tells someone that an epic nobody owned is theirs; its subject is the epic."""
    STREAM_MOVE = "stream_move"
    """Stands where the card of an epic stood that went to another stream; its subject is that."""
    STREAM_MOVE_DM = "stream_move_told"
    """The same, for the person who owns one of the two streams, or the epic."""
    LIVE = "live"
    """Announces a portfolio in its channel; its subject is the portfolio."""
    LIVE_FOR_OWNER = "live_for_owner"
    """The same, for the person who owns value streams of it; its subject is the first of them."""
    AUDIT_HEAD = "audit_head"
    """Tells an admin how the audit log ends; its subject is an anchor."""
    EXPORT = "export"
    """For the person who asked for an export: it did not go well; its subject is the export."""
    IMPORTED = "imported"
    """Tells the person who brought a file in what came of it; its subject is the upload."""
    BALLOT = "ballot"
    """In a channel: what is voted on, and then how it ended; its subject is a decision."""
    NOT_OPENED = "not_opened"
    """To who planned it: why a decision was not opened; its subject is what was planned."""
    BALLOT_DM = "ballot_told"
    """The same, to an elector alone."""
    SECOND_ROUND = "second_round"
    """In the thread of a ballot, like the next two: asks the electors again; its subject is a
    decision."""
    SECOND_ROUND_DM = "second_round_told"
    """The same, to an elector alone."""
    BALLOT_REMINDER = "ballot_reminder"
    """Reminds an elector who has not voted, like the next one; its subject is a decision."""
    BALLOT_EXTENDED = "ballot_extended"
    """Tells an elector who has not voted that there is more time, since too few have."""
    STOP_FIRST = "stop_first"
    """Tells the owner of an epic first that it ends; its subject is a decision."""
    TIE = "tie"
    """Asks the tie-breaker between which options to choose; its subject is a decision."""
    BALLOT_QUESTION = "ballot_question"
    """A question about what is voted on, and its answer."""
    BALLOT_QUESTION_DM = "ballot_question_told"
    """The same, to who may know the answer."""
    OBJECTION = "objection"
    """An objection to what is voted on, and what became of it."""
    OBJECTION_DM = "objection_told"
    """The same, to who may remove it or set it aside."""
    STAND_IN = "stand_in"
    """Tells someone for whom they vote; its subject is a delegation."""
    STAND_IN_BALLOT = "stand_in_ballot"
    """The ballot, to who votes until a day for an elector; its subject is a carried ballot."""
    SIGNAL = "signal"
    """Asks an owner whether to decide on an epic because of what was measured; its subject is a
    check of that signal."""
    SHIFT = "shift"
    """A request to move money, and what became of it; its subject is a shift."""
    SHIFT_QUESTION = "shift_question"
    """A question about a request to move money, and its answer."""
    SHIFT_QUESTION_DM = "shift_question_told"
    """The same, to who asked for the money and who asks."""
    OVERSPENT = "overspent"
    """For the person who answers for a stream: it was overspent; its subject is the actual."""
    MERGED = "merged"
    """Says in a channel where its value stream went; its subject is the stream that ended."""


DIGEST_KINDS = tuple(kind for kind in MessageKind if kind.value.startswith("digest"))
"""A digest and the replies in its thread."""


QUESTION_KINDS = (MessageKind.BALLOT_QUESTION, MessageKind.BALLOT_QUESTION_DM)
SHIFT_QUESTION_KINDS = (MessageKind.SHIFT_QUESTION, MessageKind.SHIFT_QUESTION_DM)
OBJECTION_KINDS = (MessageKind.OBJECTION, MessageKind.OBJECTION_DM)


FOLLOW_UP_KINDS = (
    MessageKind.BALLOT_REMINDER,
    MessageKind.BALLOT_EXTENDED,
    MessageKind.STOP_FIRST,
)
"""What people alone hear of a decision before it has ended for all."""

ROUND_KINDS = (MessageKind.SECOND_ROUND, MessageKind.SECOND_ROUND_DM, MessageKind.TIE)
"""What asks someone about a decision that goes on after its first round."""

BALLOT_KINDS = (MessageKind.BALLOT, MessageKind.BALLOT_DM)
"""What shows a decision."""


PEOPLE = ("U", "W")
"""What the ids of people begin with; what is sent to one goes to their direct messages."""


class NothingToShow(Mistake):
    """A message that is shown already, or is not there any more."""

    def __init__(self) -> None:
        super().__init__("There is nothing left to fix: it is shown.")


class Message(Base):
    """One message in Slack: where it is, what it shows, and how far its posting came.

    `post_started_at` without `ts` means that a post was begun and its answer is not known, so it
    is looked for before anything is posted again.
    """

    audited = False
    __tablename__ = "messages"
    __table_args__ = (Index(None, "workspace_id", "kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    channel_id: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[str | None] = mapped_column(String(32), index=True)
    """Whom it was sent to, where it went to a person alone."""
    thread_ts: Mapped[str | None] = mapped_column(String(32))
    kind: Mapped[MessageKind] = mapped_column(stored_by_value(MessageKind, 32))
    subject_id: Mapped[int]
    ts: Mapped[str | None] = mapped_column(String(32))
    post_started_at: Mapped[datetime | None]
    refusal: Mapped[str | None] = mapped_column(Text)
    drawn_at: Mapped[datetime | None]

    @property
    def work_key(self) -> str:
        return message_key(self.id)

    @property
    def posted_at(self) -> datetime | None:
        """When Slack took it, which its ts says; None as long as it did not."""
        return None if self.ts is None else datetime.fromtimestamp(float(self.ts), UTC)

    def show_again(self) -> None:
        """Have it posted even if it may have been before. Raises NothingToShow."""
        if self.refusal is None:
            raise NothingToShow
        if self.ts is None:
            self.post_started_at = None


def message_key(message_id: int) -> str:
    """The key of the work that draws a message."""
    return f"message:{message_id}"


def home_key(home_id: int) -> str:
    """The key of the work that draws an App Home."""
    return f"home:{home_id}"
