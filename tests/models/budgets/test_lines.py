"""The lines of a file of budgets: which are new, which are known, and which are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.budgets.allocation import Carried
from models.budgets.period import NotAPeriod, parse_year
from models.files.matching import GoodRow
from models.files.plans.budgets import Known, lines_of, plan_of_budgets

FIELDS = ("period", "value_stream", "amount", "cost_centre", "forecast", "source", "source_id")


def rows(*told):
    values = (dict.fromkeys(FIELDS) | dict(zip(FIELDS, each, strict=False)) for each in told)
    return [GoodRow(line, each) for line, each in enumerate(values, start=2)]


def plan(*told, before=()):
    lines, _ = lines_of(rows(*told), 1)
    known, _ = lines_of(rows(*before), 1)
    as_known = [
        Known(e.year.starts_on, e.stream, *e.figures, e.cost_centre, e.source, e.source_id)
        for e in known
    ]
    return plan_of_budgets(lines, as_known)


PAY, BACK, ZERO = ("2026", "Payments", 100), ("2026", "Payments", -100), ("2026", "Ops", 0)
UNKNOWN = ("2026", "Search", None)


def test_rows_of_a_stream_and_year_add_up_and_what_is_blank_is_no_0():
    sums = {
        stream: minor for (_, stream), minor in plan(PAY, PAY, BACK, ZERO, UNKNOWN).sums.items()
    }
    assert sums == {"Payments": 100, "Ops": 0}


def test_the_same_rows_in_another_order_are_known():
    again = plan(ZERO, PAY, BACK, PAY, before=(PAY, PAY, BACK, ZERO))
    assert (again.lines, again.known, again.against) == ([], 4, {})


def test_a_row_beside_those_of_before_is_refused_where_nothing_tells_them_apart():
    refused = plan(PAY, ("2026", "payments", 120), before=(PAY,))
    assert list(refused.against) == [3]
    assert "payments has a budget for 2026 from an earlier file" in refused.against[3]
    assert plan(("2027", "Payments", 120), before=(PAY,)).against == {}


def test_a_row_with_an_id_is_the_same_in_its_year_and_refused_where_its_figures_differ():
    known = ("2026", "Payments", 100, None, None, "erp", "B-1")
    assert plan(known, before=(known,)).known == 1
    other_year, other_id = ("2027", *known[1:]), (*known[:6], "B-2")
    assert len(plan(other_year, other_id, before=(known,)).lines) == 2
    changed = plan(("2026", "Payments", 120, None, None, "erp", "B-1"), before=(known,))
    assert changed.against[2].startswith("B-1 was imported before with other figures")


@pytest.mark.parametrize(
    ("text", "starts_in", "name"),
    [
        ("2026", 1, "2026"),
        ("FY 2026", 1, "2026"),
        ("2026", 4, "2026/27"),
        ("2026/27", 4, "2026/27"),
        ("2026-2027", 4, "2026/27"),
    ],
)
def test_a_year_is_named_by_that_in_which_it_begins(text, starts_in, name):
    assert parse_year(text, starts_in).name == name


@pytest.mark.parametrize(
    ("text", "starts_in"),
    [
        ("2026/27", 1),
        ("2026/28", 4),
        ("26", 1),
        ("2026-05-01", 1),
        ("", 1),
        ("٢٠٢٦", 1),
        ("9999", 1),
    ],
)
def test_what_names_no_year_of_the_portfolio_is_refused(text, starts_in):
    with pytest.raises(NotAPeriod):
        parse_year(text, starts_in)


def test_a_bad_year_is_named_by_its_line():
    _, against = lines_of(rows(PAY, ("soon", "Payments", 1)), 1)
    assert against == {3: "period: “soon” is not a fiscal year. Write it like 2026"}


CENTRES = st.dictionaries(st.sampled_from([None, "4310", "4380", "4711"]), st.integers(-9, 99))


@given(CENTRES, st.integers(0, 200), st.integers(-200, 200))
def test_what_is_rolled_forward_adds_up_by_cost_centre_with_none_below_0(centres, funded, lasting):
    carried = Carried(1, funded, lasting, centres)
    lines = carried.lines()
    assert sum(minor for _, minor in lines) == carried.minor == max(0, funded + lasting)
    assert all(minor > 0 for _, minor in lines)
