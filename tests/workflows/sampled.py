"""The sample to look at, as it is on some day; that of one spring day is made once for all."""

import shutil
from datetime import UTC, datetime

from bot.demo import demo
from bot.demo.sample import load_sample
from bot.workflows.people.workspaces import grant_admin, workspace_of
from models.database import Database
from tests.once import made_for_all
from tests.tables import migrated

SPRING = datetime(2026, 5, 18, 9, tzinfo=UTC)
PEOPLE = {name: f"U0{name.upper()}" for name in demo.PEOPLE}
CHANNELS = {name: f"C0{name.upper()}" for name in demo.CHANNELS}


def put_sample(database, now):
    """Into a database without any; gives the workspace's id."""
    with database.write() as session:
        here = workspace_of(session, "T1").id
        grant_admin(session, here, PEOPLE["ana"], None, now)
        load_sample(session, here, PEOPLE, CHANNELS, now)
        return here


def sample_at(file, now):
    """An SQLite database there with the sample alone; of spring, a copy of what is made once."""
    if now != SPRING:
        return new_sample(file, now)
    made = made_for_all("sample.db", lambda begun: new_sample(begun, SPRING).close())
    return Database(f"sqlite:///{shutil.copyfile(made, file)}")


def new_sample(file, now):
    database = Database(f"sqlite:///{shutil.copyfile(migrated(), file)}")
    put_sample(database, now)
    return database
