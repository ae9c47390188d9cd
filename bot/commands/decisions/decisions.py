"""`/decision`: opening a decision, voting on it, and reading what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bot.commands.epics.opening import epic_of
from bot.commands.people.roles import chosen_groups
from bot.commands.routes import routes, show
from bot.slack.actions import Action, Page, Shown
from bot.slack.answers import Answer
from bot.slack.forms import Check, Open
from bot.slack.hearing import Call
from bot.views.decisions import ballot
from bot.views.decisions import deciding as shown
from bot.views.decisions.actions import (
    Decide,
    DecideNow,
    DecisionShown,
    DecisionsList,
    PastShown,
    RecordDecision,
    StandInForMe,
    StandInUntil,
)
from bot.views.decisions.ballot import opened
from bot.views.decisions.list import decision_page
from bot.views.decisions.register import decision_list, past_page
from bot.views.epics.buttons import OpenDecision
from bot.workflows import seeing
from bot.workflows.decisions import deciding, listing, register
from bot.workflows.decisions.opening import cases, deciders, opening, planning
from bot.workflows.decisions.register import Standing
from bot.workflows.decisions.voting import COMMAND
from bot.workflows.epics import finding
from bot.workflows.keeping import seen_portfolio
from bot.workflows.portfolio import streams
from models.decisions.days import last_close, usual_close
from models.decisions.decision import METHODS, Way
from models.decisions.form import LONGEST_QUESTION, MONDAY, DecideForm, DecisionForm, RecordForm
from models.decisions.opening import VOTING, Deciders, UnknownDecision
from models.decisions.question import OPTIONS, Question, Subject
from models.decisions.register.listing import read_typed
from models.epics.epic import Epic

MOST_PAGES = 100_000


def open_typed(call: Call, typed: str) -> None:
    """Open the form about an epic, or the decision that is open about it.

    Words after the key are a question of their own.
    """
    key, _, asks = typed.partition(" ")
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
    it = OpenDecision(epic=epic.id, question="free" if asks.strip() else None)
    show(call, it, f"/decision open {epic.key}")


def record_typed(call: Call, key: str) -> None:
    """Open the form for what was decided about an epic in the room."""
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
    show(call, RecordDecision(epic=epic.id), f"/decision record {epic.key}")


def show_typed(call: Call, key: str) -> None:
    """Show the decision of that key, else the one of before that its source calls so."""
    with call.database.read() as session:
        try:
            decision = register.by_key(session, call.workspace_id, key, call.actor)
        except UnknownDecision:
            past = listing.past_by_id(call.act(session), key)
            if past is None:
                raise
            to: Page = PastShown(past=past.id)
            called = past.source_id
        else:
            to, called = DecisionShown(decision=decision.id), decision.key
    show(call, to, f"/decision show {called}")


def delegate_typed(call: Call, key: str) -> None:
    """Ask who votes for the person: on the decision of that key, or on all of them until a day."""
    with call.database.read() as session:
        if key:
            decision = register.by_key(session, call.workspace_id, key, call.actor)
            to: Action = StandInForMe(decision=decision.id)
        else:
            channel = call.channel_id or ""
            here = streams.portfolio_of_channel(session, call.workspace_id, channel)
            portfolio = seen_portfolio(call.act(session), here, COMMAND)
            to = StandInUntil(portfolio=portfolio.id)
    show(call, to, f"/decision delegate {key}".strip())


def list_typed(call: Call, typed: str) -> None:
    """Show the decisions that the words leave."""
    with call.database.read() as session:
        seen = seeing.portfolios(session, *call.who)
        known = [each for portfolio in seen for each in portfolio.value_streams]
        names = {name: each.id for each in known for name in (each.name, each.key_prefix)}
        read = read_typed(typed, names)
        epic = read.epic_key and finding.epic_by_key(
            session, call.workspace_id, read.epic_key, call.actor
        )
    page = DecisionsList(
        which=read.which,
        mine=read.mine,
        stream=read.stream_id,
        epic=epic.id if epic else None,
        number=min(read.number, MOST_PAGES),
    )
    text = page.searched(read.text).text
    show(call, page.but(text=text), "/decision list")


@routes.page
def draw_decisions(call: Call, session: Session, page: DecisionsList) -> Shown:
    found = listing.decisions_page(call.act(session), page.choice, page.number)
    epic = None
    if page.epic is not None:
        epic = finding.epic_by_id(session, call.workspace_id, page.epic, call.actor)
    return decision_list(found, page, seeing.portfolios(session, *call.who), epic)


@routes.page
def draw_past(call: Call, session: Session, page: PastShown) -> Shown:
    return past_page(listing.past_page(call.act(session), page.past, page.number), page)


@routes.page
def draw_decision(call: Call, session: Session, page: DecisionShown) -> Shown:
    found = register.record(call.act(session), page.decision, page.number)
    shown = decision_page(found, page)
    if found.stands_at is None or (url := _address(call)) is None:
        return shown
    channel, ts = found.stands_at
    link = f"{url}archives/{channel}/p{ts.replace('.', '')}"
    return replace(shown, blocks=[*shown.blocks, ballot.link_line(link)])


def _address(call: Call) -> str | None:
    """The workspace's in Slack, as Slack said when Tack began: "https://shop.slack.com/"."""
    known = call.args.context.authorize_result
    return known.url if known is not None else None


