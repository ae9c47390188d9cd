"""What was spent, and what a stream expects, from `/budget` to what is shown."""

from sqlalchemy import select

from models.budgets.spend import Actual
from tests.commands.budgets.test_shift import said, year
from tests.commands.conftest import proposes

__all__ = ["year"]


def test_what_an_epic_spent_is_booked_by_finance_alone_and_each_reference_once(slack, year):
    proposes(slack, "Refunds in the app")
    dana, command = slack.as_user("dana"), "/budget spend PAY-1 12,500 2026-01"
    told = slack.as_user("ben").types(command, channel="payments").text
    assert told.startswith("Only finance or an admin can book what was spent")
    for is_new in (True, False):
        dana.types(command, channel="payments")
        form = dana.form(title="Book what was spent")
        form.fill("Which reference?", "INV-1")
        sent = form.submit()
        assert sent.closed == is_new
    assert "is already in the books" in str(sent.errors)
    with year.database.read() as session:
        assert session.scalars(select(Actual.amount_minor)).all() == [1_250_000]
    shown = dana.types("/budget show payments", channel="payments")
    told = said(dana.form(title="Budget"))
    assert "€12,500 spent" in told, shown
    assert "Onboarding" not in told


def test_an_owner_says_what_the_stream_expects_and_it_is_shown_with_their_name(slack, year):
    ben = slack.as_user("ben")
    ben.types("/budget forecast", channel="payments")
    form = ben.form(title="Year-end forecast")
    assert list(form.options("Which value stream?")) == ["Payments"]
    form.choose("Which value stream?", "Payments")
    form.fill("How much will it have spent by the end of the year, EUR?", "950k")
    assert form.submit().closed
    ben.types("/budget show", channel="payments")
    assert "Year-end forecast: €950,000, *€50,000 above its budget*" in said(
        ben.form(title="Budget")
    )
