"""`/budget`: what streams have, money for them, and shifts asked for, approved and declined."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot.commands.routes import routes, show
from bot.slack.actions import Shown
from bot.slack.answers import Answer
from bot.slack.forms import Check, Open
from bot.slack.hearing import Call
from bot.views.budgets.actions import (
    ApproveShift,
    AskShift,
    BookSpend,
    BudgetHistory,
    BudgetRules,
    BudgetShown,
    CloseBooks,
    DeclineShift,
    FundStream,
    GiveForecast,
    RollForward,
    ShiftShown,
    TakeShiftBack,
    UndoShift,
)
from bot.views.budgets.budget import (
    booked,
    budget,
    close_lead,
    decline_lead,
    forecast_lead,
    funding_lead,
    spend_lead,
    undo_lead,
)
from bot.views.budgets.history import history
from bot.views.budgets.preview import preview
from bot.views.budgets.request import answered, shift_page
from bot.workflows import seeing
from bot.workflows.budgets import booking, considering, expecting, funding, ledger, shifting
from bot.workflows.budgets.budgets import budget_page, request_of, streams_to_choose
from bot.workflows.budgets.commitments import carrying
from bot.workflows.budgets.history import history_page
from bot.workflows.budgets.shifts import moving
from bot.workflows.epics import finding
from bot.workflows.keeping import seen_portfolio
from bot.workflows.portfolio import streams
from models.budgets.forms import (
    CloseForm,
    DeclineForm,
    ForecastForm,
    FundingForm,
    ShiftForm,
    SpendForm,
    UndoForm,
    asked_before,
    typed_shift,
    typed_spend,
    uncovered_shift,
)
from models.budgets.history import stream_of
from models.errors import Mistake
from models.money import format_amount


class SpendOfWhat(Mistake):
    """`/budget spend` without an epic."""

    def __init__(self) -> None:
        super().__init__("Which epic? Type /budget spend KEY, as in /budget spend PAY-4 12,500.")


def hear_show(call: Call) -> None:
    """Hear `/budget show`, of the channel's portfolio or the first one seen, and of one stream."""
    with call.database.read() as session:
        act, typed = call.act(session), call.words_after_command
        portfolio = seen_portfolio(act, _portfolio_here(call), ledger.COMMAND)
        stream = stream_of(portfolio, typed).id if typed else None
    show(call, BudgetShown(portfolio=portfolio.id, stream=stream), "/budget show")


def hear_spend(call: Call) -> None:
    """Hear `/budget spend KEY amount month`; what was typed stands in the form."""
    key, _, _ = call.words_after_command.partition(" ")
    if not key:
        raise SpendOfWhat
    with call.database.read() as session:
        epic = finding.epic_by_key(session, call.workspace_id, key, call.actor)
    show(call, BookSpend(epic=epic.id), "/budget spend")


def hear_close(call: Call) -> None:
    show(call, CloseBooks(portfolio=seen_here(call)), "/budget close")


def hear_forecast(call: Call) -> None:
    show(call, GiveForecast(portfolio=seen_here(call)), "/budget forecast")


def hear_shift(call: Call) -> None:
    show(call, AskShift(portfolio=seen_here(call)), "/budget shift")


def hear_fund(call: Call) -> None:
    show(call, FundStream(portfolio=seen_here(call)), "/budget fund")


def hear_roll(call: Call) -> None:
    show(call, RollForward(portfolio=seen_here(call)), "/budget roll")


@routes.page
def draw_budget(call: Call, session: Session, page: BudgetShown) -> Shown:
    """What the streams of a portfolio have."""
    found = budget_page(call.act(session), page.portfolio, page.number, page.period, page.stream)
    return budget(found, page, seeing.portfolios(session, *call.who))


