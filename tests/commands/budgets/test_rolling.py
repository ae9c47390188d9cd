"""A year rolled forward by `/budget roll`, and what of it finance finds in the export."""

from sqlalchemy import select

from bot.workflows.files.exporting_money import money_rows
from models.portfolio.portfolio import Portfolio
from tests.commands.budgets.test_shift import asks, funds, said, year

__all__ = ["year"]


def funds_on(slack, stream, amount, centre):
    dana = slack.as_user("dana")
    dana.types("/budget fund", channel="payments")
    form = dana.form(title="Fund a value stream")
    form.choose("Which value stream?", stream)
    form.fill("How much, EUR?", amount)
    form.fill("Why?", "The board's budget")
    form.fill("Which cost centre?", centre)
    assert form.submit().closed


def moves_for_good(slack, amount):
    """Cleo gives Payments so much, also in the years after."""
    form, _ = asks(slack, amount, "cleo")
    form.choose("For how long?", "Also when the year is rolled forward")
    form.submit()
    shown = slack.as_user("cleo").form(title="Check before asking")
    assert shown.shows("and when the year is rolled forward")
    assert shown.submit().closed


def exported(year):
    with year.database.snapshot() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        return list(money_rows(session, portfolio))


def test_what_changed_while_one_looked_is_shown_anew_and_nothing_is_funded(slack, year):
    dana = slack.as_user("dana")
    dana.types("/budget roll", channel="payments")
    dana.form(title="Roll forward").submit()
    look = dana.form(title="Check before funding")
    funds(slack, "Payments", "100k", who="ana")
    assert not look.submit().closed
    assert look.shows("*€2,600,000 for 2027*")
    assert [row for row in exported(year) if row["period"] == "2027"] == []


def test_the_next_year_is_funded_as_this_one_was_with_the_shifts_that_last(slack, year):
    funds_on(slack, "Onboarding", "100k", "4310")
    moves_for_good(slack, "30k")
    told = slack.wait_for(lambda: slack.dm("dana").messages)[-1]
    assert "cost centres 4310 → none · in finance's export for" in str(told.blocks)
    dana = slack.as_user("dana")
    refused = slack.as_user("ben").types("/budget roll", channel="payments").text
    assert refused.startswith("Only finance or an admin can fund a value stream.")
    dana.types("/budget roll", channel="payments")
    form = dana.form(title="Roll forward")
    assert list(form.options("Which fiscal year?")) == ["2027, from 2026"]
    form.submit()
    look = dana.form(title="Check before funding")
    told = said(look)
    assert "*€2,600,000 for 2027*, as 2026 was funded" in told
    assert "*Onboarding* €1,670,000: €1,700,000 less €30,000 of lasting shifts" in told
    assert "cost centre 4310 €100,000" in told
    assert "*Payments* €930,000: €900,000 and €30,000 of lasting shifts" in told
    assert look.submit().closed
    dana.types("/budget roll", channel="payments")
    assert "Shop has no year to roll forward" in str(dana.private_messages()[-1].text)
    rows = [row for row in exported(year) if row["period"] == "2027"]
    assert [(row["to_stream"], row["cost_centre_to"], row["amount"]) for row in rows] == [
        ("Onboarding", "4310", "1670000.00"),
        ("Payments", None, "930000.00"),
    ]
    shifts = [row for row in exported(year) if row["kind"] == "shift"]
    cleo = slack.workspace.user_named("cleo").id
    assert [
        (each["from_stream"], each["cost_centre_from"], each["amount"], each["asked_by"])
        for each in shifts
    ] == [("Onboarding", "4310", "30000.00", cleo)]
    assert shifts[0]["entry"] == "2026-0004"
