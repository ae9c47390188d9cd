"""Raising a decision by a signal: a reading past the stop line, and what later rooms measure."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select

from bot.workflows.decisions.opening.cases import about_epic
from bot.workflows.decisions.opening.deciders import check_see, usual_tie_breaker, who_decides
from bot.workflows.decisions.opening.opening import channel_for, open_about
from bot.workflows.evidence.known import first_tested_on
from bot.workflows.evidence.recording import judges
from bot.workflows.keeping import Act
from models.calendar import spell_day
from models.decisions.days import usual_close_at
from models.decisions.decision import Advice, Decision, Terms, Way
from models.decisions.opening import ballot_channel, check_can_ask, check_can_post, check_live
from models.decisions.question import Asked, Question, Subject
from models.epics.epic import Epic
from models.epics.hypothesis import named, read_stop_line
from models.errors import Mistake
from models.evidence.items import Reading

NOT_AGAIN_FOR = timedelta(weeks=4)
"""So long after one was opened, no signal opens another."""


def raise_decision(act: Act, epic: Epic, because: str) -> Decision | None:
    """Ask whether the epic perseveres, pivots or stops, because of what was measured.

    The council votes on it, or below its line the one person who decides is asked alone. None
    where the same was asked within four weeks. The epic and the workspace's roles must be locked.
    Raises CannotSee, NobodyDecides, NoElectors, NotLive, NotTesting and NowhereToPost.
    """
    session = act.session
    lately = select(Epic.id).where(Epic.id == epic.id, asked_since(act.at - NOT_AGAIN_FOR))
    if session.scalar(lately) is not None:
        return None
    check_can_ask(epic, Question.MVP)
    check_live(epic.portfolio, act.at)
    who = who_decides(session, epic, Question.MVP)
    if who.way is Way.VOTE and not epic.restricted:
        check_can_post(epic.portfolio, ballot_channel(epic))
    check_see(session, epic, who.people)
    closes_at = usual_close_at(epic.portfolio, act.at)
    return open_about(
        act,
        about_epic(act, epic, Question.MVP),
        Asked.usual(Question.MVP),
        Terms(
            way=who.way,
            electors=who.people,
            electors_are=who.are,
            closes_at=closes_at,
            tie_breaker=usual_tie_breaker(session, epic) if who.way is Way.VOTE else None,
        ),
        channel_id=channel_for(epic, who.way),
        advice=Advice(because=because),
    )


def asked_since(since: datetime) -> ColumnElement[bool]:
    """Of which epics the same was asked since the moment, or is open."""
    return exists().where(
        Decision.subject == Subject.EPIC,
        Decision.subject_id == Epic.id,
        Decision.question == Question.MVP,
        Decision.closed_at.is_(None) | (Decision.opened_at > since),
    )


@judges
def hold_against_stop_line(act: Act, epic: Epic, reading: Reading) -> str | None:
    """Have it decided at once where the reading is past the stop line, on or after its day."""
    line = read_stop_line(epic.kill_threshold)
    if line is None or epic.phase is None or not line.is_passed_by(reading.value):
        return None
    day = line.holds_from(first_tested_on(act.session, epic), epic.target_on)
    if day is None or reading.observed_on < day:
        from_then = f", which counts from {spell_day(day)}" if day else ""
        return f"That is past the stop line, {line.spelled}{from_then}."
    unit = named(epic.indicator or "")[1]
    read = f"{reading.value:f}{unit} on {spell_day(reading.observed_on)}"
    because = f"{read} is past the stop line, {line.spelled}."
    try:
        decision = raise_decision(act, epic, because)
    except Mistake as nobody:
        return f"That is past the stop line, {line.spelled}, and nobody can be asked: {nobody}"
    if decision is None:
        return f"That is past the stop line, {line.spelled}; a decision was opened recently."
    return f"That is past the stop line, {line.spelled}: {decision.key} asks what to do."