def hear_history(call: Call) -> None:
    """Hear `/budget history`, or `/budget history payments`."""
    with call.database.read() as session:
        portfolio = seen_portfolio(call.act(session), _portfolio_here(call), ledger.COMMAND)
        typed = call.words_after_command
        stream = stream_of(portfolio, typed) if typed else None
    to = BudgetHistory(portfolio=portfolio.id, of_stream=stream.id if stream else None)
    show(call, to, "/budget history")


def hear_rules(call: Call) -> None:
    show(call, BudgetRules(portfolio=_portfolio_here(call)), "/budget rules")


@routes.page
def draw_history(call: Call, session: Session, page: BudgetHistory) -> Shown:
    """The entries of the present period, in words."""
    found = history_page(call.act(session), page.portfolio, page.of_stream, page.number)
    return history(found, page)


@routes.page
def draw_shift(call: Call, session: Session, page: ShiftShown) -> Shown:
    shift = moving.seen_shift(call.act(session), page.shift)
    return shift_page(request_of(session, shift), page, call.actor)


@routes.opens
def ask_funding(call: Call, session: Session, it: FundStream) -> Open:
    """Ask how much money a stream is given."""
    portfolio = funding.portfolio_to_fund(call.act(session), it.portfolio)
    facts = {
        "streams": funding.streams_to_fund(portfolio),
        "currency": portfolio.currency,
    }
    lead = funding_lead(portfolio, ledger.year_of(portfolio, call.at))
    return Open(FundingForm, "Fund a value stream", it, facts=facts, lead=lead, submit="Fund it")


@routes.saves
def fund(call: Call, session: Session, form: FundingForm, about: FundStream) -> None:
    funding.fund(call.act(session), about.portfolio, form)


@routes.opens
def ask_spend(call: Call, session: Session, it: BookSpend) -> Open:
    """Ask how much an epic spent, and in which month."""
    act = call.act(session)
    epic = booking.epic_to_book(act, it.epic)
    currency = epic.portfolio.currency
    _, _, rest = call.words_after_command.partition(" ")
    lead = spend_lead(epic)
    facts = {"currency": currency}
    held = typed_spend(rest, currency)
    title, submit = "Book what was spent", "Book it"
    return Open(SpendForm, title, it, held=held, facts=facts, lead=lead, submit=submit)


@routes.saves
def book_spend(call: Call, session: Session, form: SpendForm, about: BookSpend) -> Answer:
    return booked(booking.spend(call.act(session), about.epic, form), session)


@routes.opens
def ask_close(call: Call, session: Session, it: CloseBooks) -> Open:
    """Ask up to when the books are closed."""
    portfolio = booking.portfolio_to_book_in(call.act(session), it.portfolio)
    lead = close_lead(portfolio)
    return Open(CloseForm, "Close the books", it, lead=lead, submit="Close them")


@routes.saves
def close_books(call: Call, session: Session, form: CloseForm, about: CloseBooks) -> None:
    booking.close(call.act(session), about.portfolio, form)


@routes.opens
def ask_forecast(call: Call, session: Session, it: GiveForecast) -> Open:
    """Ask what a stream expects to have spent at the end of the year."""
    act = call.act(session)
    portfolio = expecting.portfolio_to_expect_in(act, it.portfolio)
    facts = {
        "streams": expecting.streams_to_expect(act, portfolio),
        "currency": portfolio.currency,
    }
    lead = forecast_lead(portfolio, ledger.year_of(portfolio, call.at))
    return Open(ForecastForm, "Year-end forecast", it, facts=facts, lead=lead)


@routes.saves
def keep_forecast(call: Call, session: Session, form: ForecastForm, about: GiveForecast) -> None:
    expecting.expect(call.act(session), about.portfolio, form)


