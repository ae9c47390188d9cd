"""Exporting: everything of a portfolio as tables, as far as who asks for it may see it.

A table has every column of its noun, so that what is added to a noun is in the export without a
further thought; what a row points to is named and not numbered.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    and_,
    cast,
    exists,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from bot.workflows.audit.log import about_seen
from bot.workflows.decisions.counting import TOLD
from bot.workflows.files import exporting_money, exporting_projects
from models.audit.audit import AuditEvent
from models.base import Base, DecimalText, UtcDateTime
from models.board.confirmation import Confirmation, LeftOut
from models.board.digest import Subscription
from models.budgets.allocation import YearEndForecast
from models.budgets.commitments.commitment import Commitment
from models.budgets.ledger import Entry, Transfer
from models.budgets.period import FundingPeriod
from models.budgets.rules import RulesChange
from models.budgets.shift import Approval, Shift, ShiftQuestion
from models.decisions.decision import Decision
from models.decisions.delegation import Delegation
from models.decisions.follow_up.outcome_review import OutcomeReview
from models.decisions.opening import PlannedOpening
from models.decisions.signal import SignalCheck
from models.decisions.thread import BallotQuestion, Objection
from models.decisions.votes import Ballot, Elector
from models.epics.answer import Answer
from models.epics.belonging import StreamMove
from models.epics.blocking import Blocking
from models.epics.epic import CircleMember, Epic, Transition
from models.epics.obstacles import Override
from models.evidence.items import Observation, Reading
from models.files import kinds
from models.files.export import Export
from models.files.kinds import Kind
from models.files.sheet import Sheet
from models.money import minor_digits
from models.people.handover import Departure, Handover
from models.people.role import RoleGrant
from models.portfolio.portfolio import Portfolio, State, ValueStream, WipLimit
from models.themes.theme import KeyResult, Objective, Theme

Asked = Select[*tuple[Any, ...]]

AT_ONCE = 500

NAMED_BY = {
    "portfolios": "name",
    "states": "name",
    "value_streams": "name",
    "themes": "name",
    "programs": "code",
    "projects": "code",
    "epics": "key",
    "funding_periods": "name",
    "decisions": "key",
}
"""By which column a row is named where another one points to it; else by its number."""

LEFT_OUT = frozenset({"workspace_id", "version", "next_number", "next_at", "learned_early"})
"""What is only for the machine, and what is sealed as long as the result of a decision is."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is exported: a portfolio, the epics of it that are seen, and whether who did what."""

    portfolio: Portfolio
    seen: ColumnElement[bool]
    with_audit: bool


def sheets(session: Session, scope: Scope) -> Iterator[Sheet]:
    """Every table, one after the other; each is read as its rows are asked for."""
    for name, (noun, rows) in OWN.items():
        yield _sheet(session, name, noun, rows(scope), scope)
    for name, (kind, project_rows) in OF_PROJECTS.items():
        columns = [field.name for field in kind.fields if field.name not in NOT_GIVEN[name]]
        yield _text_sheet(name, columns, project_rows(session, scope.portfolio), scope.portfolio)
    columns = [field.name for field in kinds.ACTUALS.fields if field.name != "currency"]
    actuals = exporting_money.actual_rows(session, scope.portfolio, scope.seen)
    yield _text_sheet("actuals", columns, actuals, scope.portfolio)
    moved = exporting_money.money_rows(session, scope.portfolio)
    columns = list(exporting_money.MONEY)
    yield Sheet("money", exporting_money.MONEY, ([row[c] for c in columns] for row in moved))
    if scope.with_audit:
        for name, (noun, rows) in WHO_DID_WHAT.items():
            yield _sheet(session, name, noun, rows(scope), scope)


def includes_restricted(session: Session, scope: Scope) -> bool:
    found = select(Epic.id).where(epics_of(scope), Epic.restricted.is_(True)).limit(1)
    return session.scalar(found) is not None


# which rows


Rows = Callable[[Scope], ColumnElement[bool]]


def epics_of(scope: Scope) -> ColumnElement[bool]:
    """The epics of the portfolio that are seen."""
    return and_(Epic.portfolio_id == scope.portfolio.id, scope.seen)


def seen_in(noun: Any, scope: Scope) -> ColumnElement[bool]:
    """Those of the portfolio: what is about an epic, where that one is seen."""
    of_seen = noun.epic_id.in_(select(Epic.id).where(epics_of(scope)))
    here = noun.portfolio_id == scope.portfolio.id
    return or_(of_seen, and_(noun.epic_id.is_(None), here))


def _of_epics(noun: Any) -> Rows:
    return lambda scope: noun.epic_id.in_(select(Epic.id).where(epics_of(scope)))


def _of_decisions(noun: Any, *closed: ColumnElement[bool]) -> Rows:
    return lambda scope: noun.decision_id.in_(
        select(Decision.id).where(seen_in(Decision, scope), *closed)
    )


