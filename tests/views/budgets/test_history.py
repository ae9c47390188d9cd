"""The ledger in words: what was funded, and what was spent or came back."""

from datetime import date

import pytest

from bot.slack.blocks import modal
from bot.views.budgets.actions import BudgetHistory
from bot.views.budgets.history import history
from bot.workflows.budgets.history import HistoryPage
from models.budgets.ledger import AccountKind, Entry, EntryKind, Transfer
from models.budgets.spend import Actual
from tests.views.builders import DANA, MONDAY, a_portfolio
from tests.views.reading import shown_form

FREE, COMMITTED, SPENT = AccountKind.FREE, AccountKind.COMMITTED, AccountKind.SPENT
SOURCE = AccountKind.SOURCE


@pytest.mark.parametrize(
    ("kind", "moves", "said"),
    [
        (EntryKind.FUNDING, [(SOURCE, FREE, 500_000)], "*€5,000* given to Payments"),
        (
            EntryKind.FUNDING,
            [(FREE, SOURCE, 500_000)],
            "*€5,000* taken back from Payments",
        ),
        (EntryKind.SPEND, [(COMMITTED, SPENT, 100), (FREE, SPENT, 400)], "*€5* spent by Payments"),
        (EntryKind.SPEND, [(SPENT, FREE, 500)], "*€5* came back to Payments"),
    ],
)
def test_each_entry_says_which_way_the_money_went(kind, moves, said):
    assert f"{said}\n2026-0007" in the_line(kind, moves)


@pytest.mark.parametrize(
    ("epic_id", "booked", "said"),
    [
        (4, 5, "*€5* spent by Payments on PAY-4, 2026-05\n"),
        (9, 6, "*€5* spent by Payments on a restricted epic, 2026-05, booked in 2026-06\n"),
        (None, 5, "*€5* spent by Payments, 2026-05\n"),
    ],
)
def test_what_was_spent_says_for_what_and_in_which_month(epic_id, booked, said):
    months = {"month": date(2026, 5, 1), "booked_month": date(2026, booked, 1)}
    actual = Actual(epic_id=epic_id, amount_minor=500, **months)
    assert said in the_line(EntryKind.SPEND, [(FREE, SPENT, 500)], actual)


def the_line(kind, moves, actual=None):
    portfolio = a_portfolio()
    stream = portfolio.value_streams[0]
    entry = Entry(kind=kind, number=7, at=MONDAY, by_user_id=DANA)
    for source, to, minor in moves:
        ends = [None if each is SOURCE else stream.id for each in (source, to)]
        entry.transfers.append(
            Transfer(
                from_kind=source,
                from_stream_id=ends[0],
                to_kind=to,
                to_stream_id=ends[1],
                amount_minor=minor,
            )
        )
    entry.id = 70
    page = HistoryPage(
        *(portfolio, "2026", None, [(entry, None)], 1, 1, 1),
        keys={4: "PAY-4"},
        actuals={70: actual} if actual else {},
    )
    drawn = history(page, BudgetHistory(portfolio=portfolio.id))
    return "\n".join(shown_form(modal("budget_history", drawn.title, list(drawn.blocks))))
