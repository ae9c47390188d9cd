"""A decision of one person: how it is asked for, what it would do, and how it was taken."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.actions import Action
from bot.slack.answers import Answer
from bot.slack.blocks import Block, Element, context, section
from bot.slack.forms import Check
from bot.slack.mrkdwn import words
from bot.views.decisions.actions import Decide, DecideNow, TakeBackPlanned
from bot.views.epics.buttons import OpenDecision, open_button
from bot.views.notices import notice
from models.decisions.case import Case, CaseMoney
from models.decisions.decision import Decision, Way
from models.decisions.form import DecideForm
from models.decisions.opening import Deciders, PlannedOpening
from models.decisions.question import WORDS, Question
from models.epics.column import next_column
from models.epics.epic import Epic
from models.errors import Mistake
from models.message import MessageKind
from models.money import format_amount
from models.portfolio.portfolio import PHASE_LABELS, Phase

FROM = "decisions/deciding"


def asked_line(decision: Decision) -> Block:
    """Who decides alone, why, and until when."""
    zone = decision.portfolio.time_zone
    names = decision.electorate
    facts = {"decision": decision, "zone": zone, "names": names, "line": line_of(decision)}
    return context(words(FROM, "asked", **facts))


def decide_button(decision: Decision) -> Element:
    return Decide(decision=decision.id).button("Decide …", aloud=f"Decide on {decision.case.key}")


def yours(decision: Decision) -> str:
    """What who decides alone is told above the form."""
    return words(FROM, "yours", line=line_of(decision))


def leads(epic: Epic, question: Question, who: Deciders, nobody: Mistake | None = None) -> str:
    """What is asked, who decides, and why they do; or why nobody does unless someone is named."""
    portfolio = epic.portfolio
    line = format_amount(portfolio.council_line, portfolio.currency, short=True)
    facts = {"epic": epic, "asks": WORDS.get(question), "line": line}
    if who.way is Way.ALONE and nobody is None:
        return words(FROM, "goes_to", who=who, **facts)
    return words("decisions/decision", "asking", electors=who.people, nobody=nobody, **facts)


def recording(epic: Epic, question: Question) -> str:
    """What is recorded, and what comes of it."""
    return words(FROM, "recording", epic=epic, asks=WORDS.get(question))


def grows(it: OpenDecision) -> list[tuple[str, Action]]:
    """What else can be asked for."""
    found: list[tuple[str, Action]] = []
    if not it.more:
        found.append(("More choices", it.but(more=True)))
    if it.question != "free":
        found.append(("Ask something else", it.but(question="free")))
    return found


def votes_instead(it: DecideNow) -> list[tuple[str, Action]]:
    """Where one need not decide it alone."""
    vote = {"epic": it.epic, "question": it.question, "more": True, "vote": True}
    return [("Put it to a vote", OpenDecision.model_validate(vote))]


def look(decision: Decision, about: Action, form: DecideForm, by: str) -> Check:
    """What the decision would do, before it does."""
    label = decision.label(form.outcome)
    facts = {
        "decision": decision,
        "case": decision.case,
        "outcome": form.outcome,
        "why": form.why,
        "label": label,
        "by": by,
        "to": _to(decision),
        **money_facts(decision.case),
    }
    facts["commits"] = words("decisions/decision", "commits", **facts)
    blocks = [section(words(FROM, part, **facts)) for part in ("will_do", "reads_as")]
    return Check(about, "Check your decision", blocks, f"Decide: {label}", "Decide")


def taken(decision: Decision) -> Block:
    """By whom it was taken, or where, and why."""
    there = (decision.present or "").split(",") if decision.present else []
    votes = decision.votes or {}
    counted = [(decision.label(value), n) for value, n in votes.items() if n]
    return section(words(FROM, "taken", decision=decision, there=there, counted=counted))


def line_of(decision: Decision) -> str | None:
    """The council's line, where the full cost is below it."""
    case, portfolio = decision.case, decision.portfolio
    if case.full_cost_minor is None or decision.way is not Way.ALONE:
        return None
    return format_amount(portfolio.council_line, portfolio.currency, short=True)


def _to(decision: Decision) -> str:
    """Where the epic goes with it."""
    if decision.question is Question.MVP:
        return PHASE_LABELS[Phase.DELIVERING]
    to = next_column(decision.epic) if decision.epic is not None else None
    return to.label if to is not None else ""


def facts_of(decision: Decision, *, asks_rest: bool = False) -> dict[str, Any]:
    """What the form asks with; `asks_rest` where nobody has said yet what falls into the year."""
    options = [(each.label, each.value) for each in decision.options]
    facts: dict[str, Any] = {"options": options, "currency": decision.case.currency}
    if asks_rest and decision.epic is not None:
        facts |= rest_facts(decision.case.money, decision.question, decision.epic)
    return facts


def rest_facts(money: CaseMoney | None, question: Question, epic: Epic) -> dict[str, Any]:
    """What the forms ask with about the rest, which persevering commits, and its currency."""
    if money is None or question is not Question.MVP or not money.rest_minor:
        return {"currency": epic.portfolio.currency}
    currency, rest = epic.portfolio.currency, money.rest_minor
    year = {"year": money.year, "currency": currency}
    return {**year, "rest_minor": rest, "rest": format_amount(rest, currency)}


def money_facts(case: Case) -> dict[str, Any]:
    """What a stop gives back, and how amounts are written."""
    left = case.money.left_minor if case.money else 0
    amount = partial(format_amount, currency=case.currency)
    return {"left": amount(left, short=True) if left else None, "amount": amount}


def planned(row: PlannedOpening) -> Answer:
    """For the person who opened it: when it is put to its electors."""
    zone = row.epic.portfolio.time_zone
    said = words(FROM, "planned", row=row, epic=row.epic, zone=zone)
    return Answer([section(said, take_back_button(row))])


def take_back_button(row: PlannedOpening) -> Element:
    """Has nobody asked what is planned."""
    return TakeBackPlanned(planned=row.id).confirmed(
        "Take it back",
        "Take it back?",
        f"Nobody is asked about {row.epic.key} then. You can open it again at any time.",
        "Take it back",
    )


def taken_back(row: PlannedOpening) -> Answer:
    return Answer([section(words(FROM, "taken_back", row=row, epic=row.epic))])


@notice(MessageKind.NOT_OPENED, PlannedOpening)
def not_opened(session: Session, row: PlannedOpening, now: datetime) -> Answer:
    said = words(FROM, "not_opened", row=row, epic=row.epic)
    return Answer([section(said, open_button(row.epic))])