def _of_portfolio(noun: Any) -> Rows:
    return lambda scope: noun.portfolio_id == scope.portfolio.id


def _delegations(scope: Scope) -> ColumnElement[bool]:
    """But for those on a decision about an epic that is not seen."""
    seen = select(Epic.id).where(epics_of(scope))
    return and_(
        Delegation.portfolio_id == scope.portfolio.id,
        or_(Delegation.epic_id.is_(None), Delegation.epic_id.in_(seen)),
    )


def _grants(scope: Scope) -> ColumnElement[bool]:
    """Those in the portfolio, in one of its streams, and in the whole workspace."""
    streams = select(ValueStream.id).where(ValueStream.portfolio_id == scope.portfolio.id)
    everywhere = and_(RoleGrant.portfolio_id.is_(None), RoleGrant.value_stream_id.is_(None))
    return and_(
        RoleGrant.workspace_id == scope.portfolio.workspace_id,
        or_(
            RoleGrant.portfolio_id == scope.portfolio.id,
            RoleGrant.value_stream_id.in_(streams),
            everywhere,
        ),
    )


def _handovers(scope: Scope) -> ColumnElement[bool]:
    """But for those that name an epic that is not seen."""
    epic = aliased(Epic)
    named = cast(Handover.handed, Text).contains(literal('"').concat(epic.key).concat('"'))
    hidden = exists().where(epic.id.not_in(select(Epic.id).where(scope.seen)), named)
    return and_(Handover.workspace_id == scope.portfolio.workspace_id, ~hidden)


def _events(scope: Scope) -> ColumnElement[bool]:
    here = AuditEvent.portfolio_id
    return and_(
        AuditEvent.workspace_id == scope.portfolio.workspace_id,
        or_(here.is_(None), here == scope.portfolio.id),
        about_seen(scope.seen),
    )


OWN: Mapping[str, tuple[type[Base], Rows]] = {
    "portfolio": (Portfolio, lambda scope: Portfolio.id == scope.portfolio.id),
    "states": (State, _of_portfolio(State)),
    "value_streams": (ValueStream, _of_portfolio(ValueStream)),
    "limits": (WipLimit, _of_portfolio(WipLimit)),
    "themes": (Theme, _of_portfolio(Theme)),
    "objectives": (Objective, _of_portfolio(Objective)),
    "key_results": (
        KeyResult,
        lambda scope: KeyResult.objective_id.in_(
            select(Objective.id).where(Objective.portfolio_id == scope.portfolio.id)
        ),
    ),
    "epics": (Epic, epics_of),
    "transitions": (Transition, _of_epics(Transition)),
    "stream_moves": (StreamMove, _of_epics(StreamMove)),
    "answers": (Answer, _of_epics(Answer)),
    "blockings": (Blocking, _of_epics(Blocking)),
    "overrides": (Override, _of_epics(Override)),
    "readings": (Reading, _of_epics(Reading)),
    "observations": (Observation, _of_epics(Observation)),
    "signal_checks": (SignalCheck, _of_epics(SignalCheck)),
    "planned_openings": (PlannedOpening, _of_epics(PlannedOpening)),
    "decisions": (Decision, lambda scope: seen_in(Decision, scope)),
    "electors": (Elector, _of_decisions(Elector)),
    "ballots": (Ballot, _of_decisions(Ballot, TOLD)),
    "outcome_reviews": (OutcomeReview, _of_epics(OutcomeReview)),
    "delegations": (Delegation, _delegations),
    "ballot_questions": (BallotQuestion, _of_epics(BallotQuestion)),
    "objections": (Objection, _of_epics(Objection)),
    "circle_members": (CircleMember, _of_epics(CircleMember)),
    "confirmations": (Confirmation, _of_epics(Confirmation)),
    "left_out_epics": (LeftOut, _of_epics(LeftOut)),
    "subscriptions": (Subscription, _of_portfolio(Subscription)),
    "funding_periods": (FundingPeriod, _of_portfolio(FundingPeriod)),
    "rules_changes": (RulesChange, _of_portfolio(RulesChange)),
    "shifts": (Shift, _of_portfolio(Shift)),
    "shift_approvals": (
        Approval,
        lambda scope: Approval.shift_id.in_(
            select(Shift.id).where(Shift.portfolio_id == scope.portfolio.id)
        ),
    ),
    "shift_questions": (
        ShiftQuestion,
        lambda scope: ShiftQuestion.shift_id.in_(
            select(Shift.id).where(Shift.portfolio_id == scope.portfolio.id)
        ),
    ),
    "commitments": (Commitment, _of_epics(Commitment)),
    "year_end_forecasts": (YearEndForecast, _of_portfolio(YearEndForecast)),
    "ledger_entries": (Entry, _of_portfolio(Entry)),
    "ledger_transfers": (
        Transfer,
        lambda scope: Transfer.entry_id.in_(
            select(Entry.id).where(Entry.portfolio_id == scope.portfolio.id)
        ),
    ),
}
"""What everybody gets who sees the portfolio, in the order of the files.

Ballots are sealed until their decision has closed, and where nothing was counted for ever."""

