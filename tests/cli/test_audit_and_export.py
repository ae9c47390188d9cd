"""`tack audit` and `tack export`, as an operator types them."""

import json
import zipfile

import pytest
from sqlalchemy import create_engine, delete, update

from models.audit.audit import AuditEvent, AuditHead
from models.database import Database
from tests.cli.test_import_and_board import import_folder
from tests.workflows.builders import a_portfolio, an_epic


@pytest.fixture
def shop(database_url):
    """A portfolio with an epic that everybody sees and one that only its circle sees."""
    database = Database(database_url)
    workspace_id, _ = a_portfolio(database)
    with database.write() as session:
        an_epic(session, workspace_id, 1, "Pay by bank transfer")
        an_epic(session, workspace_id, 1, "Secret plan").restricted = True
    database.close()
    return database_url


def tampered(database_url, statement):
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(statement)
    engine.dispose()


def test_a_log_that_holds_says_so_and_how_it_ends(tack, shop):
    head = tack("audit", "head").stdout.strip()
    count = head.partition(":")[0]
    done = tack("audit", "verify", "--anchor", head)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.strip() == (
        f"The audit log is whole: {count} events, each following from the one before, "
        "and 1 anchor agrees."
    )


def test_a_log_that_does_not_hold_is_exit_code_1_and_one_sentence_where(tack, shop):
    head = tack("audit", "head").stdout.strip()
    tampered(shop, update(AuditEvent).where(AuditEvent.number == 7).values(actor="U0BEN"))
    done = tack("audit", "verify")
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "The audit log is not whole: event 7 was changed, inserted or put elsewhere.",
    )
    tampered(shop, delete(AuditEvent))
    tampered(shop, delete(AuditHead))
    assert tack("audit", "head").stdout.strip() == f"0:{'0' * 64}"
    done = tack("audit", "verify", "--anchor", head)
    assert (done.returncode, done.stderr.strip()) == (
        1,
        f"The audit log is not whole: an anchor names {head.partition(':')[0]} events, "
        "but there are 0.",
    )


def test_a_log_without_an_anchor_says_what_it_was_not_held_against(tack, shop):
    done = tack("audit", "verify")
    assert done.returncode == 0
    assert "No anchor was given: with one recorded earlier" in done.stderr


def test_what_is_no_anchor_is_one_sentence(tack, shop):
    done = tack("audit", "verify", "--anchor", "twelve")
    assert (done.returncode, done.stderr.strip()) == (
        2,
        "“twelve” is not an anchor. Write COUNT:HASH as tack audit head prints it.",
    )


def test_an_export_leaves_out_what_only_its_circle_sees_until_it_is_asked_for(tack, shop, tmp_path):
    without, everything = tmp_path / "without.zip", tmp_path / "everything"
    done = tack("export", "--portfolio", "Shop", "--to", without)
    assert done.stderr.strip() == f"Shop is in {without}, without restricted epics."
    with zipfile.ZipFile(without) as archive:
        assert "Secret" not in archive.read("epics.csv").decode()
    done = tack(
        "export", "--portfolio", "Shop", "--to", everything, "--format", "json", "--restricted"
    )
    assert done.stderr.strip() == f"Shop is in {everything}, with restricted epics."
    found = json.loads((everything / "tack.json").read_text("utf-8"))
    assert found["tables"]["epics"]["rows"][1]["title"] == "Secret plan"
    told = found["tables"]["audit_events"]["rows"]
    exports = [json.loads(row["after"]) for row in told if row["noun"] == "exports"]
    assert exports == [
        {"format": "csv", "portfolio_id": 1, "restricted": False},
        {"format": "json", "portfolio_id": 1, "restricted": True},
    ]
    assert {row["source"] for row in told if row["noun"] == "exports"} == {"tack export"}
    assert tack("audit", "verify").returncode == 0


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("none/shop.zip", "Tack cannot write to {to}: there is no folder {parent}."),
        ("shop.txt", "Tack cannot write to {to}: it is a file, and only a file that ends in .zip"),
    ],
)
def test_a_place_that_cannot_be_written_is_one_sentence(tack, shop, tmp_path, to, sentence):
    (tmp_path / "shop.txt").touch()
    place = tmp_path / to
    done = tack("export", "--portfolio", "Shop", "--to", place)
    assert done.returncode == 2
    assert done.stderr.startswith(sentence.format(to=place, parent=place.parent))


def test_an_unknown_portfolio_is_one_sentence_and_names_what_there_is(tack, shop, tmp_path):
    done = tack("export", "--portfolio", "Shoe", "--to", tmp_path / "a.zip")
    assert (done.returncode, done.stderr.strip()) == (
        2,
        'There is no portfolio "Shoe". Did you mean Shop? Choose from Shop.',
    )


def test_a_real_history_comes_in_again_from_its_export_with_the_same_boards(
    tack, real_data, tmp_path
):
    import_folder(tack, real_data / "python-peps", "peps")
    assert tack("export", "--portfolio", "peps", "--to", tmp_path / "out").returncode == 0
    done = import_folder(tack, tmp_path / "out" / "import", "again")
    assert "736 epics and 1,815 transitions imported" in done.stderr
    for day in ("2003-06-30", "2012-01-01", "2024-03-31"):
        boards = [
            tack("board", "--portfolio", name, "--as-of", day, "--json").stdout
            for name in ("peps", "again")
        ]
        assert json.loads(boards[0])["items_known"] > 100
        assert boards[0] == boards[1]
