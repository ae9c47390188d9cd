"""Sealed until the close: whatever anybody else is told says as much of one answer as the other."""

import json

import pytest

from tests.commands.decisions.conftest import ballot, presses
from tests.terminals import typed

SPAIN, FRANCE, WHY = "Spain", "France", "The sun"
THEIR_OWN = ("Your vote on", "Your reason is sealed")
"""What is told to the voter alone."""


@pytest.fixture
def voted(slack, capfd, mvp):
    """Of Spain and France, Ben has chosen Spain at last, with a reason, and Cleo has as well."""
    ana, ben = slack.as_user("ana"), slack.as_user("ben")
    ana.types("/decision open PAY-1 Which market?", channel="payments")
    form = ana.form(title="Open a decision")
    form.fill("Which answers are there, one per line?", f"{SPAIN}\n{FRANCE}")
    assert form.submit().closed
    presses(slack, "ben", FRANCE)
    presses(slack, "ben", SPAIN)
    ben.click("Add a reason", in_message=ben.private_messages()[-1])
    form = ben.form(title="Why?")
    form.fill("Why?", WHY)
    assert form.submit().closed
    presses(slack, "cleo", SPAIN)
    slack.wait_for(lambda: ballot(slack).shows("Voted (2):"))
    slack.wait_for(lambda: "Voted (2):" in str(slack.dm("cleo").messages[-1].blocks))
    return mvp


def is_even(text):
    return text.count(SPAIN) == text.count(FRANCE) and WHY not in text


def test_nobody_else_hears_of_a_choice_on_any_surface_in_a_log_or_in_a_terminal(
    slack, voted, tmp_path, capfd
):
    dana, ana = slack.as_user("dana"), slack.as_user("ana")
    for command in ("/decision list", "/decision show D-1"):
        ana.types(command, channel="payments")
        ana.form().close()
    for command in ("/epic show PAY-1", "/flow digest preview", "/portfolio audit PAY-1"):
        assert ana.types(command, channel="payments").text
    dana.opens_home()
    slack.wait_for(lambda: any(each.method == "views.publish" for each in slack.requests))
    told = [json.dumps(each.args) for each in slack.requests]
    told += [json.dumps(each.ack) for each in slack.deliveries]
    others = [each for each in told if not any(words in each for words in THEIR_OWN)]
    assert len(others) < len(told)
    assert [each for each in others if not is_even(each)] == []
    assert any(SPAIN in each for each in others)

    database = {"DATABASE_URL": voted.settings.database_url}
    for form in ("csv", "json", "markdown"):
        to = tmp_path / form
        typed("export", "--portfolio", "Shop", "--to", to, "--format", form, **database)
        files = [path.read_text() for path in to.rglob("*") if path.is_file()]
        assert files
        assert [each for each in files if not is_even(each)] == []
    for words in ("audit verify", "work list", "metrics --portfolio Shop --as-of 2026-05-18"):
        said = typed(*words.split(), **database)
        assert is_even(said.stdout + said.stderr), words
    logged = capfd.readouterr()
    assert is_even(logged.out + logged.err)
