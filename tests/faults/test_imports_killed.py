"""SIGKILL while a file is brought in: all of it comes in once, and is told once."""

import json
import time

import pytest
from sqlalchemy import func, select

from bot.workflows.files import uploading
from bot.workflows.people.workspaces import grant_admin
from models.audit.audit import AuditEvent
from models.budgets.ledger import Entry, Transfer
from models.budgets.spend import Actual
from models.epics.epic import Epic, Transition
from models.files.table import read_table
from models.files.upload import Upload, UploadKind
from models.portfolio.portfolio import Portfolio
from models.projects.project import Milestone, Project, ProjectShare
from models.work import Work
from tests.terminals import begun, typed

ROWS, BOOKED = 5_000, 1_000
KILLS = 3
PATIENCE_S = 60


def keep(shop, kind, content):
    """A file for the portfolio, kept and not agreed to yet."""
    ana, now = shop.slack.workspace.user_named("ana").id, shop.clock.now()
    with shop.database.write() as session:
        grant_admin(session, shop.workspace_id, ana, None, now)
        portfolio_id = session.scalars(select(Portfolio.id)).one()
        return uploading.keep(
            session,
            shop.workspace_id,
            ana,
            portfolio_id,
            kind,
            uploading.File("rows.csv", content),
            read_table(content),
            now,
        )


def killed_while_it_comes_in(shop, kept, chance, replicas=1):
    """The file is agreed to, and Tack killed again and again until all of it is done."""
    running = shop.run(replicas)
    with shop.database.write() as session:
        now = shop.clock.now()
        uploading.confirm(session, shop.workspace_id, kept.user_id, kept.id, now)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.0, 1.0))
        running.kill(chance.randrange(replicas))
        running.start()
    shop.slack.wait_for(lambda: not waiting(shop), PATIENCE_S)


def told_of(shop):
    said = [message.text for message in shop.slack.dm("ana").messages]
    return [each for each in said if "imported into Shop" in each]


def waiting(shop):
    """What is left to do with the file."""
    with shop.database.read() as session:
        keys = session.scalars(select(Work.key)).all()
    return [key for key in keys if key.startswith(("upload", "bad_rows", "message"))]


@pytest.mark.parametrize("replicas", [1, 2])
def test_a_file_comes_in_once_however_often_replicas_are_killed(shop, chance, replicas):
    if replicas > 1 and shop.database.engine.dialect.name == "sqlite":
        pytest.skip("one replica on SQLite")
    lines = "".join(f"Idea {n};Payments\n" for n in range(ROWS))
    kept = keep(shop, UploadKind.EPICS, f"Title;Stream\n{lines};Payments\n".encode())
    killed_while_it_comes_in(shop, kept, chance, replicas)
    with shop.database.read() as session:
        assert session.scalar(select(func.count(Epic.id))) == ROWS
        assert session.scalar(select(func.count(Transition.id))) == ROWS
        imports = select(func.count()).where(AuditEvent.noun == "imports")
        assert session.scalar(imports) == 1
        upload = session.get_one(Upload, kept.id)
        assert (upload.loaded.added, upload.loaded.bad, upload.file_refusal) == (ROWS, 1, None)
    ana = shop.slack.as_user("ana")
    shop.slack.wait_for(ana.files)
    shop.slack.settle()
    assert [file.name for file in ana.files()] == ["rows - not imported.csv"]
    assert len(told_of(shop)) == 1


def test_what_a_file_books_is_booked_once_however_often_tack_is_killed(shop, chance):
    rows = "".join(f"2026-01;Payments;{n + 1};R{n}\n" for n in range(BOOKED))
    content = f"month;value_stream;amount;reference\n{rows}".encode()
    kept = keep(shop, UploadKind.ACTUALS, content)
    killed_while_it_comes_in(shop, kept, chance)
    with shop.database.read() as session:
        for noun in (Actual, Entry, Transfer):
            assert session.scalar(select(func.count(noun.id))) == BOOKED
    shop.slack.settle()
    assert len(told_of(shop)) == 1


ITEMS, MOVES_EACH = 4_000, 5


