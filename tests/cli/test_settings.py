from itertools import zip_longest

import pytest
from sqlalchemy import text

from bot.settings import Settings
from models.database import Database
from tests.terminals import typed

SOCKET = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
ELSEWHERE = "http://127.0.0.1:9/api/"


@pytest.fixture
def lines(tmp_path):
    """What `tack` says with only these settings; it must end with exit code 2 and no trace."""

    def run(*arguments, **settings):
        settings = {"DATABASE_URL": f"sqlite:///{tmp_path}/tack.db", **settings}
        done = typed(*arguments, cwd=tmp_path, **settings)
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr.strip().splitlines()

    return run


@pytest.fixture
def said(lines):
    """The last of it."""
    return lambda *arguments, **settings: lines(*arguments, **settings)[-1]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "SLACK_SIGNING_SECRET has to be the signing secret under Basic Information of"),
        ({"SLACK_BOT_TOKEN": "xapp-1"}, "SLACK_SIGNING_SECRET has to be"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN has to be the bot token of the app,"),
        (SOCKET | {"PORT": "http"}, "PORT has to be a number from 1 to 65535."),
        (SOCKET | {"TACK_LOG": "loud"}, "TACK_LOG has to be one of debug, info, warning, error."),
        (SOCKET | {"TACK_REPLICAS": "9"}, "TACK_REPLICAS has to be how many of Tack run side by"),
        (SOCKET | {"SLACK_API_URL": "slack.com"}, "SLACK_API_URL has to be an address that ends"),
        (SOCKET | {"DATABASE_URL": "mysql://x"}, "DATABASE_URL has to be sqlite:///FILE or"),
        (SOCKET | {"HOST": "203.0.113.1"}, "203.0.113.1:3000 cannot be used"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(said, settings, sentence):
    assert said("run", **settings).startswith(sentence)


WRONG = {
    "DATABASE_URL": [
        "postgresql://tack:S3CR3T",
        "postgresql://tack:S3CR3T/tack",
        "postgresql://tack:S3@CR3T@db/tack",
        "postgresql+S3CR3T://x",
        "S3CR3T",
        "postgresql://tack:S3CR3T\udcff@db/tack",
        "postgresql://tack:S3CR3T\n@db/tack",
    ],
    "SLACK_BOT_TOKEN": ["xoxb-S3CR3T\n2", "xoxb-S3CR3T\N{EURO SIGN}", "xoxb-S3CR3T\udcff"],
    "SLACK_APP_TOKEN": ["xapp-S3CR3T 2", "xapp-S3CR3T\N{NO-BREAK SPACE}2"],
    "SLACK_API_URL": ["http://tack:S3CR3T@slack/api/", "http://slack:S3CR3T/api/", "http:///api/"],
    "HTTPS_PROXY": ["http:tack:S3CR3T@h", "tack:S3CR3T@h:1", "http://h:S3CR3T", "http://h:1\n"],
    "HTTP_PROXY": ["http:tack:S3CR3T@h"],
}
TOKENS = {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"}
EVERY = SOCKET | {"SLACK_API_URL": ELSEWHERE}


def test_settings_that_nobody_takes_are_one_sentence_each_without_what_is_in_them(lines):
    for names in (TOKENS, WRONG.keys() - TOKENS):
        for values in zip_longest(*(WRONG[name] for name in names)):
            wrong = {n: value for n, value in zip(names, values, strict=True) if value is not None}
            found = lines("run", **EVERY | wrong)
            assert {each.partition(" has to be ")[0] for each in found} == wrong.keys()
            assert len(found) == len(wrong)
            assert "CR3T" not in "".join(found)


@pytest.mark.parametrize("command", [("db", "upgrade"), ("db", "check"), ("work", "list")])
def test_every_command_says_what_is_wrong_with_the_database_in_one_sentence(said, command):
    sentence = said(*command, DATABASE_URL="postgresql://tack:S3CR3T")
    assert sentence.startswith("DATABASE_URL has to be ")


@pytest.mark.parametrize("around", ["{}\n", " {}\r\n", "\N{NO-BREAK SPACE}{}", "\ufeff{}\u200b"])
def test_white_space_around_settings_is_passed_over(said, around):
    asked = {name: around.format(value) for name, value in EVERY.items()}
    asked |= {"PORT": around.format(3000), "TACK_LOG": around.format("info")}
    asked |= {"HOST": around.format("203.0.113.1"), "TACK_REPLICAS": around.format(2)}
    assert said("run", **asked).startswith("203.0.113.1:3000 cannot be used")


def test_a_signing_secret_of_white_space_is_none(said):
    asked = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": " \n"}
    assert said("run", **asked).startswith("SLACK_SIGNING_SECRET has to be ")


def test_settings_say_nothing_of_what_they_hold():
    settings = Settings(database_url="postgresql://tack:S3CR3T@db", slack_bot_token="xoxb-S3CR3T")
    assert "S3CR3T" not in repr(settings)


@pytest.mark.parametrize("url", ["postgresql://ana:hidden@127.0.0.1:1/tack", "sqlite:////no/x.db"])
def test_a_database_that_is_not_there_is_one_sentence_without_its_password(said, url):
    sentence = said("db", "check", DATABASE_URL=url)
    assert sentence.startswith("The database that DATABASE_URL names cannot be used: ")
    assert "hidden" not in sentence


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("impotr",), "No such command 'impotr'. Did you mean 'import'? Run: tack --help"),
        (("board", "--as-of", "2026-05-18"), "Missing option '--portfolio'. Run: tack board --h"),
        (("manifest", "--mode", "x"), "Invalid value for '--mode': 'x' is not one of 'socket', "),
        (("manifest", "--prefix", "My dev"), "“My dev” cannot be put before a command. Write up"),
    ],
)
def test_what_is_typed_wrongly_is_one_sentence_that_says_where_to_look(said, typed, sentence):
    assert said(*typed).startswith(sentence)


@pytest.fixture
def engine(sqlite_url):
    """Of the database that `said` uses, with every table."""
    database = Database(sqlite_url)
    yield database.engine
    database.close()


@pytest.mark.parametrize("command", [("audit", "head"), ("board", "--portfolio", "S"), ("work",)])
def test_a_table_that_is_missing_is_told_as_what_it_is(said, engine, command):
    with engine.begin() as connection:
        for table in ("audit_heads", "portfolios", "works"):
            connection.execute(text(f"DROP TABLE {table}"))
    more = {"board": ("--as-of", "2026-05-18"), "work": ("list",)}.get(command[0], ())
    sentence = said(*command, *more)
    assert sentence.startswith("The database that DATABASE_URL names cannot be used: no such table")
    assert sentence.endswith("Is it there and whole, and is DATABASE_URL the right one?")


def test_a_file_that_is_no_database_is_one_sentence(said, tmp_path):
    (tmp_path / "tack.db").write_text("milk, bread")
    assert "cannot be used: file is not a database. Nothing was changed." in said("audit", "head")


@pytest.mark.parametrize("command", [("db", "upgrade"), ("db", "check"), ("audit", "head")])
def test_a_database_of_a_newer_tack_is_left_alone(said, engine, command):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '2999_01_01_0000'"))
    sentence = "The database is of a newer Tack than this one (schema 2999_01_01_0000)."
    assert said(*command).startswith(sentence)


def test_an_admin_is_named_by_member_id(said):
    assert said("admin", "grant", "@ana") == (
        '"@ana" is not a member id. Copy it from the profile in Slack: U…'
    )
