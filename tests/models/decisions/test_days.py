from datetime import date

from models.decisions.days import end_of, last_close, usual_close, usual_close_at
from tests.views.builders import MONDAY, a_portfolio


def test_it_is_open_for_five_working_days_and_closes_at_five_in_the_portfolios_zone():
    portfolio = a_portfolio()
    assert usual_close(portfolio, MONDAY) == date(2026, 5, 25)
    closes_at = usual_close_at(portfolio, MONDAY)
    assert closes_at == end_of(date(2026, 5, 25), portfolio)
    assert closes_at.isoformat() == "2026-05-25T15:00:00+00:00"


def test_it_can_be_open_for_so_many_working_days_at_most():
    assert last_close(a_portfolio(), MONDAY) == date(2026, 6, 15)
