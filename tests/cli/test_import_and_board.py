import json

import pytest
from sqlalchemy import select

from models.portfolio.portfolio import Portfolio


def import_folder(tack, folder, portfolio="python-peps"):
    files = ("--items", folder / "items.csv", "--transitions", folder / "transitions.csv")
    mapping = ("--mapping", folder / "mapping.json", "--portfolio", portfolio, "--create")
    return tack("import", "epics", *files, *mapping)


@pytest.mark.parametrize("source", ["python-peps", "kubernetes-keps"])
def test_the_board_of_an_imported_portfolio_equals_its_reference(tack, real_data, source):
    done = import_folder(tack, real_data / source, source)
    assert done.returncode == 0, done.stderr
    assert "\n  items.csv was read as UTF-8\n" in done.stderr
    reference = json.loads((real_data / source / "reference.json").read_text())
    assert len(reference["as_of"]) == 3
    for expected in reference["as_of"]:
        day = expected["as_of"][:10]
        done = tack("board", "--portfolio", source, "--as-of", day, "--json")
        assert json.loads(done.stdout) == {
            name: expected[name]
            for name in (
                "as_of",
                "items_known",
                "count_per_state",
                "wip_total",
                "wip_per_value_stream",
            )
        }


def test_the_board_as_text_shows_the_two_columns_of_implementing(tack, real_data):
    import_folder(tack, real_data / "kubernetes-keps", "keps")
    shown = tack("board", "--portfolio", "keps", "--as-of", "2026-01-01").stdout.splitlines()
    place = next(n for n, line in enumerate(shown) if line.startswith("  implementing"))
    name, count = shown[place + 1].split()
    assert (name, count) == ("testing", shown[place].split()[1])


def test_importing_twice_adds_nothing(tack, real_data):
    import_folder(tack, real_data / "python-peps")
    again = import_folder(tack, real_data / "python-peps")
    assert "0 epics and 0 transitions imported, 736 epics already known" in again.stderr


def test_an_unknown_portfolio_is_one_sentence_and_names_what_there_is(tack):
    done = tack("board", "--portfolio", "nowhere", "--as-of", "2026-05-18")
    assert done.returncode == 2
    assert done.stderr.strip() == 'There is no portfolio "nowhere". There is none yet.'


def test_a_day_that_is_none_is_one_sentence(tack, real_data):
    import_folder(tack, real_data / "python-peps")
    done = tack("board", "--portfolio", "python-peps", "--as-of", "18.5.26")
    assert (done.returncode, done.stderr.strip()) == (
        2,
        '"18.5.26" is not a day. Write it like 2026-05-18.',
    )


def test_a_portfolio_is_made_only_where_one_asks_for_it(tack, database, tmp_path):
    file = tmp_path / "p.csv"
    file.write_text("code,name\nP1,Renewal\n")
    tack("import", "projects", "--file", file, "--portfolio", "Shop", "--create")
    done = tack("import", "projects", "--file", file, "--portfolio", "Shp")
    assert (done.returncode, done.stderr.strip()) == (
        2,
        'There is no portfolio "Shp". Did you mean Shop? Choose from Shop. '
        "To make a new one, add --create.",
    )
    for name in ("items.csv", "transitions.csv", "mapping.json"):
        (tmp_path / name).write_text("{}")
    files = [
        word for n in ("items.csv", "transitions.csv") for word in (f"--{n[:-4]}", tmp_path / n)
    ]
    done = tack(
        "import", "epics", *files, "--mapping", tmp_path / "mapping.json", "--portfolio", "Shp"
    )
    assert "To make a new one, add --create." in done.stderr
    done = tack("import", "decisions", "--file", file, "--portfolio", "Shp")
    assert "To make a new one, add --create." in done.stderr
    assert (
        tack("import", "projects", "--file", file, "--portfolio", "shop", "--create").returncode
        == 0
    )
    with database.read() as session:
        assert [each.name for each in session.scalars(select(Portfolio))] == ["Shop"]
