"""Budgets and decisions from files by parts: what was interrupted goes on, and nothing is twice."""

from itertools import islice

import pytest
from sqlalchemy import func, select

from bot.workflows.files.importing import budgets, decisions
from models.budgets.allocation import Allocation
from models.decisions.register.past import PastDecision
from models.files import kinds
from models.files.matching import guessed, matched
from models.files.table import read_table
from models.portfolio.portfolio import Portfolio
from tests.workflows.budgets.a_year import K, a_year
from tests.workflows.builders import MONDAY


@pytest.fixture
def year(database):
    return a_year(database)


def rows_of(kind, text):
    table = read_table(text.encode())
    good, bad = matched(table, guessed(table.columns, kind), kind, "EUR")
    assert bad == []
    return good


BUDGETS = """period,value_stream,amount,source,id
2026,Platform,1000,sap,1
2026,Onboarding,2000,,
FY2026,Platform,3000,sap,2
2026,Onboarding,4000,,
2026,Care,5000,,
"""


def brings_budgets(year, stop_after=None):
    """In parts of one stream's year each; how many lines are new, and how many were known."""
    rows = rows_of(kinds.BUDGETS, BUDGETS)
    with year.database.read() as session:
        portfolio = session.get_one(Portfolio, year.portfolio_id)
        plan = budgets.plan_budgets(session, portfolio, rows, MONDAY)
    assert plan.against == {}
    for part in islice(budgets.parts_of(plan, rows, most=1), stop_after):
        with year.database.write() as session:
            portfolio = session.get_one(Portfolio, year.portfolio_id)
            budgets.import_budgets(session, portfolio, part, MONDAY, "b.csv")
    return len(plan.lines), plan.known


def test_the_budgets_of_a_streams_year_come_in_together_and_the_rest_goes_on(year):
    assert brings_budgets(year, stop_after=2) == (5, 0)
    assert year.has(year.platform).allocated == 904 * K
    assert year.has(year.onboarding).allocated == 1_606 * K
    assert brings_budgets(year) == (1, 4)
    assert brings_budgets(year) == (0, 5)
    assert year.has(year.platform).allocated == 904 * K
    with year.database.read() as session:
        came = select(func.count(Allocation.id)).where(Allocation.file == "b.csv")
        assert session.scalar(came) == 5


def test_a_line_with_an_id_is_known_also_under_another_stream(year):
    brings_budgets(year)
    rows = rows_of(kinds.BUDGETS, "period,value_stream,amount,source,id\n2026,Care,1000,sap,1\n")
    with year.database.read() as session:
        portfolio = session.get_one(Portfolio, year.portfolio_id)
        plan = budgets.plan_budgets(session, portfolio, rows, MONDAY)
    assert (plan.lines, plan.known, plan.against) == ([], 1, {})


def test_decisions_come_in_by_parts_and_none_twice(year):
    lines = "".join(f"D{n},Question {n},accepted,2025-05-01\n" for n in range(5))
    rows = rows_of(kinds.DECISIONS, f"id,title,outcome,closed_at\n{lines}")

    def brings(stop_after=None):
        with year.database.read() as session:
            portfolio = session.get_one(Portfolio, year.portfolio_id)
            plan = decisions.plan_decisions(session, portfolio, rows, [])
        came = []
        for part in islice(decisions.parts_of(plan, most=2), stop_after):
            with year.database.write() as session:
                portfolio = session.get_one(Portfolio, year.portfolio_id)
                came.append(decisions.load_decisions(session, portfolio, plan, part, MONDAY))
                came.append(decisions.load_decisions(session, portfolio, plan, part, MONDAY))
        return came

    assert brings(stop_after=1) == [2, 0]
    assert brings() == [2, 0, 1, 0]
    assert brings() == [0, 0]
    with year.database.read() as session:
        assert session.scalar(select(func.count(PastDecision.id))) == 5