@routes.opens
def ask_shift(call: Call, session: Session, it: AskShift) -> Open:
    """Ask from where to where, how much and why."""
    act = call.act(session)
    portfolio = considering.portfolio_to_shift_in(act, it.portfolio)
    considering.period_with_money(act, portfolio)
    choices = streams_to_choose(act, portfolio)
    facts = {"givers": choices, "takers": choices, "currency": portfolio.currency}
    if it.epic is not None:
        held = uncovered_shift(*carrying.uncovered(act, it.epic))
    elif it.again is not None:
        held = asked_before(moving.seen_shift(act, it.again))
    else:
        held = typed_shift(call.words_after_command, portfolio.currency)
    return Open(ShiftForm, "Shift money", it, held=held, facts=facts, submit="Next")


@routes.checks
def check_shift(
    call: Call,
    session: Session,
    form: ShiftForm,
    about: AskShift,
    typed: Mapping[str, str | None],
) -> Check:
    """Show what it would do, which rules it meets and who decides."""
    act = call.act(session)
    portfolio = considering.portfolio_to_shift_in(act, about.portfolio)
    ruling = considering.consider(act, portfolio, form)
    amount = typed.get("amount_minor") or ""
    return preview(ruling, about, form.reason, amount, lasting=bool(form.lasting))


@routes.saves
def shift(call: Call, session: Session, form: ShiftForm, about: AskShift) -> Answer:
    """Ask for it, or move it where it asks nobody."""
    of = {"epic_id": about.epic, "again": about.again}
    asked = shifting.ask(call.act(session), about.portfolio, form, about.seen, **of)
    return answered(request_of(session, asked))


@routes.opens
def ask_undo(call: Call, session: Session, it: UndoShift) -> Open:
    """Ask how much goes back, and why."""
    act = call.act(session)
    shift = moving.seen_shift(act, it.shift)
    most = considering.largest_undone(act, shift)
    currency = shift.portfolio.currency
    facts = {"currency": currency, "at_most": format_amount(most, currency)}
    held = {"amount_minor": most}
    lead = undo_lead(shift, call.at)
    return Open(UndoForm, "Undo a shift", it, held=held, facts=facts, lead=lead, submit="Next")


@routes.checks
def check_undo(
    call: Call,
    session: Session,
    form: UndoForm,
    about: UndoShift,
    typed: Mapping[str, str | None],
) -> Check:
    """Show what it would do, which rules it meets and who decides."""
    act = call.act(session)
    shift = moving.seen_shift(act, about.shift)
    ruling = considering.consider_undoing(act, shift, form)
    amount = typed.get("amount_minor") or ""
    return preview(ruling, about, form.reason, amount, lasting=shift.lasting)


@routes.saves
def undo(call: Call, session: Session, form: UndoForm, about: UndoShift) -> Answer:
    """Ask for it back, or move it back where it asks nobody."""
    asked = shifting.undo(call.act(session), about.shift, form, about.seen)
    return answered(request_of(session, asked))


@routes.does
def approve(call: Call, session: Session, it: ApproveShift) -> None:
    """Say yes."""
    shifting.approve(call.act(session), it.shift)


@routes.opens
def ask_why_not(call: Call, session: Session, it: DeclineShift) -> Open:
    asked = shifting.look_to_decline(call.act(session), it.shift)
    return Open(DeclineForm, "Decline the shift", it, lead=decline_lead(asked), submit="Decline")


@routes.saves
def decline(call: Call, session: Session, form: DeclineForm, about: DeclineShift) -> None:
    shifting.decline(call.act(session), about.shift, form)


@routes.does
def take_back(call: Call, session: Session, it: TakeShiftBack) -> None:
    """Ask no longer."""
    shifting.take_back(call.act(session), it.shift)


def seen_here(call: Call) -> int:
    """The same, else the first one seen. Raises Gone."""
    with call.database.read() as session:
        return seen_portfolio(call.act(session), _portfolio_here(call), ledger.COMMAND).id


def _portfolio_here(call: Call) -> int | None:
    """The portfolio whose channel, or whose stream's, it was typed in."""
    if call.channel_id is None:
        return None
    with call.database.read() as session:
        return streams.portfolio_of_channel(session, call.workspace_id, call.channel_id)
