"""`tack import projects`, as someone types it; with the real portfolio where it is at hand."""

import csv
from collections import defaultdict
from decimal import Decimal

import pytest
from sqlalchemy import Integer, func, select, type_coerce

from models.portfolio.portfolio import Portfolio, ValueStream
from models.projects.project import Project, ProjectShare, ProjectSnapshot

CLOSE = Decimal("0.005")
MILLION = 100_000_000
"""Of pounds, in pence."""


def test_the_real_portfolio_comes_in_to_the_penny_with_its_history_and_once(
    tack, real_data, database
):
    folder = real_data / "uk-gmpp"
    files = ("--file", folder / "projects.csv", "--snapshots", folder / "snapshots.csv")
    done = tack("import", "projects", *files, "--portfolio", "GMPP", "--create")
    assert done.returncode == 0, done.stderr
    said = "GMPP: 667 projects and 1,727 snapshots imported, 0 projects already known."
    assert done.stderr.splitlines()[0] == said
    with database.read() as session:
        sums_and_counts_per_department_and_year_equal_the_published_ones(session, folder)
        every_figure_is_exact_and_a_blank_is_unknown(session, folder)
        projects_that_changed_department_keep_their_history(session)
    again = tack(
        "import", "projects", *files, "--portfolio", "GMPP", "--create", "--currency", "gbp"
    )
    assert again.stderr.startswith("GMPP: 0 projects imported, 667 projects already known.")


def rows(file):
    with file.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def told_in(folder, name):
    """A file's rows by project and year."""
    return {(row["id"], row["report_year"]): row for row in rows(folder / name)}


def sums_and_counts_per_department_and_year_equal_the_published_ones(session, folder):
    assert session.scalars(select(Portfolio)).one().currency == "GBP"
    amounts = ("budget", "forecast", "whole_life_cost")
    columns = [getattr(ProjectSnapshot, f"{name}_minor") for name in amounts]
    query = (
        select(
            ProjectSnapshot.period,
            ValueStream.name,
            func.count(ProjectSnapshot.id),
            *(type_coerce(func.sum(column), Integer) for column in columns),
        )
        .join(ProjectSnapshot.value_stream)
        .group_by(ProjectSnapshot.period, ValueStream.name)
    )
    found = {(year, stream): figures for year, stream, *figures in session.execute(query)}
    expected = rows(folder / "value_stream_budgets.csv")
    assert len(expected) == len(found) == 183
    for row in expected:
        projects, *sums = found[row["report_year"], row["value_stream"]]
        assert projects == int(row["projects"])
        published = [row["year_budget_gbp_m"], row["year_forecast_gbp_m"]]
        published.append(row["whole_life_cost_gbp_m"])
        for total, text in zip(sums, published, strict=True):
            assert abs(Decimal(total or 0) / MILLION - Decimal(text or 0)) <= CLOSE


def every_figure_is_exact_and_a_blank_is_unknown(session, folder):
    source = told_in(folder, "snapshots.csv")
    query = select(ProjectSnapshot, Project.code).join(ProjectSnapshot.project)
    found = session.execute(query).all()
    assert len(found) == len(source)
    blanks = 0
    for snapshot, code in found:
        row = source[code, snapshot.period]
        for text, minor in (
            (row["year_budget_gbp_m"], snapshot.budget_minor),
            (row["year_forecast_gbp_m"], snapshot.forecast_minor),
            (row["whole_life_cost_gbp_m"], snapshot.whole_life_cost_minor),
        ):
            blanks += not text
            assert minor == (Decimal(text) * MILLION if text else None)
        days = snapshot.starts_on, snapshot.ends_on, snapshot.as_of
        named = ("start_date", "end_date", "data_as_of")
        assert [day.isoformat() if day else "" for day in days] == [row[name] for name in named]
        assert (snapshot.confidence or "") == row["delivery_confidence"]
    assert blanks > 0


def projects_that_changed_department_keep_their_history(session):
    query = (
        select(Project.code, ValueStream.name)
        .join(ProjectSnapshot.project)
        .join(ProjectSnapshot.value_stream)
        .order_by(ProjectSnapshot.as_of)
    )
    history = defaultdict(list)
    for code, stream in session.execute(query):
        history[code].append(stream)
    assert sum(len(set(streams)) > 1 for streams in history.values()) == 72
    shares = select(Project.code, ValueStream.name, ProjectShare.percent)
    shares = shares.join(ProjectShare, ProjectShare.project_id == Project.id)
    today = session.execute(shares.join(ProjectShare.value_stream)).all()
    assert {code: stream for code, stream, _ in today} == {
        code: streams[-1] for code, streams in history.items()
    }
    assert {percent for *_, percent in today} == {Decimal(100)}
    assert len(today) == 667


def test_a_file_of_a_spreadsheet_in_latin_1_with_semicolons_comes_in(tack, database, tmp_path):
    file = tmp_path / "projekte.csv"
    text = "Project;Title;Programme;Owner;Department;Budget (EUR);Start;End\r\n"
    text += "PRJ-1;Überweisung;Kern;Jürgen Groß;Zahlungen:60|Aufnahme:40;1.234,56;1.3.2026;\r\n"
    file.write_bytes(text.encode("latin-1"))
    done = tack("import", "projects", "--file", file, "--portfolio", "Shop", "--create")
    assert done.stderr.splitlines() == [
        "Shop: 1 program and 1 project imported, 0 projects already known.",
        "  Shop is a new portfolio, in EUR",
        "  new value streams: Zahlungen, Aufnahme",
        "  owners who are no members here, kept by name: Jürgen Groß",
        "  projekte.csv was read as Windows Latin",
    ]
    with database.read() as session:
        project = session.scalars(select(Project)).one()
        assert (project.name, project.budget_minor) == ("Überweisung", 123_456)


