"""`tack import budgets` and `tack budget`, as someone types them; with ten real years."""

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.workflows.budgets import ledger
from bot.workflows.budgets.surveying import survey
from models.portfolio.portfolio import Portfolio

AS_ROUNDED = Decimal("0.005")
HMT_YEARS = ("2014", "2015", "2021")
MINOR_A_MILLION = 100_000_000


@pytest.fixture
def shop(tack, tmp_path):
    """A portfolio Shop out of one file."""
    file = tmp_path / "b.csv"
    file.write_text(
        "period,value_stream,amount,currency,cost_centre,forecast\n"
        "2026,Payments,1000000.50,EUR,4711,\n"
        "2026,Payments,-200000,EUR,4712,\n"
        "2026,Search,,EUR,,90000\n"
        "2026,Ops,0,EUR,,\n"
    )
    done = tack("import", "budgets", "--file", file, "--portfolio", "Shop", "--create")
    assert done.returncode == 0, done.stderr
    return file


def told(tack, period, portfolio="Shop"):
    done = tack("budget", "--portfolio", portfolio, "--period", period, "--json")
    return json.loads(done.stdout)


def test_the_real_budgets_add_up_by_department_and_year_and_go_out_as_they_came_in(
    tack, real_data, tmp_path, database
):
    folder = real_data / "uk-gmpp"
    files = ("--file", folder / "snapshots.csv")
    done = tack("import", "budgets", *files, "--portfolio", "GMPP", "--create")
    assert done.stderr.splitlines()[:5] == [
        "GMPP: 1,727 budgets imported, 0 budgets already known.",
        "  GMPP is a new portfolio, in GBP",
        "  of 35 value streams, for 2014 to 2023",
        "  budgets: 1,580 of 1,727 known; a blank stays unknown",
        "  year-end forecasts: 1,582 of 1,727 known",
    ]
    with (folder / "value_stream_budgets.csv").open() as file:
        expected = list(csv.DictReader(file))
    years = surveyed(database)
    above = 0
    for row in expected:
        if (row["value_stream"], row["report_year"]) == ("HMT", "2015"):
            continue  # whose only project has no budget, which the sums there count as 0
        found = years[row["report_year"]][row["value_stream"]]
        assert found.is_known
        assert found.funded == found.balance.allocated == found.balance.available
        figures = (found.funded, found.forecast.amount_minor)
        for column, minor in zip(
            ("year_budget_gbp_m", "year_forecast_gbp_m"), figures, strict=True
        ):
            millions = Decimal(minor) / MINOR_A_MILLION
            assert abs(millions - Decimal(row[column])) <= AS_ROUNDED, (row, column)
        above += found.over > 0
    assert above == 45
    known = [(years[year]["HMT"].is_known, years[year]["HMT"].funded) for year in HMT_YEARS]
    assert known == [(True, 0), (False, 0), (True, 0)]
    one = told(tack, "2015", "GMPP")
    assert (one["streams"]["HMT"]["base"], one["streams"]["ONS"]["base"]) == (None, 3_173_000_000)
    assert one["sum_of_accounts"] == 0
    text = tack("budget", "--portfolio", "GMPP", "--period", "2015").stdout
    assert "HMT                      budget not known (0 of 1 known), no forecast" in text
    assert text.count("above its budget") == 4
    assert "overspent" not in text
    assert "(27 of 31 known)" in text
    goes_out_as_it_came_in(tack, folder / "snapshots.csv", tmp_path)


def surveyed(database):
    """What each department had, by year."""
    with database.read() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        return {
            period.name: {
                each.stream.name: each
                for each in survey(session, portfolio, period, datetime(2024, 1, 1, tzinfo=UTC))
            }
            for period in ledger.periods_of(session, portfolio)
        }


def goes_out_as_it_came_in(tack, file, tmp_path):
    assert tack("export", "--portfolio", "GMPP", "--to", tmp_path / "out").returncode == 0
    with (
        (tmp_path / "out" / "budgets.csv").open(encoding="utf-8-sig") as written,
        file.open() as read,
    ):
        came = [
            (
                *(row[name] for name in ("source", "source_id", "period", "value_stream")),
                *(Decimal(row[name]) if row[name] else None for name in ("amount", "forecast")),
            )
            for row in csv.DictReader(written)
        ]
        names = ("year_budget_gbp_m", "year_forecast_gbp_m")
        there = [
            (
                *(row[name] for name in ("source", "id", "report_year", "value_stream")),
                *(Decimal(row[name]) * 10**6 if row[name] else None for name in names),
            )
            for row in csv.DictReader(read)
        ]
    assert sorted(came, key=str) == sorted(there, key=str)
    again = ("--file", tmp_path / "out" / "budgets.csv", "--portfolio", "Again", "--create")
    assert "1,727 budgets imported" in tack("import", "budgets", *again).stderr


def test_blank_is_unknown_0_is_known_and_what_is_taken_back_is(tack, shop):
    found = told(tack, "2026")
    assert found["streams"]["Payments"] == {
        "base": 80_000_050,
        "allocated": 80_000_050,
        "spent": 0,
        "committed": 0,
        "set_aside": 0,
        "available": 80_000_050,
        "forecast": None,
    }
    assert (found["streams"]["Search"]["base"], found["streams"]["Search"]["forecast"]) == (
        None,
        9_000_000,
    )
    assert found["streams"]["Ops"]["available"] == found["sum_of_accounts"] == 0
    assert tack("audit", "verify").returncode == 0


BAD = {
    "soon,Ops,5,EUR,,": "line 2: period: “soon” is not a fiscal year. Write it like 2026",
    "2026,Ops,5,USD,,": "line 2: currency: “USD” is not EUR",
    "2026,Ops,5,EUR,,": "line 2: Ops has a budget for 2026 from an earlier file",
    "2027,Ops,-5,EUR,,": "line 2: Ops would have less than 0 for 2027",
}


def test_a_bad_row_is_named_and_nothing_comes_in(tack, shop):
    header = shop.read_text().splitlines()[0]
    for row, reason in BAD.items():
        shop.write_text(f"{header}\n{row}\n2027,New,7,EUR,,\n")
        done = tack("import", "budgets", "--file", shop, "--portfolio", "Shop")
        assert (done.returncode, reason in done.stderr) == (2, True), done.stderr
        assert "Nothing was imported" in done.stderr
    assert "New" not in told(tack, "2026")["streams"]


def test_a_portfolio_is_only_made_where_that_is_asked_for(tack, shop):
    done = tack("import", "budgets", "--file", shop, "--portfolio", "Shpo")
    assert done.returncode == 2
    assert "To make a new one, add --create." in done.stderr
    missing = tack("budget", "--portfolio", "Shop", "--period", "2031")
    assert missing.stderr == "Shop has no budget for 2031 yet. It has one for 2026.\n"