def a_history(folder):
    """The command that brings so many epics in, of more moves than come in at once."""
    moved = [("Idea", "Draft")[day % 2] for day in range(MOVES_EACH)]
    states = {"Idea": {"state": "funnel"}, "Draft": {"state": "ready"}}
    texts = {
        "items.csv": [f"s,E{n},Idea {n},Payments" for n in range(ITEMS)],
        "transitions.csv": [
            f"E{n},{status},2026-01-{day:02}"
            for n in range(ITEMS)
            for day, status in enumerate(moved, 1)
        ],
        "mapping.json": [],
    }
    first = {
        "items.csv": "source,id,title,value_stream",
        "transitions.csv": "id,to_status,at",
        "mapping.json": json.dumps({"status_to_state": states}),
    }
    words = ["import", "epics", "--portfolio", "History", "--create"]
    for name, lines in texts.items():
        (folder / name).write_text("\n".join([first[name], *lines]))
        words += [f"--{name.partition('.')[0]}", str(folder / name)]
    return words


@pytest.mark.on_either_database
def test_a_history_whose_import_is_killed_between_its_parts_goes_on_by_the_same_command(
    shop, tmp_path
):
    command = a_history(tmp_path)

    def stored():
        with shop.database.read() as session:
            rows = select(Epic.id).where(Epic.source == "s")
            moved = select(func.count(Transition.id)).where(Transition.epic_id.in_(rows))
            here = session.scalar(select(func.count()).select_from(rows.subquery()))
            return here, session.scalar(moved)

    with begun(*command, DATABASE_URL=shop.database_url) as running:
        shop.slack.wait_for(lambda: stored()[0] or not running.is_alive(), PATIENCE_S)
    came, moved = stored()
    assert 0 < came < ITEMS
    assert moved == came * MOVES_EACH
    done = typed(*command, DATABASE_URL=shop.database_url)
    assert done.returncode == 0, done.stderr
    assert f"{came:,} epics already known" in done.stderr
    assert stored() == (ITEMS, ITEMS * MOVES_EACH)
    assert typed("audit", "verify", DATABASE_URL=shop.database_url).returncode == 0


PROJECTS, FACTS = 8_000, 2_500


def of_projects(folder):
    """The command that brings so many projects in, each with its share and a milestone."""
    plan = (folder / "projects.csv", folder / "milestones.csv")
    plan[0].write_text(
        "code,name,value_stream\n"
        + "".join(f"P{n},Project {n},payments\n" for n in range(PROJECTS))
    )
    plan[1].write_text(
        "project,code,baseline\n" + "".join(f"P{n},M1,2026-05-01\n" for n in range(PROJECTS))
    )
    files = ("--file", str(plan[0]), "--milestones", str(plan[1]))
    return ["import", "projects", *files, "--portfolio", "Shop"]


def of_actuals(folder):
    """The command that books so many facts."""
    file = folder / "actuals.csv"
    rows = "".join(f"2026-01,payments,{n + 1},R{n}\n" for n in range(FACTS))
    file.write_text(f"month,value_stream,amount,reference\n{rows}")
    return ["import", "actuals", "--file", str(file), "--portfolio", "Shop"]


@pytest.mark.on_either_database
@pytest.mark.parametrize(
    ("made", "nouns", "whole"),
    [
        (of_projects, (Project, ProjectShare, Milestone), PROJECTS),
        (of_actuals, (Actual, Entry, Transfer), FACTS),
    ],
)
def test_what_comes_in_by_parts_is_whole_after_each_and_goes_on_by_the_same_command(
    shop, tmp_path, made, nouns, whole
):
    command = made(tmp_path)

    def stored():
        with shop.database.read() as session:
            return [session.scalar(select(func.count(noun.id))) for noun in nouns]

    with begun(*command, DATABASE_URL=shop.database_url) as running:
        shop.slack.wait_for(lambda: stored()[0] or not running.is_alive(), PATIENCE_S)
    came = stored()
    assert 0 < came[0] < whole
    assert came == [came[0]] * len(nouns)
    done = typed(*command, DATABASE_URL=shop.database_url)
    assert done.returncode == 0, done.stderr
    assert f"{came[0]:,} {nouns[0].__tablename__} already known" in done.stderr
    assert stored() == [whole] * len(nouns)
    assert typed("audit", "verify", DATABASE_URL=shop.database_url).returncode == 0
