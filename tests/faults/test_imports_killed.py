"""SIGKILL while a file is brought in: all of it comes in once, and is told once."""

import time

import pytest
from sqlalchemy import func, select

from bot.workflows.files import uploading
from bot.workflows.people.workspaces import grant_admin
from models.audit.audit import AuditEvent
from models.epics.epic import Epic, Transition
from models.files.table import read_table
from models.files.upload import Upload, UploadKind
from models.portfolio.portfolio import Portfolio
from models.work import Work

ROWS = 5_000
KILLS = 3
PATIENCE_S = 60


@pytest.fixture
def kept(shop):
    """A file of so many epics and one bad row, kept and not agreed to yet."""
    ana = shop.slack.workspace.user_named("ana").id
    lines = "".join(f"Idea {n};Payments\n" for n in range(ROWS))
    content = f"Title;Stream\n{lines};Payments\n".encode()
    now = shop.clock.now()
    with shop.database.write() as session:
        grant_admin(session, shop.workspace_id, ana, None, now)
        portfolio_id = session.scalars(select(Portfolio.id)).one()
        return uploading.keep(
            session,
            shop.workspace_id,
            ana,
            portfolio_id,
            UploadKind.EPICS,
            uploading.File("ideas.csv", content),
            read_table(content),
            now,
        )


def waiting(shop):
    """What is left to do with the file."""
    with shop.database.read() as session:
        keys = session.scalars(select(Work.key)).all()
    return [key for key in keys if key.startswith(("upload", "bad_rows", "message"))]


@pytest.mark.parametrize("replicas", [1, 2])
def test_a_file_comes_in_once_however_often_replicas_are_killed(shop, kept, chance, replicas):
    if replicas > 1 and shop.database.engine.dialect.name == "sqlite":
        pytest.skip("one replica on SQLite")
    running = shop.run(replicas)
    with shop.database.write() as session:
        now = shop.clock.now()
        uploading.confirm(session, shop.workspace_id, kept.user_id, kept.id, now)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.0, 1.0))
        running.kill(chance.randrange(replicas))
        running.start()
    shop.slack.wait_for(lambda: not waiting(shop), PATIENCE_S)
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
    assert [file.name for file in ana.files()] == ["ideas - not brought in.csv"]
    told = [m for m in shop.slack.dm("ana").messages if "imported into Shop" in m.text]
    assert len(told) == 1
