"""The weekly digest: first what changed, then what needs someone, then how work flows."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Literal, NamedTuple

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.slack.blocks import (
    Block,
    Element,
    actions,
    button,
    context,
    header,
    option,
    overflow,
    section,
)
from bot.slack.mrkdwn import bare_words, words
from bot.slack.values import Value, Whole
from bot.views.board.needs import Line, Surface, Where, in_thread, lines_of
from bot.views.board.subscription import DigestScope
from bot.views.flow.actions import ExplainDigest
from bot.views.flow.figures import charts_in_words, finished_chart, lines, stream_chart
from bot.views.flow.governing import decisions_line, money_line, outcomes_line, projects_line
from bot.views.notices import notice
from bot.workflows.board import digest as reporting
from bot.workflows.board.content import DigestContent
from bot.workflows.board.needs import LEAD, REPLIES
from bot.workflows.epics.waiting import UNOWNED
from models.board.content import Changes, Content, InFlight
from models.board.digest import FIGURES_AFTER, Digest
from models.calendar import spell_span
from models.flow.flow import Load
from models.flow.frozen import Several
from models.message import MessageKind


class SubscriptionRef(Value):
    """A channel's digest, and what to do with it."""

    subscription: Whole
    do: Literal["preview", "change", "pause"] = "preview"


MENU = "digest_menu"
OWNERS = "give_owners"

LENGTH = 1_500
"""In characters: one or two thumb-lengths of a phone."""

TERSE = range(12)
"""From all there is to say to what cannot be left out: first go the themes, then the names of what
came in and columns with room, then streams with room, which the chart has, then titles. Then names
are few, and what stands in the thread is only counted. What is not named is counted. At last what
changed is only counted, and of what needs someone two are shown, or one: the thread has it all."""
ALL_ASKED = TERSE[:10]
"""Those at which all that needs someone is shown."""
TITLES = (50, 50, 50, 50, 25)
"""How much of a title is told, in characters; where it is terser none is."""

DATE = re.compile(r"<!date\^\d+\^[^|]+\|([^>]+)>")
PERSON = re.compile(r"<@\w+>")
NEEDS_SHOWN = 3
TITLE_STREAMS = 2
STREAMS_NAMED = 8
"""With their numbers, in words as in the chart; the others are counted."""


@notice(MessageKind.DIGEST, Digest, posted=reporting.reply_in_thread)
def in_channel(session: Session, sent: Digest, now: datetime) -> Answer:
    content = reporting.content_of(session, sent, now)
    if not sent.is_late(reporting.message_of(session, sent).posted_at or now):
        return digest(content)
    late = words("board/digest", "late", at=sent.at, zone=sent.subscription.time_zone)
    return digest(content, context(late))


def digest(source: DigestContent, *last: Block) -> Answer:
    """The digest, its one line where nothing changed and nothing waits, or how it all begins."""
    facts = _facts(source)
    if source.content.is_beginning:
        return Answer([*_beginning(source, facts), *last])
    if source.content.is_quiet:
        said = words("board/digest", "quiet", **facts)
        return Answer([section(said), *last])
    charts = _charts(source)
    drawn = _fitting(source, facts, charts, last)
    if not charts:
        return Answer(drawn)
    numbers = charts_in_words(_streams(source), source.content.flow.finished.lately)
    no_charts = context(words("board/digest", "no_charts"))
    for instead, levels in (([numbers], ALL_ASKED), ([no_charts], ALL_ASKED), ([], TERSE)):
        plainer = _fitting(source, facts, instead, last, levels)
        if _length(plainer) <= LENGTH:
            break
    return Answer(drawn, plainer)


def _fitting(
    source: DigestContent,
    facts: dict[str, Any],
    charts: Sequence[Block],
    last: Sequence[Block],
    levels: Sequence[int] = TERSE,
) -> list[Block]:
    """No terser than it takes to fit; the tersest where nothing does."""
    for level in levels:
        blocks = [*_blocks(source, facts | _picked(source, level), charts), *last]
        if _length(blocks) <= LENGTH:
            break
    return blocks


