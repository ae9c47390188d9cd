"""A day of Tack's, before others are forked off: what it says to a database is put together once.

Each of them would otherwise spend half of the second or two that it lives on that.
"""

import shutil
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy.dialects import sqlite

from bot.app import Tack
from bot.serving import log_to_stderr
from bot.workflows.decisions.opening.opening import open_decision
from bot.workflows.keeping import Act
from models.base import Base
from models.database import Database
from models.decisions.form import DecisionForm
from models.epics.epic import Epic
from models.people.role import Role, RoleGrant
from tests.engines import COMPILED, PostgreSQL, share_what_is_learned
from tests.faults.conftest import a_shop
from tests.faults.replicas import FastClock
from tests.tables import migrated


def rehearse():
    """On SQLite, whose words are then said in PostgreSQL's way as well."""
    share_what_is_learned()
    log_to_stderr("error")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{shutil.copyfile(migrated(), Path(folder) / 'tack.db')}"
        database = Database(url)
        with a_shop(database, url, FastClock(time.time())) as shop:
            tack = Tack(shop.settings, "socket", shop.clock)
            tack.start()
            a_day(shop)
            tack.stop()
        database.close()
    for cache in (COMPILED, *(mapper._compiled_cache for mapper in Base.registry.mappers)):
        for key in list(cache):
            say_in_postgresql(cache, key)
    structlog.reset_defaults()


def say_in_postgresql(cache, key):
    """Compile what was compiled for SQLite, unless it is SQLite's own."""
    statement, (_, _, columns, _, for_many) = cache[key].statement, key
    if not isinstance(statement, sqlite.Insert):
        statement._compile_w_cache(
            PostgreSQL(), compiled_cache=cache, column_keys=columns, for_executemany=for_many
        )


def a_day(shop):
    """Ben moves an epic, and the council decides on it."""
    slack, channel = shop.slack, shop.slack.channel("payments")
    council = [slack.workspace.user_named(name) for name in ("ana", "ben")]
    epic = shop.propose()
    slack.acting.command(council[1], channel, f"/epic move {epic.key} implementing It is tested.")
    with shop.database.write() as session:
        here = {"workspace_id": shop.workspace_id, "portfolio_id": epic.portfolio_id}
        session.add_all(RoleGrant(role=Role.COUNCIL, user_id=each.id, **here) for each in council)
        session.get_one(Epic, epic.id).portfolio.channel_id = channel.id
    form = DecisionForm(closes_on=(shop.clock.now() + timedelta(days=7)).date())
    with shop.database.write() as session:
        act = Act(session, shop.workspace_id, council[1].id, shop.clock.now())
        open_decision(act, epic.id, form)
    shop.wait_until_nothing_waits()
    for each in council:
        message = ballot(channel)
        yes = next(each for each in message.elements if each.label == "Persevere")
        slack.acting.use(each, message, yes, {})
    shop.wait_until_nothing_waits()


def ballot(channel):
    return next(each for each in channel.messages if "Persevere, pivot or stop" in each.text)


rehearse()
