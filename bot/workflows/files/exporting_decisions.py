"""Giving decisions away: those of before in the columns they came in, and all as a document."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.workflows.files.exporting import AT_ONCE, Scope, seen_in
from models.calendar import spell_day, spell_days
from models.decisions.ballots import counted
from models.decisions.case import Case, CaseNews
from models.decisions.decision import Decision, Way
from models.decisions.register.past import PastDecision
from models.decisions.thread import BallotQuestion, Objection
from models.decisions.votes import Ballot, Elector
from models.evidence.known import Evidence
from models.files.sheet import Sheet
from models.money import format_amount

MARKS = re.compile(r"([\\`*_\[\]<>#|])")
"""What Markdown would take for more than words."""

PAST_COLUMNS = {
    "source": "text",
    "id": "text",
    "title": "text",
    "question": "text",
    "item": "text",
    "opened_at": "moment",
    "closed_at": "moment",
    "for": "integer",
    "against": "integer",
    "abstain": "integer",
    "eligible": "integer",
    "threshold_percent": "decimal",
    "outcome": "text",
}
VOTE_COLUMNS = dict.fromkeys(("source", "decision_id", "voter", "choice"), "text")


def past_sheets(session: Session, scope: Scope) -> Iterator[Sheet]:
    """The two tables that `tack import decisions` takes."""
    yield Sheet("past_decisions", PAST_COLUMNS, (_past_row(each) for each in _past(session, scope)))
    yield Sheet(
        "past_votes",
        VOTE_COLUMNS,
        (
            (each.source, each.source_id, voter, choice)
            for each in _past(session, scope)
            for voter, choice in (each.choices or {}).items()
        ),
    )


def document(session: Session, scope: Scope) -> Iterator[str]:
    """Every decision with its case, its rule, who chose what and what came of it, in Markdown.

    Of one that is open nobody's choice and no count is in it.
    """
    zone = ZoneInfo(scope.portfolio.time_zone)
    yield f"# Decisions of {_words(scope.portfolio.name)}\n"
    yield f"\nTimes are by the clock of {scope.portfolio.time_zone}.\n"
    asked = select(Decision).where(seen_in(Decision, scope)).options(joinedload(Decision.epic))
    is_any = False
    for decision in _streamed(session, asked.order_by(Decision.id)):
        yield from _record(session, decision, zone)
        is_any = True
    for past in _past(session, scope):
        yield from _past_record(past, zone)
        is_any = True
    if not is_any:
        yield "\nNo decision yet.\n"


def _record(session: Session, decision: Decision, zone: ZoneInfo) -> Iterator[str]:
    case = decision.case
    yield f"\n## {decision.key} · {_words(case.key)} {_words(case.title)}\n\n"
    yield f"{_words(decision.asks)}\n\n"
    yield from _facts(
        [
            ("Outcome", _outcome(decision)),
            ("Opened", f"{_moment(decision.opened_at, zone)} by {decision.opened_by}"),
            ("Closed", _closed(decision, zone)),
            ("Rule", _rule(decision)),
            ("Tie-breaker", decision.tie_breaker),
            ("Decided by", decision.decided_by),
            ("Why", decision.why),
            ("Present", decision.present),
            ("Link", decision.link),
            ("Recommended", decision.recommended and decision.label(decision.recommended)),
            ("Because", decision.because),
            ("Sure of the target", _percent(decision.confidence)),
            ("What came of it", decision.effect),
            ("Waits for", decision.waiting_for),
            ("Learned", decision.learned),
        ]
    )
    yield "\n### The case as it was when it was opened\n\n"
    yield from _facts(_case(decision))
    if decision.way is Way.VOTE:
        yield from _rounds(session, decision, zone)
        yield from _objections(session, decision, zone)
        yield from _questions(session, decision, zone)


def _objections(session: Session, decision: Decision, zone: ZoneInfo) -> Iterator[str]:
    """Each with what would remove it, and what became of it."""
    raised = select(Objection).where(Objection.decision_id == decision.id)
    for place, each in enumerate(session.scalars(raised.order_by(Objection.id)).all()):
        yield "" if place else "\n### Objections\n\n"
        by = f", said by {each.raised_by}" if each.raised_by else ""
        yield f"- {each.user_id}{by}, {_moment(each.raised_at, zone)}: {_words(each.harm)}\n"
        yield f"  - Would be removed by: {_words(each.remedy)}\n"
        if each.withdrawn_at is not None:
            yield f"  - Withdrawn {_moment(each.withdrawn_at, zone)}\n"
        if each.set_aside_at is not None and each.failed is not None:
            said = f"{each.failed.says}: {_words(each.because or '')}"
            at = _moment(each.set_aside_at, zone)
            yield f"  - Set aside by {each.set_aside_by}, {at}, because {said}\n"


def _questions(session: Session, decision: Decision, zone: ZoneInfo) -> Iterator[str]:
    """Each with its answer."""
    asked = select(BallotQuestion).where(BallotQuestion.decision_id == decision.id)
    for place, each in enumerate(session.scalars(asked.order_by(BallotQuestion.id)).all()):
        yield "" if place else "\n### Questions\n\n"
        yield f"- {each.asked_by}, {_moment(each.asked_at, zone)}: {_words(each.words)}\n"
        if each.answer is not None and each.answered_at is not None:
            at = _moment(each.answered_at, zone)
            yield f"  - {each.answered_by}, {at}: {_words(each.answer)}\n"
        else:
            yield "  - Not answered\n"


def _case(decision: Decision) -> Sequence[tuple[str, str | None]]:
    case = decision.case

    def money(minor: int | None) -> str | None:
        return None if minor is None else format_amount(minor, case.currency)

    return [
        ("Value stream", case.value_stream or None),
        ("State", case.column or None),
        ("Hypothesis", case.sentence or case.hypothesis),
        ("Indicator", case.indicator),
        ("Baseline", None if case.baseline is None else f"{case.baseline:f}"),
        ("Target", None if case.target is None else f"{case.target:f}"),
        ("Target day", spell_day(case.target_on) if case.target_on else None),
        ("We stop if", case.kill_threshold),
        ("Cost of the MVP", money(case.mvp_cost_minor)),
        ("Full cost", money(case.full_cost_minor)),
        ("Spent by then", money(case.evidence.spent_minor) if case.evidence else None),
        ("Persevering commits", money(case.money.commits_minor) if case.money else None),
        ("Available before it", money(case.money.available_minor) if case.money else None),
        ("Day since commitment", None if case.day is None else f"{case.day}"),
        ("85 of 100 finish by day", f"{case.pace.line_day}" if case.pace else None),
        *_news(case.news),
        ("A stop frees", _place(case)),
        *_evidence(case.evidence),
        *(("Known", line) for line in case.lines),
    ]


def _place(case: Case) -> str | None:
    """Which place; who was next for it may be an epic that not everybody sees by now."""
    if case.place is None:
        return None
    where = f" in {case.place.where}" if case.place.where else ""
    return f"one place of {case.place.most:,}{where}"


def _news(news: CaseNews | None) -> Iterator[tuple[str, str]]:
    """By how much its figure had changed since it went on before, and what was late."""
    if news is not None and news.change is not None:
        since = f"Changed since {news.decided} of {spell_day(news.on)}"
        yield since, f"{news.change:+f}"
    if news is not None and news.milestone:
        yield "Late in its project", f"{news.milestone}, {spell_days(news.late_days)}"


def _evidence(known: Evidence | None) -> Iterator[tuple[str, str]]:
    """What was read, how much was said for it and against it, and the newest of that."""
    if not known:
        return
    for point in known.readings:
        yield "Reading", f"{point.value:f}, {spell_day(point.on)}"
    yield "Evidence", f"{known.speaks_for} for, {known.speaks_against} against"
    for said in known.said:
        link = f" {said.link}" if said.link else ""
        yield said.stance.capitalize(), f"{said.words}, {spell_day(said.on)}{link}"


def _rounds(session: Session, decision: Decision, zone: ZoneInfo) -> Iterator[str]:
    """Each elector in each round: who voted, and once it has closed what they chose and why."""
    cast = select(Ballot).where(Ballot.decision_id == decision.id).order_by(Ballot.number)
    ballots = session.scalars(cast).all()
    gone = select(Elector.user_id).where(
        Elector.decision_id == decision.id, Elector.left_at.is_not(None)
    )
    left = set(session.scalars(gone))
    for number in range(1, decision.round + 1):
        of = f", round {number}" if decision.round > 1 else ""
        yield f"\n### Who was asked{of}\n\n"
        counts = counted(each for each in ballots if each.round == number)
        for elector in decision.electorate:
            ballot = counts.get(elector)
            if ballot is not None:
                said = "has voted" if decision.is_sealed else _voice(decision, ballot, zone)
            elif elector in left and number == decision.round:
                said = "left Slack without a vote"
            else:
                is_open = decision.is_open and number == decision.round
                said = "has not voted yet" if is_open else "did not vote"
            yield f"- {elector}: {said}\n"


def _voice(decision: Decision, ballot: Ballot, zone: ZoneInfo) -> str:
    """What was chosen and when, by which stand-in, and why."""
    by = f", by {ballot.cast_by}" if ballot.cast_by else ""
    why = f": {_words(ballot.reason)}" if ballot.reason else ""
    return f"{_words(decision.label(ballot.choice))}, {_moment(ballot.at, zone)}{by}{why}"


def _outcome(decision: Decision) -> str:
    if decision.is_open:
        return "open"
    if decision.is_held:
        return "closed, and the result is not out yet"
    ended = decision.label(decision.outcome) if decision.outcome else f"none: {decision.ending}"
    return f"{ended}, {decision.score}" if decision.score else ended


def _percent(confidence: int | None) -> str | None:
    return None if confidence is None else f"{confidence} %"


def _closed(decision: Decision, zone: ZoneInfo) -> str:
    if decision.closed_at is None:
        return f"not yet; {_moment(decision.closes_at, zone)} at the latest"
    return _moment(decision.closed_at, zone)


def _rule(decision: Decision) -> str:
    if decision.way is not Way.VOTE:
        return {Way.ALONE: "decided by one person", Way.ROOM: "decided in the room"}[decision.way]
    asked = len(decision.electorate)
    return f"{decision.method}; at least {decision.quorum} of {asked} must vote"


def _past(session: Session, scope: Scope) -> Iterator[PastDecision]:
    asked = select(PastDecision).where(seen_in(PastDecision, scope))
    return _streamed(session, asked.order_by(PastDecision.closed_at, PastDecision.id))


def _past_row(past: PastDecision) -> Sequence[Any]:
    return (
        past.source,
        past.source_id,
        past.title,
        past.question,
        past.item,
        past.opened_at,
        past.closed_at,
        past.votes_for,
        past.votes_against,
        past.abstained,
        past.eligible,
        past.threshold_percent,
        past.outcome,
    )


def _past_record(past: PastDecision, zone: ZoneInfo) -> Iterator[str]:
    yield f"\n## {_words(past.source_id)} · {_words(past.title)}\n\n"
    days = [spell_day(at.astimezone(zone).date()) for at in (past.opened_at, past.closed_at)]
    yield from _facts(
        [
            ("Outcome", past.outcome),
            ("Question", past.question),
            ("About", past.item),
            ("Opened", days[0]),
            ("Closed", days[1]),
            ("For, against, abstained", _counts(past) if past.tally else None),
            ("Recounted", past.agreement.name.lower()),
            ("From", past.source or None),
        ]
    )
    for voter, choice in (past.choices or {}).items():
        yield f"- {_words(voter)}: {choice}\n"


def _counts(past: PastDecision) -> str:
    of = "" if past.eligible is None else f" of {past.eligible}"
    return f"{past.votes_for}, {past.votes_against}, {past.abstained or 0}{of}"


def _facts(facts: Sequence[tuple[str, str | None]]) -> Iterator[str]:
    """A line for each that is known."""
    return (f"- {name}: {_words(value)}\n" for name, value in facts if value)


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{spell_day(local.date())}, {local:%H:%M}"


def _words(text: str) -> str:
    """What people wrote, on one line, and as words only."""
    return MARKS.sub(r"\\\1", " ".join(text.split()))


def _streamed(session: Session, asked: Any) -> Iterator[Any]:
    return iter(session.scalars(asked.execution_options(yield_per=AT_ONCE)))
