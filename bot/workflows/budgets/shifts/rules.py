"""The rules of shifts: as they hold and held, and changed by finance and the council together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.workflows.budgets import ledger
from bot.workflows.budgets.considering import rules_of
from bot.workflows.decisions.effects import NOTHING, effect_of, keeps_up
from bot.workflows.decisions.opening.opening import open_about
from bot.workflows.keeping import LOCK, Act, seen_portfolio
from bot.workflows.permitting import Place, check, holders, lock_roles
from models.budgets.forms import RulesForm
from models.budgets.rules import NAMES, Rules, RulesAsked, RulesChange, rules_by
from models.budgets.seats import NoCouncil
from models.counting import counted
from models.decisions.case import Case
from models.decisions.days import usual_close_at
from models.decisions.decision import About, Decision, Terms
from models.decisions.opening import check_live
from models.decisions.question import Asked, Choice, Subject
from models.people.role import Right, Role, refuse
from models.portfolio.portfolio import Portfolio

MOST_SHOWN = 5
"""So many changes of before are shown."""

SAYS = {
    "free_percent": "Without approval, per quarter: {} %",
    "most_percent": "Without the council, at once: {} %",
    "moved_percent": "Without the council, moved out in the year: {} %",
    "stand_in_days": "Stand-ins are asked after {}",
    "request_days": "A request stays open for {}",
    "after_council_days": "After the council's decision, for {}",
    "undo_days": "Finance alone can undo what moved without approval for {}",
}
"""A line of the case for each rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesPage:
    """The rules as they hold, how they came to, and who may ask for others."""

    portfolio: Portfolio
    rules: Rules
    changes: Sequence[RulesChange]
    """Those that came to hold, the newest first."""
    open: Decision | None
    """The council's about others, as long as it is open."""
    askers: Sequence[str]
    may_ask: bool


def rules_page(act: Act, portfolio_id: int | None) -> RulesPage:
    """Of the first portfolio seen where none is named. Raises Gone."""
    portfolio = seen_portfolio(act, portfolio_id, ledger.COMMAND)
    held = select(RulesChange).where(
        RulesChange.portfolio_id == portfolio.id, RulesChange.since.is_not(None)
    )
    newest = held.order_by(RulesChange.since.desc()).limit(MOST_SHOWN)
    askers = _askers(act.session, portfolio)
    return RulesPage(
        portfolio=portfolio,
        rules=rules_by(rules_of(act.session, portfolio)),
        changes=act.session.scalars(newest).all(),
        open=_open(act.session, portfolio),
        askers=askers,
        may_ask=act.actor in askers,
    )


def portfolio_to_rule(act: Act, portfolio_id: int) -> Portfolio:
    """One for which the person may ask for other rules: finance; an admin where there is none.

    Raises Gone, NotAllowed, RulesAsked, NotLive and NoCouncil.
    """
    portfolio = seen_portfolio(act, portfolio_id, ledger.COMMAND)
    askers = _askers(act.session, portfolio)
    if act.actor not in askers:
        check(act.session, act.actor, Right.CHANGE_RULES, Place.of_portfolio(portfolio))
        refuse(Right.CHANGE_RULES, [Role.FINANCE.value], askers)
    if (before := _open(act.session, portfolio)) is not None:
        raise RulesAsked(before.key)
    check_live(portfolio, act.at)
    if not _electors(act, portfolio):
        raise NoCouncil
    return portfolio


def ask_to_change(act: Act, portfolio_id: int, form: RulesForm) -> RulesChange:
    """Put other rules to the council; who asks for them has no vote.

    Raises Gone, NotAllowed, RulesAsked, NotLive, NoCouncil and FieldMistakes.
    """
    lock_roles(act.session, act.workspace_id)
    portfolio = portfolio_to_rule(act, portfolio_id)
    now = rules_by(rules_of(act.session, portfolio))
    form.check_changes(now)
    change = RulesChange(
        workspace_id=act.workspace_id,
        portfolio_id=portfolio.id,
        **{name: getattr(form, name) for name in NAMES},
        reason=form.reason,
        asked_by=act.actor,
        asked_at=act.at,
    )
    act.session.add(change)
    act.session.flush()
    case = Case(
        key="Rules",
        title=f"Other rules of budget shifts in {portfolio.name}",
        currency=portfolio.currency,
        lines=(*_lines(now, change.rules), f"Why: {form.reason}"),
        owner_user_id=act.actor,
    )
    change.decision = open_about(
        act,
        About(act.workspace_id, portfolio.id, Subject.RULES, change.id, case),
        Asked.free("Change the rules of budget shifts like this?"),
        Terms(
            electors=_electors(act, portfolio),
            closes_at=usual_close_at(portfolio, act.at),
        ),
        channel_id=portfolio.channel_id,
    )
    act.session.flush()
    return change


@keeps_up(Subject.RULES)
def ask_anew(session: Session, decision: Decision) -> None:
    """The change is the one that the decision asks about by now."""
    session.get_one(RulesChange, decision.subject_id).decision = decision


@effect_of(Subject.RULES)
def conclude_rules(session: Session, decision: Decision, at: datetime) -> str:
    """They hold from now on, for what is asked from now on."""
    session.get_one(Portfolio, decision.portfolio_id, with_for_update=LOCK)
    change = session.get_one(RulesChange, decision.subject_id)
    if decision.outcome != Choice.YES:
        return f"{NOTHING}: the rules stay as they are"
    before = rules_of(session, decision.portfolio)
    if not change.heed(decision, before, at):
        return f"{NOTHING}: other rules came to hold since this was asked"
    return "these rules hold for what is asked from now on"


def _askers(session: Session, portfolio: Portfolio) -> Sequence[str]:
    place = Place.of_portfolio(portfolio)
    return holders(session, [Role.FINANCE], place) or holders(session, [Role.ADMIN], place)


def _electors(act: Act, portfolio: Portfolio) -> Sequence[str]:
    place = Place.of_portfolio(portfolio)
    council = holders(act.session, [Role.COUNCIL], place, stand_ins=False)
    return [each for each in council if each != act.actor]


def _open(session: Session, portfolio: Portfolio) -> Decision | None:
    asked = select(Decision).where(
        Decision.portfolio_id == portfolio.id,
        Decision.subject == Subject.RULES,
        Decision.ending.is_(None),
    )
    return session.scalars(asked.order_by(Decision.id).limit(1)).first()


def _lines(now: Rules, to_be: Rules) -> Iterator[str]:
    """What changes first, with what it is today; what stays in one line."""
    for name in NAMES:
        before, after = getattr(now, name), getattr(to_be, name)
        if before != after:
            yield f"{_said(name, after)}, {before} today"
    stays = [_said(n, getattr(now, n)) for n in NAMES if getattr(now, n) == getattr(to_be, n)]
    if stays:
        yield f"As today: {'; '.join(stays)}"


def _said(name: str, value: int) -> str:
    return SAYS[name].format(counted(value, "working day") if name.endswith("_days") else value)
