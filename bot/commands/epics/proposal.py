"""The form to propose an epic: opened, grown, warned about ideas alike, and stored.

It acks and draws itself, for it is another form with each choice made in it, which no declaration
says: ideas alike while the title is typed, why there is no theme, a project first where one pays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.slack.answering import TriggerExpired
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.views.epics import form as epic_form
from bot.views.epics.fields import STREAM, Filled
from bot.views.epics.form import ProposalForm
from bot.workflows import seeing
from bot.workflows.board import board as boarding
from bot.workflows.board import home as looking
from bot.workflows.epics import finding, proposing
from bot.workflows.portfolio import streams
from bot.workflows.portfolio.readiness import check_begun
from models.epics.epic import Epic
from models.epics.hypothesis import reads_as, watched
from models.epics.proposal import Proposal, parse_proposal
from models.errors import FieldMistakes
from models.portfolio.portfolio import Portfolio, ValueStream
from models.portfolio.readiness import NothingOpenToYou
from models.seen import was_seen


def open_proposal(call: Call, title: str = "") -> None:
    """Open the form, for the value stream of the channel it was asked for in."""
    open_filled(call, {"title": title} if title else {})


def open_filled(call: Call, texts: Mapping[str, str], origin: str | None = None) -> None:
    """Open the form with texts in its fields, and the message they come from."""
    title = texts.get("title", "")
    with call.database.read() as session:
        portfolio, stream = _where(session, call)
        choices = finding.choices(session, portfolio)
        similar = proposing.similar_open_epics(session, portfolio.id, title, call.actor)
    memory = ProposalForm(
        portfolio=portfolio.id, channel=call.channel_id, similar=_ids(similar), origin=origin
    )
    try:
        call.open_form(epic_form.epic_form(choices, memory, Filled(texts, stream), similar=similar))
    except TriggerExpired:
        call.reply(epic_form.use_again() if origin or len(texts) > 1 else epic_form.reopen(title))
        return
    call.ack()


def reopen(call: Call) -> None:
    """Open the form with what was typed before, from the button that carries it."""
    typed = call.action["value"]
    open_proposal(call, "" if typed == "-" else typed)


def title_typed(call: Call) -> None:
    """Show the open epics alike, once they change."""
    memory = ProposalForm.read(call.view["private_metadata"])
    title = call.action.get("value") or ""
    with call.database.read() as session:
        similar = proposing.similar_open_epics(session, memory.portfolio, title, call.actor)
    if _ids(similar) != memory.similar:
        call.update_form(_form(call, memory.model_copy(update={"similar": _ids(similar)}), similar))
    call.ack()


def chosen(call: Call) -> None:
    """Ask for what follows from the value stream or the theme that was chosen."""
    memory = ProposalForm.read(call.view["private_metadata"])
    call.update_form(_form(call, memory, _similar(call, memory)))
    call.ack()


def add_numbers(call: Call) -> None:
    """Ask for the numbers as well; asked once more, read them as a sentence."""
    memory = ProposalForm.read(call.view["private_metadata"])
    note = _as_sentence(call, memory) if memory.numbers else None
    grown = memory.model_copy(update={"numbers": True})
    call.update_form(_form(call, grown, _similar(call, memory), note))
    call.ack()


def submit(call: Call) -> None:
    """Store the epic; the first time ideas alike turn up, show them before.

    Sent again, because Slack did not hear the answer, it is answered as it was.
    """
    memory = ProposalForm.read(call.view["private_metadata"])
    request_id = f"view:{call.view['id']}"
    with call.database.read() as session:
        portfolio = portfolio_of(session, call, memory.portfolio)
        proposal = _proposal(call, portfolio, memory)
        similar = proposing.similar_open_epics(session, portfolio.id, proposal.title, call.actor)
        is_stored = was_seen(session, call.workspace_id, request_id)
    check_owner(call, proposal.owner_user_id)
    if not is_stored and set(_ids(similar)) - set(memory.similar):
        shown = memory.model_copy(update={"similar": _ids(similar)})
        call.ack(response_action="update", view=_form(call, shown, similar))
        return
    with call.write() as session:
        epic = proposing.propose(
            session, call.workspace_id, call.actor, proposal, request_id, call.at
        )
        place, count = boarding.place_in_state(session, epic)
        due = portfolio.calendar.answer_due_on(today(call, portfolio))
        answer = epic_form.stored(epic, place, count, due)
    call.ack()
    call.reply_in(answer, memory.channel)


def check_owner(call: Call, owner: str | None) -> None:
    """Raise FieldMistakes where someone else cannot own an epic."""
    if owner is not None and owner != call.actor and (why := call.unfit([owner])):
        raise FieldMistakes({"owner": why})


def portfolio_of(session: Session, call: Call, portfolio_id: int) -> Portfolio:
    """The portfolio a form is about. Raises NothingOpenToYou where the person may not see it."""
    portfolios = seeing.portfolios(session, call.workspace_id, call.actor)
    found = next((each for each in portfolios if each.id == portfolio_id), None)
    if found is None:
        raise NothingOpenToYou
    return found


def today(call: Call, portfolio: Portfolio) -> date:
    return call.at.astimezone(ZoneInfo(portfolio.time_zone)).date()


def sentence_of(idea: Epic | Proposal) -> str:
    """The answers so far as a sentence, or what it lacks."""
    sentence = reads_as(idea)
    said = f"Reads as: {sentence}" if sentence else "Not a sentence yet: which figure will move?"
    return " ".join(filter(None, [said, watched(idea)]))


def _where(session: Session, call: Call) -> tuple[Portfolio, ValueStream | None]:
    """The portfolio, and the stream of the channel; in App Home the portfolio seen there."""
    check_begun(session, call.workspace_id, call.actor)
    portfolios = seeing.portfolios(session, call.workspace_id, call.actor)
    ready = [each for each in portfolios if not each.is_silent(call.at)] or portfolios
    stream, home = None, None
    if call.channel_id is None:
        home = looking.home_of(session, call.workspace_id, call.actor)
    else:
        stream = streams.stream_of_channel(session, call.workspace_id, call.channel_id)
    if stream is None or stream.portfolio not in portfolios:
        stream = None
    portfolio = stream.portfolio if stream else looking.portfolio_of(home, ready) or ready[0]
    proposing.check_is_live(session, call.actor, portfolio, call.at)
    return portfolio, stream


def _proposal(call: Call, portfolio: Portfolio, memory: ProposalForm) -> Proposal:
    answers = answers_of(call.view)
    proposal = parse_proposal(answers, today(call, portfolio), portfolio.currency)
    return replace(proposal, origin_url=memory.origin)


def _form(
    call: Call, memory: ProposalForm, similar: Sequence[Epic], note: str | None = None
) -> dict[str, Any]:
    """The form once more with what it holds, as what is chosen in it now asks."""
    answers = {name: text for name, text in answers_of(call.view).items() if text}
    with call.database.read() as session:
        portfolio = portfolio_of(session, call, memory.portfolio)
        choices = finding.choices(session, portfolio)
        project = finding.open_project(session, portfolio.id, answers.get("project"))
    filled = Filled(
        answers,
        choices.stream(answers.get(STREAM)),
        choices.theme(answers.get("theme")),
        choices.objective(answers.get("objective")),
        project,
    )
    theme = answers.get("theme")
    return epic_form.epic_form(choices, memory, filled, similar=similar, theme=theme, note=note)


def _as_sentence(call: Call, memory: ProposalForm) -> str:
    with call.database.read() as session:
        portfolio = portfolio_of(session, call, memory.portfolio)
    try:
        return sentence_of(_proposal(call, portfolio, memory))
    except FieldMistakes as mistakes:
        return f"Not a sentence yet. {next(iter(mistakes.errors.values()))}"


def _similar(call: Call, memory: ProposalForm) -> list[Epic]:
    with call.database.read() as session:
        ids = memory.similar
        found = [finding.epic_by_id(session, call.workspace_id, id_, call.actor) for id_ in ids]
    return [epic for epic in found if epic is not None]


def _ids(epics: Sequence[Epic]) -> tuple[int, ...]:
    return tuple(epic.id for epic in epics)
