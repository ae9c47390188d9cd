"""What a stream commits: its capacity by the month, and what an epic lacks."""

from sqlalchemy.orm import Session

from bot.commands.budgets.budgets import seen_here
from bot.commands.routes import routes, show
from bot.slack.answers import Answer
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.views.budgets.actions import CommitCapacity, CoverEpic
from bot.views.budgets.budget import capacity_lead, covered
from bot.workflows.budgets.commitments import capacity, carrying
from models.budgets.commitments.capacity import CapacityForm, months_left, streams_of_capacity


def hear_capacity(call: Call) -> None:
    show(call, CommitCapacity(portfolio=seen_here(call)), "/budget capacity")


@routes.opens
def ask_capacity(call: Call, session: Session, it: CommitCapacity) -> Open:
    """Ask what a stream's capacity costs a month."""
    act = call.act(session)
    portfolio = capacity.portfolio_to_commit_in(act, it.portfolio)
    period = capacity.period_to_commit_in(act, portfolio)
    months = months_left(portfolio.day_of(call.at), period.ends_on)
    streams = [(each.name, each.id) for each in streams_of_capacity(portfolio)]
    facts = {"streams": streams, "currency": portfolio.currency}
    lead = capacity_lead(portfolio, months)
    return Open(CapacityForm, "Commit capacity", it, facts=facts, lead=lead, submit="Commit it")


@routes.saves
def commit_capacity(
    call: Call, session: Session, form: CapacityForm, about: CommitCapacity
) -> None:
    capacity.commit_capacity(call.act(session), about.portfolio, form)


@routes.does
def cover(call: Call, session: Session, it: CoverEpic) -> Answer:
    """Commit what an epic lacks."""
    return covered(carrying.cover(call.act(session), it.epic))