def _blocks(source: DigestContent, facts: dict[str, Any], charts: Sequence[Block]) -> list[Block]:
    """The more terse, the more is left out: what else stands on the board, or in the thread."""
    asked = [section(line.said, line.button) for line in _asked(source, facts["terse"])]
    flow = lines(
        source.content.flow,
        weeks=source.weeks,
        of_stream=source.content.scope.stream_id is not None,
        few=facts["terse"] > 5,
        fewest=facts["terse"] > 10,
    )
    facts |= {"flow_lines": [*flow, *_governing(source.content, facts["terse"])]}
    blocks: list[Block] = [
        header(bare_words("board/digest", "title", **facts)),
        section(words("board/digest", "changed", **facts)),
    ]
    if source.first and facts["terse"] < 3:
        blocks.append(context(words("board/digest", "first", **facts)))
    elif source.weeks > 1:
        blocks.append(context(words("board/digest", "gap", **facts)))
    if asked:
        blocks += [section("*Needs you*"), *asked]
    blocks += charts
    blocks.append(section(words("board/digest", "figures", **facts)))
    if thread := words("board/digest", "thread", **facts):
        blocks.append(context(thread))
    blocks += _doing(source)
    blocks.append(context(words("board/digest", "rule", **facts)))
    return blocks


def _charts(source: DigestContent) -> list[Block]:
    """How much stands where, and how it went week by week; a preview has none."""
    if source.preview:
        return []
    return [
        *stream_chart(_streams(source)),
        *finished_chart(source.content.flow.finished.lately),
    ]


def _streams(source: DigestContent) -> Mapping[str, Load]:
    """The streams of a portfolio; of a stream there are no others."""
    if source.content.scope.stream_id is not None:
        return {}
    return {each.name: each.load for each in source.in_flight.streams}


def _length(blocks: Sequence[Block]) -> int:
    """How many characters one reads, each text on a line, a date and a name as Slack shows them."""
    parts = [
        part
        for block in blocks
        for part in (block, block.get("accessory", {}), *block.get("elements", ()))
    ]
    found = (part.get("text") or part.get("title") for part in parts)
    texts = (each if isinstance(each, str) else each["text"] for each in found if each)
    return len("\n".join(map(_read, texts)))


def _read(text: str) -> str:
    return PERSON.sub("@someone", DATE.sub(r"\1", text))


def _beginning(source: DigestContent, facts: dict[str, Any]) -> list[Block]:
    """The first one starts where people are, and blames nobody."""
    blocks = [
        header(bare_words("board/digest", "beginning_title", **facts)),
        section(words("board/digest", "beginning", **facts), _menu(source)),
    ]
    if facts["unowned"]:
        blocks.append(section(words("board/digest", "owners", **facts), owners_button(source)))
    blocks.append(context(words("board/digest", "rule", **facts)))
    return blocks


def owners_button(source: DigestContent) -> dict[str, Any]:
    """Leads to the epics without an owner, each to be given one."""
    content = source.content.scope
    scope = DigestScope(portfolio=content.portfolio_id, stream=content.stream_id)
    return button("Give them owners", OWNERS, scope.value)


def _facts(source: DigestContent) -> dict[str, Any]:
    subscription, portfolio, content = source.subscription, source.portfolio, source.content
    facts: dict[str, Any] = {
        "portfolio": portfolio,
        "stream": content.scope.stream,
        "changes": source.changes,
        "total": source.in_flight_total,
        "before": source.in_flight_before,
        "in_flight": source.in_flight,
        "unowned": source.needs.of(UNOWNED).count,
        "weeks": source.weeks,
        "weekday": f"{source.at.astimezone(source.frozen_zone):%A}",
        "open_total": content.open_total,
        "finished_since_live": content.finished_since_live,
        "figures_after": FIGURES_AFTER,
        "live_at": portfolio.live_at,
        "live_today": portfolio.live_at is not None and _same_day(portfolio.live_at, source),
        "zone": portfolio.time_zone,
        "when": subscription.when_spelled,
        "preview": source.preview,
        **_picked(source, TERSE[0]),
    }
    facts["period"], facts["days"] = _period(source)
    return facts


