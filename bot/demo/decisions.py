"""What was decided in the sample: by the council, by one person, and one vote that is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.demo.epic import DL, SampleEpic, Y
from bot.workflows.decisions.closing import close_due
from bot.workflows.decisions.deciding import decide_now
from bot.workflows.decisions.follow_up import reviewing
from bot.workflows.decisions.opening.deciders import usual_question
from bot.workflows.decisions.opening.opening import open_decision
from bot.workflows.decisions.voting import vote
from bot.workflows.keeping import Act
from models.audit import audit
from models.audit.trail import acting
from models.decisions.ballots import close_key
from models.decisions.days import usual_close
from models.decisions.decision import Decision
from models.decisions.follow_up.outcome_review import FOUR_WEEKS, Became, OutcomeForm
from models.decisions.form import DecideForm, DecisionForm
from models.decisions.question import Choice, Question
from models.decisions.votes import AFTER_THE_LAST
from models.driver.ending import say_now
from models.epics.epic import Epic
from models.work import cancel

BY = "ana"
LATER = timedelta(minutes=50)
"""From one press to the next."""


@dataclass(frozen=True, slots=True)
class SampleVote:
    """What was recommended and why, and who pressed what, one after the other."""

    recommended: Choice
    because: str
    pressed: tuple[tuple[str, Choice], ...]


NOBODY_OBJECTS = tuple((name, Choice.NO_OBJECTION) for name in ("ben", "eli", "cleo"))

DECIDED = {
    ("One-click checkout", Y): SampleVote(
        Choice.YES, "Who comes back has typed it all before.", NOBODY_OBJECTS
    ),
    ("One-click checkout", DL): SampleVote(
        Choice.PERSEVERE,
        "20.4 % after eight weeks, all of it on phones.",
        (("ben", Choice.PERSEVERE), ("eli", Choice.PIVOT), ("cleo", Choice.PERSEVERE)),
    ),
    ("Pay by bank transfer at checkout", Y): SampleVote(
        Choice.YES, "Two shops of our size are paid so for every fifth order.", NOBODY_OBJECTS
    ),
}
"""What was voted on when it went where; what was not decided, its stream's owner moved."""


@dataclass(frozen=True, slots=True)
class SampleWord:
    """What one person decided, and why."""

    by: str
    question: Question
    outcome: Choice
    why: str


def _go(by: str, why: str) -> SampleWord:
    return SampleWord(by, Question.GO, Choice.YES, why)


ALONE = {
    ("Refunds within a day", Y): _go(
        "ben",
        "Every second call is about a refund, and 40k tells us whether speed brings them back.",
    ),
    ("Show fees before paying", Y): _go("cleo", "Half of those who left named the fee."),
    ("Ask for the company number first", Y): _go("eli", "Nine of eleven fields need no typing."),
    ("Welcome call on day three", Y): _go("cleo", "6k and three weeks tell us who picks up."),
    ("Invoices straight into the ledger", Y): _go("eli", "Two days of each month end are typing."),
    ("A second test environment", Y): _go("ben", "Three epics wait for the one we have."),
    ("A second test environment", DL): SampleWord(
        "ben", Question.MVP, Choice.PERSEVERE, "4 releases a month wait, with half of it in place."
    ),
}
"""What was below the council's line, when it went where; a stop is the decision of who stopped it
anyhow."""

OPEN = "Pay by bank transfer at checkout"
VOTE = SampleVote(
    Choice.PERSEVERE,
    "Still rising.",
    (("eli", Choice.PERSEVERE),),
)
OPENED_AGO = timedelta(hours=20)

OUTCOMES = {
    "Receipts by e-mail at once": (Became.REACHED, "Most of the calls were about one bank."),
    "Address check in one step": (Became.PARTLY, None),
    "Reminders before a card expires": (Became.REACHED, None),
    "One log for all services": (Became.NOT_MEASURED, "Nobody had an outage since."),
}
"""What became of what was done more than four weeks ago."""


def decides(
    session: Session,
    people: Mapping[str, str],
    epic: Epic,
    sample: SampleEpic,
    what: str,
    at: datetime,
) -> bool:
    """Have it decided about the epic at about that moment, where it was; whether it was."""
    word, voted = ALONE.get((sample.title, what)), DECIDED.get((sample.title, what))
    if word is not None:
        act = Act(session, epic.workspace_id, people[word.by], at)
        form = DecideForm(outcome=word.outcome.value, why=word.why)
        decide_now(act, epic.id, word.question, form)
        return True
    if voted is None:
        return False
    began = at - (len(voted.pressed) + 1) * LATER
    decision, last = _ask(session, people, epic, voted, began)
    with acting(session, audit.Act(None, "tack", last + AFTER_THE_LAST)):
        close_due(session, decision.id, last + AFTER_THE_LAST)
    cancel(session, epic.workspace_id, close_key(decision.id))
    return True


def open_one(
    session: Session, people: Mapping[str, str], epics: Mapping[str, Epic], now: datetime
) -> None:
    """The one that is open, of which one elector has voted."""
    _ask(session, people, epics[OPEN], VOTE, now - OPENED_AGO)


def record_outcomes(session: Session, epics: Mapping[str, Epic], now: datetime) -> None:
    """What owners said when they were asked four weeks after an epic was done."""
    for title, (became, note) in OUTCOMES.items():
        epic = epics[title]
        assert epic.done_at is not None
        assert epic.owner_user_id is not None
        at = epic.done_at + FOUR_WEEKS
        assert at < now, f"{title} was done a moment ago"
        with acting(session, audit.Act(epic.owner_user_id, "form record_outcome", at)):
            act = Act(session, epic.workspace_id, epic.owner_user_id, at)
            reviewing.record(act, epic.id, OutcomeForm(became=became, note=note))


def _ask(
    session: Session, people: Mapping[str, str], epic: Epic, asked: SampleVote, at: datetime
) -> tuple[Decision, datetime]:
    """Open it and have them press; the decision, and when the last of them did."""
    here, by = epic.workspace_id, people[BY]
    form = DecisionForm(
        recommended=asked.recommended.value,
        because=asked.because,
        closes_on=usual_close(epic.portfolio, at),
    )
    with acting(session, audit.Act(by, "form open_decision", at)):
        asking = Act(session, here, by, at)
        decision = open_decision(asking, epic.id, form, question=usual_question(epic))
    for place, (name, choice) in enumerate(asked.pressed, start=1):
        pressed_at = partial(_moment, at + place * LATER)
        vote(session, here, people[name], decision.id, choice, pressed_at)
        say_now(session)
    return decision, at + len(asked.pressed) * LATER


def _moment(at: datetime) -> datetime:
    return at
