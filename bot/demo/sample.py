"""A lifelike portfolio to look at: written by the very workflows, in the order it happened."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from operator import itemgetter
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.demo import budgets, decisions
from bot.demo import frame as sample_frame
from bot.demo.earlier import bring_in
from bot.demo.epic import DL, IM, Heard, R, Read, S, SampleEpic, Y
from bot.demo.epics import EPICS
from bot.workflows.board import digesting
from bot.workflows.epics import answering, blocking, stopping
from bot.workflows.epics.moving import move
from bot.workflows.epics.proposing import propose
from bot.workflows.evidence import recording
from bot.workflows.keeping import Act as Doing
from bot.workflows.portfolio.setting_up import go_live, set_up
from models.audit.audit import Act
from models.audit.trail import acting
from models.board.confirmation import Confirmation
from models.board.digest import USUAL_MINUTE, USUAL_WEEKDAY, Wish
from models.budgets.shift import Shift
from models.calendar import SATURDAY
from models.decisions.signal import SignalCheck
from models.epics.answer import Answer, AnswerKind, IdeaAnswer
from models.epics.epic import Epic
from models.epics.proposal import parse_proposal
from models.evidence.form import EvidenceForm
from models.message import Message, MessageKind
from models.portfolio.portfolio import Phase, Portfolio, State, StateKind
from models.portfolio.setup import Setup, StreamSetup
from models.work import cancel

NAME = "Shop"
ZONE = "Europe/Berlin"
STREAMS = (
    ("Payments", "PAY", "ben", "payments"),
    ("Onboarding", "ONB", "cleo", "onboarding"),
    ("Platform", "PLA", "eli", "platform"),
)
QUIET = ("Show fees before paying", "Fewer alarms at night")
"""Of these epics nothing was heard for long."""

BEGAN_DAYS_AGO = 185
STILL_NEWS = timedelta(days=7)
"""What was told privately before that is read by now, and is not shown."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The portfolio the epics come into."""

    portfolio: Portfolio
    people: Mapping[str, str]
    themes: Mapping[str, int]
    projects: Mapping[str, int]


Happened = str | Read | Heard
"""The column it entered, what else was done about it, or what was known."""


def load_sample(
    session: Session,
    workspace_id: int,
    people: Mapping[str, str],
    channels: Mapping[str, str],
    now: datetime,
) -> None:
    """Store the sample with its half year before `now`; `people` and `channels` are ids by name.

    Ana is an admin already. Only epics still open keep a card to be shown.
    """
    began = now - timedelta(days=BEGAN_DAYS_AGO)
    with acting(session, Act(people["ana"], "/portfolio setup", began)):
        frame = _frame(session, workspace_id, people, channels, began, now)
    portfolio = frame.portfolio
    epics: dict[str, Epic] = {}
    story = [*budgets.deeds(session, portfolio, people, began, now)]
    for at, sample, happened in events(now):
        story.append((at, partial(_write, session, frame, epics, at, sample, happened)))
    for _, happens in sorted(story, key=itemgetter(0)):
        happens()
    _forget_what_is_read(session, workspace_id, now)
    _confirm(session, epics.values(), now)
    decisions.record_outcomes(session, epics, now)
    with acting(session, Act(people["ana"], "/portfolio settings", now)):
        sample_frame.ask_for_decisions(portfolio, asked=True)
        bring_in(session, portfolio, now)
        sample_frame.set_limits(session, portfolio, people["ana"], now)
    decisions.open_one(session, people, epics, now)  # its case says how long others took
    with acting(session, Act(people["ana"], "/portfolio settings", now)):
        _subscribe(session, portfolio, people["ana"], channels["portfolio"], now)


def _write(
    session: Session,
    frame: Frame,
    epics: dict[str, Epic],
    at: datetime,
    sample: SampleEpic,
    happened: Happened,
) -> None:
    """Write what happened to an epic; one that is proposed is one of them from then on."""
    if happened == PROPOSED:
        with acting(session, Act(frame.people[sample.by], "form propose_epic", at)):
            epics[sample.title] = _propose(session, frame, sample, at)
        return
    epic = epics[sample.title]
    if not isinstance(happened, str):
        with acting(session, Act(epic.owner_user_id, "form add_evidence", at)):
            _note(session, epic, happened, at)
        return
    way = f"/epic {WAYS.get(happened, 'move')}"
    with acting(session, Act(epic.value_stream.owner_user_id, way, at)):
        _happen(session, frame, epic, sample, happened, at)


