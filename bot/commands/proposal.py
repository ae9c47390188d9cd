"""The form to propose an epic: opened, grown, warned about ideas alike, and stored."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.commands.answering import TriggerExpired
from bot.commands.hearing import Call
from bot.commands.setup import SetUpFirst
from bot.commands.typed import answers_of
from bot.views import epic_form
from bot.views.values import ProposalForm
from bot.workflows import boarding, finding, looking, proposing
from models.epic import Epic
from models.errors import FieldMistakes
from models.hypothesis import reads_as
from models.portfolio import Portfolio, ValueStream
from models.proposal import parse_proposal


def open_proposal(call: Call, title: str = "") -> None:
    """Open the form, for the value stream of the channel it was asked for in."""
    with call.database.read() as session:
        portfolio, stream = _where(session, call)
        similar = proposing.similar_open_epics(session, portfolio.id, title, call.actor)
    memory = ProposalForm(portfolio=portfolio.id, channel=call.channel_id, similar=_ids(similar))
    form = epic_form.epic_form(portfolio, memory, title=title, stream=stream, similar=similar)
    try:
        call.open_form(form)
    except TriggerExpired:
        call.reply(epic_form.reopen(title))
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


def add_numbers(call: Call) -> None:
    """Ask for the numbers as well; asked once more, read them as a sentence."""
    memory = ProposalForm.read(call.view["private_metadata"])
    with call.database.read() as session:
        similar = _epics(session, call, memory.similar)
    note = _as_sentence(call, memory) if memory.numbers else None
    grown = memory.model_copy(update={"numbers": True})
    call.update_form(_form(call, grown, similar, note))
    call.ack()


def submit(call: Call) -> None:
    """Store the epic; the first time ideas alike turn up, show them before."""
    memory = ProposalForm.read(call.view["private_metadata"])
    with call.database.read() as session:
        portfolio = _portfolio(session, call, memory.portfolio)
        today = call.at.astimezone(ZoneInfo(portfolio.time_zone)).date()
        proposal = parse_proposal(answers_of(call.view), today, portfolio.currency)
        similar = proposing.similar_open_epics(session, portfolio.id, proposal.title, call.actor)
    if set(_ids(similar)) - set(memory.similar):
        shown = memory.model_copy(update={"similar": _ids(similar)})
        call.ack(response_action="update", view=_form(call, shown, similar))
        return
    request_id = f"view:{call.view['id']}"
    with call.write() as session:
        epic = proposing.propose(
            session, call.workspace_id, call.actor, proposal, request_id, call.at
        )
        place, count = boarding.place_in_state(session, epic)
    call.ack()
    call.tell(
        epic_form.stored(epic, place, count, portfolio.calendar.answer_due_on(today)),
        memory.channel,
    )


def suggest_streams(call: Call) -> None:
    """The value streams with what was typed in their names."""
    memory = ProposalForm.read(call.view["private_metadata"])
    typed = call.body.get("value", "").strip().casefold()
    with call.database.read() as session:
        portfolio = _portfolio(session, call, memory.portfolio)
    found = [s for s in portfolio.value_streams if typed in f"{s.name} {s.key_prefix}".casefold()]
    call.ack(options=[epic_form.stream_option(s) for s in found[: epic_form.MENU_LIMIT]])


def _where(session: Session, call: Call) -> tuple[Portfolio, ValueStream | None]:
    """The portfolio, and the stream of the channel; in App Home the portfolio seen there."""
    portfolios = finding.portfolios(session, call.workspace_id, call.actor)
    if not portfolios:
        raise SetUpFirst
    if call.channel_id is not None:
        stream = finding.stream_of_channel(session, call.workspace_id, call.channel_id)
        if stream is not None:
            return stream.portfolio, stream
        return portfolios[0], None
    home = looking.home_of(session, call.workspace_id, call.actor)
    return looking.portfolio_of(home, portfolios) or portfolios[0], None


def _portfolio(session: Session, call: Call, portfolio_id: int) -> Portfolio:
    portfolios = finding.portfolios(session, call.workspace_id, call.actor)
    found = next((each for each in portfolios if each.id == portfolio_id), None)
    if found is None:
        raise SetUpFirst
    return found


def _form(
    call: Call, memory: ProposalForm, similar: Sequence[Epic], note: str | None = None
) -> dict[str, Any]:
    """The form once more; `stream` is what is chosen in it now."""
    chosen = answers_of(call.view).get(epic_form.STREAM)
    with call.database.read() as session:
        portfolio = _portfolio(session, call, memory.portfolio)
        stream = next((s for s in portfolio.value_streams if str(s.id) == chosen), None)
    return epic_form.epic_form(portfolio, memory, stream=stream, similar=similar, note=note)


def _as_sentence(call: Call, memory: ProposalForm) -> str:
    with call.database.read() as session:
        portfolio = _portfolio(session, call, memory.portfolio)
    today = call.at.astimezone(ZoneInfo(portfolio.time_zone)).date()
    try:
        sentence = reads_as(parse_proposal(answers_of(call.view), today, portfolio.currency))
    except FieldMistakes as mistakes:
        return f"Not a sentence yet. {next(iter(mistakes.errors.values()))}"
    return f"Reads as: {sentence}" if sentence else "Not a sentence yet: which figure will move?"


def _epics(session: Session, call: Call, ids: Sequence[int]) -> list[Epic]:
    found = [finding.epic_by_id(session, call.workspace_id, epic_id, call.actor) for epic_id in ids]
    return [epic for epic in found if epic is not None]


def _ids(epics: Sequence[Epic]) -> tuple[int, ...]:
    return tuple(epic.id for epic in epics)
