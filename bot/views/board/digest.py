"""The weekly digest: first what changed, then what needs someone, then how work flows."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import (
    TEXT_LIMIT,
    Block,
    Element,
    actions,
    button,
    context,
    header,
    option,
    overflow,
    section,
    shorten,
)
from bot.slack.mrkdwn import bare_words, words
from bot.slack.values import DigestScope, SubscriptionRef
from bot.views.board.needs import line_of
from bot.views.board.pressing import answer_button
from bot.views.epics.buttons import still_right_button
from bot.views.epics.next_step import board_button
from bot.views.flow.actions import ExplainDigest
from bot.views.flow.figures import limit_chart, lines
from bot.views.notices import notice
from bot.workflows.board import digest as reporting
from bot.workflows.board.content import Crowd, InFlight, Telling
from bot.workflows.budgets.waiting import SHIFTS
from bot.workflows.decisions.register import BALLOT
from bot.workflows.epics.blocking import BLOCKED
from models.board.digest import FIGURES_AFTER, WEEK, Digest
from models.budgets.shift import Shift
from models.calendar import days_between, spell_span
from models.decisions.decision import Decision
from models.epics.epic import Epic
from models.flow.days import day_number
from models.message import MessageKind
from models.money import format_amount

MENU = "digest_menu"
OWNERS = "give_owners"

LENGTH = 1_500
"""In characters: one or two thumb-lengths of a phone."""

TERSE = (0, 1, 2, 3, 4)
"""From all there is to say to what cannot be left out."""

DATE = re.compile(r"<!date\^\d+\^[^|]+\|([^>]+)>")
PERSON = re.compile(r"<@\w+>")
NEEDS_SHOWN = 3
CROWDS_SHOWN = 2
TITLE_STREAMS = 2
STREAMS_NAMED = 8
"""With their numbers, in words as in the chart; the others are counted."""


@notice(MessageKind.DIGEST, Digest, posted=reporting.reply_in_thread)
def in_channel(session: Session, sent: Digest, now: datetime) -> Answer:
    """The digest that was sent, as it stands now."""
    return digest(reporting.tell(session, sent, now))


def digest(telling: Telling) -> Answer:
    """The digest, its one line where nothing changed and nothing waits, or how it all begins."""
    facts = _facts(telling)
    if telling.is_beginning:
        return _beginning(telling, facts)
    if telling.is_quiet:
        said = words("board/digest", "quiet", **facts)
        return Answer(words("board/digest", "quiet_summary", **facts), [section(said)])
    needs = list(_needs(telling))
    facts["asks"] = [ask for _, ask in needs]
    asked = [block for block, _ in needs]
    for level in TERSE:
        blocks = _blocks(telling, facts | {"terse": level}, asked)
        if _length(blocks) <= LENGTH:
            break
    return Answer(shorten(words("board/digest", "summary", **facts), TEXT_LIMIT - 1_000), blocks)


def _blocks(telling: Telling, facts: dict[str, Any], asked: Sequence[Block]) -> list[Block]:
    """The more terse, the more is left out: what else stands on the board, or in the thread."""
    flow = lines(
        telling.flow,
        weeks=telling.weeks,
        of_stream=telling.value_stream is not None,
        few=facts["terse"] >= TERSE[-1],
    )
    facts |= {"flow_lines": flow}
    blocks: list[Block] = [
        header(bare_words("board/digest", "title", **facts)),
        section(words("board/digest", "changed", **facts)),
    ]
    if telling.first:
        blocks.append(context(words("board/digest", "first", **facts)))
    elif telling.weeks > 1:
        blocks.append(context(words("board/digest", "gap", **facts)))
    if asked:
        blocks += [section("*Needs you*"), *asked]
    if not telling.preview:
        blocks += limit_chart(facts["charted"])
    blocks.append(section(words("board/digest", "figures", **facts)))
    if thread := words("board/digest", "thread", **facts):
        blocks.append(context(thread))
    blocks += _doing(telling)
    blocks.append(context(words("board/digest", "rule", **facts)))
    return blocks


def _length(blocks: Sequence[Block]) -> int:
    """How many characters one reads, a date and a name as Slack shows them."""
    parts = [
        part
        for block in blocks
        for part in (block, block.get("accessory", {}), *block.get("elements", ()))
    ]
    texts = [part.get("text") or part.get("title") or "" for part in parts]
    return sum(len(_read(each if isinstance(each, str) else each["text"])) for each in texts)


def _read(text: str) -> str:
    return PERSON.sub("@someone", DATE.sub(r"\1", text))


def _beginning(telling: Telling, facts: dict[str, Any]) -> Answer:
    """The first one starts where people are, and blames nobody."""
    blocks = [
        header(bare_words("board/digest", "beginning_title", **facts)),
        section(words("board/digest", "beginning", **facts), _menu(telling)),
    ]
    if telling.needs.unowned.count:
        blocks.append(section(words("board/digest", "owners", **facts), owners_button(telling)))
    blocks.append(context(words("board/digest", "rule", **facts)))
    return Answer(words("board/digest", "beginning_summary", **facts), blocks)


def owners_button(telling: Telling) -> dict[str, Any]:
    """Leads to the epics without an owner, each to be given one."""
    stream = telling.value_stream
    scope = DigestScope(portfolio=telling.portfolio.id, stream=stream.id if stream else None)
    return button("Give them owners", OWNERS, scope.value)


def _facts(telling: Telling) -> dict[str, Any]:
    subscription, portfolio = telling.subscription, telling.portfolio
    needs = telling.needs
    facts: dict[str, Any] = {
        "portfolio": portfolio,
        "stream": telling.value_stream,
        "changes": telling.changes,
        "total": telling.in_flight_total,
        "before": telling.in_flight_before,
        "in_flight": telling.in_flight,
        "needs": needs,
        "late": needs.answers.late,
        "milestones": telling.milestones,
        "slip": needs.slips.some[0] if needs.slips.some else None,
        "weeks": telling.weeks,
        "weekday": f"{telling.at.astimezone(subscription.zone):%A}",
        "open_total": telling.open_total,
        "finished_since_live": telling.finished_since_live,
        "figures_after": FIGURES_AFTER,
        "live_at": portfolio.live_at,
        "live_today": portfolio.live_at is not None and _same_day(portfolio.live_at, telling),
        "zone": portfolio.time_zone,
        "when": subscription.told_when,
        "by": subscription.subscribed_by,
        "preview": telling.preview,
        "asks": (),
        "terse": TERSE[0],
        **_limits(telling.in_flight),
    }
    facts["period"], facts["days"] = _period(telling)
    return facts


def _limits(in_flight: InFlight) -> dict[str, Any]:
    """Which streams are over their limits, at them, and below."""
    limited = {name: load for name, load in in_flight.streams.items() if load.most is not None}
    full = [(name, load) for name, load in limited.items() if load.is_full]
    below = [(name, load) for name, load in limited.items() if not load.is_full and not load.over]
    named = [*in_flight.over, *full, *below][:STREAMS_NAMED]
    return {
        "over": in_flight.over,
        "over_named": in_flight.over[:TITLE_STREAMS],
        "by_limits": [
            (lead, [each for each in kind if each in named])
            for lead, kind in (("over", in_flight.over), ("at the limit", full), ("below", below))
            if any(each in named for each in kind)
        ],
        "not_named": len(limited) - len(named),
        "charted": dict(sorted(named)),
        "limited": len(limited),
        "crowded_columns": [
            (column, load)
            for column, load in in_flight.columns.items()
            if load.over or load.is_full
        ],
        "as_today": bool(limited) and all(load.is_full for load in limited.values() if load.count),
    }


def _same_day(moment: datetime, telling: Telling) -> bool:
    zone = telling.zone
    return moment.astimezone(zone).date() == telling.at.astimezone(zone).date()


def _period(telling: Telling) -> tuple[str, str]:
    """The weeks it tells of, and their days; days alone where it is not of whole weeks."""
    first, last = telling.first_day, telling.last_day
    days = spell_span(first, last)
    if not telling.whole_weeks:
        return days, ""
    weeks = _week(first) if telling.weeks == 1 else f"{_week(first)}–{_week(last)}"
    return f"{'Week' if telling.weeks == 1 else 'Weeks'} {weeks}", days


def _week(day: date) -> str:
    return str(day.isocalendar().week)


def _needs(telling: Telling) -> Iterator[tuple[Block, str]]:
    """What needs someone, most pressing first, with the same in a few words to be read aloud."""
    found = [_ballot(telling, each) for each in telling.needs.ballots.some]
    found += [_crowd(telling, each) for each in telling.needs.crowds[:CROWDS_SHOWN]]
    found += [_shift(telling, each) for each in telling.needs.shifts.some]
    late = telling.needs.answers.late
    for place, epic in enumerate(telling.needs.answers.longest):
        if _due_at(telling, epic) <= telling.at + WEEK:
            found.append(_answer(telling, epic, late=place < late))
    found += [_blocked(telling, epic) for epic in telling.needs.blocked.some]
    found += [_still(telling, epic, news) for epic, news in telling.needs.quiet.some]
    yield from found[:NEEDS_SHOWN]


def _ballot(telling: Telling, decision: Decision) -> tuple[Block, str]:
    shown = line_of(BALLOT, decision, telling.now, asks=True)
    return section(*shown), f"the vote on {decision.case.key}"


def _crowd(telling: Telling, crowd: Crowd) -> tuple[Block, str]:
    stream, oldest = crowd.value_stream, crowd.oldest
    since = oldest.committed_at if oldest else None
    age = day_number(since, telling.now, telling.zone) if since else None
    days = days_between(crowd.since, telling.now, telling.zone)
    said = words("board/digest", "crowd_line", crowd=crowd, age=age, days=days)
    see = board_button(telling.portfolio, stream)
    return section(said, see), f"{stream.name} has {crowd.load.count} of {crowd.load.most}"


def _shift(telling: Telling, shift: Shift) -> tuple[Block, str]:
    shown = line_of(SHIFTS, shift, telling.now, asks=True)
    amount = format_amount(shift.amount_minor, telling.portfolio.currency, short=True)
    return section(*shown), f"a budget shift of {amount}"


def _answer(telling: Telling, epic: Epic, *, late: bool) -> tuple[Block, str]:
    due_at, zone = _due_at(telling, epic), telling.portfolio.time_zone
    facts = {"due_at": due_at, "late": late, "past": due_at < telling.at}
    said = words("board/digest", "answer", epic=epic, zone=zone, **facts)
    return section(said, answer_button(epic)), f"a first answer to {epic.key}"


def _blocked(telling: Telling, epic: Epic) -> tuple[Block, str]:
    shown = line_of(BLOCKED, epic, telling.now, asks=True)
    return section(*shown), f"what blocks {epic.key}"


def _still(telling: Telling, epic: Epic, news: datetime) -> tuple[Block, str]:
    days = (telling.now - news) // timedelta(days=1)
    said = words("board/digest", "still", epic=epic, days=days)
    return section(said, still_right_button(epic)), f"whether {epic.key} is still right"


def _due_at(telling: Telling, epic: Epic) -> datetime:
    return telling.portfolio.calendar.answer_due_at(epic.state_entered_at, telling.zone)


def _doing(telling: Telling) -> list[Block]:
    """What can be done with it; nothing with a preview."""
    menu = _menu(telling)
    if menu is None or telling.digest_id is None:
        return []
    explain = ExplainDigest(digest=telling.digest_id).button("Explain a number")
    return [actions("digest", [explain, menu])]


def _menu(telling: Telling) -> Element | None:
    if telling.preview:
        return None
    ref = SubscriptionRef(subscription=telling.subscription.id)
    choices = (("Preview the next one", "preview"), ("Change day or time", "change"))
    options = [option(text, ref.model_copy(update={"do": do}).value) for text, do in choices]
    options.append(option("Pause", ref.model_copy(update={"do": "pause"}).value))
    return overflow(MENU, options)
