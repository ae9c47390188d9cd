"""Rolling a fiscal year forward: chosen, looked at, then done."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot.commands.routes import routes
from bot.slack.answers import Answer
from bot.slack.forms import Check, Open
from bot.slack.hearing import Call
from bot.views.budgets.actions import RollForward
from bot.views.budgets.rolling import rolled, rolling_lead, rolling_look
from bot.workflows.budgets.rolling import look, portfolio_to_roll, roll, years_to_roll
from models.budgets.forms import RollForm


@routes.opens
def ask_roll(call: Call, session: Session, it: RollForward) -> Open:
    """Ask which year is given what the one before had."""
    act = call.act(session)
    portfolio = portfolio_to_roll(act, it.portfolio)
    years = years_to_roll(act, portfolio)
    held, facts = {"year": years[0][1]}, {"years": years}
    lead = rolling_lead(portfolio)
    return Open(RollForm, "Roll forward", it, held=held, facts=facts, lead=lead, submit="Next")


@routes.checks
def check_roll(
    call: Call,
    session: Session,
    form: RollForm,
    about: RollForward,
    typed: Mapping[str, str | None],
) -> Check:
    """Show what each stream would have, and what lasts of its shifts."""
    return rolling_look(look(call.act(session), about.portfolio, form), about)


@routes.saves
def roll_forward(call: Call, session: Session, form: RollForm, about: RollForward) -> Answer:
    entries = roll(call.act(session), about.portfolio, form, about.seen)
    return rolled(session, about.portfolio, entries)