@routes.opens
def ask_decision(call: Call, session: Session, it: OpenDecision) -> Open | Page:
    """Ask what they recommend and until when; a decision that is open already is shown instead."""
    epic = epic_of(session, call, it.epic)
    question = _question(it, epic)
    found = opening.found_open(session, Subject.EPIC, epic.id, question)
    if found is not None and not call.is_form:
        return DecisionShown(decision=found.id)
    act = call.act(session)
    who = deciders.check_may_ask(act, epic, question)
    if who.is_one(call.actor) and not it.vote:
        now = DecideNow.model_validate({"epic": epic.id, "question": question.value})
        return ask_to_decide(call, session, now)
    if it.vote:
        who = deciders.usual_deciders(session, epic, Question.FREE)
    none, is_vote = deciders.nobody(session, epic, who), who.way is Way.VOTE
    it = it.but(question=question.value, more=it.more or none is not None)
    return Open(
        DecisionForm,
        "Open a decision",
        it,
        held={
            "asks": call.words_after_command.partition(" ")[2].strip()[:LONGEST_QUESTION] or None,
            "closes_on": usual_close(epic.portfolio, call.at),
        },
        facts=_facts(call, session, epic, it, who) | {"nobody": none and none.sentence},
        lead=shown.leads(epic, question, who, none),
        submit="Ask them" if none else "Ask the council" if is_vote else "Ask for a decision",
        named=who.people,
        grows=shown.grows(it),
    )


@routes.saves
def open_decision(call: Call, session: Session, form: DecisionForm, about: OpenDecision) -> Answer:
    """Put it to the council."""
    epic = epic_of(session, call, about.epic)
    question = _question(about, epic)
    deciders.check_may_ask(call.act(session), epic, question)
    groups = chosen_groups(call, form.groups, "groups")
    act, unfit, is_vote = call.act(session), call.unfit_named, about.vote
    if form.when == MONDAY:
        row = planning.plan(
            act, about.epic, form, unfit, question=question, groups=groups, is_vote=is_vote
        )
        return shown.planned(row)
    decision = opening.open_decision(
        act,
        about.epic,
        form,
        unfit,
        question=question,
        groups=groups,
        is_vote=is_vote,
        sparing=True,
    )
    return opened(decision, opening.channel_of(session, decision))


@routes.opens
def ask_what_was_decided(call: Call, session: Session, it: RecordDecision) -> Open:
    """Ask what was decided in the room, and who was there."""
    epic = epic_of(session, call, it.epic)
    question = Question(it.question) if it.question else deciders.usual_question(epic)
    deciding.look_to_record(call.act(session), epic, question)
    free = question is Question.FREE
    other = [("Record something else", it.but(question="free"))]
    return Open(
        RecordForm,
        "Record a decision",
        it.but(question=question.value),
        facts={
            "currency": epic.portfolio.currency,
            "free": free,
            **shown.rest_facts(cases.money_of(call.act(session), epic, question), question, epic),
            "options": [] if free else [(each.label, each.value) for each in OPTIONS[question]],
            "order": None if free else ", ".join(each.label for each in OPTIONS[question]),
        },
        lead=shown.recording(epic, question),
        submit="Record it",
        grows=[] if free else other,
    )