ProjectRows = Callable[[Session, Portfolio], Iterator[exporting_projects.Row]]

OF_PROJECTS: Mapping[str, tuple[Kind, ProjectRows]] = {
    "programs": (kinds.PROGRAMS, exporting_projects.program_rows),
    "projects": (kinds.PROJECTS, exporting_projects.project_rows),
    "milestones": (kinds.MILESTONES, exporting_projects.milestone_rows),
    "snapshots": (kinds.SNAPSHOTS, exporting_projects.snapshot_rows),
    "budgets": (kinds.BUDGETS, exporting_money.budget_rows),
}
"""In the columns of `tack import projects` and `tack import budgets`."""

NOT_GIVEN: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("programs", "projects"), frozenset({"currency"})),
    "budgets": frozenset({"currency"}),
    **dict.fromkeys(("milestones", "snapshots"), frozenset({"source", "currency"})),
}
"""Columns that say of which source's project a row is, where its code says it; and the currency,
which is the portfolio's in every row."""

WHO_DID_WHAT: Mapping[str, tuple[type[Base], Rows]] = {
    "role_grants": (RoleGrant, _grants),
    "departures": (
        Departure,
        lambda scope: Departure.workspace_id == scope.portfolio.workspace_id,
    ),
    "handovers": (Handover, _handovers),
    "exports": (Export, _of_portfolio(Export)),
    "audit_events": (AuditEvent, _events),
}
"""Only for those who may read the whole audit log."""


# their cells


def _sheet(
    session: Session, name: str, noun: type[Base], rows: ColumnElement[bool], scope: Scope
) -> Sheet:
    portfolio = scope.portfolio
    table = noun.metadata.tables[noun.__tablename__]
    types: dict[str, str] = {}
    columns: list[Any] = []
    joins: list[tuple[Any, Any]] = []
    for column in table.columns:
        if column.name in LEFT_OUT and noun.audited:
            continue
        points_to = _points_to(column)
        if points_to in NAMED_BY:
            target = Base.metadata.tables[points_to].alias(f"of_{column.name}")
            joins.append((target, _is_given(target.c.id, column, points_to, scope)))
            types[column.name.removesuffix("_id")] = "text"
            columns.append(target.c[NAMED_BY[points_to]])
        else:
            types[column.name.removesuffix("_minor")] = _type(column)
            columns.append(column)
    asked = select(*columns).select_from(table).where(rows).order_by(*table.primary_key.columns)
    for target, on in joins:
        asked = asked.outerjoin_from(table, target, on)
    is_money = any(column.name.endswith("_minor") for column in table.columns)
    ends = [portfolio.currency] if is_money and "currency" not in types else []
    types |= dict.fromkeys(["currency"] if ends else [], "text")
    return Sheet(name, types, _rows(session, asked, columns, portfolio, ends))


def _is_given(
    key: ColumnElement[int], column: Column[Any], points_to: str, scope: Scope
) -> ColumnElement[bool]:
    """What a row points to; an epic only where it is seen."""
    if points_to != Epic.__tablename__:
        return key == column
    seen = select(Epic.id).where(scope.seen).correlate(None)
    return and_(key == column, key.in_(seen))


def _rows(
    session: Session,
    asked: Asked,
    columns: Sequence[Any],
    portfolio: Portfolio,
    ends: Sequence[str],
) -> Iterator[Sequence[Any]]:
    """The rows with their amounts in decimals, each with what it ends with."""
    money = [place for place, column in enumerate(columns) if column.name.endswith("_minor")]
    digits = minor_digits(portfolio.currency)
    for row in session.execute(asked.execution_options(yield_per=AT_ONCE)):
        if not money:
            yield row
            continue
        cells = list(row)
        for place in money:
            if cells[place] is not None:
                cells[place] = Decimal(cells[place]).scaleb(-digits)
        yield [*cells, *ends]


def _text_sheet(
    name: str,
    columns: Sequence[str],
    rows: Iterator[exporting_projects.Row],
    portfolio: Portfolio,
) -> Sheet:
    money = not {"budget", "amount"}.isdisjoint(columns)
    types = dict.fromkeys(columns, "text") | ({"currency": "text"} if money else {})
    end = [portfolio.currency] if money else []
    return Sheet(name, types, ([*(row[c] for c in columns), *end] for row in rows))


def _points_to(column: Column[Any]) -> str:
    return next((key.column.table.name for key in column.foreign_keys), "")


KINDS: tuple[tuple[type[Any], str], ...] = (
    (UtcDateTime, "moment"),
    (DecimalText, "decimal"),
    (Date, "day"),
    (Boolean, "yes or no"),
    (JSON, "list"),
    (BigInteger, "decimal"),
    (Integer, "integer"),
)


def _type(column: Column[Any]) -> str:
    return next((kind for type_, kind in KINDS if isinstance(column.type, type_)), "text")