def _frame(
    session: Session,
    workspace_id: int,
    people: Mapping[str, str],
    channels: Mapping[str, str],
    began: datetime,
    now: datetime,
) -> Frame:
    streams = [
        StreamSetup(
            name=name,
            key_prefix=prefix,
            owner_user_id=people[owner],
            channel_id=channels[channel],
        )
        for name, prefix, owner, channel in STREAMS
    ]
    setup = Setup(name=NAME, currency="EUR", time_zone=ZONE, streams=streams)
    portfolio = set_up(session, workspace_id, people["ana"], setup, began)
    portfolio.channel_id = channels["portfolio"]
    go_live(session, workspace_id, people["ana"], portfolio.id, began)
    sample_frame.ask_for_decisions(portfolio, asked=False)
    sample_frame.give_roles(session, portfolio, people, began)
    return Frame(
        portfolio,
        people,
        sample_frame.keep_themes(session, portfolio, people, began),
        sample_frame.keep_projects(session, portfolio, people, began, now),
    )


PROPOSED, ANSWERED, BLOCKED = "proposed", "answered", "blocked"
WAYS = {R: "answer", ANSWERED: "answer", BLOCKED: "block", S: "stop"}
"""The words by which it was done; else it was moved."""


def events(now: datetime) -> Iterator[tuple[datetime, SampleEpic, Happened]]:
    """What happened to each epic and when, one thing after the other."""
    for place, sample in enumerate(EPICS):
        last = began = now - timedelta(days=sample.days_ago)
        for step, (days, what) in enumerate(_story(sample)):
            at = _office_hour(began + timedelta(days=days), place + step, now)
            last = min(max(at, last + timedelta(hours=1)), now) if step else at
            yield last, sample, what


def _story(sample: SampleEpic) -> list[tuple[int, Happened]]:
    """What happened to it, after so many days."""
    story: list[tuple[int, Happened]] = [(0, PROPOSED), *sample.way, *sample.evidence]
    if sample.answer is not None:
        story.append((sample.answer[0], ANSWERED))
    if sample.blocked is not None:
        story.append((sample.days_ago - sample.blocked[0], BLOCKED))
    return sorted(story, key=lambda step: step[0])


def _office_hour(moment: datetime, spread: int, now: datetime) -> datetime:
    """A working day's moment between nine and five near the one given, never after now."""
    day = moment.astimezone(ZoneInfo(ZONE)).date()
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    hour = time(9 + spread * 5 % 8, spread * 7 % 60)
    return min(datetime.combine(day, hour, ZoneInfo(ZONE)), now)


def _propose(session: Session, frame: Frame, sample: SampleEpic, at: datetime) -> Epic:
    portfolio = frame.portfolio
    stream = next(each for each in portfolio.value_streams if each.name == sample.stream)
    answers = {
        "title": sample.title,
        "value_stream": str(stream.id),
        "hypothesis": sample.hypothesis,
        "project": str(frame.projects[sample.project]) if sample.project else None,
        **_numbers(sample, at),
    }
    proposal = parse_proposal(answers, at.date(), portfolio.currency)
    proposer, request_id = frame.people[sample.by], f"sample:{sample.title}"
    return propose(session, portfolio.workspace_id, proposer, proposal, request_id, at)


def _numbers(sample: SampleEpic, at: datetime) -> dict[str, str | None]:
    numbers = sample.numbers
    if numbers is None:
        return {}
    return {
        "for_whom": numbers.for_whom,
        "indicator": numbers.indicator,
        "baseline": numbers.baseline,
        "target": numbers.target,
        "target_on": (at + timedelta(days=numbers.in_days)).date().isoformat(),
        "kill_threshold": numbers.kill_threshold,
        "mvp_cost": numbers.mvp_cost,
        "full_cost": numbers.full_cost,
        "horizon": numbers.horizon,
    }


def _happen(
    session: Session, frame: Frame, epic: Epic, sample: SampleEpic, what: str, at: datetime
) -> None:
    """What its stream's owner did about the epic, or the council decided."""
    if what in (Y, DL, S) and decisions.decides(session, frame.people, epic, sample, what, at):
        return
    here, owner = epic.workspace_id, epic.value_stream.owner_user_id or ""
    if what == R:
        theme = frame.themes[sample.theme] if sample.theme else None
        yes = IdeaAnswer(kind=AnswerKind.YES, theme_id=theme, theme_none_because=sample.no_theme)
        answering.answer(session, here, owner, epic.id, None, yes, at)
    elif what == ANSWERED and sample.answer is not None:
        _, kind, words = sample.answer
        said = IdeaAnswer(kind=AnswerKind(kind), words=words)
        answering.answer(session, here, owner, epic.id, None, said, at)
    elif what == BLOCKED and sample.blocked is not None:
        blocking.block(session, here, owner, epic.id, sample.blocked[1], at)
    elif what == S and sample.stopped is not None:
        reason, learned = sample.stopped
        stopping.stop(session, here, owner, epic.id, None, reason, learned, at)
    else:
        _move(session, epic, sample, what, at)


def _note(session: Session, epic: Epic, what: Read | Heard, at: datetime) -> None:
    """Keep what was read, seen or heard of it."""
    by = epic.owner_user_id or ""
    said = {"value": Decimal(what.value)} if isinstance(what, Read) else what._asdict()
    form = EvidenceForm(epic_id=epic.id, observed_on=epic.portfolio.day_of(at), **said)
    recording.add(Doing(session, epic.workspace_id, by, at), form)


def _move(session: Session, epic: Epic, sample: SampleEpic, name: str, at: datetime) -> None:
    here, owner = epic.workspace_id, epic.value_stream.owner_user_id or ""
    passes = sample.overridden is not None and sample.overridden[0] == name
    reason = sample.overridden[1] if sample.overridden and passes else None
    phase = Phase.DELIVERING if name == DL else None
    to = epic.portfolio.state(IM if name == DL else name)
    reason = sample.went_on if name == DL else reason
    move(session, here, owner, epic.id, to.id, None, reason, at, phase=phase, override=passes)


def _confirm(session: Session, epics: Iterable[Epic], now: datetime) -> None:
    """Have owners say a few days ago that their epics stand so; of some nothing was heard."""
    at = _office_hour(now - timedelta(days=3), 1, now)
    for epic in epics:
        if epic.state.committed and epic.state_entered_at < at and epic.title not in QUIET:
            session.add(
                Confirmation(
                    workspace_id=epic.workspace_id,
                    epic_id=epic.id,
                    user_id=epic.owner_user_id or "",
                    at=at,
                )
            )


def _subscribe(
    session: Session, portfolio: Portfolio, ana: str, channel_id: str, now: datetime
) -> None:
    """Have #portfolio told on Mondays at nine, and this week's digest sent already."""
    wish = Wish(
        portfolio_id=portfolio.id,
        value_stream_id=None,
        weekday=USUAL_WEEKDAY,
        minute_of_day=USUAL_MINUTE,
        time_zone=ZONE,
    )
    digesting.subscribe(session, portfolio.workspace_id, ana, channel_id, wish, now)
    digesting.send_now(session, portfolio.workspace_id, ana, channel_id, now)


def _forget_what_is_read(session: Session, workspace_id: int, now: datetime) -> None:
    """Cards of what has ended, and what was told privately long ago."""
    is_open = State.kind.not_in([StateKind.DONE, StateKind.STOPPED])
    is_news = (Answer.at > now - STILL_NEWS, Answer.kind != AnswerKind.YES)
    kept = {
        MessageKind.EPIC_CARD: set(
            session.scalars(select(Epic.id).join(Epic.state).where(is_open))
        ),
        MessageKind.IDEA_ANSWER: set(session.scalars(select(Answer.id).where(*is_news))),
        MessageKind.SHIFT: set(session.scalars(select(Shift.id))),
        MessageKind.SIGNAL: set(session.scalars(select(SignalCheck.id))),
    }
    messages = session.scalars(select(Message).where(Message.workspace_id == workspace_id))
    for message in messages.all():
        if message.subject_id in kept.get(message.kind, ()):
            continue
        cancel(session, workspace_id, message.work_key)
        session.delete(message)
