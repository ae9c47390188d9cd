"""The epic card: what it is, where it stands, and the one next step."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.slack.actions import Shown
from bot.slack.answers import Answer
from bot.slack.blocks import (
    Block,
    Element,
    actions,
    context,
    divider,
    fields,
    header,
    option,
    overflow,
    plain,
    section,
)
from bot.slack.mrkdwn import words
from bot.views.budgets.actions import cover_button
from bot.views.decisions.actions import DecisionShown
from bot.views.decisions.ballot import vote_button
from bot.views.decisions.follow_up import again_button
from bot.views.decisions.outcome import record_button
from bot.views.epics.buttons import EpicHistory, EpicRef, OpenDecision, decision_button, open_button
from bot.views.epics.next_step import do_button, next_button, next_line
from bot.views.epics.stream_move import went
from bot.views.evidence.phrases import (
    add_button,
    add_words,
    all_button,
    indicator_words,
    observed_words,
    read_with,
    spent_words,
)
from bot.views.notices import notice
from bot.workflows.board.card import Card, NextStep
from bot.workflows.board.card import card as card_of
from bot.workflows.epics.moving import overridden
from bot.workflows.seeing import EVERYBODY, may_see
from models.calendar import days_between
from models.decisions.decision import Decision, Way
from models.epics.belonging import StreamMove
from models.epics.column import ENDED
from models.epics.epic import Epic, Transition
from models.epics.policy import fields_of
from models.flow.forecast import FinishForecast, NoForecast
from models.flow.line import Line
from models.message import MessageKind
from models.money import format_amount
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import FIRST_STATE, Phase, StateKind

MORE = "epic_menu"
HYPOTHESIS_SEEN = 600


@notice(MessageKind.EPIC_CARD, Epic)
def in_channel(session: Session, epic: Epic, now: datetime) -> Answer:
    """The card as a channel shows it: of a restricted epic only that it is."""
    if not may_see(session, EVERYBODY, epic):
        return restricted(epic)
    return epic_card(card_of(session, epic, now))


@notice(MessageKind.STREAM_MOVE, StreamMove)
def in_its_place(session: Session, move: StreamMove, now: datetime) -> Answer:
    """Where the card was of an epic that went: where to, or of a restricted one that it is."""
    epic = session.get_one(Epic, move.epic_id)
    if not may_see(session, EVERYBODY, epic):
        return restricted(epic)
    return went(session, move, now)


def epic_card(card: Card) -> Answer:
    """The card as it stands now."""
    epic = card.epic
    facts = _facts(card)
    blocks: list[Block] = [
        header(f"{epic.key} · {epic.title}"),
        context(words("board/card", "where", **facts)),
    ]
    if epic.hypothesis:
        blocks.append({"type": "section", "text": plain(epic.hypothesis, HYPOTHESIS_SEEN)})
    blocks.append(section(words("board/card", "state", **facts)))
    if figures := _figures(card, facts):
        blocks.append(fields(figures))
    blocks += [
        section(next_line(card), _next_button(card)),
        context(words("board/card", "last_change", **facts)),
        actions("epic_actions", _actions(card)),
    ]
    return Answer(blocks)


def _next_button(card: Card) -> Element | None:
    if card.next is NextStep.VOTE and card.decision is not None:
        return vote_button(card.decision, primary=True)
    if card.next is NextStep.RESULT and card.decision is not None:
        return DecisionShown(decision=card.decision.id).button(f"Show {card.decision.key}")
    if card.next is NextStep.STOPPED and card.decision is not None and card.decision.ending:
        read, text = DecisionShown(decision=card.decision.id), "Read the decision"
        return read.button(text, aloud=f"{text}: {card.epic.key}")
    if card.next is NextStep.WAITS and card.decision is not None:
        return again_button(card.decision)
    if card.next is NextStep.COVER:
        asked = card.asked.id if card.asked else None
        return cover_button(card.epic, short=card.short_minor > 0, asked=asked)
    if card.asks_outcome:
        return record_button(card.epic)
    if _asks_evidence(card):
        return add_button(card.epic)
    if card.next is NextStep.ASK:
        return decision_button(card.epic.id, card.epic.key)
    return next_button(card)


def restricted(epic: Epic) -> Answer:
    """What a channel shows of an epic that only its circle sees."""
    said = words("board/card", "restricted", epic=epic)
    return Answer([section(said)])


def history(
    card: Card, steps: Sequence[Transition | StreamMove], total: int, page: EpicHistory
) -> Shown:
    """The epic's way so far, the newest step first; and all it believes."""
    epic = card.epic
    facts = {"zone": epic.portfolio.time_zone}
    blocks: list[Block] = []
    if len(epic.hypothesis or "") > HYPOTHESIS_SEEN:
        blocks += [{"type": "section", "text": plain(str(epic.hypothesis))}, divider()]
    lines = [section(words("board/card", _step_part(step), step=step, **facts)) for step in steps]
    blocks += lines or [section("No steps yet.")]
    if total > len(steps):
        blocks.append(context(f"The newest {len(steps)} of {total:,} steps."))
    return Shown(f"{epic.key} · History", blocks, page)


