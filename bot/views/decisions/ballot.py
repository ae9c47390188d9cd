"""The ballot, and the result that takes its place: one message, drawn from one state."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from bot.slack.answers import Answer, aloud
from bot.slack.blocks import (
    Block,
    Element,
    actions,
    context,
    fields,
    header,
    section,
    shorten,
)
from bot.slack.mrkdwn import bare_words, words
from bot.views.decisions import buttons, follow_up
from bot.views.decisions.actions import DecisionShown
from bot.views.decisions.deciding import asked_line, decide_button, money_facts, taken
from bot.views.decisions.thread import hidden, hidden_from
from bot.views.evidence.phrases import indicator_words, observed_words, spent_words
from bot.views.notices import notice
from bot.workflows.decisions.beside import sees
from bot.workflows.decisions.register import Standing, standing
from bot.workflows.decisions.standing_in import carried_by
from models.decisions.case import Case
from models.decisions.decision import NOT_COUNTED, Decision, Way
from models.decisions.delegation import CarriedBallot
from models.decisions.question import Choice, Question
from models.epics.hypothesis import named, read_stop_line
from models.evidence.items import Stance
from models.evidence.known import Evidence
from models.message import MessageKind
from models.money import format_amount
from models.portfolio.portfolio import PHASE_LABELS, Phase

NAMED = 12
"""How many of those who voted are named."""

COUNTED_AS = {Choice.OBJECT.value: "objected"}
"""What is said of so many, where the words of the button say it of oneself."""

OBJECTIONS_NAMED = 2
QUESTIONS_NAMED = 2


@notice(MessageKind.BALLOT, Decision)
def in_channel(session: Session, decision: Decision, now: datetime) -> Answer:
    """As a channel shows it: of a restricted epic only that there is a vote."""
    return hidden(session, decision) or drawn(session, decision, now)


@notice(MessageKind.BALLOT_DM, Decision, hide=hidden_from)
def drawn(session: Session, decision: Decision, now: datetime) -> Answer:
    stands = standing(session, decision)
    if decision.is_held:
        return held(stands)
    if not decision.is_open:
        return result(stands)
    return ballot(stands) if decision.way is Way.VOTE else question_to_one(stands)


@notice(MessageKind.STAND_IN_BALLOT, CarriedBallot)
def for_stand_in(session: Session, sent: CarriedBallot, now: datetime) -> Answer:
    """The ballot for who votes for one of its electors, as long as they do."""
    decision, by = session.get_one(Decision, sent.decision_id), sent.delegation.stand_in_user_id
    facts = {"user": sent.user_id, "decision": decision, "case": decision.case}
    if not sees(session, by, decision):
        return Answer([section(words("decisions/vote", "hidden_from", **facts))])
    if not decision.is_open:
        return drawn(session, decision, now)
    if sent.user_id not in carried_by(session, decision, by, now):
        return Answer([section(words("decisions/vote", "votes_no_more", **facts))])
    stands = standing(session, decision)
    in_place = section(words("decisions/vote", "in_place_of", **facts))
    row = [] if decision.tied_at else [buttons.for_someone(decision, sent.user_id, stands.saw, 0)]
    return Answer(_in_a_minute(stands, [in_place], row))


def question_to_one(stands: Standing) -> Answer:
    """The whole case for who decides alone, with the button that asks what."""
    decision = stands.decision
    facts = {"decision": decision, "case": decision.case}
    blocks = [
        header(bare_words("decisions/decision", "question", **facts)),
        *case_blocks(stands),
        actions("decide", [decide_button(decision)]),
        asked_line(decision),
    ]
    return Answer(blocks)


def ballot(stands: Standing) -> Answer:
    """The question with its case, its buttons and its rule; counts and choices stay sealed."""
    decision = stands.decision
    row = [] if decision.tied_at else [buttons.on_ballot(decision, stands.saw)]
    return Answer(_in_a_minute(stands, [], row))


def _in_a_minute(stands: Standing, above: list[Block], row: list[Block]) -> list[Block]:
    """The question with its case and its rule, cut until it is short enough."""
    asked = header(bare_words("decisions/decision", "question", **_facts(stands)))
    beside = said_beside(stands)
    blocks: list[Block] = []
    for cuts in ON_A_BALLOT:
        blocks = [asked, *above, *case_blocks(stands, cuts), *beside, *row, rule(stands)]
        if len(aloud(blocks)) <= MOST_ON_A_BALLOT:
            break
    return blocks


def said_beside(stands: Standing) -> list[Block]:
    """That it was extended, what is new, the objections, and how many questions are open."""
    blocks: list[Block] = []
    if stands.decision.extended_at is not None:
        blocks.append(context(words("decisions/vote", "goes_on", **_facts(stands))))
    if stands.news:
        facts = _facts(stands) | {"news": stands.news, "figure": named_figure(stands)}
        blocks.append(context(words("decisions/vote", "new_since", **facts)))
    if stands.objections:
        blocks.append(section(words("decisions/vote", "objections_said", **_objections(stands))))
    if stands.questions:
        said = words("decisions/vote", "asked_about", questions=stands.questions)
        blocks.append(context(said))
    return blocks


def named_figure(stands: Standing) -> tuple[str, str]:
    """The indicator by its name, and its unit."""
    return named(stands.decision.case.indicator or "indicator")


def _objections(stands: Standing) -> dict[str, Any]:
    """Those that stand before those that do not."""
    found = sorted(stands.objections, key=lambda each: not each.stands)
    return {
        "stand": sum(each.stands for each in found),
        "shown": found[:OBJECTIONS_NAMED],
        "left": max(0, len(found) - OBJECTIONS_NAMED),
    }


def held(stands: Standing) -> Answer:
    """That it has closed, as long as only the owner of the epic knows how."""
    title = header(bare_words("decisions/decision", "question", **_facts(stands)))
    return Answer([title, section(follow_up.result_comes(stands.decision))])


def result(stands: Standing) -> Answer:
    """How it ended, what came of it, and what is expected."""
    facts = _facts(stands)
    blocks = [
        header(bare_words("decisions/decision", "result_title", **facts)),
        *result_blocks(stands),
        *_asked_before(stands),
        context(words("decisions/decision", "where_to_read", **facts)),
        actions("result", follow_up.result_buttons(stands.decision)),
    ]
    return Answer(blocks)


def _asked_before(stands: Standing) -> list[Block]:
    """What was asked before the close, and who answered it."""
    if not stands.asked:
        return []
    shown, left = stands.asked[:QUESTIONS_NAMED], max(0, len(stands.asked) - QUESTIONS_NAMED)
    return [context(words("decisions/vote", "asked_before", shown=shown, left=left))]


class Cuts(NamedTuple):
    """Behind how many characters what people wrote is cut."""

    title: int
    sentence: int
    figure: int
    """The indicator, and the line below which it is stopped."""
    because: int
    said: int
    """Each observation."""
    few: int | None
    """How many of them that speak for it, and against it."""


WHOLE = Cuts(title=200, sentence=1_200, figure=200, because=500, said=200, few=None)
ON_A_BALLOT = (
    Cuts(title=80, sentence=320, figure=80, because=160, said=60, few=2),
    Cuts(title=80, sentence=240, figure=60, because=120, said=60, few=1),
    Cuts(title=60, sentence=120, figure=40, because=60, said=40, few=1),
    Cuts(title=40, sentence=80, figure=30, because=40, said=30, few=0),
)
"""What is tried in this order until it is short enough."""

MOST_ON_A_BALLOT = 1_500
"""In characters: two thumb-lengths of a phone, read in a minute."""


def case_blocks(stands: Standing, cuts: Cuts = WHOLE) -> list[Block]:
    """What was known when it was opened, and what the options do; on the ballot cut to size."""
    facts = _facts(stands) | {"cuts": cuts}
    blocks: list[Block] = [section(words("decisions/decision", "the_case", **facts))]
    if stands.decision.epic_id is None:
        return [*blocks, section(words("decisions/decision", "options", **facts))]
    case, known = stands.decision.case, stands.decision.case.evidence
    figures = [_indicator(case, cuts, facts), words("decisions/decision", "money", **facts)]
    if case.day is not None:
        figures.append(words("decisions/decision", "time", **facts))
    if known is not None:
        figures.append(observed_words(known, add=f"/epic evidence {case.key}"))
    blocks.append(fields(figures))
    if known is not None and known.said:
        facts |= {"speaks": _spoken(known, cuts.few), "known": known}
        blocks.append(section(words("decisions/decision", "said", **facts)))
    if case.news is not None:
        facts |= {"named": named_figure(stands)}
        blocks.append(section(words("decisions/decision", "news", **facts)))
    blocks.append(section(words("decisions/decision", "options", **facts)))
    advice = stands.decision.advice
    if advice.recommended or advice.because or advice.confidence is not None:
        blocks.append(context(words("decisions/decision", "recommended", **facts)))
    return blocks


def _indicator(case: Case, cuts: Cuts, facts: dict[str, Any]) -> str:
    """The figure that is to move, with its readings where there are any, and how far it is."""
    if case.indicator is None or case.evidence is None:
        return words("decisions/decision", "indicator", **facts)
    stop = case.kill_threshold
    return indicator_words(
        shorten(case.indicator, cuts.figure),
        case.evidence,
        baseline=case.baseline,
        target=case.target,
        target_on=case.target_on,
        kill_threshold=stop if read_stop_line(stop) else shorten(stop or "", cuts.figure),
        says_way=True,
    )


def _spoken(known: Evidence, few: int | None) -> list[tuple[str, int, list[str]]]:
    """What speaks for it and against it: how much of each, and the newest words of it."""
    spoken = []
    for stance, count in ((Stance.FOR, known.speaks_for), (Stance.AGAINST, known.speaks_against)):
        newest = [each.words for each in known.said if each.stance is stance]
        if count:
            spoken.append((stance.value.capitalize(), count, newest[:few]))
    return spoken


def result_blocks(stands: Standing, *, asked_above: bool = False) -> list[Block]:
    """The votes, and what came of them; a question of its own is told, unless it is above."""
    is_told = stands.decision.question is Question.FREE and not asked_above
    facts = _facts(stands) | {"is_asked": is_told}
    if stands.decision.ending in NOT_COUNTED:
        return [section(words("decisions/vote", "not_counted", **facts))]
    if stands.decision.way is not Way.VOTE and stands.decision.decided:
        blocks: list[Block] = [taken(stands.decision)]
    else:
        blocks = [section(words("decisions/decision", "counted", **facts))]
    if said := follow_up.expected(stands.decision):
        blocks.append(section(said))
    if stands.decision.waiting_for:
        return [*blocks, section(follow_up.waits(stands.decision))]
    return [*blocks, section(words("decisions/decision", "effect", **facts))]


def rule(stands: Standing) -> Block:
    """What decides, until when, and who has voted."""
    part = "tied" if stands.decision.tied_at else "rule"
    return context(words("decisions/vote", part, **_facts(stands)))


def vote_button(decision: Decision, *, primary: bool = False) -> Element:
    """Leads to the ballot, or to who decides alone."""
    to = DecisionShown(decision=decision.id)
    if decision.way is Way.ALONE or decision.tied_at is not None:
        key = decision.case.key
        return to.button("Read the case", aloud=f"Read the case of {key}", primary=primary)
    return to.button(f"Vote on {decision.case.key}", primary=primary)


def link_line(link: str) -> Block:
    """Where the ballot stands, to be passed on."""
    return context(f"The ballot: <{link}>")


def opened(decision: Decision, channel_id: str | None) -> Answer:
    zone = decision.portfolio.time_zone
    facts = {"decision": decision, "case": decision.case, "zone": zone, "channel_id": channel_id}
    said = words("decisions/decision", "opened", **facts)
    to = DecisionShown(decision=decision.id).button(f"Show {decision.key}")
    return Answer([section(said, to)])


def _facts(stands: Standing) -> dict[str, Any]:
    decision = stands.decision
    case, zone = decision.case, decision.portfolio.time_zone
    return {
        "decision": decision,
        "case": case,
        "zone": zone,
        "box": stands.box,
        "closing_at": decision.closing_at(stands.box) if stands.box else decision.closes_at,
        "voted": stands.voted[:NAMED],
        "all_voted": len(stands.voted),
        "unnamed": max(0, len(stands.voted) - NAMED),
        "recused": stands.recused,
        "left_slack": stands.left,
        "between": list(decision.offered.values()),
        "next_key": stands.next_key,
        "unit": named_figure(stands)[1],
        "mvp_cost": _money(case.mvp_cost_minor, case.currency),
        "full_cost": _money(case.full_cost_minor, case.currency),
        "spent": _spent(case),
        **money_facts(case),
        "tally": decision.result,
        "votes": _most_first(decision),
        "days": decision.working_days,
    }


def _spent(case: Case) -> str | None:
    """What was spent when it was opened."""
    costs = (case.currency, case.mvp_cost_minor, case.full_cost_minor)
    in_full = case.column == PHASE_LABELS[Phase.DELIVERING]
    known = case.evidence
    return None if known is None else spent_words(known, *costs, in_full=in_full)


def _most_first(decision: Decision) -> list[tuple[str, str, int]]:
    """Of each option that was voted on its value, its label and its votes."""
    tally = decision.result
    counted = tally.votes.items() if tally else ()
    found = [(value, _counted_as(decision, value), n) for value, n in counted]
    return sorted(found, key=lambda each: -each[2])


def _counted_as(decision: Decision, value: str) -> str:
    """What was chosen, behind a number; an answer in someone's own words is as they wrote it."""
    label = COUNTED_AS.get(value) or decision.label(value)
    is_their_own = decision.question is Question.FREE and value not in set(Choice)
    return label if is_their_own else f"{label[:1].lower()}{label[1:]}"


def _money(minor: int | None, currency: str) -> str | None:
    return None if minor is None else format_amount(minor, currency, short=True)
