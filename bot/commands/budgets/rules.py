"""`/budget rules`: the limits of shifts, and asking the council for others."""

from sqlalchemy.orm import Session

from bot.commands.routes import routes
from bot.slack.actions import Shown
from bot.slack.answers import Answer
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.views.budgets.actions import BudgetRules, ChangeRules
from bot.views.budgets.history import rules, rules_asked, rules_lead
from bot.workflows.budgets.considering import rules_of
from bot.workflows.budgets.shifts.rules import ask_to_change, portfolio_to_rule, rules_page
from models.budgets.forms import RulesForm
from models.budgets.rules import rules_by


@routes.page
def draw_rules(call: Call, session: Session, page: BudgetRules) -> Shown:
    return rules(rules_page(call.act(session), page.portfolio), page)


@routes.opens
def ask_rules(call: Call, session: Session, it: ChangeRules) -> Open:
    """Ask what they are to be; today's stand in the form."""
    portfolio = portfolio_to_rule(call.act(session), it.portfolio)
    held = rules_by(rules_of(session, portfolio))
    lead = rules_lead(portfolio)
    return Open(RulesForm, "Budget rules", it, held=held, lead=lead, submit="Ask the council")


@routes.saves
def change_rules(call: Call, session: Session, form: RulesForm, about: ChangeRules) -> Answer:
    return rules_asked(ask_to_change(call.act(session), about.portfolio, form))