def _step_part(step: Transition | StreamMove) -> str:
    return "history_line" if isinstance(step, Transition) else "history_given"


def moved(epic: Epic) -> Answer:
    said = words("board/card", "moved", epic=epic)
    return Answer([section(said, open_button(epic))])


def finished(card: Card) -> Answer:
    """Shown to an owner who finished their epic: what became of it is asked at once."""
    said = words("board/card", "moved", epic=card.epic)
    return Answer([section(*_with_outcome(card, said))])


@notice(MessageKind.MOVED, Transition)
def moved_by_others(session: Session, step: Transition, now: datetime) -> Answer:
    """To the owner of the epic alone; of one that is done, with the question what became of it."""
    epic, passed = step.epic, overridden(session, step)
    said = words("board/card", "moved_by_others", epic=epic, step=step, passed=passed)
    if step.to_state.kind is StateKind.DONE and epic.state.kind is StateKind.DONE:
        return Answer([section(*_with_outcome(card_of(session, epic, now), said))])
    return Answer([section(said, open_button(epic))])


def _with_outcome(card: Card, said: str) -> tuple[str, Element]:
    """The words with what became of it, or the question, and the button that goes with them."""
    button = record_button(card.epic) if card.asks_outcome else open_button(card.epic)
    return f"{said}\n{next_line(card)}", button


def _facts(card: Card) -> dict[str, object]:
    epic, now = card.epic, card.now
    zone = ZoneInfo(epic.portfolio.time_zone)
    ended = epic.state.kind in ENDED
    committed = epic.committed_at if not ended else None
    ahead = card.ahead
    line = ahead.line if ahead and isinstance(ahead.line, Line) else None
    finish = ahead.finish if ahead else None
    return {
        "epic": epic,
        "predecessor": _named(epic, card.predecessor),
        "successor": _named(epic, card.successor),
        "zone": epic.portfolio.time_zone,
        "ahead": ahead,
        "line": line,
        "line_at": committed + timedelta(days=line.day) if committed and line else None,
        "finish": finish if isinstance(finish, FinishForecast) else None,
        "why_not": finish.why if isinstance(finish, NoForecast) else None,
        "last": card.last,
        "decision": card.decision,
        "decided": _decided(card.decision),
        "reason": _reason(card),
        "age_days": days_between(epic.state_entered_at, now, zone),
        "committed_days": days_between(committed, now, zone) if committed else None,
        "ended": ended,
        "mvp_cost": _money(epic.mvp_cost_minor, epic),
        "full_cost": _money(epic.full_cost_minor, epic),
        "spent": _spent(card),
    }


def _decided(decision: Decision | None) -> str | None:
    """How the newest decision about it ended."""
    if decision is None or decision.ending is None:
        return None
    return words("decisions/decision", "decided", decision=decision)


def _reason(card: Card) -> str:
    """Why it moved last, but for what is said of the decision already."""
    reason, decision = (card.last.reason or "").strip(), card.decision
    if decision is None or decision.ending is None:
        return reason
    said = reason.removesuffix(f"({decision.key})").rstrip()
    return "" if said != reason and decision.way is Way.VOTE else said


def _named(epic: Epic, other: Epic | None) -> Epic | None:
    """The other one, where who sees the one may know of it."""
    return None if other is None or (other.restricted and not epic.restricted) else other


def _money(minor: int | None, epic: Epic) -> str | None:
    return None if minor is None else format_amount(minor, epic.portfolio.currency, short=True)


def _spent(card: Card) -> str | None:
    epic = card.epic
    costs = (epic.portfolio.currency, epic.mvp_cost_minor, epic.full_cost_minor)
    in_full = epic.phase is Phase.DELIVERING or epic.state.kind is StateKind.DONE
    if epic.state.kind is StateKind.STOPPED:  # it went on after its MVP where it cost more
        in_full = (card.known.spent_minor or 0) > (epic.mvp_cost_minor or 0)
    return spent_words(card.known, *costs, in_full=in_full)


def _figures(card: Card, facts: dict[str, object]) -> list[str]:
    figures = []
    epic, known = card.epic, card.known
    if epic.indicator:
        figures.append(
            indicator_words(
                epic.indicator,
                known,
                **read_with(epic),
                reads=_is_read(epic),
                is_tested=epic.phase is not None,
            )
        )
    costs = (epic.mvp_cost_minor, epic.full_cost_minor, card.known.spent_minor)
    if any(cost is not None for cost in costs):
        figures.append(words("board/card", "cost", **facts))
    if known or (epic.state.is_open and _is_read(epic)):
        figures.append(observed_words(known, add_words(epic)))
    if card.ahead is not None:
        figures.append(words("board/card", "forecast", **facts))
    return figures


def _actions(card: Card) -> list[Element]:
    """What else can be done with it; what is in flight can be blocked, once."""
    epic = card.epic
    buttons: list[Element] = []
    if _is_read(epic) and not _asks_evidence(card):
        buttons.append(add_button(epic))
    if card.known:
        buttons.append(all_button(epic))
    if epic.state.committed and epic.blocking is None:
        buttons.append(do_button(epic.id, epic.key, "block", "Mark as blocked"))
    return [*buttons, _menu(card)]


def _is_read(epic: Epic) -> bool:
    """Whether evidence of it is asked for: of what is worked on, and of the figure of what is done.

    It can be added to any.
    """
    if epic.state.kind is StateKind.DONE:
        return epic.indicator is not None
    return epic.state.committed and epic.state.is_open


def _asks_evidence(card: Card) -> bool:
    """Whether its next step is to add some."""
    lacks = card.lacks if card.next is NextStep.FILL else ()
    return Requirement.EVIDENCE in lacks and not fields_of(lacks)


def _menu(card: Card) -> Element:
    epic = card.epic
    ended = epic.state.kind in ENDED
    is_idea = epic.state.name == FIRST_STATE and epic.accepted_at is None
    choices = [
        *([("Answer", "answer")] if is_idea else []),
        ("Edit", "edit"),
        ("Move", "move"),
        *([] if ended else [("Stop", "stop")]),
        ("History", "history"),
    ]
    options = [
        option(text, EpicRef.model_validate({"epic": epic.id, "do": do}).value)
        for text, do in choices
    ]
    is_asked = card.next in (NextStep.VOTE, NextStep.RESULT)
    if not (ended or is_idea or is_asked):
        options.append(OpenDecision(epic=epic.id).option("Open a decision"))
    return overflow(MORE, options)