def test_the_encoding_of_a_file_can_be_named(tack, database, tmp_path):
    file = tmp_path / "plan.csv"
    file.write_bytes("Code,Name\nP1,Łódź\n".encode("cp1250"))
    done = tack(
        "import", "projects", "--file", file, "--portfolio", "S", "--create", "--encoding", "cp1250"
    )
    assert "  plan.csv was read as Windows Central European" in done.stderr
    with database.read() as session:
        assert session.scalars(select(Project.name)).one() == "Łódź"


def test_units_and_sums_of_a_file_are_said(tack, database, tmp_path):
    file = tmp_path / "plan.csv"
    file.write_text("Code;Budget TEUR\nP1;60,-\nP2;40,5\nGesamt;100,5\n", encoding="utf-8")
    done = tack("import", "projects", "--file", file, "--portfolio", "Shop", "--create")
    assert "  line 4 of plan.csv is the sum of those above and was left out" in done.stderr
    assert "  1 in “Budget TEUR” of plan.csv is 1,000 EUR" in done.stderr
    with database.read() as session:
        found = session.execute(select(Project.code, Project.budget_minor)).all()
    assert found == [("P1", 6_000_000), ("P2", 4_050_000)]


def test_bad_rows_are_named_by_file_line_and_reason_and_nothing_comes_in(tack, database, tmp_path):
    projects, milestones = tmp_path / "p.csv", tmp_path / "m.csv"
    projects.write_text("code,value_stream\nP1,PAY:60;ONB:39\nP2,PAY\np2,PAY\n")
    milestones.write_text("project,code,baseline\nP2,M1,soon\nP3,M1,2026-05-18\n")
    files = ("--file", projects, "--milestones", milestones)
    done = tack("import", "projects", *files, "--portfolio", "Shop", "--create")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "4 rows cannot be taken, so nothing was imported.",
        "  p.csv, line 2: value stream: The shares add up to 99, not 100",
        "  p.csv, line 4: p2 is in the file twice, first in line 3",
        "  m.csv, line 2: baseline: “soon” is not a day like 2026-05-18",
        "  m.csv, line 3: there is no project P3, neither here nor in the file",
    ]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Project)) == 0


def test_an_export_comes_in_again_with_the_files_that_have_no_rows(tack, database, tmp_path):
    file = tmp_path / "p.csv"
    file.write_text("code,value_stream,budget\nPRJ-1,Payments,60000\n")
    tack("import", "projects", "--file", file, "--portfolio", "Shop", "--create")
    assert tack("export", "--portfolio", "Shop", "--to", tmp_path / "out").returncode == 0
    parts = ("programs", "milestones", "snapshots")
    files = [word for part in parts for word in (f"--{part}", tmp_path / "out" / f"{part}.csv")]
    file = tmp_path / "out" / "projects.csv"
    done = tack("import", "projects", "--file", file, *files, "--portfolio", "Again", "--create")
    assert done.stderr.startswith("Again: 1 project imported, 0 projects already known.")


def test_an_export_comes_in_again_in_its_own_currency_and_in_no_other(tack, database, tmp_path):
    file = tmp_path / "p.csv"
    file.write_text("code,value_stream,budget\nPRJ-1,Payments,60000\n")
    tack(
        "import", "projects", "--file", file, "--portfolio", "Shop", "--create", "--currency", "GBP"
    )
    tack("export", "--portfolio", "Shop", "--to", tmp_path / "out")
    again = (
        "import",
        "projects",
        "--file",
        tmp_path / "out" / "projects.csv",
        "--create",
        "--portfolio",
    )
    assert "Again is a new portfolio, in GBP" in tack(*again, "Again").stderr
    done = tack(*again, "Euros", "--currency", "EUR")
    assert (done.returncode, done.stderr.strip()) == (
        2,
        "projects.csv, line 2: currency: “GBP” is not EUR, the currency of the portfolio. "
        "Nothing was imported.",
    )


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (("--portfolio", " "), "Name the portfolio after --portfolio, in up to 80 characters."),
        (("--portfolio", "x" * 81), "Name the portfolio after --portfolio, in up to 80 "),
    ],
)
def test_a_portfolio_that_none_can_be_is_not_made(tack, database, tmp_path, asked, sentence):
    file = tmp_path / "p.csv"
    file.write_text("code,budget\nP1,5.25\n")
    done = tack("import", "projects", "--file", file, *asked)
    assert (done.returncode, done.stderr[: len(sentence)]) == (2, sentence)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Portfolio)) == 0


def test_another_currency_than_the_portfolios_is_refused(tack, tmp_path):
    file = tmp_path / "p.csv"
    file.write_text("code,budget_gbp\nP1,5.25\n")
    tack("import", "projects", "--file", file, "--portfolio", "Shop", "--create")
    again = (
        "import",
        "projects",
        "--file",
        file,
        "--portfolio",
        "Shop",
        "--create",
        "--currency",
        "EUR",
    )
    assert tack(*again).stderr.strip() == "The currency of Shop is GBP, not EUR."
    file.write_text("code,budget_usd\nP1,5.25\n")
    said = tack("import", "projects", "--file", file, "--portfolio", "Shop", "--create").stderr
    assert "is in USD, and the currency of the portfolio is GBP" in said
