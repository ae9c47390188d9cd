"""Projects from files: all of it or nothing, nothing twice, and back as it came."""

import csv
import io
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice

import pytest
from sqlalchemy import func, select, text

from bot.workflows.files.exporting_projects import (
    milestone_rows,
    program_rows,
    project_rows,
    snapshot_rows,
)
from bot.workflows.files.importing.creating import found_portfolio
from bot.workflows.files.importing.projects import load_projects, parts_of, plan, staged_projects
from bot.workflows.people.workspaces import workspace_of
from bot.workflows.projects.keeping import suggest_projects
from models.audit.audit import AuditEvent
from models.database import Database
from models.files import kinds
from models.files.matching import guessed, matched
from models.files.plans.projects import Rows
from models.files.table import read_table
from models.portfolio.portfolio import Portfolio, ValueStream
from models.projects.project import (
    Milestone,
    MilestoneKind,
    Project,
    ProjectShare,
    ProjectSnapshot,
)

NOW = datetime(2026, 5, 18, 9, tzinfo=UTC)
KINDS = {
    "programs": kinds.PROGRAMS,
    "projects": kinds.PROJECTS,
    "milestones": kinds.MILESTONES,
    "snapshots": kinds.SNAPSHOTS,
}
PROJECTS = """code;name;program;owner;value_stream;budget;cost_centre;starts;ends
PRJ-204;Checkout renewal;CORE;U0ANA;PAY:60|ONB:40;1.200.000,50;4310;01.03.2025;30.09.2026
PRJ-205;Überweisung;CORE;Jürgen Groß;PAY;;;;
"""
MILESTONES = """project,code,name,kind,baseline,forecast,actual,outcome
PRJ-204,M1,Design,milestone,2025-06-01,,2025-06-01,
PRJ-204,M2,Gate,checkpoint,2025-09-01,,2025-09-03,go on with two conditions
PRJ-204,M3,Rollout,milestone,2026-05-04,2026-05-18,,
"""
SNAPSHOTS = """project,period,as_of,value_stream,confidence,starts,ends,budget,forecast
PRJ-204,2024,2024-12-31,ONB,Green,2025-03-01,2026-06-30,0.00,
PRJ-204,2025,2025-12-31,PAY,Amber,2025-03-01,2026-09-30,1200000.50,1250000.00
"""


def read(kind, told, currency="EUR", encoding="utf-8"):
    table = read_table(told.encode(encoding))
    good, bad = matched(table, guessed(table.columns, kind), kind, currency)
    assert bad == []
    return good


def rows_of(projects, currency="EUR", **files):
    texts = {"projects": projects, **files}
    return Rows(**{part: read(KINDS[part], text, currency) for part, text in texts.items()})


def brings_in(database, rows, name="Shop", currency="EUR", at=NOW, about=None):
    """Plans, stages and loads as the command does; nothing may speak against a row."""
    with database.read() as session:
        found = session.scalar(select(Portfolio).where(Portfolio.name == name))
        planned = plan(session, found, rows)
    assert not any(planned.against.values())
    [whole] = parts_of(planned)
    with staged_projects(database, planned) as staged, database.write(by=staged) as session:
        here = workspace_of(session, "T1").id
        portfolio = found_portfolio(session, here, name, at, currency)
        return load_projects(session, portfolio, planned, whole, at, about or {})


def everything(database, name="Shop"):
    """What an export gives."""
    with database.snapshot() as session:
        portfolio = session.scalars(select(Portfolio).where(Portfolio.name == name)).one()
        gives = (program_rows, project_rows, milestone_rows, snapshot_rows)
        return [list(rows(session, portfolio)) for rows in gives]


