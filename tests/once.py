"""What many tests begin with: made once, by one process for all or by each for its next tests."""

import copy
import fcntl
import functools
import os
import pickle
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

from jinja2 import FileSystemBytecodeCache

from bot.slack.mrkdwn import MARKUP, PLAIN

FOLDER = "TACK_TEST_FOLDER"
"""Says where the processes of a run find what one of them has made."""

MADE = {}
"""By where it was made and by what: how it is put there again, and what its maker gave."""

NOUNS = """
SELECT tablename FROM pg_tables
WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY tablename
"""
NUMBERS = """
SELECT 'PERFORM setval(''' || sequencename || ''', ' || last_value || ')'
FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
"""
EMPTIED = """
IF EXISTS (TABLE public.{0}) THEN
IF pg_relation_size('public.{0}') > 1e6 THEN TRUNCATE public.{0} CASCADE;
ELSE DELETE FROM public.{0};
END IF; END IF"""
BEGUN_AGAIN = """
PERFORM setval(sequencename::regclass, 1, false)
FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"""
DEFINED = """
CREATE FUNCTION {}() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
SET LOCAL session_replication_role = replica;  -- in any order, whatever points where
{};
END $$
"""
"""PostgreSQL plans what a function does once for each connection."""


def made_for_all(name, make):
    """The file of this name in the run's folder; who first asks for it makes it, others wait."""
    file = Path(os.environ[FOLDER]) / name
    begun = file.with_suffix(".begun")
    with begun.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            make(begun)
            begun.rename(file)
    return file


def compile_templates_once():
    """Have what one process compiles of them read by the others."""
    for name, environment in (("marked", MARKUP), ("plain", PLAIN)):
        environment.bytecode_cache = FileSystemBytecodeCache(os.environ[FOLDER], f"{name}-%s")


def made_once(make):
    """Of what makes things in a database and gives plain values, such as ids: do it but once.

    It is done as ever where the database holds something already.
    """

    @functools.wraps(make)
    def put(database, *given, **named):
        if not is_empty(database):
            return make(database, *given, **named)
        kind, name = database.engine.dialect.name, database.engine.url.database
        what = make.__module__, make.__qualname__, pickle.dumps((given, named))
        what = (kind if kind == "sqlite" else name, *what)
        if what in MADE:
            put_back, gave = MADE[what]
            put_back(database)
        else:
            gave = make(database, *given, **named)
            MADE[what] = KEPT_BY[kind](database), gave
        return copy.deepcopy(gave)

    return put


def is_empty(database):
    """Whether nobody has begun there: all that is stored is of a workspace."""
    with administering(database) as run:
        return not run("SELECT EXISTS (SELECT 1 FROM workspaces)").scalar()


def kept_by_sqlite(database):
    """Give what puts it into an empty database of this kind, as it is in this one."""
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    with closing(sqlite3.connect(database.engine.url.database)) as made:
        made.backup(kept)

    def put_back(database):
        with closing(sqlite3.connect(database.engine.url.database)) as empty:
            kept.backup(empty)

    return put_back


def kept_by_postgresql(database):
    """The same for this database alone, once it is emptied."""
    here = f"made_{len(MADE)}"
    with administering(database) as run:
        run(f"CREATE SCHEMA {here}")
        nouns = [each for each in run(NOUNS).scalars() if run(f"TABLE {each} LIMIT 1").all()]
        for noun in nouns:
            run(f"CREATE UNLOGGED TABLE {here}.{noun} AS TABLE public.{noun}")
        rows = [f"INSERT INTO public.{noun} TABLE {here}.{noun}" for noun in nouns]
        define(run, f"{here}.put_back", *rows, *run(NUMBERS).scalars())

    def put_back(database):
        with administering(database) as run:
            run(f"SELECT {here}.put_back()")

    return put_back


KEPT_BY = {"sqlite": kept_by_sqlite, "postgresql": kept_by_postgresql}


def define_emptied(run):
    """What leaves PostgreSQL's tables as they were when there was nothing in them."""
    define(run, "emptied", *(EMPTIED.format(noun) for noun in run(NOUNS).scalars()), BEGUN_AGAIN)


def define(run, name, *steps):
    run(DEFINED.format(name, ";\n".join(steps)))


@contextmanager
def administering(database):
    """What runs a statement as it stands, each in a transaction of its own."""
    with database.engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql
