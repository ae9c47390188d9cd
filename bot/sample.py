"""A lifelike portfolio to look at: written by the very workflows, in the order it happened."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.sample_epics import EPICS, SampleEpic
from bot.workflows import digesting
from bot.workflows.moving import move
from bot.workflows.proposing import propose
from bot.workflows.setting_up import go_live, set_up
from models.calendar import SATURDAY
from models.confirmation import Confirmation
from models.digest import USUAL_MINUTE, USUAL_WEEKDAY
from models.epic import Epic
from models.message import Message
from models.portfolio import Portfolio, State, StateKind
from models.proposal import parse_proposal
from models.setup import Setup, StreamSetup
from models.work import Work

NAME = "Shop"
ZONE = "Europe/Berlin"
STREAMS = (
    ("Payments", "PAY", "ben", "payments"),
    ("Onboarding", "ONB", "cleo", "onboarding"),
    ("Platform", "PLA", "eli", "platform"),
)


QUIET = ("One-click checkout", "Fewer alarms at night")
"""Of these epics nothing was heard for long."""


def load_sample(
    session: Session,
    workspace_id: int,
    people: Mapping[str, str],
    channels: Mapping[str, str],
    now: datetime,
) -> None:
    """Store the sample with its half year before `now`; `people` and `channels` are ids by name.

    Only epics still open keep a card to be shown.
    """
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
    began = now - timedelta(days=180)
    portfolio = set_up(session, workspace_id, people["ana"], setup, began)
    go_live(session, workspace_id, None, portfolio.id, began)
    epics: dict[str, Epic] = {}
    for at, sample, state in sorted(_events(now), key=lambda event: event[0]):
        if state is None:
            epics[sample.title] = _propose(session, portfolio, people, sample, at)
        else:
            _move(session, epics[sample.title], state, sample, at)
    _forget_ended_cards(session, workspace_id)
    _confirm(session, epics.values(), now)
    _subscribe(session, portfolio, people["ana"], channels["portfolio"], now)


def _events(now: datetime) -> Iterator[tuple[datetime, SampleEpic, str | None]]:
    for place, sample in enumerate(EPICS):
        began = now - timedelta(days=sample.days_ago)
        yield _office_hour(began, place, now), sample, None
        for step, (days, state) in enumerate(sample.way, start=1):
            yield _office_hour(began + timedelta(days=days), place + step, now), sample, state


def _office_hour(moment: datetime, spread: int, now: datetime) -> datetime:
    """A working day's moment between nine and five near the one given, never after now."""
    day = moment.astimezone(ZoneInfo(ZONE)).date()
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    hour = time(9 + spread * 5 % 8, spread * 7 % 60)
    return min(datetime.combine(day, hour, ZoneInfo(ZONE)), now)


def _propose(
    session: Session,
    portfolio: Portfolio,
    people: Mapping[str, str],
    sample: SampleEpic,
    at: datetime,
) -> Epic:
    stream = next(each for each in portfolio.value_streams if each.name == sample.stream)
    answers = {
        "title": sample.title,
        "value_stream": str(stream.id),
        "hypothesis": sample.hypothesis,
        **dict(sample.answers),
    }
    proposal = parse_proposal(answers, at.date(), portfolio.currency)
    request_id = f"sample:{sample.title}"
    return propose(session, portfolio.workspace_id, people[sample.by], proposal, request_id, at)


def _move(session: Session, epic: Epic, name: str, sample: SampleEpic, at: datetime) -> None:
    to = epic.portfolio.state(name)
    reason = sample.reason if name == "stopped" else None
    owner = epic.value_stream.owner_user_id or epic.owner_user_id or ""
    move(session, epic.workspace_id, owner, epic.id, to.id, None, reason, at)


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
    wish = digesting.Wish(
        portfolio_id=portfolio.id,
        value_stream_id=None,
        weekday=USUAL_WEEKDAY,
        minute_of_day=USUAL_MINUTE,
        time_zone=ZONE,
    )
    digesting.subscribe(session, portfolio.workspace_id, ana, channel_id, wish, now)
    digesting.send_now(session, portfolio.workspace_id, ana, channel_id, now)


def _forget_ended_cards(session: Session, workspace_id: int) -> None:
    ended = (
        select(Message)
        .join(Epic, Epic.id == Message.subject_id)
        .join(State, State.id == Epic.state_id)
        .where(
            Message.workspace_id == workspace_id,
            State.kind.in_([StateKind.DONE, StateKind.STOPPED]),
        )
    )
    for message in session.scalars(ended).all():
        key = Work.key == message.work_key
        session.execute(delete(Work).where(Work.workspace_id == workspace_id, key))
        session.delete(message)