def _governing(content: Content, terse: int) -> Sequence[str]:
    """Outcomes, decisions, money and projects: the terser, the less is named."""
    read = content.outcomes.read
    slip = content.milestones.slip if terse < 7 else None
    waiting = [each.key for each in slip.epics.named[:2]] if slip and terse < 3 else []
    said = (
        outcomes_line(content.outcomes, read if terse < 3 else read[:1] if terse < 7 else ()),
        decisions_line(content.decisions, few=terse > 8),
        money_line(content.money, few=terse > 8),
        projects_line(content.milestones, slip, waiting),
    )
    return list(filter(None, said))


def _limits(in_flight: InFlight, terse: int) -> dict[str, Any]:
    """Which streams are over their limits, at them, and below."""
    limited = [each for each in in_flight.streams if each.load.most is not None]
    full = [each for each in limited if each.load.is_full]
    below = [each for each in limited if not each.load.is_full and not each.load.over]
    crowded = [*in_flight.over, *full]
    most = _streams_named(terse)
    named = ([*crowded, *below] if terse < 3 else crowded)[:most]
    return {
        "over": in_flight.over,
        "over_named": in_flight.over[:TITLE_STREAMS],
        "many_over": len(in_flight.over) if len(in_flight.over) > TITLE_STREAMS else 0,
        "by_limits": [
            (lead, [each for each in kind if each in named], len(kind))
            for lead, kind in (("over", in_flight.over), ("at the limit", full), ("below", below))
            if any(each in named for each in kind) or (kind is not below and not most and kind)
        ],
        "crowded_left": sum(each not in named for each in crowded) if most else 0,
        "below": sum(each not in named for each in below),
        "limited": len(limited),
        "as_today": bool(limited) and all(each.load.is_full for each in limited if each.load.count),
    }


def _streams_named(terse: int) -> int:
    return STREAMS_NAMED if terse < 6 else STREAMS_NAMED // 2 if terse < 8 else 0


class Some(NamedTuple):
    """The first of several, and how many are left."""

    some: Sequence[Any]
    left: int = 0

    @classmethod
    def of(cls, each: Sequence[Any], most: int, count: int | None = None) -> "Some":
        """So many of them at most; `count` is how many there are, where not all are named."""
        some = each[:most]
        return cls(some, (len(each) if count is None else count) - len(some))


def _picked(source: DigestContent, terse: int) -> dict[str, Any]:
    """What of the changes and of what is in flight is named, the less the terser."""
    changes, in_flight = source.changes, source.in_flight
    stops, last_stop = (
        (2, 7) if terse < 6 else (1, 4) if terse < 7 else (1, 1) if terse < 8 else (0, 1)
    )
    stopped = changes.stopped
    themes = Some.of(in_flight.themes, 3)
    named = _streams_named(terse)
    fullest = sorted(in_flight.streams, key=lambda each: -each.load.count)
    return {
        "terse": terse,
        "in_thread": _in_thread(source, terse),
        "titles": TITLES[terse] if terse < len(TITLES) else 0,
        **_limits(in_flight, terse),
        "counts": _counts(changes, source.from_other_streams),
        "finished": _some(changes.finished),
        "came_in": _some(changes.came_in),
        "decided": Some.of(changes.decided.named, 3, changes.decided.count),
        "stopped": Some.of(stopped.named, stops),
        "stopped_too": Some.of(
            [each.key for each in stopped.named[stops:]],
            last_stop - stops,
            max(0, stopped.count - stops),
        ),
        "columns": [each for each in in_flight.columns if _is_shown(each.load, terse)],
        "streams": Some.of(fullest, named),
        "in_other_streams": sum(each.load.count for each in fullest[named:]),
        "several_streams": len(in_flight.streams) > 1,
        "themes": themes,
        "of_other_themes": sum(each.load.count for each in in_flight.themes[len(themes.some) :]),
    }