def as_csv(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def count(session, noun):
    return session.scalar(select(func.count()).select_from(noun))


def test_a_project_comes_in_with_its_plan_its_shares_and_its_history(database):
    brings_in(database, rows_of(PROJECTS, milestones=MILESTONES, snapshots=SNAPSHOTS))
    with database.read() as session:
        project = session.scalars(select(Project).where(Project.code == "PRJ-204")).one()
        assert (project.name, project.program.code) == ("Checkout renewal", "CORE")
        assert (project.owner_user_id, project.owner_name) == ("U0ANA", None)
        assert (project.budget_minor, project.cost_centre) == (120_000_050, "4310")
        assert (project.starts_on, project.ends_on) == (date(2025, 3, 1), date(2026, 9, 30))
        shares = {share.value_stream.name: share.percent for share in project.shares}
        assert shares == {"PAY": Decimal(60), "ONB": Decimal(40)}
        assert [m.code for m in project.milestones] == ["M1", "M2", "M3"]
        assert project.milestones[1].kind is MilestoneKind.CHECKPOINT
        assert project.milestones[1].outcome == "go on with two conditions"
        assert project.milestones[2].slip_days(date(2026, 5, 18)) == 14
        snapshots = session.scalars(select(ProjectSnapshot).order_by(ProjectSnapshot.as_of)).all()
        assert [s.value_stream.name for s in snapshots] == ["ONB", "PAY"]
        assert [s.budget_minor for s in snapshots] == [0, 120_000_050]
        assert [s.forecast_minor for s in snapshots] == [None, 125_000_000]


def test_an_owner_who_is_no_member_is_kept_by_name(database):
    report = brings_in(database, rows_of(PROJECTS))
    assert report.named_owners == ["Jürgen Groß"]
    with database.read() as session:
        project = session.scalars(select(Project).where(Project.code == "PRJ-205")).one()
        assert (project.owner_user_id, project.owner_name) == (None, "Jürgen Groß")
        assert project.budget_minor is None


def test_nothing_comes_in_twice_and_a_grown_file_adds_what_is_new(database):
    files = {"milestones": MILESTONES, "snapshots": SNAPSHOTS}
    brings_in(database, rows_of(PROJECTS, **files))
    again = brings_in(database, rows_of(PROJECTS, **files), at=NOW + timedelta(days=1))
    assert set(again.added.values()) == {0}
    assert again.known == {"projects": 2}
    files["snapshots"] += "PRJ-204,2026,2026-12-31,PAY,Red,,,1.00,\n"
    grown = brings_in(database, rows_of(PROJECTS + "PRJ-206;New;;;PAY;;;;\n", **files))
    assert (grown.added["projects"], grown.added["project_snapshots"]) == (1, 1)


def test_a_merged_stream_keeps_its_snapshots_and_todays_share_is_its_heirs(database):
    brings_in(database, rows_of("code,value_stream\nP1,Old\nP2,New\n"))
    with database.write() as session:
        old, new = (
            session.scalars(select(ValueStream).where(ValueStream.name == n)).one()
            for n in ("Old", "New")
        )
        old.ended_at, old.merged_into_id = NOW, new.id
    snapshots = "project,as_of,value_stream\nP3,2024-12-31,Old\n"
    brings_in(database, rows_of("code,value_stream\nP3,Old:50|New:50\n", snapshots=snapshots))
    with database.read() as session:
        project = session.scalars(select(Project).where(Project.code == "P3")).one()
        assert [(s.value_stream.name, s.percent) for s in project.shares] == [("New", Decimal(100))]
        snapshot = session.scalars(select(ProjectSnapshot)).one()
        assert (snapshot.value_stream.name, snapshot.period) == ("Old", "2024-12-31")


def test_an_import_is_one_event_with_counts_and_the_hashes_of_its_files(database):
    files = {"milestones": MILESTONES, "snapshots": SNAPSHOTS}
    brings_in(database, rows_of(PROJECTS, **files), about={"sha256 of a.csv": "ab12"})
    with database.read() as session:
        nouns = {"programs", "projects", "milestones", "project_shares", "project_snapshots"}
        told = session.scalars(select(AuditEvent).order_by(AuditEvent.number)).all()
        assert nouns.isdisjoint(event.noun for event in told)
        [event] = [event for event in told if event.noun == "imports"]
        assert json.loads(event.after) == {
            "programs": 1,
            "projects": 2,
            "project_shares": 3,
            "milestones": 3,
            "project_snapshots": 2,
            "sha256 of a.csv": "ab12",
        }


def test_an_import_that_is_interrupted_leaves_nothing(database):
    with database.read() as session:
        planned = plan(session, None, rows_of(PROJECTS, snapshots=SNAPSHOTS))

    def interrupted():
        with staged_projects(database, planned) as staged, database.write(by=staged) as session:
            here = workspace_of(session, "T1").id
            shop = found_portfolio(session, here, "Shop", NOW)
            load_projects(session, shop, planned, *parts_of(planned), NOW)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with database.read() as session:
        assert [count(session, noun) for noun in (Portfolio, Project, ProjectSnapshot)] == [0] * 3


def test_what_is_staged_holds_nobody_up(database):
    """Given an import that is staged, when someone else writes, then it is not made to wait."""
    with database.read() as session:
        planned = plan(session, None, rows_of(PROJECTS))
    with staged_projects(database, planned), database.write() as session:
        found_portfolio(session, workspace_of(session, "T1").id, "Other", NOW)
    with database.read() as session:
        assert count(session, Portfolio) == 1


def test_an_export_brought_into_an_empty_database_gives_itself_again(
    database, migrated_file, tmp_path
):
    programs = "code,name,owner\nCORE,Core systems,U0DANA\nEDGE,Edge,Someone Else\n"
    more = '"PRJ-1; ""odd""";=1+1;;;Old, New & Co;-1,25;;;\n'
    files = {"programs": programs, "milestones": MILESTONES, "snapshots": SNAPSHOTS}
    brings_in(database, rows_of(PROJECTS + more, **files))
    given = everything(database)
    assert [len(rows) for rows in given] == [2, 3, 3, 2]
    with_parts = dict(zip(KINDS, map(as_csv, given), strict=True))
    empty = Database(f"sqlite:///{shutil.copyfile(migrated_file, tmp_path / 'empty.db')}")
    try:
        brings_in(empty, rows_of(**with_parts), at=NOW + timedelta(days=30))
        assert everything(empty) == given
    finally:
        empty.close()


def test_milestones_of_two_projects_keep_their_order(database):
    milestones = "project,code\nB,Z\nA,2\nB,A\nA,1\n"
    brings_in(database, rows_of("code\nA\nB\n", milestones=milestones))
    with database.read() as session:
        ordered = select(Milestone.code).join(Project).order_by(Project.code, Milestone.position)
        assert session.scalars(ordered).all() == ["2", "1", "Z", "A"]


def test_projects_are_suggested_by_words_of_code_and_name_the_code_first(database):
    brings_in(
        database, rows_of("code,name,closed_at\nPRJ-2,Renewal 1\nPRJ-1,x\nOLD-1,x,2020-01-01\n")
    )
    with database.read() as session:
        portfolio = session.scalars(select(Portfolio)).one()

        def suggested(typed, limit=10):
            here = portfolio.workspace_id, portfolio.id
            return [p.code for p in suggest_projects(session, *here, typed, limit)]

        assert suggested("") == ["PRJ-1", "PRJ-2"]
        assert suggested("prj-2") == ["PRJ-2"]
        assert suggested("1") == ["PRJ-1", "PRJ-2"]
        assert suggested("renew prj") == ["PRJ-2"]
        assert suggested("%") == []
        assert suggested("", limit=1) == ["PRJ-1"]
        assert suggest_projects(session, portfolio.workspace_id + 1, portfolio.id, "", 10) == []


MANY = "".join(f"P{n};Project {n};CORE;;PAY:60|ONB:40;;;;\n" for n in range(5))
PLANS = "".join(f"P{n},M{m},Gate\n" for m in range(2) for n in range(5))


def in_parts(database, planned, most, stop_after=None):
    """Brings it in by parts of so many rows; how many of each are there after each part."""
    seen = []
    with staged_projects(database, planned) as staged:
        for part in islice(parts_of(planned, most), stop_after):
            with database.write(by=staged) as session:
                shop = found_portfolio(session, workspace_of(session, "T1").id, "Shop", NOW)
                load_projects(session, shop, planned, part, NOW)
            with database.read() as session:
                seen.append([count(session, n) for n in (Project, ProjectShare, Milestone)])
    return seen


@pytest.mark.parametrize("most", [1, 6, 7, 1_000])
def test_in_parts_each_project_comes_with_all_that_is_of_it(database, most):
    rows = rows_of(f"{PROJECTS.splitlines()[0]}\n{MANY}", milestones=f"project,code,name\n{PLANS}")
    with database.read() as session:
        planned = plan(session, None, rows)
    seen = in_parts(database, planned, most)
    assert len(seen) == {1: 6, 6: 5, 7: 5, 1_000: 1}[most]
    assert all(each == [each[0], 2 * each[0], 2 * each[0]] for each in seen)
    assert seen[-1] == [5, 10, 10]
    with database.read() as session:
        events = select(AuditEvent.after).where(AuditEvent.noun == "imports")
        told = [json.loads(after) for after in session.scalars(events.order_by(AuditEvent.number))]
    assert sum(each["milestones"] for each in told) == 10
    assert ["part" in each for each in told] == [len(told) > 1] * len(told)


@pytest.mark.only_on("postgresql")
def test_postgresql_knows_how_many_projects_there_are_after_an_import(database):
    rows = rows_of(f"{PROJECTS.splitlines()[0]}\n{MANY}", milestones=f"project,code,name\n{PLANS}")
    brings_in(database, rows)
    with database.read() as session:
        counts = (
            "SELECT reltuples FROM pg_class"
            " WHERE oid IN ('projects'::regclass, 'milestones'::regclass)"
        )
        assert sorted(session.scalars(text(counts))) == [5, 10]


def test_projects_whose_import_was_interrupted_go_on_when_it_is_done_again(database):
    rows = rows_of(f"{PROJECTS.splitlines()[0]}\n{MANY}", milestones=f"project,code,name\n{PLANS}")
    with database.read() as session:
        planned = plan(session, None, rows)
    assert in_parts(database, planned, 6, stop_after=2) == [[1, 2, 2], [2, 4, 4]]
    with database.read() as session:
        again = plan(session, session.scalars(select(Portfolio)).one(), rows)
    assert again.known["projects"] == 2
    assert in_parts(database, again, 1_000) == [[5, 10, 10]]