@routes.saves
def record(call: Call, session: Session, form: RecordForm, about: RecordDecision) -> Answer:
    epic = epic_of(session, call, about.epic)
    question = Question(about.question) if about.question else deciders.usual_question(epic)
    decision = deciding.record(call.act(session), about.epic, question, form)
    return ballot.result(register.standing(session, decision))


@routes.opens
def ask_what_to_decide(call: Call, session: Session, it: Decide | DecideNow) -> Open:
    return ask_to_decide(call, session, it)


def ask_to_decide(call: Call, session: Session, it: Decide | DecideNow) -> Open:
    """Show who decides alone the whole case, and ask what and why."""
    stands, named = _case_before(call, session, it)
    asks_rest = isinstance(it, DecideNow)
    return Open(
        DecideForm,
        "Decide",
        it,
        held={"outcome": stands.decision.recommended},
        facts=shown.facts_of(stands.decision, asks_rest=asks_rest),
        lead=shown.yours(stands.decision),
        above=ballot.case_blocks(stands),
        submit="Next",
        named=named,
        grows=shown.votes_instead(it) if isinstance(it, DecideNow) else (),
    )


@routes.checks
def check_what_was_decided(
    call: Call,
    session: Session,
    form: DecideForm,
    about: Decide | DecideNow,
    typed: Mapping[str, str | None],
) -> Check:
    """Show what it does, before it does."""
    stands, _ = _case_before(call, session, about, form.this_period_minor)
    return shown.look(stands.decision, about, form, call.actor)


@routes.saves
def decide(call: Call, session: Session, form: DecideForm, about: Decide | DecideNow) -> Answer:
    """Have it come true."""
    act = call.act(session)
    if isinstance(about, Decide):
        decision = deciding.decide(act, about.decision, form)
    else:
        question = Question(about.question)
        decision = deciding.decide_now(act, about.epic, question, form, call.unfit_named)
    return ballot.result(register.standing(session, decision))


def _case_before(
    call: Call, session: Session, it: Decide | DecideNow, this_period: int | None = None
) -> tuple[Standing, Sequence[str]]:
    """The case as it was asked, or as it would be, and who of those it names may be gone."""
    act = call.act(session)
    if isinstance(it, Decide):
        decision = deciding.look_to_decide(act, it.decision)
        return register.standing(session, decision), ()
    epic, question = epic_of(session, call, it.epic), Question(it.question)
    who = deciders.check_may_open(act, epic, question)
    decision, box = deciding.drafted(act, epic, question, this_period)
    decision.check_decides(call.actor)
    return Standing(decision, box, ()), who.people


def _question(it: OpenDecision, epic: Epic) -> Question:
    return Question(it.question) if it.question else deciders.usual_question(epic)


def _facts(
    call: Call, session: Session, epic: Epic, it: OpenDecision, who: Deciders
) -> dict[str, Any]:
    question = _question(it, epic)
    options = () if question is Question.FREE else OPTIONS[question]
    tie_breaker = deciders.usual_tie_breaker(session, epic)
    return {
        "today": epic.portfolio.day_of(call.at),
        "last": last_close(epic.portfolio, call.at),
        "options": [(each.label, each.value) for each in options],
        "free": question is Question.FREE,
        "moves": question is not Question.FREE,
        **shown.rest_facts(cases.money_of(call.act(session), epic, question), question, epic),
        "aims": question is not Question.FREE and epic.target is not None,
        "more": it.more,
        "asked_often": deciders.how_often(call.act(session), epic, who, more=it.more),
        "usually": who.are if who.people else "nobody, so it cannot be opened",
        "roles": [(role.value.capitalize(), role.value) for role in VOTING],
        "methods": [(each.value.capitalize(), each.value) for each in METHODS[question]],
        "asks_tie_breaker": (who.way is Way.VOTE or not who.people) and tie_breaker is None,
        "groups": [(f"@{each.handle}", each.group_id) for each in call.user_groups().usable]
        if it.more
        else [],
    }