def _some(found: Several[Any]) -> Some:
    """Three, or two of more."""
    return Some.of(found.named, 3 if found.count <= 3 else 2, found.count)


def _is_shown(load: Load, terse: int) -> bool:
    """What is full or over it is, but for the tersest; of the others what has any, or a limit."""
    if load.over or load.is_full:
        return terse < 10
    return terse < 2 and bool(load.count or load.most is not None)


def _counts(changes: Changes, from_others: int) -> list[str]:
    """ "2 came in", "1 was stopped": each that is not 0."""
    each = (
        (changes.came_in.count, "came in", "came in"),
        (max(0, from_others), "came from another stream", "came from other streams"),
        (max(0, -from_others), "went to another stream", "went to other streams"),
        (changes.reopened.count, "came back", "came back"),
        (changes.finished.count, "finished", "finished"),
        (changes.stopped.count, "was stopped", "were stopped"),
        (changes.back.count, "went back to the funnel", "went back to the funnel"),
        (changes.new_ideas, "new idea", "new ideas"),
        (changes.stopped_ideas, "idea was stopped", "ideas were stopped"),
        (changes.decided.count, "decision was made", "decisions were made"),
    )
    return [f"{count:,} {one if count == 1 else more}" for count, one, more in each if count]


def _same_day(moment: datetime, source: DigestContent) -> bool:
    zone = source.zone
    return moment.astimezone(zone).date() == source.at.astimezone(zone).date()


def _period(source: DigestContent) -> tuple[str, str]:
    """The weeks it tells of, and their days; days alone where it is not of whole weeks."""
    first, last = source.first_day, source.last_day
    days = spell_span(first, last)
    if not source.whole_weeks:
        return days, ""
    weeks = _week(first) if source.weeks == 1 else f"{_week(first)}–{_week(last)}"
    return f"{'Week' if source.weeks == 1 else 'Weeks'} {weeks}", days


def _week(day: date) -> str:
    return str(day.isocalendar().week)


def _asked(source: DigestContent, terse: int) -> list[Line]:
    """What needs someone, the most pressing first."""
    on = Surface(Where.LEAD, source.now, source.at, terse=terse > 7)
    lines = (line for need in LEAD for line in lines_of(need, source.needs.of(need).some, on))
    return list(islice(lines, NEEDS_SHOWN - max(0, terse - 9)))


def _in_thread(source: DigestContent, terse: int) -> list[str]:
    """How much is told there, of each reply that has any; at the tersest in all."""
    if terse > 7:
        count = sum(source.needs.of(need).count for each in REPLIES for need in each.needs)
        return [f"{count:,} in all"] if count else []
    on = Surface(Where.THREAD, source.now)
    return [said for reply in REPLIES if (said := in_thread(reply, source.needs, on))]


def _doing(source: DigestContent) -> list[Block]:
    """What can be done with it; nothing with a preview."""
    menu = _menu(source)
    if menu is None or source.digest_id is None:
        return []
    explain = ExplainDigest(digest=source.digest_id).button("Explain a number")
    return [actions("digest", [explain, menu])]


def _menu(source: DigestContent) -> Element | None:
    if source.preview:
        return None
    ref = SubscriptionRef(subscription=source.subscription.id)
    choices = (("Preview the next one", "preview"), ("Change day or time", "change"))
    options = [option(text, ref.model_copy(update={"do": do}).value) for text, do in choices]
    options.append(option("Pause", ref.model_copy(update={"do": "pause"}).value))
    return overflow(MENU, options)
