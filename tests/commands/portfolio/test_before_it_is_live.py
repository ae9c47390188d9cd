"""Before anything is there, each word says kindly what to do, and who can."""

import pytest

from bot.commands import SHORTCUTS
from bot.commands.board import digest as flow
from bot.commands.slash import epic, portfolio
from bot.workflows.portfolio.setting_up import begin
from models.audit.audit import Act
from models.portfolio.setup import Basics
from tests.commands.conftest import running, settings_for

WORDS = [
    *(f"/epic {use.form}" for use in epic.USAGES if use.word != "help"),
    *(f"/flow {use.form}" for use in flow.USAGES if use.word != "help"),
    *(f"/portfolio {use.form}" for use in portfolio.USAGES if use.word not in ("help", "setup")),
]


@pytest.fixture(params=["no admin", "no portfolio", "not live"])
def beginning(request, slack, database_url):
    """Tack at one of its beginnings, and how each answer to Ben starts then."""
    settings = settings_for(slack, database_url)
    ana = slack.workspace.user_named("ana").id
    if request.param == "no admin":
        settings = settings.model_copy(update={"tack_admins": frozenset()})
    with running(slack, database_url, settings=settings) as tack:
        if request.param == "not live":
            with tack.database.write(Act(ana, "test", slack.clock.now())) as session:
                basics = Basics(name="Shop", currency="EUR", time_zone="UTC")
                begin(session, 1, ana, basics, slack.clock.now())
        yield {
            "no admin": "Tack has no admin yet. Whoever runs it sets TACK_ADMINS to a member id",
            "no portfolio": f"Tack is not set up here yet. An admin types /portfolio setup, "
            f"which guides them through it. Ask <@{ana}>.",
            "not live": f"Shop is still being set up, and posts nothing before it is live. An "
            f"admin types /portfolio setup and chooses Go live. Ask <@{ana}>.",
        }[request.param]


def test_every_word_home_and_shortcut_says_what_to_do_and_who_can(slack, beginning):
    ana, ben = slack.as_user("ana"), slack.as_user("ben")
    for typed in WORDS:
        said = ben.types(typed, channel="payments").text
        assert said.startswith(beginning), typed
        assert not ben.has_form(), typed
    home = {"Tack has": "TACK_ADMINS", "Tack is ": "not set up yet", "Shop is ": "being set up"}
    drawn = ben.opens_home()
    slack.wait_for(lambda: home[beginning[:8]] in "\n".join(drawn.texts))
    ana.types("An idea", channel="payments")
    message = slack.channel("payments").messages[-1]
    for shortcut in SHORTCUTS:
        on = message if shortcut.type == "message" else None
        ben.uses_shortcut(shortcut.callback_id, channel="payments", on=on)
        assert slack.wait_for(lambda: answer_to(ben)).startswith(beginning[:60])
        if ben.has_form():
            ben.form().close()
    said = ben.types("/portfolio setup", channel="payments").text
    if beginning.startswith("Tack has no admin"):
        assert said.startswith(beginning)
    else:
        assert said == f"Only an admin can set Tack up. Ask <@{ana.id}>."


def answer_to(person):
    """What someone reads alone, in a small form or in the channel."""
    if person.has_form():
        return "\n".join(person.form().texts)
    told = person.private_messages()
    return told[-1].text if told else ""
